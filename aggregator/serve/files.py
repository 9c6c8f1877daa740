"""The published tree: each file read once, kept in memory, looked at on each request. Acts: disk.

The look is one `stat` (about two microseconds), so a document is served as soon as it has its
name, and a hub that was just pinged gets the new one. Publishing renames, so what is opened is
always whole.

Reading and compressing happen in threads, once for however many requests wait for it.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from aggregator.serve import codings, disk, fields
from aggregator.serve.negotiation import CODINGS, IDENTITY
from aggregator.serve.paths import Place

KEPT: Final = 256 * 1024 * 1024  # bytes in memory, all files and codings together
LARGE: Final = 8 * 1024 * 1024  # a larger file is hashed once, then sent from the disk each time
_OVERHEAD: Final = 2048  # bytes that a kept file costs beside its bodies
_WORTH: Final = 512  # a smaller body fits into a packet as it is

Result = TypeVar("Result")


@dataclass(slots=True, kw_only=True, eq=False)
class Representation:
    """A file in one coding, with the fields of its answers ready to be sent."""

    body: bytes | None  # None: large, sent from the disk
    length: int
    etag: bytes
    whole: fields.Fields  # of a 200
    same: fields.Fields  # of a 304


@dataclass(slots=True, kw_only=True, eq=False)
class File:
    """A published file as it was read."""

    key: bytes
    place: Place
    location: str
    signature: disk.Signature
    media: str
    modified: bytes
    common: fields.Fields  # what is the same in all its answers
    extra: fields.Fields  # and in those that carry a body
    codings: set[bytes]  # that make sense for it
    kept: dict[bytes, Representation] = field(default_factory=dict)

    @property
    def identity(self) -> Representation:
        """The file as it is."""
        return self.kept[IDENTITY]

    @property
    def size(self) -> int:
        """Bytes of memory it takes."""
        bodies = (one.body for one in self.kept.values())
        return _OVERHEAD + sum(len(body) for body in bodies if body is not None)

    def keep(self, coding: bytes, body: bytes | None, *, length: int, tag: str) -> None:
        """Keep a representation; `tag` hashes its own bytes, so each coding has another."""
        etag = f'"{tag}"'.encode("ascii")
        same = [(b"etag", etag), *self.common]
        whole = [(b"content-length", str(length).encode("ascii")), *same, *self.extra]
        if coding != IDENTITY:
            whole.append((b"content-encoding", coding))
        self.kept[coding] = Representation(
            body=body, length=length, etag=etag, whole=whole, same=same
        )


class Files:
    """The tree below `root`, in memory as far as `limit` bytes go.

    Args:
        root: the published folder; it may be missing for now, or be a link itself.
        policy: what all answers have in common.
        limit: bytes kept in memory; what was not asked for longest goes first.
        large: files with more bytes than this are not kept.
    """

    def __init__(
        self, root: Path, policy: fields.Policy, *, limit: int = KEPT, large: int = LARGE
    ) -> None:
        self._root = root.absolute()
        self._policy = policy
        self._limit = limit
        self._large = large
        self._kept: OrderedDict[bytes, File] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[object, asyncio.Task[Any]] = {}

    @property
    def bytes_kept(self) -> int:
        """How much memory the files take."""
        return self._bytes

    def known(self, key: bytes) -> File | None:
        """Return the file under `key` if it is in memory and still what stands on the disk."""
        file = self._kept.get(key)
        if file is None:
            return None
        try:
            found = os.stat(file.location)  # noqa: PTH116 - the hot path
        except OSError:
            return None
        if disk.signature(found) != file.signature:
            return None
        self._kept.move_to_end(key)
        return file

    async def find(self, key: bytes, place: Place) -> File | None:
        """Return the file at `place`, from memory or from the disk; None where none is.

        Raises:
            OSError: it stands there and cannot be read.
        """
        file = self.known(key)
        if file is not None:
            return file
        if not self.stands(place.path):  # what is missing costs no thread
            self._drop(key)
            return None
        return await self._once(key, partial(self._load, key, place))

    def stands(self, path: str) -> bool:
        """Say whether a plain file stands at a path below the root."""
        return disk.stands(self._root / path)

    async def represent(self, file: File, order: tuple[bytes, ...]) -> Representation:
        """Return the first of the codings in `order` that there is for `file`."""
        for coding in order:
            kept = file.kept.get(coding)
            if kept is None and coding in file.codings:
                await self._once((id(file), coding), partial(self._encode, file, coding))
                kept = file.kept.get(coding)
            if kept is not None:
                return kept
        return file.identity

    async def blocks(self, file: File) -> disk.Blocks:
        """Open a large file to be sent from the disk.

        Raises:
            OSError: it is another file by now, or cannot be read.
        """
        return await asyncio.to_thread(disk.Blocks, self._root, file.place.names, file.signature)

    async def next_block(self, blocks: disk.Blocks) -> bytes:
        """Return the next block of a large file; b"" at the end."""
        return await asyncio.to_thread(blocks.read)

    async def _once(self, what: object, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Do `work` once for all who wait for it; that one of them goes away ends nothing."""
        task: asyncio.Task[Result] | None = self._under_way.get(what)
        if task is None:
            task = self._under_way[what] = asyncio.create_task(work())
            task.add_done_callback(lambda _done: self._under_way.pop(what, None))
        return await asyncio.shield(task)

    async def _load(self, key: bytes, place: Place) -> File | None:
        found = await asyncio.to_thread(
            disk.read, self._root, place.names, head=fields.HEAD, most=self._large
        )
        old = self._kept.get(key)
        self._drop(key)
        if found is None:
            return None
        file = self._file(key, place, found)
        file.keep(IDENTITY, found.body, length=found.length, tag=found.tag)
        if old is not None and old.identity.etag == file.identity.etag:
            for coding, one in old.kept.items():  # touched, not changed
                file.keep(coding, one.body, length=one.length, tag=one.etag.decode().strip('"'))
        self._kept[key] = file
        self._bytes += file.size
        self._make_room()
        return file

    def _file(self, key: bytes, place: Place, found: disk.Contents) -> File:
        path, policy = place.path, self._policy
        media = fields.media_type(path, found.head)
        modified = fields.http_date(found.modified)
        small = fields.compressible(media)
        return File(
            key=key,
            place=place,
            location=str(self._root / path),
            signature=found.signature,
            media=media,
            modified=modified,
            common=[
                (b"last-modified", modified),
                (b"cache-control", policy.caching(path, media)),
                *([fields.VARY] if small else []),
            ],
            extra=[
                (b"content-type", media.encode("ascii")),
                fields.NO_RANGES,
                *policy.security(media),
                *policy.sharing(path, media, found.head),
            ],
            codings=set(CODINGS) if small and found.body and found.length >= _WORTH else set(),
        )

    async def _encode(self, file: File, coding: bytes) -> None:
        identity = file.identity.body
        assert identity is not None  # a large file has no codings
        body = await asyncio.to_thread(
            codings.encode, self._root, file.place.names, identity, coding
        )
        if body is None:
            file.codings.discard(coding)  # it would not have become smaller
            return
        file.keep(coding, body, length=len(body), tag=disk.tag(body))
        if self._kept.get(file.key) is file:
            self._bytes += len(body)
            self._make_room()

    def _drop(self, key: bytes) -> None:
        file = self._kept.pop(key, None)
        if file is not None:
            self._bytes -= file.size

    def _make_room(self) -> None:
        while self._bytes > self._limit and self._kept:
            self._bytes -= self._kept.popitem(last=False)[1].size
