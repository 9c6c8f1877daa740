"""Several processes on one store, and processes that die."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.store import Store

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).parent / "writer.py"
KILLED = Path(__file__).parent / "killed.py"
ENTRIES = 10  # of each visit that the writer makes


def start(location, *, rounds, minutes=0):
    return subprocess.Popen(
        [sys.executable, str(WRITER), location, str(rounds), str(minutes)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def counted(output):
    return int(output.split()[-1]) if output.split() else 0


def assert_whole(store, now, recorded):
    """Every visit is there with all it brought, or not at all; none that was promised is lost."""
    feeds = store.feeds(now)
    assert sum(feed.visits for feed in feeds) >= recorded
    for feed in feeds:
        assert feed.entries == feed.visits * ENTRIES
    with store._database.reading() as connection:
        ask = connection.exec_driver_sql
        entries = dict(ask("SELECT source_id, count(*) FROM entries GROUP BY 1").all())
        assert entries == {feed.source_id: feed.entries for feed in feeds if feed.entries}
        total = sum(entries.values())
        assert ask("SELECT count(*) FROM revisions").scalar() == total
        assert ask("SELECT count(*) FROM keys").scalar() == 2 * total
        emitted = ask(
            "SELECT n.sequence, m.sequence FROM entries n FULL JOIN emissions m"
            " ON m.entry_id = n.id WHERE n.sequence IS NOT NULL OR m.sequence IS NOT NULL"
            if store._database.path is None
            else "SELECT n.sequence, m.sequence FROM emissions m"
            " LEFT JOIN entries n ON m.entry_id = n.id"
        ).all()
        assert all(one == other for one, other in emitted)
        assert sorted(one for one, _ in emitted) == list(range(1, len(emitted) + 1))


def test_several_processes_write_at_once_and_nothing_is_lost_or_made_twice(location):
    """From the first moment: the store is made by whoever comes first."""
    writers = [start(location, rounds=12) for _ in range(3)]
    results = [writer.communicate(timeout=120) for writer in writers]
    assert [
        (writer.returncode, error) for writer, (_, error) in zip(writers, results, strict=True)
    ] == [(0, "")] * 3
    with Store.open(location, now=None) as store:
        recorded = sum(counted(output) for output, _ in results)
        assert recorded > 12
        assert_whole(store, store.created, recorded)
        assert sum(feed.visits for feed in store.feeds(store.created)) == recorded


def test_the_same_new_sources_may_be_enrolled_by_several_at_once(location, world_of):
    """A daemon starts, and a command beside it."""
    ids = [f"source-{number:03}" for number in range(200)]
    start = threading.Barrier(4)

    def enroll():
        with Store.open(location, now=world_of.now) as store:
            start.wait(timeout=30)
            world_of(store).follow(*ids)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(enroll) for _ in range(4)]:
            done.result()
    with Store.open(location, now=world_of.now) as store:
        assert [feed.source_id for feed in store.feeds(store.created)] == ids


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_in_the_middle_of_recording_leaves_whole_visits(tmp_path, seed):
    chance = random.Random(seed)
    location = str(tmp_path / "aggregator.db")
    recorded = 0
    for minutes in (0, 10):
        writer = start(location, rounds=0, minutes=minutes)
        first = writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.3))
        writer.send_signal(signal.SIGKILL)
        output, error = writer.communicate()
        assert error == ""
        recorded += counted(first + output[: output.rfind("\n") + 1])
        with closing(sqlite3.connect(location)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        with Store.open(location, now=None) as store:
            now = store.created + timedelta(minutes=minutes)
            assert_whole(store, now, recorded)
            leased = [feed.source_id for feed in store.feeds(now) if feed.lease_until]
            claims = store.claim(now, limit=9, lease=timedelta(minutes=5), force=True)
            assert not {claim.state.source_id for claim in claims} & set(leased)
            later = store.claim(now + timedelta(minutes=5), limit=9, lease=timedelta(minutes=5))
            assert len(later) == 4


def test_a_kill_at_any_statement_of_recording_leaves_nothing_of_it(tmp_path):
    killed = subprocess.run(
        [sys.executable, str(KILLED), str(tmp_path / "aggregator.db")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *deaths, life = killed.stdout.splitlines()
    assert len(deaths) > 8
    assert set(deaths) == {"0 0 0 0"}
    assert life == "2 2 4 2"
