"""One story told by several sources: which entries stand together, and who is named. Acts.

A cluster is what is connected by pairs that are the same story. It only grows: one that links two
makes them one. So it is the same in whatever order its entries came.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, literal_column, select, update

from aggregator.model import Copy, Entry, Ruling
from aggregator.store import counters, outdated
from aggregator.store.database import run_many
from aggregator.store.effects import Effects
from aggregator.store.rows import batches, load, micros, text
from aggregator.store.schema import SHOWN, cluster_entries, clusters, entries, revisions, takedowns

MOST_MEMBERS: Final = 100  # that are read to find out whose story it was first


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How entries are compared: pure functions on a sketch, a value that the store only keeps."""

    sketch: Callable[..., Any]  # (entry, *, published) -> a frozen dataclass
    features: Callable[[Any], tuple[str, ...]]  # sketches that have none in common never match
    same_story: Callable[..., str | None]  # (one, other, *, within: timedelta | None) -> why
    original: Callable[[Sequence[Entry]], int | None]  # the place of the first publisher's
    within: timedelta | None  # between two publications; None: nothing is compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries that are the same story."""

    entry_id: int  # the later one
    other_id: int
    reason: str


# --- join -------------------------------------------------------------------------------------


def join(connection: Connection, pairs: Iterable[Pair], likeness: Likeness, now: datetime) -> None:
    """Let entries stand in one cluster with those that they are the same story as."""
    found = sorted(pairs, key=lambda pair: (pair.entry_id, pair.other_id))
    if not found:
        return
    why: dict[int, str] = {}
    for pair in found:
        for one, other in ((pair.entry_id, pair.other_id), (pair.other_id, pair.entry_id)):
            why.setdefault(one, f"{pair.reason} (entry {other})")
    before = clusters_of(connection, why)
    touched = [
        _grow(connection, group, {before[one] for one in group if one in before}, now)
        for group in _groups(found, before)
    ]
    rows = [
        {
            "entry_id": one,
            "cluster_id": cluster,
            "joined_at": micros(now),
            "reason": text(why[one]),
        }
        for cluster, group in touched
        for one in sorted(group)
        if one not in before
    ]
    run_many(connection, insert(cluster_entries), rows)
    _find_originals(connection, [cluster for cluster, _ in touched], likeness)


def _groups(pairs: Sequence[Pair], before: dict[int, int]) -> list[set[int]]:
    """Return the entries that belong together, by these pairs and the clusters they stand in."""
    links: defaultdict[int, set[int]] = defaultdict(set)
    first: dict[int, int] = {}
    for pair in pairs:
        links[pair.entry_id].add(pair.other_id)
        links[pair.other_id].add(pair.entry_id)
    for one, cluster in before.items():
        other = first.setdefault(cluster, one)
        links[one].add(other)
        links[other].add(one)
    groups, met = [], set[int]()
    for one in sorted(links):
        if one in met:
            continue
        group, reached = set[int](), [one]
        while reached:
            if (this := reached.pop()) not in group:
                group.add(this)
                reached += links[this]
        met |= group
        groups.append(group)
    return groups


def _grow(
    connection: Connection, group: set[int], known: set[int], now: datetime
) -> tuple[int, set[int]]:
    """Choose the cluster of a group: the oldest that one of it stands in; others go up in it."""
    if not known:
        (cluster,) = counters.take(connection, counters.CLUSTER, 1)
        connection.execute(insert(clusters).values(id=cluster, formed_at=micros(now)))
        return cluster, group
    cluster, *others = sorted(known)
    for some in batches(others):
        connection.execute(
            update(cluster_entries)
            .where(cluster_entries.c.cluster_id.in_(some))
            .values(cluster_id=cluster)
        )
        connection.execute(delete(clusters).where(clusters.c.id.in_(some)))
    return cluster, group


def _find_originals(connection: Connection, changed: Sequence[int], likeness: Likeness) -> None:
    """Find out anew whose story it was first; where that changes, who shows it names it."""
    moved = set()
    for cluster in changed:
        rows = connection.execute(_MEMBERS, {"cluster": cluster}).all()
        place = likeness.original([load(Entry, row.content) for row in rows])
        original = None if place is None else rows[place].id
        if original != rows[0].original_id:
            connection.execute(
                update(clusters).where(clusters.c.id == cluster).values(original_id=original)
            )
            moved |= {row.sequence for row in rows if row.sequence is not None}
    if moved:
        outdated.mark(connection, moved)


