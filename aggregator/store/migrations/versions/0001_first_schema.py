"""The first schema.

Revision: 0001
Before it: none
"""
# ruff: noqa: INP001, D103 - Alembic loads this file by its path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _counted()
    _feeds()
    _visits()
    _entries()
    _names()
    _rulings()
    _clusters()
    _emissions()


def _counted() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("feed_key", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("meta", sa.Text(), nullable=True),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("next_due_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("newest_updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", "feed_key", name=op.f("pk_feeds")),
    )
    op.create_index("ix_feeds_due", "feeds", ["next_due_at", "source_id", "feed_key"])
    op.create_index(
        "ix_feeds_lease_until",
        "feeds",
        ["lease_until"],
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_table(
        "hosts",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_hosts")),
    )


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("feed_key", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("visited_at", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("new_entries", sa.Integer(), nullable=False),
        sa.Column("changed_entries", sa.Integer(), nullable=False),
        sa.Column("failure_kind", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("flaws", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('changed', 'unchanged', 'failed')", name=op.f("ck_visits_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["source_id", "feed_key"],
            ["feeds.source_id", "feeds.feed_key"],
            name=op.f("fk_visits_source_id_feeds"),
        ),
        sa.PrimaryKeyConstraint("source_id", "feed_key", "slot", name=op.f("pk_visits")),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("feed_key", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_offset", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_offset", sa.Integer(), nullable=False),
        sa.Column("publisher_updated_at", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("ruling_id", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("awaiting_text_until", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "identity IN ('guid', 'link', 'hash')", name=op.f("ck_entries_identity")
        ),
        sa.CheckConstraint(
            "ruling IN ('publish', 'hold', 'drop')", name=op.f("ck_entries_ruling")
        ),
        sa.ForeignKeyConstraint(
            ["source_id", "feed_key"],
            ["feeds.source_id", "feeds.feed_key"],
            name=op.f("fk_entries_source_id_feeds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    op.create_index(
        "ix_entries_pending",
        "entries",
        ["language", "published_at", "id"],
        sqlite_where=sa.text("sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL"),
        postgresql_where=sa.text(
            "sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL"
        ),
    )
    op.create_index(
        "ix_entries_held",
        "entries",
        ["source_id", "feed_key"],
        sqlite_where=sa.text("ruling = 'hold' AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("ruling = 'hold' AND withdrawn_at IS NULL"),
    )


def _names() -> None:
    op.create_table(
        "keys",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('guid', 'address', 'same_story', 'sighting')", name=op.f("ck_keys_kind")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_keys_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("source_id", "value", name=op.f("pk_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revisions",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('new', 'material', 'minor')", name=op.f("ck_revisions_kind")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_revisions_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_revisions")),
    )


def _rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.BigInteger(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "ruling IN ('publish', 'hold', 'drop')", name=op.f("ck_rulings_ruling")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_rulings_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index("ix_rulings_entry_id", "rulings", ["entry_id"])
    op.create_table(
        "takedowns",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "target_kind IN ('entry', 'address', 'text', 'source')",
            name=op.f("ck_takedowns_target_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_takedowns_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedowns")),
    )
    op.create_index("ix_takedowns_target", "takedowns", ["target"])


def _clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("formed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_clusters_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )
    op.create_table(
        "cluster_entries",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_cluster_entries_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_cluster_entries_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_cluster_entries")),
    )
    op.create_index("ix_cluster_entries_cluster_id", "cluster_entries", ["cluster_id"])


def _emissions() -> None:
    op.create_table(
        "emissions",
        sa.Column("sequence", Id, autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("atom_id", sa.Text(), nullable=False),
        sa.Column("atom_key", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("emitted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_emissions_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_emissions")),
        sa.UniqueConstraint("atom_key", name=op.f("uq_emissions_atom_key")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_emissions_entry_id")),
    )
    op.create_index("ix_emissions_language", "emissions", ["language", "sequence"])
