"""The last visits of each feed, as `record` logged them. Acts (reads)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from aggregator.errors import FailureKind
from aggregator.model import Failure, Outcome
from aggregator.store.rows import load_texts, moment
from aggregator.store.schema import visits


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedVisit:
    """One visit, in short."""

    number: int  # of this feed's visits, from 1
    at: datetime
    url: str
    outcome: Outcome
    status: int | None
    received: int
    new: int
    changed: int
    failure: Failure | None
    flaws: tuple[str, ...]


def read(connection: Connection, source_id: str, feed_key: str) -> tuple[LoggedVisit, ...]:
    """Return what is kept of a feed's visits, the newest first."""
    question = (
        select(visits)
        .where(visits.c.source_id == source_id, visits.c.feed_key == feed_key)
        .order_by(visits.c.number.desc())
    )
    return tuple(
        LoggedVisit(
            number=row.number,
            at=moment(row.visited_at),
            url=row.url,
            outcome=Outcome(row.outcome),
            status=row.status,
            received=row.received,
            new=row.new_entries,
            changed=row.changed_entries,
            failure=None
            if row.failure_kind is None
            else Failure(
                kind=FailureKind(row.failure_kind),
                message=row.failure_message,
                status=row.status,
            ),
            flaws=load_texts(row.flaws),
        )
        for row in connection.execute(question)
    )
