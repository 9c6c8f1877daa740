"""What somebody asked us to take down: out of every document, and barred from coming back. Acts.

A takedown withdraws an entry, or all that a source brings, and leaves bars behind: the addresses
of the entries and, of one entry, its text. What comes under a bar from any source is stored with
the takedown's number and stays hidden; `restore` takes the bars away and shows all of it again.
The log keeps both.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    insert,
    select,
    update,
)

from aggregator.errors import StoreError
from aggregator.model import Entry, Ruling
from aggregator.store import bars, clusters, counters, outdated
from aggregator.store.database import run_many
from aggregator.store.edited import apply, load_edits
from aggregator.store.effects import Effects
from aggregator.store.rows import batches, load, micros, moment, moment_or_none, text
from aggregator.store.schema import entries, feeds, keys, revisions, takedowns


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """What was taken down, by whom and why; and who gave it back."""

    id: int
    entry_id: int | None  # of one entry
    source_id: str | None  # of all that a source brings
    title: str  # of the entry, or the source's name, as it was then
    link: str | None
    who: str
    why: str
    taken: datetime
    restored: datetime | None = None
    restored_who: str | None = None
    restored_why: str | None = None
    outlet: str = ""  # the source that it is about, in either case
    entries: int = 0  # that it hides now; of a command: that it hid, or showed again
    new: bool = False  # of a command: it changed something


# --- down -------------------------------------------------------------------------------------


def take_down(
    connection: Connection,
    *,
    entry_id: int | None,
    source_id: str | None,
    title: str,
    who: str,
    why: str,
    now: datetime,
) -> Takedown:
    """Hide an entry, or all entries of a source, and bar them from coming back.

    Other entries that have the same address or text are hidden with it, whoever brought them.

    Args:
        connection: a writer's.
        entry_id: the entry; or
        source_id: the source.
        title: the source's name, for the log.
        who: asked for it, or did it.
        why: it is done.
        now: the time.

    Returns:
        The takedown; the one in force, where it is down already (`new` is False then).

    Raises:
        StoreError: there is no such entry or source.
    """
    if (entry_id is None) == (source_id is None):
        raise ValueError("either an entry or a source is taken down")
    outdated.lock(connection)
    known = connection.execute(_IN_FORCE, {"entry": entry_id, "source": source_id}).first()
    if known is not None:
        return _takedown(known)
    link = None
    values: set[str] = set()
    if entry_id is not None:
        title, link, values = _facts(connection, entry_id)
    elif not connection.execute(_IS_KNOWN, {"source": source_id}).first():
        raise StoreError(f"the store knows no source '{source_id}'; `aggregator list` shows them")
    (number,) = counters.take(connection, counters.TAKEDOWN, 1)
    row = {
        "id": number,
        "entry_id": entry_id,
        "source_id": source_id,
        "title": text(title or source_id or ""),
        "link": link,
        "who": text(who),
        "why": text(why),
        "taken_at": micros(now),
    }
    connection.execute(insert(takedowns).values(row))
    if source_id is not None:
        bars.raise_around(connection, source_id, number)
    bars.raise_all(connection, values, number)
    found = _reached(connection, number, entry_id, source_id, values)
    _hide(connection, number, found, now)
    made = connection.execute(_ONE, {"takedown": number}).one()
    return _takedown(made, count=len(found), new=True)


def _facts(connection: Connection, entry_id: int) -> tuple[str, str | None, set[str]]:
    """Return an entry's title, its link, and what bars it."""
    row = connection.execute(_ENTRY, {"entry": entry_id}).first()
    if row is None:
        raise StoreError(f"there is no entry {entry_id} to take down")
    entry = load(Entry, row.content)
    values = bars.of_entry(connection, entry_id, entry, row.text_digest)
    return apply(entry, load_edits(row.edits)).title, row.link, values


def _reached(
    connection: Connection,
    number: int,
    entry_id: int | None,
    source_id: str | None,
    values: Collection[str],
) -> list[Any]:
    """Return the rows that a takedown hides."""
    wanted = set() if entry_id is None else {entry_id}
    sources = connection.execute(_SOURCES).scalars().all()
    for source in sources:
        if source_id is None:
            for some in batches(sorted(values)):
                named = connection.execute(_NAMED, {"source": source, "some": some})
                wanted.update(named.scalars())
        elif source != source_id:
            wanted.update(bars.reached(connection, source, number))
    rows = [
        row
        for some in batches(sorted(wanted))
        for row in connection.execute(_SOME, {"some": some})
        # One entry may be down with its source, or with another of the same text: from now on
        # it is down by itself.
        if row.takedown_id is None or row.id == entry_id
    ]
    if source_id is not None:
        rows += connection.execute(_OF_SOURCE, {"source": source_id})
    return rows


def _hide(connection: Connection, number: int, rows: Sequence[Any], now: datetime) -> None:
    at = micros(now)
    effects = Effects()
    for row in rows:
        if row.sequence is not None:
            before = row.withdrawn_at is None and row.ruling == Ruling.PUBLISH
            effects.change(row.sequence, before=before, now=False, at=at)
    changed = [
        {
            "_entry": row.id,
            "takedown_id": number,
            "withdrawn_at": at if row.withdrawn_at is None else row.withdrawn_at,
        }
        for row in rows
    ]
    run_many(connection, _CHANGE, changed)
    # Of the entries that name one of these as another place that has the story.
    effects.touch(clusters.showing(connection, [one["_entry"] for one in changed]))
    effects.write(connection)


