"""Servers that mean harm, or look as if they did: each a failure in time, within its memory."""

import asyncio
import gzip
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.model import Fetched, NotModified

NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
K = FailureKind
DEADLINE = 0.4  # seconds


def fetcher(**settings: object) -> Fetcher:
    return Fetcher(
        **{
            "user_agent": "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
            "contact": "desk@example.org",
            "allow": AllowList.parse(["127.0.0.1:*"]),
            "deadline": timedelta(seconds=DEADLINE),
            "max_wire": 1_000_000,
            "max_body": 2_000_000,
            "spacing": timedelta(0),
        }
        | settings
    )


Play = Callable[[], AsyncIterator[bytes]]


@asynccontextmanager
async def playing(play: Play) -> AsyncIterator[str]:
    """A server that answers every request with what `play` yields, until nobody listens."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(task := asyncio.current_task())
        task.add_done_callback(serving.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            async for piece in play():
                if piece is RESET:
                    linger = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    writer.get_extra_info("socket").setsockopt(*linger)
                    break
                writer.write(piece)
                await writer.drain()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/feed"
    finally:
        listener.close()
        await listener.wait_closed()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving)


async def ask(client: Fetcher, play: Play) -> Fetched | NotModified | SourceError:
    async with playing(play) as url:
        try:
            return await client.fetch(url, validators=None, now=NOW)
        except SourceError as error:
            return error


async def suffer(play: Play) -> Fetched | NotModified | SourceError:
    async with fetcher() as client:
        return await ask(client, play)


RESET = b"(reset)"
FOREVER = 10**9
OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"<feed>" + b"x" * 994


def at_once(*pieces: bytes, times: int = 1, then: bytes = b"") -> Play:
    """All pieces, the last of them repeated, as fast as they are taken."""

    async def play() -> AsyncIterator[bytes]:
        for piece in pieces[:-1]:
            yield piece
        for _ in range(times):
            yield pieces[-1]
        if then:
            yield then

    return play


def slowly(start: bytes, drop: bytes, *, pause: float = 0.02) -> Play:
    """The start, and then a drop at a time, for ever."""

    async def play() -> AsyncIterator[bytes]:
        yield start
        while True:
            await asyncio.sleep(pause)
            yield drop

    return play


def silent(start: bytes = b"") -> Play:
    async def play() -> AsyncIterator[bytes]:
        yield start
        await asyncio.sleep(60)

    return play


def length(count: int | str) -> bytes:
    return OK + f"Content-Length: {count}\r\n\r\n".encode()


def coded(coding: bytes, body: bytes) -> bytes:
    head = b"Content-Encoding: " + coding + b"\r\nConnection: close\r\n\r\n"
    return OK + head + body


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
KILO = b"400\r\n" + b"x" * 1024 + b"\r\n"
HOSTILE: dict[str, tuple[Play, FailureKind, str]] = {
    "silence": (silent(), K.TIMEOUT, "no answer so far"),
    "a header that drips": (slowly(OK, b"X"), K.TIMEOUT, "no answer so far"),
    "header fields that drip": (slowly(OK, b"X: y\r\n"), K.TIMEOUT, "no answer so far"),
    "a body that drips": (slowly(length(1000), b"x"), K.TIMEOUT, "bytes so far"),
    "a body that stops": (silent(length(1000) + b"x" * 10), K.TIMEOUT, "10 bytes so far"),
    "chunks that drip": (slowly(CHUNKED, b"1\r\nx\r\n"), K.TIMEOUT, "bytes so far"),
    "1xx that drip": (
        slowly(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        K.TIMEOUT,
        "no answer so far",
    ),
    "endless 1xx": (
        at_once(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100, times=FOREVER),
        K.PROTOCOL,
        "262,144 bytes without the end of a header",
    ),
    "endless header fields": (at_once(OK, b"X: y\r\n" * 100, times=FOREVER), K.PROTOCOL, ""),
    "one endless header field": (at_once(OK, b"x" * 1000, times=FOREVER), K.PROTOCOL, ""),
    "endless chunks": (at_once(CHUNKED, KILO, times=FOREVER), K.TOO_LARGE, "1,000,000 bytes"),
    "endless chunk extensions": (
        at_once(CHUNKED, b"1;" + b"x" * 1000, times=FOREVER),
        K.PROTOCOL,
        "",
    ),
    "endless trailers": (
        at_once(CHUNKED + b"0\r\n", b"X: y\r\n" * 100, times=FOREVER),
        K.PROTOCOL,
        "",
    ),
    "10 GB announced": (at_once(length(10**10)), K.TOO_LARGE, "announces 10,000,000,000 bytes"),
    "10^30 bytes announced": (at_once(length(10**30)), K.PROTOCOL, "bad Content-Length"),
    "10 GB not announced": (
        at_once(OK + b"\r\n", bytes(65536), times=160_000),
        K.TOO_LARGE,
        "larger than 1,000,000 bytes",
    ),
    "a body shorter than announced": (
        at_once(length(1000) + b"x" * 10),
        K.PROTOCOL,
        "received 10 bytes, expected 1000",
    ),
    "chunks that end early": (at_once(CHUNKED + KILO), K.PROTOCOL, "incomplete chunked read"),
    "a negative length": (at_once(length(-5) + b"x"), K.PROTOCOL, ""),
    "a length that is none": (at_once(length("ten") + b"x"), K.PROTOCOL, ""),
    "two lengths": (
        at_once(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        K.PROTOCOL,
        "",
    ),
    "length and chunks": (
        at_once(OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        K.PROTOCOL,
        "both Content-Length and Transfer-Encoding",
    ),
    "a transfer coding that is none": (
        at_once(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        K.PROTOCOL,
        "",
    ),
    "a chunk size that is none": (at_once(CHUNKED + b"zz\r\n"), K.PROTOCOL, ""),
    "a chunk size beyond reason": (at_once(CHUNKED + b"f" * 30 + b"\r\n"), K.PROTOCOL, ""),
    "noise": (at_once(bytes(range(256)) * 40), K.PROTOCOL, ""),
    "HTTP/0.9": (at_once(b"<feed/>"), K.PROTOCOL, ""),
    "HTTP/2": (at_once(b"\0\0\x12\4\0\0\0\0\0\r\n\r\n"), K.PROTOCOL, ""),
    "a status that is none": (at_once(b"HTTP/1.1 OK\r\n\r\n"), K.PROTOCOL, ""),
    "NUL in a header": (at_once(OK + b'ETag: "\0"\r\n\r\n'), K.PROTOCOL, ""),
    "a header without a colon": (at_once(OK + b"hello\r\n\r\n"), K.PROTOCOL, ""),
    "a protocol changed": (
        at_once(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        K.PROTOCOL,
        "",
    ),
    "closed at once": (at_once(b""), K.UNREACHABLE, "closed without an answer"),
    "reset at once": (at_once(RESET), K.UNREACHABLE, "broken off"),
    "reset in the body": (at_once(length(1000) + b"x", RESET), K.UNREACHABLE, "broken off"),
    "an unasked 304": (at_once(b"HTTP/1.1 304 Not Modified\r\n\r\n"), K.PROTOCOL, "did not ask"),
    "an unasked 206": (
        at_once(b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx"),
        K.PROTOCOL,
        "a part where the whole",
    ),
    "a circle": (
        at_once(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\n\r\n"),
        K.REDIRECT,
        "in a circle",
    ),
    "an error that drips": (
        slowly(b"HTTP/1.1 403 Forbidden\r\n\r\n", b"x"),
        K.HTTP_STATUS,
        "refuses us (403)",
    ),
    "an endless error": (
        at_once(b"HTTP/1.1 429 Slow down\r\n\r\n", b"x" * 1000, times=FOREVER),
        K.RATE_LIMITED,
        "(429)",
    ),
    "a redirect whose body drips": (
        slowly(b"HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\n\r\n", b"x"),
        K.TIMEOUT,
        "",
    ),
    "truncated gzip": (
        at_once(coded(b"gzip", gzip.compress(BODY)[:-9])),
        K.BAD_ENCODING,
        "in the middle of its gzip",
    ),
    "no gzip": (at_once(coded(b"gzip", BODY)), K.BAD_ENCODING, "damaged gzip"),
    "no brotli": (at_once(coded(b"br", BODY)), K.BAD_ENCODING, "damaged brotli"),
    "no zstd": (at_once(coded(b"zstd", BODY)), K.BAD_ENCODING, "damaged zstd"),
    "stacked codings": (
        at_once(coded(b"gzip, gzip", gzip.compress(gzip.compress(BODY)))),
        K.BAD_ENCODING,
        "more than once",
    ),
    "codings stacked in two fields": (
        at_once(coded(b"gzip\r\nContent-Encoding: br", BODY)),
        K.BAD_ENCODING,
        "more than once",
    ),
    "an unknown coding": (at_once(coded(b"sdch", BODY)), K.BAD_ENCODING, "'sdch'"),
    "a gzip bomb": (
        at_once(coded(b"gzip", gzip.compress(bytes(1 << 25), 1))),
        K.TOO_LARGE,
        "2,000,000 bytes when it is decoded",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_costs_the_deadline_at_most_and_says_what_it_did(name):
    play, kind, says = HOSTILE[name]
    started = time.monotonic()
    error = asyncio.run(suffer(play))
    assert time.monotonic() - started < DEADLINE + 2
    assert isinstance(error, SourceError)
    assert error.kind is kind, error
    assert says in error.message
    assert "127.0.0.1" in error.message
    assert len(error.message) < 600


def test_what_came_over_the_wire_is_counted_in_a_failure():
    error = asyncio.run(suffer(HOSTILE["endless chunks"][0]))
    assert isinstance(error, SourceError)
    assert error.status == 200
    assert 1_000_000 < error.received < 1_100_000
    announced = asyncio.run(suffer(HOSTILE["10 GB announced"][0]))
    assert isinstance(announced, SourceError)
    assert announced.received == 0


def test_of_the_body_of_an_error_no_more_is_read_than_explains_it():
    error = asyncio.run(suffer(HOSTILE["an endless error"][0]))
    assert isinstance(error, SourceError)
    assert error.received < 100_000


def test_the_endless_body_of_a_redirect_does_not_hold_it_up():
    head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n"

    async def run() -> Fetched | NotModified | SourceError:
        async with fetcher(deadline=timedelta(seconds=20)) as client:
            return await ask(client, at_once(head, b"x" * 1000, times=FOREVER))

    started = time.monotonic()
    error = asyncio.run(run())
    assert isinstance(error, SourceError)
    assert "refused" in error.message  # nothing listens there
    assert time.monotonic() - started < 0.9  # it would be read for a second


def test_a_body_in_crumbs_is_cut_off_before_it_costs_seconds():
    async def run() -> Fetched | NotModified | SourceError:
        crumbs = at_once(CHUNKED, b"1\r\nx\r\n" * 1000, times=FOREVER)
        async with fetcher(deadline=timedelta(seconds=20)) as client:
            return await ask(client, crumbs)

    error = asyncio.run(run())
    assert isinstance(error, SourceError)
    assert error.kind is FailureKind.PROTOCOL
    assert "more than 50,000 crumbs" in error.message


def test_an_honest_server_is_served_while_all_the_hostile_ones_are_suffered():
    honest = at_once(length(len(BODY)) + BODY)

    async def run() -> tuple[list[object], list[float]]:
        times = []
        async with playing(honest) as url, fetcher(deadline=timedelta(seconds=1)) as client:
            pains = [asyncio.create_task(ask(client, play)) for play, _, _ in HOSTILE.values()]
            while not all(task.done() for task in pains):
                started = time.monotonic()
                result = await client.fetch(url, validators=None, now=NOW)
                assert isinstance(result, Fetched)
                times.append(time.monotonic() - started)
                await asyncio.sleep(0.01)
            return await asyncio.gather(*pains), times

    results, times = asyncio.run(run())
    assert all(isinstance(result, SourceError) for result in results)
    assert len(times) >= 3
    assert max(times) < 1


# --- odd, and served all the same -----------------------------------------------------------


ETAG_60_KB = b'ETag: "' + b"x" * 60_000 + b'"\r\n'
ODD = {
    "an ETag of 60 kB": (ETAG_60_KB, None),
    "an ETag that is not ASCII": (b'ETag: "\xd9\x86\xff"\r\n', '"\xd9\x86\xff"'),
    "1xx before the answer": (b"", None),
    "a field of 60 kB": (b"X-Padding: " + b"x" * 60_000 + b"\r\n", None),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_server_is_served_all_the_same(name):
    field, etag = ODD[name]
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20 if name.startswith("1xx") else b""
    whole = early + OK + field + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    result = asyncio.run(suffer(at_once(whole)))
    assert isinstance(result, Fetched)
    assert result.body == BODY
    assert (result.validators.etag if result.validators else None) == etag


def test_a_body_that_ends_with_its_connection_is_whole():
    result = asyncio.run(suffer(at_once(OK + b"\r\n", BODY)))
    assert isinstance(result, Fetched)
    assert result.body == BODY


# --- memory ---------------------------------------------------------------------------------

BOMBS = Path(__file__).parent / "corpus" / "http" / "bombs.py"


@pytest.mark.parametrize("bomb", ["gzip", "br", "zstd", "identity", "chunks", "headers"])
def test_a_bomb_of_a_gib_grows_the_process_by_less_than_64_mb(bomb):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-W", "error", BOMBS, bomb],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    kind, grown = done.stdout.split()
    assert kind in ("too-large", "protocol")
    assert int(grown) < 64_000_000
