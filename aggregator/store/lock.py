"""Who publishes from a store: one process at a time. Acts.

The lock is the kernel's (flock), so it ends with the process however that ends, kill -9 and
power cut too; the file `aggregator.lock` stays behind and means nothing by itself. It lies beside
the database. Other commands do not take it: they write to the database and leave publishing to
its holder.

PostgreSQL has no folder to lock: publishing from one is elected by an advisory lock once several
workers can share one, and refused until then.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aggregator.errors import StoreError, StoreLocked
from aggregator.store.database import path_of

LOCK_FILE: Final = "aggregator.lock"

_held: Final[set[int]] = set()


def _let_go_in_child() -> None:
    # A forked child shares the lock, and would hold it on after the daemon was killed.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)


@contextlib.contextmanager
def hold(location: str, *, purpose: str) -> Iterator[None]:
    """Be the one that publishes from the store at `location` while the body runs.

    Args:
        location: as for `Store.open`.
        purpose: what for, for whoever is refused: "run", "update".

    Raises:
        StoreLocked: another process is; the error names its pid.
        StoreError: the lock file cannot be written, or the store is PostgreSQL.
    """
    database = path_of(location)
    if database is None:
        raise StoreError(
            "publishing from PostgreSQL is not supported yet: this version cannot make sure "
            "that only one process does it; use a path for `store:`"
        )
    path = database.parent / LOCK_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: the lock cannot be written: {error.strerror}") from error
    _held.add(descriptor)
    try:
        _lock(descriptor, path)
        _write(descriptor, path, f"{os.getpid()} {purpose}\n")
        yield
    finally:
        _let_go(descriptor)


def publisher(location: str) -> int | None:
    """Return the process that publishes from a store now; None: nobody, or it cannot be told.

    For whoever only wants to say so: it may begin or end at any moment.
    """
    database = path_of(location)
    if database is None:
        return None
    try:
        descriptor = os.open(database.parent / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        pid, _ = _holder(descriptor)
        if pid is None or not _lives(pid):  # most often: the lock is left alone then
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return pid
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's
        return True
    return True


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, purpose = _holder(descriptor)
        raise StoreLocked(
            f"{path.parent}: another process publishes from this store: "
            + (f"`{purpose}`, pid {pid}; stop it first" if pid else "it is just starting"),
            pid=pid,
        ) from None
    except OSError as error:
        raise StoreError(
            f"{path}: this file system cannot lock files ({error.strerror}); "
            "put the store on a local disk"
        ) from error


def _holder(descriptor: int) -> tuple[int | None, str]:
    written = os.pread(descriptor, 200, 0).decode("utf-8", "replace")
    pid, _, purpose = written.partition("\n")[0].partition(" ")
    return (int(pid), purpose) if pid.isascii() and pid.isdigit() else (None, "")


def _write(descriptor: int, path: Path, line: str) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, line.encode(), 0)
    except OSError as error:
        raise StoreError(f"{path}: the lock cannot be written: {error.strerror}") from error


def _let_go(descriptor: int) -> None:
    # Not in a forked child, where it is closed already and the number may be another file's.
    if descriptor in _held:
        _held.discard(descriptor)
        os.close(descriptor)
