"""One pass over what is due: the command `update`. Acts."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Collection, Iterator

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from aggregator import health
from aggregator.config import Config
from aggregator.errors import StoreLocked
from aggregator.model import Outcome
from aggregator.pipeline import Journey, open_journey
from aggregator.store import Claim, Recorded
from aggregator.store.lock import hold

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
        The visits made. Beside a running daemon they are recorded and publishing is left to it.
    """
    with contextlib.ExitStack() as stack:
        publisher = None
        try:
            stack.enter_context(hold(config.store, purpose="update"))
        except StoreLocked as error:
            publisher = error
        async with open_journey(config) as (journey, _store):
            claims = journey.claim(_feeds(config), only=only, force=force)
            visits = await _visit_all(journey, claims, shown=not as_json)
            changed = () if publisher is not None else await journey.publish()
    if as_json:
        print(json.dumps(_report(visits, changed), ensure_ascii=False, indent=2))  # noqa: T201
    else:
        _print(visits, changed, publisher)
    return visits


def _feeds(config: Config) -> int:
    return sum(len(source.feeds) for source in config.sources)


async def _visit_all(
    journey: Journey, claims: tuple[Claim, ...], *, shown: bool
) -> tuple[Recorded, ...]:
    places = asyncio.Semaphore(journey.config.network.concurrency)
    with _progress(len(claims), shown=shown and sys.stderr.isatty()) as advance:

        async def visit(claim: Claim) -> Recorded:
            async with places:
                recorded = await journey.visit(claim)
            log.debug("visit", **health.visit_line(recorded))
            advance(recorded)
            return recorded

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(visit(claim)) for claim in claims]
    return tuple(task.result() for task in tasks)


@contextlib.contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[Recorded], None]]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not shown
    ) as bar:
        task = bar.add_task("polling", total=total)
        yield lambda recorded: bar.update(task, advance=1, description=recorded.visit.source_id)


def _report(visits: tuple[Recorded, ...], changed: tuple[str, ...]) -> dict[str, object]:
    return {"visits": [health.visit_line(v) for v in visits], "published": list(changed)}


def _print(
    visits: tuple[Recorded, ...], changed: tuple[str, ...], publisher: StoreLocked | None
) -> None:
    out = Console()
    if not visits:
        out.print("Nothing is due. `aggregator list` shows when; `update --all` asks them now.")
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("source", "outcome"):
            table.add_column(name)
        for name in ("status", "kB", "new", "changed"):
            table.add_column(name, justify="right")
        notes = []
        for recorded in sorted(visits, key=lambda r: (r.visit.source_id, r.visit.feed_key)):
            table.add_row(*_row(recorded))
            notes += _notes(recorded)
        out.print(table)
        for note in notes:
            out.print(note, soft_wrap=True)
        total = health.tally(visits)
        out.print(
            f"{total.visits} visits: {total.new} new, {total.changed} changed, "
            f"{total.unchanged} unchanged, {total.failed} failed",
            highlight=False,
        )
    if publisher is not None:
        out.print(f"Publishing is left to the running daemon (pid {publisher.pid}).")
    else:
        out.print("published: " + (", ".join(changed) or "nothing changed"), highlight=False)


def _row(recorded: Recorded) -> tuple[str | Text, ...]:
    visit = recorded.visit
    style = {Outcome.FAILED: "red", Outcome.CHANGED: "green"}.get(visit.outcome, "")
    return (
        visit.source_id,
        Text(str(visit.outcome), style=style),
        str(visit.status or ""),
        f"{visit.received / 1000:.0f}" if visit.received else "",
        str(recorded.new or ""),
        str(recorded.changed or ""),
    )


def _notes(recorded: Recorded) -> list[Text]:
    """Say below the table, where there is room, what went wrong and what was mended."""
    visit = recorded.visit
    notes = [(visit.failure.message, "red")] if visit.failure else []
    notes += [(flaw, "yellow") for flaw in visit.flaws]
    if visit.state.stopped:
        notes.append((visit.state.stopped, "red"))
    if not recorded.accepted:
        notes.append((f"not recorded: {recorded.reason}", "red"))
    return [Text(f"{visit.source_id}: {note}", style=style) for note, style in notes]
