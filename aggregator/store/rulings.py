"""What a person decided about an entry, and what became of it over time. Acts.

The newest ruling of a person holds, whatever later visits judge. All are kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from aggregator.errors import StoreError
from aggregator.model import ChangeKind, Entry, Ruling
from aggregator.store import counters, outdated
from aggregator.store.effects import Effects
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
    outdated.lock(connection)
    before = connection.execute(_ENTRY, {"entry": entry_id}).first()
    if before is None:
        raise StoreError(f"there is no entry {entry_id} to rule on")
    (number,) = counters.take(connection, counters.RULING, 1)
    connection.execute(
        update(entries)
        .where(entries.c.id == entry_id)
        .values(
            ruling=ruling.value,
            reasons=dump((text(f"ruled by {who}: {why}"),)),
            ruling_id=number,
        )
    )
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
    effects = Effects()
    if before.sequence is not None:
        may = before.withdrawn_at is None
        effects.change(
            before.sequence,
            before=may and before.ruling == Ruling.PUBLISH,
            now=may and ruling is Ruling.PUBLISH,
            at=micros(now),
        )
    effects.write(connection)


_ENTRY: Final = select(entries.c.sequence, entries.c.ruling, entries.c.withdrawn_at).where(
    entries.c.id == bindparam("entry")
)


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
