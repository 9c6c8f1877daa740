"""A feed's document run up to a step of the journey: `explain --until STEP`. Acts; stores nothing.

    fetch       the document as it came
    read        what the publisher wrote: ParsedFeed, ParsedEntry
    identify    key and digest of each entry
    normalize   the article format: Entry
    screen      after the operator's rules: Screened
    judge       publish, hold or drop: Verdict
    revise      compared with what the store knows: Change
    cut         what may be shown of it: Item

The steps are the journey's own (`pipeline`, `judging`, `press`); what is known is read from the
store where feeds.yaml names one, and nothing is written.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.explaining.plain import plain, print_json
from aggregator.judge import revise, rights, rules
from aggregator.model import (
    Change,
    Feed,
    Fetched,
    Known,
    Published,
    Screened,
    Site,
    Source,
)
from aggregator.obtaining import obtain, source_of
from aggregator.store import Store
from aggregator.syndicate import editions, mint
from aggregator.worker import Reading, WorkerPool

_SHOWN: Final = 300  # characters of one value on the terminal
_NO_SITE: Final = Site(
    title="", url="https://example.org", owner_name="", owner_email="nobody@example.org"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a step made: of the document, and of each entry."""

    document: dict[str, object]
    entries: tuple[dict[str, object], ...] = ()


async def run_until(
    step: str,
    document: str,
    *,
    config: Config | None,
    source_id: str | None,
    now: datetime,
    as_json: bool,
) -> None:
    """Run a document up to a step and print what that step made of it.

    Args:
        step: one of `STEPS`.
        document: an http(s) address, or the path of a file.
        config: feeds.yaml, if there is one.
        source_id: read it as this source; None: as the one whose address it is, if any.
        now: the time.
        as_json: print JSON.

    Raises:
        AggregatorError: there is no such step or file; the document is no feed.
    """
    if step not in STEPS:
        raise AggregatorError(f"there is no step '{step}'; the steps are: {', '.join(STEPS)}")
    source, feed = source_of(document, config, source_id)
    async with WorkerPool(1) as pool:
        run = _Run(document, config, source, feed, pool, now)
        shown = await STEPS[step](run)
    if as_json:
        print_json({"step": step, "document": shown.document, "entries": list(shown.entries)})
    else:
        _print(step, shown)


class _Run:
    """One document on its way."""

    def __init__(
        self,
        document: str,
        config: Config | None,
        source: Source,
        feed: Feed,
        pool: WorkerPool,
        now: datetime,
    ) -> None:
        self.config = config
        self.source = source
        self.feed = feed
        self.now = now
        self._document = document
        self._pool = pool

    async def fetched(self) -> Fetched:
        return await obtain(self._document, self.source, self.feed, self.config, self.now)

    async def reading(self) -> Reading:
        fetched = await self.fetched()
        return await self._pool.read(fetched, self.source.id, guids_unreliable=False)

    async def screened(self, *, ruled: bool) -> tuple[Reading, tuple[Screened, ...]]:
        reading = await self.reading()
        source = self.source if ruled else replace(self.source, rules=())
        found = await self._pool.normalize(
            reading.items, source=source, feed=self.feed, meta=reading.feed.meta, now=self.now
        )
        return reading, found

    async def changes(self) -> tuple[Reading, tuple[Change, ...]]:
        reading, screened = await self.screened(ruled=True)
        recall = self._recall(reading)
        changes = tuple(
            revise.revise(
                one.entry,
                recall(number),
                rules.judge(one, self.source),
                feed_key=self.feed.key,
                now=self.now,
            )
            for number, one in enumerate(screened)
        )
        return reading, changes

    def _recall(self, reading: Reading) -> Callable[[int], Known | None]:
        """Ask the store what is known of the entries, if there is one."""
        if self.config is None or not self._has_store:
            return lambda _: None
        with Store.open(self.config.store, now=self.now, check=False) as store:
            recall = store.recall(self.source.id, self.feed.key, reading.items)
        return lambda number: recall.find(reading.items[number])

    @cached_property
    def _has_store(self) -> bool:
        location = self.config.store if self.config else ""
        return "://" in location or Path(location).exists()


# --- the steps ------------------------------------------------------------------------------


