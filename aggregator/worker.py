"""The bounded child process where documents are read, entries cleaned, images made anew. Acts.

No document may stall or kill the daemon: parsers written in Python have quadratic cases that no
byte cap helps against (100,000 attributes on one element: a minute and a half in feedparser), and
decoders of images have had worse. So the pure functions of `gather` run in a child with a limit
on memory and on processor time, under a deadline held by the parent; a child that exceeds one is
replaced, and its document is a recorded failure.

Parent and child talk in frames: four bytes of length, then a pickle. What comes back from the
child, which has read hostile input, is unpickled to our own value types and nothing else.
"""

import asyncio
import contextlib
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, EnumType
from functools import partial
from io import BytesIO
from types import TracebackType
from typing import IO, Any, Final, Self

from aggregator.errors import FailureKind, SourceError
from aggregator.gather import robots, webpage
from aggregator.gather.feed import read
from aggregator.gather.identify import identify, shared_guids
from aggregator.gather.normalize import decide_again, normalize
from aggregator.gather.picture import Copy, describe, reencode
from aggregator.judge import filters
from aggregator.model import (
    Entry,
    Feed,
    FeedMeta,
    Fetched,
    Identified,
    ParsedFeed,
    Picture,
    Screened,
    Source,
)

TIME_LIMIT = timedelta(seconds=30)
MEMORY_LIMIT = 768 * 1024 * 1024  # bytes of data; the language model alone takes about 90 MB
_NONE_SEEN: Final[Mapping[str, datetime]] = {}
JOBS_PER_CHILD = 1000  # then a fresh one: what a library leaks ends with its process

