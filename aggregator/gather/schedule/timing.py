"""When a feed is visited next. Pure.

Every wait counts from the answer to the last request, so that no two requests come closer than
the interval. Chance only ever lengthens it: a poller that rounds down ends up asking every 59
minutes where an hour was allowed.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from aggregator.model import FeedState, Source

STEP: Final = timedelta(minutes=10)
"""From a candidate that failed to the next one; the interval where that is shorter."""

LONGEST_FLOOR: Final = timedelta(days=1)
"""What max-age, Expires, ttl and sy:updatePeriod may ask for at most.

A max-age of a year, meant for images, must not silence a source; a day between conditional
requests burdens nobody. An operator's longer interval stands.
"""

LONGEST_BACK_OFF: Final = timedelta(days=1)
"""A feed that has been dead for weeks is asked once a day; or at its interval, if longer."""

LONGEST_HOLD: Final = timedelta(days=7)
"""The most that Retry-After is believed; there are servers that send 10^20 seconds."""

UNCONDITIONAL_AFTER: Final = timedelta(days=1)
"""Between two requests without validators to a server that gives some."""

_JITTER: Final = 0.1  # of the wait
_LONGEST_JITTER: Final = timedelta(hours=1)
_AFTER_THE_HOUR: Final = timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_HOURS_A_WEEK: Final = 7 * 24


def floor(source: Source, state: FeedState) -> timedelta:
    """The shortest wait that operator and publisher allow."""
    asked = (wait for wait in (state.ttl, state.update_period) if wait is not None)
    return max(source.interval, *(min(wait, LONGEST_FLOOR) for wait in asked), timedelta(0))


def after_answer(
    source: Source, state: FeedState, fresh_until: datetime | None, *, now: datetime
) -> timedelta:
    """The wait after an answer: not before it is stale (RFC 9111 section 4.2)."""
    fresh = fresh_until - now if fresh_until is not None else timedelta(0)
    return max(floor(source, state), min(fresh, LONGEST_FLOOR))


def back_off(source: Source, state: FeedState, *, rounds: int) -> timedelta:
    """The wait after so many rounds without any answer: the floor, doubled for each but one."""
    shortest = floor(source, state)
    doubled = shortest * 2 ** min(rounds - 1, 20) if shortest < LONGEST_BACK_OFF else shortest
    return min(doubled, max(LONGEST_BACK_OFF, shortest))


def hold(retry_at: datetime | None, *, now: datetime) -> datetime | None:
    """Until when a Retry-After keeps us away: None for none, at most a week."""
    if retry_at is None or retry_at <= now:
        return None
    return min(retry_at, now + LONGEST_HOLD)


def due(
    state: FeedState,
    wait: timedelta,
    *,
    not_before: datetime | None,
    now: datetime,
    chance: float,
) -> datetime:
    """The moment of the next visit.

    Args:
        state: with what the document said of hours and days to skip.
        wait: counted from now.
        not_before: a hold, which the wait may fall short of.
        now: when the answer came.
        chance: from 0 to 1.
    """
    if not_before is not None:
        wait = max(wait, not_before - now)
    moment = now + wait + min(wait * _JITTER, _LONGEST_JITTER) * chance
    return _outside(moment, state.skip_hours, state.skip_days, chance)


def latest(source: Source, now: datetime) -> datetime:
    """No visit is put off beyond this: the longest wait, and a week of hours to skip."""
    longest = max(source.interval, LONGEST_HOLD) + _LONGEST_JITTER
    return now + longest + _HOUR * _HOURS_A_WEEK + _AFTER_THE_HOUR


def _outside(
    moment: datetime, hours: Collection[int], days: Collection[int], chance: float
) -> datetime:
    """The moment, or one in the next hour that RSS's skipHours and skipDays leave (in GMT).

    A document that skips all hours or all days means none of it.
    """
    skipped_hours = frozenset(hour % 24 for hour in hours)  # 24 is RSS 0.91's midnight
    skipped_days = frozenset(day % 7 for day in days)
    if len(skipped_hours) == 24:
        skipped_hours = frozenset()
    if len(skipped_days) == 7:
        skipped_days = frozenset()
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for later in range(_HOURS_A_WEEK + 1):
        candidate = hour + later * _HOUR
        if candidate.hour not in skipped_hours and candidate.weekday() not in skipped_days:
            return candidate + _AFTER_THE_HOUR * chance if later else moment
    return moment
