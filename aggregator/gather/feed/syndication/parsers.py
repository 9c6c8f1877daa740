"""feedparser's two parsers, told to keep what was written.

Nothing here opens anything: they are fed text that was decoded and made harmless before.
`feedparser.parse` is not called, because it takes a string for an address or a path, and because
its handlers lose what we need; `_AsWritten` says what, handler by handler. A test holds that each
handler still takes the place of one of feedparser's.
"""

import xml.sax
import xml.sax.handler
from dataclasses import dataclass
from typing import Any

from feedparser.api import LooseFeedParser, StrictFeedParser

from aggregator.errors import FailureKind, SourceError

MAX_ENTRIES = 2_000  # the first ones; newest come first in practice
MAX_ATTRIBUTES = 1_000  # of one element; feedparser's time grows with their square
MAX_DEPTH = 2_000  # of elements in elements
MAX_ELEMENTS = 150_000  # of a document; each costs feedparser some 40 microseconds
MAX_DIRECTIVES = 20  # to machines, of a feed or an entry
MAX_TAGS = 200  # categories of one entry; each is compared with all before it

# Keys of ours in feedparser's dictionaries; no element has such a name.
PERMALINK = "(permalink)"
OWN_LANGUAGE = "(language)"
WRITTEN = "(written)"
SKIP_HOURS = "(skip hours)"
SKIP_DAYS = "(skip days)"
COMPLETE = "(complete)"
ROBOTS = "(robots)"

HISTORY = "http://purl.org/syndication/history/1.0"

Dict = dict[str, Any]  # feedparser's; `dict.get` reads it without its mapping of old key names


# feedparser's handlers fail like this on elements that are out of place or lack what they need.
_OUT_OF_PLACE = (KeyError, IndexError, TypeError, ValueError, RecursionError)


class _Enough(Exception):  # noqa: N818 - a signal, not an error
    """As many entries as we take have been read."""


