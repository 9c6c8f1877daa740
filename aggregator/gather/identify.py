"""Keys and digests of raw entries, before any costly work is done on them. Pure.

An entry's identity is its guid, as RFC 4287 section 4.2.6 and RSS 2.0 promise; where publishers
break that promise, its address; where they give neither, its words. Two entries of one document
that tell one story at two addresses, or under two guids, become one.
"""

import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime

from aggregator.model import EntryKey, Identified, Identity, ParsedEntry, ParsedFeed, Text
from aggregator.text import dates, html, urls

NORMALIZER_VERSION = 2
"""Raised when `normalize` makes something else of the same entry: all are normalized again."""

MAX_GUID = 2_000  # characters; a longer one is known by its hash
MIN_TITLE = 20  # letters that make a title one story's own; "Daily briefing" is many stories'

# What says nothing about an entry's words. `base` is the document's address, which differs
# between an outlet's candidates; `updated` alone is the clock of some publishers' servers, and
# without other words it moves nothing that we publish.
VOLATILE = frozenset({"base", "updated"})

# Fields that came after digests had been stored: an entry without them keeps its digest, or all
# that is stored would be read anew.
ADDED = frozenset({"alternates", "robots"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An entry with what it can be known by."""

    guid: str | None
    page: str | None  # the canonical form of its link; None where that is a front page
    title: str  # letters and digits alone
    story: str | None
    parsed: ParsedEntry
    also: tuple[str, ...] = ()


def identify(
    source_id: str, feed: ParsedFeed, *, guids_unreliable: bool
) -> tuple[Identified, ...]:
    """Give each entry of a document its key and digest.

    Args:
        source_id: the outlet: guids mean something within it only (RFC 4287 section 8.4).
        feed: the document.
        guids_unreliable: whether one guid was seen on several entries of this feed before.

    Returns:
        The entries in the document's order, each key once.
    """
    reliable = not guids_unreliable and not shared_guids(feed)
    entries = [_see(entry) for entry in feed.entries]
    if reliable:
        entries = _newest_by_guid(entries)
    entries = _fold(entries)
    pages = Counter(entry.page for entry in entries)
    found: dict[str, Identified] = {}
    for entry in entries:
        address = entry.page if entry.page and pages[entry.page] == 1 else None
        identity, name = _name(entry, address, reliable=reliable)
        if name in found:
            continue
        found[name] = Identified(
            key=EntryKey(source_id=source_id, guid=name),
            identity=identity,
            address=address,
            digest=_digest(entry.parsed, feed.meta.language),
            same_story=entry.story,
            parsed=entry.parsed,
            also=tuple(guid for guid in entry.also if guid != name) if reliable else (),
        )
    return tuple(found.values())


def shared_guids(feed: ParsedFeed) -> bool:
    """Whether one guid stands on several entries: other words at another address."""
    first: dict[str, _Seen] = {}
    for parsed in feed.entries:
        if not parsed.guid:
            continue
        entry = _see(parsed)
        other = first.setdefault(parsed.guid.strip(), entry)
        elsewhere = entry.page is None or entry.page != other.page
        if elsewhere and entry.title != other.title:
            return True
    return False


def _see(entry: ParsedEntry) -> _Seen:
    link = entry.orig_link or entry.link
    title = _letters(entry.title)
    return _Seen(
        guid=_guid(entry.guid),
        page=urls.canonical(link) if link and not urls.is_homepage(link) else None,
        title=title,
        story=_story(title, entry.published),
        parsed=entry,
    )


def _guid(written: str | None) -> str | None:
    guid = (written or "").strip()
    if len(guid) > MAX_GUID:
        return f"blake2b:{_hash(guid)}"
    return guid or None


def _letters(title: Text | None) -> str:
    """Cut a title down to what stays when quotes, dashes and spaces are edited."""
    if title is None:
        return ""
    has_markup = title.html and ("<" in title.value or "&" in title.value)
    words = html.text_of(title) if has_markup else title.value
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", words).casefold()))


def _story(title: str, published: str | None) -> str | None:
    """Name a story by its title and the moment of its publication."""
    if sum(map(str.isalpha, title)) < MIN_TITLE:
        return None
    moment = dates.parse(published) if published else None
    return _hash(f"{title}\n{moment.astimezone(UTC).isoformat()}") if moment else None


def _newest_by_guid(entries: list[_Seen]) -> list[_Seen]:
    """Keep one entry a guid, in the place of the first: the one updated last, else the first."""
    kept: dict[object, _Seen] = {}
    for place, entry in enumerate(entries):
        name: object = entry.guid or place
        if name not in kept or _updated(entry) > _updated(kept[name]):
            kept[name] = entry
    return list(kept.values())


def _updated(entry: _Seen) -> datetime:
    written = entry.parsed.updated or entry.parsed.published
    return (dates.parse(written) if written else None) or datetime.min.replace(tzinfo=UTC)


def _fold(entries: list[_Seen]) -> list[_Seen]:
    """Make one of entries with one address and title, or one story under several guids.

    The Cradle has an article at /articles/<slug> and at /articles-id/<number>.
    """
    kept: list[_Seen] = []
    places: dict[tuple[str, str], int] = {}
    for entry in entries:
        names = [(entry.page, entry.title)] if entry.page and entry.title else []
        names += [("", entry.story)] if entry.story else []
        place = next((places[name] for name in names if name in places), None)
        if place is None:
            place = len(kept)
            kept.append(entry)
        elif entry.guid:
            first = kept[place]
            kept[place] = _Seen(
                guid=first.guid,
                page=first.page,
                title=first.title,
                story=first.story,
                parsed=first.parsed,
                also=(*first.also, entry.guid),
            )
        for name in names:
            places.setdefault(name, place)
    return kept


def _name(entry: _Seen, address: str | None, *, reliable: bool) -> tuple[Identity, str]:
    """Choose the rule that names an entry; the rule is recorded with it."""
    if entry.guid and reliable:
        return Identity.GUID, entry.guid
    if address:
        return Identity.LINK, address
    texts = entry.parsed.contents or ((entry.parsed.summary,) if entry.parsed.summary else ())
    words = "\n".join((entry.title, *(text.value for text in texts)))
    return Identity.HASH, f"blake2b:{_hash(words)}"


def _digest(entry: ParsedEntry, feed_language: str | None) -> str:
    """Digest the raw fields: ``VERSION:HASH``, so that a new version alone can be told."""
    return f"{NORMALIZER_VERSION}:{_hash(repr((feed_language, _raw(entry))))}"


def _raw(value: object) -> object:
    """Turn a value into nested tuples of strings, numbers and None."""
    if isinstance(value, tuple):
        return tuple(_raw(part) for part in value)
    if is_dataclass(value):
        held = ((field.name, getattr(value, field.name)) for field in fields(value))
        return tuple(
            _raw(part)
            for name, part in held
            if name not in VOLATILE and (part or name not in ADDED)
        )
    return value


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
