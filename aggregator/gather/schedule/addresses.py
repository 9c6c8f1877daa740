"""Which address of a feed is asked next, and which redirects are remembered. Pure.

A feed has one or more candidates, in order of preference. One is asked a visit. When it fails the
next is asked some minutes later, each once; then the round is over and the next begins, backed
off, with the first. A candidate that answers is kept, and the preferred one is tried again once a
day.

A permanent redirect (RFC 9110 sections 15.4.2 and 15.4.9) is remembered, that is, its target is
asked directly, when it was the same for three days of answers, each of them a feed: a site under
maintenance redirects permanently too (vienna-rss#1546). The configured address is asked again
once a week, and at once where the target fails. So nothing is lost when the old address dies
after the move, nor when the new one was a mistake. What redirects is the operator's to correct in
feeds.yaml; nothing here touches the file.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.errors import FailureKind, SourceError
from aggregator.model import Feed, FeedState

SETTLED_AFTER: Final = timedelta(days=3)
"""For how long a permanent redirect must give the same answer before it is remembered."""

RECHECKED_AFTER: Final = timedelta(days=7)
"""How often the configured address is asked all the same."""

PREFERRED_AFTER: Final = timedelta(days=1)
"""How often the preferred candidate is tried while a later one serves."""


def current_url(feed: Feed, state: FeedState) -> str | None:
    """The address that the next visit asks; None when every candidate said 410.

    Holds for every state, also one that was recorded under another feeds.yaml: a candidate
    number out of range, redirects and 410s of addresses that are not configured any more.
    """
    ways = (*_ways_of(feed, state, state.candidate), *rotation(feed, state))
    untried = (address for address in ways if address not in state.tried)
    return next(untried, ways[0] if ways else None)


def rotation(feed: Feed, state: FeedState) -> tuple[str, ...]:
    """All addresses that may be asked, in the order of a round."""
    ways = (_ways_of(feed, state, number) for number in range(len(feed.candidates)))
    return tuple(dict.fromkeys(address for found in ways for address in found))


def answered(
    feed: Feed, state: FeedState, asked: str, moved_to: str | None, *, now: datetime
) -> FeedState:
    """Note an answer: a feed, or that it has not changed.

    Args:
        feed: its addresses.
        state: as it was when the address was asked, but for `last_success`.
        asked: the address.
        moved_to: where permanent redirects alone led from it.
        now: the time of the answer.
    """
    number = _number(feed, state, asked)
    state = _moved(feed.candidates[number], state, asked, moved_to, now)
    gone = tuple(address for address in state.gone if address != asked)
    state = _noted(replace(state, candidate=number, tried=(), gone=gone), feed, now)
    preferred = _first(feed, state)
    waited = now - (state.preferred_asked or now)
    if number != preferred and waited >= PREFERRED_AFTER:
        return replace(state, candidate=preferred)
    return state


def failed(
    feed: Feed, state: FeedState, asked: str, error: SourceError, *, now: datetime
) -> tuple[FeedState, bool]:
    """Note a failure; the second value says whether the round is over and back-off begins.

    A rate limit is about who asks, not about what: the same address is asked again, later.
    """
    number = _number(feed, state, asked)
    configured = feed.candidates[number]
    state = _noted(replace(state, candidate=number), feed, now)
    if asked != configured and error.kind is FailureKind.GONE:
        state = _forgotten(state)
    elif asked == configured:
        if error.kind is FailureKind.GONE:
            state = replace(state, gone=tuple(dict.fromkeys((*state.gone, configured))))
        if _remembered(configured, state) is not None:
            state = replace(state, moved_checked=now)  # it may be dead; what it led to need not be
    if error.kind is FailureKind.RATE_LIMITED:
        return state, True
    tried = (*state.tried, asked)
    ways = (*_ways_of(feed, state, number), *rotation(feed, state))
    following = next((address for address in ways if address not in tried), None)
    if following is None:
        return replace(state, tried=(), candidate=_first(feed, state)), True
    return replace(state, tried=tried, candidate=_number(feed, state, following)), False


def configured_now(feed: Feed, state: FeedState) -> FeedState:
    """Drop what is remembered of addresses that feeds.yaml does not name any more."""
    if state.moved_from is not None and state.moved_from not in feed.candidates:
        state = _forgotten(state)
    gone = tuple(address for address in state.gone if address in feed.candidates)
    return state if gone == state.gone else replace(state, gone=gone)


def settled(state: FeedState) -> bool:
    """Whether permanent redirects have led to `moved_to` for long enough to be believed."""
    if state.moved_to is None or state.moved_since is None or state.moved_checked is None:
        return False
    return state.moved_checked - state.moved_since >= SETTLED_AFTER


def _ways_of(feed: Feed, state: FeedState, number: int) -> tuple[str, ...]:
    """The addresses that stand for one candidate: itself, and where it has moved to."""
    if not 0 <= number < len(feed.candidates):
        return ()
    candidate = feed.candidates[number]
    own = () if candidate in state.gone else (candidate,)
    target = _remembered(candidate, state)
    if target is None:
        return own
    return (*own, target) if _recheck_due(state) else (target, *own)


def _remembered(candidate: str, state: FeedState) -> str | None:
    if state.moved_from != candidate or state.moved_to in state.gone or not settled(state):
        return None
    return state.moved_to


def _recheck_due(state: FeedState) -> bool:
    if state.last_success is None or state.moved_checked is None:
        return False
    return state.last_success - state.moved_checked >= RECHECKED_AFTER


def _moved(
    configured: str, state: FeedState, asked: str, target: str | None, now: datetime
) -> FeedState:
    if asked != configured and (target is None or configured in state.gone):
        return state  # the remembered address answers, or is all that is left of this candidate
    if target is None or target == configured:
        # It answers itself, or redirects for a time; or the move was taken back.
        return _forgotten(state) if state.moved_from == configured else state
    if asked == configured and (state.moved_from, state.moved_to) == (configured, target):
        return replace(state, moved_checked=now)
    return replace(
        state, moved_from=configured, moved_to=target, moved_since=now, moved_checked=now
    )


def _forgotten(state: FeedState) -> FeedState:
    return replace(state, moved_from=None, moved_to=None, moved_since=None, moved_checked=None)


def _noted(state: FeedState, feed: Feed, now: datetime) -> FeedState:
    if state.preferred_asked is None or state.candidate == _first(feed, state):
        return replace(state, preferred_asked=now)
    return state


def _first(feed: Feed, state: FeedState) -> int:
    """The number of the most preferred candidate that may be asked."""
    numbers = range(len(feed.candidates))
    return next((number for number in numbers if _ways_of(feed, state, number)), 0)


def _number(feed: Feed, state: FeedState, address: str) -> int:
    numbers = (state.candidate, *range(len(feed.candidates)))
    fitting = (number for number in numbers if address in _ways_of(feed, state, number))
    return next(fitting, 0)
