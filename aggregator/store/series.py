"""Lists that only grow at their end: what was emitted takes its positions. Acts.

RFC 5005 calls such a list a logical feed. The entry that came as the n-th has position n for
ever; archives and pages cut from it in pieces of fixed size stay where they are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from aggregator.model import Published, Series, SeriesKind, SeriesName
from aggregator.store import counters, outdated, published
from aggregator.store.database import run_many, upsert
from aggregator.store.rows import batches, text
from aggregator.store.schema import (
    corrections,
    emissions,
    placed,
    placements,
    series,
    withdrawals,
)

Label = Callable[[Published], Iterable[SeriesName]]
"""Names the series of an edition that an entry belongs to."""

_Name = tuple[str, str]  # kind and key


def place(
    connection: Connection, edition: str, languages: Collection[str], label: Label, *, most: int
) -> int:
    """Give emissions their positions in an edition's series, in the order of our own sequence.

    Args:
        connection: a writer's.
        edition: its tag.
        languages: the edition's. One that is new is placed from its first emission on.
        label: names the series. Also asked for entries that are hidden: they may be shown later.
        most: how many entries at most.

    Returns:
        How many entries were placed.
    """
    # Before looking: on PostgreSQL a second publisher waits here, and then finds nothing to do.
    outdated.lock(connection)
    fresh = _unplaced(connection, edition, languages, most)
    if not fresh:
        return 0
    named = [
        (entry.sequence, _names(label(entry)))
        for entry in published.read(connection, fresh, hidden=True)
    ]
    lists = _lists(connection, edition, {name for _, names in named for name in names})
    corrected = _dates(connection, corrections, fresh)
    withdrawn = _dates(connection, withdrawals, fresh)
    rows: list[dict[str, Any]] = []
    for sequence, names in named:
        for name in sorted(names):
            grown = lists[name]
            grown.add(sequence, names[name])
            row = {
                "series_id": grown.id,
                "position": grown.count,
                "sequence": sequence,
                "corrected_at": corrected.get(sequence),
                "withdrawn_at": withdrawn.get(sequence),
            }
            rows.append(row)
    _write(connection, edition, lists)
    run_many(connection, insert(placements), rows)
    _reach(connection, edition, fresh)
    outdated.mark(connection, fresh)
    return len(fresh)


def _names(labels: Iterable[SeriesName]) -> dict[_Name, str]:
    """Return the titles of series by name; one that is named twice is one."""
    names: dict[_Name, str] = {}
    for label in labels:
        names.setdefault((label.kind.value, label.key), label.title)
    return names


@dataclass(slots=True)
class _List:
    """A series while it grows."""

    id: int
    title: str | None = None  # None: it is new, and nothing named it yet
    count: int = 0
    newest: int = 0
    is_new: bool = True

    def add(self, sequence: int, title: str) -> None:
        if self.title is None:
            self.title = text(title)
        self.count += 1
        self.newest = max(self.newest, sequence)


def _unplaced(
    connection: Connection, edition: str, languages: Collection[str], most: int
) -> dict[int, str]:
    """Return the next emissions that an edition has to place, with their languages, in order."""
    question = select(placed.c.language, placed.c.sequence).where(placed.c.edition == edition)
    reached = {row.language: row.sequence for row in connection.execute(question)}
    found = [
        (sequence, language)
        for language in sorted(set(languages))
        for sequence in connection.execute(
            _EMITTED,
            {"language": language, "after": reached.get(language, 0), "most": most},
        ).scalars()
    ]
    return dict(sorted(found)[:most])


_EMITTED: Final = (
    select(emissions.c.sequence)
    .where(
        emissions.c.language == bindparam("language"), emissions.c.sequence > bindparam("after")
    )
    .order_by(emissions.c.sequence)
    .limit(bindparam("most"))
)


def _lists(connection: Connection, edition: str, names: Collection[_Name]) -> dict[_Name, _List]:
    """Look up the series of these names; those that are new get their ids."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for kind, key in sorted(names):
        keys[kind].append(key)
    known = {
        (row.kind, row.key): _List(row.id, row.title, row.taken, row.newest, is_new=False)
        for kind, wanted in keys.items()
        for some in batches(wanted)
        for row in connection.execute(_NAMED, {"edition": edition, "kind": kind, "some": some})
    }
    fresh = sorted(names - known.keys())
    if fresh:
        ids = counters.take(connection, counters.SERIES, len(fresh))
        known.update((name, _List(number)) for number, name in zip(ids, fresh, strict=True))
    return known


