"""Who visits what, and when: feeds enrolled, claimed under a lease, listed. Acts.

A claim is committed before it is returned, so nobody else makes the same visit. Its fence is a
number that only grows: a worker that slept through its lease comes back with an old one, and
what it brings is refused. A claim that is never recorded (kill -9) can be claimed again when its
lease ends, not before, so a restart polls nothing early.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, exists, insert, or_, select, tuple_, update

from aggregator.model import Feed, FeedMeta, FeedState, Source
from aggregator.store import counters
from aggregator.store.database import run_many
from aggregator.store.rows import dump, load, load_texts, micros, moment_or_none, scheduled, text
from aggregator.store.schema import feeds, hosts
from aggregator.text.urls import registrable_domain

DomainOf = Callable[[Feed, FeedState], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to make one visit, and what is remembered for it."""

    state: FeedState
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One feed as the store knows it, for lists and reports."""

    source_id: str
    feed_key: str
    state: FeedState
    meta: FeedMeta | None
    domain: str
    visits: int
    entries: int  # first brought by this feed
    newest_updated: datetime | None
    retired_at: datetime | None  # since when it is not in feeds.yaml any more
    lease_until: datetime | None  # being visited
    held_until: datetime | None  # its host's Retry-After


def domain_asked(feed: Feed, state: FeedState) -> str:
    """Return what a Retry-After reaches: the registrable domain of the candidate asked next.

    An unusual port makes a host of its own.
    """
    parts = urlsplit(feed.candidates[state.candidate % len(feed.candidates)])
    domain = registrable_domain(parts.hostname or "")
    return domain if parts.port in (None, 80, 443) else f"{domain}:{parts.port}"


# --- enroll -----------------------------------------------------------------------------------


def enroll(
    connection: Connection,
    sources: Iterable[Source],
    *,
    now: datetime,
    domain_of: DomainOf = domain_asked,
) -> None:
    """Make the feeds of feeds.yaml known; writes only what differs from what is known.

    New ones are due at once. Those that are not named any more are retired: kept with all they
    brought, and not polled. One whose addresses changed starts over with the first address;
    validators stay, since they name the address that they belong to.
    """
    counters.take(connection, counters.FENCE, 0)  # one at a time, on PostgreSQL too
    known = {(row.source_id, row.feed_key): row for row in connection.execute(select(feeds))}
    new, changed = [], []
    for source in sources:
        for feed in source.feeds:
            row = known.pop((source.id, feed.key), None)
            state = _state(source.id, feed, row)
            values = {
                "candidates": dump(feed.candidates),
                "domain": domain_of(feed, state),
                "state": dump(state),
                **scheduled(state),
                "retired_at": None,
            }
            if row is None:
                new.append(_fresh(source.id, feed.key, now) | values)
            elif any(getattr(row, name) != value for name, value in values.items()):
                changed.append({"_source": source.id, "_feed": feed.key} | values)
    retired = [
        {"_source": row.source_id, "_feed": row.feed_key, "retired_at": micros(now)}
        for row in known.values()
        if row.retired_at is None
    ]
    run_many(connection, insert(feeds), new)
    run_many(connection, _of_feed(update(feeds)), changed)
    run_many(connection, _of_feed(update(feeds)), retired)


def _state(source_id: str, feed: Feed, row: Any | None) -> FeedState:
    if row is None:
        return FeedState(source_id=source_id, feed_key=feed.key)
    state = load(FeedState, row.state)
    before = load_texts(row.candidates)
    if before == feed.candidates and state.candidate < len(before):
        return state
    gone = tuple(url for url in state.gone if url in feed.candidates)
    return replace(
        state,
        candidate=0,
        gone=gone,
        moved_to=None,
        moved_since=None,
        stopped=state.stopped if len(gone) == len(feed.candidates) else None,
        # An address that was never asked may be asked now; a new order of old ones may wait.
        next_due=state.next_due if set(feed.candidates) <= set(before) else None,
    )


def _fresh(source_id: str, feed_key: str, now: datetime) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "feed_key": feed_key,
        "enrolled_at": micros(now),
        "visits": 0,
        "entries": 0,
    }


def _of_feed(statement: Any) -> Any:
    return statement.where(
        feeds.c.source_id == bindparam("_source"), feeds.c.feed_key == bindparam("_feed")
    )


# --- claim ------------------------------------------------------------------------------------

_LEASE: Final = _of_feed(update(feeds))
_RELEASE: Final = (
    _of_feed(update(feeds))
    .where(feeds.c.fence == bindparam("_fence"))
    .values(fence=None, lease_until=None, lease_owner=None)
)


def claim(
    connection: Connection,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    owner: str,
    only: Collection[str] | None = None,
    force: bool = False,
    busy_domains: Collection[str] = (),
) -> tuple[Claim, ...]:
    """Take up to `limit` feeds that may be visited now, the longest overdue first.

    Args:
        connection: a writer's.
        now: the time.
        limit: how many at most.
        lease: for how long nobody else gets them.
        owner: who claims, for people.
        only: the feeds of these sources alone.
        force: those that are not due, too. A lease, a Retry-After (of the feed's own state or
            of its host) and a stopped feed are obeyed all the same.
        busy_domains: leave these alone for now.
    """
    question = _claimable(micros(now), force=force).limit(limit)
    if only is not None:
        question = question.where(feeds.c.source_id.in_(sorted(only)))
    if busy_domains:
        question = question.where(feeds.c.domain.not_in(sorted(busy_domains)))
    rows = connection.execute(question).all()
    if not rows:
        return ()
    fences = counters.take(connection, counters.FENCE, len(rows))
    until = micros(now + lease)
    run_many(
        connection,
        _LEASE,
        [
            {
                "_source": row.source_id,
                "_feed": row.feed_key,
                "fence": fence,
                "lease_until": until,
                "lease_owner": text(owner),
            }
            for row, fence in zip(rows, fences, strict=True)
        ],
    )
    return tuple(
        Claim(state=load(FeedState, row.state), fence=fence)
        for row, fence in zip(rows, fences, strict=True)
    )


def _claimable(at: int, *, force: bool) -> Any:
    held = exists().where(hosts.c.domain == feeds.c.domain, hosts.c.not_before > at)
    question = (
        select(feeds.c.source_id, feeds.c.feed_key, feeds.c.state)
        .where(
            feeds.c.retired_at.is_(None),
            feeds.c.stopped.is_(None),
            or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= at),
            or_(feeds.c.not_before_at.is_(None), feeds.c.not_before_at <= at),
            ~held,
        )
        .order_by(feeds.c.next_due_at, feeds.c.source_id, feeds.c.feed_key)
        # Only PostgreSQL has this; SQLite has one writer at a time.
        .with_for_update(skip_locked=True, of=feeds)
    )
    return question if force else question.where(feeds.c.next_due_at <= at)


def release(connection: Connection, claims: Iterable[Claim]) -> None:
    """Give claims back unused: their feeds are as due as before. Stale ones do nothing."""
    run_many(connection, _RELEASE, [_named(claim) for claim in claims])


def renew(connection: Connection, claims: Iterable[Claim], until: datetime) -> tuple[Claim, ...]:
    """Lengthen leases; returns the claims that still hold, the others are lost."""
    claims = tuple(claims)
    if not claims:
        return ()
    names = [(claim.state.source_id, claim.state.feed_key) for claim in claims]
    question = select(feeds.c.source_id, feeds.c.feed_key, feeds.c.fence)
    question = question.where(tuple_(feeds.c.source_id, feeds.c.feed_key).in_(names))
    fences = {(row.source_id, row.feed_key): row.fence for row in connection.execute(question)}
    alive = tuple(
        claim for claim, name in zip(claims, names, strict=True) if fences.get(name) == claim.fence
    )
    if alive:
        connection.execute(
            _LEASE.where(feeds.c.fence == bindparam("_fence")),
            [_named(claim) | {"lease_until": micros(until)} for claim in alive],
        )
    return alive


def _named(claim: Claim) -> dict[str, Any]:
    return {
        "_source": claim.state.source_id,
        "_feed": claim.state.feed_key,
        "_fence": claim.fence,
    }


# --- lists ------------------------------------------------------------------------------------


def listed(connection: Connection, now: datetime) -> tuple[FeedRow, ...]:
    """Return all feeds, by source; what has run out by now is left out."""
    at = micros(now)
    question = (
        select(feeds, hosts.c.not_before)
        .outerjoin(hosts, (hosts.c.domain == feeds.c.domain) & (hosts.c.not_before > at))
        .order_by(feeds.c.source_id, feeds.c.feed_key)
    )
    return tuple(
        FeedRow(
            source_id=row.source_id,
            feed_key=row.feed_key,
            state=load(FeedState, row.state),
            meta=None if row.meta is None else load(FeedMeta, row.meta),
            domain=row.domain,
            visits=row.visits,
            entries=row.entries,
            newest_updated=moment_or_none(row.newest_updated_at),
            retired_at=moment_or_none(row.retired_at),
            lease_until=moment_or_none(row.lease_until if (row.lease_until or 0) > at else None),
            held_until=moment_or_none(row.not_before),
        )
        for row in connection.execute(question)
    )
