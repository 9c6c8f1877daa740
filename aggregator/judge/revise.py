"""Yesterday's entry and today's: new, corrected or untouched, and which dates we answer for. Pure.

The dates follow RFC 4287 section 4.2.15: `updated` is the publisher's time of the last change
that it finds significant. We believe it when the words changed; a publisher whose `updated`
moves while the words stand still (some print the time of the request) moves nothing.
"""

import hashlib
from datetime import datetime

from aggregator.model import Change, ChangeKind, Entry, Known, Verdict
from aggregator.text.html import plain


def revise(
    entry: Entry, known: Known | None, verdict: Verdict, *, feed_key: str, now: datetime
) -> Change:
    """Compare an entry with what is stored of it.

    Args:
        entry: the entry as it is now.
        known: what is stored, found by guid, address or story; None for a new entry.
        verdict: what `rules` made of the entry.
        feed_key: the feed of the source that brought it.
        now: the time of the visit.

    Returns:
        The change to record. An entry keeps to the feed that first brought it: the same article
        seen in another section feed of its outlet, often shorter there, is an alias and changes
        nothing.
    """
    digest = text_digest(entry)
    if known is None:
        published = _first(_past(entry.published, now), _past(entry.updated, now)) or now
        updated = _first(_past(entry.updated, now)) or published
        kind, entry_id = ChangeKind.NEW, None
    else:
        kind = _kind(entry, known, digest, feed_key)
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
    )


def text_digest(entry: Entry) -> str:
    """Digest the words alone: spaces, markup, links and images do not count."""
    words = "\n".join((entry.title, entry.standfirst, plain(entry.body)))
    return hashlib.blake2b(" ".join(words.split()).encode(), digest_size=16).hexdigest()


def _kind(entry: Entry, known: Known, digest: str, feed_key: str) -> ChangeKind:
    if known.feed_key != feed_key:
        return ChangeKind.ALIAS
    if digest == known.text_digest or _same_raw(entry.digest, known.digest):
        return ChangeKind.MINOR
    return ChangeKind.MATERIAL


def _same_raw(now: str, then: str) -> bool:
    """Whether only our normalizer's version moved (``VERSION:HASH``): no news to a subscriber."""
    return now.partition(":")[2] == then.partition(":")[2]


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None


def _first(*moments: datetime | None) -> datetime | None:
    return next((moment for moment in moments if moment is not None), None)