class _AsWritten:
    """What feedparser's handlers do otherwise, mixed in before both of its parsers."""

    namespaces = {**StrictFeedParser.namespaces, HISTORY: "fh"}  # noqa: RUF012 - feedparser's
    _matchnamespaces: Dict = {}  # noqa: RUF012 - filled by feedparser from `namespaces`
    # An id is no address: resolved, a bare one would change with the document's address.
    can_be_relative_uri = StrictFeedParser.can_be_relative_uri - {"id"}
    resolve_relative_uris = False
    sanitize_html = False
    _elements = 0

    def unknown_starttag(self: Any, tag: str, attrs: list[tuple[str, str]]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise _too_costly(f"has more than {MAX_ELEMENTS:,} elements")
        if self.depth > MAX_DEPTH:
            raise _too_costly(f"is more than {MAX_DEPTH:,} elements deep")
        if len(attrs) > MAX_ATTRIBUTES:
            raise _too_costly(f"has more than {MAX_ATTRIBUTES:,} attributes on one element")
        try:
            super().unknown_starttag(tag, attrs)  # type: ignore[misc]
        except _OUT_OF_PLACE:
            self._passed_over[tag[:40]] = None

    def unknown_endtag(self: Any, tag: str) -> None:
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except _OUT_OF_PLACE:
            self._passed_over[tag[:40]] = None

    def _start_item(self: Any, attrs_d: Dict) -> None:
        if len(self.entries) == MAX_ENTRIES:
            raise _Enough
        super()._start_item(attrs_d)  # type: ignore[misc]
        # A language belongs to an entry when the entry says so; the feed's is in its meta.
        self.lang = self.langstack[-1] = attrs_d.get("xml:lang") or None
        self.entries[-1][OWN_LANGUAGE] = self.lang
        self.svgOK = 0  # a picture that was never closed ends with its entry

    _start_entry = _start_item

    def _start_guid(self: Any, attrs_d: Dict) -> None:
        # feedparser forgets isPermaLink where a link came first.
        self._get_context()[PERMALINK] = (
            attrs_d.get("ispermalink", "true").strip().lower() == "true"
        )
        self.push("id", 1)

    def _start_id(self: Any, _attrs: Dict) -> None:
        self.push("id", 1)

    def _end_guid(self: Any) -> None:
        self.pop("id")

    _end_id = _end_guid

    def _start_link(self: Any, attrs_d: Dict) -> None:
        if not attrs_d.get("href", "-").strip():
            del attrs_d["href"]  # resolved, it would be the document itself
        super()._start_link(attrs_d)  # type: ignore[misc]

    # Dates stay as written; feedparser's own reading of them is not used.
    def _end_published(self: Any) -> None:
        self.pop("published")

    def _end_updated(self: Any) -> None:
        self.pop("updated")

    def _end_created(self: Any) -> None:
        self.pop("created")

    def _end_expirationdate(self: Any) -> None:
        self.pop("expired")

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated

    # feedparser takes dc:date for `updated`; in RSS it is the date of publication.
    def _start_dc_date(self: Any, _attrs: Dict) -> None:
        self.push("dc_date", 1)

    def _end_dc_date(self: Any) -> None:
        self.pop("dc_date")

    # A caption is not the article: feedparser makes the second description an entry's content.
    def _start_media_description(self: Any, _attrs: Dict) -> None:
        self.push("media_description", 1)

    def _end_media_description(self: Any) -> None:
        self.pop("media_description")

    def _start_media_title(self: Any, _attrs: Dict) -> None:
        self.push("media_title", 1)

    def _end_media_title(self: Any) -> None:
        self.pop("media_title")

    def _start_itunes_summary(self: Any, _attrs: Dict) -> None:
        self.push("itunes_summary", 1)

    def _end_itunes_summary(self: Any) -> None:
        self.pop("itunes_summary")

    # Addresses of files are resolved as those of links are.
    def _start_enclosure(self: Any, attrs_d: Dict) -> None:
        _resolve(self, attrs_d)
        super()._start_enclosure(attrs_d)  # type: ignore[misc]

    def _start_media_content(self: Any, attrs_d: Dict) -> None:
        _resolve(self, attrs_d)
        super()._start_media_content(attrs_d)  # type: ignore[misc]

    def _start_media_thumbnail(self: Any, attrs_d: Dict) -> None:
        _resolve(self, attrs_d)
        super()._start_media_thumbnail(attrs_d)  # type: ignore[misc]

    # feedparser keeps the last of several hours and days only.
    def _start_hour(self: Any, _attrs: Dict) -> None:
        self.push("hour", 1)

    def _end_hour(self: Any) -> None:
        self._get_context().setdefault(SKIP_HOURS, []).append(self.pop("hour") or "")

    def _start_day(self: Any, _attrs: Dict) -> None:
        self.push("day", 1)

    def _end_day(self: Any) -> None:
        self._get_context().setdefault(SKIP_DAYS, []).append(self.pop("day") or "")

    def _start_fh_complete(self: Any, _attrs: Dict) -> None:
        self.feeddata[COMPLETE] = True

    def _end_fh_complete(self: Any) -> None:
        pass

    # What some publishers ask of machines, of the whole feed or of an entry. Within a text it is
    # the text's.
    def _start_xhtml_meta(self: Any, attrs_d: Dict) -> None:
        if attrs_d.get("name", "").strip().lower() == "robots" and attrs_d.get("content"):
            self._get_context().setdefault(ROBOTS, []).append(attrs_d["content"])

    def _end_xhtml_meta(self: Any) -> None:
        pass

    # Podlove chapters are not used, and feedparser fails on one without a start.
    def _start_psc_chapters(self: Any, _attrs: Dict) -> None:
        pass

    _start_psc_chapter = _start_psc_chapters

    def _add_tag(self: Any, term: str, scheme: str, label: str) -> None:
        if len(self._get_context().setdefault("tags", [])) < MAX_TAGS:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]

    def _save_author(self: Any, key: str, value: str, prefix: str = "author") -> None:
        if prefix == "author":  # feedparser writes a podcast's owner over its author
            super()._save_author(key, value, prefix)  # type: ignore[misc]

    # feedparser looks for a mail address in an author, in quadratic time, and knows domains of
    # two to four letters only: of longer ones it cuts a part out, and the rest is no name.
    def _sync_author_detail(self: Any, key: str = "author") -> None:
        pass

    def _end_author(self: Any) -> None:
        self.pop("author")
        self.inauthor = 0
        context = self._get_context()
        written, people = context.get("author"), context.get("authors")
        if isinstance(written, str) and isinstance(people, list) and people and not people[-1]:
            people[-1][WRITTEN] = written

    _end_managingeditor = _end_author


