"""The ASGI application over a published tree. Acts: disk, through `files`.

`GET` and `HEAD` of a file in memory are answered at once. Everything else passes Starlette's
router: what is computed (`/healthcheck`, and routes that are given), then the tree.

Three names in the tree speak to the server and are not served themselves: `404.html` and
`410.html` (at the root and in each language's folder) are the pages for what is missing and gone;
`410.txt` at the root lists what is gone for good, one path a line.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.errors import AggregatorError
from aggregator.serve import fields, negotiation
from aggregator.serve.files import KEPT, File, Files, Representation
from aggregator.serve.paths import INDEX, Place, resolve

App = ASGIApp
"""What answers; for `serving` and `run`."""

Health = Callable[[], tuple[bool, Mapping[str, object]]]
"""Says whether all is well, and what else `/healthcheck` shows. Quick: the loop waits for it."""

_READ: Final = frozenset({"GET", "HEAD"})
_ALLOW: Final = (b"allow", b"GET, HEAD, OPTIONS")
_MISSING: Final = "404.html"
_GONE: Final = "410.html"
_GONE_LIST: Final = "410.txt"
_SENTENCES: Final = {
    404: b"404 Not Found: nothing is published here.\n",
    405: b"405 Method Not Allowed: this is for reading, GET and HEAD.\n",
    410: b"410 Gone: this was published here and was withdrawn.\n",
    503: b"503 Service Unavailable: try again in a moment.\n",
}

log = structlog.get_logger()


def make_app(
    root: Path,
    *,
    hubs: Sequence[str] = (),
    site: str = "",
    health: Health | None = None,
    routes: Sequence[BaseRoute] = (),
    page_policy: str = fields.PAGE_POLICY,
    on_answer: Callable[[str, int], None] | None = None,
    memory: int = KEPT,
) -> ASGIApp:
    """Make the application that shows what is published below `root`.

    Args:
        root: the published folder; it may be made later.
        hubs: WebSub hubs, named in the `Link` of feeds together with `site`.
        site: the address that `root` has for readers. Where it has a path, as in
            `https://example.org/news`, requests come with it or, by a proxy, without it.
        health: asked by `/healthcheck`; without it, answering is health enough.
        routes: Starlette routes that are asked before the tree.
        page_policy: the Content-Security-Policy of pages.
        on_answer: told the path and the status of each answer, before it is sent.
        memory: bytes of files kept in memory.
    """
    policy = fields.Policy(hubs=tuple(hubs), site=site.rstrip("/"), page_policy=page_policy)
    app: ASGIApp = _Tree(Files(root, policy, limit=memory), policy, _healthcheck(health), routes)
    return app if on_answer is None else _observed(app, on_answer)


class _Tree:
    def __init__(
        self, files: Files, policy: fields.Policy, healthcheck: Route, routes: Sequence[BaseRoute]
    ) -> None:
        self._files = files
        self._policy = policy
        self._router = Router(
            [healthcheck, *routes], redirect_slashes=False, default=self._answer_from_tree
        )
        self._prefix = urlsplit(policy.site).path.encode("utf-8")
        self._gone: tuple[File | None, frozenset[str]] = (None, frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http" and scope["method"] in _READ:
                file = self._files.known(self._path(scope))
                if file is not None:
                    await self._answer(file, scope, send)
                    return
            await self._router(scope, receive, send)
        except OSError as error:  # before anything was sent: see _stream
            log.error("serve-failed", path=scope.get("path"), message=str(error))
            later = ((b"retry-after", b"5"), (b"cache-control", b"no-store"))
            await self._say(503, scope, send, *later)

    async def _answer_from_tree(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # a WebSocket that is not accepted is refused
        if scope["method"] not in _READ:
            await self._answer_other_method(scope, send)
            return
        place = resolve(self._path(scope))
        if place is not None and not _is_reserved(place):
            file = await self._files.find(_key(place), place)
            if file is not None:
                await self._answer(file, scope, send)
                return
            if not place.folder:
                inside = Place(names=(*place.names, INDEX), folder=True)
                if await self._files.find(_key(inside), inside) is not None:
                    await self._redirect(place, send)
                    return
        await self._answer_missing(place, scope, send)

    def _path(self, scope: Scope) -> bytes:
        """Return the path as it was sent, below the site's own."""
        raw = scope.get("raw_path")  # optional in ASGI
        path = raw if isinstance(raw, bytes) else scope["path"].encode("utf-8")
        if self._prefix and path.startswith(self._prefix + b"/"):
            path = path[len(self._prefix) :]
        return path

    # --- what is there ----------------------------------------------------------------------

    async def _answer(self, file: File, scope: Scope, send: Send) -> None:
        asked = negotiation.asked(scope["headers"])
        one = await self._chosen(file, asked.get(b"accept-encoding"))
        status = negotiation.status(asked, etag=one.etag, modified=file.modified)
        if status != 200:
            await _send(send, status, one.same if status == 304 else _EMPTY)
        elif scope["method"] == "HEAD":
            await _send(send, 200, one.whole)
        elif one.body is not None:
            await _send(send, 200, one.whole, one.body)
        else:
            await self._stream(file, one, send)

    async def _chosen(self, file: File, accept: bytes | None) -> Representation:
        if not file.codings:
            return file.identity
        order = negotiation.acceptable(accept)
        return file.kept.get(order[0]) or await self._files.represent(file, order)

    async def _stream(self, file: File, one: Representation, send: Send) -> None:
        blocks = await self._files.blocks(file)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": one.whole})
            left = one.length
            while left and (block := await self._files.next_block(blocks)):
                left -= len(block)
                await send({"type": "http.response.body", "body": block, "more_body": left > 0})
        except OSError as error:
            # What has begun cannot be taken back: the connection ends short of its length.
            log.error("serve-failed", path=file.place.path, message=str(error))
        finally:
            blocks.close()

    # --- what is not ------------------------------------------------------------------------

    async def _answer_missing(self, place: Place | None, scope: Scope, send: Send) -> None:
        gone = place is not None and _unindexed(place.path) in await self._gone_paths()
        status, page, caching = (
            (410, _GONE, fields.GONE_CACHING) if gone else (404, _MISSING, fields.MISSING_CACHING)
        )
        kept = (b"cache-control", caching)
        file = await self._error_page(place, page)
        if file is None:
            await self._say(status, scope, send, kept)
            return
        asked = negotiation.asked(scope["headers"])
        one = await self._chosen(file, asked.get(b"accept-encoding"))
        # The validators are those of the error page and not of what was asked for.
        about = [
            field
            for field in one.whole
            if field[0] not in {b"etag", b"last-modified", b"cache-control", b"accept-ranges"}
        ]
        body = b"" if scope["method"] == "HEAD" else one.body
        await _send(send, status, [*about, kept], body or b"")

    async def _error_page(self, place: Place | None, page: str) -> File | None:
        """Find the page in the reader's language, else the one at the root."""
        folders = {place.names[0], ""} if place is not None and len(place.names) > 1 else {""}
        for folder in sorted(folders, reverse=True):
            names = (folder, page) if folder else (page,)
            file = await self._internal(Place(names=names, folder=False))
            if file is not None:
                return file
        return None

    async def _gone_paths(self) -> frozenset[str]:
        file = await self._internal(Place(names=(_GONE_LIST,), folder=False))
        if file is not self._gone[0]:
            body = file.identity.body if file is not None else None
            lines = (body or b"").decode("utf-8", "replace").splitlines()
            paths = (line.strip() for line in lines)
            listed = frozenset(_unindexed(path.lstrip("/")) for path in paths if path[:1] != "#")
            self._gone = (file, listed - {""})
        return self._gone[1]

    async def _internal(self, place: Place) -> File | None:
        # No request's path begins so: these files are never found by one.
        return await self._files.find(b"\0" + place.path.encode("ascii"), place)

    async def _redirect(self, place: Place, send: Send) -> None:
        # Relative: a proxy in front may show the root under another path.
        to = f"{place.names[-1]}/".encode("ascii")
        caching = (b"cache-control", fields.GONE_CACHING)
        await _send(send, 301, [(b"location", to), (b"content-length", b"0"), caching])

    async def _answer_other_method(self, scope: Scope, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await _send(send, 204, [_ALLOW])
        else:
            await self._say(405, scope, send, _ALLOW)

    async def _say(
        self, status: int, scope: Scope, send: Send, *more: tuple[bytes, bytes]
    ) -> None:
        body = _SENTENCES[status]
        about = [
            (b"content-type", fields.TEXT.encode("ascii")),
            (b"content-length", str(len(body)).encode("ascii")),
            *self._policy.security(fields.TEXT),
            *more,
        ]
        await _send(send, status, about, b"" if scope["method"] == "HEAD" else body)


_EMPTY: Final = [(b"content-length", b"0")]


async def _send(send: Send, status: int, headers: fields.Fields, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _key(place: Place) -> bytes:
    path = place.path[: -len(INDEX)] if place.folder else place.path
    return f"/{path}".encode("ascii")


def _is_reserved(place: Place) -> bool:
    return place.names[-1] in {_MISSING, _GONE} or place.path == _GONE_LIST


def _unindexed(path: str) -> str:
    """Name a folder and its index alike, for the list of what is gone."""
    if path == INDEX or path.endswith(f"/{INDEX}"):
        path = path[: -len(INDEX)]
    return path.rstrip("/")


def _healthcheck(health: Health | None) -> Route:
    async def answer(_request: Request) -> Response:
        fit, more = True, dict[str, object]()
        if health is not None:
            try:
                fit, told = health()
                more = dict(told)
            except AggregatorError as error:
                # Anybody may ask: the sentence, which may name paths, is for the log.
                log.error("healthcheck-failed", message=str(error))
                fit, more = False, {"error": type(error).__name__}
        return JSONResponse(
            {"status": "ok" if fit else "failing", **more},
            status_code=200 if fit else 503,
            headers={"cache-control": "no-store", "x-content-type-options": "nosniff"},
        )

    return Route("/healthcheck", answer, methods=["GET"])  # and HEAD, which it adds


def _observed(app: ASGIApp, on_answer: Callable[[str, int], None]) -> ASGIApp:
    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                on_answer(scope["path"], message["status"])
            await send(message)

        await app(scope, receive, told if scope["type"] == "http" else send)

    return observed
