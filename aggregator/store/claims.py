"""Who visits what, and when: feeds enrolled, claimed under a lease, listed. Acts.

A claim is committed before it is returned, so nobody else makes the same visit. Its fence is a
number that only grows: a worker that slept through its lease comes back with an old one, and
what it brings is refused. A claim that is never recorded (kill -9) can be claimed again when its
lease ends, not before, so a restart polls nothing early. No two feeds of one domain are claimed
at the same time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from aggregator.model import Feed, FeedMeta, FeedState, Source
from aggregator.store import counters
from aggregator.store.clocks import LONGEST_LEASE
from aggregator.store.database import run_many
from aggregator.store.rows import (
    batches,
    dump,
    load,
    load_texts,
    micros,
    moment_or_none,
    scheduled,
    text,
)
from aggregator.store.schema import HELD, entries, feeds, hosts

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
    entries: int  # first brought by this feed, or taken over from a retired one
    held: int  # entries of these that wait for a person
    newest_updated: datetime | None
    retired_at: datetime | None  # since when it is not in feeds.yaml any more
    lease_until: datetime | None  # being visited
    held_until: datetime | None  # its host's Retry-After


# --- enroll -----------------------------------------------------------------------------------


def enroll(
    connection: Connection,
    sources: Iterable[Source],
    *,
    now: datetime,
    domain_of: DomainOf,
) -> None:
    """Make the feeds of feeds.yaml known; writes only what differs from what is known.

    New ones are due at once. Those that are not named any more are retired: kept with all they
    brought, and not polled. One whose addresses changed starts over with the first address;
    validators stay, since they name the address that they belong to.
    """
    counters.lock(connection, counters.FENCE)  # one at a time, on PostgreSQL too
    # Locked, or the state that a visit records meanwhile would be undone.
    question = select(feeds).order_by(feeds.c.source_id, feeds.c.feed_key).with_for_update()
    known = {(row.source_id, row.feed_key): row for row in connection.execute(question)}
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
    known = set(feed.candidates) <= set(before)
    return replace(
        state,
        candidate=0,
        gone=gone,
        moved_to=None,
        moved_since=None,
        stopped=state.stopped if len(gone) == len(feed.candidates) else None,
        # An address that was never asked may be asked now; a new order of old ones may wait. Its
        # host's own Retry-After, if there is one, is in `hosts`.
        next_due=state.next_due if known else None,
        not_before=state.not_before if known else None,
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

_ORDER: Final = (feeds.c.next_due_at, feeds.c.source_id, feeds.c.feed_key)
_PAGE: Final = 500
_BUSY: Final = select(feeds.c.domain).where(feeds.c.lease_until > bindparam("at")).distinct()
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
    besides: Collection[tuple[str, str]] = (),
) -> tuple[Claim, ...]:
    """Take up to `limit` feeds that may be visited now, the longest overdue first.

    At most one of each domain: a server sees one visit at a time, and no lease runs out while
    its visit waits for another one's turn. The next feed of the domain can be claimed once this
    one is recorded or released, or its lease has ended, whichever process holds it.

    Args:
        connection: a writer's.
        now: the time.
        limit: how many at most.
        lease: for how long nobody else gets them; a day at most.
        owner: who claims, for people.
        only: the feeds of these sources alone.
        force: those that are not due, too. A lease, a Retry-After (of the feed's own state or
            of its host) and a stopped feed are obeyed all the same.
        besides: feeds to leave alone, by source and key: those that a forced pass has visited.
    """
    # Two claims at the same time would not see each other's leases, on PostgreSQL.
    counters.lock(connection, counters.FENCE)
    question = _claimable(micros(now), force=force)
    if only is not None:
        question = question.where(feeds.c.source_id.in_(sorted(only)))
    busy = set(connection.execute(_BUSY, {"at": micros(now)}).scalars())
    chosen = _one_a_domain(_in_order(connection, question), busy, limit, frozenset(besides))
    rows = _locked(connection, question, chosen)
    if not rows:
        return ()
    fences = counters.take(connection, counters.FENCE, len(rows))
    until = micros(now + min(lease, LONGEST_LEASE))
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
    question = select(feeds.c.source_id, feeds.c.feed_key, feeds.c.domain).where(
        feeds.c.retired_at.is_(None),
        feeds.c.stopped.is_(None),
        or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= at),
        or_(feeds.c.not_before_at.is_(None), feeds.c.not_before_at <= at),
        ~held,
    )
    return question if force else question.where(feeds.c.next_due_at <= at)


def _in_order(connection: Connection, question: Any) -> Iterator[Any]:
    """Read what may be claimed, the longest overdue first, no more of it than is wanted."""
    question = question.add_columns(feeds.c.next_due_at).order_by(*_ORDER).limit(_PAGE)
    page = connection.execute(question).all()
    yield from page
    while len(page) == _PAGE:
        last = page[-1]
        after = tuple_(*_ORDER) > (last.next_due_at, last.source_id, last.feed_key)
        page = connection.execute(question.where(after)).all()
        yield from page


def _one_a_domain(
    rows: Iterable[Any], busy: set[str], limit: int, besides: frozenset[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Choose the first feed of each domain that is not busy; returns their domains."""
    chosen: dict[tuple[str, str], str] = {}
    for row in rows:
        if len(chosen) >= limit:
            break
        name = row.source_id, row.feed_key
        if row.domain not in busy and name not in besides:
            busy.add(row.domain)
            chosen[name] = row.domain
    return chosen


def _locked(
    connection: Connection, question: Any, chosen: Mapping[tuple[str, str], str]
) -> list[Any]:
    """Read the chosen again, each only as it was, and locked against a visit being recorded."""
    # Only PostgreSQL has this; SQLite has one writer at a time.
    question = question.add_columns(feeds.c.state).with_for_update(skip_locked=True, of=feeds)
    rows = {
        name: row
        for some in batches(chosen)
        for row in connection.execute(
            question.where(tuple_(feeds.c.source_id, feeds.c.feed_key).in_(some))
        )
        if row.domain == chosen[name := (row.source_id, row.feed_key)]
    }
    return [rows[name] for name in chosen if name in rows]


def release(connection: Connection, claims: Iterable[Claim]) -> None:
    """Give claims back unused: their feeds are as due as before. Stale ones do nothing."""
    run_many(connection, _RELEASE, [_named(claim) for claim in claims])


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
    waiting = (
        select(entries.c.source_id, entries.c.feed_key, func.count())
        .where(literal_column(HELD))
        .group_by(entries.c.source_id, entries.c.feed_key)
    )
    held = {(source, feed): count for source, feed, count in connection.execute(waiting)}
    return tuple(
        FeedRow(
            source_id=row.source_id,
            feed_key=row.feed_key,
            state=load(FeedState, row.state),
            meta=None if row.meta is None else load(FeedMeta, row.meta),
            domain=row.domain,
            visits=row.visits,
            entries=row.entries,
            held=held.get((row.source_id, row.feed_key), 0),
            newest_updated=moment_or_none(row.newest_updated_at),
            retired_at=moment_or_none(row.retired_at),
            lease_until=moment_or_none(row.lease_until if (row.lease_until or 0) > at else None),
            held_until=moment_or_none(row.not_before),
        )
        for row in connection.execute(question)
    )
