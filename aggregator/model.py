"""The nouns of the journey, in the order in which they appear on it.

    Source, Feed, FeedState  --fetch-->  Fetched | NotModified
    Fetched  --grammar-->  ParsedFeed (ParsedEntry ...)      what the publisher wrote, untrusted
    ParsedEntry  --normalize-->  Entry                       what we would put our name to
    Entry + Known  --judge-->  Change (Verdict)  -->  Visit  what a visit found, recorded whole
    Published  --editions-->  Page  --atom-->  Document      what subscribers get

All are frozen values without behavior of their own beyond small derivations. Every datetime is
aware; a publisher's offset travels in its tzinfo. Foreign shapes (feedparser dicts, YAML nodes,
rows, httpx objects) never get in here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from aggregator.errors import FailureKind

Html = NewType("Html", str)
"""A sanitized HTML fragment; made only by `aggregator.text.html`."""

AtomId = NewType("AtomId", str)
"""An IRI that names a published entry for ever (RFC 4287 section 4.2.6)."""


# --- what the operator configures -----------------------------------------------------------


class Extent(StrEnum):
    """How much of an entry's text may appear in what we publish."""

    HEADLINE = "headline"
    EXCERPT = "excerpt"
    FULL = "full"


class Images(StrEnum):
    """What may happen to a publisher's images and other media."""

    NONE = "none"
    LINK = "link"  # the feed names the publisher's own file; nothing is copied


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the publisher lets us show, and on what grounds."""

    allows: Extent = Extent.EXCERPT
    images: Images = Images.NONE
    license: str | None = None  # the address of a machine-readable licence (RFC 4946)
    basis: str | None = None  # the grounds in the operator's words: a licence, a letter
    credit: str | None = None  # the credit line the publisher asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of a source: the same document at one or more addresses, in order of preference.

    `key` names it within its source: "" where the source has one feed, else its first address.
    """

    key: str
    candidates: tuple[str, ...]
    language: str | None = None  # the operator's prior for this feed alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet that we follow. Its id survives every change of address."""

    id: str
    name: str
    feeds: tuple[Feed, ...]
    homepage: str | None = None
    language: str | None = None  # a prior for the decision per entry
    language_decides: bool = False  # {always: X}: the prior alone decides
    interval: timedelta = timedelta(hours=1)
    rights: Rights = field(default_factory=Rights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One feed that we publish: which languages it shows and how it names itself."""

    tag: str  # the folder it is published in: "en", "ku"
    title: str
    languages: tuple[str, ...]  # the program's codes: "en", "kmr", "ckb"
    words: str  # the language of its interface: "en", "kmr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The republisher: whose site this is and who answers for it."""

    title: str
    url: str  # no trailing slash
    owner_name: str
    owner_email: str


# --- gather: the world in -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What makes the next request conditional (RFC 9110 section 8.8), byte for byte.

    They belong to `url` alone and are never sent to another address. `etag` keeps its quotes
    and `W/`; `last_modified` is the server's string, never a date of ours.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of one feed between visits. Timers live here, not in a job store."""

    source_id: str
    feed_key: str = ""
    candidate: int = 0  # which of `Feed.candidates` the next visit asks
    gone: tuple[str, ...] = ()  # candidates that answered 410
    next_due: datetime | None = None  # None: due at once
    last_visit: datetime | None = None
    last_success: datetime | None = None
    # The last request without validators to a server that gave some: one a day is allowed.
    last_unconditional: datetime | None = None
    not_before: datetime | None = None  # Retry-After and the like: not even a forced visit
    validators: Validators | None = None
    body_digest: str | None = None  # of the last parsed body; an equal one ends the visit
    moved_to: str | None = None  # where permanent redirects lead
    moved_since: datetime | None = None  # since when they have led there, without a break
    moved_from: str | None = None  # the candidate that they lead away from
    moved_checked: datetime | None = None  # when that candidate was last asked itself
    tried: tuple[str, ...] = ()  # addresses that failed in the round under way
    preferred_asked: datetime | None = None  # when the first candidate was last asked
    failures: int = 0  # visits failed in a row
    failure: str | None = None  # the last failure's message
    stopped: str | None = None  # why it is not polled any more (410 on every candidate)
    ttl: timedelta | None = None  # floors that the last document asked for
    update_period: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()  # Monday is 0
    guids_unreliable: bool = False  # one guid was seen on several entries: identify by link


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body that arrived whole, and what its response said about it."""

    url: str  # the address it came from, after redirects: the base of relative links
    content_type: str  # the header as received, "" where there was none
    content_language: str | None
    body: bytes
    received: int  # bytes of the body on the wire, before inflation
    validators: Validators | None
    fresh_until: datetime | None  # Cache-Control or Expires (RFC 9111 section 4.2)
    moved_to: str | None  # the end of a chain made of permanent redirects only
    conditional: bool  # whether the request carried validators


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: an answer, not an error (RFC 9110 section 15.4.5)."""

    url: str
    validators: Validators | None  # those sent, updated by the 304's own (RFC 9111 section 3.2)
    fresh_until: datetime | None
    moved_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An Atom person construct (RFC 4287 section 3.2)."""

    name: str
    email: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes with an entry: an enclosure, media:content or media:thumbnail."""

    url: str
    media_type: str | None = None
    length: int | None = None  # bytes, as declared
    medium: str | None = None  # "image", "audio", "video": media:content without a type has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text construct as the publisher wrote it, with what is needed to read it."""

    value: str
    html: bool = True  # False: plain text
    base: str | None = None  # xml:base, else the document's address
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMeta:
    """What a feed says of itself: the raw material of `atom:source` (RFC 4287 section 4.2.11)."""

    id: str | None = None
    title: str | None = None
    subtitle: str | None = None
    link: str | None = None  # rel=alternate: the homepage
    self_link: str | None = None
    language: str | None = None
    updated: str | None = None  # as written
    rights: str | None = None
    license: str | None = None
    generator: str | None = None
    image: str | None = None
    authors: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The first publisher that a copied entry names: atom:source or the RSS source element."""

    title: str | None = None
    id: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry as the publisher wrote it: every field optional, nothing trusted."""

    guid: str | None = None
    guid_is_permalink: bool = False
    link: str | None = None
    orig_link: str | None = None  # feedburner:origLink
    title: Text | None = None
    summary: Text | None = None
    contents: tuple[Text, ...] = ()
    published: str | None = None  # as written
    updated: str | None = None  # as written; None where the entry has none
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    rights: str | None = None
    license: str | None = None
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """One document, read by one of the grammars."""

    format: str  # "rss20", "atom10", "json11", ...: feedparser's words
    meta: FeedMeta
    entries: tuple[ParsedEntry, ...]
    ttl: timedelta | None = None
    update_period: timedelta | None = None  # sy:updatePeriod / sy:updateFrequency
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()  # Monday is 0
    complete: bool = False  # fh:complete (RFC 5005 section 2)
    hubs: tuple[str, ...] = ()  # WebSub
    flaws: tuple[str, ...] = ()  # what was repaired in order to read it


class Identity(StrEnum):
    """Which rule gave an entry its guid."""

    GUID = "guid"
    LINK = "link"  # no guid, or one that several entries share
    HASH = "hash"  # neither: of title and text


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKey:
    """The identity of an entry inside: guids collide across sources (RFC 4287 section 8.4)."""

    source_id: str
    guid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """A raw entry with its key and digest, before any costly work is done on it."""

    key: EntryKey
    identity: Identity
    address: str | None  # the canonical form of its link, where it is this entry's alone
    digest: str  # of the raw fields and the normalizer's version
    same_story: str | None  # of title and publication time, where both are there
    parsed: ParsedEntry
    also: tuple[str, ...] = ()  # guids of the same story's other entries in the document


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry in the article format: aware times, absolute links, sanitized HTML."""

    key: EntryKey
    identity: Identity
    digest: str
    address: str | None
    same_story: str | None
    link: str | None
    title: str
    standfirst: str
    body: Html
    published: datetime | None  # None: the publisher gave none that can be used
    updated: datetime | None  # likewise
    byline: tuple[Person, ...]
    lead_image: Enclosure | None
    enclosures: tuple[Enclosure, ...]
    categories: tuple[str, ...]
    rights: str | None  # the publisher's statement for this entry, else for its feed
    license: str | None
    language: str | None  # None: in doubt, to be decided by a person
    language_reason: str
    origin: Origin | None
    flags: tuple[str, ...] = ()  # "published-in-future", "date-absurd", ...
    also: tuple[str, ...] = ()  # other guids under which the document had this story


# --- judge: what to make of it --------------------------------------------------------------


class Ruling(StrEnum):
    """What is to happen with an entry."""

    PUBLISH = "publish"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A ruling with its reasons; the reasons are for people."""

    ruling: Ruling
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The little that a decision needs of an entry that is already stored."""

    entry_id: int
    guid: str  # the one under which it was first stored
    feed_key: str  # the feed that first brought it; only that one changes it
    digest: str  # as last recorded from the asking feed under the asked guid; "" if never
    text_digest: str  # of the normalized words: what a material change changes
    published: datetime
    updated: datetime
    title: str
    language: str | None
    revision: int
    emitted: bool
    verdict: Verdict
    publisher_updated: datetime | None = None


class ChangeKind(StrEnum):
    """What a visit found out about one entry."""

    NEW = "new"
    MATERIAL = "material"  # its words changed: `updated` moves
    MINOR = "minor"  # markup, links, metadata: bytes may change, `updated` does not
    ALIAS = "alias"  # another guid or address of an entry that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry as it is to be recorded, with the dates that we answer for."""

    kind: ChangeKind
    entry: Entry
    entry_id: int | None  # of the known entry; None for a new one
    text_digest: str
    published: datetime  # the publisher's, else first seen
    updated: datetime  # RFC 4287 section 4.2.15; never later than now, never decreasing
    verdict: Verdict


class Outcome(StrEnum):
    """How a visit ended."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A `SourceError` as a value."""

    kind: FailureKind
    message: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """All that one visit to one feed found. Recorded whole or not at all."""

    source_id: str
    feed_key: str
    fence: int  # the claim it was made under; a stale one is refused
    at: datetime
    url: str
    outcome: Outcome
    status: int | None
    received: int  # bytes on the wire
    state: FeedState  # what is to be remembered, with the next due time
    meta: FeedMeta | None = None  # None: keep what is known
    changes: tuple[Change, ...] = ()
    failure: Failure | None = None
    flaws: tuple[str, ...] = ()
    retry_at: datetime | None = None  # Retry-After: its domain is left alone until then
    next_domain: str | None = None  # what the next visit asks; None: the same as this one


# --- syndicate: the world out ---------------------------------------------------------------


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
    """One document's worth of items (RFC 5005), before any format is chosen."""

    site: Site
    edition: Edition
    path: str  # below the published root: "en/atom.xml"
    updated: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes ready to be written below the published root."""

    path: str
    media_type: str
    body: bytes
