"""Fetch one bomb in a process of its own, and say the failure and how many bytes it grew.

Run by tests/test_fetch_hostile.py with the name of a bomb. The server is in the same process and
makes the bomb as it is sent, so its few buffers count as well.
"""

import asyncio
import resource
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import brotli

from aggregator.errors import SourceError
from aggregator.gather.fetch import AllowList, Fetcher

MIB = 1 << 20
ZEROS = bytes(MIB)


def gzipped() -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    yield packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1023):
        yield again  # after a full flush nothing refers to what was before


def brotlied() -> Iterator[bytes]:
    packer = brotli.Compressor(quality=1)
    for _ in range(1024):
        yield packer.process(ZEROS)
    yield packer.finish()


def zstandarded() -> Iterator[bytes]:
    """8192 blocks of one byte repeated 128 kB, in one piece of 32 kB."""
    block = ((128 * 1024) << 3 | 0b010).to_bytes(3, "little") + b"\0"
    yield b"\x28\xb5\x2f\xfd" + bytes([0x00, 0x58]) + block * 8192 + (1).to_bytes(3, "little")


def forever(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


BOMBS = {
    "gzip": (b"Content-Encoding: gzip\r\n\r\n", gzipped),
    "br": (b"Content-Encoding: br\r\n\r\n", brotlied),
    "zstd": (b"Content-Encoding: zstd\r\n\r\n", zstandarded),
    "identity": (b"\r\n", lambda: forever(ZEROS)),
    "chunks": (
        b"Transfer-Encoding: chunked\r\n\r\n",
        lambda: forever(b"100000\r\n" + ZEROS + b"\r\n"),
    ),
    "headers": (b"", lambda: forever(b"X-Padding: " + b"x" * 1000 + b"\r\n")),
}


async def main(name: str) -> None:
    head, pieces = BOMBS[name]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + head)
        try:
            for piece in pieces():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        except (ConnectionError, asyncio.CancelledError):
            pass
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = Fetcher(
        user_agent="aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
        contact="desk@example.org",
        allow=AllowList.parse(["127.0.0.1:*"]),
        deadline=timedelta(seconds=30),
        max_wire=10_000_000,
        max_body=20_000_000,
        spacing=timedelta(0),
    )
    async with listener, client:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        try:
            await client.fetch(url, validators=None, now=datetime.now(UTC))
        except SourceError as error:
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            sys.stdout.write(f"{error.kind} {grown * 1024}\n")


asyncio.run(main(sys.argv[1]))
