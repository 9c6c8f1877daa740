"""What the pages of the site show, before any template: the views of `syndicate.site`.

Every `path` is a document's, below the published root ("en/index.html"); the site makes the
address of it ("/en/"). Whoever fills these values decides which articles stand where; how much of
an article may be shown was decided before, in its `Item`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from aggregator.model.configured import Edition, Site, Source
from aggregator.model.published import Item


class OperatorPage(StrEnum):
    """A page that the operator writes, in the order of the menu."""

    CONTACT = "contact"
    BOOKS = "books"
    ABOUT = "about"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page of an edition."""

    site: Site
    edition: Edition
    editions: tuple[Edition, ...]  # of the site, in the order of the language switcher
    pages: tuple[OperatorPage, ...] = ()  # those that this edition has
    index_copies: bool = False  # let search engines have copied articles, naming the original
    search: bool = False  # the server beside the pages answers searches
    takedowns: bool = False  # there is a page of what was withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """The same page in another edition: what the language switcher and hreflang lead to."""

    tag: str  # the edition's
    path: str
    language: str | None = None  # an article's own, where the edition shows several


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A list of articles that one can go to: a source, a category."""

    name: str
    path: str
    count: int | None = None  # articles on it


class Fate(StrEnum):
    """What a correction did with some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a correction changed in one paragraph, as far as both versions may be shown."""

    parts: tuple[tuple[Fate, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An item and its page."""

    item: Item
    path: str
    corrected: datetime | None = None  # when a reader of the first version must know of a newer
    categories: tuple[Shelf, ...] = ()  # those that have a page
    counterparts: tuple[Counterpart, ...] = ()  # translations, and the same in other editions
    changes: tuple[Difference, ...] = ()  # since it was first published
    rewritten: bool = False  # so much changed that `changes` would be the whole text


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the archive that has articles."""

    year: int
    month: int
    path: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An edition's home page."""

    articles: tuple[Article, ...]  # newest first; the first leads
    languages: tuple[Shelf, ...] = ()  # where the edition has several
    sources: tuple[Shelf, ...] = ()
    categories: tuple[Shelf, ...] = ()
    months: tuple[Month, ...] = ()  # newest first: the last few
    older: str | None = None  # the page that goes on where this one ends


class ListKind(StrEnum):
    """What the articles of a list have in common."""

    ALL = "all"  # of the edition
    LANGUAGE = "language"  # one of its languages, where it has several
    SOURCE = "source"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list of articles."""

    kind: ListKind
    path: str
    articles: tuple[Article, ...]
    language: str = ""  # of a LANGUAGE: the program's code
    source: Source | None = None  # of a SOURCE
    category: str = ""  # the name of a CATEGORY
    month: date | None = None  # any day of a MONTH
    page: int | None = None  # its number, where it is one of several
    newer: str | None = None
    older: str | None = None
    feeds: str | None = None  # the folder of feeds of just these articles: "en/source/x"
    counterparts: tuple[Counterpart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search found: the one page that a server makes."""

    query: str  # as it was written
    articles: tuple[Article, ...]  # the best first
    total: int  # found in all
    page: int = 1
    pages: int = 1  # that one can turn to
    ready: bool = True  # False: what is searched is being prepared, so nothing was looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What publishers may want to know of our visits. Facts, not promises."""

    user_agent: str
    spacing: timedelta  # between two requests to one host
    sources: tuple[Source, ...]
    path: str = "bot/index.html"
    counterparts: tuple[Counterpart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A line of the public log of takedowns."""

    at: datetime
    reason: str
    outlet: str  # the source's name
    title: str = ""  # of the article; "": it is not said, or all of the outlet's went
    whole: bool = False  # all that the outlet published
    restored: datetime | None = None  # since when it is shown again


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """A page that search engines may index."""

    path: str
    modified: datetime | None = None
