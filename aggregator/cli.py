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
from aggregator.model import Listen
from aggregator.pipeline import utc_now
from aggregator.press import furnish
from aggregator.preview import preview
from aggregator.serve import run as serve_app
from aggregator.showing import showing
from aggregator.store import Store
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


def _config(context: typer.Context) -> Config:
    """Read feeds.yaml. Its warnings are told by `check`, and in the log of `run`."""
    path = context.obj
    assert isinstance(path, Path)
    return load(path)


@app.command()
def run(context: typer.Context) -> None:
    """Poll and publish until told to stop (SIGTERM, Ctrl-C)."""
    config = _config(context)
    for warning in config.warnings:
        log.warning("feeds.yaml", message=warning)
    asyncio.run(run_daemon(config))


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
    furnish(config)  # so that mistakes in the theme and the operator's pages are told here too
    for warning in config.warnings:
        err.print(f"[yellow]warning:[/] {escape(warning)}", highlight=False, soft_wrap=True)
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
    # Without a feeds.yaml it works too; one that was named must be there.
    named = context.parent is not None and context.parent.get_parameter_source("config")
    usual = getattr(named, "name", "") == "DEFAULT"
    config = None if usual and not context.obj.exists() else _config(context)
    if config is not None:
        _known(config, [source] if source else None)
    asyncio.run(preview(document, config=config, source_id=source, as_json=as_json))


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[
        str | None,
        typer.Option(
            help="The address to listen on. Default: that of feeds.yaml, else 127.0.0.1."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port; 0: any. Default: that of feeds.yaml, else 8080."),
    ] = None,
) -> None:
    """Show what is published over HTTP, beside a running daemon."""
    config = _config(context)
    listen = config.listen or Listen()
    serve_app(
        showing(config),
        host=listen.host if host is None else host,
        port=listen.port if port is None else port,
        on_listening=lambda listening: log.info("serving", at=listening.origin),
    )


@app.command()
def backup(
    context: typer.Context,
    target: Annotated[
        Path | None, typer.Argument(help="The file to write. Default: backups/ beside the store.")
    ] = None,
) -> None:
    """Copy the store, as it is at this moment, also beside a running daemon."""
    config = _config(context)
    now = utc_now()
    if target is None:
        folder = Path(config.store).parent / "backups"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"aggregator-{now:%Y%m%d-%H%M%S}.db"
    with Store.open(config.store, now=now, check=False) as store:
        store.backup(target)
    out.print(str(target), highlight=False, soft_wrap=True)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Make one pass and end.")] = False,
    port: Annotated[int, typer.Option(help="Where the output is shown; 0: any.")] = 8080,
) -> None:
    """Run on a small world of bundled sources; output on 127.0.0.1."""
    asyncio.run(run_demo(once=once, port=port))


def _known(config: Config, sources: list[str] | None) -> None:
    known = {source.id for source in config.sources}
    disabled = {source.id for source in config.disabled}
    for name in sources or ():
        if name in disabled:
            raise typer.BadParameter(f"source '{name}' is disabled in {config.path}")
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
