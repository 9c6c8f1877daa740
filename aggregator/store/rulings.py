"""What a person decided about an entry, and what became of it over time. Acts.

The newest ruling of a person holds, whatever later visits judge. All are kept.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from aggregator.errors import StoreError
from aggregator.model import ChangeKind, Entry, Ruling
from aggregator.store import counters
from aggregator.store.rows import dump, load, micros, moment, text
from aggregator.store.schema import entries, revisions, rulings


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An entry as it once was."""

    number: int
    seen: datetime
    kind: ChangeKind
    entry: Entry


def rule(
    connection: Connection,
    entry_id: int,
    ruling: Ruling,
    *,
    who: str,
    why: str,
    now: datetime,
) -> None:
    """Record a person's ruling on an entry and put it into force.

    Raises:
        StoreError: there is no such entry.
    """
    (number,) = counters.take(connection, counters.RULING, 1)
    changed = connection.execute(
        update(entries)
        .where(entries.c.id == entry_id)
        .values(
            ruling=ruling.value,
            reasons=dump((text(f"ruled by {who}: {why}"),)),
            ruling_id=number,
        )
    )
    if changed.rowcount == 0:
        raise StoreError(f"there is no entry {entry_id} to rule on")
    connection.execute(
        insert(rulings).values(
            id=number,
            entry_id=entry_id,
            ruling=ruling.value,
            who=text(who),
            why=text(why),
            ruled_at=micros(now),
        )
    )
    counters.take(connection, counters.GENERATION, 1)


def history(connection: Connection, entry_id: int) -> tuple[Revision, ...]:
    """Return all revisions of an entry, the first one first; none where there is no entry."""
    question = (
        select(revisions).where(revisions.c.entry_id == entry_id).order_by(revisions.c.number)
    )
    return tuple(
        Revision(
            number=row.number,
            seen=moment(row.seen_at),
            kind=ChangeKind(row.kind),
            entry=load(Entry, row.content),
        )
        for row in connection.execute(question)
    )
