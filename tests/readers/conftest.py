"""What feed readers subscribe to in their trials, and the story that each is followed through.

The program publishes the moments of `story.toml`, once for all trials: real sources on
loopback, real passes of `update`. Each trial has them shown one after another by
`aggregator.serve`, with one reader of the outside world subscribed, and tells what it did.
"""

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from html import unescape
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.demo.stories import Station
from aggregator.demo.world import World
from aggregator.model import Ruling
from aggregator.serve import make_app, serving_in_thread
from aggregator.store import Store
from aggregator.update import update

HERE = Path(__file__).parent
STORY = tomllib.loads((HERE / "story.toml").read_text(encoding="utf-8"))
DOCUMENTED = HERE.parent.parent / "docs" / "readers.md"


class Moment(IntEnum):
    """When a reader looks."""

    ADDED = 0
    NEW = 1
    CORRECTED = 2
    WITHDRAWN = 3
    NEXT = 4


# --- what is published ----------------------------------------------------------------------


class Center:
    """The published tree at each moment, and where it is shown."""

    def __init__(self, folder):
        self.folder = folder
        self.shown = folder / "shown"
        self.answers = []  # path and status of each
        self.world = World(tuple(map(_station, STORY["stations"])))

    def publish(self, origin):
        """Let the program do its work at every moment, and keep what it wrote."""
        self.origin = origin
        config = load(self.world.write_config(self.folder, origin))
        with self.world.playing():
            for moment in Moment:
                self.world.step = moment
                if moment is Moment.WITHDRAWN:
                    _withdraw(config.store)
                visits = asyncio.run(update(config, only=None, force=True, as_json=True))
                assert not [visit for visit in visits if visit.visit.failure]
                shutil.copytree(config.publish_to, self.folder / moment.name)

    def show(self, moment):
        """Show a moment's files: each whole at once and with its own date, as they were written."""
        kept = self.folder / Moment(moment).name
        for file in (path for path in kept.rglob("*") if path.is_file()):
            target = self.shown / file.relative_to(kept)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, self.folder / "part")
            (self.folder / "part").replace(target)

    def articles(self, moment):
        """Tell what each edition should show, by link: in the sources' words and not in ours."""
        withdrawn = STORY["withdrawn"] if moment >= Moment.WITHDRAWN else ()
        return {
            player.station.language: {
                player.origin + article.path: article
                for article in player.station.articles(moment, self.world.start)
                if article.guid not in withdrawn
            }
            for player in self.world.players
        }

    def take_statuses(self, name):
        """Tell how each edition's feed was answered since the last time."""
        asked = [(path.split("/")[1], status) for path, status in self.answers]
        assert {path.rpartition("/")[2] for path, _ in self.answers} <= {name}
        self.answers.clear()
        assert len(dict(asked)) == len(asked), "a feed was asked for twice in one visit"
        return dict(asked)


def _station(told):
    facts = {key: value for key, value in told.items() if key != "articles"}
    usual = {"declares": None, "behavior": "plain", "date_style": "rfc822", "copyright": None}
    usual |= {"utc_offset": timedelta(hours=3), "rights": {"allows": "excerpt"}}
    return Station(**(usual | facts), stories=tuple(told["articles"]))


def _withdraw(location):
    """Rule as an operator does who was asked to take articles down."""
    with contextlib.closing(sqlite3.connect(location)) as database:
        ids = dict(database.execute("select guid, id from entries").fetchall())
    now = datetime.now(UTC)
    with Store.open(location, now=now) as store:
        for guid in STORY["withdrawn"]:
            store.rule(ids[guid], Ruling.DROP, who="desk", why="the author asked", now=now)


@pytest.fixture(scope="session")
def center(tmp_path_factory):
    center = Center(tmp_path_factory.mktemp("center"))
    app = make_app(center.shown, on_answer=lambda *answer: center.answers.append(answer))
    with serving_in_thread(app) as listening:
        center.publish(listening.origin)
        yield center


# --- readers --------------------------------------------------------------------------------