async def _until_fetch(run: _Run) -> Shown:
    return Shown(document=_held(await run.fetched()))


async def _until_read(run: _Run) -> Shown:
    reading = await run.reading()
    return Shown(
        document=_held(reading.feed),
        entries=tuple(_held(item.parsed) for item in reading.items),
    )


async def _until_identify(run: _Run) -> Shown:
    reading = await run.reading()
    return Shown(
        document={"guids_shared": reading.guids_shared, "entries": len(reading.items)},
        entries=tuple(
            {k: v for k, v in _held(item).items() if k != "parsed"} for item in reading.items
        ),
    )


async def _until_normalize(run: _Run) -> Shown:
    reading, screened = await run.screened(ruled=False)
    return Shown(document=_of(reading), entries=tuple(_held(one.entry) for one in screened))


async def _until_screen(run: _Run) -> Shown:
    reading, screened = await run.screened(ruled=True)
    names = [rule.name for rule in run.source.rules]
    return Shown(document=_of(reading) | {"rules": names}, entries=tuple(map(_held, screened)))


async def _until_judge(run: _Run) -> Shown:
    reading, screened = await run.screened(ruled=True)
    return Shown(
        document=_of(reading),
        entries=tuple(
            {"title": one.entry.title, "link": one.entry.link}
            | _held(rules.judge(one, run.source))
            for one in screened
        ),
    )


async def _until_revise(run: _Run) -> Shown:
    reading, changes = await run.changes()
    return Shown(document=_of(reading), entries=tuple(map(_held, changes)))


async def _until_cut(run: _Run) -> Shown:
    reading, changes = await run.changes()
    site = run.config.site if run.config else _NO_SITE
    shown = []
    for change in changes:
        allowance = rights.allowance(run.source.rights, change.entry, now=run.now)
        item = editions.cut(_published(run, reading, change), run.source, allowance, site=site)
        cut = {k: v for k, v in _held(item).items() if k not in {"source", "source_meta"}}
        shown.append({"allowance": plain(allowance)} | cut)
    return Shown(document=_of(reading), entries=tuple(shown))


STEPS: Final[dict[str, Callable[[_Run], Awaitable[Shown]]]] = {
    "fetch": _until_fetch,
    "read": _until_read,
    "identify": _until_identify,
    "normalize": _until_normalize,
    "screen": _until_screen,
    "judge": _until_judge,
    "revise": _until_revise,
    "cut": _until_cut,
}


def _published(run: _Run, reading: Reading, change: Change) -> Published:
    """The entry as if it were emitted now."""
    entry = change.entry
    return Published(
        sequence=0,
        id=mint.mint(entry)[0],
        emitted=run.now,
        link=entry.link,
        language=entry.language or "und",
        published=change.published,
        updated=change.updated,
        entry=entry,
        source_id=run.source.id,
        source_meta=reading.feed.meta,
        source_updated=None,
    )


def _of(reading: Reading) -> dict[str, object]:
    feed = reading.feed
    return {"title": feed.meta.title, "format": feed.format, "flaws": list(feed.flaws)}


def _held(value: object) -> dict[str, object]:
    made = plain(value)
    assert isinstance(made, dict)
    return made


# --- on the terminal ------------------------------------------------------------------------


def _print(step: str, shown: Shown) -> None:
    out = Console()
    out.print(Text(f"after {step}", style="bold"))
    for line in _lines(shown.document, 0):
        out.print(line, soft_wrap=True)
    for number, entry in enumerate(shown.entries, start=1):
        out.print()
        out.print(Text(f"entry {number}", style="bold"))
        for line in _lines(entry, 0):
            out.print(line, soft_wrap=True)


def _lines(value: dict[str, object], depth: int) -> Iterator[Text]:
    for name, held in value.items():
        label = f"{'  ' * depth}{name:{max(1, 16 - 2 * depth)}} "
        if isinstance(held, dict):
            yield Text(label.rstrip(), style="dim")
            yield from _lines(held, depth + 1)
        elif isinstance(held, list):
            for one in held:
                if isinstance(one, dict):
                    yield Text(label.rstrip(), style="dim")
                    yield from _lines(one, depth + 1)
                else:
                    yield Text.assemble((label, "dim"), _short(one))
        else:
            yield Text.assemble((label, "dim"), _short(held))


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