_LENGTH = struct.Struct("!I")
_SAFE_PACKAGE = "aggregator.model."
_SAFE_GLOBALS = {
    ("aggregator.errors", "_restore_source_error"),
    ("aggregator.gather.picture", "Copy"),
    ("aggregator.worker", "Reading"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("copyreg", "_reconstructor"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document read and identified: what the parent needs to ask what is known."""

    feed: ParsedFeed  # without its entries: they are in `items`
    items: tuple[Identified, ...]
    guids_shared: bool


# --- the jobs: pure functions, called by name in the child ----------------------------------


def _read(fetched: Fetched, source_id: str, guids_unreliable: bool) -> Reading:  # noqa: FBT001
    feed = read(fetched)
    shared = shared_guids(feed)
    items = identify(source_id, feed, guids_unreliable=guids_unreliable or shared)
    return Reading(feed=replace(feed, entries=()), items=items, guids_shared=shared)


def _webpage(fetched: Fetched) -> Reading:
    """Read an article's own page; whose it is, only the parent can tell."""
    feed = webpage.read(fetched)
    items = identify("", feed, guids_unreliable=False)
    return Reading(feed=replace(feed, entries=()), items=items, guids_shared=False)


def _normalize(
    items: tuple[Identified, ...],
    source: Source,
    feed: Feed,
    meta: FeedMeta,
    now: datetime,
    seen: Mapping[str, datetime],
) -> tuple[Screened, ...]:
    screened = []
    for item in items:
        bring = partial(normalize, item, source=source, feed=feed, meta=meta, now=now)
        when = seen.get(item.key.guid, now)
        screened.append(filters.screen(bring(), source.rules, now=when, without=bring))
    return tuple(screened)


def _decide(
    entries: tuple[Entry, ...], source: Source, now: datetime, seen: Mapping[str, datetime]
) -> tuple[Screened, ...]:
    decided = (decide_again(entry, source=source) for entry in entries)
    return tuple(
        filters.screen(entry, source.rules, now=seen.get(entry.key.guid, now)) for entry in decided
    )


JOBS: dict[str, Callable[..., Any]] = {
    "read": _read,
    "normalize": _normalize,
    "decide": _decide,
    "picture": reencode,
    "robots": robots.permits,
    "webpage": _webpage,
}


# --- the parent's side ----------------------------------------------------------------------


class WorkerPool:
    """A few children, started when first needed, each working on one document at a time.

    Args:
        size: how many documents may be read at once.
        time_limit: how long one job may take.
        memory_limit: bytes of data that a child may hold.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        time_limit: timedelta = TIME_LIMIT,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        self._children: set[_Child] = set()
        for _ in range(size):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in tuple(self._children):
            await child.end()
        self._children.clear()

    async def read(self, fetched: Fetched, source_id: str, *, guids_unreliable: bool) -> Reading:
        """Read a document and identify its entries.

        Raises:
            SourceError: it is no feed, or it took too much time or memory.
        """
        reading = await self._run("read", fetched, source_id, guids_unreliable)
        assert isinstance(reading, Reading)
        return reading

    async def normalize(
        self,
        items: tuple[Identified, ...],
        *,
        source: Source,
        feed: Feed,
        meta: FeedMeta,
        now: datetime,
        seen: Mapping[str, datetime] = _NONE_SEEN,
    ) -> tuple[Screened, ...]:
        """Bring identified entries into the article format, and through the source's rules.

        `seen` says by guid when entries that are known were first seen: rules judge the age that
        they had then.

        Raises:
            SourceError: they took too much time or memory.
        """
        if not items:
            return ()
        screened = await self._run("normalize", items, source, feed, meta, now, dict(seen))
        assert isinstance(screened, tuple)
        return screened

    async def decide(
        self,
        entries: tuple[Entry, ...],
        *,
        source: Source,
        now: datetime,
        seen: Mapping[str, datetime] = _NONE_SEEN,
    ) -> tuple[Screened, ...]:
        """Decide the language of stored entries again, by what the operator says now.

        `seen` is as for `normalize`.

        Raises:
            SourceError: they took too much time or memory.
        """
        decided = await self._run("decide", entries, source, now, dict(seen))
        assert isinstance(decided, tuple)
        return decided

    async def webpage(self, fetched: Fetched) -> Reading:
        """Read an article's own page: one entry, whose key names no source yet.

        Raises:
            SourceError: it shows no article, or it took too much time or memory.
        """
        reading = await self._run("webpage", fetched)
        assert isinstance(reading, Reading)
        return reading

    async def permits(self, body: bytes, url: str) -> bool:
        """Whether a robots.txt lets us ask for `url`.

        Raises:
            SourceError: it took too much time or memory.
        """
        permitted = await self._run("robots", body, url)
        assert isinstance(permitted, bool)
        return permitted

    async def picture(self, body: bytes) -> tuple[Picture, bytes]:
        """Make the copy of an image file that we serve; its name is given here, not by the child.

        Raises:
            SourceError: it is no image to show, or it took too much time or memory.
        """
        copy = await self._run("picture", body)
        assert isinstance(copy, Copy)
        return describe(copy), copy.body

    async def _run(self, job: str, *arguments: object) -> object:
        child = await self._idle.get()
        try:
            if child is None:
                child = await _Child.start(self._memory_limit, self._time_limit)
                self._children.add(child)
            async with asyncio.timeout(self._time_limit.total_seconds()):
                reply = await child.ask(job, arguments)
        except TimeoutError:
            await self._discard(child)
            child = None
            limit = self._time_limit.total_seconds()
            raise SourceError(
                FailureKind.TOO_COSTLY, f"reading the document took more than {limit:.0f} seconds"
            ) from None
        except (EOFError, ConnectionError, asyncio.IncompleteReadError):
            await self._discard(child)
            child = None
            raise SourceError(
                FailureKind.TOO_COSTLY, "the document ended the process that was reading it"
            ) from None
        except BaseException:
            await self._discard(child)
            child = None
            raise
        finally:
            if child is not None and child.jobs >= JOBS_PER_CHILD:
                await self._discard(child)
                child = None
            self._idle.put_nowait(child)
        if isinstance(reply, SourceError):
            raise reply
        return reply

    async def _discard(self, child: "_Child | None") -> None:
        if child is not None:
            self._children.discard(child)
            await child.end()


class _Child:
    """One child process and the pipe to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.jobs = 0

    @classmethod
    async def start(cls, memory_limit: int, time_limit: timedelta) -> "_Child":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",  # not -m: the types must pickle under this module's name, not __main__'s
            "import sys; from aggregator.worker import main; main(*map(int, sys.argv[1:]))",
            str(memory_limit),
            str(int(time_limit.total_seconds()) + 2),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # One thread is enough, and every further one reserves memory of its own.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            limit=1 << 20,
        )
        return cls(process)

    async def ask(self, job: str, arguments: tuple[object, ...]) -> object:
        self.jobs += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(_frame((job, arguments)))
        await stdin.drain()
        (length,) = _LENGTH.unpack(await stdout.readexactly(_LENGTH.size))
        return _Unpickler(BytesIO(await stdout.readexactly(length))).load()

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        # Without this the transport is closed by the garbage collector, with a warning.
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


class _Unpickler(pickle.Unpickler):
    """Reads what a child sends, and makes nothing but the values of the journey."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SAFE_GLOBALS:
            return super().find_class(module, name)
        if (module, name) == ("builtins", "getattr"):
            return _member  # Python 3.11.2 (Debian 12) writes a member of an Enum so
        # A dotted name would lead on, to whatever the module has imported.
        if module.startswith(_SAFE_PACKAGE) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"a child sent {module}.{name}, which is no value of ours")


def _member(of: object, name: object) -> Enum:
    """The member of that name of one of our enumerations, and nothing else that getattr gives."""
    if isinstance(of, EnumType) and isinstance(name, str):
        members: Mapping[str, Enum] = of.__members__
        if name in members:
            return members[name]
    raise pickle.UnpicklingError(
        f"a child asked for {name!r} of {of!r}, which is no value of ours"
    )


def _frame(value: object) -> bytes:
    payload = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(payload)) + payload


# --- the child's side -----------------------------------------------------------------------


def main(memory_limit: int, time_limit: int) -> None:
    """Answer jobs from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's to answer
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not speak into the pipe
    resource.setrlimit(resource.RLIMIT_DATA, (memory_limit, memory_limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(BrokenPipeError):  # the parent was killed: nobody waits any more
        while len(header := requests.read(_LENGTH.size)) == _LENGTH.size:
            (length,) = _LENGTH.unpack(header)
            _answer(requests.read(length), replies, time_limit)


def _answer(request: bytes, replies: IO[bytes], time_limit: int) -> None:
    # The parent's deadline comes first; this one is for a child whose parent was killed.
    signal.alarm(time_limit)
    try:
        job, arguments = pickle.loads(request)  # noqa: S301 - from the parent, our own code
        reply = JOBS[job](*arguments)
        frame = _frame(reply)
    except SourceError as error:
        frame = _frame(error)
    except (MemoryError, RecursionError) as error:
        name = "memory" if isinstance(error, MemoryError) else "nesting"
        frame = _frame(
            SourceError(FailureKind.TOO_COSTLY, f"reading the document took too much {name}")
        )
    signal.alarm(0)
    replies.write(frame)
    replies.flush()
