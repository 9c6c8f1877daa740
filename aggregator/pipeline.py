"""The journey itself, gather -> judge -> store, on one screen; `press` publishes. Acts.

claim what is due
   fetch          an unchanged body or a 304 ends here
   read           in the bounded child
   judge          what of it is new, changed or taken back, and may appear: see `judging`
   record         each visit whole or absent
emit, cut to rights, render, write
"""

import asyncio
import contextlib
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from aggregator import judging
from aggregator.config import Config
from aggregator.errors import SourceError, StoreBusy
from aggregator.gather import schedule
from aggregator.gather.fetch import AllowList, Fetcher, host_of
from aggregator.gather.robots import Robots
from aggregator.judge import rules, welcome
from aggregator.model import (
    Failure,
    Feed,
    FeedMeta,
    FeedState,
    Fetched,
    NotModified,
    Outcome,
    Source,
    Visit,
)
from aggregator.pictures import Copyist
from aggregator.press import Press, user_agent
from aggregator.push import Pusher
from aggregator.store import BUSY_SECONDS, Claim, Decision, Recorded, Store
from aggregator.syndicate import mint
from aggregator.text import dates
from aggregator.watch import Watch
from aggregator.worker import TIME_LIMIT, Reading, WorkerPool

PATIENCE: Final = 10  # times that a recording is tried while another process writes


def utc_now() -> datetime:
    """Ask the clock of the whole program; steps get its answer as an argument."""
    return datetime.now(UTC)