# A row has a `count` of its own.
_SERIES: Final = select(
    series.c.id,
    series.c.kind,
    series.c.key,
    series.c.title,
    series.c.count.label("taken"),
    series.c.newest,
)
_NAMED: Final = _SERIES.where(
    series.c.edition == bindparam("edition"),
    series.c.kind == bindparam("kind"),
    series.c.key.in_(bindparam("some", expanding=True)),
)


def _dates(connection: Connection, table: Any, sequences: Iterable[int]) -> dict[int, int]:
    """Return when entries were corrected or shown again, or withdrawn."""
    _, column, *_ = table.columns.values()
    return {
        sequence: at
        for some in batches(sequences)
        for sequence, at in connection.execute(
            select(table.c.sequence, column).where(table.c.sequence.in_(some))
        )
    }


def _write(connection: Connection, edition: str, lists: dict[_Name, _List]) -> None:
    fresh = [
        {
            "id": grown.id,
            "edition": edition,
            "kind": kind,
            "key": key,
            "title": grown.title,
            "count": grown.count,
            "newest": grown.newest,
        }
        for (kind, key), grown in lists.items()
        if grown.is_new
    ]
    run_many(connection, insert(series), fresh)
    longer = [
        {"_series": grown.id, "count": grown.count, "newest": grown.newest}
        for grown in lists.values()
        if not grown.is_new
    ]
    run_many(connection, update(series).where(series.c.id == bindparam("_series")), longer)


def _reach(connection: Connection, edition: str, fresh: dict[int, str]) -> None:
    """Remember how far each language was placed."""
    statement = upsert(connection.dialect.name, placed)
    statement = statement.on_conflict_do_update(
        index_elements=list(placed.primary_key), set_={"sequence": statement.excluded.sequence}
    )
    last = {language: sequence for sequence, language in fresh.items()}
    run_many(
        connection,
        statement,
        [
            {"edition": edition, "language": language, "sequence": sequence}
            for language, sequence in sorted(last.items())
        ],
    )


# --- questions --------------------------------------------------------------------------------


def listed(connection: Connection, edition: str) -> tuple[Series, ...]:
    """Return the series of an edition, by kind and key."""
    kinds = {kind.value: kind for kind in SeriesKind}
    return tuple(
        Series(
            id=number,
            edition=edition,
            name=SeriesName(kind=kinds[kind], key=key, title=title),
            count=count,
        )
        for number, kind, key, title, count, _ in connection.execute(_LISTED, {"edition": edition})
    )


_LISTED: Final = _SERIES.where(series.c.edition == bindparam("edition")).order_by(
    series.c.kind, series.c.key
)


def positions(
    connection: Connection, sequences: Iterable[int]
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the places of entries: for each that has any, series and position in it."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for some in batches(sorted(set(sequences))):
        for row in connection.execute(_PLACES, {"some": some}):
            found[row.sequence].append((row.series_id, row.position))
    return {sequence: tuple(places) for sequence, places in found.items()}


_PLACES: Final = (
    select(placements.c.sequence, placements.c.series_id, placements.c.position)
    .where(placements.c.sequence.in_(bindparam("some", expanding=True)))
    .order_by(placements.c.sequence, placements.c.series_id)
)


def stretch(
    connection: Connection, series_id: int, first: int, last: int
) -> tuple[Published, ...]:
    """Return what may be shown of a series between two positions, both included, in order."""
    question = select(placements.c.sequence).where(
        placements.c.series_id == series_id, placements.c.position.between(first, last)
    )
    order = {
        sequence: number
        for number, sequence in enumerate(
            connection.execute(question.order_by(placements.c.position)).scalars()
        )
    }
    found = published.read(connection, order)
    return tuple(sorted(found, key=lambda entry: order[entry.sequence]))
