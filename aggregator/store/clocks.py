"""What a clock that ran ahead left behind: timers, leases, holds and dates brought back. Acts.

A machine that starts with next year's date and visits its feeds would leave them silent until
then: every timer lies in that future, and no claim ever reaches them. The clock is corrected
without telling anybody, so `unwind` runs at each start, and when a claim sees time go backwards.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.model import FeedState
from aggregator.store import counters, effects, hosts
from aggregator.store.database import run_many
from aggregator.store.rows import dump, load, micros, scheduled
from aggregator.store.schema import feeds, pictures, pings
from aggregator.store.schema import hosts as held

Clamp = Callable[[FeedState, datetime], FeedState]
"""Gives a state whose last visit lies in the future the timers that it should have."""

LONGEST_LEASE: Final = timedelta(days=1)
LONGEST_HOLD: Final = timedelta(days=8)
"""Retry-After is believed for a week at most; what lies beyond was not asked for."""

A_STEP_BACK: Final = timedelta(minutes=1)
"""Of the clock; less is how clocks are kept right, and not worth a look at all feeds."""


def unwind(connection: Connection, now: datetime, clamp: Clamp) -> None:
    """Bring back what lies further ahead than any wait could have put it.

    Feeds get the timers that `clamp` gives them. A lease that outlasts the longest one ends now.
    A hold that does so goes; where a feed of that host was told to wait itself, the hold lasts
    as long as that feed's own. Corrections and withdrawals happened now at the latest, and what
    waits to be tried again waits no longer than a hold may last.

    Args:
        connection: a writer's.
        now: the time, by a clock that is right.
        clamp: see `Clamp`.
    """
    counters.lock(connection, counters.FENCE)  # nobody claims meanwhile
    waits: dict[str, datetime] = {}
    moved = []
    for row in connection.execute(_STATES).all():
        before = load(FeedState, row.state)
        state = clamp(before, now)
        if state == before:
            continue
        moved.append(
            {"_source": row.source_id, "_feed": row.feed_key, "state": dump(state)}
            | scheduled(state)
        )
        if state.not_before is not None and state.not_before > now:
            waits[row.domain] = max(state.not_before, waits.get(row.domain, now))
    run_many(connection, _MOVE, moved)
    connection.execute(_END_LEASES, {"at": micros(now), "latest": micros(now + LONGEST_LEASE)})
    latest = micros(now + LONGEST_HOLD)
    cut = connection.execute(select(held).where(held.c.not_before > latest)).all()
    if cut:
        connection.execute(delete(held).where(held.c.not_before > latest))
        known = [(row.domain, waits[row.domain], row.reason) for row in cut if row.domain in waits]
        hosts.hold(connection, known)
    for table in (pings, pictures):
        connection.execute(update(table).where(table.c.due_at > latest).values(due_at=micros(now)))
    effects.unwind(connection, micros(now))


_STATES: Final = (
    select(feeds.c.source_id, feeds.c.feed_key, feeds.c.domain, feeds.c.state)
    # In the order in which `record` locks them, so that the two cannot deadlock.
    .order_by(feeds.c.source_id, feeds.c.feed_key)
    .with_for_update()
)
_MOVE: Final = update(feeds).where(
    feeds.c.source_id == bindparam("_source"), feeds.c.feed_key == bindparam("_feed")
)
_END_LEASES: Final = (
    update(feeds)
    .where(feeds.c.lease_until > bindparam("latest"))
    .values(lease_until=bindparam("at"))
)
