"""What waits for a person: the newest first, as they would publish it. Acts (reads)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, literal_column, select

from aggregator.model import Edits, Entry
from aggregator.store.edited import apply, load_edits
from aggregator.store.rows import load, load_texts, micros, moment, moment_or_none
from aggregator.store.schema import HELD, PENDING, entries, revisions


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
    publish_at: datetime | None = None  # of what waits for its time alone

    @property
    def causes(self) -> tuple[str, ...]:
        """Those of its reasons for which it waits; the others say what else was found."""
        found = tuple(one for one in self.reasons if one.startswith(_CAUSES) or "-> hold" in one)
        return found or self.reasons


_CAUSES: Final = ("language in doubt", "hold", "quarantined: ", "ruled by", "submitted")


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
    return tuple(map(_held, connection.execute(question)))


def delayed(
    connection: Connection, now: datetime, *, source_id: str | None, most: int
) -> tuple[Held, ...]:
    """Return what is published by itself later (`publish_delay`), the next one first.

    Args:
        connection: a reader's.
        now: the time.
        source_id: only of this source.
        most: how many.
    """
    question = (
        _ENTRIES.where(literal_column(PENDING), entries.c.publish_at > micros(now))
        .order_by(entries.c.publish_at, entries.c.id)
        .limit(most)
    )
    if source_id is not None:
        question = question.where(entries.c.source_id == source_id)
    return tuple(map(_held, connection.execute(question)))


def _held(row: Any) -> Held:
    edits = load_edits(row.edits)
    return Held(
        entry_id=row.id,
        source_id=row.source_id,
        feed_key=row.feed_key,
        entry=apply(load(Entry, row.content), edits),
        edits=edits,
        reasons=load_texts(row.reasons),
        seen=moment(row.first_seen_at),
        revision=row.revision,
        emitted=row.sequence is not None,
        publish_at=moment_or_none(row.publish_at),
    )


def count(connection: Connection, source_id: str | None) -> int:
    """Count what waits, of one source or of all."""
    question = select(func.count()).select_from(entries).where(literal_column(HELD))
    if source_id is not None:
        question = question.where(entries.c.source_id == source_id)
    return int(connection.execute(question).scalar_one())


_ENTRIES: Final = select(
    entries.c.id,
    entries.c.source_id,
    entries.c.feed_key,
    entries.c.edits,
    entries.c.reasons,
    entries.c.first_seen_at,
    entries.c.revision,
    entries.c.sequence,
    entries.c.publish_at,
    revisions.c.content,
).join(
    revisions,
    (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
)
_HELD: Final = _ENTRIES.where(literal_column(HELD))
