"""What a subscription document shows of a series: its newest end, and what changed. Acts (reads).

RFC 5005 section 4 lets a subscriber who was away walk the archives; for everybody else this
window must be wide enough, and bring the corrections and withdrawals of older entries too.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, select

from aggregator.model import AtomId, Published, Withdrawal
from aggregator.store import published
from aggregator.store.rows import MICROSECOND, moment
from aggregator.store.schema import SHOWN, emissions, entries, placements, series

REMEMBERED: Final = timedelta(days=90)  # a withdrawal stays in the window so long
MOST_WITHDRAWN: Final = 100
_PAGE: Final = 100  # rows that are read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What stands in a subscription document."""

    entries: tuple[Published, ...]  # the last position first
    withdrawn: tuple[Withdrawal, ...] = ()  # the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    position: int
    sequence: int
    at: int  # emitted, or corrected or shown again since


def window(
    connection: Connection,
    series_id: int,
    *,
    least: int,
    after: int,
    span: timedelta,
    most: int,
) -> Window:
    """Return what the subscription document of a series shows.

    Of what may be shown: the last `least` entries; all with a position beyond `after`; those
    that were emitted or corrected within `span` of the newest emission or correction of the
    series. Not of the clock: equal entries give equal bytes at any time of day.

    Args:
        connection: a reader's.
        series_id: whose.
        least: so many entries at least, where there are as many.
        after: the last position that an archive document holds; 0 without one.
        span: see above.
        most: never more than this but for what lies beyond `after`. What happened last stays.
    """
    newest = connection.execute(_NEWEST, {"series": series_id}).scalar_one_or_none()
    if newest is None:
        return Window(entries=())
    corrected = connection.execute(_LAST_CORRECTED, {"series": series_id}).scalar_one_or_none()
    latest = max(newest, corrected or 0)
    since = latest - span // MICROSECOND
    last = _last(connection, series_id, least, after)
    chosen = {place.position: place for place in last if place.position > after}
    recent = [
        *itertools.islice(_emitted(connection, series_id, since), most),
        *_corrected(connection, series_id, since, most),
    ]
    recent.sort(key=lambda place: (-place.at, -place.position))
    for place in (*last, *recent):
        if len(chosen) >= most:
            break
        chosen.setdefault(place.position, place)
    order = {place.sequence: place.position for place in chosen.values()}
    shown = published.read(connection, order)
    return Window(
        entries=tuple(sorted(shown, key=lambda entry: -order[entry.sequence])),
        withdrawn=_withdrawn(connection, series_id, latest),
    )


_NEWEST: Final = (
    select(emissions.c.emitted_at)
    .join(series, series.c.newest == emissions.c.sequence)
    .where(series.c.id == bindparam("series"))
)
_LAST_CORRECTED: Final = (
    select(placements.c.corrected_at)
    .where(placements.c.series_id == bindparam("series"), placements.c.corrected_at.is_not(None))
    .order_by(placements.c.corrected_at.desc())
    .limit(1)
)


def _pages(column: Any) -> Any:
    """Return the question for one page of a series' places, going down by a column.

    The limit comes before the join: only then either database reads no more of the index than
    a page, however many there are and whatever its statistics say.
    """
    page = (
        select(placements.c.position, placements.c.sequence)
        .where(placements.c.series_id == bindparam("series"), column < bindparam("before"))
        .order_by(column.desc())
        .limit(bindparam("size"))
        .subquery("page")
    )
    return (
        select(
            page.c.position,
            page.c.sequence,
            emissions.c.emitted_at,
            literal_column(f"({SHOWN})").label("shown"),
        )
        .join(emissions, emissions.c.sequence == page.c.sequence)
        .join(entries, entries.c.id == emissions.c.entry_id)
        .order_by(page.c[column.name].desc())
    )


_BY_POSITION: Final = _pages(placements.c.position)
_BY_SEQUENCE: Final = _pages(placements.c.sequence)


def _walk(connection: Connection, question: Any, column: str, series_id: int) -> Iterator[Any]:
    before = 2**62
    while True:
        values = {"series": series_id, "before": before, "size": _PAGE}
        page = connection.execute(question, values).all()
        yield from page
        if len(page) < _PAGE:
            return
        before = getattr(page[-1], column)


def _last(connection: Connection, series_id: int, least: int, after: int) -> list[_Place]:
    """Return the last entries that are shown: `least`, and all beyond `after`."""
    found: list[_Place] = []
    for row in _walk(connection, _BY_POSITION, "position", series_id):
        if row.position <= after and len(found) >= least:
            break
        if row.shown:
            found.append(_Place(position=row.position, sequence=row.sequence, at=row.emitted_at))
    return found


def _emitted(connection: Connection, series_id: int, since: int) -> Iterator[_Place]:
    # By sequence: an edition that got a language later has old entries at the end.
    for row in _walk(connection, _BY_SEQUENCE, "sequence", series_id):
        if row.emitted_at < since:
            break
        if row.shown:
            yield _Place(position=row.position, sequence=row.sequence, at=row.emitted_at)


def _corrected(connection: Connection, series_id: int, since: int, most: int) -> Iterator[_Place]:
    values = {"series": series_id, "since": since, "most": most}
    for row in connection.execute(_CORRECTED, values):
        yield _Place(position=row.position, sequence=row.sequence, at=row.corrected_at)


_CORRECTED: Final = (
    select(placements.c.position, placements.c.sequence, placements.c.corrected_at)
    .join(emissions, emissions.c.sequence == placements.c.sequence)
    .join(entries, entries.c.id == emissions.c.entry_id)
    .where(
        placements.c.series_id == bindparam("series"),
        placements.c.corrected_at >= bindparam("since"),
        literal_column(f"({SHOWN})"),
    )
    .order_by(placements.c.corrected_at.desc(), placements.c.position.desc())
    .limit(bindparam("most"))
)


def _withdrawn(connection: Connection, series_id: int, latest: int) -> tuple[Withdrawal, ...]:
    rows = connection.execute(_WITHDRAWN, {"series": series_id}).all()
    if not rows:
        return ()
    since = max(latest, rows[0].withdrawn_at) - REMEMBERED // MICROSECOND
    return tuple(
        Withdrawal(id=AtomId(row.atom_id), at=moment(row.withdrawn_at))
        for row in rows
        if row.withdrawn_at >= since
    )


def withdrawals(
    connection: Connection, series_id: int, first: int, last: int
) -> tuple[Withdrawal, ...]:
    """Return what is gone of a series between two positions, both included, in order."""
    values = {"series": series_id, "first": first, "last": last}
    return tuple(
        Withdrawal(id=AtomId(row.atom_id), at=moment(row.withdrawn_at))
        for row in connection.execute(_GONE, values)
    )


_GONE: Final = (
    select(emissions.c.atom_id, placements.c.withdrawn_at)
    .join(emissions, emissions.c.sequence == placements.c.sequence)
    .where(
        placements.c.series_id == bindparam("series"),
        placements.c.position.between(bindparam("first"), bindparam("last")),
        placements.c.withdrawn_at.is_not(None),
    )
    .order_by(placements.c.position)
)
_WITHDRAWN: Final = (
    select(emissions.c.atom_id, placements.c.withdrawn_at)
    .join(emissions, emissions.c.sequence == placements.c.sequence)
    .where(placements.c.series_id == bindparam("series"), placements.c.withdrawn_at.is_not(None))
    .order_by(placements.c.withdrawn_at.desc(), placements.c.sequence.desc())
    .limit(MOST_WITHDRAWN)
)
