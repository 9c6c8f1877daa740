"""Fetch, politely and unharmed: an address in, a body or "not modified" out.

Acts: the only package that calls out, and the only one that knows httpx. The steps:

    hops         the way from address to address              pure
    spacing      whose turn it is at a host                    acts: it waits
    conditions   validators, byte for byte                     pure
    transport    one request to a checked address              acts
      lookup       names to addresses                            acts
      addresses    which addresses are inside, the allow-list    pure
      wire         a TCP or TLS connection                       acts
    refusals     what an answer without a feed means           pure
    inflate      content codings undone, capped                pure
    freshness    Cache-Control, Expires, Retry-After           pure
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar

import httpx

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import conditions, freshness, hops, refusals
from aggregator.gather.fetch.addresses import AllowList
from aggregator.gather.fetch.inflate import inflater
from aggregator.gather.fetch.spacing import Turns, host_of
from aggregator.gather.fetch.transport import GuardedTransport
from aggregator.model import Fetched, NotModified, Validators

__all__ = ["AllowList", "Fetcher", "host_of"]

Fields = Mapping[str, tuple[str, ...]]
_T = TypeVar("_T")

_ACCEPT: Final = (
    b"application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    b" application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_PIECES: Final = 50_000  # of one body: a chunk of one byte costs as much time as one of 8 kB
_SAMPLE: Final = 1 << 16  # bytes of an error's body that are read to say what it is
_SAMPLE_SECONDS: Final = 3.0
_REST: Final = 1 << 14  # bytes read off a redirect so that its connection can be kept
_REST_SECONDS: Final = 1.0
_PATIENCE: Final = timedelta(seconds=30)  # waited where a redirect asks for it (Retry-After)


class _Progress:
    """How far a fetch has come, for the report if it comes no further."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.received = 0
        self.pieces = 0
        self.status: int | None = None

    def receive(self, piece: bytes, *, most: int) -> bytes:
        self.received += len(piece)
        self.pieces += 1
        if self.received > most:
            raise SourceError(FailureKind.TOO_LARGE, f"the body is larger than {most:,} bytes")
        if self.pieces > _PIECES:
            raise SourceError(
                FailureKind.PROTOCOL,
                f"{self.address} sends its body in more than {_PIECES:,} crumbs",
            )
        return piece


class _Redirect:
    def __init__(self, status: int, location: bytes | None, wait: timedelta) -> None:
        self.status = status
        self.location = location
        self.wait = wait