_MEMBERS: Final = (
    select(entries.c.id, entries.c.sequence, clusters.c.original_id, revisions.c.content)
    .join(cluster_entries, cluster_entries.c.entry_id == entries.c.id)
    .join(clusters, clusters.c.id == cluster_entries.c.cluster_id)
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(clusters.c.id == bindparam("cluster"))
    .order_by(entries.c.id)
    .limit(MOST_MEMBERS)
)


# --- what a takedown reaches ------------------------------------------------------------------


def bar(connection: Connection, now: datetime) -> int:
    """Withdraw what is the same story as an entry that was taken down; return how many.

    Such an entry belongs to that takedown: `restore` shows it again. What a person ruled on is
    left as the person wanted it.
    """
    barred = {row.id: row for row in connection.execute(_BARRED)}.values()
    if not barred:
        return 0
    effects = Effects()
    for row in barred:
        connection.execute(
            update(entries)
            .where(entries.c.id == row.id)
            .values(takedown_id=row.takedown, withdrawn_at=row.withdrawn_at or micros(now))
        )
        if row.sequence is not None:
            shown = row.ruling == Ruling.PUBLISH and row.withdrawn_at is None
            effects.change(row.sequence, before=shown, now=False, at=micros(now))
    effects.touch(showing(connection, [row.id for row in barred]))
    effects.write(connection)
    return len(barred)


_TAKEN: Final = cluster_entries.alias("taken")
_BARRED: Final = (
    select(
        entries.c.id,
        entries.c.sequence,
        entries.c.ruling,
        entries.c.withdrawn_at,
        takedowns.c.id.label("takedown"),
    )
    .select_from(takedowns)
    .join(_TAKEN, _TAKEN.c.entry_id == takedowns.c.entry_id)
    .join(cluster_entries, cluster_entries.c.cluster_id == _TAKEN.c.cluster_id)
    .join(entries, entries.c.id == cluster_entries.c.entry_id)
    .where(
        takedowns.c.restored_at.is_(None),
        entries.c.takedown_id.is_(None),
        entries.c.ruling_id.is_(None),
        entries.c.id != takedowns.c.entry_id,
    )
    .order_by(entries.c.id, takedowns.c.id)
)


# --- what is asked ----------------------------------------------------------------------------


def clusters_of(connection: Connection, entry_ids: Iterable[int]) -> dict[int, int]:
    """Return the clusters of those of these entries that stand in one."""
    return {
        row.entry_id: row.cluster_id
        for some in batches(sorted(entry_ids))
        for row in connection.execute(_CLUSTERED, {"some": some})
    }


_CLUSTERED: Final = select(cluster_entries.c.entry_id, cluster_entries.c.cluster_id).where(
    cluster_entries.c.entry_id.in_(bindparam("some", expanding=True))
)


def copies(connection: Connection, entry_ids: Iterable[int]) -> dict[int, tuple[Copy, ...]]:
    """Return what each entry shows besides itself: the same story at others, who are not shown.

    Returns:
        For each of these entries that shows any: the first publisher's, then as they came.
    """
    found: defaultdict[int, list[Copy]] = defaultdict(list)
    for some in batches(sorted(entry_ids)):
        for row in connection.execute(_COPIES, {"some": some}):
            copy = Copy(source_id=row.source_id, link=row.link, original=row.original_id == row.id)
            if copy.original:
                found[row.shown_by].insert(0, copy)
            else:
                found[row.shown_by].append(copy)
    return {one: tuple(these) for one, these in found.items()}


_COPIES: Final = (
    select(
        entries.c.id,
        entries.c.shown_by,
        entries.c.source_id,
        entries.c.link,
        clusters.c.original_id,
    )
    .outerjoin(cluster_entries, cluster_entries.c.entry_id == entries.c.id)
    .outerjoin(clusters, clusters.c.id == cluster_entries.c.cluster_id)
    .where(
        entries.c.shown_by.in_(bindparam("some", expanding=True)),
        entries.c.link.is_not(None),
        literal_column(f"({SHOWN})"),
    )
    .order_by(entries.c.id)
)


def showing(connection: Connection, entry_ids: Collection[int]) -> set[int]:
    """Return the sequences of the entries that show one of these in its place."""
    lead = entries.alias("lead")
    return {
        sequence
        for some in batches(sorted(entry_ids))
        for sequence in connection.execute(
            select(lead.c.sequence)
            .join(entries, entries.c.shown_by == lead.c.id)
            .where(entries.c.id.in_(some), lead.c.sequence.is_not(None))
        ).scalars()
    }
