"""The servers of the bundled sources. Acts.

Loopback only. Each source has a port of its own, so that each is a host of its own to the
fetcher's politeness.
"""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from aggregator.demo.rendering import front, page, render
from aggregator.demo.stories import Station, picture

HOST = "127.0.0.1"
SLOW = 1.5  # seconds that the slow server takes to answer

CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    b"<h1>Checking your browser before accessing the site.</h1>"
    b'<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>'
    b"</body></html>"
)


class Serving(AbstractContextManager["Serving"]):
    """A server on loopback, answering in threads while the context lasts."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer((HOST, 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_port

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Playing(Serving):
    """A bundled source on a port of its own; counts what was asked of it."""

    def __init__(self, station: Station, start: datetime, step: Callable[[], int]) -> None:
        self.station = station
        self.requests: list[int] = []  # the status of each answer of the feed
        playing = self

        class Handler(_Quiet):
            def do_GET(self) -> None:
                playing.answer(self)

        self._start, self._step = start, step
        super().__init__(Handler)

    def answer(self, request: "_Quiet") -> None:
        """Answer one request as this station's server behaves."""
        station, step = self.station, self._step()
        articles = station.articles(step, self._start)
        for article in articles:
            if request.path == article.path:
                request.send(200, page(station, article), "text/html; charset=utf-8")
                return
            if request.path == article.image:
                request.send(200, picture(article.image), "image/webp")
                return
        deleted = station.deleted(step, self._start)
        if request.path in {gone.path for gone in deleted}:
            request.send(410, b"gone", "text/plain")
            return
        if request.path == "/":
            request.send(200, front(station, articles), "text/html; charset=utf-8")
            return
        if request.path not in {"/feed", "/news/feed"}:
            request.send(404, b"not found", "text/plain")
            return
        if station.behavior == "moved" and request.path == "/feed":
            request.send(301, b"", "text/plain", location=f"{self.origin}/news/feed")
            return
        self._feed(request, *render(station, articles, self.origin, deleted))

    def _feed(self, request: "_Quiet", body: bytes, media_type: str) -> None:
        station = self.station
        if station.behavior == "slow":
            time.sleep(SLOW)
        if station.behavior == "broken":
            body = body[: len(body) * 2 // 3]  # the connection of its server broke off
        if station.behavior == "challenge":
            self.requests.append(403)
            request.send(403, CHALLENGE, "text/html")
            return
        if station.behavior == "unstable" and self._step() % 3 == 2:
            self.requests.append(503)
            request.send(503, b"back soon", "text/plain", retry_after="20")
            return
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        unchanged = request.headers.get("If-None-Match") == etag
        self.requests.append(304 if unchanged else 200)
        request.send(304 if unchanged else 200, b"" if unchanged else body, media_type, etag=etag)


class _Quiet(BaseHTTPRequestHandler):
    """A request handler that keeps the terminal for the story."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle(self) -> None:
        # A client that goes away (a daemon that was stopped) is no matter for the terminal.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def send(self, status: int, body: bytes, media_type: str, **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header({"etag": "ETag"}.get(name, name.replace("_", "-").title()), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


def clock() -> datetime:
    """Tell the time at which a world begins."""
    return datetime.now(UTC).replace(microsecond=0)
