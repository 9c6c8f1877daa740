"""The demo: a small world that lives, the daemon on it, and its site to look at. Acts."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import structlog
from rich.console import Console
from rich.text import Text

from aggregator import daemon
from aggregator.config import Config, load
from aggregator.demo.server import HOST, Playing, clock
from aggregator.demo.stories import STEP, Station, operator_pages, same_stories, stations
from aggregator.errors import AggregatorError
from aggregator.model import Outcome, Visit
from aggregator.serve import App, ServeError, make_app, serving_in_thread
from aggregator.showing import showing
from aggregator.store import Recorded
from aggregator.update import update

EDITIONS: Final = ("en", "fr", "ku", "kmr", "ckb", "ar")
INTERVAL: Final = "8s"
FEEDS: Final = frozenset({"atom.xml", "rss20.xml", "feed.json"})


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
        """Write the feeds.yaml of this world into `folder`, and its `pages` beside it.

        JSON is YAML: the strings need no care of ours.

        Returns:
            The path of feeds.yaml.
        """
        (folder / "pages").mkdir(exist_ok=True)
        for name, text in operator_pages():
            (folder / "pages" / name).write_text(text, encoding="utf-8")
        origins = [(player.station, player.origin) for player in self.players]
        settings = {
            "site": {
                "title": "Demo Center",
                "url": url,
                "owner_name": "The Demo Center",
                "owner_email": "desk@demo-center.example",
            },
            "store": "store/aggregator.db",
            "publish": {"to": "store/public", "entries": 40, "search": True},
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
            "translations": same_stories(origins),
        }
        path = folder / "feeds.yaml"
        path.write_text(json.dumps(settings, ensure_ascii=False, indent=2), encoding="utf-8")
        return path


async def run_demo(*, once: bool, port: int) -> None:
    """Play the world, run the daemon on it and show its site.

    Args:
        once: make one pass over the sources and end, for scripts; nothing listens then.
        port: where the site is shown on 127.0.0.1; 0 for any free one.

    Raises:
        AggregatorError: something else is at the port.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))  # errors only
    out = Console(highlight=False, soft_wrap=True)
    with (
        tempfile.TemporaryDirectory(prefix="aggregator-demo-") as name,
        World().playing() as world,
    ):
        folder = Path(name)
        out.print(Text(f"{len(world.players)} bundled sources are playing on {HOST}."))
        if once:
            config = load(world.write_config(folder, f"http://{HOST}:{port or 8080}"))
            await update(config, only=None, force=False, as_json=False)
            _tell_published(out, config)
            return
        with shown(world, folder, port) as config:
            _tell_what_to_try(out, config.site.url)
            await _live(out, world, config)


class _Stage:
    """Answers with an application that may be changed while it is served."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextlib.contextmanager
def shown(world: World, folder: Path, port: int) -> Iterator[Config]:
    """Write the world's feeds.yaml into `folder` and show its site while the body runs.

    The site's address stands in feeds.yaml, so the port is taken first.

    Raises:
        AggregatorError: something else is at the port.
    """
    stage = _Stage(make_app(folder / "store" / "public"))
    with contextlib.ExitStack() as stack:
        try:
            listening = stack.enter_context(serving_in_thread(stage, host=HOST, port=port))
        except ServeError as error:
            reason = getattr(error.__cause__, "strerror", None) or error
            raise AggregatorError(
                f"port {port} cannot be used ({reason}): is another demo running? "
                f"Choose another one: demo --port {port + 1}"
            ) from error
        config = load(world.write_config(folder, listening.origin))
        stage.app = showing(config)
        yield config


async def _live(out: Console, world: World, config: Config) -> None:
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


def _tell_what_to_try(out: Console, origin: str) -> None:
    out.print(Text(f"Look at {origin}/ - Ctrl-C ends the demo.", style="bold"))
    for what, where in (
        ("Subscribe in a feed reader", f"{origin}/ku/atom.xml"),
        ("The same of one language, source or category", f"{origin}/en/category/water/atom.xml"),
        ("Search", f"{origin}/en/search?q=water"),
        ("Search in Sorani, typed with Arabic letters", f"{origin}/ckb/search?q=كارەبا"),
    ):
        out.print(Text(f"  {what}:  {where}"))
    out.print(Text("Then watch: articles appear, and two are corrected within a minute."))


def _tell_published(out: Console, config: Config) -> None:
    """Count what was published: by edition, then the images of all."""
    for edition in config.editions:
        names = [path.name for path in (config.publish_to / edition.tag).rglob("*.*")]
        pages = sum(name.endswith(".html") for name in names)
        feeds = sum(name in FEEDS for name in names)
        out.print(Text(f"{edition.tag:<4} {pages:>3} pages, {feeds:>3} feeds  {edition.title}"))
    images = len(list((config.publish_to / "images").glob("*.*")))
    out.print(Text(f"{images} lead images were copied from sources that allow it."))
    out.print(
        Text("All of it was in a folder of its own, which is gone now; `demo` alone shows it.")
    )
