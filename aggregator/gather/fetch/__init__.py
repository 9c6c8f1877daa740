"""Fetch, politely and unharmed: an address in, a body or "not modified" out.

Acts: the only package that calls out, and the only one that knows httpx. The steps:

    hops         the way from address to address              pure
    spacing      whose turn it is at a host                    acts: it waits
    conditions   validators, byte for byte                     pure
    transport    one request to a checked address              acts
      lookup       names to addresses                            acts
      addresses    which addresses are inside, the allow-list    pure
      wire         a TCP or TLS connection                       acts
    answer       header fields and a body, as it comes         acts
    refusals     what an answer without a feed means           pure
    inflate      content codings undone, capped                pure
    freshness    Cache-Control, Expires, Retry-After           pure

Beside feeds, a form can be sent: a WebSub hub is told so that a document has changed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar
from urllib.parse import urlencode

import httpx

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import conditions, freshness, hops, refusals
from aggregator.gather.fetch.addresses import AllowList
from aggregator.gather.fetch.answer import Answer, Progress
from aggregator.gather.fetch.spacing import Turns, host_of
from aggregator.gather.fetch.transport import GuardedTransport
from aggregator.model import Fetched, NotModified, Validators

__all__ = ["PAGES", "AllowList", "Fetcher", "host_of"]

_T = TypeVar("_T")
Moment = Callable[[], datetime]

_ACCEPT: Final = (
    b"application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    b" application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
PAGES: Final = b"text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
"""What is asked for at an article's own address: some servers choose a form by it."""

_SAMPLE_SECONDS: Final = 3.0  # for the beginning of an error's body
_PATIENCE: Final = timedelta(seconds=30)  # waited where a redirect asks for it (Retry-After)


class _Redirect:
    def __init__(self, status: int, location: bytes | None, wait: timedelta) -> None:
        self.status = status
        self.location = location
        self.wait = wait


_Ask = Callable[[hops.Trail, Moment, Progress], Awaitable[_T | _Redirect]]


