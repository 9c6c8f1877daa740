"""Tell WebSub hubs which feeds changed, so that they bring them to their subscribers. Acts.

Publishing only notes what is to be told (`announce`); telling is a step of its own (`push`), so no
hub can hold publishing up. What is noted is in the store: a restart tells what was due.

WebSub leaves open how a publisher tells its hub (section 6). What hubs take, one POST a topic:

    hub.mode=publish&hub.url=TOPIC&hub.topic=TOPIC

`hub.url` is the name that PubSubHubbub 0.3 (section 7.1) gave it, and Google's and Superfeedr's
hubs ask for; other hubs (Flask-WebSub, WSO2) ask for `hub.topic`, and who knows one ignores the
other. One topic a request: of several, one hub takes all, another those in `hub.url[]`, a third
the first and a fourth the last; and Google's drops all but some ten that come at once
(pubsubhubbub/PubSubHubbub#45). The pause between two requests to one host is that of all fetches.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from aggregator.errors import FailureKind, SourceError, StoreError
from aggregator.gather.fetch import Fetcher
from aggregator.gather.schedule import hold
from aggregator.store import Ping, Store
from aggregator.syndicate import atom, jsonfeed, rss

FIRST_PAUSE: Final = timedelta(seconds=30)  # after the first failure; doubled after each one more
LONGEST_PAUSE: Final = timedelta(hours=1)
TRIES: Final = 26  # about a day: 63 minutes for the first seven pauses, then an hour and more each
REFUSED_TRIES: Final = 3  # where the hub answered, and its answer was no
LONGEST_WAIT: Final = timedelta(days=1)  # a hub that wants to be left alone longer is not told
ROUND: Final = 20  # topics that one hub is told before what became due meanwhile is looked at
_MOST: Final = 1000  # due pings looked at, to tell the feeds of most readers first
# 4xx answers that say nothing about the request: try again (RFC 9110 section 15.5, RFC 8470).
_PASSING: Final = frozenset({408, 421, 425, 429})

_FEEDS: Final = frozenset(format_.NAME for format_ in (atom, rss, jsonfeed))
_ARCHIVES: Final = "archives"  # <folder>/archives/<n>/atom.xml: nothing new ever comes of them

log = structlog.get_logger()


def topics(paths: Iterable[str], site_url: str) -> tuple[str, ...]:
    """Name the topics among documents: their addresses, as they give them as rel=self.

    Args:
        paths: of documents below the published root.
        site_url: the address of that root, without trailing slash.

    Returns:
        Those that people can subscribe to: no pages, no lists of feeds, no archive documents.
    """
    return tuple(f"{site_url}/{path}" for path in paths if _is_subscription(path))


def due_again(tries: int, error: SourceError, *, now: datetime, chance: float) -> datetime | None:
    """When a hub that could not be told is told again; None: given up.

    Args:
        tries: how often it failed before.
        error: how it failed now; its Retry-After is obeyed.
        now: when it failed.
        chance: from 0 to 1; makes it later, never earlier.
    """
    most = REFUSED_TRIES if _refused(error) else TRIES
    if error.kind is FailureKind.FORBIDDEN_ADDRESS or tries + 1 >= most:
        return None
    pause = min(FIRST_PAUSE * 2 ** min(tries, TRIES), LONGEST_PAUSE)
    due = now + pause * (1 + chance / 2)
    if error.retry_at is not None:
        due = max(due, error.retry_at)
    return due if due - now <= LONGEST_WAIT else None


class Pusher:
    """Tells hubs what changed, each topic until the hub has taken it or a day has passed.

    Nothing that the world does is raised here, and no trouble of the store: what could not be
    recorded is kept and recorded first the next time.

    Args:
        store: where what is to be told is kept.
        fetcher: the only way out.
        hubs: the hubs of every feed, as its documents name them.
        site_url: the address of the published root, without trailing slash.
        clock: the time, aware.
        chance: a number from 0 to 1, for jitter.
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        *,
        hubs: Sequence[str],
        site_url: str,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._hubs = tuple(hubs)
        self._site_url = site_url
        self._clock = clock
        self._chance = chance
        self._unrecorded: list[Callable[[], object]] = []  # commands to the store, in order
        self._pushing = False

    def announce(self, paths: Iterable[str]) -> int:
        """Note that documents changed, after they were written; asks no hub.

        Args:
            paths: of the documents whose bytes changed; those that are no feeds are passed over.

        Returns:
            How many topics the hubs will be told of.
        """
        changed = topics(paths, self._site_url)
        if not changed or not self._hubs:
            return 0
        pairs = [(hub, topic) for hub in self._hubs for topic in changed]
        self._record(partial(self._store.want_pings, pairs, now=self._clock()))
        return len(changed)

    async def push(self) -> int:
        """Tell each hub what is due, some of it; does nothing while an earlier call is at it.

        May be cancelled at any time: what a hub was not told stays due.

        Returns:
            How many times a hub took what it was told. More may be due.
        """
        if self._pushing or not self._hubs or not self._record():
            return 0
        self._pushing = True
        try:
            by_hub = self._due()
            told = await asyncio.gather(*(self._tell(hub, due) for hub, due in by_hub.items()))
            return sum(told)
        finally:
            self._pushing = False

    async def push_all(self, *, within: timedelta) -> int:
        """Push until nothing more can be told now, or the time is up; for one pass of `update`.

        Returns:
            How many times a hub took what it was told.
        """
        told = 0
        try:
            async with asyncio.timeout(within.total_seconds()):
                while taken := await self.push():
                    told += taken
        except TimeoutError:
            log.info("push-continues-later")
        return told

    def _due(self) -> dict[str, list[Ping]]:
        """What is due, by hub: editions before what is below them. Drops what nobody wants."""
        by_hub: defaultdict[str, list[Ping]] = defaultdict(list)
        try:
            due = self._store.due_pings(self._clock(), limit=_MOST)
        except StoreError as error:
            log.error("push-stalled", message=str(error))
            return by_hub
        for ping in sorted(due, key=_depth):
            if ping.hub in self._hubs and ping.topic.startswith(f"{self._site_url}/"):
                by_hub[ping.hub].append(ping)
            else:  # of a configuration that is no more
                self._record(partial(self._store.ping_failed, ping, None))
        return {hub: pings[:ROUND] for hub, pings in by_hub.items()}

    async def _tell(self, hub: str, pings: Sequence[Ping]) -> int:
        """Tell one hub of topic after topic, until it is in trouble."""
        told: list[str] = []
        try:
            for place, ping in enumerate(pings):
                try:
                    await self._fetcher.post(hub, _form(ping.topic), now=self._clock())
                except SourceError as error:
                    if _refused(error):  # this topic: the next one may be welcome
                        self._put_off((ping,), error)
                        continue
                    self._put_off(pings[place:], error)
                    break
                told.append(ping.topic)
                if not self._record(partial(self._store.ping_done, ping)):
                    break
        finally:
            if told:
                log.info("pushed", hub=hub, topics=told)
        return len(told)

    def _put_off(self, pings: Sequence[Ping], error: SourceError) -> None:
        """Put off the first of these, which failed, and with it the others, which would have."""
        now, chance = self._clock(), self._chance()
        if error.host and error.status and (until := hold(error.retry_at, now=now)):
            # So that it is known after a restart, and to visits.
            command = partial(self._store.hold_host, error.host, until, reason=error.message)
            self._record(command)
        earliest = due_again(pings[0].tries, error, now=now, chance=chance)
        later: list[str] = []
        never: list[str] = []
        for ping in pings:
            due = due_again(ping.tries, error, now=now, chance=chance)
            if due is not None and earliest is not None:
                due = max(due, earliest)
            (never if due is None else later).append(ping.topic)
            self._record(partial(self._store.ping_failed, ping, due))
        facts = {"hub": pings[0].hub, "kind": str(error.kind), "message": error.message}
        if later:
            log.warning("push-failed", **facts, topics=later)
        if never:
            log.error("push-given-up", **facts, topics=never)

    def _record(self, command: Callable[[], object] | None = None) -> bool:
        """Give the store this command, after those that it could not take before.

        Returns:
            Whether the store has taken all.
        """
        if command is not None:
            self._unrecorded.append(command)
        while self._unrecorded:
            try:
                self._unrecorded[0]()
            except StoreError as error:
                log.error("push-unrecorded", message=str(error), waiting=len(self._unrecorded))
                return False
            del self._unrecorded[0]
        return True


def _is_subscription(path: str) -> bool:
    *folders, name = path.split("/")
    return name in _FEEDS and folders[-2:-1] != [_ARCHIVES]


def _depth(ping: Ping) -> int:
    return ping.topic.count("/")


def _form(topic: str) -> tuple[tuple[str, str], ...]:
    return ("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)


def _refused(error: SourceError) -> bool:
    """Whether the hub understood, and said no: to this topic as far as anybody can tell."""
    status = error.status or 0
    return 400 <= status < 500 and status not in _PASSING and error.retry_at is None
