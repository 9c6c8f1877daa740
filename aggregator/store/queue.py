"""What waits for a person: the newest first, as they would publish it. Acts (reads)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, literal_column, select

from aggregator.model import Edits, Entry
from aggregator.store.edited import apply, load_edits
from aggregator.store.rows import load, load_texts, moment
from aggregator.store.schema import HELD, entries, revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry that waits for a person."""

    entry_id: int
    source_id: str
    feed_key: str
    entry: Entry  # as it would be shown
    edits: Edits | None  # of it, what a person wrote
    reasons: tuple[str, ...]  # why it waits
    seen: datetime  # first
    revision: int
    emitted: bool  # it was published before, and is held since


def waiting(
    connection: Connection, *, source_id: str | None, before: int | None, most: int
) -> tuple[Held, ...]:
    """Return what waits, the newest first.

    Args:
        connection: a reader's.
        source_id: only of this source.
        before: only entries with a lower id: the last one that an earlier call returned.
        most: how many.
    """
    question = _HELD.order_by(entries.c.id.desc()).limit(most)
    if source_id is not None:
        question = question.where(entries.c.source_id == source_id)
    if before is not None:
        question = question.where(entries.c.id < before)
    found = []
    for row in connection.execute(question):
        edits = load_edits(row.edits)
        found.append(
            Held(
                entry_id=row.id,
                source_id=row.source_id,
                feed_key=row.feed_key,
                entry=apply(load(Entry, row.content), edits),
                edits=edits,
                reasons=load_texts(row.reasons),
                seen=moment(row.first_seen_at),
                revision=row.revision,
                emitted=row.sequence is not None,
            )
        )
    return tuple(found)


def count(connection: Connection, source_id: str | None) -> int:
    """Count what waits, of one source or of all."""
    question = select(func.count()).select_from(entries).where(literal_column(HELD))
    if source_id is not None:
        question = question.where(entries.c.source_id == source_id)
    return int(connection.execute(question).scalar_one())


_HELD: Final = (
    select(
        entries.c.id,
        entries.c.source_id,
        entries.c.feed_key,
        entries.c.edits,
        entries.c.reasons,
        entries.c.first_seen_at,
        entries.c.revision,
        entries.c.sequence,
        revisions.c.content,
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(literal_column(HELD))
)
