"""What visits found, recorded: each whole or not at all. Acts.

One transaction for many visits. In the usual case one savepoint and one statement a table serve
all of them; when the database refuses something, that savepoint is undone and the visits are
written again, a savepoint each, so that only the one at fault is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from aggregator.model import Visit
from aggregator.store.batch import write
from aggregator.store.rows import batches
from aggregator.store.schema import feeds

# What one visit can do to a statement; anything else is the database's own trouble.
_UNFIT: Final = (IntegrityError, DataError, OverflowError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a visit."""

    visit: Visit
    accepted: bool
    reason: str | None = None  # why not
    new: int = 0
    changed: int = 0
    held: int = 0  # of these two, those that wait for a person


def record(connection: Connection, found: Iterable[Visit]) -> tuple[Recorded, ...]:
    """Record visits made under claims, and give those claims back.

    Returns:
        One answer a visit, in order. Refused: the claim has ended, or the visit holds what
        cannot be stored.
    """
    found = tuple(found)
    rows = _feeds(connection, found)
    answers: dict[int, Recorded] = {}
    fit: dict[int, Visit] = {}
    under = {name: row.fence for name, row in rows.items()}
    for index, visit in enumerate(found):
        if (reason := _refusal(visit, under)) is not None:
            answers[index] = Recorded(visit=visit, accepted=False, reason=reason)
        else:
            fit[index] = visit
            under[visit.source_id, visit.feed_key] = None  # a claim is good for one visit
    try:
        with connection.begin_nested():
            written = _write(connection, rows, tuple(fit.values()))
            answers.update(zip(fit, written, strict=True))
    except (*_UNFIT, StatementError) as error:
        if not _is_unfit(error):
            raise
        for index, visit in fit.items():
            answers[index] = _write_alone(connection, rows, visit)
    return tuple(answers[index] for index in range(len(found)))


def _write(
    connection: Connection, rows: Mapping[tuple[str, str], Any], found: Sequence[Visit]
) -> list[Recorded]:
    counts = write(connection, rows, found)
    return [
        Recorded(
            visit=visit,
            accepted=True,
            new=count.new,
            changed=count.changed,
            held=count.held,
        )
        for visit, count in zip(found, counts, strict=True)
    ]


def _write_alone(
    connection: Connection, rows: Mapping[tuple[str, str], Any], visit: Visit
) -> Recorded:
    try:
        with connection.begin_nested():
            (answer,) = _write(connection, rows, (visit,))
    except (*_UNFIT, StatementError) as error:
        if not _is_unfit(error):
            raise
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        return Recorded(visit=visit, accepted=False, reason=f"it cannot be stored: {said}")
    return answer


def _is_unfit(error: Exception) -> bool:
    # A bare StatementError is a value that could not even be handed to the driver.
    return isinstance(error, _UNFIT) or type(error) is StatementError


def _feeds(connection: Connection, found: Iterable[Visit]) -> dict[tuple[str, str], Any]:
    # All feeds of a source are locked, so that two workers on PostgreSQL take turns with it and
    # neither stores as new what the other just stored. In order, so that they cannot deadlock.
    question = (
        select(
            feeds.c.source_id,
            feeds.c.feed_key,
            feeds.c.retired_at,
            feeds.c.fence,
            feeds.c.domain,
            feeds.c.meta,
            feeds.c.visits,
            feeds.c.entries,
            feeds.c.newest_updated_at,
        )
        .order_by(feeds.c.source_id, feeds.c.feed_key)
        .with_for_update()
    )
    return {
        (row.source_id, row.feed_key): row
        for some in batches(sorted({visit.source_id for visit in found}))
        for row in connection.execute(question.where(feeds.c.source_id.in_(some)))
    }


def _refusal(visit: Visit, under: Mapping[tuple[str, str], int | None]) -> str | None:
    name = visit.source_id, visit.feed_key
    if name not in under:
        return "the store does not know this feed"
    if under[name] is None:
        return f"claim {visit.fence} has ended: it was recorded or given back"
    if under[name] != visit.fence:
        return f"claim {visit.fence} has ended: the feed was claimed anew ({under[name]})"
    return None
