"""Yesterday's entry and today's: new, corrected or untouched, and which dates we answer for. Pure.

The dates follow RFC 4287 section 4.2.15: `updated` is the publisher's time of the last change
that it finds significant. We believe it when the words changed; a publisher whose `updated`
moves while the words stand still (some print the time of the request) moves nothing.

Words that are stamps ("Updated 3 minutes ago", a counter of views) are no words of the article,
and typography is not either: `text.sameness` says which is which.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from aggregator.model import Change, ChangeKind, Entry, Known, Verdict
from aggregator.text import sameness
from aggregator.text.html import plain

SEVERAL: Final = 3
"""Entries of one visit whose words changed by the time of day alone: a template prints it."""

LONGEST: Final = 100_000
"""Characters of a text in which stamps are looked for: in a longer one any change is one."""

TYPOGRAPHY: Final = "only typography changed"
STAMPS: Final = "only a printed time, date or counter changed"
TIMES: Final = "only times changed, and this feed prints the time into its texts"
CUT: Final = "renamed by its publisher, and shown with more or less of the same text"


def revise(
    entry: Entry,
    known: Known | None,
    verdict: Verdict,
    *,
    feed_key: str,
    now: datetime,
    before: Entry | None = None,
    renamed: bool = False,
    prints_times: bool = False,
) -> Change:
    """Compare an entry with what is stored of it.

    Args:
        entry: the entry as it is now.
        known: what is stored, found by guid, address or story; None for a new entry.
        verdict: what `rules` made of the entry.
        feed_key: the feed of the source that brought it.
        now: the time of the visit.
        before: the stored entry with its words, where they may have changed. Without it a change
            of the digest is a change of the words.
        renamed: it was found by its words or its title: its names are new.
        prints_times: this feed is known to print the time of day into its texts.

    Returns:
        The change to record. An entry keeps to the feed that first brought it: the same article
        seen in another section feed of its outlet, often shorter there, is an alias and changes
        nothing.
    """
    digest = text_digest(entry)
    note = ""
    if known is None:
        published = _first(_past(entry.published, now), _past(entry.updated, now)) or now
        updated = _first(_past(entry.updated, now)) or published
        kind, entry_id = ChangeKind.NEW, None
    else:
        kind = _kind(entry, known, digest, feed_key)
        if kind is ChangeKind.MATERIAL and before is not None:
            note = _excuse(before, entry, renamed=renamed, prints_times=prints_times)
            kind = ChangeKind.MINOR if note else kind
        entry_id, published = known.entry_id, known.published
        updated = known.updated
        if kind is ChangeKind.MATERIAL:
            said = _past(entry.updated, now)
            updated = said if said is not None and said > known.updated else max(now, updated)
    return Change(
        kind=kind,
        entry=entry,
        entry_id=entry_id,
        text_digest=digest,
        published=published,
        updated=updated,
        verdict=verdict,
        note=note,
    )


def text_digest(entry: Entry) -> str:
    """Digest the words alone: typography, spaces, markup, links and images do not count."""
    words = sameness.stream(_text(entry))
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def wants_words(entry: Entry, known: Known, *, feed_key: str) -> bool:
    """Whether `revise` needs the stored words to tell a correction from a stamp."""
    return _kind(entry, known, text_digest(entry), feed_key) is ChangeKind.MATERIAL


def stamped(pairs: Iterable[tuple[Entry, Entry]]) -> int:
    """Count the entries, each before and after, whose words differ in times of day alone."""
    texts = ((_text(before), _text(after)) for before, after in pairs)
    return sum(
        max(len(old), len(new)) <= LONGEST and sameness.only_times(old, new) for old, new in texts
    )


def _text(entry: Entry) -> str:
    return "\n".join((entry.title, entry.standfirst, plain(entry.body)))


def _kind(entry: Entry, known: Known, digest: str, feed_key: str) -> ChangeKind:
    if known.feed_key != feed_key:
        return ChangeKind.ALIAS
    if digest == known.text_digest or _same_raw(entry.digest, known.digest):
        return ChangeKind.MINOR
    return ChangeKind.MATERIAL


def _excuse(before: Entry, after: Entry, *, renamed: bool, prints_times: bool) -> str:
    """Say why other words are no correction; "" where they are one."""
    old, new = _text(before), _text(after)
    if sameness.same(old, new):
        return TYPOGRAPHY
    if max(len(old), len(new)) > LONGEST:
        return ""
    if sameness.only_clocks(old, new):
        return STAMPS
    if prints_times and sameness.only_times(old, new):
        return TIMES
    if renamed:
        short, long = sorted((sameness.stream(old), sameness.stream(new)), key=len)
        if long.startswith(short):
            return CUT
    return ""


def _same_raw(now: str, then: str) -> bool:
    """Whether only our normalizer's version moved (``VERSION:HASH``): no news to a subscriber."""
    return now.partition(":")[2] == then.partition(":")[2]


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None


def _first(*moments: datetime | None) -> datetime | None:
    return next((moment for moment in moments if moment is not None), None)
