"""From feedparser's dictionaries to our values; they end here.

`dict.get` reads them: their own `get` maps old key names to new ones, and answers an absent
`updated` with `published` (feedparser issue 310).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import IntEnum
from html import unescape
from operator import itemgetter
from typing import Any

from aggregator.gather.feed.people import people
from aggregator.gather.feed.syndication.parsers import (
    COMPLETE,
    OWN_LANGUAGE,
    PERMALINK,
    SKIP_DAYS,
    SKIP_HOURS,
    WRITTEN,
    directives,
)
from aggregator.model import (
    Alternate,
    Enclosure,
    FeedMeta,
    Origin,
    ParsedEntry,
    ParsedFeed,
    Person,
    Text,
)
from aggregator.text import html
from aggregator.text.script import script_of
from aggregator.text.tags import normalize_tag

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PERIODS = {  # http://purl.org/rss/1.0/modules/syndication/
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
LONGEST = 366 * 24 * 60  # minutes of a ttl; what is longer was not meant
MAX_FILES = 50  # of one entry
MAX_AUTHORS = 50
MAX_ALTERNATES = 50
MAX_CATEGORIES = 20  # of a feed
_RELATION = "http://www.iana.org/assignments/relation/"  # RFC 4287 section 4.2.7.2

Dict = dict[str, Any]


class Distance(IntEnum):
    """How far the language of a link is from that of what it stands with."""

    NONE = 0  # it names none
    SAME_TAG = 1
    SAME_LANGUAGE = 2
    FOREIGN = 3


def take_apart(
    version: str,
    feed: Dict,
    entries: Iterable[Dict],
    *,
    flaws: tuple[str, ...] = (),
    content_language: str | None = None,
) -> ParsedFeed:
    """Take a parsed document apart."""
    rss = not version.startswith("atom")
    meta = _meta(feed, rss=rss, content_language=content_language)
    asked = directives(feed)
    return ParsedFeed(
        format=version or "rss",
        meta=meta,
        entries=tuple(
            _entry(entry, rss=rss, feed_language=meta.language, asked=asked) for entry in entries
        ),
        ttl=_ttl(_string(feed, "ttl")),
        update_period=_period(feed),
        skip_hours=_several(feed, SKIP_HOURS, _hour),
        skip_days=_several(feed, SKIP_DAYS, _day),
        complete=bool(dict.get(feed, COMPLETE)),
        hubs=tuple(dict.fromkeys(_links(feed, "hub"))),
        flaws=flaws,
    )


def _meta(feed: Dict, *, rss: bool, content_language: str | None) -> FeedMeta:
    image = _dict(feed, "image")
    language = _string(feed, "language") or _single(content_language)
    return FeedMeta(
        id=_string(feed, "id"),
        title=_plain(feed, "title", rss=rss),
        subtitle=_plain(feed, "subtitle", rss=rss),
        link=_page(feed, language) or _web(_string(feed, "link")),
        self_link=next(_links(feed, "self"), None),
        language=language,
        updated=_first(feed, "updated", "dc_date", "published"),
        rights=_plain(feed, "rights", rss=rss),
        license=_license(feed),
        image=next(
            filter(None, (_web(_string(image, "href")), *_webs(feed, "logo", "icon"))), None
        ),
        authors=_authors(feed, rss=rss),
        categories=_categories(feed, rss=rss)[:MAX_CATEGORIES],
    )


def _entry(
    entry: Dict, *, rss: bool, feed_language: str | None, asked: tuple[str, ...]
) -> ParsedEntry:
    guid = _string(entry, "id")
    permalink = bool(guid and dict.get(entry, PERMALINK))
    language = dict.get(entry, OWN_LANGUAGE) or _string(entry, "language")
    written_in = language or _string(_dict(entry, "title_detail"), "language") or feed_language
    link = _page(entry, written_in, permalink=_web(guid) if permalink else None)
    contents = tuple(_contents(entry, rss=rss))
    summary = _text(_dict(entry, "summary_detail"), rss=rss)
    if summary is None and not contents:
        summary = _side_text(entry, "itunes_summary", "media_description")
    return ParsedEntry(
        guid=guid,
        guid_is_permalink=permalink,
        link=link,
        orig_link=_web(_string(entry, "feedburner_origlink")),
        title=_text(_dict(entry, "title_detail"), rss=rss) or _side_text(entry, "media_title"),
        summary=summary,
        contents=contents,
        published=_first(entry, "published", "dc_date", "created")
        if rss
        else _first(entry, "published", "created", "dc_date"),
        updated=_string(entry, "updated"),
        authors=_authors(entry, rss=rss),
        categories=_categories(entry, rss=rss),
        rights=_plain(entry, "rights", rss=rss),
        license=_license(entry),
        language=language,
        enclosures=_enclosures(entry),
        origin=_origin(_dict(entry, "source"), rss=rss),
        alternates=_alternates(entry, link),
        robots=tuple(dict.fromkeys((*asked, *directives(entry)))),
    )


def _text(detail: Dict, *, rss: bool) -> Text | None:
    """Take a text construct. In RSS all text is HTML by custom, whatever its element says."""
    value = _string(detail, "value")
    if value is None:
        return None
    return Text(
        value=value,
        html=rss or detail.get("type") in HTML_TYPES,
        base=detail.get("base") or None,
        language=detail.get("language") or None,
    )


def _contents(entry: Dict, *, rss: bool) -> Iterator[Text]:
    seen = set()
    for detail in _dicts(entry, "content"):
        content_type = str(detail.get("type") or "")
        if not (content_type in HTML_TYPES or content_type.startswith("text/")):
            continue  # a picture in base64, foreign XML
        text = _text(detail, rss=rss)
        if text and text.value not in seen:
            seen.add(text.value)
            yield text


def _side_text(entry: Dict, *keys: str) -> Text | None:
    """Take a text of the media modules, which do not say whether it is HTML (most is not)."""
    value = _first(entry, *keys)
    return Text(value=value, html=bool(re.search(r"</\w+>", value))) if value else None


def _plain(context: Dict, key: str, *, rss: bool) -> str | None:
    text = _text(_dict(context, f"{key}_detail"), rss=rss)
    if text is None:
        return None
    if text.html and ("<" in text.value or "&" in text.value):
        return html.text_of(text) or None
    return " ".join(text.value.split())


def _page(
    context: Dict, language: str | None = None, *, permalink: str | None = None
) -> str | None:
    """Choose the own page among the alternates: HTML before anything else, then by language.

    An alternate with a language is a translation (RFC 4287 section 4.2.7.4), unless that is the
    entry's own. Where all are translations, the guid that is an address goes first.
    """
    pages = [] if permalink is None else [(False, Distance.FOREIGN, permalink)]
    for link in _dicts(context, "links"):
        if _relation(link) == "alternate" and (href := _web(link.get("href"))):
            hreflang = _string(link, "hreflang")
            distance = _distance(hreflang, language, context) if hreflang else Distance.NONE
            pages.append((link.get("type") not in HTML_TYPES, distance, href))
    return min(pages, key=itemgetter(0, 1), default=(False, Distance.NONE, None))[2]


def _distance(hreflang: str, language: str | None, context: Dict) -> Distance:
    """Compare the language of a link with that of the text that it stands with."""
    if language is None:
        return Distance.FOREIGN
    if hreflang.casefold() == language.casefold():
        return Distance.SAME_TAG
    script = script_of(_string(context, "title") or "")  # tells Kurmanji from Sorani in "ku"
    own = normalize_tag(language, script=script)
    if own is not None and own == normalize_tag(hreflang, script=script):
        return Distance.SAME_LANGUAGE
    return Distance.FOREIGN


def _alternates(entry: Dict, own: str | None) -> tuple[Alternate, ...]:
    """Take the pages that are said to be the entry in a named language.

    Atom feeds have such links, and RSS feeds of multilingual outlets have them as atom:link.
    """
    found: dict[Alternate, None] = {}
    for link in _dicts(entry, "links"):
        href, language = _web(link.get("href")), _string(link, "hreflang")
        if (
            href
            and language
            and href != own
            and _relation(link) == "alternate"
            and link.get("type") in HTML_TYPES
        ):
            found[Alternate(href=href, language=language)] = None
    return tuple(found)[:MAX_ALTERNATES]


def _links(context: Dict, relation: str) -> Iterator[str]:
    for link in _dicts(context, "links"):
        if _relation(link) == relation and (href := _web(link.get("href"))):
            yield href


def _relation(link: Dict) -> str:
    return str(link.get("rel") or "alternate").removeprefix(_RELATION)


def _license(context: Dict) -> str | None:
    media = _dict(context, "media_license")
    return next(_links(context, "license"), None) or _web(media.get("href"))


def _authors(context: Dict, *, rss: bool) -> tuple[Person, ...]:
    merged: dict[str, Person] = {}
    for author in _dicts(context, "authors")[:MAX_AUTHORS]:
        for person in _people(author, rss=rss):
            name = person.name or person.email or ""
            known = merged.get(name, person)
            merged[name] = Person(
                name=person.name, email=known.email or person.email, uri=known.uri or person.uri
            )
    return tuple(merged.values())[:MAX_AUTHORS]


def _people(author: Dict, *, rss: bool) -> tuple[Person, ...]:
    """Take the people of one author element; RSS has one string, that may name several."""
    written = _string(author, "name") or _string(author, WRITTEN) or ""
    found = people(unescape(written) if rss else written)
    email, uri = _string(author, "email"), _web(author.get("href"))
    if len(found) > 1:
        return found
    name, written_email = (found[0].name, found[0].email) if found else ("", None)
    email = email or written_email
    return (Person(name=name, email=email, uri=uri),) if name or email else ()


def _categories(entry: Dict, *, rss: bool) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for tag in _dicts(entry, "tags"):
        name = " ".join(str(tag.get("label") or tag.get("term") or "").split())
        if name:
            names[unescape(name) if rss else name] = None
    return tuple(names)


def _enclosures(entry: Dict) -> tuple[Enclosure, ...]:
    """Take files in the order of weight: enclosures, media:content, thumbnails, images."""
    files: dict[str, Enclosure] = {}
    image = _dict(entry, "image")
    candidates = (
        *(link for link in _dicts(entry, "links") if _relation(link) == "enclosure"),
        *_dicts(entry, "media_content"),
        *({**thumb, "medium": "image"} for thumb in _dicts(entry, "media_thumbnail")),
        *([{**image, "medium": "image"}] if image else []),
    )
    for file in candidates:
        url = _web(file.get("href") or file.get("url"))
        if url is None or (url not in files and len(files) == MAX_FILES):
            continue
        known = files.get(url, Enclosure(url=url))
        files[url] = Enclosure(
            url=url,
            media_type=known.media_type or _string(file, "type"),
            length=known.length or _number(_string(file, "length") or _string(file, "filesize")),
            medium=known.medium or _string(file, "medium"),
        )
    return tuple(files.values())


def _origin(source: Dict, *, rss: bool) -> Origin | None:
    """Take atom:source, or the source element of RSS, that has a title and an address only."""
    title = _string(source, "title")
    origin = Origin(
        title=" ".join(unescape(title).split()) if title else None,
        id=_string(source, "id"),
        link=_page(source) or _web(_string(source, "href")) or next(_links(source, "self"), None),
        updated=_string(source, "updated"),
        rights=_plain(source, "rights", rss=rss),
        authors=_authors(source, rss=rss),
    )
    return origin if origin != Origin() else None


def _ttl(minutes: str | None) -> timedelta | None:
    number = _number(minutes)
    return timedelta(minutes=number) if number and number <= LONGEST else None


def _period(feed: Dict) -> timedelta | None:
    period = PERIODS.get((_string(feed, "sy_updateperiod") or "").lower())
    frequency = _number(_string(feed, "sy_updatefrequency")) or 1
    return period / frequency if period else None


def _several(feed: Dict, key: str, read: Callable[[str], int | None]) -> tuple[int, ...]:
    found = (read(value.strip()) for value in dict.get(feed, key) or ())
    return tuple(sorted({value for value in found if value is not None}))


def _hour(value: str) -> int | None:
    """Read an hour of GMT; RSS 0.91 counts from 1 to 24, RSS 2.0 from 0 to 23."""
    number = _number(value) if value.strip("0") else 0
    return number % 24 if number is not None and number <= 24 else None


def _day(value: str) -> int | None:
    return DAYS.index(value.lower()) if value.lower() in DAYS else None


def _string(context: Dict, key: str) -> str | None:
    """Read a string; empty ones and other shapes (attributes of unknown elements) are None."""
    value = dict.get(context, key)
    return (value.strip() or None) if isinstance(value, str) else None


def _dict(context: Dict, key: str) -> Dict:
    value = dict.get(context, key)
    return value if isinstance(value, dict) else {}


def _dicts(context: Dict, key: str) -> list[Dict]:
    """Read a list; an element that is named like one of feedparser's keys gives a string."""
    values = dict.get(context, key)
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )


def _first(context: Dict, *keys: str) -> str | None:
    return next(filter(None, (_string(context, key) for key in keys)), None)


def _number(value: str | None) -> int | None:
    """Read a positive whole number of sensible size."""
    digits = (value or "").strip()
    return int(digits) or None if digits.isdecimal() and len(digits) <= 15 else None


def _web(href: object) -> str | None:
    """Pass an address of the web; mailto:, javascript: and the like lead nowhere for us."""
    address = href.strip() if isinstance(href, str) else ""
    return address if address.lower().startswith(("http://", "https://")) else None


def _webs(context: Dict, *keys: str) -> tuple[str | None, ...]:
    return tuple(_web(_string(context, key)) for key in keys)


def _single(language: str | None) -> str | None:
    """Read Content-Language, which may list several: then it says nothing of the text."""
    tag = (language or "").strip()
    return tag if tag and "," not in tag else None
