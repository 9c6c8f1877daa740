"""The world out: what was emitted, pages of items, documents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from aggregator.model.configured import Edition, Extent, Site, Source
from aggregator.model.gathered import Enclosure, Entry, FeedMeta, Html, Origin, Person

AtomId = NewType("AtomId", str)
"""An IRI that names a published entry for ever (RFC 4287 section 4.2.6)."""


class SeriesKind(StrEnum):
    """What the entries of a series have in common."""

    EDITION = "edition"  # all that an edition shows
    LANGUAGE = "language"  # one of its languages, where it has several
    SOURCE = "source"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesName:
    """Names a series within an edition."""

    kind: SeriesKind
    key: str  # "" of EDITION; a language's code, a source's id, a category's slug, "2026-11"
    title: str = ""  # of a category: as its publisher wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A list of entries that only ever grows at its end: RFC 5005's logical feed.

    The entry that came as the n-th has position n for ever; one that is withdrawn leaves its
    position empty. So all that is cut from it in pieces of fixed size (pages of the site, archive
    documents) stays where it is.
    """

    id: int
    edition: str  # a tag
    name: SeriesName
    count: int  # positions taken: 1 to count


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image that was copied and is served by us."""

    path: str  # below the published root: "images/3f2a....jpg"
    media_type: str
    length: int  # bytes
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The same story at another source, or by another address."""

    source_id: str
    link: str
    original: bool = False  # it is the first publisher's, and came late


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name that a credit gives, with its address where it has one."""

    name: str
    link: str | None = None
    original: bool = False  # it is the first publisher of what another brought us


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An entry that was emitted: its final id, link and place in our own sequence."""

    sequence: int
    id: AtomId
    emitted: datetime
    link: str | None  # fixed at first emission
    language: str  # fixed at first emission
    published: datetime
    updated: datetime
    entry: Entry  # as it is now
    source_id: str
    source_meta: FeedMeta
    source_updated: datetime | None  # the newest `updated` among that feed's entries
    corrected: datetime | None = None  # when its words last changed after it was emitted
    picture: Picture | None = None  # its lead image, where it was copied
    entry_id: int = 0
    copies: tuple[Copy, ...] = ()  # the same story from others, which is not shown itself
    read: Entry | None = None  # as its publisher wrote it, where a person edited it


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A published entry that may not be shown any more (RFC 6721)."""

    id: AtomId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A published entry cut to what rights allow: the formats cannot say more than is here."""

    id: AtomId
    title: str
    link: str | None
    language: str
    published: datetime
    updated: datetime
    authors: tuple[Person, ...]
    source: Source
    source_meta: FeedMeta
    source_updated: datetime | None
    extent: Extent
    summary: str  # the standfirst; "" for a headline
    opening: str  # the body's first words: for an excerpt without standfirst, else ""
    body: Html  # "" but for full text
    enclosures: tuple[Enclosure, ...]
    categories: tuple[str, ...]
    rights: str | None
    license: str | None
    origin: Origin | None
    picture: Picture | None = None  # of which `enclosures` has the address, where it was copied
    corrected: datetime | None = None
    outlet: Mention | None = None  # the first publisher; None: the source
    via: Mention | None = None  # who brought us what another published first
    also: tuple[Mention, ...] = ()  # others that have the same story
    credit: str | None = None  # the line the publisher asks for, in the item's language


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One document's worth of items (RFC 5005), before any format writes it.

    Paths are below the published root and those of one format's chain of documents: an archive
    that is Atom leads to archives that are Atom.
    """

    site: Site
    edition: Edition
    path: str  # of the document itself: "en/atom.xml"
    updated: datetime
    items: tuple[Item, ...]
    title: str | None = None  # None: the edition's
    about: str | None = None  # the HTML page that shows the same; None: the site's home page
    archive: bool = False  # an archive document, that does not change (RFC 5005 section 4)
    prev_archive: str | None = None
    next_archive: str | None = None
    current: str | None = None  # an archive's subscription document
    hubs: tuple[str, ...] = ()  # addresses of WebSub hubs
    withdrawn: tuple[Withdrawal, ...] = ()  # formats that know tombstones say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes ready to be written below the published root."""

    path: str
    media_type: str
    body: bytes