# --- and up again -----------------------------------------------------------------------------


def restore(
    connection: Connection, takedown_id: int, *, who: str, why: str, now: datetime
) -> Takedown:
    """Undo a takedown: its bars go, and what it hid is shown again.

    Not shown: what its publisher withdrew itself, and what another takedown reaches.

    Raises:
        StoreError: there is no such takedown.
    """
    outdated.lock(connection)
    row = connection.execute(_ONE, {"takedown": takedown_id}).first()
    if row is None:
        raise StoreError(f"there is no takedown {takedown_id}; `aggregator takedown --list`")
    if row.restored_at is not None:
        return _takedown(row)
    connection.execute(
        update(takedowns)
        .where(takedowns.c.id == takedown_id)
        .values(restored_at=micros(now), restored_who=text(who), restored_why=text(why))
    )
    bars.lift(connection, takedown_id)
    released = connection.execute(_HIDDEN, {"takedown": takedown_id}).all()
    others = bars.others(connection, released)
    effects = Effects()
    changed = []
    for one in released:
        other = others.get(one.id)
        withdrawn = other is not None or one.withdrawn_why is not None
        at = one.withdrawn_at if withdrawn else None
        changed.append({"_entry": one.id, "takedown_id": other, "withdrawn_at": at})
        if one.sequence is not None:
            shown = not withdrawn and one.ruling == Ruling.PUBLISH
            effects.change(one.sequence, before=False, now=shown, at=micros(now))
    run_many(connection, _CHANGE, changed)
    # Of the entries that name one of these as another place that has the story.
    effects.touch(clusters.showing(connection, [one["_entry"] for one in changed]))
    effects.write(connection)
    count = sum(one["withdrawn_at"] is None for one in changed)
    made = connection.execute(_ONE, {"takedown": takedown_id}).one()
    return _takedown(made, count=count, new=True)


# --- questions --------------------------------------------------------------------------------


def listed(connection: Connection, ids: Iterable[int] | None = None) -> tuple[Takedown, ...]:
    """Return all takedowns, or these; the newest first."""
    question = _TAKEDOWNS.order_by(takedowns.c.id.desc())
    if ids is not None:
        question = question.where(takedowns.c.id.in_(sorted(set(ids))))
    rows = connection.execute(question).all()
    counts: dict[int | None, int] = {row[0]: row[1] for row in connection.execute(_COUNTS)}
    return tuple(_takedown(row, count=counts.get(row.id, 0)) for row in rows)


def _takedown(row: Any, *, count: int = 0, new: bool = False) -> Takedown:
    return Takedown(
        id=row.id,
        entry_id=row.entry_id,
        source_id=row.source_id,
        title=row.title,
        link=row.link,
        who=row.who,
        why=row.why,
        taken=moment(row.taken_at),
        restored=moment_or_none(row.restored_at),
        restored_who=row.restored_who,
        restored_why=row.restored_why,
        outlet=row.outlet,
        entries=count,
        new=new,
    )


# --- statements -------------------------------------------------------------------------------

_TAKEDOWNS: Final = select(
    takedowns, func.coalesce(takedowns.c.source_id, entries.c.source_id).label("outlet")
).outerjoin(entries, entries.c.id == takedowns.c.entry_id)
_ONE: Final = _TAKEDOWNS.where(takedowns.c.id == bindparam("takedown"))
_IN_FORCE: Final = _TAKEDOWNS.where(
    takedowns.c.restored_at.is_(None),
    (takedowns.c.entry_id == bindparam("entry")) | (takedowns.c.source_id == bindparam("source")),
)
_COUNTS: Final = (
    select(entries.c.takedown_id, func.count())
    .where(entries.c.takedown_id.is_not(None))
    .group_by(entries.c.takedown_id)
)
_SOURCES: Final = select(feeds.c.source_id).distinct().order_by(feeds.c.source_id)
_IS_KNOWN: Final = select(feeds.c.source_id).where(feeds.c.source_id == bindparam("source"))

_NAMED: Final = select(keys.c.entry_id).where(
    keys.c.source_id == bindparam("source"),
    keys.c.value.in_(bindparam("some", expanding=True)),
)
_COLUMNS: Final = (
    entries.c.id,
    entries.c.source_id,
    entries.c.sequence,
    entries.c.ruling,
    entries.c.text_digest,
    entries.c.takedown_id,
    entries.c.withdrawn_at,
    entries.c.withdrawn_why,
)
_SOME: Final = select(*_COLUMNS).where(entries.c.id.in_(bindparam("some", expanding=True)))
_OF_SOURCE: Final = select(*_COLUMNS).where(
    entries.c.source_id == bindparam("source"), entries.c.takedown_id.is_(None)
)
_HIDDEN: Final = select(*_COLUMNS).where(entries.c.takedown_id == bindparam("takedown"))
_CHANGE: Final = update(entries).where(entries.c.id == bindparam("_entry"))
_ENTRY: Final = (
    select(
        entries.c.source_id,
        entries.c.text_digest,
        entries.c.link,
        entries.c.edits,
        revisions.c.content,
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(entries.c.id == bindparam("entry"))
)
