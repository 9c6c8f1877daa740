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
from aggregator.demo.desk import ReviewPage, review_page, take_down
from aggregator.demo.server import HOST, Playing, clock
from aggregator.demo.stories import STEP, Station, operator_pages, same_stories, stations
from aggregator.errors import AggregatorError, StoreError
from aggregator.model import Outcome, Visit
from aggregator.pipeline import utc_now
from aggregator.serve import App, ServeError, make_app, serving_in_thread
from aggregator.showing import showing
from aggregator.store import Recorded
from aggregator.update import update

EDITIONS: Final = ("en", "fr", "ku", "kmr", "ckb", "ar")
INTERVAL: Final = "8s"
FEEDS: Final = frozenset({"atom.xml", "rss20.xml", "feed.json"})
HAPPENINGS: Final = ("correction", "withdrawn", "taken_down")
RULE_FOR_ALL: Final = {"name": "opinions", "when": {"address": "opinion"}, "then": "hold"}
_TOLD: Final = {
    "copy": " - another outlet's story: it is shown once",
    "drop": " - a rule drops it",
    "hold": " - it waits on the review page",
    "late": " - it waits for half a minute",
    "excerpt": " - with agencies: an excerpt is shown",
}


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
        steps = [story[name]["step"] for story in stories for name in HAPPENINGS if name in story]
        return max((*steps, *(story.get("appears", 0) for story in stories)), default=0)

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
                name, title = player.station.name, f"“{story['title']}”"
                if story.get("appears", 0) == self.step:
                    told.append(f"{name} publishes {title}{_TOLD.get(story.get('fate', ''), '')}")
                if story.get("correction", {}).get("step") == self.step:
                    told.append(f"{name} corrects {title}")
                if story.get("withdrawn", {}).get("step") == self.step:
                    told.append(f"{name} takes {title} back, and its feed says so")
        return told

    def takedowns(self) -> list[tuple[str, str, str]]:
        """Tell what the demo's desk is to take down at this step: address, title, why."""
        return [
            (player.origin + story["path"], story["title"], story["taken_down"]["why"])
            for player in self.players
            for story in player.station.stories
            if story.get("taken_down", {}).get("step") == self.step
        ]

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
                    **player.station.settings,
                }
                for player in self.players
            ],
            "rules": [RULE_FOR_ALL],
            "takedowns": "public",
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
        with (
            shown(world, folder, port) as config,
            review_page(config, port=port and port + 1) as review,
        ):
            _tell_what_to_try(out, config.site.url, review)
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

    async with _time_passing(out, world, config):
        await daemon.run(config, on_visit=tell)


def _said(recorded: Recorded) -> str:
    visit: Visit = recorded.visit
    if visit.failure is not None:
        return f"{visit.failure.kind}: {visit.failure.message}"
    if visit.status == 304:
        return "304 not modified"
    if not (recorded.new or recorded.changed or visit.removals):
        return f"{visit.status}, nothing new"
    held = f", {recorded.held} held" if recorded.held else ""
    back = f", {len(visit.removals)} taken back" if visit.removals else ""
    return f"{visit.status}, {recorded.new} new, {recorded.changed} changed{held}{back}"


@contextlib.asynccontextmanager
async def _time_passing(out: Console, world: World, config: Config) -> AsyncIterator[None]:
    async def pass_time() -> None:
        while True:
            await asyncio.sleep(STEP.total_seconds())
            world.step += 1
            for happening in world.happenings():
                out.print(Text(f"          {happening}", style="bold cyan"))
            for address, title, why in world.takedowns():
                told = await asyncio.to_thread(_taken_down, config, address, title, why)
                out.print(Text(f"          {told}", style="bold magenta"))
            if world.step == world.last_step:
                out.print(Text("          The story is over; Ctrl-C ends the demo.", style="bold"))

    task = asyncio.create_task(pass_time())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _taken_down(config: Config, address: str, title: str, why: str) -> str:
    """Take an article down and say what came of it. In a thread: it waits for the database."""
    try:
        page = take_down(config, address, why=why, now=utc_now())
    except StoreError as error:
        return f"“{title}” was not taken down: {error}"
    where = f"; gone: {page}" if page else ""
    return f"The demo's desk takes “{title}” down: {why}{where}"


def _tell_what_to_try(out: Console, origin: str, review: ReviewPage) -> None:
    out.print(Text(f"Look at {origin}/ - Ctrl-C ends the demo.", style="bold"))
    for what, where in (
        ("Subscribe in a feed reader", f"{origin}/ku/atom.xml"),
        ("The same of one language, source or category", f"{origin}/en/category/water/atom.xml"),
        ("Search", f"{origin}/en/search?q=water"),
        ("Search in Sorani, typed with Arabic letters", f"{origin}/ckb/search?q=كارەبا"),
        ("Approve what waits for a person", review.url),
    ):
        out.print(Text(f"  {what}:  {where}"))
    out.print(Text(f"    any name, password  {review.password}  (of this run alone)"))
    out.print(Text("Then watch, for two minutes: articles appear, are corrected, taken back."))


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
