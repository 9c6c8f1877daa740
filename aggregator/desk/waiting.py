"""What waits for a person, and one entry as an editor needs to see it. Acts (reads the store)."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aggregator.config import Config
from aggregator.desk.saying import iso, opened, print_json
from aggregator.finding import find_entry
from aggregator.pipeline import utc_now
from aggregator.store import Dossier, Held
from aggregator.text.html import plain


def print_queue(config: Config, *, source: str | None, limit: int, as_json: bool) -> None:
    """Print what waits for a person, the newest first."""
    with opened(config) as store:
        waiting = store.queue(source_id=source, limit=limit)
        delayed = store.delayed(utc_now(), source_id=source, limit=limit)
        total = store.held(source)
    if as_json:
        print_json([_facts(held) for held in (*waiting, *delayed)])
        return
    out = Console()
    _print_held(out, waiting, total=total, source=source)
    if delayed:
        out.print("\nThese appear by themselves, unless you reject them before:", soft_wrap=True)
        table = _table("appears at")
        for one in delayed:
            when = "" if one.publish_at is None else f"{one.publish_at:%Y-%m-%d %H:%M} UTC"
            table.add_row(*_cells(one), when)
        out.print(table)


def _print_held(out: Console, waiting: Sequence[Held], *, total: int, source: str | None) -> None:
    if not waiting:
        out.print("Nothing waits." if source is None else f"Nothing of {source} waits.")
        return
    table = _table("why it waits")
    for held in waiting:
        table.add_row(*_cells(held), Text("; ".join(held.causes)))
    out.print(table)
    more = f"the newest {len(waiting)} of {total}. " if total > len(waiting) else ""
    out.print(
        f"{more}Look at one with `aggregator queue show {waiting[0].entry_id}`, then approve or "
        "reject it.",
        highlight=False,
        soft_wrap=True,
    )


def _table(last: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (("entry", "right"), ("source", "left"), ("language", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("title")
    table.add_column(last)
    return table


def _cells(held: Held) -> tuple[str, str, str, Text]:
    return str(held.entry_id), held.source_id, held.entry.language or "?", Text(held.entry.title)


def _facts(held: Held) -> dict[str, object]:
    return {
        "entry": held.entry_id,
        "source": held.source_id,
        "title": held.entry.title,
        "link": held.entry.link,
        "language": held.entry.language,
        "reasons": list(held.reasons),
        "seen": iso(held.seen),
        "edited": held.edits is not None,
        "published_before": held.emitted,
        "publish_at": None if held.publish_at is None else iso(held.publish_at),
    }


def print_entry(config: Config, what: str) -> None:
    """Print one entry as an editor needs to see it.

    Raises:
        LookupError: see `find_entry`.
    """
    with opened(config) as store:
        dossier = store.dossier(find_entry(store, config, what))
    assert dossier is not None
    out = Console()
    for name, value in _lines(dossier):
        out.print(Text.assemble((f"{name:12}", "bold"), value), soft_wrap=True)
    entry = dossier.entry
    for text in (entry.standfirst, plain(entry.body)):
        if text:
            out.print()
            out.print(Text(text), soft_wrap=True)


def _lines(dossier: Dossier) -> Iterator[tuple[str, str]]:
    entry, read = dossier.entry, dossier.read
    yield "entry", str(dossier.entry_id)
    yield "source", dossier.source_id
    yield "title", entry.title
    if entry.title != read.title:
        yield "", f"its publisher wrote: {read.title}"
    yield "address", entry.link or "none"
    yield "language", f"{dossier.language or 'in doubt'} ({entry.language_reason})"
    yield "categories", ", ".join(entry.categories) or "none"
    yield (
        "date",
        f"{dossier.published:%Y-%m-%d %H:%M %z}; read {dossier.first_seen:%Y-%m-%d %H:%M}",
    )
    reasons = "; ".join(dossier.verdict.reasons)
    yield "ruling", f"{dossier.verdict.ruling}{': ' if reasons else ''}{reasons}"
    for one in dossier.rulings:
        deed = "edited" if one.edits is not None else one.ruling
        yield "", f"{one.at:%Y-%m-%d %H:%M} {one.who}: {deed}: {one.why}"
    if dossier.publish_at is not None:
        yield "waits until", f"{dossier.publish_at:%Y-%m-%d %H:%M}"
    if dossier.takedown is not None:
        down = dossier.takedown
        yield "taken down", f"{down.taken:%Y-%m-%d %H:%M} by {down.who} (T{down.id}): {down.why}"
    if dossier.withdrawn_why is not None:
        yield "withdrawn", f"by its publisher: {dossier.withdrawn_why}"
    if dossier.emission is not None:
        yield "published", f"{dossier.emission.emitted:%Y-%m-%d %H:%M} as {dossier.emission.id}"
    if dossier.shown_by is not None:
        yield "shown by", f"entry {dossier.shown_by}, which tells the same story"
