"""The editors' commands: the queue, takedowns. Act."""

import sys
from typing import Annotated

import typer

from aggregator.cli.app import app, config_of
from aggregator.config import Config
from aggregator.desk import deciding, removing, waiting
from aggregator.model import Edits, Ruling

queue = typer.Typer(no_args_is_help=True, help="What waits for a person: look, decide, edit.")
app.add_typer(queue, name="queue")

_NAMED = "An entry's number, id, guid or address; the address of its page on the site works, too."
Entry = Annotated[str, typer.Argument(metavar="ID|URL", help=_NAMED)]
Entries = Annotated[list[str] | None, typer.Argument(metavar="ID|URL...", help=_NAMED)]
Who = Annotated[str | None, typer.Option(help="Who decides. Default: the user's name.")]
Why = Annotated[str, typer.Option(help="Why; it is kept with the decision.")]
Reason = Annotated[str, typer.Option(help="Why; the log shows it.")]
OfSource = Annotated[str | None, typer.Option(help="Of this source alone.")]
All = Annotated[bool, typer.Option("--all", help="All that waits (of a source: --source).")]
Title = Annotated[str | None, typer.Option(help="In place of the publisher's.")]
Standfirst = Annotated[str | None, typer.Option(help='In place of the publisher\'s; "" for none.')]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="In place of the publisher's; once for each."),
]
Language = Annotated[str | None, typer.Option(help="The language it is in: en, fr, kmr, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@queue.command("list")
def list_queue(
    context: typer.Context,
    source: OfSource = None,
    limit: Annotated[int, typer.Option(min=1, help="So many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what waits for a person, and why."""
    config = config_of(context)
    _check_source(config, source)
    waiting.print_queue(config, source=source, limit=limit, as_json=as_json)


@queue.command()
def show(context: typer.Context, entry: Entry) -> None:
    """Show one entry: its text, what is known of it, what was decided."""
    config = config_of(context)
    try:
        waiting.print_entry(config, entry)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None


@queue.command()
def approve(  # noqa: PLR0913, PLR0917 - one a choice on the command line
    context: typer.Context,
    entries: Entries = None,
    source: OfSource = None,
    everything: All = False,
    title: Title = None,
    standfirst: Standfirst = None,
    category: Categories = None,
    language: Language = None,
    why: Why = "approved",
    who: Who = None,
) -> None:
    """Let entries be published, edited where something is given. Later visits do not undo it."""
    config = config_of(context)
    edits = _edits(config, title, standfirst, category, language)
    if edits is not None and everything:
        raise typer.BadParameter("with --all nothing can be edited; name the entries")
    if len(entries or ()) > 1 and (title is not None or standfirst is not None):
        raise typer.BadParameter("a title or standfirst is one entry's; name only that one")
    _rule(config, entries, source, everything, Ruling.PUBLISH, who=who, why=why, edits=edits)


@queue.command()
def reject(
    context: typer.Context,
    why: Why,
    entries: Entries = None,
    source: OfSource = None,
    everything: All = False,
    who: Who = None,
) -> None:
    """Let entries not be published, or not any more. Later visits do not undo it."""
    config = config_of(context)
    _rule(config, entries, source, everything, Ruling.DROP, who=who, why=why, edits=None)


@queue.command()
def edit(  # noqa: PLR0913, PLR0917 - one a choice on the command line
    context: typer.Context,
    entry: Entry,
    why: Why,
    title: Title = None,
    standfirst: Standfirst = None,
    category: Categories = None,
    language: Language = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take all earlier edits back first.")
    ] = False,
    who: Who = None,
) -> None:
    """Put your words in the publisher's place, also of what is published. Updates keep them."""
    config = config_of(context)
    edits = _edits(config, title, standfirst, category, language)
    if edits is None and not undo:
        raise typer.BadParameter("say what to edit: --title, --standfirst, --category, --language")
    try:
        deciding.edit(config, entry, edits or Edits(), who=who, why=why, instead=undo)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None


@app.command()
def takedown(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(metavar="ID|URL|SOURCE", help="An entry, or a source's id."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; the log shows it.")] = None,
    who: Who = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False,
    log: Annotated[bool, typer.Option("--list", help="Show what was taken down.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --list: print JSON.")] = False,
) -> None:
    """Remove an article, or all of a source, everywhere, and keep it from coming back."""
    config = config_of(context)
    if log:
        removing.print_takedowns(config, as_json=as_json)
        return
    if what is None or not (reason or "").strip():
        raise typer.BadParameter("say what is taken down, and --reason why; or --list")
    source = removing.is_source(config, what)
    try:
        if source and not yes:
            _confirm(config, what)
        elif not yes and sys.stdin.isatty():
            typer.confirm(f"Take down {removing.told(config, what)}?", abort=True)
        removing.take_down(config, what, source=source, who=who, why=reason or "")
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None


@app.command()
def restore(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="TAKEDOWN|ID|URL|SOURCE", help="A takedown (T3), an entry or a source's id."
        ),
    ],
    reason: Reason,
    who: Who = None,
) -> None:
    """Undo a takedown: what it hid is shown again, under the ids it had."""
    try:
        removing.restore(config_of(context), what, who=who, why=reason)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None


def _rule(
    config: Config,
    entries: list[str] | None,
    source: str | None,
    everything: bool,  # noqa: FBT001
    ruling: Ruling,
    *,
    who: str | None,
    why: str,
    edits: Edits | None,
) -> None:
    _check_source(config, source)
    if bool(entries) == everything or (source is not None and not everything):
        raise typer.BadParameter(
            "name the entries, or write --all; --source S --all for all that waits of a source"
        )
    if everything:
        deciding.rule_on_all(config, source, ruling, who=who, why=why)
        return
    try:
        deciding.rule(config, entries or (), ruling, who=who, why=why, edits=edits)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None


def _edits(
    config: Config,
    title: str | None,
    standfirst: str | None,
    category: list[str] | None,
    language: str | None,
) -> Edits | None:
    if (wrong := deciding.wrong_language(config, language)) is not None:
        raise typer.BadParameter(wrong)
    edits = Edits(
        title=title,
        standfirst=standfirst,
        categories=tuple(category) if category else None,
        language=language,
    )
    return None if edits == Edits() else edits


def _check_source(config: Config, source: str | None) -> None:
    if source is not None and not removing.is_source(config, source):
        raise typer.BadParameter(f"no source '{source}'; `aggregator list` shows the ids")


def _confirm(config: Config, source: str) -> None:
    count = removing.count_entries(config, source)
    told = f"all {count} entries of {source}, and all that it will still bring"
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"this takes down {told}; say --yes if you mean it")
    typer.confirm(f"Take down {told}?", abort=True)
