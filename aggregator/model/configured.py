"""What the operator configures: sources, rights, editions, the site."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class Extent(StrEnum):
    """How much of an entry's text may appear in what we publish."""

    HEADLINE = "headline"
    EXCERPT = "excerpt"
    FULL = "full"


class Images(StrEnum):
    """What may happen to a publisher's images and other media."""

    NONE = "none"
    LINK = "link"  # the feed names the publisher's own file; nothing is copied
    COPY = "copy"  # the lead image is copied, checked, and served by us; nothing else is shown


class Status(StrEnum):
    """How it stands between us and the publisher; decides before `Rights.allows`."""

    GRANTED = "granted"  # the publisher said yes
    LICENSED = "licensed"  # to everybody, by an open licence
    PUBLIC_DOMAIN = "public-domain"
    QUOTED = "quoted"  # nobody was asked: what the law of quotation lets one show, an excerpt
    ASKED = "asked"  # and not answered yet: an excerpt at most
    REFUSED = "refused"  # the headline and the link


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long an excerpt may be: so many words, paragraphs or characters; none of them more."""

    words: int | None = None
    paragraphs: int | None = None
    characters: int | None = None  # a publisher's max-snippet; feeds.yaml has no word for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the publisher lets us show, and on what grounds."""

    allows: Extent = Extent.EXCERPT
    length: Length | None = None  # of an excerpt; None: the usual one
    images: Images = Images.NONE
    translate: bool = False  # translations may be published
    status: Status | None = None  # None: the operator says no more than `allows`
    license: str | None = None  # the address of a machine-readable licence (RFC 4946)
    basis: str | None = None  # the grounds in the operator's words: a licence, a letter
    proof: str | None = None  # where the grounds can be looked up: a file, an address
    granted: date | None = None
    expires: date | None = None  # the last day, in UTC
    credit: str | None = None  # the credit line the publisher asks for
    credits: tuple[tuple[str, str], ...] = ()  # the same by language, where it differs


class Ruling(StrEnum):
    """What is to happen with an entry."""

    PUBLISH = "publish"
    HOLD = "hold"
    DROP = "drop"


class RuleField(StrEnum):
    """What of an entry a rule looks at."""

    TITLE = "title"
    BODY = "body"  # standfirst and body
    TEXT = "text"  # title, standfirst and body
    BYLINE = "byline"
    CATEGORY = "category"
    ADDRESS = "address"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds where one of the words, or the pattern, is found in a field."""

    field: RuleField
    words: tuple[str, ...] = ()  # whole words or phrases; `*` at an end stands for any letters
    pattern: str | None = None  # RE2's syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is to happen with entries that fit. The first rule with a ruling is the last one."""

    name: str
    when: tuple[Condition, ...] = ()  # all of them hold
    unless: tuple[Condition, ...] = ()  # and none of these
    longer: int | None = None  # than so many words of text
    shorter: int | None = None
    older: timedelta | None = None  # than this when it is seen
    newer: timedelta | None = None
    then: Ruling | None = None
    tag: tuple[str, ...] = ()  # categories that are added
    category: tuple[str, ...] = ()  # those that it has instead of the publisher's
    language: str | None = None
    strip: tuple[str, ...] = ()  # CSS selectors of what is taken out of the body


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
    rules: tuple[Rule, ...] = ()  # its own, then those of all sources
    hold: bool = False  # every entry waits for a person
    hold_first: int = 0  # of a new source: so many entries wait for a person
    new_entries: int | None = None  # of a new source: only so many of its newest; None: all
    publish_delay: timedelta = timedelta(0)  # from when an entry is first seen
    watch_removals: bool = False  # ask article pages whether they are still there


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where `run` shows what is published, and `serve` by default."""

    host: str = "127.0.0.1"
    port: int = 8080