@pytest.fixture
def run():
    """Run a reader's command, at home in a folder: UTC, no proxy, nothing of the user's."""

    def command(home, *words):
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "no_proxy": "*",
        }
        done = subprocess.run(
            [str(word) for word in words],
            env=environment,
            cwd=home,
            timeout=120,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return command


@pytest.fixture
def documented():
    """What docs/readers.md says of a reader and a format, by the heading of the column."""
    lines = [line for line in DOCUMENTED.read_text("utf-8").splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    table = [dict(zip(head, cells, strict=True)) for cells in rows]

    def row(reader, name):
        (found,) = (row for row in table if (row["reader"], row["feed"]) == (reader, name))
        return {key: said for key, said in found.items() if key not in {"reader", "feed"}}

    return row


@pytest.fixture
def follow(center):
    """Follow a reader through the story in one format; tell its habits as `documented` does.

    A reader has `poll()` and `items()`: a list of what it shows, each a dict of edition, link,
    title, author, date and text. A message that follows up on another has `reply`.
    """

    def story(name, make):
        trial = Trial(center, name, make)
        return {
            **trial.add(),
            **trial.see_what_is_new(),
            "correction": trial.correct(),
            "withdrawal": trial.withdraw(),
            "304 after it": trial.go_on(),
        }

    return story


class Trial:
    """One reader, subscribed to every edition in one format."""

    def __init__(self, center, name, make):
        self.center, self.name = center, name
        center.show(Moment.ADDED)
        center.answers.clear()
        self.articles = center.articles(Moment.ADDED)
        self.reader = make({tag: f"{center.origin}/{tag}/{name}" for tag in self.articles})
        self.items = []

    def add(self):
        """Everything arrives, once and unharmed; then nothing is sent again.

        Returns which visit is the first that is answered 304, and how much of a text is shown
        that is published in full.
        """
        assert self.poll() == dict.fromkeys(self.articles, 200)
        self.check_all_there()
        visits = self.visits_until_unmodified()
        assert visits
        whole = any(
            "the price was left to the farmers" in item["text"].lower() for item in self.items
        )
        return {"304": f"from visit {visits + 1}", "text": "all" if whole else "the summary"}

    def see_what_is_new(self):
        """A new article is one item more.

        Returns how the reader shows what is unusual about the two.
        """
        new = self.one_more_each(Moment.NEW)
        self.check_all_there()
        assert self.visits_until_unmodified()
        names = self.articles["ku"][new["ku"]["link"]].byline
        named = tuple(name in new["ku"]["author"] for name in names)
        words = {(True, True): "both", (True, False): "the first", (False, True): "the last"}
        shown = new["en"]["title"].partition(" if ")[2].partition(" the ")[0]
        return {"two authors": words[named], "title with `a<b`": f"`{shown}`"}

    def correct(self):
        """Tell what a corrected title and text come to."""
        before, told = self.items, self.articles
        self.go_on_to(Moment.CORRECTED)
        habits = set()
        for tag, articles in self.articles.items():
            for link, article in articles.items():
                then = [item for item in before if item["link"] == link]
                now = [item for item in self.items if item["link"] == link]
                if article == told[tag][link]:
                    assert now == then, "nobody corrected this one"
                else:
                    habits.add(_correction(then, now, article))
        assert self.visits_until_unmodified()
        (habit,) = habits
        return habit

    def withdraw(self):
        """Tell what becomes of articles that are not published any more."""
        before, told = self.items, self.articles
        assert len(self.published(told)) == sum(map(len, told.values()))
        self.go_on_to(Moment.WITHDRAWN)
        assert len(self.published(told)) == sum(map(len, self.articles.values()))
        if self.name == "atom.xml":  # RFC 6721
            assert "deleted-entry" in (self.center.shown / "ku" / self.name).read_text("utf-8")
        assert [item for item in self.items if item not in before] == []
        links = {link for articles in self.articles.values() for link in articles}
        gone = [item for item in before if item["link"] not in links]
        missing = [item for item in before if item not in self.items]
        assert len(gone) == 2
        assert missing in ([], gone)
        return "goes" if missing else "stays"

    def go_on(self):
        """What was withdrawn does not come again with the next article.

        Returns when the reader is answered 304 again.
        """
        at_once = self.visits_until_unmodified()
        self.one_more_each(Moment.NEXT)
        assert self.visits_until_unmodified()
        return "at once" if at_once else "from the next article on"

    # --- parts ------------------------------------------------------------------------------

    def poll(self):
        self.reader.poll()
        self.items = self.reader.items()
        return self.center.take_statuses(self.name)

    def go_on_to(self, moment):
        """Only the feeds that changed are sent."""
        self.center.show(moment)
        self.articles = self.center.articles(moment)
        assert self.poll() == {"en": 200, "ku": 200, "fr": 304, "ar": 304}

    def published(self, articles):
        """List which articles stand in what is served just now.

        In XML a title that is HTML is escaped twice.
        """
        served = {tag: self.center.shown / tag / self.name for tag in articles}
        texts = {tag: unescape(file.read_text("utf-8")) for tag, file in served.items()}
        return [
            article.title
            for tag in articles
            for article in articles[tag].values()
            if article.title in unescape(texts[tag])
        ]

    def one_more_each(self, moment):
        """The two feeds that have a new article bring just that; return the new items."""
        before = self.items
        self.go_on_to(moment)
        assert [item for item in before if item not in self.items] == []
        new = [item for item in self.items if item not in before]
        assert sorted(item["edition"] for item in new) == ["en", "ku"]
        assert len(self.items) == len(before) + 2
        return {item["edition"]: item for item in new}

    def visits_until_unmodified(self):
        """Visit until every feed is answered 304, and see that nothing comes of it.

        Returns how many visits that took; None if they are sent every time.
        """
        before = self.items
        for visit in (1, 2, 3):
            statuses = self.poll()
            assert self.items == before
            assert set(statuses) == set(self.articles)
            if set(statuses.values()) == {304}:
                return visit
        return None

    def check_all_there(self):
        """Each article is one item, with title, author, date, link and text."""
        counted = Counter((item["edition"], item["link"]) for item in self.items)
        assert counted == Counter(
            (tag, link) for tag, articles in self.articles.items() for link in articles
        )
        for item in self.items:
            article = self.articles[item["edition"]][item["link"]]
            usual = "<" not in article.title
            assert (item["title"] if usual else unescape(item["title"])) == article.title
            assert any(name in item["author"] for name in article.byline)
            assert item["date"] == article.published
            assert article.standfirst in unescape(item["text"])


def _correction(then, now, article):
    (old,) = then
    if now == then:
        return "shows the first version"
    new = now[-1]
    assert (new["title"], new["author"]) == (article.title, old["author"])
    assert re.search("sixty thousand tonnes|سی و شەش یاریزان", new["text"])
    if len(now) == 1:
        return "shows the new version"
    assert now == [old, new]
    assert new["reply"]
    return "sends the new version as a reply"