def directives(context: Dict) -> tuple[str, ...]:
    """Return what a feed or an entry asks of machines, directive by directive."""
    asked = ",".join(map(str, dict.get(context, ROBOTS) or ())).lower().split(",")
    return tuple(dict.fromkeys(filter(None, map(str.strip, asked))))[:MAX_DIRECTIVES]


def _resolve(parser: Any, attrs_d: Dict) -> None:
    for name in ("url", "href"):
        if attrs_d.get(name):
            attrs_d[name] = parser.resolve_uri(attrs_d[name].strip())


def _too_costly(what: str) -> SourceError:
    return SourceError(FailureKind.TOO_COSTLY, f"the document {what}: no feed is made like that")


class _Strict(_AsWritten, StrictFeedParser):  # type: ignore[misc]
    def __init__(self, url: str) -> None:
        super().__init__(url, None, "utf-8")
        # expat hands text over in snippets, one for each line and reference. Collected by a
        # built-in method and passed on as one, they cost a third less time.
        self._passed_over: dict[str, None] = {}
        self._snippets: list[str] = []
        self.characters = self._snippets.append

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        self._pass_on()
        if len(attrs) > MAX_ATTRIBUTES:
            raise _too_costly(f"has more than {MAX_ATTRIBUTES:,} attributes on one element")
        try:
            super().startElementNS(name, qname, attrs)
        except ValueError as error:  # the SAX driver splits names at spaces in a namespace
            raise xml.sax.SAXException("a namespace with a space") from error

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        self._pass_on()
        super().endElementNS(name, qname)

    def _pass_on(self) -> None:
        if self._snippets:
            self.handle_data("".join(self._snippets))
            self._snippets.clear()


class _Loose(_AsWritten, LooseFeedParser):  # type: ignore[misc]
    def __init__(self, url: str, entities: dict[str, str]) -> None:
        super().__init__(url, None, "utf-8", entities)
        self._passed_over: dict[str, None] = {}

    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):
            self._passed_over[f"&#{ref[:20]}"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """feedparser's dictionaries, on their way to `values`."""

    version: str
    feed: Dict
    entries: list[Dict]
    flaws: tuple[str, ...]


def parse(text: str, *, url: str, entities: dict[str, str]) -> Parsed:
    """Parse strictly, and leniently where that fails, as feedparser does.

    Args:
        text: the document, decoded and with harmless references.
        url: its address: the base of relative links.
        entities: the entities that its document type declares, for the lenient parser.

    Raises:
        SourceError: TOO_COSTLY, for markup that no feed has.
    """
    flaws: list[str] = []
    parser: Any = _Strict(url)
    # The dangers that S317 warns of end in `entities`: no document type gets here but our own.
    reader = xml.sax.make_parser()  # noqa: S317
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    try:
        reader.feed(text.encode("utf-8"))  # type: ignore[attr-defined]
        reader.close()  # type: ignore[attr-defined]
    except _Enough:
        flaws.append(f"only the first {MAX_ENTRIES:,} entries were read")
    except xml.sax.SAXException as error:
        flaws.append(f"not well-formed: {_place(error)}")
        parser = _Loose(url, entities)
        try:
            parser.feed(text)
        except _Enough:
            flaws.append(f"only the first {MAX_ENTRIES:,} entries were read")
    finally:
        # The reader and its handlers hold each other: let go of the document now.
        reader.setContentHandler(xml.sax.handler.ContentHandler())
    if parser._passed_over:  # noqa: SLF001 - ours
        flaws.append("passed over: " + ", ".join(list(parser._passed_over)[:5]))  # noqa: SLF001
    return Parsed(
        version=parser.version, feed=parser.feeddata, entries=parser.entries, flaws=tuple(flaws)
    )


def _place(error: xml.sax.SAXException) -> str:
    if not isinstance(error, xml.sax.SAXParseException):
        return error.getMessage()
    column = (error.getColumnNumber() or 0) + 1
    return f"{error.getMessage()} in line {error.getLineNumber()}, column {column}"
