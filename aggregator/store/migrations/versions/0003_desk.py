"""The editorial desk: edits, embargoes, takedowns, stories of several sources, page checks.

Revision: 0003
Before it: 0002

The tables `takedowns`, `clusters` and `cluster_entries` were there and never filled.
"""
# ruff: noqa: INP001, D103 - Alembic loads this file by its path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_KINDS = "kind IN ('guid', 'address', 'same_story', 'sighting', 'text', 'title')"


def upgrade() -> None:
    _entries()
    _keys()
    op.add_column("revisions", sa.Column("note", sa.Text()))
    op.add_column("rulings", sa.Column("revision", sa.Integer()))
    op.add_column("corrections", sa.Column("words_at", sa.BigInteger()))
    op.execute("UPDATE corrections SET words_at = corrected_at")
    _takedowns()
    _clusters()
    _articles()


def _entries() -> None:
    for column in (
        sa.Column("withdrawn_why", sa.Text()),
        sa.Column("takedown_id", sa.BigInteger()),
        sa.Column("publish_at", sa.BigInteger()),
        sa.Column("edits", sa.Text()),
        sa.Column("shown_by", sa.BigInteger()),
    ):
        op.add_column("entries", column)
    pending = sa.text(
        "sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL AND shown_by IS NULL"
    )
    shown_by = sa.text("shown_by IS NOT NULL")
    op.create_index(
        "ix_entries_shown_by",
        "entries",
        ["shown_by"],
        sqlite_where=shown_by,
        postgresql_where=shown_by,
    )
    op.drop_index("ix_entries_pending", "entries")
    op.create_index(
        "ix_entries_pending",
        "entries",
        ["language", "published_at", "id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    taken = sa.text("takedown_id IS NOT NULL")
    op.create_index(
        "ix_entries_takedown_id",
        "entries",
        ["takedown_id"],
        sqlite_where=taken,
        postgresql_where=taken,
    )


def _keys() -> None:
    """Let keys be of more kinds. SQLite cannot change a constraint: the table is copied."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_keys_kind", "keys")
        op.create_check_constraint(op.f("ck_keys_kind"), "keys", _KINDS)
        return
    op.rename_table("keys", "keys_before")
    op.create_table(
        "keys",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_keys_kind")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_keys_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("source_id", "value", name=op.f("pk_keys")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO keys (source_id, value, kind, entry_id, digest) "
        "SELECT source_id, value, kind, entry_id, digest FROM keys_before "
        "ORDER BY source_id, value"
    )
    op.drop_table("keys_before")


def _takedowns() -> None:
    op.drop_table("takedowns")
    op.create_table(
        "takedowns",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger()),
        sa.Column("source_id", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.BigInteger()),
        sa.Column("restored_who", sa.Text()),
        sa.Column("restored_why", sa.Text()),
        sa.CheckConstraint(
            "(entry_id IS NULL) <> (source_id IS NULL)", name=op.f("ck_takedowns_target")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_takedowns_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedowns")),
    )
    op.create_index("ix_takedowns_entry_id", "takedowns", ["entry_id"])
    op.create_table(
        "takedown_bars",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("takedown_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["takedown_id"], ["takedowns.id"], name=op.f("fk_takedown_bars_takedown_id_takedowns")
        ),
        sa.PrimaryKeyConstraint("value", "takedown_id", name=op.f("pk_takedown_bars")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_takedown_bars_takedown_id", "takedown_bars", ["takedown_id"])


def _clusters() -> None:
    op.drop_table("cluster_entries")
    op.drop_table("clusters")
    op.create_table(
        "clusters",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("formed_at", sa.BigInteger(), nullable=False),
        sa.Column("original_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )
    op.create_table(
        "cluster_entries",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_cluster_entries_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_cluster_entries_cluster_id_clusters")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_cluster_entries")),
    )
    op.create_index("ix_cluster_entries_cluster_id", "cluster_entries", ["cluster_id"])
    op.create_table(
        "sketches",
        sa.Column("entry_id", Id, autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_sketches_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_sketches")),
    )
    op.create_index("ix_sketches_seen_at", "sketches", ["seen_at"])
    op.create_table(
        "features",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_features_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("value", "entry_id", name=op.f("pk_features")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_features_entry_id", "features", ["entry_id"])


def _articles() -> None:
    op.create_table(
        "page_checks",
        sa.Column("entry_id", Id, autoincrement=False, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("gone_since", sa.BigInteger()),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_page_checks_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_page_checks")),
    )
    op.create_index("ix_page_checks_due_at", "page_checks", ["due_at"])
    op.create_table(
        "outlets",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("homepage", sa.Text()),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_outlets")),
    )
