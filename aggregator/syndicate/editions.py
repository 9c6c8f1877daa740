"""Which entries stand in an edition's feed, and how much of each. Pure.

A `Page` holds entries that are cut to their rights of today (`cutting`), and shortened further
where a document would grow too large. So a changed right changes what was already published; the
id stays.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aggregator.model import Edition, Extent, Item, Page, Published, Site, Withdrawal
from aggregator.syndicate.cutting import EXTENTS, Cut, cut, cutter, may_name_others, weigh, weight

__all__ = ["LIMIT", "Cut", "cut", "cutter", "may_name_others", "page", "weight"]

LIMIT = 512_000  # bytes: what feed readers are known to take (issue 2, section 8)

_SHARE = 4  # no item may take more than this part of a document: it is cut to an excerpt
_FRAME = 4000  # bytes of markup around the items of a document


def page(
    site: Site,
    edition: Edition,
    entries: Iterable[Published],
    *,
    cut_to: Cut,
    created: datetime,
    must: Collection[int] | None = None,
    withdrawn: tuple[Withdrawal, ...] = (),
    limit: int = LIMIT,
) -> Page:
    """Lay out a document of entries: a subscription document or an archive.

    It has the path of the edition's own feed; documents of other series replace it.

    Args:
        site: the republisher.
        edition: the edition.
        entries: what may stand in it, in any order.
        cut_to: cuts an entry to what may be shown of it, and to no more than this.
        created: `updated` of a document without entries.
        must: sequence numbers of entries that have to stay, because no other document of the
            chain has them. To keep below the limit their texts are shortened, the oldest first.
            None: one entry stays, whichever is the newest.
        withdrawn: entries that may not be shown any more.
        limit: the bytes that the finished document stays below. Entries that need not stay are
            left out until it does, those emitted first before others.

    Returns:
        The page, its items newest first by the date that readers see.
    """
    newest = sorted(entries, key=lambda entry: entry.sequence, reverse=True)
    kept = {entry.sequence for entry in newest[:1]} if must is None else set(must)
    room = limit - weigh(site.title, edition.title, site.owner_name) - _FRAME
    cuts = {entry.sequence: cut_to(entry, Extent.FULL) for entry in newest}
    for entry in newest:
        item = cuts[entry.sequence]
        if item.extent is Extent.FULL and weight(item) > limit // _SHARE:
            cuts[entry.sequence] = cut_to(entry, Extent.EXCERPT)
    room -= _shorten([entry for entry in newest if entry.sequence in kept], cuts, cut_to, room)
    shown = []
    for entry in newest:
        if entry.sequence not in kept:
            room -= weight(cuts[entry.sequence])
        if room >= 0 or entry.sequence in kept:
            shown.append(entry)
    shown.sort(key=lambda entry: (entry.published, entry.sequence), reverse=True)
    moments = [moment for entry in newest for moment in _changes(entry)]
    moments += [one.at for one in withdrawn]
    return Page(
        site=site,
        edition=edition,
        path=f"{edition.tag}/atom.xml",
        updated=max(moments, default=created).astimezone(UTC),
        items=_of_one_document([cuts[entry.sequence] for entry in shown]),
        withdrawn=withdrawn,
    )


def _changes(entry: Published) -> tuple[datetime, ...]:
    """When an entry appeared and changed: as its publisher says, and when we learned of it."""
    return entry.emitted, entry.updated, entry.corrected or entry.emitted


def _shorten(
    entries: Sequence[Published],
    cuts: dict[int, Item],
    cut_to: Cut,
    room: int,
) -> int:
    """Shorten what has to stay until it fits, the oldest first; return what it weighs."""
    total = sum(weight(cuts[entry.sequence]) for entry in entries)
    for extent in (Extent.EXCERPT, Extent.HEADLINE):
        for entry in reversed(entries):
            if total <= room:
                return total
            item = cuts[entry.sequence]
            if EXTENTS.index(item.extent) > EXTENTS.index(extent):
                total -= weight(item)
                cuts[entry.sequence] = item = cut_to(entry, extent)
                total += weight(item)
    return total


def _of_one_document(items: Sequence[Item]) -> tuple[Item, ...]:
    """Say of each feed that it was updated when the newest of its entries here was.

    Not when the feed itself says: it says something else at every visit, and an archive that
    changes with it would not be one. What a document says depends on its entries alone.
    """
    newest: dict[str, datetime] = {}
    for item in items:
        feed = item.source_meta.id or ""
        newest[feed] = max(item.updated, newest.get(feed, item.updated))
    return tuple(replace(item, source_updated=newest[item.source_meta.id or ""]) for item in items)