class Fetcher:
    """The one way out that all fetches share; an asynchronous context manager.

    Args:
        user_agent: the whole field: ``aggregator/0.1 (+https://site/bot; contact)``.
        contact: the mail address that `From` carries (RFC 9110 section 10.1.2); "": none.
        allow: inside addresses that may be reached all the same.
        deadline: for one fetch with all its redirects; waiting for a host's turn does not count.
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
            (b"Accept", _ACCEPT),
            (b"Accept-Encoding", b"gzip, br, zstd"),
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
        self, url: str, *, validators: Validators | None, now: datetime
    ) -> Fetched | NotModified:
        """Ask `url` for its feed.

        Args:
            url: http or https.
            validators: sent only to the address that they came from.
            now: the present moment; what passes meanwhile is added.

        Raises:
            SourceError: whatever the world did; `retry_at`, `host` and `received` are filled in.
        """
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
                    progress = _Progress(trail.address)
                    started = clock()
                    result = await self._within(
                        left, self._ask(trail, validators, moment, progress), progress
                    )
                    left -= clock() - started
                    if not isinstance(result, _Redirect):
                        return result
                    trail = trail.follow(result.status, result.location)
                    if result.wait:
                        await asyncio.sleep(result.wait.total_seconds())
                    if host_of(trail.address) != host:
                        break

    async def _within(self, seconds: float, work: Awaitable[_T], progress: _Progress) -> _T:
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

    async def _ask(
        self,
        trail: hops.Trail,
        validators: Validators | None,
        moment: Callable[[], datetime],
        progress: _Progress,
    ) -> Fetched | NotModified | _Redirect:
        """One request to the end of the trail."""
        conditional = conditions.headers(validators, trail.address)
        request = httpx.Request("GET", trail.address, headers=[*self._headers, *conditional])
        response = await self._transport.handle_async_request(request)
        try:
            status = progress.status = response.status_code
            fields = _fields(response)
            if "transfer-encoding" in fields and "content-length" in fields:
                raise SourceError(  # RFC 9112 section 6.3: "ought to be handled as an error"
                    FailureKind.PROTOCOL,
                    f"{trail.address} gives both Content-Length and Transfer-Encoding",
                )
            if status in (200, 203):
                body = await self._body(response, fields, progress)
                return Fetched(
                    url=trail.address,
                    content_type=_one(fields, "content-type") or "",
                    content_language=_one(fields, "content-language"),
                    body=body,
                    received=progress.received,
                    validators=conditions.learned(fields, trail.address),
                    fresh_until=freshness.fresh_until(fields, now=moment()),
                    moved_to=trail.moved_to,
                    conditional=bool(conditional),
                )
            if status == 304 and conditional and validators is not None:
                await self._drain(response)
                return NotModified(
                    url=trail.address,
                    validators=conditions.renewed(validators, fields),
                    fresh_until=freshness.fresh_until(fields, now=moment()),
                    moved_to=trail.moved_to,
                )
            return await self._otherwise(response, fields, trail.address, moment(), progress)
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response, fields: Fields, progress: _Progress) -> bytes:
        """The whole body, decoded."""
        declared = _one(fields, "content-length") or ""
        if declared.isdigit() and int(declared[:20]) > self._max_wire:
            raise SourceError(
                FailureKind.TOO_LARGE,
                f"{progress.address} announces {int(declared[:20]):,} bytes; "
                f"{self._max_wire:,} are allowed",
            )
        body = bytearray()
        try:
            decoder = inflater(fields.get("content-encoding", ()), limit=self._max_body)
            async for piece in _stream(response):
                body += decoder.feed(progress.receive(piece, most=self._max_wire))
            body += decoder.finish()
        except SourceError as error:
            if error.kind in (FailureKind.TOO_LARGE, FailureKind.BAD_ENCODING):
                raise SourceError(error.kind, f"{progress.address}: {error.message}") from error
            raise
        return bytes(body)

    async def _otherwise(
        self,
        response: httpx.Response,
        fields: Fields,
        address: str,
        now: datetime,
        progress: _Progress,
    ) -> _Redirect:
        """An answer without a feed: a redirect to follow, or the failure that it is."""
        status = response.status_code
        retry_at = freshness.retry_at(fields, now=now)
        if status in hops.FOLLOWED:
            wait = retry_at - now if retry_at else timedelta(0)
            if wait > _PATIENCE:
                raise SourceError(
                    FailureKind.RATE_LIMITED,
                    f"{address} redirects, to be followed not before {retry_at:%Y-%m-%d %H:%M %Z}",
                    retry_at=retry_at,
                    host=host_of(address),
                )
            await self._drain(response)
            location = _one(fields, "location")
            return _Redirect(status, location.encode("latin-1") if location else None, wait)
        whose = None
        if status in refusals.WORTH_READING:
            whose = refusals.challenge(fields, await self._sample(response, fields, progress))
        failure = refusals.refusal(address, status, retry_at=retry_at, whose=whose)
        failure.host = host_of(address)
        if failure.kind is FailureKind.RATE_LIMITED and retry_at is not None:
            self.hold(failure.host, retry_at)
        raise failure

    async def _sample(
        self, response: httpx.Response, fields: Fields, progress: _Progress
    ) -> bytes:
        """The beginning of an error's body, as far as it can be had: it only explains."""
        sample = bytearray()
        with suppress(SourceError, httpx.HTTPError, TimeoutError):
            decoder = inflater(fields.get("content-encoding", ()), limit=4 * _SAMPLE)
            async with asyncio.timeout(min(_SAMPLE_SECONDS, self._deadline / 4)):
                async for piece in _stream(response):
                    sample += decoder.feed(progress.receive(piece, most=self._max_wire)[:_SAMPLE])
                    if progress.received >= _SAMPLE:
                        break
        return bytes(sample)

    async def _drain(self, response: httpx.Response) -> None:
        """Read a short body to its end, so that the connection can be kept."""
        rest = 0
        with suppress(SourceError, httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(_REST_SECONDS):
                async for piece in _stream(response):
                    rest += len(piece)
                    if rest > _REST:
                        break


def _stream(response: httpx.Response) -> httpx.AsyncByteStream:
    """The body as it comes over the wire: httpx would undo every coding, without a cap."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


def _fields(response: httpx.Response) -> Fields:
    """Header fields by lowercase name; values keep every byte, as latin-1."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in response.headers.raw:
        key = name.decode("latin-1").lower()
        fields[key] = (*fields.get(key, ()), value.decode("latin-1"))
    return fields


def _one(fields: Fields, name: str) -> str | None:
    values = fields.get(name)
    return values[0] if values else None
