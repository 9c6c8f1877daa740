"""What a publisher's feed takes back, and what it shows again. Pure.

Two signs count: a tombstone (RFC 6721 section 2) in the feed that brought the entry, and its
absence from a feed that says it is complete (RFC 5005 section 2). That an entry is not in an
ordinary feed any more means nothing: it grew old.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from aggregator.model import DeletedEntry, Identified, Known, Removal
from aggregator.text import dates

TOMBSTONE: Final = "its feed says that it was deleted"
ABSENT: Final = "its feed says that it is complete, and does not have it any more"

FEW: Final = 5
"""So many entries may vanish from a complete feed at once, whatever their share."""

Shown = tuple[Identified, Known]
"""An entry of the document that is known."""


def deleted(
    stones: Iterable[DeletedEntry],
    known: Mapping[str, Known],
    shown: Iterable[Shown],
    *,
    feed_key: str,
    now: datetime,
) -> tuple[Removal, ...]:
    """Return what the tombstones of a document take back.

    Args:
        stones: the tombstones.
        known: what is stored of the entries that they name, by that name.
        shown: the document's own entries: one that was updated after its tombstone is live.
        feed_key: the feed that was read: only what it brought is its own to take back.
        now: the time of the visit; a tombstone from the future happened now.
    """
    found: dict[int, Removal] = {}
    alive = {entry.entry_id: _updated(item) for item, entry in shown}
    for stone in stones:
        entry = known.get(stone.ref)
        if entry is None or entry.feed_key != feed_key or entry.withdrawn is not None:
            continue
        when = dates.parse(stone.when)
        live = alive.get(entry.entry_id) or entry.publisher_updated
        if when is not None and live is not None and live > when:
            continue
        said = f": {stone.comment}" if stone.comment else ""
        at = min(when or now, now)
        found[entry.entry_id] = Removal(entry_id=entry.entry_id, at=at, why=TOMBSTONE + said)
    return tuple(found.values())


def absent(
    standing: Collection[int], shown: Collection[int], *, now: datetime
) -> tuple[tuple[Removal, ...], str | None]:
    """Return what a complete feed does not have any more, or why that is not believed.

    Args:
        standing: the entries that this feed brought and that were not taken back.
        shown: those that its document has.
        now: the time of the visit.
    """
    missing = sorted(set(standing) - set(shown))
    if len(missing) > FEW and 2 * len(missing) > len(standing):
        return (), (
            f"it says that it is complete, but {len(missing)} of {len(standing)} entries are not "
            "in it: they are kept"
        )
    return tuple(Removal(entry_id=n, at=now, why=ABSENT) for n in missing), None


def returned(shown: Iterable[Shown], removals: Iterable[Removal], *, feed_key: str) -> list[int]:
    """Return the entries that a feed had taken back and shows again.

    What was taken back for another reason, because its page is gone, does not come back so.
    """
    again = {removal.entry_id for removal in removals}
    return sorted(
        {
            known.entry_id
            for _, known in shown
            if known.feed_key == feed_key
            and known.entry_id not in again
            and (known.withdrawn or "").startswith((TOMBSTONE, ABSENT))
        }
    )


def _updated(item: Identified) -> datetime | None:
    written = item.parsed.updated or item.parsed.published
    return dates.parse(written) if written else None
