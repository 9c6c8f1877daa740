"""The command `aggregator`. Acts: reads arguments, starts things, sets the exit status.

Exit status: 0 done, 1 ours (the store, a file that cannot be written), 2 the operator's
(feeds.yaml, the command line), 130 interrupted.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.markup import escape

from aggregator import __version__
from aggregator.config import Config, load, schema
from aggregator.daemon import run as run_daemon
from aggregator.demo.world import run_demo
from aggregator.errors import AggregatorError, ConfigError
from aggregator.listing import print_sources
from aggregator.logs import configure_logs
from aggregator.preview import preview
from aggregator.update import update as run_update

app = typer.Typer(
    name="aggregator",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gathers news from the sources in feeds.yaml and republishes it, one feed per language.",
)
out = Console()
err = Console(stderr=True)
log = structlog.get_logger()

SourceIds = Annotated[list[str] | None, typer.Argument(help="Source ids from feeds.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        out.print(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The file that says what to do.")
    ] = Path("feeds.yaml"),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more on standard error.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")
    ] = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print and exit.")
    ] = False,
) -> None:
    context.obj = config
    configure_logs("debug" if verbose else "warning" if quiet else "info")


def _config(context: typer.Context, *, logged: bool = False) -> Config:
    """Read feeds.yaml; say its warnings to a person, or in the daemon's log."""
    path = context.obj
    assert isinstance(path, Path)
    config = load(path)
    for warning in config.warnings:
        if logged:
            log.warning("feeds.yaml", message=warning)
        else:
            err.print(f"[yellow]warning:[/] {escape(warning)}", highlight=False, soft_wrap=True)
    return config


@app.command()
def run(context: typer.Context) -> None:
    """Poll and publish until told to stop (SIGTERM, Ctrl-C)."""
    asyncio.run(run_daemon(_config(context, logged=True)))


@app.command()
def update(
    context: typer.Context,
    sources: SourceIds = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every source now, due or not; conditionally, as ever.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make one pass over what is due, publish, and end."""
    config = _config(context)
    _known(config, sources)
    asyncio.run(run_update(config, only=sources, force=everything, as_json=as_json))


@app.command()
def check(
    context: typer.Context,
    print_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of feeds.yaml and end.")
    ] = False,
) -> None:
    """Read feeds.yaml and say what is wrong with it; start nothing."""
    if print_schema:
        print(json.dumps(schema(), indent=2, ensure_ascii=False))  # noqa: T201
        return
    config = _config(context)
    languages = sorted({code for edition in config.editions for code in edition.languages})
    out.print(
        f"{escape(str(config.path))}: {len(config.sources)} sources, "
        f"{len(config.editions)} editions ({', '.join(languages)}): no mistakes",
        highlight=False,
        soft_wrap=True,
    )


@app.command("list")
def list_sources(
    context: typer.Context, sources: SourceIds = None, as_json: AsJson = False
) -> None:
    """Show every source: how it fares, when it is next due, what is wrong with it."""
    config = _config(context)
    _known(config, sources)
    print_sources(config, only=sources, as_json=as_json)


@app.command()
def parse(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="URL|FILE", help="A feed.")],
    as_json: AsJson = False,
    source: Annotated[
        str | None, typer.Option(help="Read it as this source of feeds.yaml would be read.")
    ] = None,
) -> None:
    """Show the articles that a feed would become, with the reasons. Stores nothing."""
    path = context.obj
    config = _config(context) if path.exists() else None
    if config is not None:
        _known(config, [source] if source else None)
    asyncio.run(preview(document, config=config, source_id=source, as_json=as_json))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Make one pass and end.")] = False,
    port: Annotated[int, typer.Option(help="Where the output is shown; 0: any.")] = 8080,
) -> None:
    """Run on a small world of bundled sources; output on 127.0.0.1."""
    asyncio.run(run_demo(once=once, port=port))


def _known(config: Config, sources: list[str] | None) -> None:
    known = {source.id for source in config.sources}
    for name in sources or ():
        if name not in known:
            raise typer.BadParameter(
                f"no source '{name}' in {config.path}; `aggregator list` shows the ids"
            )


def main() -> None:
    """Run the command line; every error of ours is a sentence and an exit status."""
    try:
        app()
    except ConfigError as error:
        for line in error.lines():
            print(line, file=sys.stderr)  # noqa: T201 - exact lines, for editors to jump to
        sys.exit(2)
    except AggregatorError as error:
        err.print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
