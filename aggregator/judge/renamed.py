"""Entries that are known under other names: a publisher moved, or renumbered its guids. Pure.

Guid, address and story (`gather.identify`) are compared first, by the store. What is still
unknown may be an old entry all the same: a new system, domain, path or time zone renames all of
them. It is told by its words, or by its title and date. In doubt it is another entry: what is
taken for an old one is never shown, and `flood` stops what is wrongly taken for new.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Entry, Known, Remembered
from aggregator.text import sameness
from aggregator.text.html import plain

NEAR: Final = timedelta(hours=48)
"""A date that was moved: another time zone, a day without its time."""

ZONES: Final = timedelta(hours=14)
"""The same where nothing else speaks for a move: what follows a day later is the next issue."""

SEVERAL: Final = 3
"""So many old entries under new names, and no fewer than under old ones: the publisher moved."""

WORDS: Final = 20
"""Of a text: fewer say nothing about whose it is."""

ALIKE: Final = 0.5
"""The share of words that two versions of one article have in common at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the other entries of a document say about those without a known name."""

    named: Collection[int] = ()  # the stored entries that stand in it under a known name
    last_read: datetime | None = None  # what is dated later cannot be old
    moved: bool = False  # many old entries have new names: see `has_moved`


def has_moved(
    unknown: Sequence[Entry], *, kept: int, new_names: int, last_read: datetime | None
) -> bool:
    """Whether a document has more old entries under new guids than under those they had.

    Args:
        unknown: entries of it that have no known name at all.
        kept: how many have the guid that they had.
        new_names: how many are known, by their address or story, and have another guid now.
        last_read: when the feed was last read.
    """
    old = new_names + sum(not _is_fresh(entry, last_read) for entry in unknown)
    return old >= SEVERAL and old >= kept


def matched(
    unknown: Sequence[Entry],
    candidates: Mapping[int, Sequence[Remembered]],
    document: Document,
) -> dict[int, tuple[Remembered, str]]:
    """Find the stored entries that some entries of a document are.

    Args:
        unknown: entries that have no known name, in the document's order.
        candidates: by an entry's place in `unknown`, what is stored with its words, or with its
            title and about its date.
        document: what is known of the rest.

    Returns:
        By place: the stored entry, and why. No stored entry is taken twice: the same words come
        before the same title, and then the nearest date.
    """
    found: dict[int, tuple[Remembered, str]] = {}
    taken: set[int] = set(document.named)
    titles = [sameness.stream(entry.title) for entry in unknown]
    for place, entry in enumerate(unknown):  # words first: they are the surest
        for candidate in candidates.get(place, ()):
            reason = _by_words(entry, candidate)
            if reason and candidate.known.entry_id not in taken:
                taken.add(candidate.known.entry_id)
                found[place] = candidate, reason
                break
    claims: list[tuple[timedelta, int, Remembered, str]] = []
    for place, entry in enumerate(unknown):
        if place in found:
            continue
        free = [c for c in candidates.get(place, ()) if c.known.entry_id not in taken]
        repeated = len(free) > 1 or titles.count(titles[place]) > 1
        for candidate in free:
            known, reason = renamed(entry, (candidate,), document, repeated=repeated)
            if known is not None:
                claims.append((_apart(entry, known) or NEAR, place, candidate, reason))
    for _, place, candidate, reason in sorted(claims, key=lambda claim: claim[:2]):
        if place not in found and candidate.known.entry_id not in taken:
            taken.add(candidate.known.entry_id)
            found[place] = candidate, reason
    return found


def renamed(
    entry: Entry,
    candidates: Sequence[Remembered],
    document: Document,
    *,
    repeated: bool = False,
) -> tuple[Known | None, str]:
    """Say which of some stored entries an entry without a known name is, and why, or why none.

    Args:
        entry: the entry.
        candidates: stored entries of its source with its words, or its title.
        document: what is known of the others beside it.
        repeated: several entries have this title ("Daily briefing").
    """
    why_not = "nothing like it is known"
    for candidate in candidates:
        if candidate.known.entry_id in document.named:
            why_not = "the one like it stands beside it, under its own name"
            continue
        reason = _by_words(entry, candidate)
        if reason:
            return candidate.known, reason
        reason, why_not = _by_title(entry, candidate, document, repeated=repeated)
        if reason:
            return candidate.known, reason
    return None, why_not


def is_telling(entry: Entry) -> bool:
    """Whether an entry has so many words that they are nobody else's."""
    body = plain(entry.body)
    if sum(map(str.isalpha, body)) >= 200:
        return True
    return min(len(entry.title.split()), len(f"{entry.standfirst} {body}".split())) >= 5


def _by_words(entry: Entry, candidate: Remembered) -> str:
    before = candidate.entry
    if not is_telling(entry) or sameness.stream(_text(entry)) != sameness.stream(_text(before)):
        return ""
    # A notice of a line or two may come back as it was, on another day.
    if _letters(entry) < 200 and not _within(entry, candidate.known, NEAR):
        return ""
    return "its words are those of an entry that is known"


def _by_title(
    entry: Entry, candidate: Remembered, document: Document, *, repeated: bool
) -> tuple[str, str]:
    """The reason why it is the candidate, or the one why not."""
    if sameness.stream(entry.title) != sameness.stream(candidate.entry.title):
        return "", "it has another title"
    fresh = _is_fresh(entry, document.last_read)
    if fresh and not document.moved:
        return "", "it was published after the last visit"
    reach = NEAR if document.moved and not (repeated or fresh) else ZONES
    if not _within(entry, candidate.known, reach):
        return "", f"its date is more than {reach // timedelta(hours=1)} hours away"
    before, now = (_words(one) for one in (candidate.entry, entry))
    if len(before) >= WORDS and len(now) >= WORDS:
        shared = len(before & now) / min(len(before), len(now))
        if shared < ALIKE:
            return "", "it has another text"
    elif not document.moved:
        return "", "its title alone is too little where other entries kept their names"
    return "its title and its date are those of an entry that is known", ""


def _text(entry: Entry) -> str:
    return "\n".join((entry.title, entry.standfirst, plain(entry.body)))


def _letters(entry: Entry) -> int:
    return sum(map(str.isalpha, entry.standfirst + plain(entry.body)))


def _words(entry: Entry) -> frozenset[str]:
    return frozenset(sameness.reading(f"{entry.standfirst}\n{plain(entry.body)}"))


def _apart(entry: Entry, known: Known) -> timedelta | None:
    return None if entry.published is None else abs(entry.published - known.published)


def _within(entry: Entry, known: Known, reach: timedelta) -> bool:
    apart = _apart(entry, known)
    return apart is not None and apart <= reach


def _is_fresh(entry: Entry, last_read: datetime | None) -> bool:
    return entry.published is not None and last_read is not None and entry.published > last_read
