"""Visits, rulings and two publishers at the same time, on SQLite and on PostgreSQL."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest

from aggregator.model import ChangeKind, Picture, Ruling, Verdict
from aggregator.store import Store, emissions, outdated, rulings

ROUNDS = 25
NAMES = "abcdef"


def standing(store, sequences):
    """What documents show of entries, but for what a feed says of itself."""
    shown = {
        p.sequence: replace(p, source_meta=None, source_updated=None)
        for p in store.published(sequences)
    }
    places = store.placements(sequences)
    return {n: (shown.get(n), places.get(n)) for n in sequences}


class Crowd:
    """People and machines that share a store, each with a connection of their own."""

    def __init__(self, location, world_of):
        self.location = location
        self.world_of = world_of
        self.start = threading.Barrier(4)
        self.at_work = 2
        self.lock = threading.Lock()
        self.documents = {}

    def open(self):
        return Store.open(self.location, now=self.world_of.now, check=False)

    def visit(self):
        dice = random.Random(1)
        with self.open() as store:
            world = self.world_of(store)
            self.start.wait(timeout=30)
            for number in range(ROUNDS):
                entry = world.entry("wire", dice.choice(NAMES), title=f"Title {number}")
                known = world.known(entry)
                kind = ChangeKind.NEW if known is None else ChangeKind.MATERIAL
                verdict = Verdict(ruling=dice.choice((Ruling.PUBLISH, Ruling.HOLD)))
                entry_id = None if known is None else known.entry_id
                world.bring("wire", world.change(entry, kind, entry_id, verdict=verdict))
        self.at_work -= 1

    def rule(self):
        dice = random.Random(2)
        with self.open() as store:
            world = self.world_of(store)
            self.start.wait(timeout=30)
            for _ in range(ROUNDS):
                ids = world.rows("SELECT id FROM entries ORDER BY id")
                if ids:
                    (entry_id,) = dice.choice(ids)
                    ruling = dice.choice((Ruling.PUBLISH, Ruling.DROP))
                    store.rule(entry_id, ruling, who="Rojda", why="so", now=world.now)
        self.at_work -= 1

    def publish(self):
        with self.open() as store:
            world = self.world_of(store)
            self.start.wait(timeout=30)
            ending = False
            while not ending:
                ending = self.at_work == 0
                world.emit()
                while world.place(limit=2):
                    pass
                with self.lock:  # one of them writes documents at a time
                    seen = store.outdated()
                    self.documents |= standing(store, seen.sequences)
                    store.settle(seen.generation, "")


def test_no_change_is_kept_from_the_documents_and_no_ruling_is_undone(location, world_of):
    crowd = Crowd(location, world_of)
    with crowd.open() as store:
        world = world_of(store)
        world.follow("wire")
        with ThreadPoolExecutor(4) as pool:
            deeds = (crowd.visit, crowd.rule, crowd.publish, crowd.publish)
            for done in [pool.submit(deed) for deed in deeds]:
                done.result(timeout=120)
        emitted = [n for (n,) in world.rows("SELECT sequence FROM emissions ORDER BY 1")]
        assert emitted == list(range(1, len(emitted) + 1))
        assert emitted
        assert store.outdated().sequences == ()
        assert standing(store, emitted) == crowd.documents
        shown = [p.sequence for p in store.published(emitted)]
        assert [n for n in emitted if n not in shown] == [
            n for (n,) in world.rows("SELECT sequence FROM withdrawals ORDER BY 1")
        ]
        undone = world.rows(
            "SELECT n.id FROM entries n JOIN rulings r ON r.id = n.ruling_id"
            " WHERE n.ruling <> r.ruling"
        )
        assert undone == []
        last = dict(world.rows("SELECT entry_id, max(id) FROM rulings GROUP BY 1"))
        ruled = world.rows("SELECT id, ruling_id FROM entries WHERE ruling_id IS NOT NULL")
        assert dict(ruled) == last


DAM = "https://img.example/1.jpg"  # what leads the entries of these tests
COPY = Picture(path="images/1.jpg", media_type="image/jpeg", length=1, width=1, height=1)
COMMANDS = {
    "record": lambda w: w.correct(w.entry("wire", "one")),
    "rule": lambda w: w.rule(w.entry("wire", "one"), Ruling.DROP),
    "emit": lambda w: w.emit(),
    "place": lambda w: w.place(),
    "mark_sources": lambda w: w.store.mark_sources(["wire"]),
    "settle": lambda w: w.store.settle(w.store.generation(), ""),
    "want_pictures": lambda w: w.store.want_pictures([(DAM, 1)], w.now),
    "keep_picture": lambda w: w.store.keep_picture(DAM, COPY),
    "lost_pictures": lambda w: w.store.lost_pictures([COPY.path], w.now),
    "drop_picture": lambda w: w.store.drop_picture(DAM),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_whoever_changes_what_is_published_waits_for_who_does(location, world_of, name):
    """Else a change could be marked as older than what a publisher has seen, and be lost."""
    with Store.open(location, now=world_of.now) as one, Store.open(location, now=None) as two:
        world = world_of(one)
        world.follow("wire")
        world.bring("wire", *(world.change(world.entry("wire", name)) for name in ("one", "two")))
        world.emit()
        other = world_of(two)
        with ThreadPoolExecutor(1) as pool:
            with one._database.writing() as connection:
                outdated.lock(connection)
                waiting = pool.submit(COMMANDS[name], other)
                assert not wait([waiting], timeout=0.3).done
            waiting.result(timeout=30)


@pytest.mark.parametrize("deed", ["ruled", "emitted"])
def test_a_visit_sees_what_was_done_while_it_waited(location, world_of, deed):
    with Store.open(location, now=world_of.now) as one, Store.open(location, now=None) as two:
        world, other = world_of(one), world_of(two)
        world.follow("wire")
        entry = world.entry("wire", "one")
        world.bring("wire", world.change(entry))
        entry_id = world.known(entry).entry_id
        with ThreadPoolExecutor(1) as pool:
            with one._database.writing() as connection:
                words = {"who": "Rojda", "why": "so", "now": world.now}
                if deed == "ruled":
                    rulings.rule(connection, entry_id, Ruling.DROP, **words)
                else:
                    emissions.emit(connection, ["en"], now=world.now, mint=world.mint)
                waiting = pool.submit(other.correct, entry)
                assert not wait([waiting], timeout=0.5).done
            waiting.result(timeout=30)
        if deed == "ruled":
            assert world.known(entry).verdict.ruling is Ruling.DROP
        else:
            (published,) = world.shown()
            assert published.corrected == world.now