class Fetcher:
    """The one way out that all requests share; an asynchronous context manager.

    Args:
        user_agent: the whole field: ``aggregator/0.1 (+https://site/bot; contact)``.
        contact: the mail address that `From` carries (RFC 9110 section 10.1.2); "": none.
        allow: inside addresses that may be reached all the same.
        deadline: for one request with all its redirects; waiting for a host's turn does not count.
        max_wire: bytes of a body as it is sent.
        max_body: bytes of a body when it is decoded.
        spacing: the pause between two requests to one host.
        transport: for tests; without the guard of addresses unless it has its own.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        contact: str,
        allow: AllowList,
        deadline: timedelta,
        max_wire: int,
        max_body: int,
        spacing: timedelta,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        for text in (user_agent, contact):
            if not (text.isascii() and text.isprintable()):
                raise ValueError(f"{text!r} cannot be sent in a header; wanted plain ASCII")
        self._headers = [
            (b"User-Agent", user_agent.encode()),
            *([(b"From", contact.encode())] if contact else []),
        ]
        self._deadline = deadline.total_seconds()
        self._max_wire = max_wire
        self._max_body = max_body
        self._turns = Turns(spacing)
        # No httpx.AsyncClient stands between: it keeps cookies, and although told not to follow
        # redirects it prepares the next request of each, where a Location like "javascript:x"
        # raises what is no httpx.HTTPError (0.28.1). All else it does is done here.
        self._transport = transport or GuardedTransport(allow.refusal)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    def hold(self, host: str, until: datetime) -> None:
        """Send nothing to `host`, as `host_of` names it, before `until`."""
        self._turns.hold(host, until)

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None,
        now: datetime,
        accept: bytes = _ACCEPT,
    ) -> Fetched | NotModified:
        """Ask `url` for its feed.

        Args:
            url: http or https.
            validators: sent only to the address that they came from.
            now: the present moment; what passes meanwhile is added.
            accept: which forms of it are wanted; `PAGES` for what is no feed.

        Raises:
            SourceError: whatever the world did; `retry_at`, `host` and `received` are filled in.
        """

        async def ask(
            trail: hops.Trail, moment: Moment, progress: Progress
        ) -> Fetched | NotModified | _Redirect:
            return await self._get(trail, validators, accept, moment, progress)

        return await self._walk(url, ask, now)

    async def post(self, url: str, form: Sequence[tuple[str, str]], *, now: datetime) -> int:
        """Send a form (application/x-www-form-urlencoded, UTF-8) and learn that it was taken.

        It may be sent twice, where a kept connection broke, so it has to mean the same twice. Of
        redirects only 307 and 308 are followed: after the others a POST becomes a GET (RFC 9110
        section 15.4), which would send nothing. The body of the answer is not for us.

        Args:
            url: http or https.
            form: the fields, in order.
            now: the present moment.

        Returns:
            The status, 2xx.

        Raises:
            SourceError: the same kinds as of `fetch`; REDIRECT also for 301, 302 and 303.
        """
        content = urlencode(form).encode("ascii")

        async def ask(trail: hops.Trail, moment: Moment, progress: Progress) -> int | _Redirect:
            return await self._post(trail, content, moment, progress)

        return await self._walk(url, ask, now)

    async def _walk(self, url: str, ask: _Ask[_T], now: datetime) -> _T:
        """Ask from redirect to redirect, each host in its turn, until there is an answer."""
        clock = asyncio.get_running_loop().time
        began, left = clock(), self._deadline

        def moment() -> datetime:
            return now + timedelta(seconds=clock() - began)

        def unless(host: str) -> None:
            if until := self._turns.held_until(host, now=moment()):
                raise SourceError(
                    FailureKind.RATE_LIMITED,
                    f"{host} asked for a pause until {until:%Y-%m-%d %H:%M:%S %Z}; not asked",
                    retry_at=until,
                    host=host,
                )

        trail = hops.Trail.start(url)
        while True:
            host = host_of(trail.address)
            async with self._turns.turn(host, unless):
                # A redirect within the host is followed in the same turn, without a pause: it is
                # still the one visit.
                while True:
                    progress = Progress(trail.address)
                    started = clock()
                    result = await self._within(left, ask(trail, moment, progress), progress)
                    left -= clock() - started
                    if not isinstance(result, _Redirect):
                        return result
                    trail = trail.follow(result.status, result.location)
                    if result.wait:
                        await asyncio.sleep(result.wait.total_seconds())
                    if host_of(trail.address) != host:
                        break

    async def _within(self, seconds: float, work: Awaitable[_T], progress: Progress) -> _T:
        """`work` in time, its failures completed with what is known of the progress."""
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            done = "no answer" if progress.status is None else f"{progress.received:,} bytes"
            raise SourceError(
                FailureKind.TIMEOUT,
                f"{progress.address} took longer than {self._deadline:g} seconds ({done} so far)",
                status=progress.status,
                received=progress.received,
            ) from error
        except SourceError as error:
            error.status = error.status or progress.status
            error.received = error.received or progress.received
            raise
        except httpx.HTTPError as error:  # of a transport that is not ours
            late = isinstance(error, httpx.TimeoutException)
            raise SourceError(
                FailureKind.TIMEOUT if late else FailureKind.UNREACHABLE,
                f"{progress.address} cannot be reached: {error}",
            ) from error

    async def _get(
        self,
        trail: hops.Trail,
        validators: Validators | None,
        accept: bytes,
        moment: Moment,
        progress: Progress,
    ) -> Fetched | NotModified | _Redirect:
        """One GET to the end of the trail."""
        conditional = conditions.headers(validators, trail.address)
        headers = [
            *self._headers,
            (b"Accept", accept),
            (b"Accept-Encoding", b"gzip, br, zstd"),
            *conditional,
        ]
        request = httpx.Request("GET", trail.address, headers=headers)
        response = await self._transport.handle_async_request(request)
        try:
            answer = Answer(response, progress)
            if answer.status in (200, 203):
                body = await answer.body(max_wire=self._max_wire, max_body=self._max_body)
                return Fetched(
                    url=trail.address,
                    content_type=answer.one("content-type") or "",
                    content_language=answer.one("content-language"),
                    body=body,
                    received=progress.received,
                    validators=conditions.learned(answer.fields, trail.address),
                    fresh_until=freshness.fresh_until(answer.fields, now=moment()),
                    moved_to=trail.moved_to,
                    conditional=bool(conditional),
                    robots=answer.fields.get("x-robots-tag", ()),
                )
            if answer.status == 304 and conditional and validators is not None:
                await answer.drain()
                return NotModified(
                    url=trail.address,
                    validators=conditions.renewed(validators, answer.fields),
                    fresh_until=freshness.fresh_until(answer.fields, now=moment()),
                    moved_to=trail.moved_to,
                )
            return await self._otherwise(answer, moment(), followed=hops.FOLLOWED)
        finally:
            await response.aclose()

    async def _post(
        self, trail: hops.Trail, content: bytes, moment: Moment, progress: Progress
    ) -> int | _Redirect:
        """One POST to the end of the trail."""
        headers = [
            *self._headers,
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"gzip, br, zstd"),
            (b"Content-Type", b"application/x-www-form-urlencoded"),
        ]
        request = httpx.Request("POST", trail.address, headers=headers, content=content)
        response = await self._transport.handle_async_request(request)
        try:
            answer = Answer(response, progress)
            if 200 <= answer.status < 300:
                await answer.drain()
                return answer.status
            return await self._otherwise(answer, moment(), followed=hops.REPEATED)
        finally:
            await response.aclose()

    async def _otherwise(
        self, answer: Answer, now: datetime, *, followed: frozenset[int]
    ) -> _Redirect:
        """An answer that is not what was asked for: a redirect to follow, or a failure."""
        retry_at = freshness.retry_at(answer.fields, now=now)
        if answer.status in followed:
            wait = retry_at - now if retry_at else timedelta(0)
            if wait > _PATIENCE:
                raise SourceError(
                    FailureKind.RATE_LIMITED,
                    f"{answer.address} redirects, to be followed not before "
                    f"{retry_at:%Y-%m-%d %H:%M %Z}",
                    retry_at=retry_at,
                    host=host_of(answer.address),
                )
            await answer.drain()
            location = answer.one("location")
            return _Redirect(answer.status, location.encode("latin-1") if location else None, wait)
        whose = None
        if answer.status in refusals.WORTH_READING:
            seconds = min(_SAMPLE_SECONDS, self._deadline / 4)
            sample = await answer.sample(seconds=seconds, max_wire=self._max_wire)
            whose = refusals.challenge(answer.fields, sample)
        failure = refusals.refusal(answer.address, answer.status, retry_at=retry_at, whose=whose)
        failure.host = host_of(answer.address)
        if failure.kind is FailureKind.RATE_LIMITED and retry_at is not None:
            self.hold(failure.host, retry_at)
        raise failure
