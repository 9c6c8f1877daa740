"""The world out: what was emitted, pages of items, documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from aggregator.model.configured import Edition, Extent, Site, Source
from aggregator.model.gathered import Enclosure, Entry, FeedMeta, Html, Origin, Person

AtomId = NewType("AtomId", str)
"""An IRI that names a published entry for ever (RFC 4287 section 4.2.6)."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes ready to be written below the published root."""

    path: str
    media_type: str
    body: bytes
