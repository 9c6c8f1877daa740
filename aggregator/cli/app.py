"""What all commands share: the options before them, feeds.yaml, the terminal. Acts."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aggregator import __version__
from aggregator.config import Config, load
from aggregator.logs import configure_logs

app = typer.Typer(
    name="aggregator",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gathers news from the sources in feeds.yaml and republishes it, one feed per language.",
)
out = Console()
err = Console(stderr=True)


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


def config_of(context: typer.Context) -> Config:
    """Read feeds.yaml. Its warnings are told by `check`, and in the log of `run`."""
    path = context.obj
    assert isinstance(path, Path)
    return load(path)
