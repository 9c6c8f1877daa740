"""What people decided, and what was found out about entries of different sources."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
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
    Column("edits", Text),  # JSON: Edits, all in force from then on, where the person edited
    Column("revision", Integer),  # the one that it was made on, or that its edits made
    CheckConstraint(f"ruling IN ({RULINGS})", name="ruling"),
    Index("ix_rulings_entry_id", "entry_id"),
)

takedowns = Table(
    "takedowns",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id")),  # of one entry
    Column("source_id", Text),  # of all that a source brings
    Column("title", Text, nullable=False),  # for the log: what was called so
    Column("link", Text),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("restored_at", BigInteger),
    Column("restored_who", Text),
    Column("restored_why", Text),
    CheckConstraint("(entry_id IS NULL) <> (source_id IS NULL)", name="target"),
    Index("ix_takedowns_entry_id", "entry_id"),
)

takedown_bars = Table(
    "takedown_bars",  # what must not come back from anywhere: fingerprints of addresses, texts
    metadata,
    Column("value", Text, nullable=False),
    Column("takedown_id", BigInteger, ForeignKey("takedowns.id"), nullable=False),
    PrimaryKeyConstraint("value", "takedown_id"),
    Index("ix_takedown_bars_takedown_id", "takedown_id"),
    sqlite_with_rowid=False,
)

# --- one story, several sources ----------------------------------------------------------------

clusters = Table(
    "clusters",  # one story told by several sources
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("formed_at", BigInteger, nullable=False),
    Column("original_id", BigInteger),  # the first publisher's own, where it is known
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

sketches = Table(
    "sketches",  # entries as far as telling whether two are one story needs them; old ones go
    metadata,
    Column("entry_id", Id, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # JSON
    Index("ix_sketches_seen_at", "seen_at"),
)

features = Table(
    "features",  # what two sketches may have in common: only those that do are compared
    metadata,
    Column("value", Text, nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    PrimaryKeyConstraint("value", "entry_id"),
    Index("ix_features_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)

# --- articles that are asked for by themselves --------------------------------------------------

page_checks = Table(
    "page_checks",  # published articles whose pages are asked whether they are still there
    metadata,
    Column("entry_id", Id, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("due_at", BigInteger, nullable=False),
    Column("gone_since", BigInteger),  # 404 or 410 at every visit since
    Column("gone", Integer, nullable=False),  # how often in a row
    Index("ix_page_checks_due_at", "due_at"),
)

outlets = Table(
    "outlets",  # sources of articles that were submitted by hand and are not in feeds.yaml
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("homepage", Text),
    Column("added_at", BigInteger, nullable=False),
)
