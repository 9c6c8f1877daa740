"""What to make of it: verdicts, what is known, what a visit found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.configured import Extent, Images, Length, Ruling
from aggregator.model.gathered import Entry, Failure, FeedMeta, FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A ruling with its reasons; the reasons are for people."""

    ruling: Ruling
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """An entry after the rules of its source: as they changed it, and what they say."""

    entry: Entry
    ruling: Ruling | None = None  # None: no rule decided
    reasons: tuple[str, ...] = ()  # which rules fitted, and on what


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much of one entry may be shown today, and why no more."""

    extent: Extent
    length: Length | None = None  # of an excerpt; None: the usual one
    images: Images = Images.NONE
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What a person wrote in place of the publisher's; None: the publisher's stands."""

    title: str | None = None
    standfirst: str | None = None
    categories: tuple[str, ...] | None = None
    language: str | None = None  # fixed once the entry is emitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The little that a decision needs of an entry that is already stored."""

    entry_id: int
    guid: str  # the one under which it was first stored
    # The feed that first brought it: only that one changes it. The asking one, where that one is
    # retired: it takes the entry over.
    feed_key: str
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
    withdrawn: str | None = None  # why its publisher took it back, where it did
    seen: datetime | None = None  # first


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An entry that is stored, with its words: for decisions that need to read them."""

    known: Known
    entry: Entry  # as the publisher last wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What people did with the entries of a feed that were held since a day."""

    waiting: int  # still, in quarantine
    approved: int


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
    note: str = ""  # why it is this kind of change, where that is not plain
    publish_at: datetime | None = None  # of a new one: not to be emitted before


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The publisher took an entry back: its own sign, at a visit or on the article's page."""

    entry_id: int
    at: datetime  # as the publisher says, else when we learned of it
    why: str


class Outcome(StrEnum):
    """How a visit ended."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


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
    retry_at: datetime | None = None  # Retry-After: its host is left alone until then
    retry_host: str | None = None  # who said so, after redirects; None: the host asked
    next_domain: str | None = None  # what the next visit asks; None: the same as this one
    removals: tuple[Removal, ...] = ()
    returned: tuple[int, ...] = ()  # entries that the publisher had taken back and shows again
