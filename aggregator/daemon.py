"""Keeps the journey going until it is told to stop. Acts.

APScheduler only ticks; when a source is next due is in the database, so that a restart polls
nothing early and a Retry-After outlives the process. Two ticks: one claims what is due and
starts visits, one publishes when the database says that output may have changed, whoever changed
it (a visit here, or another command beside the daemon), and when the time changes it: a permission
ends, an article has waited long enough.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator import health
from aggregator.config import Config
from aggregator.errors import PublishError, StoreError
from aggregator.judge import rights
from aggregator.pipeline import Journey, open_journey
from aggregator.serve import serving
from aggregator.serve.review import Password
from aggregator.showing import reviewing, showing
from aggregator.store import Claim, Recorded, Store
from aggregator.store.lock import hold

POLL_TICK = timedelta(seconds=1)
PUBLISH_TICK = timedelta(seconds=2)
PUSH_TICK = timedelta(seconds=2)
COPY_TICK = timedelta(seconds=5)
WATCH_TICK = timedelta(seconds=30)
CLOCK_JUMP = timedelta(seconds=5)
WARN_TICK = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=5)  # between two tries to publish
PATIENCE = 0.7  # seconds that the store may block, a few times: SIGTERM is answered within five
LAST_WORDS = 1.0  # seconds for publishing what the last visits brought
GRACE = timedelta(seconds=2)  # visits may end by themselves; then they are cut off

log = structlog.get_logger()


async def run(
    config: Config,
    *,
    stop: asyncio.Event | None = None,
    on_visit: Callable[[Recorded], None] | None = None,
    password: Password | None = None,
) -> None:
    """Poll and publish until SIGTERM, SIGINT or `stop`; ends within 5 seconds of it.

    Args:
        config: what to do.
        stop: set when it is to end.
        on_visit: told of each visit.
        password: of the review page; None: the environment has it.

    Raises:
        ReviewError: there is to be a review page, and no password that can be used.
        ServeError: an address cannot be listened on.
        StoreLocked: another daemon publishes from this store.
        StoreError: the database cannot be used.
    """
    stop = stop or asyncio.Event()
    if config.review is not None:
        password = password or Password.from_environment()
    with _signals(stop), hold(config.store, purpose="run"):
        async with open_journey(config, patience=PATIENCE) as (journey, store):
            daemon = Daemon(journey, store, on_visit=on_visit)
            log.info(
                "started",
                sources=len(config.sources),
                editions=[edition.tag for edition in config.editions],
                store=config.store,
                publish=str(config.publish_to),
            )
            async with (
                daemon.ticking(),
                shown(config, journey, daemon),
                reviewed(config, journey, store, password),
            ):
                await stop.wait()
                log.info("stopping", visits=daemon.under_way)
            log.info("stopped")


@contextlib.asynccontextmanager
async def shown(config: Config, journey: Journey, daemon: "Daemon") -> AsyncIterator[None]:
    """Show what is published while the body runs, where feeds.yaml says so.

    Raises:
        ServeError: the address cannot be listened on.
    """
    if config.listen is None:
        yield
        return
    app = showing(config, furniture=journey.press.furniture, health=daemon.health)
    async with serving(app, host=config.listen.host, port=config.listen.port) as listening:
        log.info("serving", at=listening.origin)
        yield


@contextlib.asynccontextmanager
async def reviewed(
    config: Config, journey: Journey, store: Store, password: Password | None
) -> AsyncIterator[None]:
    """Show what waits for a person while the body runs, where feeds.yaml says so.

    Raises:
        ServeError: the address cannot be listened on.
    """
    if config.review is None:
        yield
        return
    app = reviewing(config, store, clock=journey.now, password=password)
    async with serving(app, host=config.review.host, port=config.review.port) as listening:
        log.info("reviewing", at=f"{listening.origin}/review/")
        yield


class Chore:
    """Work that is begun again and again, never twice at the same time."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._work = work
        self._task: asyncio.Task[object] | None = None

    async def begin(self) -> None:
        """Begin, unless it is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def end(self) -> None:
        """Wait for its end."""
        if self._task is not None:
            await self._task

    async def cut(self) -> None:
        """Cut it off: it is safe to be cut off anywhere."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class Daemon:
    """The state of a running daemon: which visits are under way, what was published last."""

    def __init__(
        self,
        journey: Journey,
        store: Store,
        *,
        on_visit: Callable[[Recorded], None] | None = None,
    ) -> None:
        self._journey = journey
        self._store = store
        self._on_visit = on_visit
        self._visits: dict[asyncio.Task[None], Claim] = {}
        self._published: int | None = None  # the generation that the files show
        self._published_at = journey.now()  # and of which moment
        self._publishing = Chore(self._publish)
        self._pushing = Chore(journey.pusher.push)
        self._copying = Chore(journey.copyist.fetch_due)
        self._watching = Chore(journey.watch.ask_due)
        # Defaults would drop a tick that is a second late, and read the machine's time zone.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._troubles = 0  # publishing failed so often in a row
        self._not_before = 0.0  # of the loop's clock: when it is tried again

    @property
    def under_way(self) -> int:
        """How many visits are under way."""
        return len(self._visits)

    def health(self) -> tuple[bool, dict[str, object]]:
        """Say whether all is well, for `/healthcheck`: not while publishing fails."""
        return not self._troubles, {
            "visits_under_way": self.under_way,
            "published": self._published is not None,
            "publishing_failed": self._troubles,
        }

    @contextlib.asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Tick while the body runs; then end the visits and publish what they brought."""
        scheduler = self._scheduler
        for tick, span in (
            (self.poll, POLL_TICK),
            (self.publish, PUBLISH_TICK),
            (self._pushing.begin, PUSH_TICK),
            (self._copying.begin, COPY_TICK),
            (self._watching.begin, WATCH_TICK),
            (self.warn, WARN_TICK),
        ):
            scheduler.add_job(tick, "interval", seconds=span.total_seconds())
        scheduler.start()
        await self.warn()
        await self.publish()  # a crash may have come between commit and file
        watch = asyncio.create_task(self._watch_clock())
        try:
            await self.poll()
            yield
        finally:
            watch.cancel()
            scheduler.shutdown(wait=False)
            await self._end_visits()
            await self._copying.cut()
            await self._watching.cut()
            await self._pushing.cut()
            # Writing everything takes minutes; what is left is written after the next start.
            asyncio.get_running_loop().call_later(LAST_WORDS, self._journey.press.stop)
            await self._publishing.end()  # one writer at a time for a file
            await self._publish()

    async def _watch_clock(self) -> None:
        """Tick on when the wall clock was set: APScheduler compares with it, and would wait."""
        loop = asyncio.get_running_loop()
        before = time.time() - loop.time()
        while True:
            await asyncio.sleep(POLL_TICK.total_seconds())
            offset = time.time() - loop.time()
            if abs(offset - before) > CLOCK_JUMP.total_seconds():
                log.warning("clock-set", seconds=round(offset - before))
                self._journey.enroll()  # brings timers back that were set by the other clock
                self._published = None  # by the other clock's rights
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=self._journey.now())
            before = offset

    async def poll(self) -> None:
        """Claim what is due and start a visit for each, as far as there are free places."""
        free = self._journey.config.network.concurrency - len(self._visits)
        if free <= 0:
            return
        try:
            claims = self._journey.claim(free)
        except StoreError as error:
            log.error("claim-failed", message=str(error))
            return
        for claim in claims:
            task = asyncio.create_task(self._visit(claim))
            self._visits[task] = claim
            task.add_done_callback(lambda done: self._visits.pop(done, None))

    async def publish(self) -> None:
        """Publish if it is time; a publish that is under way goes on by itself."""
        if asyncio.get_running_loop().time() >= self._not_before:
            await self._publishing.begin()

    async def warn(self) -> None:
        """Say which permissions end soon or have ended."""
        config = self._journey.config
        sources = (*config.sources, *config.disabled)
        for warning in rights.warnings(sources, self._journey.now()):
            log.warning("rights", message=warning)

    def _is_current(self, generation: int, now: datetime) -> bool:
        """Whether the files show what is to be shown: of this generation and at this time."""
        if generation != self._published or not self._journey.press.is_published():
            return False
        turn = self._journey.press.next_moment(self._published_at)
        return turn is None or now < turn

    async def _publish(self) -> None:
        """Publish if the database moved, a moment came, or a file is missing."""
        try:
            generation, now = self._store.generation(), self._journey.now()
            if self._is_current(generation, now):
                return
            changed = await self._journey.press.publish()
            self._published, self._published_at, self._troubles = generation, now, 0
        except (PublishError, StoreError) as error:
            self._troubles += 1
            wait = min(2.0**self._troubles, LONGEST_WAIT.total_seconds())
            self._not_before = asyncio.get_running_loop().time() + wait
            log.error("publish-failed", message=str(error), again_in=wait)
            changed = error.changed if isinstance(error, PublishError) else ()
        if changed:
            self._journey.pusher.announce(changed)
            printed = health.printed(changed)
            log.info("published", feeds=list(printed.feeds), other=printed.other)

    async def _visit(self, claim: Claim) -> None:
        try:
            recorded = await self._journey.visit(claim)
        except StoreError as error:
            # Nothing was recorded; the lease runs out and the source is visited again.
            log.error("record-failed", source=claim.state.source_id, message=str(error))
            return
        log.info("visit", **health.visit_line(recorded))
        if self._on_visit is not None:
            self._on_visit(recorded)

    async def _end_visits(self) -> None:
        visits = dict(self._visits)
        if not visits:
            return
        _, late = await asyncio.wait(visits, timeout=GRACE.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        try:
            # Cut off before anything was recorded: let the next start make these visits.
            self._journey.release(tuple(visits[task] for task in late))
        except StoreError as error:
            log.error("release-failed", message=str(error))  # their leases run out


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    for name in names:
        loop.add_signal_handler(name, stop.set)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)
