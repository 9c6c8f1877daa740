"""What the operator configures: sources, rights, editions, the site."""

from dataclasses import dataclass, field
from datetime import timedelta
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where `run` shows what is published, and `serve` by default."""

    host: str = "127.0.0.1"
    port: int = 8080
