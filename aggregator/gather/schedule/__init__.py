"""When a feed is visited next, and at which address: from its state and a result. Pure.

addresses   candidates, 410, remembered redirects
timing      interval, floors, back-off, Retry-After, hours to skip, chance

All timers are in `FeedState`, which the store keeps: a restart polls nothing early.
"""

import hashlib
import math
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.errors import SourceError
from aggregator.gather.schedule import addresses, timing
from aggregator.gather.schedule.addresses import current_url
from aggregator.gather.schedule.timing import hold, latest
from aggregator.model import Failure, Feed, FeedState, Fetched, NotModified, ParsedFeed, Source

__all__ = [
    "after",
    "clamped",
    "current_url",
    "describe",
    "hold",
    "is_new",
    "latest",
    "may_force",
]


def after(
    state: FeedState,
    source: Source,
    feed: Feed,
    result: Fetched | NotModified | SourceError,
    parsed: ParsedFeed | None,
    *,
    now: datetime,
    chance: float,
    fetched: Fetched | None = None,
) -> FeedState:
    """What is to be remembered after a visit to `current_url(feed, state)`.

    Args:
        state: as the visit found it.
        source: whose feed it is.
        feed: its addresses.
        result: what came. A body that is no feed counts as the error that says so.
        parsed: the document; None where the body was not new, or there was none.
        now: when the answer came, not when the visit began: intervals count from here.
        chance: a random number from 0 to 1; makes the next visit later, never earlier.
        fetched: the body that `result` found to be no feed, if there was one.

    Returns:
        The next state. Its `next_due` is not before now, the interval, or a Retry-After
        (`hold`), and not after `latest`.
    """
    asked = current_url(feed, state) or feed.candidates[0]
    state = replace(addresses.configured_now(feed, state), last_visit=now)
    if isinstance(result, SourceError):
        state = _unread(_unconditional(state, fetched, now), fetched, result)
        return _failed(state, source, feed, asked, result, now=now, chance=chance)
    if isinstance(result, Fetched):
        state = _unconditional(state, result, now)
        state = replace(state, validators=result.validators, unread=None)
        if parsed is not None:
            state = replace(_hinted(state, parsed), body_digest=_digest(result.body))
    elif result.validators is not None:
        state = replace(state, validators=result.validators)
    state = replace(state, last_success=now, failures=0, failure=None, stopped=None)
    state = addresses.answered(feed, state, asked, result.moved_to, now=now)
    wait = timing.after_answer(source, state, result.fresh_until, now=now)
    moment = timing.due(state, wait, not_before=None, now=now, chance=chance)
    return replace(state, not_before=None, next_due=moment)


def is_new(fetched: Fetched, state: FeedState) -> bool:
    """Whether the body differs from the last one that was read; an equal one ends the visit."""
    return state.body_digest != _digest(fetched.body)


def may_force(state: FeedState, now: datetime) -> bool:
    """Whether an operator's `--all` may ask before the feed is due.

    Not one that has stopped, and not before a Retry-After has passed, or the day that lies
    between two requests without validators.
    """
    return state.stopped is None and (state.not_before is None or state.not_before <= now)


def clamped(state: FeedState, now: datetime) -> FeedState:
    """Bring timers back that were set by a clock which ran ahead; the waits stay as they were.

    Without it a source visited on a day with the wrong date would be silent until that date.
    """
    if state.last_visit is None or state.last_visit <= now:
        return state
    ahead = state.last_visit - now
    return replace(
        state,
        last_visit=now,
        next_due=state.next_due and state.next_due - ahead,
        not_before=state.not_before and state.not_before - ahead,
    )


def describe(state: FeedState, now: datetime) -> str:
    """One line for a list: "next in 12 min", "failed twice, next in 4 h: why", "stopped: why"."""
    if state.stopped is not None:
        return f"stopped: {state.stopped}"
    wait = state.next_due - now if state.next_due is not None else timedelta(0)
    coming = f"next in {_spoken(wait)}" if wait > timedelta(0) else "due now"
    if state.failures:
        times = {1: "once", 2: "twice"}.get(state.failures, f"{state.failures} times")
        return f"failed {times}, {coming}: {state.failure}"
    if state.quarantine is not None:
        since = f"{state.quarantine.since:%Y-%m-%d}"
        return f"quarantined since {since}: {state.quarantine.reason}; {coming}"
    if addresses.settled(state):
        return f"{coming}; {state.moved_from} has moved to {state.moved_to}: correct feeds.yaml"
    return coming


def _failed(
    state: FeedState,
    source: Source,
    feed: Feed,
    asked: str,
    error: SourceError,
    *,
    now: datetime,
    chance: float,
) -> FeedState:
    """Note a failure: one more in a row, the next address or a longer wait."""
    state, over = addresses.failed(feed, state, asked, error, now=now)
    state = replace(state, failures=state.failures + 1, failure=error.message)
    left = addresses.rotation(feed, state)
    if not left:
        state = replace(state, stopped=_stopped(feed, asked, now))
    not_before = hold(error.retry_at, now=now)
    if over:
        rounds = max(1, state.failures // max(1, len(left)))
        wait = timing.back_off(source, state, rounds=rounds)
        not_before = _later(not_before, _until_unconditional(feed, state), now=now)
    else:
        wait = min(timing.STEP, source.interval)
    moment = timing.due(state, wait, not_before=not_before, now=now, chance=chance)
    return replace(state, not_before=not_before, next_due=moment)


def _unconditional(state: FeedState, fetched: Fetched | None, now: datetime) -> FeedState:
    """Note a request without validators to a server that gives some."""
    if fetched is None or fetched.conditional or fetched.validators is None:
        return state
    return replace(state, last_unconditional=now)


def _unread(state: FeedState, fetched: Fetched | None, error: SourceError) -> FeedState:
    """Note that a body was no feed.

    Validators of the last feed stay: both a later 304 and a later 200 are answers about it.
    Where there is no such feed, those of the bad body are kept with the reason: so the next
    request is conditional too, and a 304 to it says that nothing got better.
    """
    if fetched is None or fetched.validators is None:
        return state
    kept = state.validators
    if kept is not None and (state.unread is None or kept.url != fetched.validators.url):
        return state
    failure = Failure(kind=error.kind, message=error.message, status=error.status)
    return replace(state, validators=fetched.validators, unread=failure)


def _until_unconditional(feed: Feed, state: FeedState) -> datetime | None:
    """When the next address may be asked, if it gives validators and none of them are kept."""
    kept = state.validators
    conditional = kept is not None and kept.url == current_url(feed, state)
    if conditional or state.last_unconditional is None:
        return None
    return state.last_unconditional + timing.UNCONDITIONAL_AFTER


def _later(*moments: datetime | None, now: datetime) -> datetime | None:
    return max((moment for moment in moments if moment and moment > now), default=None)


def _hinted(state: FeedState, parsed: ParsedFeed) -> FeedState:
    return replace(
        state,
        ttl=parsed.ttl,
        update_period=parsed.update_period,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
    )


def _stopped(feed: Feed, asked: str, now: datetime) -> str:
    others = "" if len(feed.candidates) == 1 else ", the last of its addresses to do so,"
    return (
        f"{asked} said 410 Gone{others} on {now:%Y-%m-%d}. "
        "Give the feed's new address in feeds.yaml, or remove it."
    )


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=32).hexdigest()


def _spoken(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    for size, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {name}"
    return f"{seconds} s"
