"""What publishers took back themselves, by signs of their own, and gave again. Acts.

The signs: a tombstone in the feed that brought the entry (RFC 6721), an article's page that is no
more, an entry that left a feed which says that it is complete (RFC 5005 section 2). A takedown is
a person's: it hides an entry beside all of this, and nothing in here undoes it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, insert, select, update

from aggregator.model import ChangeKind, Removal, Ruling
from aggregator.store import clusters, outdated
from aggregator.store.database import run_many
from aggregator.store.effects import Effects
from aggregator.store.rows import batches, micros, text
from aggregator.store.schema import entries, revisions


def apply(connection: Connection, removals: Iterable[Removal], now: datetime) -> set[int]:
    """Hide what publishers took back. What they took back before stays as it is.

    Args:
        connection: a writer's; after everything else that its transaction writes.
        removals: of entries of whatever source; unknown ones are passed over.
        now: when we learned of it: documents say so, since subscribers learn of it now.

    Returns:
        The sequences of the emitted entries that are not shown any more.
    """
    wanted = {removal.entry_id: removal for removal in removals}
    hidden: set[int] = set()
    changed = []
    effects = Effects()
    for row in _rows(connection, wanted):
        if row.withdrawn_why is not None:
            continue
        removal = wanted[row.id]
        at = micros(min(removal.at, now)) if row.withdrawn_at is None else row.withdrawn_at
        why = text(removal.why) or "its publisher took it back"
        changed.append({"_entry": row.id, "withdrawn_at": at, "withdrawn_why": why})
        if row.sequence is not None:
            before = row.withdrawn_at is None and row.ruling == Ruling.PUBLISH
            effects.change(row.sequence, before=before, now=False, at=micros(now))
            if before:
                hidden.add(row.sequence)
    run_many(connection, _HIDE, changed)
    _write(connection, effects, [one["_entry"] for one in changed])
    return hidden


def readmit(connection: Connection, entry_ids: Iterable[int], why: str, now: datetime) -> set[int]:
    """Show again what publishers had taken back; a takedown stays in force.

    Args:
        connection: a writer's; after everything else that its transaction writes.
        entry_ids: whose; those that were not taken back are passed over.
        why: they are shown again; the entry's history keeps it.
        now: the time.

    Returns:
        The sequences of the emitted entries that are shown again.
    """
    shown: set[int] = set()
    changed: list[dict[str, Any]] = []
    noted: list[dict[str, Any]] = []
    effects = Effects()
    for row in _rows(connection, set(entry_ids)):
        if row.withdrawn_why is None:
            continue
        at = None if row.takedown_id is None else row.withdrawn_at
        number = row.revision + 1
        changed.append({"_entry": row.id, "_at": at, "_revision": number})
        noted.append(
            {
                "entry_id": row.id,
                "number": number,
                "seen_at": micros(now),
                "kind": ChangeKind.MINOR.value,
                "content": row.content,
                "note": text(f"shown again: {why} (before: {row.withdrawn_why})"),
            }
        )
        if row.sequence is not None:
            may = at is None and row.ruling == Ruling.PUBLISH
            effects.change(row.sequence, before=False, now=may, at=micros(now))
            if may:
                shown.add(row.sequence)
    run_many(connection, _READMIT, changed)
    run_many(connection, insert(revisions), noted)
    _write(connection, effects, [one["_entry"] for one in changed])
    return shown


def _write(connection: Connection, effects: Effects, ids: list[int]) -> None:
    if ids:
        # Of the entries that name one of these as another place that has the story.
        effects.touch(clusters.showing(connection, ids))
        effects.write(connection)


def _rows(connection: Connection, ids: Iterable[int]) -> list[Any]:
    outdated.lock(connection)
    return [
        row for some in batches(sorted(ids)) for row in connection.execute(_SOME, {"some": some})
    ]


_SOME: Final = (
    select(
        entries.c.id,
        entries.c.sequence,
        entries.c.ruling,
        entries.c.revision,
        entries.c.takedown_id,
        entries.c.withdrawn_at,
        entries.c.withdrawn_why,
        revisions.c.content,
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(entries.c.id.in_(bindparam("some", expanding=True)))
)
_HIDE: Final = update(entries).where(entries.c.id == bindparam("_entry"))
_READMIT: Final = _HIDE.values(
    withdrawn_at=bindparam("_at", type_=BigInteger),
    withdrawn_why=None,
    revision=bindparam("_revision"),
)
