"""A document becomes a file, whole or not at all. Acts: disk and clock.

Whoever reads the file, at whatever moment, reads the old or the new document: the new one is
written beside it, brought to the disk, and takes its name in one step. Bytes that did not change
are not touched.

The file's time is what web servers send as Last-Modified, in whole seconds. Clients that ask
"changed since?" miss a second version within one second, so it strictly increases, and it is
never in the future, which caches distrust (RFC 9110 section 8.8.2.1): where the clock has not
reached the next second yet, writing waits for it.
"""

import os
import re
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aggregator.errors import PublishError
from aggregator.model import Document

# Names come from editions, never from titles or ids; still nothing else gets to the disk.
_PATH = re.compile(r"(?:[a-z0-9-]+/)*[a-z0-9-]+(?:\.[a-z0-9-]+)*")

_FILE_MODE = 0o644  # for the web server, whatever our umask
_FOLDER_MODE = 0o755

_PATIENCE = 2.0  # seconds to wait for the clock to pass the old file's time


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time and the waiting for it: of the system, or of a test."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


SYSTEM_CLOCK = Clock()


def write(
    root: Path, document: Document, *, clock: Clock = SYSTEM_CLOCK, durable: bool = True
) -> bool:
    """Put a document in its place below `root`.

    It blocks while the disk works and up to two seconds for the clock. Only the process that
    holds the store's lock may call it, one call at a time for a path.

    Args:
        root: the published folder; made if it is not there.
        document: what to write; its path is relative to `root`.
        clock: where the time comes from.
        durable: bring it to the disk before it takes its name. Without, the power may fail and
            leave an empty file: for many documents at once, with `settle` after the last one,
            by a caller who writes them again if it did not come so far.

    Returns:
        True when the bytes changed.

    Raises:
        PublishError: the path is not one of ours, or the disk refused; what stood there before
            still stands, whole.
    """
    if not _PATH.fullmatch(document.path):
        raise PublishError(
            f"{document.path!r} cannot be published: a path is made of folders and a name in "
            "a-z, 0-9 and '-', with an extension"
        )
    *folders, name = document.path.split("/")
    try:
        with _folder(root, folders) as folder:
            return _write(folder, name, document.body, clock, durable=durable)
    except OSError as error:
        raise PublishError(
            f"{root / document.path} could not be written: {error.strerror or error}; "
            "what stood there before still stands"
        ) from error


def settle() -> None:
    """Bring everything written to the disk, however many files: in one go."""
    os.sync()


def remove(root: Path, path: str) -> bool:
    """Take a document away; True when it was there.

    Raises:
        PublishError: the disk refused.
    """
    *folders, name = path.split("/")
    try:
        with _folder(root, folders) as folder:
            _clear(folder, name)
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise PublishError(
            f"{root / path} could not be taken away: {error.strerror or error}; "
            "take it away by hand"
        ) from error
    return True


def sweep(root: Path, folder: str, kept: Collection[str]) -> Iterator[str]:
    """Take away everything below a folder that is not kept; yield its path.

    Args:
        root: the published folder.
        folder: one that is the program's alone, such as an edition's.
        kept: paths below `root`.

    A link is not followed, also where it stands in the place of the folder itself: what it leads
    to is somebody else's.

    Raises:
        PublishError: the disk refused some; all others were taken away.
    """
    if (root / folder).is_symlink():
        return
    refused: list[OSError] = []
    for inside, folders, names in os.walk(root / folder, topdown=False, onerror=refused.append):
        base = Path(inside)
        for name in names:
            path = (base / name).relative_to(root).as_posix()
            if path not in kept:
                try:
                    (base / name).unlink(missing_ok=True)
                except OSError as error:
                    refused.append(error)
                else:
                    yield path
        for name in folders:
            with suppress(OSError):  # it is not empty, or a link
                (base / name).rmdir()
    with suppress(OSError):
        (root / folder).rmdir()
    found = [error for error in refused if not isinstance(error, FileNotFoundError)]
    if found:
        raise PublishError(
            f"what is not published any more could not be taken away: {found[0]}"
        ) from found[0]


