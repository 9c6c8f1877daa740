"""Requests to checked addresses only: httpx above, httpcore's pool below, the guard between.

Acts. A name is looked up once, each of its addresses is checked, and the socket connects to one
of those literals: there is no second look-up that could answer otherwise. TLS still checks the
certificate against the name. There is no way to name a proxy, so none can be smuggled in.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import chain, zip_longest
from typing import Any, Final

import certifi
import httpcore
import httpx

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import lookup, wire
from aggregator.gather.fetch.addresses import Address

Refusal = Callable[[Address, int, str], str | None]
"""Address, port and the host asked for -> why not to connect, or None."""

Resolve = Callable[[str, int], Awaitable[tuple[Address, ...]]]

_ATTEMPTS: Final = 4  # addresses tried of one name
_PATIENCE: Final = 4.0  # seconds for each of them but the last
# httpcore looks at all idle connections, squared, whenever one comes or goes: keep few.
_KEPT: Final = 10
_KEPT_SECONDS: Final = 20.0
_DIALED: ContextVar[bool] = ContextVar("_DIALED", default=False)


class GuardedTransport(httpx.AsyncBaseTransport):
    """The only way out. Raises SourceError: UNREACHABLE, FORBIDDEN_ADDRESS or PROTOCOL.

    Args:
        refusal: asked for each address before the socket connects.
        resolve: names to addresses.
        tls: whom to trust; by default the authorities that certifi lists.
    """

    def __init__(
        self,
        refusal: Refusal,
        *,
        resolve: Resolve = lookup.resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or _authorities(),
            max_connections=None,  # who calls decides how many at once; a queue here could leak
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=_Guard(refusal, resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; a kept connection that turns out to be dead is replaced once."""
        url = request.url
        outgoing = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        _DIALED.set(False)
        with _failures(url.host):
            try:
                answer = await self._pool.handle_async_request(outgoing)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                if _DIALED.get():
                    raise
                # RFC 9112 section 9.3.1: a GET may be repeated when a kept connection broke, and
                # so may a POST that means the same twice, which is all that we send.
                answer = await self._pool.handle_async_request(outgoing)
        connection = answer.extensions["network_stream"]
        if isinstance(connection, wire.Stream):
            connection.head_is_read()
        assert isinstance(answer.stream, AsyncIterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, url.host, connection),
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        await asyncio.sleep(0)  # the sockets are closed by the loop's next step


@cache
def _authorities() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())  # takes some 20 ms


class _Body(httpx.AsyncByteStream):
    def __init__(
        self, stream: AsyncIterable[bytes], host: str, connection: httpcore.AsyncNetworkStream
    ) -> None:
        self._stream = stream
        self._host = host
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _failures(self._host):
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        if _has_excess(self._stream):
            await self._connection.aclose()
        # httpcore forgets to give the connection back where a cancellation meets it in here.
        await asyncio.shield(asyncio.ensure_future(_close(self._stream)))


async def _close(stream: Any) -> None:
    await stream.aclose()


def _has_excess(stream: Any) -> bool:
    """Whether the server sent more than its answer, which would start the next one.

    httpcore hands such a connection on (a body after a 304 is the common case), and nothing
    public tells. Where its insides have changed, every connection counts as spoilt.
    """
    connection = getattr(getattr(stream, "_stream", None), "_connection", None)
    state = getattr(connection, "_h11_state", None)
    return state is None or bool(state.trailing_data[0])


class _Guard(httpcore.AsyncNetworkBackend):
    def __init__(self, refusal: Refusal, resolve: Resolve) -> None:
        self._refusal = refusal
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - one deadline over all
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Any = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        _DIALED.set(True)
        addresses = await self._resolve(host, port)
        for address in addresses:
            if why := self._refusal(address, port, host):
                leads = "" if str(address) == host else f" leads to {address}, which"
                raise SourceError(
                    FailureKind.FORBIDDEN_ADDRESS,
                    f"{host}{leads} is {why}; such addresses are only asked where network.allow "
                    f"names them, as {_literal(address)}:{port}",
                )
        return await self._connect(_in_turn(addresses), port)

    async def _connect(
        self, addresses: tuple[Address, ...], port: int
    ) -> httpcore.AsyncNetworkStream:
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await wire.connect(str(address), port)
            except OSError:  # TimeoutError is one
                continue
        try:
            return await wire.connect(str(addresses[-1]), port)
        except (OSError, IndexError) as error:
            raise httpcore.ConnectError(
                f"{wire.plainly(error)} (port {port})" if addresses else "it has no address"
            ) from error


def _in_turn(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """A few of the addresses, the two families by turns (RFC 8305 section 4)."""
    if not addresses:
        return ()
    first = addresses[0].version
    by_family = zip_longest(
        (address for address in addresses if address.version == first),
        (address for address in addresses if address.version != first),
    )
    return tuple(address for address in chain.from_iterable(by_family) if address)[:_ATTEMPTS]


def _literal(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


@contextmanager
def _failures(host: str) -> Iterator[None]:
    """Errors of httpcore as ours, in words for the operator."""
    try:
        yield
    except httpcore.ProtocolError as error:
        raise SourceError(FailureKind.PROTOCOL, f"{host} breaks HTTP: {error}") from error
    except httpcore.NetworkError as error:
        raise SourceError(FailureKind.UNREACHABLE, f"{host} cannot be reached: {error}") from error
    except httpcore.TimeoutException as error:
        raise SourceError(FailureKind.TIMEOUT, f"{host} was too slow: {error}") from error
