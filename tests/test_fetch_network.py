"""Connections: what fails on the way, TLS, and which are kept for the next request."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpcore
import httpx
import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher, wire
from aggregator.gather.fetch.transport import GuardedTransport
from aggregator.model import Fetched, NotModified

TLS = Path(__file__).parent / "corpus" / "http" / "tls"
NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
FEED = "https://feeds.example.org/atom.xml"
XML = b"<feed/>"


def fetcher(transport: httpx.AsyncBaseTransport | None = None, **settings: object) -> Fetcher:
    return Fetcher(
        **{
            "user_agent": "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
            "contact": "desk@example.org",
            "allow": AllowList.parse(["127.0.0.0/8:*"]),
            "deadline": timedelta(seconds=5),
            "max_wire": 100_000,
            "max_body": 200_000,
            "spacing": timedelta(0),
            "transport": transport,
        }
        | settings
    )


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A port of a loopback server. In the end every handler has ended and closed its socket."""
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.close()

    listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await listener.wait_closed()
        await asyncio.sleep(0.02)  # those that are told of an end come to theirs
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers)


class Server:
    """Keeps the raw heads of all requests and answers as told."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.connections = 0
        self.closed = 0  # by the other side
        self.url = ""
        self.names: list[str | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                if not self.answers:
                    return
                writer.write(self.answers.pop(0))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed += 1


@asynccontextmanager
async def serving(*answers: bytes, certificate: str | None = None) -> AsyncIterator[Server]:
    server = Server(*answers)
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(TLS / certificate)
        tls.sni_callback = lambda _socket, name, _context: server.names.append(name)
    async with listening(server.serve, tls) as port:
        server.url = f"http://127.0.0.1:{port}/feed"
        yield server


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: application/atom+xml\r\n"
WHOLE = OK + b"\r\n<feed/>"


def test_a_redirect_into_the_inside_is_refused_where_the_socket_would_connect():
    async def run(server: Server, client: Fetcher) -> None:
        await client.fetch(server.url, validators=None, now=NOW)

    async def main() -> SourceError:
        inner = (
            b"HTTP/1.1 302 Found\r\nLocation: http://[::1]:80/admin\r\nContent-Length: 0\r\n\r\n"
        )
        async with serving(inner) as server, fetcher() as client:
            with pytest.raises(SourceError) as caught:
                await run(server, client)
            return caught.value

    error = asyncio.run(main())
    assert error.kind is FailureKind.FORBIDDEN_ADDRESS
    assert error.message.startswith("::1 is loopback (RFC 4291)")


def resolving(*addresses: str, tls: ssl.SSLContext | None = None) -> GuardedTransport:
    async def resolve(host: str, port: int) -> tuple[object, ...]:
        return tuple(ip_address(address) for address in addresses)

    return GuardedTransport(lambda *_: None, resolve=resolve, tls=tls)


def test_a_refused_connection_is_said_to_be_refused():
    async def run() -> SourceError:
        async with serving() as server:
            url = server.url
        async with fetcher() as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch(url, validators=None, now=NOW)
            return caught.value

    error = asyncio.run(run())
    assert error.kind is FailureKind.UNREACHABLE
    assert "127.0.0.1 cannot be reached: the connection was refused (port" in error.message


def test_another_address_of_a_name_is_tried_when_the_first_refuses():
    async def run() -> Fetched | NotModified:
        transport = resolving("127.0.0.66", "::1", "127.0.0.1")
        async with serving(WHOLE) as server, fetcher(transport) as client:
            url = server.url.replace("127.0.0.1", "feeds.example.org")
            return await client.fetch(url, validators=None, now=NOW)

    assert isinstance(asyncio.run(run()), Fetched)


@pytest.mark.parametrize("host", ["a..b.example", "x" * 64 + ".example"])
def test_a_name_that_cannot_exist_is_a_failure_and_no_crash(host):
    async def run() -> SourceError:
        async with fetcher() as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch(f"http://{host}/", validators=None, now=NOW)
            return caught.value

    error = asyncio.run(run())
    assert error.kind is FailureKind.UNREACHABLE
    assert host in error.message


def test_a_name_without_an_address_is_unreachable():
    async def run() -> SourceError:
        async with fetcher(resolving()) as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch("http://feeds.example.org/", validators=None, now=NOW)
            return caught.value

    assert "it has no address" in asyncio.run(run()).message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError, FailureKind.UNREACHABLE),
        (httpx.ReadTimeout, FailureKind.TIMEOUT),
    ],
)
def test_a_failure_of_another_transport_is_a_failure_all_the_same(error, kind):
    def broken(request: httpx.Request) -> httpx.Response:
        raise error("cable cut", request=request)

    async def run() -> SourceError:
        async with fetcher(httpx.MockTransport(broken)) as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch(FEED, validators=None, now=NOW)
            return caught.value

    failure = asyncio.run(run())
    assert failure.kind is kind
    assert "cable cut" in failure.message


# --- TLS ------------------------------------------------------------------------------------


def over_tls(certificate: str, host: str, *answers: bytes) -> tuple[object, Server]:
    """Fetch once over TLS from a server with this certificate; the result or the error."""
    trusting = ssl.create_default_context(cafile=TLS / "authority.pem")

    async def run() -> tuple[object, Server]:
        transport = resolving("127.0.0.1", tls=trusting)
        async with (
            serving(*answers, certificate=certificate) as server,
            fetcher(transport) as client,
        ):
            url = server.url.replace("http://127.0.0.1", f"https://{host}")
            try:
                return await client.fetch(url, validators=None, now=NOW), server
            except SourceError as error:
                return error, server

    return asyncio.run(run())


@pytest.mark.parametrize("host", ["feeds.example.org", "feeds.example.org.", "FEEDS.example.org"])
def test_a_certificate_is_checked_against_the_name_though_the_socket_has_an_address(host):
    result, server = over_tls("good.pem", host, WHOLE)
    assert isinstance(result, Fetched)
    assert result.body == XML
    assert server.names == ["feeds.example.org"]


@pytest.mark.parametrize(
    ("certificate", "host", "says"),
    [
        ("good.pem", "www.example.org", "its certificate is for another name"),
        ("good.pem", "127.0.0.1", "its certificate is for another address"),
        ("expired.pem", "feeds.example.org", "its certificate has expired"),
        ("early.pem", "feeds.example.org", "its certificate is not valid yet"),
        ("selfsigned.pem", "feeds.example.org", "its certificate is signed by itself"),
    ],
)
def test_a_bad_certificate_is_refused_with_the_reason(certificate, host, says):
    error, server = over_tls(certificate, host, WHOLE)
    assert isinstance(error, SourceError)
    assert error.kind is FailureKind.UNREACHABLE
    assert error.message == f"{host} cannot be reached: {says}"
    assert server.heads == []


def test_an_authority_that_nobody_knows_is_refused_by_default():
    async def run() -> SourceError:
        async with (
            serving(certificate="good.pem") as server,
            fetcher(resolving("127.0.0.1")) as client,
        ):
            url = server.url.replace("http://127.0.0.1", "https://feeds.example.org")
            with pytest.raises(SourceError) as caught:
                await client.fetch(url, validators=None, now=NOW)
            return caught.value

    assert "signed by an unknown authority" in asyncio.run(run()).message


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example.org ESMTP\r\n"])
def test_https_at_a_port_that_speaks_something_else_says_so(greeting):
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> SourceError:
        async with listening(plain) as port, fetcher() as client:
            with pytest.raises(SourceError) as caught:
                await client.fetch(f"https://127.0.0.1:{port}/", validators=None, now=NOW)
            return caught.value

    error = asyncio.run(run())
    assert error.kind is FailureKind.UNREACHABLE
    assert "does not speak TLS" in error.message


# --- connections kept ------------------------------------------------------------------------


def several(count: int, *answers: bytes) -> tuple[Server, list[Fetched | NotModified]]:
    """Fetch so many times from one server with these answers."""

    async def run() -> tuple[Server, list[Fetched | NotModified]]:
        async with serving(*answers) as server, fetcher() as client:
            results = []
            for _ in range(count):
                results.append(await client.fetch(server.url, validators=None, now=NOW))
                await asyncio.sleep(0.01)
            return server, results

    return asyncio.run(run())


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<feed/>\r\n0\r\n\r\n"


@pytest.mark.parametrize("body", [WHOLE, CHUNKED], ids=["length", "chunked"])
def test_a_connection_is_kept_for_the_next_request_to_the_host(body):
    server, results = several(3, body, body, body)
    assert [result.body for result in results] == [XML] * 3
    assert server.connections == 1
    assert server.closed == 1  # and given back in the end


def test_a_redirect_does_not_cost_a_connection():
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /2\r\nContent-Length: 4\r\n\r\nhere"
    server, _ = several(1, redirect, WHOLE)
    assert server.connections == 1
    assert len(server.heads) == 2


def test_a_connection_that_the_server_closes_is_not_used_again():
    server, results = several(2, OK + b"Connection: close\r\n\r\n<feed/>", WHOLE)
    assert server.connections == 2
    assert len(results) == 2


@pytest.mark.parametrize(
    "excess", [b"x", b"<html>not ours</html>", OK.replace(b"7", b"4") + b"\r\nevil"]
)
def test_what_a_server_sends_after_its_answer_is_never_the_next_answer(excess):
    server, results = several(2, WHOLE + excess, WHOLE)
    assert [result.body for result in results] == [XML, XML]
    assert server.connections == 2


def test_a_kept_connection_that_dies_under_the_next_request_is_replaced_once():
    async def run() -> tuple[int, Fetched | NotModified]:
        connections = 0

        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(WHOLE)
            if connections == 1:
                await reader.readuntil(b"\r\n\r\n")  # the second request: no answer

        async with listening(once) as port, fetcher() as client:
            url = f"http://127.0.0.1:{port}/"
            await client.fetch(url, validators=None, now=NOW)
            return connections, await client.fetch(url, validators=None, now=NOW)

    _, second = asyncio.run(run())
    assert isinstance(second, Fetched)


def test_a_new_connection_that_dies_is_not_tried_again():
    async def run() -> tuple[int, SourceError]:
        connections = 0

        async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            await reader.readuntil(b"\r\n\r\n")

        async with listening(never) as port, fetcher() as client:
            url = f"http://127.0.0.1:{port}/"
            with pytest.raises(SourceError) as caught:
                await client.fetch(url, validators=None, now=NOW)
            return connections, caught.value

    connections, error = asyncio.run(run())
    assert connections == 1
    assert error.kind is FailureKind.UNREACHABLE
    assert "the connection was closed without an answer" in error.message


def test_what_is_said_before_the_encryption_is_never_taken_for_what_is_said_in_it():
    async def run() -> str:
        async def early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(WHOLE)
            await reader.read(1)

        async with listening(early) as port:
            stream = await wire.connect("127.0.0.1", port)
            await asyncio.sleep(0.05)
            with pytest.raises(httpcore.ConnectError) as caught:
                await stream.start_tls(ssl.create_default_context(), "feeds.example.org")
            return str(caught.value)

    assert asyncio.run(run()) == "it does not speak TLS on this port"
