"""The commands about one article: take it by hand, tell all that is known of it. Act."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from aggregator.cli.app import app, config_of, out
from aggregator.config import Config
from aggregator.desk.saying import name_of, say_who_publishes
from aggregator.explaining import STEPS, run_until
from aggregator.explaining import explain as tell
from aggregator.model import Ruling
from aggregator.pipeline import utc_now
from aggregator.submitting import Request, Submitted
from aggregator.submitting import submit as take


@app.command()
def submit(  # noqa: PLR0913, PLR0917 - one a choice on the command line
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The address of the article's own page.")],
    editions: Annotated[
        list[str] | None,
        typer.Option("--edition", help="It is meant for this edition: check the language."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Whose it is: a source's id, or an outlet's name."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The language that it is in: en, fr, ar, kmr, ckb.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Show it under this title.")] = None,
    publish: Annotated[
        bool,
        typer.Option("--publish/--queue", help="Straight out, or into the queue for another."),
    ] = False,
    who: Annotated[str | None, typer.Option(help="Who submits it. Default: you.")] = None,
    why: Annotated[str, typer.Option(help="Why; kept with it.")] = "",
) -> None:
    """Take one article by hand: fetch its page, and put it into the queue or publish it."""
    config = config_of(context)
    request = Request(
        url=url,
        who=name_of(who),
        why=why,
        editions=tuple(editions or ()),
        source=source,
        language=language,
        title=title,
        publish=publish,
    )
    _print_submitted(asyncio.run(take(config, request, clock=utc_now)))
    if publish:
        say_who_publishes(config)


@app.command()
def explain(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID|URL|FILE",
            help="An entry's number, id, guid or address; with --until a feed's document.",
        ),
    ],
    until: Annotated[
        str | None,
        typer.Option(metavar="STEP", help=f"Run a document up to a step: {', '.join(STEPS)}."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="With --until: read it as this source of feeds.yaml.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")] = False,
) -> None:
    """Tell all that is known of one entry, or show what a step makes of a document."""
    if until is not None and until not in STEPS:
        raise typer.BadParameter(f"there is no step '{until}'; there are: {', '.join(STEPS)}")
    if until is not None:
        config = _config_or_none(context)
        asyncio.run(
            run_until(until, what, config=config, source_id=source, now=utc_now(), as_json=as_json)
        )
        return
    if source is not None:
        raise typer.BadParameter("--source says as which source --until reads a document")
    try:
        found = tell(config_of(context), what, now=utc_now(), as_json=as_json)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    if not found:
        raise typer.Exit(1)


def _config_or_none(context: typer.Context) -> Config | None:
    """Read feeds.yaml, if there is one; one that was named must be there."""
    named = context.parent is not None and context.parent.get_parameter_source("config")
    usual = getattr(named, "name", "") == "DEFAULT"
    return None if usual and not context.obj.exists() else config_of(context)


def _print_submitted(done: Submitted) -> None:
    entry, number = done.entry, done.entry_id
    names = ", ".join(person.name for person in entry.byline) or "no byline"
    day = entry.published.strftime("%d.%m.%Y") if entry.published else "no date"
    kind = "known by submitted articles alone" if done.outlet else "of feeds.yaml"
    shown = "; ".join((str(done.allowance.extent), *done.allowance.reasons))
    where = ", ".join(done.editions) or "no edition shows this language yet"
    if done.ruling is Ruling.PUBLISH:
        end = f"Entry {number} is to be published ({where})."
    else:
        end = f"Entry {number} waits ({where}): `aggregator queue approve {number}` publishes it."
    for line in (
        Text(entry.title, style="bold"),
        Text(f"{day} · {names} · {entry.language or 'language in doubt'}"),
        Text(f"Source: {done.source.name} ({done.source.id}, {kind})"),
        Text(f"Shown of it: {shown}"),
        *(Text(f"note: {note}", style="yellow") for note in done.notes),
        Text(end),
    ):
        out.print(line, soft_wrap=True)
