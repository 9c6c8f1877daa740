"""Feed readers that people use, as scripted subscribers of the demo world.

A trial: each reader is used where it is installed (Debian: newsboat) and said to be missing where
it is not.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time

import pytest

from aggregator.config import load
from aggregator.demo.server import Showing
from aggregator.demo.world import EDITIONS, World
from aggregator.update import update

pytestmark = pytest.mark.trial

needs_newsboat = pytest.mark.skipif(
    shutil.which("newsboat") is None, reason="newsboat is not installed: this trial was not run"
)


class Subscribed:
    """The demo world, published and served."""

    def __init__(self, folder, world, showing):
        self.world, self.showing = world, showing
        self.path = world.write_config(folder, showing.origin)

    def publish(self, step):
        self.world.step = step
        asyncio.run(update(load(self.path), only=None, force=True, as_json=True))
        time.sleep(1.1)  # newsboat misses a second version within one second

    def statuses(self):
        answers = [status for path, status in self.showing.answers if path.endswith("atom.xml")]
        self.showing.answers.clear()
        return answers


@pytest.fixture
def subscribed(tmp_path, capsys):
    public = tmp_path / "store" / "public"
    public.mkdir(parents=True)
    with World().playing() as world, Showing(public, 0) as showing:
        yield Subscribed(tmp_path, world, showing)


class Newsboat:
    def __init__(self, folder, addresses):
        self.folder = folder
        (folder / "urls").write_text("".join(f"{address}\n" for address in addresses))
        (folder / "config").write_text("")

    def reload(self):
        files = [("-u", "urls"), ("-c", "cache.db"), ("-C", "config")]
        options = [part for flag, name in files for part in (flag, str(self.folder / name))]
        environment = {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        subprocess.run(
            ["newsboat", *options, "-x", "reload"], check=True, timeout=60, env=environment
        )

    def items(self):
        with sqlite3.connect(self.folder / "cache.db") as database:
            database.row_factory = sqlite3.Row
            rows = database.execute("select * from rss_item where deleted = 0").fetchall()
        database.close()
        return {row["guid"]: row for row in rows}


@needs_newsboat
def test_newsboat_subscribes_repolls_and_sees_a_correction_as_the_same_item(subscribed, tmp_path):
    subscribed.publish(step=0)
    home = tmp_path / "newsboat"
    home.mkdir()
    reader = Newsboat(home, [f"{subscribed.showing.origin}/{tag}/atom.xml" for tag in EDITIONS])
    reader.reload()
    first = reader.items()
    assert len(first) == 16
    assert all(row["title"] and row["author"] and row["pubDate"] for row in first.values())
    assert {"Berfîn Aslan", "ئاراس کەریم"} <= {row["author"] for row in first.values()}
    assert subscribed.statuses() == [200] * 4

    reader.reload()  # newsboat 2.21 keeps Last-Modified from its second visit on
    subscribed.statuses()
    reader.reload()
    assert subscribed.statuses() == [304] * 4
    assert set(reader.items()) == set(first)

    subscribed.publish(step=3)
    reader.reload()
    second = reader.items()
    assert set(first) < set(second), "new articles came, and no old one twice"
    changed = [key for key in first if first[key]["content"] != second[key]["content"]]
    assert any("eight thousand tonnes" in second[key]["content"] for key in changed)
    assert len({row["title"] for row in second.values()}) == len(second)
