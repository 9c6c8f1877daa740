"""Answers searches: the one page that is made when somebody asks for it. Acts: disk.

`/TAG/search?q=WORDS&page=N` is answered from the index beside the store (`aggregator.search`) and
from nothing else. Searching and rendering happen in threads, a few at a time; who comes when many
wait already is asked to come again. What people look for is not logged.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.errors import AggregatorError
from aggregator.model import Article, Search
from aggregator.search import LONGEST, Found, NotReady, TookTooLong, find
from aggregator.serve import fields, negotiation
from aggregator.syndicate.site import Layout, addresses, search_page
from aggregator.text.html import clean_text

RESULTS: Final = 20  # on a page
PAGES: Final = 50  # that one can turn to; who needs more wants other words
_CODINGS: Final = (b"gzip", negotiation.IDENTITY)
_GZIP_LEVEL: Final = 6
_AT_ONCE: Final = 3
_WAITING: Final = 40  # about as many as are answered within two seconds

# A reader's own browser may keep it while they look at an article and come back; nobody else may.
_CACHING: Final = "private, max-age=60"
_LATER: Final = {"cache-control": "no-store", "retry-after": "30"}
_BUSY: Final = b"503 Service Unavailable: many are searching; try again in a moment.\n"

log = structlog.get_logger()


def search_routes(
    layouts: Iterable[Layout],
    index: Path,
    *,
    page_policy: str = fields.PAGE_POLICY,
    most_waiting: int = _WAITING,
) -> list[Route]:
    """Make the routes that answer searches, one for each edition, for `make_app`.

    An edition that is not there has no route: the tree answers, with its 404.

    Args:
        layouts: of the editions' pages.
        index: where the index is, or will be.
        page_policy: the Content-Security-Policy of pages.
        most_waiting: searches at the same time, those that wait for their turn among them.
    """
    desk = _Desk(index, fields.Policy(page_policy=page_policy), most_waiting)
    routes = []
    for layout in layouts:
        path = f"/{addresses.search(layout.frame.edition.tag)}"
        answer = desk.answering(layout)
        # Where the site has a path, requests come with it or, by a proxy, without.
        for one in dict.fromkeys((path, layout.root + path)):
            routes.append(Route(one, answer, methods=["GET"]))  # noqa: PERF401 - and HEAD
    return routes


class _Desk:
    def __init__(self, index: Path, policy: fields.Policy, most_waiting: int) -> None:
        self._index = index
        self._most_waiting = most_waiting
        self._about = {
            name.decode(): value.decode() for name, value in policy.security(fields.HTML)
        } | {"content-type": fields.HTML, "x-robots-tag": "noindex", "vary": "Accept-Encoding"}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    def answering(self, layout: Layout) -> Callable[[Request], Awaitable[Response]]:
        """Make what answers in one edition."""

        async def answer(request: Request) -> Response:
            asked = request.query_params
            query = clean_text(asked.get("q", "")[:LONGEST])
            if self._waiting >= self._most_waiting:
                return self._refusal()
            self._waiting += 1
            try:
                async with self._turns:
                    status, body = await asyncio.to_thread(
                        self._page, layout, query, _number(asked.get("page", ""))
                    )
            except TookTooLong as error:
                log.warning("search-gave-up", message=str(error))
                return self._refusal()
            except AggregatorError as error:
                log.error("search-failed", message=str(error))
                return self._refusal()
            finally:
                self._waiting -= 1
            return self._response(request, status, body)

        return answer

    def _page(self, layout: Layout, query: str, page: int) -> tuple[int, bytes]:
        """Search and lay out. In a thread."""
        try:
            search = self._search(layout.frame.edition.tag, query, page)
        except NotReady:
            search = Search(query=query, articles=(), total=0, ready=False)
        return 200 if search.ready else 503, search_page(layout, search).body

    def _search(self, tag: str, query: str, page: int) -> Search:
        if not query:
            return Search(query="", articles=(), total=0)
        found = self._find(tag, query, page)
        pages = max(1, min(PAGES, -(-found.total // RESULTS)))
        if page > pages:
            page, found = pages, self._find(tag, query, pages)
        return Search(
            query=query,
            articles=tuple(Article(item=hit.item, path=hit.path) for hit in found.hits),
            total=found.total,
            page=page,
            pages=pages,
        )

    def _find(self, tag: str, query: str, page: int) -> Found:
        return find(self._index, tag, query, limit=RESULTS, offset=(page - 1) * RESULTS)

    def _response(self, request: Request, status: int, body: bytes) -> Response:
        about = self._about | ({"cache-control": _CACHING} if status == 200 else _LATER)
        accept = request.headers.get("accept-encoding")
        order = negotiation.acceptable(accept.encode("latin-1") if accept else None)
        # The other coding of ours, brotli, takes twice the time for what is sent once.
        if next(coding for coding in order if coding in _CODINGS) == b"gzip":
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            about["content-encoding"] = "gzip"
        about["content-length"] = str(len(body))
        return Response(b"" if request.method == "HEAD" else body, status, headers=about)

    def _refusal(self) -> Response:
        return Response(_BUSY, 503, headers=self._about | _LATER | {"content-type": fields.TEXT})


def _number(page: str) -> int:
    return max(1, min(int(page), PAGES)) if page.isdecimal() and len(page) <= 4 else 1
