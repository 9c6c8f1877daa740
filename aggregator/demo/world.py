"""The demo: a small world that lives, the daemon on it, and its output to look at. Acts."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from html import escape
from pathlib import Path

import structlog
from rich.console import Console
from rich.text import Text

from aggregator import daemon
from aggregator.config import Config, load
from aggregator.demo.server import HOST, Playing, Showing, clock
from aggregator.demo.stories import STEP, Station, stations
from aggregator.errors import AggregatorError
from aggregator.model import Outcome, Visit
from aggregator.store import Recorded
from aggregator.update import update

EDITIONS = ("en", "fr", "ku", "ar")
INTERVAL = "8s"


class World:
    """The bundled sources on ports of their own, at a step of their life."""

    def __init__(self, bundled: tuple[Station, ...] | None = None) -> None:
        self.step = 0
        self.start = clock()
        self.players = tuple(
            Playing(station, self.start, lambda: self.step) for station in bundled or stations()
        )

    @property
    def last_step(self) -> int:
        """The step with the last happening."""
        stories = [story for player in self.players for story in player.station.stories]
        corrections = [story["correction"]["step"] for story in stories if "correction" in story]
        return max((*corrections, *(story.get("appears", 0) for story in stories)), default=0)

    @contextlib.contextmanager
    def playing(self) -> Iterator["World"]:
        """Serve while the body runs."""
        with contextlib.ExitStack() as stack:
            for player in self.players:
                stack.enter_context(player)
            yield self

    def happenings(self) -> list[str]:
        """Tell what is new in the world at this step."""
        told = []
        for player in self.players:
            for story in player.station.stories:
                if story.get("appears", 0) == self.step:
                    told.append(f"{player.station.name} publishes “{story['title']}”")
                if story.get("correction", {}).get("step") == self.step:
                    told.append(f"{player.station.name} corrects “{story['title']}”")
        return told

    def write_config(self, folder: Path, url: str, interval: str = INTERVAL) -> Path:
        """Write the feeds.yaml of this world into `folder` and return its path.

        JSON is YAML: the strings need no care of ours.
        """
        settings = {
            "site": {
                "title": "Demo Center",
                "url": url,
                "owner_name": "The Demo Center",
                "owner_email": "desk@demo-center.example",
            },
            "store": "store/aggregator.db",
            "publish": {"to": "store/public", "entries": 40},
            "editions": list(EDITIONS),
            "network": {
                "allow": [f"{HOST}:{player.port}" for player in self.players],
                "spacing": "0s",
                "deadline": "10s",
            },
            "defaults": {"interval": interval, "rights": {"allows": "excerpt"}},
            "sources": [
                {
                    "id": player.station.id,
                    "name": player.station.name,
                    "url": f"{player.origin}/feed",
                    "homepage": f"{player.origin}/",
                    "language": player.station.language,
                    "rights": player.station.rights,
                }
                for player in self.players
            ],
        }
        path = folder / "feeds.yaml"
        path.write_text(json.dumps(settings, ensure_ascii=False, indent=2), encoding="utf-8")
        return path


async def run_demo(*, once: bool, port: int) -> None:
    """Play the world, run the daemon on it and show its output.

    Args:
        once: make one pass over the sources and end, for scripts.
        port: where the output is shown on 127.0.0.1; 0 for any free one.
    """
    out = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="aggregator-demo-") as name:
        folder = Path(name)
        public = folder / "store" / "public"
        public.mkdir(parents=True)
        with World().playing() as world, _showing(public, port) as showing:
            config = load(world.write_config(folder, showing.origin))
            (public / "index.html").write_text(index(config), encoding="utf-8")
            out.print(Text(f"{len(world.players)} bundled sources are playing on {HOST}."))
            if once:
                await update(config, only=None, force=False, as_json=False)
                _tell_editions(out, config)
                return
            out.print(Text(f"Look at {showing.origin}/ - Ctrl-C ends the demo.", style="bold"))
            await _live(out, world, config)


def _showing(public: Path, port: int) -> Showing:
    """Show the output at the port.

    Raises:
        AggregatorError: something else is there.
    """
    try:
        return Showing(public, port)
    except OSError as error:
        raise AggregatorError(
            f"port {port} cannot be used ({error.strerror}): is another demo running? "
            f"Choose another one: demo --port {port + 1}"
        ) from error


async def _live(out: Console, world: World, config: Config) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    names = {source.id: source.name for source in config.sources}

    def tell(recorded: Recorded) -> None:
        visit = recorded.visit
        style = {Outcome.FAILED: "red", Outcome.CHANGED: "green"}.get(visit.outcome, "dim")
        time = visit.at.astimezone().strftime("%H:%M:%S")
        out.print(Text(f"{time}  {names[visit.source_id]:<24} {_said(recorded)}", style=style))

    async with _time_passing(out, world):
        await daemon.run(config, on_visit=tell)


def _said(recorded: Recorded) -> str:
    visit: Visit = recorded.visit
    if visit.failure is not None:
        return f"{visit.failure.kind}: {visit.failure.message}"
    if visit.status == 304:
        return "304 not modified"
    if not (recorded.new or recorded.changed):
        return f"{visit.status}, nothing new"
    return f"{visit.status}, {recorded.new} new, {recorded.changed} changed"


@contextlib.asynccontextmanager
async def _time_passing(out: Console, world: World) -> AsyncIterator[None]:
    async def pass_time() -> None:
        while True:
            await asyncio.sleep(STEP.total_seconds())
            world.step += 1
            for happening in world.happenings():
                out.print(Text(f"          {happening}", style="bold cyan"))
            if world.step == world.last_step:
                out.print(Text("          The story is over; Ctrl-C ends the demo.", style="bold"))

    task = asyncio.create_task(pass_time())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _tell_editions(out: Console, config: Config) -> None:
    for edition in config.editions:
        path = config.publish_to / edition.tag / "atom.xml"
        out.print(Text(f"{edition.tag}/atom.xml  {path.stat().st_size:>7} bytes  {edition.title}"))


def index(config: Config) -> str:
    """Write the page that names the feeds."""
    rows = "".join(
        f'<li><a href="{edition.tag}/atom.xml" hreflang="{edition.tag}"><bdi>'
        f"{escape(edition.title)}</bdi></a><br><code>{config.site.url}/{edition.tag}/atom.xml</code>"
        for edition in config.editions
    )
    links = "".join(
        f'<link rel="alternate" type="application/atom+xml" href="{edition.tag}/atom.xml"'
        f' title="{escape(edition.title)}">'
        for edition in config.editions
    )
    sources = "".join(
        f'<li><a href="{escape(source.homepage or "")}"><bdi>{escape(source.name)}</bdi></a> '
        f"<small>{source.language}, {source.rights.allows}</small>"
        for source in config.sources
    )
    return _PAGE.format(title=escape(config.site.title), links=links, rows=rows, sources=sources)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>{links}
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif }}
body {{ max-width: 42rem; margin: 2rem auto; padding: 0 1rem }}
li {{ margin-block: .5em }}
code, small {{ opacity: .7; overflow-wrap: anywhere }}
</style></head><body>
<h1>{title}</h1>
<p>One feed per language. Subscribe to an address in a feed reader and watch the terminal: articles
appear, and two of them are corrected within a minute.</p>
<ul>{rows}</ul>
<h2>Sources</h2>
<ul>{sources}</ul>
</body></html>
"""
