"""The world in: feeds and their state, what was fetched, read and normalized."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from aggregator.errors import FailureKind

Html = NewType("Html", str)
"""A sanitized HTML fragment; made only by `aggregator.text.html`."""


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
class Failure:
    """A `SourceError` as a value."""

    kind: FailureKind
    message: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """How often something was met, of late."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a feed usually brings: what `judge.flood` compares a visit with."""

    asked: tuple[str, ...] = ()  # the feed's addresses when this was learned; others begin anew
    since: datetime | None = None  # the start of the time in which `counted` came
    counted: int = 0  # new entries in that time, those of the first visit left out
    documents: int = 0  # that had entries and gave no alarm
    entries: int = 0  # of those documents that were new, the first ones too
    most: int = 0  # new entries that one visit brought, of late
    domains: tuple[Tallied, ...] = ()  # registrable ones, where entries lead
    languages: tuple[Tallied, ...] = ()
    scripts: tuple[Tallied, ...] = ()
    words: str = ""  # its usual words, the latest first, parted by spaces
    familiar: float = 0.0  # which share of an entry's words are usual ones, on the average
    links: float = 0.0  # links to other domains in a hundred words, on the average
    clocks: int = 0  # entries whose words changed by the time of day alone
    complete: bool = False  # its last document said that it has all of the feed's entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Why nothing new of a feed is published until a person has looked."""

    reason: str
    since: datetime


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
    unread: Failure | None = None  # why the document that `validators` name could not be read
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
    iri: str | None = None  # names the feed in atom:source, for ever (RFC 4287 section 4.2.6)
    guids_unreliable: bool = False  # one guid was seen on several entries: identify by link
    format: str | None = None  # of the last document that was read: `ParsedFeed.format`
    profile: Profile | None = None  # None: nothing was learned of it yet
    quarantine: Quarantine | None = None
    admitted: int = 0  # entries since it was new that no rule dropped: what `hold_first` counts


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
    robots: tuple[str, ...] = ()  # values of X-Robots-Tag, as received


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
class Alternate:
    """Where the same article is in another language (RFC 4287 section 4.2.7.4)."""

    href: str
    language: str  # hreflang as written; of an `Entry` the program's code


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
    updated: str | None = None  # of the feed itself, as written
    rights: str | None = None
    license: str | None = None
    image: str | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The first publisher that a copied entry names: atom:source or the RSS source element.

    Its authors and rights are the entry's where the entry has none (RFC 4287 sections 4.2.1 and
    4.2.11); those of the feed that copied it come after.
    """

    title: str | None = None
    id: str | None = None
    link: str | None = None
    updated: str | None = None  # as written
    rights: str | None = None
    authors: tuple[Person, ...] = ()


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
    alternates: tuple[Alternate, ...] = ()  # its pages in named languages, but for `link`
    robots: tuple[str, ...] = ()  # directives for machines, lower case: "noarchive"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedEntry:
    """A tombstone (RFC 6721 section 2): the publisher says that an entry is no more."""

    ref: str  # the entry's id
    when: str  # as written
    by: str | None = None
    comment: str | None = None


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
    hubs: tuple[str, ...] = ()  # WebSub; nothing subscribes yet
    deleted: tuple[DeletedEntry, ...] = ()
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
    rights: str | None  # the statement for this entry, else of its origin, else of its feed
    license: str | None  # its own; the source's and the feed's are looked up when it goes out
    language: str | None  # None: in doubt, to be decided by a person
    language_reason: str
    origin: Origin | None
    flags: tuple[str, ...] = ()  # "published-in-future", "date-absurd", ...
    also: tuple[str, ...] = ()  # other guids under which the document had this story
    translations: tuple[Alternate, ...] = ()  # their addresses in canonical form, like `address`
    robots: tuple[str, ...] = ()  # what the publisher asks of machines: "noarchive"
