"""What grows and what changed: series of entries, corrections, withdrawals, pictures, pings.

Revision: 0002
Before it: 0001

Nothing is placed here: `place` goes through all emissions that an edition has not placed yet.
"""
# ruff: noqa: INP001, D103 - Alembic loads this file by its path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _changes()
    _series()
    _placements()
    _pings()
    _pictures()
    _translations()
    op.execute(_CORRECTED)
    op.execute(_WITHDRAWN)


def _changes() -> None:
    for table, column in (
        ("corrections", "corrected_at"),
        ("withdrawals", "withdrawn_at"),
        ("outdated", "generation"),
    ):
        op.create_table(
            table,
            sa.Column("sequence", Id, autoincrement=False, nullable=False),
            sa.Column(column, sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(
                ["sequence"], ["emissions.sequence"], name=op.f(f"fk_{table}_sequence_emissions")
            ),
            sa.PrimaryKeyConstraint("sequence", name=op.f(f"pk_{table}")),
        )
    gone = sa.text("sequence IS NOT NULL AND (ruling <> 'publish' OR withdrawn_at IS NOT NULL)")
    op.create_index(
        "ix_entries_gone", "entries", ["sequence"], sqlite_where=gone, postgresql_where=gone
    )


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('edition', 'language', 'source', 'category', 'month')",
            name=op.f("ck_series_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("edition", "kind", "key", name=op.f("uq_series_edition")),
    )
    op.create_table(
        "placed",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "language", name=op.f("pk_placed")),
        sqlite_with_rowid=False,
    )


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sequence"], ["emissions.sequence"], name=op.f("fk_placements_sequence_emissions")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_placements_series_id_series")
        ),
        sa.PrimaryKeyConstraint("series_id", "position", name=op.f("pk_placements")),
        sa.UniqueConstraint("series_id", "sequence", name=op.f("uq_placements_series_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_placements_sequence", "placements", ["sequence", "series_id"])
    for column in ("corrected_at", "withdrawn_at"):
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_placements_{column}",
            "placements",
            ["series_id", column],
            sqlite_where=some,
            postgresql_where=some,
        )


def _pings() -> None:
    op.create_table(
        "pings",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("request", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "topic", name=op.f("pk_pings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pings_due_at", "pings", ["due_at"])


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pictures")),
        sqlite_with_rowid=False,
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_pictures_due_at", "pictures", ["due_at"], sqlite_where=due, postgresql_where=due
    )
    op.create_index("ix_pictures_path", "pictures", ["path"])
    op.create_table(
        "picture_uses",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["pictures.key"], name=op.f("fk_picture_uses_key_pictures")
        ),
        sa.ForeignKeyConstraint(
            ["sequence"], ["emissions.sequence"], name=op.f("fk_picture_uses_sequence_emissions")
        ),
        sa.PrimaryKeyConstraint("key", "sequence", name=op.f("pk_picture_uses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_picture_uses_sequence", "picture_uses", ["sequence"])


def _translations() -> None:
    op.create_table(
        "alternates",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sequence"], ["emissions.sequence"], name=op.f("fk_alternates_sequence_emissions")
        ),
        sa.PrimaryKeyConstraint("value", "sequence", name=op.f("pk_alternates")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alternates_sequence", "alternates", ["sequence"])
    op.create_table(
        "translations",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_translations_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["sequence"], ["emissions.sequence"], name=op.f("fk_translations_sequence_emissions")
        ),
        sa.PrimaryKeyConstraint("sequence", "entry_id", name=op.f("pk_translations")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_translations_entry_id", "translations", ["entry_id"])


_CORRECTED = """
    INSERT INTO corrections (sequence, corrected_at)
    SELECT emissions.sequence, MAX(revisions.seen_at)
    FROM emissions JOIN revisions ON revisions.entry_id = emissions.entry_id
    WHERE revisions.kind = 'material' AND revisions.seen_at > emissions.emitted_at
    GROUP BY emissions.sequence
"""
# When a ruling hid it, if one did; else when the visit came that did, or one after it.
_WITHDRAWN = """
    INSERT INTO withdrawals (sequence, withdrawn_at)
    SELECT entries.sequence,
        COALESCE(entries.withdrawn_at, rulings.ruled_at, revisions.seen_at)
    FROM entries
    JOIN revisions ON revisions.entry_id = entries.id AND revisions.number = entries.revision
    LEFT JOIN rulings ON rulings.id = entries.ruling_id
    WHERE entries.sequence IS NOT NULL
        AND (entries.ruling <> 'publish' OR entries.withdrawn_at IS NOT NULL)
"""
