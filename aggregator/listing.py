"""How every source fares: the command `list`. Acts (reads the store)."""

import json
from collections.abc import Collection
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator import health
from aggregator.config import Config
from aggregator.gather import schedule
from aggregator.judge import rights
from aggregator.model import Feed, FeedState, Source
from aggregator.pipeline import utc_now
from aggregator.store import FeedRow, Store


def print_sources(config: Config, *, only: Collection[str] | None, as_json: bool) -> None:
    """Print the sources of feeds.yaml with what the store knows of their feeds.

    Raises:
        StoreError: the database cannot be used.
    """
    now = utc_now()
    with Store.open(config.store, now=now, check=False) as store:
        known = {(row.source_id, row.feed_key): row for row in store.feeds(now)}
    label = health.labels(config)
    rows = [
        (source, feed, known.get((source.id, feed.key)))
        for source in (*config.sources, *config.disabled)
        if only is None or source.id in only
        for feed in source.feeds
    ]
    if as_json:
        report = [_facts(*row, now) for row in rows]
        print(json.dumps(report, ensure_ascii=False, indent=2))  # noqa: T201
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", no_wrap=True, overflow="ignore")
    for name in ("language", "rights"):
        table.add_column(name)
    table.add_column("entries", justify="right")
    table.add_column("held", justify="right")
    table.add_column("last success, UTC")
    table.add_column("state")
    notes = []
    for source, feed, row in rows:
        name = label[source.id, feed.key]
        said, _, reason = schedule.describe(_state(source, row), now).partition(": ")
        if source in config.disabled:
            said, reason = "disabled", ""
        table.add_row(name, *_cells(source, row, said, now))
        if row is not None and row.held_until is not None:
            reason += f"; its host asked for a pause until {row.held_until:%Y-%m-%d %H:%M} UTC"
        if reason:
            notes.append(f"{name}: {reason.removeprefix('; ')}")
    out = Console()
    out.print(table, soft_wrap=not out.is_terminal)
    for note in notes:
        out.print(Text(note, style="red"), soft_wrap=True)
    if held := sum(row.held for _, _, row in rows if row is not None):
        wait = "entry waits" if held == 1 else "entries wait"
        out.print(f"{held} {wait} for a person: `aggregator queue list`", highlight=False)
    listed = {source.id: source for source, _, _ in rows}
    for warning in rights.warnings(listed.values(), now):
        out.print(Text(warning, style="yellow"), soft_wrap=True)


def _state(source: Source, row: FeedRow | None) -> FeedState:
    return row.state if row else FeedState(source_id=source.id)


def _cells(
    source: Source, row: FeedRow | None, said: str, now: datetime
) -> tuple[str | Text, ...]:
    state = _state(source, row)
    style = "red" if state.stopped or state.failures > 2 else "yellow" if state.failures else ""
    success = f"{state.last_success:%Y-%m-%d %H:%M}" if state.last_success else "never"
    return (
        source.language or "-",
        str(rights.standing(source.rights, now=now).allows),
        str(row.entries if row else 0),
        str(row.held or "") if row else "",
        success,
        Text(said, style=style),
    )


def _facts(source: Source, feed: Feed, row: FeedRow | None, now: datetime) -> dict[str, object]:
    state = _state(source, row)
    held = rights.standing(source.rights, now=now)
    return {
        "source": source.id,
        "feed": feed.key,
        "name": source.name,
        "url": schedule.current_url(feed, state) or feed.candidates[0],
        "language": source.language,
        "rights": str(held.allows),
        "images": str(held.images),
        "translate": held.translate,
        "status": source.rights.status and str(source.rights.status),
        "granted": source.rights.granted and source.rights.granted.isoformat(),
        "expires": source.rights.expires and source.rights.expires.isoformat(),
        "rights_warnings": list(rights.warnings((source,), now)),
        "entries": row.entries if row else 0,
        "held": row.held if row else 0,
        "visits": row.visits if row else 0,
        "last_visit": _iso(state.last_visit),
        "last_success": _iso(state.last_success),
        "next_due": _iso(state.next_due),
        "failures": state.failures,
        "failure": state.failure,
        "stopped": state.stopped,
        "moved_to": state.moved_to,
        "held_until": _iso(row.held_until) if row else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
