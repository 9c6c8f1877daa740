"""The server itself: listening, clients that stand still or send too much, stopping."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from aggregator.serve import ServeError, make_app, serve, serving, serving_in_thread

pytestmark = pytest.mark.anyio

ALONE = """\
import resource
import sys
from pathlib import Path
from aggregator.logs import configure_logs
from aggregator.serve import make_app, run
configure_logs()
if sys.argv[2] != "0":
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]), int(sys.argv[2])))
run(make_app(Path(sys.argv[1])), port=0, on_listening=lambda where: print(where.port, flush=True))
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "index.html").write_text("page")
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(20_000_000)
    return tmp_path


@contextlib.asynccontextmanager
async def connected(listening):
    reader, writer = await asyncio.open_connection(listening.host, listening.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def status_of(listening, path="/"):
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{listening.origin}{path}")).status_code


# --- in a loop, in a thread, alone ----------------------------------------------------------


async def test_it_answers_in_a_running_loop_and_leaves_the_signals_alone(root):
    mine = []
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, mine.append, "told")
    try:
        async with serving(make_app(root), port=0) as listening:
            assert await status_of(listening) == 200
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.2)
            assert await status_of(listening) == 200
        assert mine == ["told"]
        with pytest.raises(httpx.ConnectError):
            await status_of(listening)
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def test_it_serves_until_it_is_told_to_stop(root):
    stop, up = asyncio.Event(), asyncio.Queue()
    task = asyncio.create_task(
        serve(make_app(root), port=0, stop=stop, on_listening=up.put_nowait)
    )
    assert await status_of(await up.get()) == 200
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_a_server_that_is_cancelled_gives_its_port_back(root):
    up = asyncio.Queue()
    task = asyncio.create_task(
        serve(make_app(root), port=0, stop=asyncio.Event(), on_listening=up.put_nowait)
    )
    listening = await up.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with serving(make_app(root), port=listening.port):
        pass


def test_it_answers_from_a_thread(root):
    with serving_in_thread(make_app(root)) as first, serving_in_thread(make_app(root)) as second:
        assert first.port != second.port
        for listening in (first, second):
            answer = httpx.get(f"{listening.origin}/", trust_env=False)
            assert answer.text == "page"
            assert "server" not in answer.headers
            assert answer.headers["date"]


def test_an_address_that_is_taken_is_named(root):
    app = make_app(root)
    with (
        serving_in_thread(app) as taken,
        pytest.raises(ServeError, match=rf"^127\.0\.0\.1:{taken.port} .*already in use"),
        serving_in_thread(app, port=taken.port),
    ):
        pass
    with (
        pytest.raises(ServeError, match=r"^192\.0\.2\.1:0 cannot be listened on"),
        serving_in_thread(app, host="192.0.2.1"),
    ):
        pass


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_it_listens_on_ipv6(root):
    try:
        with serving_in_thread(make_app(root), host="::1") as listening:
            assert listening.origin == f"http://[::1]:{listening.port}"
            assert httpx.get(f"{listening.origin}/", trust_env=False).text == "page"
    except ServeError as error:
        pytest.skip(str(error))


@contextlib.contextmanager
def alone(root, descriptors=0):
    """A process that is a server and nothing else."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", ALONE, str(root), str(descriptors)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_sigterm_ends_it_within_five_seconds_whatever_clients_do(root):
    with (
        alone(root) as (process, port),
        socket.create_connection(("127.0.0.1", port)) as slow_to_ask,
        socket.create_connection(("127.0.0.1", port)) as slow_to_read,
    ):
        slow_to_ask.sendall(b"GET / HTTP/1.1\r\nHost: ")
        slow_to_read.sendall(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow_to_read.recv(15) == b"HTTP/1.1 200 OK"
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
        assert time.monotonic() - started < 5
    assert process.returncode == 0
    assert [b"listening" in line for line in said.splitlines()] == [True, True]


# --- clients --------------------------------------------------------------------------------


async def test_clients_that_stand_still_are_cut_off(root):
    says_nothing = b""
    never_ends_its_request = b"GET / HTTP/1.1\r\nHost: "
    does_not_read = b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(make_app(root), port=0, patience=0.5) as listening:

        async def stand_still(said):
            async with connected(listening) as (reader, writer):
                writer.write(said)
                await asyncio.sleep(3.5)  # longer than patience and a second look
                async with asyncio.timeout(2):
                    return await got_everything(reader)

        got = await asyncio.gather(
            *map(stand_still, (says_nothing, never_ends_its_request, does_not_read))
        )
        assert got[:2] == [0, 0]
        assert got[2] < 20_000_000
        assert await status_of(listening) == 200


async def test_a_client_that_reads_slowly_and_steadily_gets_everything(root):
    async with (
        serving(make_app(root), port=0, patience=1.5) as listening,
        connected(listening) as (reader, writer),
    ):
        writer.write(b"GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert await got_everything(reader, pause=0.01) > 20_000_000


async def got_everything(reader, pause=0):
    """Read to the end, however it comes; return how much there was."""
    got = 0
    with contextlib.suppress(ConnectionError):
        while block := await reader.read(65536):
            got += len(block)
            await asyncio.sleep(pause)
    return got


@pytest.mark.parametrize(
    "piece", [b"X-Filler: " + b"a" * 1000 + b"\r\n", b"a" * 1000], ids=["fields", "one field"]
)
async def test_a_head_without_end_is_ended(root, piece):
    async with (
        serving(make_app(root), port=0) as listening,
        connected(listening) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10_000_000 and not reader.at_eof():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
                sent += len(piece)
        assert sent < 5_000_000
        assert await status_of(listening) == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"CONNECT center.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_the_next_client_is_served(root, request_):
    async with (
        serving(make_app(root), port=0) as listening,
        connected(listening) as (reader, writer),
    ):
        writer.write(request_)
        line = await asyncio.wait_for(reader.readline(), 5)
        assert line.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405"))
        assert await status_of(listening) == 200


async def test_the_server_itself_may_be_asked_for_its_methods(root):
    async with (
        serving(make_app(root), port=0) as listening,
        connected(listening) as (reader, writer),
    ):
        writer.write(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.startswith(b"HTTP/1.1 204")
        assert b"\r\nallow: GET, HEAD, OPTIONS\r\n" in answer


async def test_requests_that_come_together_are_answered_in_their_order(root):
    (root / "second.txt").write_text("second")
    ask = b"GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n"
    async with (
        serving(make_app(root), port=0) as listening,
        connected(listening) as (reader, writer),
    ):
        writer.write(ask % (b"/", b"") + ask % (b"/second.txt", b"Connection: close\r\n"))
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.count(b"HTTP/1.1 200 OK") == 2
        assert answer.index(b"page") < answer.index(b"second")


def test_half_of_the_descriptors_are_left_to_the_daemon(root):
    with alone(root, descriptors=100) as (_, port), contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            for _ in range(70)
        ]
        for connection in held:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answered = [was_answered(connection) for connection in held]
        assert answered[:40] == [True] * 40
        assert answered.count(True) == 50
        held[0].close()
        time.sleep(0.2)
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "page"


def was_answered(connection):
    with contextlib.suppress(ConnectionError):
        return connection.recv(12) == b"HTTP/1.1 200"
    return False
