"""Opens what is below the published root, following no link on the way. Acts: disk.

Everything here blocks: call it in a thread, but for `stands`.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BLOCK: Final = 256 * 1024
_ABSENT: Final = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}  # a link, a socket

Signature = tuple[int, ...]
"""What changes when another file takes a name, or a file's bytes or rights change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What was read of a file.

    Attributes:
        head: its first bytes.
        body: all of them; None when there were more than wanted.
        length: how many there are.
        tag: a hash of all of them.
        modified: seconds since the epoch.
        signature: of the file that was read.
    """

    head: bytes
    body: bytes | None
    length: int
    tag: str
    modified: float
    signature: Signature


def signature(found: os.stat_result) -> Signature:
    """Tell a file from what stood or will stand under its name."""
    return (found.st_mtime_ns, found.st_ino, found.st_size, found.st_ctime_ns, found.st_dev)


def tag(body: bytes) -> str:
    """Hash a body, for its entity tag."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def stands(location: Path) -> bool:
    """Say whether a plain file stands at `location`.

    Raises:
        OSError: that cannot be found out.
    """
    try:
        return stat.S_ISREG(location.lstat().st_mode)
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise


def read(root: Path, names: tuple[str, ...], *, head: int, most: int) -> Contents | None:
    """Read a file below `root`; None where no plain file is.

    Args:
        root: the published folder; it alone may be a link.
        names: folders and file.
        head: how many of its first bytes are wanted in any case.
        most: a longer one is hashed and not returned.

    Raises:
        OSError: it is there and cannot be read.
    """
    file = _open(root, names)
    if file is None:
        return None
    with os.fdopen(file, "rb") as stream:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size <= most:
            body = stream.read(most + 1)
            if len(body) <= most:
                return Contents(
                    head=body[:head],
                    body=body,
                    length=len(body),
                    tag=tag(body),
                    modified=found.st_mtime,
                    signature=signature(found),
                )
            stream.seek(0)
        first = stream.read(head)
        hashed, length = hashlib.blake2b(first, digest_size=16), len(first)
        while block := stream.read(BLOCK):
            hashed.update(block)
            length += len(block)
        return Contents(
            head=first,
            body=None,
            length=length,
            tag=hashed.hexdigest(),
            modified=found.st_mtime,
            signature=signature(found),
        )


class Blocks:
    """A file that is read block by block.

    Raises:
        FileNotFoundError: another file stands there by now.
        OSError: it cannot be read.
    """

    def __init__(self, root: Path, names: tuple[str, ...], wanted: Signature) -> None:
        file = _open(root, names)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, "it is gone", "/".join(names))
        self._file = file
        if signature(os.fstat(file)) != wanted:
            self.close()
            raise FileNotFoundError(errno.ENOENT, "it was replaced", "/".join(names))

    def read(self) -> bytes:
        """Return the next block; b"" at the end."""
        return os.read(self._file, BLOCK)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._file)


def _open(root: Path, names: tuple[str, ...]) -> int | None:
    """Open a file below `root`; None where there is none, or a link leads there."""
    flags = os.O_RDONLY | os.O_CLOEXEC
    try:
        folder = os.open(root, flags | os.O_DIRECTORY)
        try:
            for name in names[:-1]:
                inner = os.open(name, flags | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            # Not blocking: a FIFO that somebody put there must not hold us.
            return os.open(names[-1], flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
