"""The review page's questions and answers: an ASGI application. Acts: reads and writes the store.

Every page but the login wants a session. What changes something is a POST with the session's form
token, sent by a page of this very origin; anything else is refused (403) and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.serve.review import forms, pages
from aggregator.serve.review.forms import Said
from aggregator.serve.review.password import Password
from aggregator.serve.review.sessions import Patience, Session, Sessions
from aggregator.store import Dossier, Store
from aggregator.text.html import clean_text

ROOT: Final = "/review"
COOKIE: Final = "aggregator_review"
ON_A_PAGE: Final = 20

_ABOUT: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
_DONE: Final = {
    "approve": "Approved. It is published within seconds where the daemon is running.",
    "reject": "Rejected. It will not appear, whatever its publisher does with it.",
    "save": "Saved. What you wrote stays, whatever its publisher changes.",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What the review page is about.

    Args:
        title: the site's.
        outlets: names of sources, by id.
        languages: those that editions show, by code: what they are called.
    """

    title: str
    outlets: Mapping[str, str]
    languages: Mapping[str, str]


def review_app(
    about: Reviewed, store: Store, password: Password, *, clock: Callable[[], datetime]
) -> Starlette:
    """Make the application.

    Args:
        about: names to show.
        store: where the queue is, and the rulings go.
        password: the one that lets in.
        clock: the time, aware.
    """
    return _Review(about, store, password, clock).app()


Answer = Callable[[Request, Session], Awaitable[Response]]


