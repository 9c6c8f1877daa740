"""New entries compared with those of other sources: are they the same story? Acts.

After recording, one at a time, in the order of the entries' numbers: what is found does not depend
on which feed was visited first. How far it came is a counter that moves in the same transaction.

Only entries that have a feature in common are compared, and of each only its sketch is kept, as
long as another can be like it. The sketch of an entry that was taken down is kept for good, and is
compared with whatever comes, however late.

An entry is compared once, as it was when it came. A later version changes nothing: a story that
was published must not vanish behind another because of a correction.

A sketch has the number of the `reading` that drew it. Where this program draws others, those that
are stored are deleted, never compared with them; those of what was taken down are drawn again.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from aggregator.model import Entry
from aggregator.store import clusters, counters, outdated
from aggregator.store.clusters import Likeness, Pair
from aggregator.store.database import run_many
from aggregator.store.rows import batches, dump, fingerprint, load, micros, moment
from aggregator.store.schema import entries, features, revisions, sketches, takedowns

KEPT: Final = 2  # times the window: a copy may come so much later than it says
MOST_ALIKE: Final = 40  # entries that have a feature in common; more have a footer in common
SLACK: Final = timedelta(days=1)


def compare(connection: Connection, likeness: Likeness, *, now: datetime, most: int) -> int:
    """Compare the next entries with all that came before them.

    Args:
        connection: a writer's.
        likeness: how, and within which time. None there: they count as compared.
        now: the time.
        most: how many entries at most.

    Returns:
        How many entries were looked at; as many as `most`: there may be more.
    """
    outdated.lock(connection)
    last = counters.read(connection, counters.COMPARED)
    newest = counters.read(connection, counters.ENTRY)
    if likeness.within is None:
        if newest > last:
            counters.take(connection, counters.COMPARED, newest - last)
        return 0
    horizon = micros(now - KEPT * likeness.within - SLACK)
    scope = {"last": last, "newest": newest, "horizon": horizon, "most": most}
    fresh = connection.execute(_NEXT, scope).all()
    lost = connection.execute(_LOST, {"last": last}).all()
    if drawn := (*fresh, *lost):
        if _is_read_otherwise(connection, _drawn(likeness, drawn[0])):
            connection.execute(delete(features))
            connection.execute(delete(sketches))
            lost = connection.execute(_LOST, {"last": last}).all()
        memory = _Memory(connection, likeness)
        memory.add(lost)
        pairs = memory.add(fresh)
        clusters.join(connection, pairs, likeness, now)
        _forget(connection, horizon)
    reached = fresh[-1].id if len(fresh) == most else newest
    if reached > last:
        counters.take(connection, counters.COMPARED, reached - last)
    clusters.bar(connection, now)
    return len(fresh)


class _Memory:
    """Sketches of entries, those that are stored and those that are being added."""

    def __init__(self, connection: Connection, likeness: Likeness) -> None:
        self._connection = connection
        self._likeness = likeness
        self._sketches: dict[int, Any] = {}
        self._sources: dict[int, str] = {}
        self._holders: defaultdict[str, set[int]] = defaultdict(set)  # of a feature
        self._taken = set(connection.execute(_TAKEN).scalars())

    def add(self, rows: Sequence[Any]) -> list[Pair]:
        """Take entries in, in their order; return those that are the same story as an earlier."""
        named: dict[int, tuple[str, ...]] = {}
        for row in rows:
            self._sketches[row.id] = one = _drawn(self._likeness, row)
            self._sources[row.id] = row.source_id
            named[row.id] = tuple(dict.fromkeys(map(fingerprint, self._likeness.features(one))))
        self._look_up({value for values in named.values() for value in values}, named)
        pairs = [pair for row in rows for pair in self._match(row.id, named[row.id])]
        self._write(rows, named)
        return pairs

    def _write(self, rows: Sequence[Any], named: Mapping[int, tuple[str, ...]]) -> None:
        drawn = [
            {
                "entry_id": row.id,
                "seen_at": row.first_seen_at,
                "content": dump(self._sketches[row.id]),
            }
            for row in rows
        ]
        run_many(self._connection, insert(sketches), drawn)
        have = [
            {"value": value, "entry_id": entry_id}
            for entry_id, values in named.items()
            for value in values
        ]
        run_many(self._connection, insert(features), have)

    def _look_up(self, values: Collection[str], fresh: Collection[int]) -> None:
        """Read what is stored of the entries that have one of these features."""
        for some in batches(sorted(values)):
            for holder in self._connection.execute(_HOLDERS, {"some": some}):
                self._holders[holder.value].add(holder.entry_id)
                self._sources[holder.entry_id] = holder.source_id
        met = {one for value in values for one in self._holders[value]}
        # All sketches are of one kind; there is none without a fresh one to compare it with.
        kind = next((type(self._sketches[one]) for one in fresh), type(None))
        for these in batches(sorted(met - self._sketches.keys())):
            for row in self._connection.execute(_SKETCHES, {"some": these}):
                self._sketches[row.entry_id] = load(kind, row.content)

    def _match(self, one: int, values: Iterable[str]) -> list[Pair]:
        own = self._sources[one]
        others: set[int] = set()
        for value in values:
            holders = self._holders[value]
            if len(holders) <= MOST_ALIKE:
                others |= {other for other in holders if self._sources[other] != own}
            holders.add(one)
        found = []
        for other in sorted(others):
            within = None if other in self._taken else self._likeness.within
            mine, theirs = self._sketches[one], self._sketches[other]
            if reason := self._likeness.same_story(mine, theirs, within=within):
                found.append(Pair(entry_id=one, other_id=other, reason=reason))
        return found


def _drawn(likeness: Likeness, row: Any) -> Any:
    published = moment(row.published_at, row.published_offset)
    return likeness.sketch(load(Entry, row.content), published=published)


def _is_read_otherwise(connection: Connection, one: Any) -> bool:
    """Whether the sketches that are stored, all of one reading, are of another than this one."""
    stored = connection.execute(_ANY).scalar()
    reading = getattr(one, "reading", None)
    return stored is not None and json.loads(stored).get("reading") != reading


def _forget(connection: Connection, horizon: int) -> None:
    """Delete the sketches that nothing new can be like."""
    old = connection.execute(_OLD, {"horizon": horizon}).scalars().all()
    for some in batches(old):
        connection.execute(delete(features).where(features.c.entry_id.in_(some)))
        connection.execute(delete(sketches).where(sketches.c.entry_id.in_(some)))


# --- statements -------------------------------------------------------------------------------

_ENTRIES: Final = select(
    entries.c.id,
    entries.c.source_id,
    entries.c.published_at,
    entries.c.published_offset,
    entries.c.first_seen_at,
    revisions.c.content,
).join(
    revisions,
    (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
)
# What was emitted long ago is of another version of this program: nothing can be done about it.
_NEXT: Final = (
    _ENTRIES.where(
        entries.c.id > bindparam("last"),
        entries.c.id <= bindparam("newest"),
        or_(entries.c.sequence.is_(None), entries.c.first_seen_at >= bindparam("horizon")),
    )
    .order_by(entries.c.id)
    .limit(bindparam("most"))
)
_TAKEN: Final = select(takedowns.c.entry_id).where(
    takedowns.c.entry_id.is_not(None), takedowns.c.restored_at.is_(None)
)
# Taken down when its sketch had been deleted, or after it was passed over.
_LOST: Final = (
    _ENTRIES.outerjoin(sketches, sketches.c.entry_id == entries.c.id)
    .where(
        entries.c.id.in_(_TAKEN),
        sketches.c.entry_id.is_(None),
        entries.c.id <= bindparam("last"),
    )
    .order_by(entries.c.id)
)
_HOLDERS: Final = (
    select(features.c.value, features.c.entry_id, entries.c.source_id)
    .join(entries, entries.c.id == features.c.entry_id)
    .where(features.c.value.in_(bindparam("some", expanding=True)))
)
_SKETCHES: Final = select(sketches.c.entry_id, sketches.c.content).where(
    sketches.c.entry_id.in_(bindparam("some", expanding=True))
)
_ANY: Final = select(sketches.c.content).limit(1)
_OLD: Final = select(sketches.c.entry_id).where(
    sketches.c.seen_at < bindparam("horizon"), sketches.c.entry_id.not_in(_TAKEN)
)
