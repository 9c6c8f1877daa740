"""What people decided."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
)

from aggregator.store.schema.numbers import RULINGS, Id, metadata

rulings = Table(
    "rulings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    Column("ruling", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("ruled_at", BigInteger, nullable=False),
    # Not used yet. JSON: title, standfirst, category, language as a person set them, which the
    # publisher's later updates must not undo.
    Column("edits", Text),
    CheckConstraint(f"ruling IN ({RULINGS})", name="ruling"),
    Index("ix_rulings_entry_id", "entry_id"),
)

takedowns = Table(
    "takedowns",  # not used yet: what was taken down, and the memory that bars its return
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("target_kind", Text, nullable=False),
    Column("target", Text, nullable=False),  # a fingerprint, or the id of a source
    Column("entry_id", BigInteger, ForeignKey("entries.id")),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("restored_at", BigInteger),
    CheckConstraint("target_kind IN ('entry', 'address', 'text', 'source')", name="target_kind"),
    Index("ix_takedowns_target", "target"),
)

clusters = Table(
    "clusters",  # not used yet: one story told by several sources
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),  # the one shown
    Column("formed_at", BigInteger, nullable=False),
)

cluster_entries = Table(
    "cluster_entries",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("entries.id"), primary_key=True),
    Column("cluster_id", BigInteger, ForeignKey("clusters.id"), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_cluster_entries_cluster_id", "cluster_id"),
)
