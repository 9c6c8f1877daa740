"""What is polled, and what was read."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from aggregator.store.schema.numbers import RULINGS, Id, metadata

LEASED: Final = "lease_until IS NOT NULL"
"""What is being visited: a handful of all feeds."""

PENDING: Final = (
    "sequence IS NULL AND ruling = 'publish' AND withdrawn_at IS NULL AND shown_by IS NULL"
)
"""What waits for emission. Literal: SQLite uses a partial index only where the texts agree."""

HELD: Final = "ruling = 'hold' AND withdrawn_at IS NULL"
"""What waits for a person. Literal, for the same reason."""

SHOWN: Final = "entries.ruling = 'publish' AND entries.withdrawn_at IS NULL"
"""What may stand in a document."""

GONE: Final = "sequence IS NOT NULL AND (ruling <> 'publish' OR withdrawn_at IS NOT NULL)"
"""What stood in a document and may not any more."""

SHOWN_BY: Final = "shown_by IS NOT NULL"
"""What another entry shows: the few of a story that several sources tell."""

TAKEN: Final = "takedown_id IS NOT NULL"
"""What a takedown withdrew: few of all."""

KEY_KINDS: Final = "'guid', 'address', 'same_story', 'sighting', 'text', 'title'"
"""The last two find an entry that its publisher gave other guids and addresses."""

# --- what is polled ---------------------------------------------------------------------------

feeds = Table(
    "feeds",
    metadata,
    Column("source_id", Text, nullable=False),
    Column("feed_key", Text, nullable=False),
    Column("candidates", Text, nullable=False),  # JSON: its addresses, as last configured
    Column("domain", Text, nullable=False),  # the one asked next: what `hosts` may hold
    Column("state", Text, nullable=False),  # JSON: FeedState
    Column("meta", Text),  # JSON: FeedMeta
    Column("enrolled_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),  # not in feeds.yaml any more: kept, not polled
    # Of `state`, what `claim` asks for. 0: at once.
    Column("next_due_at", BigInteger, nullable=False),
    Column("not_before_at", BigInteger),
    Column("stopped", Text),
    # The claim under which it is being visited: a visit with another fence is refused.
    Column("fence", BigInteger),
    Column("lease_until", BigInteger),
    Column("lease_owner", Text),
    # Counted along, since counting ten million rows is slow.
    Column("visits", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("newest_updated_at", BigInteger),
    PrimaryKeyConstraint("source_id", "feed_key"),
    Index("ix_feeds_due", "next_due_at", "source_id", "feed_key"),
    Index(
        "ix_feeds_lease_until",
        "lease_until",
        sqlite_where=text(LEASED),
        postgresql_where=text(LEASED),
    ),
)

hosts = Table(
    "hosts",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("not_before", BigInteger, nullable=False),  # Retry-After (RFC 9110 section 10.2.3)
    Column("reason", Text, nullable=False),
)

visits = Table(
    "visits",  # a ring: a feed's visit N lies in slot N modulo the number kept
    metadata,
    Column("source_id", Text, nullable=False),
    Column("feed_key", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("visited_at", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("received", BigInteger, nullable=False),
    Column("new_entries", Integer, nullable=False),
    Column("changed_entries", Integer, nullable=False),
    Column("failure_kind", Text),
    Column("failure_message", Text),
    Column("flaws", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("source_id", "feed_key", "slot"),
    ForeignKeyConstraint(["source_id", "feed_key"], ["feeds.source_id", "feeds.feed_key"]),
    CheckConstraint("outcome IN ('changed', 'unchanged', 'failed')", name="outcome"),
)

# --- what was read ----------------------------------------------------------------------------

entries = Table(
    "entries",  # narrow: what decisions need; the article itself is in `revisions`
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source_id", Text, nullable=False),
    Column("feed_key", Text, nullable=False),  # the feed that first brought it, or took it over
    Column("guid", Text, nullable=False),  # the first one
    Column("identity", Text, nullable=False),
    Column("text_digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("link", Text),
    Column("language", Text),
    Column("published_at", BigInteger, nullable=False),
    Column("published_offset", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_offset", Integer, nullable=False),
    Column("publisher_updated_at", BigInteger),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),  # the current one
    Column("ruling", Text, nullable=False),  # what holds: a person's, else the last visit's
    Column("reasons", Text, nullable=False),  # JSON
    Column("ruling_id", BigInteger),  # the person's, in `rulings`: visits do not change it
    Column("sequence", BigInteger),  # its emission, once it has one
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_why", Text),  # of its publisher; that of a takedown stands in `takedowns`
    Column("takedown_id", BigInteger),  # which one withdrew it
    # Nothing sets this yet. The article's page is still to be fetched; the entry waits so long.
    Column("awaiting_text_until", BigInteger),
    Column("publish_at", BigInteger),  # an embargo: it is not emitted before
    Column("edits", Text),  # JSON: Edits, what a person wrote in place of the publisher's
    # Another entry that has the same story and is emitted: this one is not, it is named there.
    Column("shown_by", BigInteger),
    ForeignKeyConstraint(["source_id", "feed_key"], ["feeds.source_id", "feeds.feed_key"]),
    CheckConstraint(f"ruling IN ({RULINGS})", name="ruling"),
    CheckConstraint("identity IN ('guid', 'link', 'hash')", name="identity"),
    Index(
        "ix_entries_pending",
        "language",
        "published_at",
        "id",
        sqlite_where=text(PENDING),
        postgresql_where=text(PENDING),
    ),
    Index(
        "ix_entries_held",
        "source_id",
        "feed_key",
        sqlite_where=text(HELD),
        postgresql_where=text(HELD),
    ),
    Index("ix_entries_gone", "sequence", sqlite_where=text(GONE), postgresql_where=text(GONE)),
    Index(
        "ix_entries_takedown_id",
        "takedown_id",
        sqlite_where=text(TAKEN),
        postgresql_where=text(TAKEN),
    ),
    Index(
        "ix_entries_shown_by",
        "shown_by",
        sqlite_where=text(SHOWN_BY),
        postgresql_where=text(SHOWN_BY),
    ),
)

keys = Table(
    "keys",  # all names under which a source's entry is known; none ever moves to another entry
    metadata,
    Column("source_id", Text, nullable=False),
    Column("value", Text, nullable=False),  # fingerprint of kind and name
    Column("kind", Text, nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    # guid (of a source's only feed) and sighting (of one of several): the raw entry as last read
    Column("digest", Text, nullable=False),
    # The source first: a poll then touches few pages, however large the table.
    PrimaryKeyConstraint("source_id", "value"),
    CheckConstraint(f"kind IN ({KEY_KINDS})", name="kind"),
    sqlite_with_rowid=False,
)

revisions = Table(
    "revisions",
    metadata,
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    Column("number", Integer, nullable=False),  # from 1
    Column("seen_at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON: Entry
    Column("note", Text),  # why it is this kind of change, where that is not plain
    PrimaryKeyConstraint("entry_id", "number"),
    CheckConstraint("kind IN ('new', 'material', 'minor')", name="kind"),
)
