"""One pass over what is due: the command `update`. Acts."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

import structlog
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from aggregator import health
from aggregator.config import Config
from aggregator.errors import AggregatorError, PublishError, StoreError, StoreLocked
from aggregator.model import Outcome
from aggregator.pipeline import Journey, open_journey
from aggregator.store import Claim, Recorded
from aggregator.store.lock import hold

COPYING = timedelta(minutes=2)  # for images; what is left is copied by the next pass
PUSHING = timedelta(seconds=30)  # for hubs; likewise

log = structlog.get_logger()


async def update(
    config: Config, *, only: Collection[str] | None, force: bool, as_json: bool
) -> tuple[Recorded, ...]:
    """Visit what is due, publish, and print what came of it.

    Args:
        config: what is followed.
        only: these sources alone.
        force: every one of them now, due or not: conditionally, and Retry-After and 410 obeyed.
        as_json: a machine reads the result.

    Returns:
        The visits made. Where another process holds the store (a daemon), they are recorded and
        publishing is left to it.

    Raises:
        StoreError: the database failed on the way; what was recorded before is printed.
        PublishError: a document could not be written; the visits are recorded and printed.
    """
    trouble: AggregatorError | None = None
    publisher: StoreLocked | None = None
    changed: tuple[str, ...] = ()
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(hold(config.store, purpose="update"))
        except StoreLocked as error:
            publisher = error
        async with open_journey(config) as (journey, _store):
            walk = _Pass(journey, only=only, force=force)
            try:
                await walk.go(shown=not as_json and sys.stderr.isatty())
                if publisher is None:
                    changed = await _publish(journey)
            except (StoreError, PublishError) as error:
                trouble = error
    visits = tuple(walk.recorded)
    if as_json:
        print(json.dumps(_report(visits, changed), ensure_ascii=False, indent=2))  # noqa: T201
    else:
        _print(config, visits, changed, publisher, force=force)
    if trouble is not None:
        raise trouble
    return visits


async def _publish(journey: Journey) -> tuple[str, ...]:
    """Publish, bring the images that the articles want, show them too, and tell the hubs."""
    changed: dict[str, None] = {}
    try:
        changed |= dict.fromkeys(await journey.press.publish())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COPYING.total_seconds()):
                while await journey.copyist.fetch_due():
                    pass
        changed |= dict.fromkeys(await journey.press.publish())
    except PublishError as error:
        changed |= dict.fromkeys(error.changed)
        raise
    finally:
        journey.pusher.announce(changed)
        await journey.pusher.push_all(within=PUSHING)
    return tuple(changed)


class _Pass:
    """One pass: each feed once, as many at a time as there are places, no two of one host."""

    def __init__(self, journey: Journey, *, only: Collection[str] | None, force: bool) -> None:
        self.recorded: list[Recorded] = []
        self._journey = journey
        self._only = only
        self._force = force
        self._visited: set[tuple[str, str]] = set()

    async def go(self, *, shown: bool) -> None:
        """Visit until nothing is left.

        Raises:
            StoreError: the database failed; visits under way are given up and their claims given
                back.
        """
        under_way: dict[asyncio.Task[Recorded], Claim] = {}
        with _progress(shown=shown) as advance:
            try:
                while True:
                    free = self._journey.config.network.concurrency - len(under_way)
                    for claim in self._claim(free) if free else ():
                        under_way[asyncio.create_task(self._journey.visit(claim))] = claim
                    if not under_way:
                        return
                    done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        recorded = await task
                        del under_way[task]
                        self.recorded.append(recorded)
                        log.debug("visit", **health.visit_line(recorded))
                        advance(recorded)
            finally:
                await self._give_up(under_way)

    def _claim(self, free: int) -> tuple[Claim, ...]:
        """Claim what was not visited in this pass. With force, all are due for ever."""
        claims = self._journey.claim(
            free, only=self._only, force=self._force, besides=self._visited
        )
        self._visited.update((claim.state.source_id, claim.state.feed_key) for claim in claims)
        return claims

    async def _give_up(self, under_way: dict[asyncio.Task[Recorded], Claim]) -> None:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        with contextlib.suppress(StoreError):  # then their leases run out
            self._journey.release(tuple(under_way.values()))


@contextlib.contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[Recorded], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.completed} visits, {task.description}"))
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not shown
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda recorded: bar.update(task, advance=1, description=recorded.visit.source_id)


def _report(visits: tuple[Recorded, ...], changed: tuple[str, ...]) -> dict[str, object]:
    return {"visits": [health.visit_line(v) for v in visits], "published": list(changed)}


def _print(
    config: Config,
    visits: tuple[Recorded, ...],
    changed: tuple[str, ...],
    publisher: StoreLocked | None,
    *,
    force: bool,
) -> None:
    out = Console()
    if visits:
        _print_visits(out, config, visits)
    elif force:
        out.print("No source may be asked now; `aggregator list` says why.")
    else:
        out.print("Nothing is due; `aggregator list` says when. `update --all` does not wait.")
    if publisher is None:
        out.print("published: " + _published(changed), highlight=False)
    else:
        out.print(f"Publishing is left to the process that holds the store ({publisher.pid}).")


def _published(changed: tuple[str, ...]) -> str:
    if not changed:
        return "nothing changed"
    printed = health.printed(changed)
    rest = [f"{printed.other} other documents"] if printed.other else []
    return ", ".join([*printed.feeds, *rest])


def _print_visits(out: Console, config: Config, visits: tuple[Recorded, ...]) -> None:
    label = health.labels(config)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("source", "outcome"):
        table.add_column(name)
    for name in ("status", "kB", "new", "changed", "held"):
        table.add_column(name, justify="right")
    notes = []
    for recorded in sorted(visits, key=lambda r: (r.visit.source_id, r.visit.feed_key)):
        name = label[recorded.visit.source_id, recorded.visit.feed_key]
        table.add_row(name, *_row(recorded))
        notes += _notes(name, recorded)
    out.print(table)
    for note in notes:
        out.print(note, soft_wrap=True)
    total = health.tally(visits)
    out.print(
        f"{total.visits} visits: {total.new} new, {total.changed} changed, {total.held} held, "
        f"{total.unchanged} unchanged, {total.failed} failed",
        highlight=False,
    )


def _row(recorded: Recorded) -> tuple[str | Text, ...]:
    visit = recorded.visit
    style = {Outcome.FAILED: "red", Outcome.CHANGED: "green"}.get(visit.outcome, "")
    return (
        Text(str(visit.outcome), style=style),
        str(visit.status or ""),
        f"{visit.received / 1000:.0f}" if visit.received else "",
        str(recorded.new or ""),
        str(recorded.changed or ""),
        str(recorded.held or ""),
    )


def _notes(name: str, recorded: Recorded) -> list[Text]:
    """Say below the table, where there is room, what went wrong and what was mended."""
    visit = recorded.visit
    notes = [(visit.failure.message, "red")] if visit.failure else []
    notes += [(flaw, "yellow") for flaw in visit.flaws]
    if visit.state.stopped:
        notes.append((visit.state.stopped, "red"))
    if not recorded.accepted:
        notes.append((f"not recorded: {recorded.reason}", "red"))
    return [Text(f"{name}: {note}", style=style) for note, style in notes]
