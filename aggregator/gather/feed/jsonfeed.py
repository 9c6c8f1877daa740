"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read.

Wrong types are passed over one by one, so that one bad value costs no entry.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.feed.people import people
from aggregator.gather.feed.quote import tail
from aggregator.model import Enclosure, FeedMeta, ParsedEntry, ParsedFeed, Person, Text

MAX_ENTRIES = 2_000
_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1(?:\.(\d))?/?$", re.IGNORECASE)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 Char

Object = dict[str, Any]


def read(text: str, *, url: str, content_language: str | None = None) -> ParsedFeed | None:
    """Read a JSON Feed.

    Args:
        text: the decoded document.
        url: its address: the base of relative links.
        content_language: the header, for a feed that names no language itself.

    Returns:
        The feed, or None where the document is JSON of another kind.

    Raises:
        SourceError: TRUNCATED, NOT_A_FEED where the JSON is broken, TOO_COSTLY.
    """
    feed = _load(text)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    version = _VERSION.match(str(feed.get("version", "")))
    if version is None and "version" in feed:
        return None
    flaws = [] if version else ["no version: read as JSON Feed 1.1"]
    items = [item for item in feed["items"] if isinstance(item, dict)]
    if len(items) < len(feed["items"]):
        flaws.append(f"{len(feed['items']) - len(items)} items are no objects")
    if len(items) > MAX_ENTRIES:
        flaws.append(f"only the first {MAX_ENTRIES:,} of {len(items):,} entries were read")
    language = _string(feed, "language") or _single(content_language)
    return ParsedFeed(
        format="json10" if version and version.group(1) in {None, "0"} else "json11",
        meta=_meta(feed, url, language),
        entries=tuple(_entry(item, url) for item in items[:MAX_ENTRIES]),
        hubs=tuple(_addresses(_objects(feed, "hubs"), url)),
        flaws=tuple(flaws),
    )


def _load(text: str) -> object:
    try:
        return json.loads(text, strict=False, parse_int=_whole)
    except RecursionError as error:
        raise SourceError(
            FailureKind.TOO_COSTLY, "the JSON document is nested too deeply to be a feed"
        ) from error
    except json.JSONDecodeError as error:
        what = f"{error.msg}: line {error.lineno}, column {error.colno}"
        if not text.endswith("}" if text.startswith("{") else "]"):
            raise SourceError(
                FailureKind.TRUNCATED,
                f'the JSON document breaks off ({what}; it ends with "{tail(text)}");'
                " nothing was taken from it",
            ) from error
        raise SourceError(
            FailureKind.NOT_A_FEED, f"the document is broken JSON ({what}); a JSON Feed was wanted"
        ) from error


def _whole(digits: str) -> int | str:
    """Read an integer; a long one is an id, and endless ones are refused by Python."""
    return int(digits) if len(digits) <= 18 else digits


def _meta(feed: Object, url: str, language: str | None) -> FeedMeta:
    return FeedMeta(
        title=_line(feed, "title"),
        subtitle=_line(feed, "description"),
        link=_address(feed, "home_page_url", url),
        self_link=_address(feed, "feed_url", url),
        language=language,
        image=_address(feed, "icon", url) or _address(feed, "favicon", url),
        authors=_authors(feed, url),
    )


def _entry(item: Object, url: str) -> ParsedEntry:
    guid = _identifier(item)
    language = _string(item, "language")
    link = _address(item, "url", url) or _address(item, "external_url", url)
    is_address = guid is not None and guid.lower().startswith(("http://", "https://"))

    def _text(key: str, *, html: bool) -> Text | None:
        value = _string(item, key)
        return Text(value=value, html=html, base=url, language=language) if value else None

    content = _text("content_html", html=True) or _text("content_text", html=False)
    return ParsedEntry(
        guid=guid,
        guid_is_permalink=is_address and link is None,
        link=link or (guid if is_address else None),
        title=_text("title", html=False),
        summary=_text("summary", html=False),
        contents=(content,) if content else (),
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        authors=_authors(item, url),
        categories=_tags(item),
        language=language,
        enclosures=_enclosures(item, url),
    )


def _authors(context: Object, url: str) -> tuple[Person, ...]:
    """Take `authors` (1.1), else `author` (1.0)."""
    found = list(_objects(context, "authors"))
    if not found and isinstance(context.get("author"), dict):
        found = [context["author"]]
    persons = (
        replace(person, uri=_address(author, "url", url))
        for author in found
        for person in people(_line(author, "name") or "")
    )
    return tuple(dict.fromkeys(persons))


def _tags(item: Object) -> tuple[str, ...]:
    tags = item.get("tags")
    names = (_clean(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))


def _enclosures(item: Object, url: str) -> tuple[Enclosure, ...]:
    files: dict[str, Enclosure] = {}
    for attachment in _objects(item, "attachments"):
        address = _address(attachment, "url", url)
        size = attachment.get("size_in_bytes")
        if address:
            files.setdefault(
                address,
                Enclosure(
                    url=address,
                    media_type=_string(attachment, "mime_type"),
                    length=int(size)
                    if isinstance(size, int | float) and 0 < size < 1e15
                    else None,
                ),
            )
    for key in ("image", "banner_image"):
        if address := _address(item, key, url):
            files.setdefault(address, Enclosure(url=address, medium="image"))
    return tuple(files.values())


def _addresses(hubs: Iterator[Object], url: str) -> Iterator[str]:
    for hub in hubs:
        if str(hub.get("type", "WebSub")).lower() == "websub" and (
            address := _address(hub, "url", url)
        ):
            yield address


def _objects(context: Object, key: str) -> Iterator[Object]:
    values = context.get(key)
    return (
        (value for value in values if isinstance(value, dict))
        if isinstance(values, list)
        else iter(())
    )


def _string(context: Object, key: str) -> str | None:
    value = context.get(key)
    return (_clean(value).strip() or None) if isinstance(value, str) else None


def _identifier(item: Object) -> str | None:
    """Read an id: JSON Feed 1.1 wants numbers to be taken for strings."""
    value = item.get("id")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _string(item, "id")


def _line(context: Object, key: str) -> str | None:
    return " ".join((_string(context, key) or "").split()) or None


def _clean(value: str) -> str:
    """Drop what escapes can bring in and XML, databases and terminals cannot take."""
    return _FORBIDDEN.sub("", value)


def _address(context: Object, key: str, base: str) -> str | None:
    value = _string(context, key)
    if value is None:
        return None
    try:
        address = urljoin(base, value)
    except ValueError:
        return None
    return address if address.lower().startswith(("http://", "https://")) else None


def _single(language: str | None) -> str | None:
    tag = (language or "").strip()
    return tag if tag and "," not in tag else None
