"""What can befall a database, and what the operator is told."""

import contextlib
import os
import sqlite3
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from aggregator.errors import StoreError
from aggregator.store import Store, database, migrations

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path, empty_store):
    path = tmp_path / "aggregator.db"
    path.write_bytes(empty_store.read_bytes())
    return path


def fill(path):
    """Make the database some pages long."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = [(f"name {number}", "x" * 1000) for number in range(200)]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        connection.commit()


def overwrite(path, start, octets):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(octets)


# --- what is not a usable database ------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda path: path.write_bytes(b"<html>not found</html>" * 99),
            "not a database.*backups/",
        ),
        (lambda path: overwrite(path, 0, b"\0" * 200), "not a database.*backups/"),
        (lambda path: overwrite(path, 60_000, b"\xff" * 60_000), "damaged.*backups/"),
        (lambda path: os.truncate(path, path.stat().st_size // 2), "damaged.*backups/"),
    ],
    ids=["a web page", "no header", "garbage inside", "cut off"],
)
def test_a_damaged_database_is_refused_at_the_start_with_the_way_out(path, spoil, told):
    fill(path)
    spoil(path)
    with pytest.raises(StoreError, match=told) as caught:
        Store.open(str(path), now=NOW)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("mysql://localhost/news", "mysql:// is not known; wanted a path.*postgresql://"),
        ("postgresql://nobody@127.0.0.1:1/news", "127.0.0.1.*refused"),
        (
            "postgresql://nobody:secret@127.0.0.1:port/news",
            "wanted postgresql://USER@HOST/DATABASE",
        ),
    ],
)
def test_a_location_that_leads_nowhere_is_named_without_its_password(location, told):
    with pytest.raises(StoreError, match=told) as caught:
        Store.open(location, now=NOW)
    assert "secret" not in str(caught.value)


# --- permissions ------------------------------------------------------------------------------


@contextlib.contextmanager
def unprivileged():
    """Be someone whom permissions apply to; they do not to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that everyone may enter: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_that_cannot_be_made_is_named(open_folder):
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(StoreError, match=r"store: the folder cannot be made"):
        Store.open(str(open_folder / "store" / "aggregator.db"), now=NOW)


def test_a_read_only_folder_is_named(open_folder, empty_store):
    assert migrations.known("0001")  # imported while we still may
    path = open_folder / "aggregator.db"
    path.write_bytes(empty_store.read_bytes())
    path.chmod(0o444)
    open_folder.chmod(0o555)
    with (
        unprivileged(),
        pytest.raises(StoreError, match=r"aggregator\.db: it cannot be (written|opened)"),
    ):
        Store.open(str(path), now=NOW)


def test_a_backup_that_cannot_be_written_is_named(open_folder, path):
    open_folder.chmod(0o555)
    with Store.open(str(path), now=NOW) as store:
        path.chmod(0o644)
        with unprivileged(), pytest.raises(StoreError, match="the backup could not be written"):
            store.backup(open_folder / "backups" / "copy.db")


# --- while it runs ----------------------------------------------------------------------------


def set_on_every_connection(store, pragma):
    """Make a limit of the machine's a limit of SQLite's."""
    engine = store._database._engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def limit(connection, _record):
        connection.execute(pragma)


@pytest.mark.parametrize("location", ["sqlite"], indirect=True)
def test_a_full_disk_stops_the_command_and_loses_nothing(world, location):
    world.follow("alpha", "beta")
    kept = world.entry("alpha", "kept")
    world.bring("alpha", world.change(kept))
    set_on_every_connection(world.store, "PRAGMA max_page_count = 60")
    (claim,) = world.claim("beta")
    flood = [world.entry("beta", f"e{number}", body="x" * 9999) for number in range(99)]
    visit = world.visit(claim, *map(world.change, flood))
    with pytest.raises(StoreError, match="the disk is full: free some space"):
        world.store.record([visit])
    assert world.known(kept)
    assert world.known(flood[0]) is None
    world.store.close()
    with Store.open(location, now=world.now) as store:
        (recorded,) = store.record([visit])
        assert (recorded.accepted, recorded.new) == (True, 99)


def test_a_writer_waits_for_another_one_and_says_so_when_it_takes_too_long(path, monkeypatch):
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "PRAGMA busy_timeout = 300"))
    with (
        Store.open(str(path), now=NOW) as store,
        contextlib.closing(sqlite3.connect(path, check_same_thread=False)) as other,
    ):
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        assert store.generation() == 0  # readers do not wait
        with pytest.raises(StoreError, match="another process was writing to it"):
            store.hold_host("a.example", NOW)
        timer = threading.Timer(0.1, other.execute, ["ROLLBACK"])
        timer.start()
        store.hold_host("a.example", NOW)
        timer.join()


def test_a_store_outlives_the_loss_of_its_connections(postgresql, postgresql_location):
    with Store.open(f"{postgresql_location}&application_name=doomed", now=NOW) as store:
        store.hold_host("a.example", NOW)
        with psycopg.connect(postgresql, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'doomed'"
            )
        assert store.generation() == 0


def test_every_connection_is_durable_and_checks_foreign_keys(path):
    with Store.open(str(path), now=NOW) as store, store._database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_questions_see_one_moment_and_do_not_stop_writers(location):
    with Store.open(location, now=NOW) as store:
        with store._database.reading() as connection:
            text = "SELECT count(*) FROM hosts"
            assert connection.exec_driver_sql(text).scalar() == 0
            started = time.monotonic()
            store.hold_host("a.example", NOW)
            assert time.monotonic() - started < 5
            assert connection.exec_driver_sql(text).scalar() == 0
        with store._database.reading() as connection:
            assert connection.exec_driver_sql(text).scalar() == 1
