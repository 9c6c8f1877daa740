"""One process publishes at a time."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import StoreError, StoreLocked
from aggregator.store import Store
from aggregator.store.lock import hold

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from aggregator.store.lock import hold
with hold(sys.argv[1], purpose="run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def location(tmp_path):
    return str(tmp_path / "store" / "aggregator.db")


@pytest.fixture
def holder(location):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, location], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_is_refused_and_told_the_firsts_pid(location, holder):
    with pytest.raises(StoreLocked, match=f"`run`, pid {holder.pid}") as caught:
        hold(location, purpose="run").__enter__()
    assert caught.value.pid == holder.pid


def test_other_commands_work_beside_the_holder(location, holder):
    with Store.open(location, now=datetime(2026, 3, 1, tzinfo=UTC)) as store:
        assert store.generation() == 0


def test_the_lock_ends_with_its_process_however_that_ends(location, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold(location, purpose="run"):
        pass
    with hold(location, purpose="update"):
        pass


def test_a_lock_is_held_within_one_process_too(location):
    with hold(location, purpose="run"), pytest.raises(StoreLocked) as caught:
        hold(location, purpose="update").__enter__()
    assert caught.value.pid == os.getpid()


def test_a_forked_child_does_not_keep_the_lock(location):
    """The bounded child may outlive a daemon that is killed."""
    script = """
import os, sys, time
from aggregator.store.lock import hold
with hold(sys.argv[1], purpose="run"):
    child = os.fork()
    if child == 0:
        print("child", flush=True)
        time.sleep(60)
    time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script, location],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout.readline() == "child\n"
        process.kill()
        process.wait()
        with hold(location, purpose="run"):
            pass
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_holder_that_has_not_said_who_it_is_is_no_stumbling_block(location):
    path = Path(location).parent / "aggregator.lock"
    with hold(location, purpose="run"):
        path.write_text("")
        with pytest.raises(StoreLocked, match="just starting") as caught:
            hold(location, purpose="run").__enter__()
    assert caught.value.pid is None


def test_publishing_from_postgresql_is_refused_out_loud():
    with pytest.raises(StoreError, match="PostgreSQL is not supported yet"):
        hold("postgresql://host/news", purpose="run").__enter__()
