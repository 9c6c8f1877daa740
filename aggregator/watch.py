"""Asks article pages whether they are still there, for sources that want it. Acts.

A publisher that takes an article back often says so nowhere but at its address. With
`watch_removals` the pages of what we published are asked now and then, politely; one that answers
404 or 410 again and again over days is withdrawn, and shown again when it is back. Nothing else
counts: a failing server, a redirect or a login page is no removal.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from aggregator.errors import FailureKind, SourceError, StoreError
from aggregator.gather.fetch import Fetcher, host_of
from aggregator.gather.robots import Robots
from aggregator.model import Removal
from aggregator.store import PageCheck, Store

WATCHED: Final = timedelta(days=90)  # since an article was published here
FRESH: Final = timedelta(days=7)  # so long it is asked every day
DAILY: Final = timedelta(days=1)
WEEKLY: Final = timedelta(days=7)
TIMES: Final = 3  # 404 or 410 in a row, ...
DAYS: Final = timedelta(days=2)  # ... the first and the last so far apart
ENROLLING: Final = timedelta(hours=1)
RETRY: Final = timedelta(hours=6)  # after a failure that says nothing
_AT_ONCE: Final = 500
_HOSTS: Final = 4
_PER_HOST: Final = 3
_GONE: Final = frozenset({404, 410})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an answer means for an article."""

    due: datetime | None  # when its page is asked again
    gone_since: datetime | None
    gone: int
    removed: bool = False  # to be withdrawn now
    back: bool = False  # to be shown again


def judged(check: PageCheck, status: int | None, now: datetime) -> Finding:
    """Say what an answer means. Pure.

    Args:
        check: the page, as it was found before.
        status: of the answer; None where there was none that says anything.
        now: the time.
    """
    if status is None:
        return Finding(due=now + RETRY, gone_since=check.gone_since, gone=check.gone)
    age = now - check.emitted
    usual = now + (DAILY if age < FRESH else WEEKLY)
    if status in _GONE:
        since, gone = check.gone_since or now, check.gone + 1
        confirmed = gone >= TIMES and now - since >= DAYS
        # Twice as long as an article is watched, it may come back; then it is forgotten.
        later = now + WEEKLY if age < 2 * WATCHED else None
        return Finding(
            due=later if confirmed else now + DAILY,
            gone_since=since,
            gone=gone,
            removed=confirmed and not check.withdrawn,
        )
    return Finding(
        due=usual if age < WATCHED else None, gone_since=None, gone=0, back=check.withdrawn
    )


class Watch:
    """Asks what is due, a few pages at a time.

    Args:
        store: what is remembered.
        fetcher: the only way out; it spaces hosts.
        robots: whether a publisher lets machines ask for its pages.
        sources: ids of those that want it.
        clock: the time, aware.
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        robots: Robots,
        *,
        sources: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._robots = robots
        self._sources = tuple(sources)
        self._clock = clock
        self._enrolled: datetime | None = None

    async def ask_due(self) -> int:
        """Ask some of the pages that are due; return how many articles went or came back.

        It raises nothing: trouble of the world is tried again later, trouble of ours is logged.
        """
        try:
            await asyncio.to_thread(self._enroll)
            due = self._store.due_pages(self._clock())
            by_host: defaultdict[str, list[PageCheck]] = defaultdict(list)
            for check in due:
                by_host[host_of(check.link)].append(check)
            some = list(by_host.values())[:_HOSTS]
            told = await asyncio.gather(*(self._ask_all(of_host) for of_host in some))
        except StoreError as error:
            log.error("page-check-failed", message=str(error))
            return 0
        return sum(told)

    def _enroll(self) -> None:
        now = self._clock()
        if self._enrolled is not None and now - self._enrolled < ENROLLING:
            return
        while (
            self._store.watch_pages(
                self._sources, since=now - WATCHED, first=now + DAILY, limit=_AT_ONCE
            )
            == _AT_ONCE
        ):
            pass
        self._enrolled = now

    async def _ask_all(self, of_host: list[PageCheck]) -> int:
        return sum([await self._ask(check) for check in of_host[:_PER_HOST]])

    async def _ask(self, check: PageCheck) -> bool:
        status = await self._status(check)
        now = self._clock()
        found = judged(check, status, now)
        if found.removed:
            days = (now - (found.gone_since or now)).days
            why = f"its page answers {status}, {found.gone} times in {days} days: {check.link}"
            self._store.withdraw([Removal(entry_id=check.entry_id, at=now, why=why)], now=now)
            log.info("page-gone", source=check.source_id, entry=check.entry_id, url=check.link)
        elif found.back:
            self._store.readmit([check.entry_id], why=f"its page is back: {check.link}", now=now)
            log.info("page-back", source=check.source_id, entry=check.entry_id, url=check.link)
        self._store.page_asked(
            check.entry_id, due=found.due, gone_since=found.gone_since, gone=found.gone
        )
        return found.removed or found.back

    async def _status(self, check: PageCheck) -> int | None:
        """Ask a page; None where the answer says nothing about the article."""
        try:
            if not await self._robots.allows(check.link, now=self._clock()):
                return None
            await self._fetcher.fetch(check.link, validators=None, now=self._clock())
        except SourceError as error:
            if error.status in _GONE or error.kind is FailureKind.GONE:
                return error.status or 410
            too_long = error.kind is FailureKind.TOO_LARGE  # it is there
            return 200 if too_long else None
        return 200
