"""The journey itself: gather -> judge -> store -> syndicate, on one screen. Acts.

claim what is due
   fetch          an unchanged body or a 304 ends here
   read           in the bounded child
   recall         the one question to the store
   normalize      only what is new or changed, in the bounded child
   judge, revise  pure
   record         each visit whole or absent
emit, cut to rights, render, write
"""

import asyncio
import contextlib
import math
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from aggregator import __version__
from aggregator.config import Config
from aggregator.errors import PublishError, SourceError
from aggregator.gather import schedule
from aggregator.gather.fetch import AllowList, Fetcher, host_of
from aggregator.judge import revise, rules
from aggregator.model import (
    Change,
    Document,
    Failure,
    Feed,
    FeedState,
    Fetched,
    NotModified,
    Outcome,
    Source,
    Visit,
)
from aggregator.store import Claim, Recorded, Store
from aggregator.syndicate import atom, editions, mint, publish
from aggregator.worker import TIME_LIMIT, Reading, WorkerPool

_A_MOMENT: Final = timedelta(milliseconds=1)
WINDOW_SPAN: Final = timedelta(hours=48)  # a feed shows at least what two days brought


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
        # A disabled source is not polled, and what it brought keeps its name and its rights.
        self._sources = {source.id: source for source in (*config.sources, *config.disabled)}
        # Two feeds of one outlet share its entries: what one recalls the other must not record.
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # --- claim ------------------------------------------------------------------------------

    def claim(
        self, limit: int, *, only: Collection[str] | None = None, force: bool = False
    ) -> tuple[Claim, ...]:
        """Claim up to `limit` feeds that are due; with `force`, those that are not due too.

        The lease outlasts the slowest visits that may run one after another in a slot, so that
        nobody else polls what waits here.
        """
        slowest = self.config.network.deadline * 2 + TIME_LIMIT * 2
        rounds = math.ceil(limit / self.config.network.concurrency)
        return self._store.claim(
            self._clock(), limit=limit, lease=slowest * rounds, only=only, force=force
        )

    # --- visit ------------------------------------------------------------------------------

    async def visit(self, claim: Claim) -> Recorded:
        """Make one visit and record it, however it ends.

        Errors of the world become a failed visit here and nowhere else.
        """
        state = schedule.clamped(claim.state, self._clock())
        source = self._sources[state.source_id]
        feed = next(feed for feed in source.feeds if feed.key == state.feed_key)
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
                trip.changes = await self._changes(source, feed, trip.reading)
                return self._record(trip)
        except SourceError as error:
            trip.result, trip.reading, trip.changes = error, None, ()
            return self._record(trip)

    async def _changes(
        self, source: Source, feed: Feed, reading: Reading | None
    ) -> tuple[Change, ...]:
        """Find out what a document says that is not known yet."""
        if reading is None:
            return ()
        now = self._clock()
        recall = self._store.recall(source.id, feed.key, reading.items)
        known = {item.key: recall.find(item) for item in reading.items}
        news = tuple(
            item
            for item in reading.items
            if (was := known[item.key]) is None or was.digest != item.digest
        )
        entries = await self._pool.normalize(
            news, source=source, feed=feed, meta=reading.feed.meta, now=now
        )
        # Entries without dates were first seen in the document's order, a millisecond apart: one
        # time for all would be less than we know (RFC 4287 section 3.3).
        return tuple(
            revise.revise(
                entry,
                known[entry.key],
                rules.judge(entry, source),
                feed_key=feed.key,
                now=now - order * _A_MOMENT,
            )
            for order, entry in enumerate(entries)
        )

    def _record(self, trip: "_Trip") -> Recorded:
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
        if trip.reading is not None and trip.reading.guids_shared:
            state = replace(state, guids_unreliable=True)
        (recorded,) = self._store.record((_visit(trip, state, now),))
        return recorded

    # --- publish ----------------------------------------------------------------------------

    async def publish(self) -> tuple[str, ...]:
        """Emit what may appear and write every edition; return the paths whose bytes changed.

        Raises:
            PublishError: a document could not be written; the others were, and its old version
                stands.
        """
        languages = {code for edition in self.config.editions for code in edition.languages}
        self._store.emit(languages, now=self._clock(), mint=mint.mint)
        changed, problems = [], []
        for document in self.documents():
            try:
                # Writing may wait for the next second: Last-Modified strictly increases.
                if await asyncio.to_thread(publish.write, self.config.publish_to, document):
                    changed.append(document.path)
            except PublishError as error:
                problems.append(str(error))
        if problems:
            raise PublishError("; ".join(problems))
        return tuple(changed)

    def documents(self) -> Iterator[Document]:
        """Render every document from what is stored. No clock: equal entries, equal bytes."""
        for edition in self.config.editions:
            entries = self._store.window(
                edition.languages, entries=self.config.entries, span=WINDOW_SPAN
            )
            yield atom.render(
                editions.page(
                    self.config.site,
                    edition,
                    entries,
                    self._sources,
                    created=self._store.created,
                )
            )


@contextlib.asynccontextmanager
async def open_journey(
    config: Config, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[tuple[Journey, Store]]:
    """Open the store, the way out and the children; close them at the end.

    Raises:
        StoreError: the database cannot be used.
    """
    network = config.network
    with Store.open(config.store, now=clock()) as store:
        store.enroll(config.sources, now=clock(), domain_of=_asked_next)
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
            yield Journey(config, store, fetcher, pool, clock=clock), store


def user_agent(config: Config) -> str:
    """Say who asks, where that is explained, and whom to write to (RFC 9110 section 10.1.5)."""
    return f"aggregator/{__version__} (+{config.site.url}/bot; {config.site.owner_email})"


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
        self.changes: tuple[Change, ...] = ()


def _asked_next(feed: Feed, state: FeedState) -> str:
    """Name the host that the next visit asks: what a Retry-After of it holds back."""
    return host_of(schedule.current_url(feed, state) or feed.candidates[0])


def _visit(trip: _Trip, state: FeedState, now: datetime) -> Visit:
    visit = Visit(
        source_id=state.source_id,
        feed_key=state.feed_key,
        fence=trip.claim.fence,
        at=now,
        url=trip.url,
        outcome=Outcome.CHANGED if trip.changes else Outcome.UNCHANGED,
        status=200,
        received=0,
        state=state,
        changes=trip.changes,
        meta=trip.reading.feed.meta if trip.reading else None,
        flaws=trip.reading.feed.flaws if trip.reading else (),
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
        )
    if isinstance(result, NotModified):
        return replace(visit, status=304)
    return replace(visit, received=result.received)
