"""kill -9 at random moments against the living demo world. Invariants:

every version ever read is well-formed and never missing; ids are unique and stable; whatever was
served is in the store after the restart; in the end nothing the sources published is lost.

AGGREGATOR_KILL_ROUNDS sets the number of rounds (the release check runs 200).
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from lxml import etree

from aggregator.config import load
from aggregator.demo.stories import UNSEEN
from aggregator.demo.world import EDITIONS, World
from aggregator.store import Store

ROUNDS = int(os.environ.get("AGGREGATOR_KILL_ROUNDS", "6"))
ATOM = "{http://www.w3.org/2005/Atom}"


class Reader(threading.Thread):
    """A subscriber that reads every feed again and again, and believes nothing."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self.root = root
        self.stopped = threading.Event()
        self.problems = []
        self.links = defaultdict(set)  # id -> links under which it was seen
        self.ids = defaultdict(set)  # link -> ids under which it was seen
        self.seen = set()
        self.versions = set()

    def run(self):
        appeared = set()
        while not self.stopped.wait(0.02):
            for tag in EDITIONS:
                path = self.root / tag / "atom.xml"
                try:
                    body = path.read_bytes()
                except FileNotFoundError:
                    if tag in appeared:
                        self.problems.append(f"{tag}: missing after it was there")
                    continue
                appeared.add(tag)
                if body not in self.versions:
                    self.versions.add(body)
                    self.check(tag, body)

    def check(self, tag, body):
        try:
            feed = etree.fromstring(body)
        except etree.XMLSyntaxError as error:
            self.problems.append(f"{tag}: not well-formed: {error}")
            return
        ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
        if len(ids) != len(set(ids)):
            self.problems.append(f"{tag}: an id stands twice")
        for entry in feed.findall(f"{ATOM}entry"):
            key = entry.findtext(f"{ATOM}id")
            link = entry.find(f"{ATOM}link[@rel='alternate']").get("href")
            self.seen.add(key)
            self.links[key].add(link)
            self.ids[link].add(key)


def start(path):
    command = [sys.executable, "-m", "aggregator", "-q", "-c", str(path), "run"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)


def published_ids(config):
    with Store.open(config.store, now=datetime.now(UTC)) as store:
        return {entry.id for entry in store.published(range(1, 1000))}


@pytest.mark.slow
def test_kill_9_at_random_moments_loses_nothing_and_repeats_nothing(tmp_path):
    chance = random.Random(20261124)
    with World().playing() as world:
        path = world.write_config(tmp_path, "http://127.0.0.1:8080", interval="1s")
        text = path.read_text().replace('"deadline": "10s"', '"deadline": "3s"')
        path.write_text(text)
        config = load(path)
        reader = Reader(config.publish_to)
        reader.start()
        for number in range(ROUNDS):
            world.step = min(5, number * 6 // max(1, ROUNDS))
            daemon = start(path)
            time.sleep(chance.uniform(0.3, 4.0))
            daemon.send_signal(signal.SIGKILL)
            errors = daemon.communicate()[1].decode()
            assert "Traceback" not in errors, errors
            if config.publish_to.exists():
                assert reader.seen <= published_ids(config), "served, but not in the store"
        world.step = 5
        _let_it_finish(path, world, config)
        reader.stopped.set()
        reader.join()
    assert reader.problems == []
    assert all(len(links) == 1 for links in reader.links.values())
    assert all(len(ids) == 1 for ids in reader.ids.values())
    assert len(reader.seen) == _expected(world)


def _let_it_finish(path, world, config):
    """A last life without a kill, until every claim of the dead has run out."""
    daemon = start(path)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(published_ids(config)) < _expected(world):
        time.sleep(0.5)
    time.sleep(3)
    began = time.monotonic()
    daemon.terminate()
    daemon.communicate(timeout=10)
    assert daemon.returncode == 0
    assert time.monotonic() - began < 5


def _expected(world):
    return sum(
        article.fate not in UNSEEN
        for player in world.players
        if player.station.behavior not in {"broken", "challenge"}
        for article in player.station.articles(world.step, world.start)
    )
