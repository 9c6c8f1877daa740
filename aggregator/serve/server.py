"""uvicorn, as we run it: listening, patience with clients, stopping. Acts: network, signals.

uvicorn waits for ever for a client that sends its request slowly or does not read the answer. The
server shares its descriptors with the daemon, so that has an end here.
"""

import asyncio
import concurrent.futures
import contextlib
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from aggregator.errors import AggregatorError
from aggregator.serve.protocol import PROTOCOL

PATIENCE: Final = 30.0  # seconds without any progress on a connection
GRACE: Final = 1  # second that answers have to end when the server stops

log = structlog.get_logger()


class ServeError(AggregatorError):
    """The address cannot be listened on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a server answers."""

    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 8080, patience: float = PATIENCE
) -> AsyncIterator[Listening]:
    """Answer in the running loop while the body runs; then stop, within five seconds.

    Signals stay whose they are.

    Args:
        app: what answers.
        host: a name or address of this machine.
        port: 0 for any free one.
        patience: seconds after which a connection without any progress is cut off.

    Raises:
        ServeError: the address cannot be listened on.
    """
    listener = _listen(host, port)
    server = _Server(app, patience)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    started = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield Listening(host=host, port=listener.getsockname()[1])
    finally:
        started.cancel()
        server.should_exit = True
        await task


async def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    stop: asyncio.Event | None = None,
    on_listening: Callable[[Listening], None] | None = None,
) -> None:
    """Answer until `stop`; without one, until SIGTERM or SIGINT.

    Raises:
        ServeError: the address cannot be listened on.
    """
    with contextlib.nullcontext(stop) if stop is not None else _signals() as end:
        async with serving(app, host=host, port=port) as listening:
            log.info("listening", address=listening.origin)
            if on_listening is not None:
                on_listening(listening)
            await end.wait()
    log.info("stopped-listening", address=listening.origin)


def run(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    on_listening: Callable[[Listening], None] | None = None,
) -> None:
    """Be a server and nothing else, on uvloop where it is installed.

    Raises:
        ServeError: the address cannot be listened on.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(app, host=host, port=port, on_listening=on_listening))


@contextlib.contextmanager
def serving_in_thread(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Listening]:
    """Answer in a thread with a loop of its own while the body runs.

    Raises:
        ServeError: the address cannot be listened on.
    """
    found: concurrent.futures.Future[tuple[Listening, Callable[[], object]]]
    found = concurrent.futures.Future()

    async def answer() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        try:
            async with serving(app, host=host, port=port) as listening:
                found.set_result((listening, lambda: loop.call_soon_threadsafe(stop.set)))
                await stop.wait()
        except ServeError as error:
            found.set_exception(error)

    def live() -> None:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(answer())

    thread = threading.Thread(target=live, name="serving")
    thread.start()
    try:
        listening, end = found.result()
        try:
            yield listening
        finally:
            end()
    finally:
        thread.join()


# --- uvicorn --------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """uvicorn's server, ours to start and stop, that gives up on clients that stand still."""

    def __init__(self, app: ASGIApp, patience: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PROTOCOL,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=GRACE + 1,
            )
        )
        self.up = asyncio.Event()
        self._patience = patience
        self._seen: dict[Any, tuple[object, float]] = {}

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever runs us."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.up.set()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; once a second, look for connections that stand still."""
        if counter % 10 == 0:
            self._give_up_on_idle()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers end, and cut off before uvicorn complains those that do not."""
        timer = asyncio.get_running_loop().call_later(GRACE, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()
            self._cut_off()

    def _cut_off(self) -> None:
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()

    def _give_up_on_idle(self) -> None:
        """Progress is another request, an answer's end, or bytes that the client took."""
        now = time.monotonic()
        seen: dict[Any, tuple[object, float]] = {}
        for connection in tuple(self.server_state.connections):
            one: Any = connection
            ended = one.cycle is not None and one.cycle.response_complete
            mark = (one.cycle, ended, one.transport.get_write_buffer_size())
            before = self._seen.get(one)
            since = before[1] if before is not None and before[0] == mark else now
            seen[one] = (mark, since)
            if now - since > self._patience:
                one.transport.abort()
        self._seen = seen


# --- the machine ----------------------------------------------------------------------------


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except (OSError, OverflowError) as error:  # OverflowError: a port beyond 65535
        why = getattr(error, "strerror", None) or error
        raise ServeError(
            f"{host}:{port} cannot be listened on: {why}. Choose another `host` or `port` under "
            "`serve:` (of the review page: `review:`), or stop what listens there"
        ) from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's, where it is installed; it is not on every platform."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    return uvloop.new_event_loop


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    for name in names:
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in names:
            loop.remove_signal_handler(name)
