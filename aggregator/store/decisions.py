"""Stored entries judged again, when a source's language settings change. Acts.

An entry held because its language was in doubt waits for a person, and its feed will not bring it
again unless it changes. When the operator says what language a source writes in, what waits is
judged anew. What a person ruled on, and what was published, is left as it is; what a person wrote
is what is judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from aggregator.model import ChangeKind, Entry, Verdict
from aggregator.store import outdated
from aggregator.store.database import run_many
from aggregator.store.edited import apply, load_edits
from aggregator.store.rows import batches, dump, load, micros
from aggregator.store.schema import HELD, entries, feeds, revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A new verdict on an entry that waits, and the language that it rests on."""

    entry_id: int
    entry: Entry  # as `undecided` gave it, with another language and reason
    verdict: Verdict


def undecided(
    connection: Connection, source_id: str, *, before: int | None, most: int
) -> tuple[tuple[int, Entry], ...]:
    """Return the entries of a source that wait and that no person ruled on, as they are now.

    Args:
        connection: a reader's.
        source_id: whose.
        before: only entries with a lower id: the last one that an earlier call returned.
        most: how many, the newest first.
    """
    question = _WAITING.where(entries.c.source_id == source_id)
    if before is not None:
        question = question.where(entries.c.id < before)
    question = question.order_by(entries.c.id.desc()).limit(most)
    return tuple(
        (row.id, apply(load(Entry, row.content), load_edits(row.edits)))
        for row in connection.execute(question)
    )


def sources(connection: Connection) -> tuple[str, ...]:
    """Return the sources that have such entries, in order."""
    question = select(entries.c.source_id).where(*_UNDECIDED).distinct()
    return tuple(connection.execute(question.order_by(entries.c.source_id)).scalars())


def redecide(connection: Connection, decisions: Iterable[Decision], *, now: datetime) -> int:
    """Record new verdicts as minor revisions, under no claim.

    Passed over: what a person ruled on, a visit changed, or somebody published meanwhile; and
    what is as it was.

    Returns:
        How many entries changed.
    """
    wanted = {decision.entry_id: decision for decision in decisions}
    _lock(connection, sorted(wanted))
    outdated.lock(connection)
    changed: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for some in batches(sorted(wanted)):
        for row in connection.execute(_LOCKED, {"some": some}):
            decision = wanted[row.id]
            before, edits = load(Entry, row.content), load_edits(row.edits)
            said = decision.entry
            entry = before
            if edits is None or edits.language is None:
                reason = said.language_reason
                entry = replace(before, language=said.language, language_reason=reason)
            ruling, reasons = decision.verdict.ruling.value, dump(decision.verdict.reasons)
            if before.digest != said.digest or (
                (entry, ruling, reasons) == (before, row.ruling, row.reasons)
            ):
                continue
            changed.append(
                {
                    "_entry": row.id,
                    "language": apply(entry, edits).language,
                    "ruling": ruling,
                    "reasons": reasons,
                    "revision": row.revision + 1,
                }
            )
            added.append(
                {
                    "entry_id": row.id,
                    "number": row.revision + 1,
                    "seen_at": micros(now),
                    "kind": ChangeKind.MINOR.value,
                    "content": dump(entry),
                }
            )
    run_many(connection, update(entries).where(entries.c.id == bindparam("_entry")), changed)
    run_many(connection, insert(revisions), added)
    if changed:
        outdated.mark(connection, ())  # none of them was emitted
    return len(changed)


def _lock(connection: Connection, ids: Sequence[int]) -> None:
    # As `record` does, so that no visit adds a revision to the same entries at the same time.
    named = {
        source
        for some in batches(ids)
        for source in connection.execute(
            select(entries.c.source_id).where(entries.c.id.in_(some)).distinct()
        ).scalars()
    }
    for names in batches(sorted(named)):
        connection.execute(
            select(feeds.c.source_id)
            .where(feeds.c.source_id.in_(names))
            .order_by(feeds.c.source_id, feeds.c.feed_key)
            .with_for_update()
        ).all()


_UNDECIDED: Final[tuple[Any, ...]] = (
    literal_column(HELD),
    entries.c.ruling_id.is_(None),
    entries.c.sequence.is_(None),
)
_WAITING: Final = (
    select(
        entries.c.id,
        entries.c.ruling,
        entries.c.reasons,
        entries.c.revision,
        entries.c.edits,
        revisions.c.content,
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(*_UNDECIDED)
)
_LOCKED: Final = (
    _WAITING.where(entries.c.id.in_(bindparam("some", expanding=True)))
    .order_by(entries.c.id)
    .with_for_update(of=entries)
)