def identity(root: Path) -> tuple[int, int]:
    """Tell this folder from one that takes its name later; makes it where it is not there.

    Raises:
        PublishError: the disk refused.
    """
    try:
        _make(root)
        found = root.stat()
    except OSError as error:
        raise PublishError(f"{root} could not be made: {error.strerror or error}") from error
    return found.st_dev, found.st_ino


_NOTE = ".published"  # no web server shows a name with a dot in front, nor does ours


def leave_note(root: Path, text: str) -> None:
    """Keep a few words for ourselves in the published folder.

    Raises:
        PublishError: the disk refused.
    """
    try:
        with _folder(root, []) as folder:
            _write(folder, _NOTE, text.encode(), SYSTEM_CLOCK, durable=True)
    except OSError as error:
        raise PublishError(f"{root / _NOTE} could not be written: {error}") from error


def note(root: Path) -> str | None:
    """Read them; None where there are none."""
    try:
        return (root / _NOTE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _write(folder: int, name: str, body: bytes, clock: Clock, *, durable: bool) -> bool:
    beside = _clear(folder, name)
    old = _read(folder, name)
    if old is not None and old.body == body:
        return False
    file = os.open(
        beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE_MODE, dir_fd=folder
    )
    try:
        with os.fdopen(file, "wb", buffering=0) as stream:
            _write_all(stream.fileno(), body)
            os.fchmod(stream.fileno(), _FILE_MODE)
            second = _next_second(old.second if old else None, clock)
            os.utime(stream.fileno(), (second, second))
            if durable:
                os.fsync(stream.fileno())
        os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside, dir_fd=folder)
        raise
    if durable:
        os.fsync(folder)
    return True


def _clear(folder: int, name: str) -> str:
    """Take away what a crash may have left, and return its name."""
    beside = f".{name}.new"
    with suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=folder)
    return beside


def _write_all(file: int, body: bytes) -> None:
    rest = memoryview(body)
    while rest:
        rest = rest[os.write(file, rest) :]


def _next_second(old: int | None, clock: Clock) -> int:
    """Return the present second, waiting for one after `old`.

    A clock that was set back further than patience lasts leaves only `old` plus one second: to
    increase matters more, for a client that asks with the old time must get the new version.
    """
    now = clock.now()
    if old is None or now >= old + 1:
        return int(now)
    waited = 0.0
    while (missing := old + 1 - now) > 0:
        if waited + missing > _PATIENCE:
            return old + 1
        clock.sleep(missing)
        waited += missing
        now = clock.now()
    return int(now)


# --- what stands there ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A published file as it is."""

    body: bytes
    second: int


def _read(folder: int, name: str) -> _Standing | None:
    """Read what is published under `name`; None where nothing is, or a symbolic link is.

    A link is not followed: the new file takes its place, and what it pointed to stays untouched.
    """
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return None
        raise
    with os.fdopen(file, "rb") as stream:
        found = os.fstat(stream.fileno())
        # A second that has begun was seen by clients as that second: round down.
        return _Standing(body=stream.read(), second=int(found.st_mtime))


@contextmanager
def _folder(root: Path, folders: list[str]) -> Iterator[int]:
    """Open the folder of a document, making what is missing; below `root` no link is followed."""
    _make(root)
    flags = os.O_RDONLY | os.O_DIRECTORY
    folder = os.open(root, flags)
    try:
        for name in folders:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
                os.chmod(name, _FOLDER_MODE, dir_fd=folder)
                os.fsync(folder)
            inner = os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _make(root: Path) -> None:
    """Make `root` and what leads to it, each on the disk before the next."""
    missing = [path for path in (root, *root.parents) if not path.exists()]
    for path in reversed(missing):
        with suppress(FileExistsError):
            path.mkdir()
            path.chmod(_FOLDER_MODE)
        parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
