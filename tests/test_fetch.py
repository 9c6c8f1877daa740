"""Fetching politely: what is sent, what is made of the answer, and whose turn it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.gather.fetch.freshness import fresh_until, retry_at
from aggregator.model import Fetched, NotModified, Validators

CORPUS = Path(__file__).parent / "corpus" / "http"
NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
FEED = "https://feeds.example.org/atom.xml"
XML = b"<feed/>"
USER_AGENT = "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)"


def rows(name: str) -> list[list[str]]:
    lines = (CORPUS / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def fetcher(transport: httpx.AsyncBaseTransport | None = None, **settings: object) -> Fetcher:
    return Fetcher(
        **{
            "user_agent": USER_AGENT,
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


Script = dict[str, list[httpx.Response] | httpx.Response]


def web(script: Script, seen: list[httpx.Request] | None = None) -> httpx.MockTransport:
    """A web of a few addresses; where one has several answers they come in turn."""

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        planned = script[str(request.url)]
        return planned.pop(0) if isinstance(planned, list) else planned

    return httpx.MockTransport(answer)


async def fetch(
    url: str, script: Script, *, validators: Validators | None = None, **settings: object
) -> Fetched | NotModified:
    async with fetcher(web(script), **settings) as client:
        return await client.fetch(url, validators=validators, now=NOW)


def fetched(url: str, script: Script, **how: object) -> Fetched:
    result = asyncio.run(fetch(url, script, **how))
    assert isinstance(result, Fetched)
    return result


def failure(url: str, script: Script, **how: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        asyncio.run(fetch(url, script, **how))
    return caught.value


def ok(body: bytes = XML, **fields: str) -> httpx.Response:
    headers = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


def answer(status: int, body: bytes = b"", **fields: str | bytes) -> httpx.Response:
    headers = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


# --- what is sent ---------------------------------------------------------------------------


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


class Server:
    """A loopback server that keeps the raw heads of all requests and answers as told."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answers.pop(0))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Server]:
    server = Server(*answers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/feed"
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()
        await asyncio.sleep(0.01)  # the last connections end


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: application/atom+xml\r\n"
WHOLE = OK + b"\r\n<feed/>"


def test_a_request_says_who_asks_and_nothing_superfluous():
    async def run() -> bytes:
        async with serving(WHOLE) as server, fetcher() as client:
            await client.fetch(f"{server.url}?a=b%20c#top", validators=None, now=NOW)
            return server.heads[0]

    head = asyncio.run(run())
    assert re.sub(rb"127\.0\.0\.1:\d+", b"HOST", head).decode() == (
        "GET /feed?a=b%20c HTTP/1.1\r\n"
        "Host: HOST\r\n"
        f"User-Agent: {USER_AGENT}\r\n"
        "From: desk@example.org\r\n"
        "Accept: application/atom+xml, application/rss+xml, application/feed+json,"
        " application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8,"
        " application/json;q=0.7, */*;q=0.1\r\n"
        "Accept-Encoding: gzip, br, zstd\r\n"
        "\r\n"
    )


def test_cookies_are_neither_kept_nor_sent():
    async def run() -> list[bytes]:
        cookie = b"Set-Cookie: id=1; Path=/\r\n\r\n<feed/>"
        async with serving(OK + cookie, OK + cookie) as server, fetcher() as client:
            for _ in range(2):
                await client.fetch(server.url, validators=None, now=NOW)
            return server.heads

    heads = asyncio.run(run())
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_named_in_the_environment_is_ignored(monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there

    async def run() -> Fetched | NotModified:
        async with serving(WHOLE) as server, fetcher() as client:
            return await client.fetch(server.url, validators=None, now=NOW)

    assert asyncio.run(run()).url


@pytest.mark.parametrize("bad", ["aggregator\r\nX-Evil: 1", "aggregätor"])
def test_a_user_agent_that_is_no_header_is_refused_before_anything_is_sent(bad):
    with pytest.raises(ValueError):
        fetcher(user_agent=bad)


# --- validators -----------------------------------------------------------------------------


def test_validators_go_back_byte_for_byte_to_the_address_they_came_from():
    etag = b'W/"\xc3\xa9\xff, x"'
    modified = b"Fri, 21 Mar 2025 9:01:02 GMT+1"  # no date by the book; it is the server's
    fields = b"ETag: " + etag + b"\r\nLast-Modified: " + modified + b"\r\n\r\n<feed/>"

    async def run() -> list[bytes]:
        async with serving(OK + fields, WHOLE) as server, fetcher() as client:
            first = await client.fetch(server.url, validators=None, now=NOW)
            assert isinstance(first, Fetched)
            assert not first.conditional
            second = await client.fetch(server.url, validators=first.validators, now=NOW)
            assert isinstance(second, Fetched)
            assert second.conditional
            assert second.validators is None  # a 200 replaces both, with nothing if need be
            return server.heads

    plain, conditional = asyncio.run(run())
    assert b"If-" not in plain
    assert b"\r\nIf-None-Match: " + etag + b"\r\n" in conditional
    assert b"\r\nIf-Modified-Since: " + modified + b"\r\n" in conditional


def test_validators_are_not_sent_to_any_other_address():
    seen: list[httpx.Request] = []
    old = Validators(url="https://feeds.example.org/old.xml", etag='"1"')

    async def run() -> Fetched | NotModified:
        async with fetcher(web({FEED: ok()}, seen)) as client:
            return await client.fetch(FEED, validators=old, now=NOW)

    result = asyncio.run(run())
    assert isinstance(result, Fetched)
    assert not result.conditional
    assert "if-none-match" not in seen[0].headers


def test_a_304_to_validators_that_were_not_sent_is_no_answer():
    old = Validators(url="https://feeds.example.org/old.xml", etag='"1"')
    error = failure(FEED, {FEED: answer(304)}, validators=old)
    assert error.kind is FailureKind.PROTOCOL


def test_validators_are_sent_at_the_hop_of_a_redirect_that_they_belong_to():
    seen: list[httpx.Request] = []
    last = "https://cdn.example.net/feed.xml"
    script: Script = {FEED: answer(302, Location=last), last: answer(304, ETag='"2"')}
    validators = Validators(url=last, etag='"1"', last_modified="then")

    async def run() -> Fetched | NotModified:
        async with fetcher(web(script, seen)) as client:
            return await client.fetch(FEED, validators=validators, now=NOW)

    result = asyncio.run(run())
    assert result == NotModified(
        url=last,
        validators=Validators(url=last, etag='"2"', last_modified="then"),
        fresh_until=None,
        moved_to=None,
    )
    assert [request.headers.get("if-none-match") for request in seen] == [None, '"1"']


def test_a_304_keeps_what_it_does_not_renew_and_its_freshness_counts():
    validators = Validators(url=FEED, etag='"1"', last_modified="Thu, 20 Mar 2025 12:00:00 GMT")
    script: Script = {
        FEED: answer(304, Last_Modified="Fri, 21 Mar 2025 11:00:00 GMT", Cache_Control="max-age=9")
    }
    result = asyncio.run(fetch(FEED, script, validators=validators))
    assert isinstance(result, NotModified)
    assert result.validators == Validators(
        url=FEED, etag='"1"', last_modified="Fri, 21 Mar 2025 11:00:00 GMT"
    )
    assert result.fresh_until is not None
    assert timedelta(seconds=9) <= result.fresh_until - NOW < timedelta(seconds=10)


@pytest.mark.parametrize(("field", "verdict", "why"), rows("etag.tsv"))
def test_an_etag_is_kept_when_it_can_be_sent_back(field, verdict, why):
    raw = field.encode().decode("unicode_escape").encode("latin-1")
    result = fetched(FEED, {FEED: answer(200, XML, ETag=raw)})
    kept = result.validators and result.validators.etag
    assert kept == (raw.decode("latin-1") if verdict == "kept" else None), why


def test_two_etags_that_differ_are_none():
    response = httpx.Response(
        200, headers=[("ETag", '"1"'), ("ETag", '"2"')], stream=httpx.ByteStream(XML)
    )
    assert fetched(FEED, {FEED: response}).validators is None


# --- what the answer means ------------------------------------------------------------------


def test_a_body_comes_with_what_its_response_said_about_it():
    body = fetched(
        FEED,
        {
            FEED: ok(
                XML,
                Content_Type="application/atom+xml; charset=utf-8",
                Content_Language="ckb",
                ETag='"1"',
                Cache_Control="max-age=600",
            )
        },
    )
    assert body.url == FEED
    assert (body.body, body.received) == (XML, 7)
    assert body.content_type == "application/atom+xml; charset=utf-8"
    assert body.content_language == "ckb"
    assert body.validators == Validators(url=FEED, etag='"1"')
    assert body.fresh_until is not None
    assert body.moved_to is None


@pytest.mark.parametrize(("fields", "expected", "why"), rows("freshness.tsv"))
def test_freshness_is_what_the_server_said(fields, expected, why):
    found: dict[str, tuple[str, ...]] = {}
    for field in fields.split("|"):
        name, _, value = field.partition(":")
        found[name.lower()] = (*found.get(name.lower(), ()), value.strip())
    until = None if expected == "-" else NOW + timedelta(seconds=int(expected))
    assert fresh_until(found, now=NOW) == until, why


@pytest.mark.parametrize(("value", "expected", "why"), rows("retry-after.tsv"))
def test_retry_after_is_obeyed_where_it_can_be_meant(value, expected, why):
    moment = None if expected == "-" else NOW + timedelta(seconds=int(expected))
    assert retry_at({"retry-after": (value,)}, now=NOW) == moment, why


K = FailureKind
CLOUDFLARE = b"<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
STATUSES = [
    (201, {}, b"", K.PROTOCOL, "makes no sense|has made something"),
    (202, {}, b"", K.PROTOCOL, "will answer later"),
    (202, {"x-amzn-waf-action": "challenge"}, b"", K.PROTOCOL, "challenge page of AWS WAF"),
    (204, {}, b"", K.PROTOCOL, "nothing to send"),
    (205, {}, b"", K.PROTOCOL, "nothing to send"),
    (206, {"content-range": "bytes 0-6/100"}, XML, K.PROTOCOL, "a part where the whole"),
    (226, {"im": "feed"}, XML, K.PROTOCOL, "a difference where the whole"),
    (299, {}, XML, K.PROTOCOL, "makes no sense"),
    (304, {}, b"", K.PROTOCOL, "did not ask for that"),
    (300, {}, XML, K.REDIRECT, "cannot be followed"),
    (305, {"location": "http://127.0.0.1/"}, b"", K.REDIRECT, "cannot be followed"),
    (400, {}, b"", K.HTTP_STATUS, "refuses us (400)"),
    (401, {}, b"", K.HTTP_STATUS, "asks for a password (401)"),
    (403, {}, b"no", K.HTTP_STATUS, "refuses us (403)"),
    (403, {}, CLOUDFLARE, K.HTTP_STATUS, "with a challenge page of Cloudflare"),
    (403, {"cf-mitigated": "challenge"}, b"", K.HTTP_STATUS, "challenge page of Cloudflare"),
    (403, {}, b"<p>Sucuri WebSite Firewall - Access Denied", K.HTTP_STATUS, "of Sucuri"),
    (404, {}, b"g-recaptcha", K.HTTP_STATUS, "has nothing at this address (404)"),
    (410, {}, b"", K.GONE, "gone for good (410)"),
    (418, {}, b"", K.HTTP_STATUS, "refuses us (418)"),
    (429, {}, b"", K.RATE_LIMITED, "we ask too often (429)"),
    (429, {"retry-after": "120"}, b"", K.RATE_LIMITED, "not before 2025-03-21 12:02:00 UTC"),
    (429, {"retry-after": "1" + "0" * 20}, b"", K.RATE_LIMITED, "we ask too often (429)"),
    (451, {}, b"", K.HTTP_STATUS, "for legal reasons (451)"),
    (500, {}, b"", K.HTTP_STATUS, "an error of its own (500)"),
    (503, {}, b"", K.HTTP_STATUS, "is not available now (503)"),
    (503, {"retry-after": "soon"}, b"", K.HTTP_STATUS, "is not available now (503)"),
    (503, {"retry-after": "60"}, b"", K.RATE_LIMITED, "not before 2025-03-21 12:01:00 UTC"),
    (503, {}, CLOUDFLARE, K.HTTP_STATUS, "with a challenge page of Cloudflare"),
    (522, {}, b"", K.HTTP_STATUS, "(Cloudflare) (522)"),
    (599, {}, b"", K.HTTP_STATUS, "has an error (599)"),
    (999, {}, b"", K.HTTP_STATUS, "has an error (999)"),
]


@pytest.mark.parametrize(("status", "fields", "body", "kind", "says"), STATUSES)
def test_an_answer_without_a_feed_is_a_failure_in_plain_words(status, fields, body, kind, says):
    error = failure(
        FEED, {FEED: httpx.Response(status, headers=fields, stream=httpx.ByteStream(body))}
    )
    assert (error.kind, error.status) == (kind, status)
    assert re.search(says if "|" in says else re.escape(says), error.message)
    assert error.message.startswith(FEED)


def test_a_203_of_a_proxy_on_the_way_is_a_body():
    assert fetched(FEED, {FEED: answer(203, XML)}).body == XML


def test_a_retry_after_on_any_failure_is_handed_on():
    error = failure(FEED, {FEED: answer(404, Retry_After="3600")})
    assert error.retry_at is not None
    assert timedelta(0) <= error.retry_at - NOW - timedelta(hours=1) < timedelta(seconds=1)
