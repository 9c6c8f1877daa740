"""A fetch ends at once when it is cancelled, and leaves nothing open."""

import asyncio
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher, lookup

NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"


def fetcher(**settings: object) -> Fetcher:
    return Fetcher(
        **{
            "user_agent": "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
            "contact": "desk@example.org",
            "allow": AllowList.parse(["127.0.0.0/8:*"]),
            "deadline": timedelta(seconds=5),
            "max_wire": 100_000,
            "max_body": 200_000,
            "spacing": timedelta(0),
        }
        | settings
    )


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\n", OK + b"\r\n<fe", b"HTTP/1.1 403 No\r\n\r\n<html>"]
)
def test_a_fetch_that_is_cancelled_ends_at_once_and_leaves_nothing_open(sent):
    async def run() -> float:
        gone = asyncio.Event()

        async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent)
            while await reader.read(1000):  # until the other side closes
                pass
            writer.close()
            gone.set()

        listener = await asyncio.start_server(stall, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
        async with listener, fetcher() as client:
            task = asyncio.create_task(client.fetch(url, validators=None, now=NOW))
            await asyncio.sleep(0.05)
            started = asyncio.get_running_loop().time()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(gone.wait(), 2)
            return asyncio.get_running_loop().time() - started

    assert asyncio.run(run()) < 1


def test_a_look_up_that_hangs_does_not_keep_the_program_from_ending(monkeypatch):
    release = threading.Event()

    def hang(host: str, port: int, flags: int = 0) -> list[object]:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "no literal")
        release.wait(20)
        return []

    monkeypatch.setattr(lookup, "_ask", hang)

    async def run() -> SourceError:
        async with fetcher(deadline=timedelta(seconds=0.2)) as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch("http://slow.example.org/", validators=None, now=NOW)
            return caught.value

    started = time.monotonic()
    error = asyncio.run(run())
    assert error.kind is FailureKind.TIMEOUT
    assert time.monotonic() - started < 5
    (hanging,) = (one for one in threading.enumerate() if "slow.example.org" in one.name)
    assert hanging.daemon
    release.set()
    hanging.join(5)