class Journey:
    """Walks from room to room with what each hands over.

    Args:
        config: what is followed and published.
        store: what is remembered.
        fetcher: the only way out.
        pool: where documents are read.
        clock: the time, aware.
        chance: a number from 0 to 1, for jitter.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        fetcher: Fetcher,
        pool: WorkerPool,
        *,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.config = config
        self._store = store
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._chance = chance
        self._sources = {source.id: source for source in config.sources}
        self.press = Press(config, store, clock=clock)
        self.pusher = Pusher(
            store, fetcher, hubs=config.hubs, site_url=config.site.url, clock=clock
        )
        self.copyist = Copyist(self.press.gallery, store, fetcher, pool, clock=clock)
        self.watch = Watch(
            store,
            fetcher,
            Robots(self._ask, pool.permits),
            sources=[source.id for source in config.sources if source.watch_removals],
            clock=clock,
        )
        # Two feeds of one outlet share its entries: what one recalls the other must not record.
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def now(self) -> datetime:
        """Ask the clock."""
        return self._clock()

    async def _ask(self, url: str, now: datetime) -> Fetched:
        answer = await self._fetcher.fetch(url, validators=None, now=now)
        assert isinstance(answer, Fetched)  # nothing else without validators
        return answer

    def enroll(self) -> None:
        """Make the feeds of feeds.yaml known to the store; also after the clock was set."""
        now = self._clock()
        self._store.enroll(
            self.config.sources, now=now, domain_of=_asked_next, clamp=schedule.clamped
        )
        for host, until in self._store.holds(now):
            self._fetcher.hold(host, until)

    async def rejudge(self) -> int:
        """Judge again what waits because its language was in doubt: the operator may have said it.

        The feed would not bring such an entry again. Returns how many were decided.
        """
        decided: list[Decision] = []
        for source_id in self._store.undecided_sources():
            source = self._sources.get(source_id)
            if source is None or not (source.language or any(r.language for r in source.rules)):
                continue
            waiting = self._store.undecided(source_id)
            since = self._store.first_seen(entry_id for entry_id, _ in waiting)
            screened = await self._pool.decide(
                tuple(entry for _, entry in waiting),
                source=source,
                now=self._clock(),
                seen={entry.key.guid: since[entry_id] for entry_id, entry in waiting},
            )
            reasons = self._store.reasons(entry_id for entry_id, _ in waiting)
            decided += (
                Decision(
                    entry_id=entry_id,
                    entry=one.entry,
                    verdict=welcome.kept(rules.judge(one, source), reasons.get(entry_id, ())),
                )
                for (entry_id, _), one in zip(waiting, screened, strict=True)
                if one.entry.language is not None
            )
        return self._store.redecide(decided, now=self._clock()) if decided else 0

    # --- claim ------------------------------------------------------------------------------

    def claim(
        self,
        limit: int,
        *,
        only: Collection[str] | None = None,
        force: bool = False,
        besides: Collection[tuple[str, str]] = (),
    ) -> tuple[Claim, ...]:
        """Claim up to `limit` feeds that are due; with `force`, those that are not due too.

        `besides` names feeds to pass over. The store gives no two of one host, so a claim's visit
        begins at once, and the lease need only outlast the slowest one. Feeds that another
        process enrolled from a newer feeds.yaml are left to it.
        """
        lease = self.config.network.deadline * 2 + TIME_LIMIT * 2
        claims = self._store.claim(
            self._clock(),
            limit=limit,
            lease=lease,
            only=only or tuple(self._sources),
            force=force,
            besides=besides,
        )
        strange = tuple(claim for claim in claims if self._feed(claim) is None)
        self._store.release(strange)
        return tuple(claim for claim in claims if claim not in strange)

    def release(self, claims: Collection[Claim]) -> None:
        """Give claims back whose visits were not made: their feeds are as due as before."""
        self._store.release(claims)

    def _feed(self, claim: Claim) -> Feed | None:
        source = self._sources.get(claim.state.source_id)
        feeds = source.feeds if source else ()
        return next((feed for feed in feeds if feed.key == claim.state.feed_key), None)

    # --- visit ------------------------------------------------------------------------------

    async def visit(self, claim: Claim) -> Recorded:
        """Make one visit and record it, however it ends.

        Errors of the world become a failed visit here and nowhere else.
        """
        state = judging.released(self._store, claim.state)
        source, feed = self._sources[state.source_id], self._feed(claim)
        assert feed is not None  # `claim` gives no others
        trip = _Trip(claim, state, source, feed, schedule.current_url(feed, state))
        try:
            answer = await self._fetcher.fetch(
                trip.url, validators=state.validators, now=self._clock()
            )
            trip.result = answer
            if isinstance(answer, NotModified) and state.unread is not None:
                still = f"still the same document (304): {state.unread.message}"
                raise SourceError(state.unread.kind, still, status=304)  # noqa: TRY301
            if isinstance(answer, Fetched) and schedule.is_new(answer, state):
                trip.fetched = answer
                trip.reading = await self._pool.read(
                    answer, source.id, guids_unreliable=state.guids_unreliable
                )
            async with self._one_at_a_time[source.id]:
                if trip.reading is not None:
                    trip.judged = await judging.judge(
                        self._store,
                        self._pool,
                        source=source,
                        feed=feed,
                        state=state,
                        reading=trip.reading,
                        now=self._clock(),
                    )
                return await self._record(trip)
        except SourceError as error:
            trip.result, trip.reading, trip.judged = error, None, judging.Judged()
            return await self._record(trip)

    async def _record(self, trip: "_Trip") -> Recorded:
        now = self._clock()
        parsed = trip.reading.feed if trip.reading else None
        state = schedule.after(
            trip.state,
            trip.source,
            trip.feed,
            trip.result,
            parsed,
            now=now,
            chance=self._chance(),
            fetched=trip.fetched,
        )
        if trip.reading is not None:
            state = replace(
                trip.judged.remembered(state),
                iri=state.iri or _iri(trip.reading.feed.meta, trip.url),
                guids_unreliable=state.guids_unreliable or trip.reading.guids_shared,
                format=trip.reading.feed.format,
            )
        visit = _visit(trip, state, now)
        for _ in range(PATIENCE):
            try:
                return self._store.record((visit,))[0]
            except StoreBusy:
                await asyncio.sleep(1)
        return self._store.record((visit,))[0]


@contextlib.asynccontextmanager
async def open_journey(
    config: Config, *, clock: Callable[[], datetime] = utc_now, patience: float = BUSY_SECONDS
) -> AsyncIterator[tuple[Journey, Store]]:
    """Open the store, the way out and the children; close them at the end.

    Raises:
        StoreError: the database cannot be used.
    """
    network = config.network
    with Store.open(config.store, now=clock(), patience=patience) as store:
        async with (
            Fetcher(
                user_agent=user_agent(config),
                contact=config.site.owner_email,
                allow=AllowList.parse(network.allow),
                deadline=network.deadline,
                max_wire=network.max_body,
                max_body=network.max_body,
                spacing=network.spacing,
            ) as fetcher,
            WorkerPool() as pool,
        ):
            journey = Journey(config, store, fetcher, pool, clock=clock)
            journey.enroll()
            await journey.rejudge()
            yield journey, store


class _Trip:
    """What has come of a visit that is under way."""

    def __init__(
        self, claim: Claim, state: FeedState, source: Source, feed: Feed, url: str | None
    ) -> None:
        self.claim = claim
        self.state = state
        self.source = source
        self.feed = feed
        self.url = url or feed.candidates[0]
        self.result: Fetched | NotModified | SourceError
        self.fetched: Fetched | None = None  # a new body, whether or not it proved to be a feed
        self.reading: Reading | None = None
        self.judged = judging.Judged()


def _asked_next(feed: Feed, state: FeedState) -> str:
    """Name the host that the next visit asks: what a Retry-After of it holds back."""
    return host_of(schedule.current_url(feed, state) or feed.candidates[0])


def _iri(meta: FeedMeta, url: str) -> str:
    """Name a feed for ever at its first visit: by its own id, else by where it was found."""
    return next((name for name in (meta.id, meta.self_link) if name and mint.is_sound(name)), url)


def _brought_news(trip: _Trip) -> bool:
    return judging.brought_news(trip.judged.changes)


def _meta(trip: _Trip, state: FeedState, now: datetime) -> FeedMeta | None:
    """Tell what the feed says of itself, if this visit is to change what is known of that.

    Many feeds print the time of the request as their own `updated`: without news it does not
    count, or every poll would change the bytes of what we publish.
    """
    if trip.reading is None or not (_brought_news(trip) or trip.state.iri is None):
        return None
    meta = trip.reading.feed.meta
    updated = dates.parse(meta.updated) if meta.updated else None
    usable = updated is not None and dates.plausible(updated, now) is None
    return replace(meta, id=state.iri, updated=meta.updated if usable else None)


def _visit(trip: _Trip, state: FeedState, now: datetime) -> Visit:
    visit = Visit(
        source_id=state.source_id,
        feed_key=state.feed_key,
        fence=trip.claim.fence,
        at=now,
        url=trip.url,
        outcome=Outcome.CHANGED if _brought_news(trip) else Outcome.UNCHANGED,
        status=200,
        received=0,
        state=state,
        changes=trip.judged.changes,
        removals=trip.judged.removals,
        returned=trip.judged.returned,
        meta=_meta(trip, state, now),
        flaws=(*trip.reading.feed.flaws, *trip.judged.flaws) if trip.reading else (),
        next_domain=_asked_next(trip.feed, state),
    )
    result = trip.result
    if isinstance(result, SourceError):
        return replace(
            visit,
            outcome=Outcome.FAILED,
            status=result.status or (200 if trip.fetched else None),
            received=trip.fetched.received if trip.fetched else result.received,
            failure=Failure(kind=result.kind, message=result.message, status=result.status),
            retry_at=schedule.hold(result.retry_at, now=now),
            retry_host=result.host,
        )
    if isinstance(result, NotModified):
        return replace(visit, status=304)
    return replace(visit, received=result.received)
