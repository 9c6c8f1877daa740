"""The commands that gather, publish and show. Act: start things."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.markup import escape

from aggregator.cli.app import app, config_of, err, out
from aggregator.config import Config, schema
from aggregator.daemon import run as run_daemon
from aggregator.demo.world import run_demo
from aggregator.judge.rights import warnings
from aggregator.listing import print_sources
from aggregator.model import Listen
from aggregator.pipeline import utc_now
from aggregator.press import furnish
from aggregator.preview import preview
from aggregator.serve import ServeError, serving_in_thread
from aggregator.serve import run as serve_app
from aggregator.serve.review import VARIABLE, Password, hashed
from aggregator.showing import reviewing, showing
from aggregator.store import Store
from aggregator.update import update as run_update

log = structlog.get_logger()

SourceIds = Annotated[list[str] | None, typer.Argument(help="Source ids from feeds.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def run(context: typer.Context) -> None:
    """Poll and publish until told to stop (SIGTERM, Ctrl-C)."""
    config = config_of(context)
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
    config = config_of(context)
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
    config = config_of(context)
    furnish(config)  # so that mistakes in the theme and the operator's pages are told here too
    due = warnings((*config.sources, *config.disabled), utc_now())
    for warning in (*config.warnings, *due):
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
    config = config_of(context)
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
    config = None if usual and not context.obj.exists() else config_of(context)
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
    """Show what is published over HTTP, and the review page, beside a running daemon."""
    config = config_of(context)
    listen = config.listen or Listen()
    with _reviewing(config):
        serve_app(
            showing(config),
            host=listen.host if host is None else host,
            port=listen.port if port is None else port,
            on_listening=lambda listening: log.info("serving", at=listening.origin),
        )


@contextlib.contextmanager
def _reviewing(config: Config) -> Iterator[None]:
    """Show the review page while the body runs, unless a daemon does."""
    if config.review is None:
        yield
        return
    password = Password.from_environment()
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store.open(config.store, now=utc_now(), check=False))
        app = reviewing(config, store, clock=utc_now, password=password)
        where = config.review
        try:
            listening = stack.enter_context(
                serving_in_thread(app, host=where.host, port=where.port)
            )
            log.info("reviewing", at=f"{listening.origin}/review/")
        except ServeError as error:
            log.warning("not-reviewing", message=f"{error}; a daemon may show the review page")
        yield


@app.command("hash-password")
def hash_password() -> None:
    """Ask for a password of the review page and print its hash, for the environment."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    print(f"{VARIABLE}='{hashed(password)}'")  # noqa: T201 - to be copied as it is


@app.command()
def backup(
    context: typer.Context,
    target: Annotated[
        Path | None, typer.Argument(help="The file to write. Default: backups/ beside the store.")
    ] = None,
) -> None:
    """Copy the store, as it is at this moment, also beside a running daemon."""
    config = config_of(context)
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