class _Review:
    def __init__(
        self, about: Reviewed, store: Store, password: Password, clock: Callable[[], datetime]
    ) -> None:
        self._about = about
        self._pages = pages.Pages(about.title, about.outlets, about.languages)
        self._store = store
        self._password = password
        self._clock = clock
        self._sessions = Sessions()
        self._patience = Patience()
        self._turn = asyncio.Semaphore(1)  # a password takes 64 MiB to compare

    def app(self) -> Starlette:
        """Put the routes together."""
        within = self._within
        return Starlette(
            routes=[
                Route("/", _to_the_queue),
                Route(f"{ROOT}/style.css", _style),
                Route(f"{ROOT}/login", self._login_page, methods=["GET"]),
                Route(f"{ROOT}/login", self._login, methods=["POST"]),
                Route(f"{ROOT}/logout", within(self._logout), methods=["POST"]),
                Route(f"{ROOT}/entry/{{entry_id:int}}", within(self._entry), methods=["GET"]),
                Route(f"{ROOT}/entry/{{entry_id:int}}", within(self._rule), methods=["POST"]),
                Route(f"{ROOT}/", within(self._queue), methods=["GET"]),
                Route(ROOT, _to_the_queue),
            ],
            exception_handlers={StoreError: self._failed},
        )

    # --- who is there -----------------------------------------------------------------------

    def _within(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Let only who is logged in get an answer."""

        async def answered(request: Request) -> Response:
            token = request.cookies.get(COOKIE, "")
            session = self._sessions.find(token, self._clock())
            if session is not None:
                return await answer(request, session)
            if request.method == "POST":
                text = "Your session is over, and nothing was changed. Log in and do it again."
                return _html(self._pages.message(None, "Logged out", text), 403)
            return _see(f"{ROOT}/login")

        return answered

    async def _login_page(self, _: Request) -> Response:
        return _html(self._pages.login())

    async def _login(self, request: Request) -> Response:
        if not _from_here(request):
            return self._refused(None)
        form = await _form(request)
        if form is None:
            return self._refused(None)
        now = self._clock()
        who = clean_text(form.get("who", ""))[: forms.LONGEST_NAME]
        if self._patience.is_over(now):
            log.warning("review-login-refused", why="too many wrong passwords")
            problem = "There were too many wrong passwords. Wait ten minutes."
            return _html(self._pages.login(problem=problem, who=who), 429)
        if not who:
            problem = "Write your name: what you decide is remembered with it."
            return _html(self._pages.login(problem=problem), 422)
        async with self._turn:
            right = await asyncio.to_thread(self._password.is_right, form.get("password", ""))
        if not right:
            self._patience.fail(now)
            log.warning("review-login-failed", who=who)
            return _html(self._pages.login(problem="The password is wrong.", who=who), 403)
        self._patience.forget()
        session = self._sessions.begin(who, now)
        log.info("review-login", who=who)
        answer = _see(f"{ROOT}/")
        answer.set_cookie(
            COOKIE,
            session.token,
            path=ROOT,
            httponly=True,
            samesite="strict",
            secure=request.headers.get("x-forwarded-proto") == "https",
        )
        return answer

    async def _logout(self, request: Request, session: Session) -> Response:
        if await self._owned(request, session) is None:
            return self._refused(session)
        self._sessions.end(session.token)
        answer = _see(f"{ROOT}/login")
        answer.delete_cookie(COOKIE, path=ROOT, httponly=True, samesite="strict")
        return answer

    async def _owned(self, request: Request, session: Session) -> dict[str, str] | None:
        """Read a form that this session's own page sent; None where it is anybody else's."""
        form = await _form(request) if _from_here(request) else None
        return form if form is not None and session.owns(form.get("token", "")) else None

    def _refused(self, session: Session | None) -> Response:
        text = "This form did not come from a page of yours, so nothing was changed. Go back, reload the page and try again."  # noqa: E501
        return _html(self._pages.message(session, "Refused", text), 403)

    async def _failed(self, request: Request, error: Exception) -> Response:
        log.error("review-failed", path=request.url.path, message=str(error))
        text = f"The database did not answer: {error}"
        return _html(self._pages.message(None, "Not now", text), 503)

    # --- what waits -------------------------------------------------------------------------

    async def _queue(self, request: Request, session: Session) -> Response:
        source = request.query_params.get("source", "")
        before = _number(request.query_params.get("before", ""))
        found = await asyncio.to_thread(
            self._store.queue, source_id=source or None, before=before, limit=ON_A_PAGE + 1
        )
        total = await asyncio.to_thread(self._store.held, source or None)
        delayed = await asyncio.to_thread(
            self._store.delayed, self._clock(), source_id=source or None, limit=ON_A_PAGE
        )
        shown = found[:ON_A_PAGE]
        return _html(
            self._pages.queue(
                session,
                shown,
                delayed=() if before else delayed,
                total=total,
                source=source,
                older=shown[-1].entry_id if len(found) > ON_A_PAGE else None,
                notice=_DONE.get(request.query_params.get("done", ""), ""),
            )
        )

    async def _entry(self, request: Request, session: Session) -> Response:
        dossier = await self._known(request)
        if dossier is None:
            return self._missing(session)
        form = forms.as_it_is(dossier.entry, dossier.language, len(dossier.revisions))
        notice = _DONE.get(request.query_params.get("done", ""), "")
        return _html(self._pages.entry(session, dossier, form, notice=notice))

    async def _rule(self, request: Request, session: Session) -> Response:
        form = await self._owned(request, session)
        told = None if form is None else forms.said(form)
        if told is None:
            return self._refused(session)
        dossier = await self._known(request)
        if dossier is None:
            return self._missing(session)
        now = forms.as_it_is(dossier.entry, dossier.language, len(dossier.revisions))
        if told.revision != now.revision:
            problem = "It changed while you were reading. This is how it is now; decide again."
            return _html(self._pages.entry(session, dossier, now, problem=problem), 409)
        if told.language and told.language not in self._about.languages:
            return self._refused(session)
        try:
            await asyncio.to_thread(self._decide, dossier.entry_id, told, now, session.who)
        except StoreError as error:
            return _html(self._pages.entry(session, dossier, told, problem=str(error)), 422)
        log.info("review", action=told.action, entry=dossier.entry_id, who=session.who)
        where = f"entry/{dossier.entry_id}" if told.action == "save" else ""
        return _see(f"{ROOT}/{where}?done={quote(told.action)}")

    def _decide(self, entry_id: int, told: Said, before: Said, who: str) -> None:
        """Put what a person said into force. In a thread."""
        edits, now = forms.edits(told, before), self._clock()
        if told.ruling is not None:
            why = told.why or "on the review page"
            self._store.rule(entry_id, told.ruling, who=who, why=why, now=now, edits=edits)
        elif edits is not None:
            why = told.why or "on the review page"
            self._store.edit(entry_id, edits, who=who, why=why, now=now)

    async def _known(self, request: Request) -> Dossier | None:
        return await asyncio.to_thread(self._store.dossier, request.path_params["entry_id"])

    def _missing(self, session: Session) -> Response:
        text = "There is no such article. It may have been decided elsewhere."
        return _html(self._pages.message(session, "Not found", text), 404)


# --- answers ----------------------------------------------------------------------------------


async def _to_the_queue(_: Request) -> Response:
    return _see(f"{ROOT}/")


async def _style(_: Request) -> Response:
    about = {**_ABOUT, "cache-control": "private, max-age=300"}
    return Response(pages.STYLE, media_type="text/css", headers=about)


def _html(body: str, status: int = 200) -> Response:
    return Response(body, status, media_type="text/html", headers=_ABOUT)


def _see(where: str) -> RedirectResponse:
    return RedirectResponse(where, 303, headers=_ABOUT)


def _from_here(request: Request) -> bool:
    """Whether a browser says that a page of this origin sent the form, or says nothing.

    What it says is `Sec-Fetch-Site` or `Origin`; a browser of ours without either still has no
    cookie of a foreign form (SameSite=Strict), nor its token.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _form(request: Request) -> dict[str, str] | None:
    """Read a form; None where it is none, or too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > forms.LARGEST:
            return None
    try:
        return forms.fields(bytes(body))
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
