"""What was published: emissions and what became of them, series, pictures, pings."""

from typing import Final

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
    UniqueConstraint,
    text,
)

from aggregator.store.schema.numbers import Id, metadata

SERIES_KINDS: Final = "'edition', 'language', 'source', 'category', 'month'"

CORRECTED: Final = "corrected_at IS NOT NULL"
WITHDRAWN: Final = "withdrawn_at IS NOT NULL"
DUE: Final = "due_at IS NOT NULL"
"""Few of all placements, and few of all pictures."""

# --- what was published -----------------------------------------------------------------------

emissions = Table(
    "emissions",  # only ever added to: id, link and language are fixed for ever
    metadata,
    Column("sequence", Id, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False, unique=True),
    Column("atom_id", Text, nullable=False),
    Column("atom_key", Text, nullable=False, unique=True),  # fingerprint of atom_id
    Column("link", Text),
    Column("language", Text, nullable=False),
    Column("emitted_at", BigInteger, nullable=False),
    # "The newest 40 of an edition", however many there are.
    Index("ix_emissions_language", "language", "sequence"),
)

corrections = Table(
    "corrections",  # emitted entries of which subscribers learn again
    metadata,
    Column(
        "sequence", Id, ForeignKey("emissions.sequence"), primary_key=True, autoincrement=False
    ),
    # The last time: its words changed, or it was gone and is shown again.
    Column("corrected_at", BigInteger, nullable=False),
    Column("words_at", BigInteger),  # when its words changed last
)

withdrawals = Table(
    "withdrawals",  # emitted entries that may not be shown; one that is shown again leaves
    metadata,
    Column(
        "sequence", Id, ForeignKey("emissions.sequence"), primary_key=True, autoincrement=False
    ),
    Column("withdrawn_at", BigInteger, nullable=False),
)

outdated = Table(
    "outdated",  # emitted entries that documents do not show yet as they are now
    metadata,
    Column(
        "sequence", Id, ForeignKey("emissions.sequence"), primary_key=True, autoincrement=False
    ),
    Column("generation", BigInteger, nullable=False),  # of the last change
)

# --- what is one article in several languages ---------------------------------------------------

alternates = Table(
    "alternates",  # addresses at which an emitted entry says it is in another language
    metadata,
    Column("value", Text, nullable=False),  # as in `keys`
    Column("sequence", BigInteger, ForeignKey("emissions.sequence"), nullable=False),
    PrimaryKeyConstraint("value", "sequence"),
    Index("ix_alternates_sequence", "sequence"),
    sqlite_with_rowid=False,
)

translations = Table(
    "translations",  # the entries, emitted or not yet, that `keys` has for those addresses
    metadata,
    Column("sequence", BigInteger, ForeignKey("emissions.sequence"), nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    PrimaryKeyConstraint("sequence", "entry_id"),
    Index("ix_translations_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)

# --- what grows -------------------------------------------------------------------------------

series = Table(
    "series",  # lists that only grow at their end (RFC 5005 calls each a logical feed)
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("edition", Text, nullable=False),  # a tag
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("count", BigInteger, nullable=False),  # positions taken
    Column("newest", BigInteger, nullable=False),  # the highest sequence that was placed
    UniqueConstraint("edition", "kind", "key"),
    CheckConstraint(f"kind IN ({SERIES_KINDS})", name="kind"),
)

placements = Table(
    "placements",  # only ever added to: a position is an entry's for ever
    metadata,
    Column("series_id", BigInteger, ForeignKey("series.id"), nullable=False),
    Column("position", BigInteger, nullable=False),  # from 1, without gaps
    Column("sequence", BigInteger, ForeignKey("emissions.sequence"), nullable=False),
    # As in `corrections` and `withdrawals`: here they can be asked for by series.
    Column("corrected_at", BigInteger),
    Column("withdrawn_at", BigInteger),
    PrimaryKeyConstraint("series_id", "position"),
    # Once in a series; and its newest by our own sequence, whatever came late to the edition.
    UniqueConstraint("series_id", "sequence"),
    Index("ix_placements_sequence", "sequence", "series_id"),
    Index(
        "ix_placements_corrected_at",
        "series_id",
        "corrected_at",
        sqlite_where=text(CORRECTED),
        postgresql_where=text(CORRECTED),
    ),
    Index(
        "ix_placements_withdrawn_at",
        "series_id",
        "withdrawn_at",
        sqlite_where=text(WITHDRAWN),
        postgresql_where=text(WITHDRAWN),
    ),
    sqlite_with_rowid=False,
)

placed = Table(
    "placed",  # how far the emissions of a language were placed in an edition
    metadata,
    Column("edition", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),  # the last one
    PrimaryKeyConstraint("edition", "language"),
    sqlite_with_rowid=False,
)

# --- what is done beside the documents ----------------------------------------------------------

pings = Table(
    "pings",  # hubs that are to be told of a topic (WebSub section 7)
    metadata,
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("request", BigInteger, nullable=False),  # the newest: an older one's answer is late
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),  # that failed
    PrimaryKeyConstraint("hub", "topic"),
    Index("ix_pings_due_at", "due_at"),
    sqlite_with_rowid=False,
)

pictures = Table(
    "pictures",  # images that are, or are to be, copied; with neither path nor due: given up
    metadata,
    Column("key", Text, primary_key=True),  # fingerprint of url
    Column("url", Text, nullable=False),
    Column("tries", Integer, nullable=False),  # that failed
    Column("due_at", BigInteger),
    Column("path", Text),  # once it is kept, with all that follows
    Column("media_type", Text),
    Column("length", BigInteger),
    Column("width", Integer),
    Column("height", Integer),
    Index("ix_pictures_due_at", "due_at", sqlite_where=text(DUE), postgresql_where=text(DUE)),
    Index("ix_pictures_path", "path"),  # two addresses may give the same bytes
    sqlite_with_rowid=False,
)

picture_uses = Table(
    "picture_uses",  # the emitted entries that a picture leads
    metadata,
    Column("key", Text, ForeignKey("pictures.key"), nullable=False),
    Column("sequence", BigInteger, ForeignKey("emissions.sequence"), nullable=False),
    PrimaryKeyConstraint("key", "sequence"),
    Index("ix_picture_uses_sequence", "sequence"),
    sqlite_with_rowid=False,
)
