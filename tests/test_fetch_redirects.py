"""Redirects, and addresses that are not asked at all."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.model import Fetched, NotModified, Validators

NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
FEED = "https://feeds.example.org/atom.xml"
K = FailureKind


Script = dict[str, httpx.Response]


def web(script: Script) -> httpx.MockTransport:
    """A web of a few addresses."""
    return httpx.MockTransport(lambda request: script[str(request.url)])


async def fetch(
    url: str, script: Script, *, validators: Validators | None = None, **settings: object
) -> Fetched | NotModified:
    client = Fetcher(
        **{
            "user_agent": "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
            "contact": "desk@example.org",
            "allow": AllowList(),
            "deadline": timedelta(seconds=5),
            "max_wire": 1000,
            "max_body": 1000,
            "spacing": timedelta(0),
            "transport": web(script),
        }
        | settings
    )
    async with client:
        return await client.fetch(url, validators=validators, now=NOW)


def fetched(url: str, script: Script, **how: object) -> Fetched:
    result = asyncio.run(fetch(url, script, **how))
    assert isinstance(result, Fetched)
    return result


def failure(url: str, script: Script, **how: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        asyncio.run(fetch(url, script, **how))
    return caught.value


def answer(status: int, **fields: str | bytes) -> httpx.Response:
    headers = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b"<feed/>"))


def chain(*statuses: int) -> Script:
    """/0 redirects to /1 and so on; the last has the feed."""
    base = "https://feeds.example.org"
    script: Script = {
        f"{base}/{number}": answer(status, Location=f"/{number + 1}")
        for number, status in enumerate(statuses)
    }
    return script | {f"{base}/{len(statuses)}": answer(200)}


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((), False),
        ((301,), True),
        ((308,), True),
        ((302,), False),
        ((303,), False),
        ((307,), False),
        ((301, 308, 301), True),
        ((301, 302), False),
        ((302, 301), False),
        ((301, 301, 301, 301, 301), True),
    ],
)
def test_an_address_has_moved_only_if_every_redirect_says_for_good(statuses, moved):
    end = f"https://feeds.example.org/{len(statuses)}"
    result = fetched("https://feeds.example.org/0", chain(*statuses))
    assert result.url == end
    assert result.moved_to == (end if moved else None)


def test_a_move_is_seen_through_a_304_as_well():
    end = "https://feeds.example.org/1"
    script = chain(301) | {end: answer(304)}
    result = asyncio.run(
        fetch("https://feeds.example.org/0", script, validators=Validators(url=end, etag='"1"'))
    )
    assert isinstance(result, NotModified)
    assert result.moved_to == end


@pytest.mark.parametrize(
    ("location", "end"),
    [
        ("/new.xml", "https://feeds.example.org/new.xml"),
        ("new.xml", "https://feeds.example.org/a/new.xml"),
        ("../new.xml", "https://feeds.example.org/new.xml"),
        ("?page=1", "https://feeds.example.org/a/feed.xml?page=1"),
        ("//other.example.net/f", "https://other.example.net/f"),
        ("HTTPS://OTHER.example.net/f", "https://other.example.net/f"),
        ("https://other.example.net/f#frag", "https://other.example.net/f"),
        ("https://other.example.net", "https://other.example.net/"),
        ("  /new.xml ", "https://feeds.example.org/new.xml"),
        ("/a b.xml", "https://feeds.example.org/a%20b.xml"),
        ("/نوێ".encode(), "https://feeds.example.org/%D9%86%D9%88%DB%8E"),
        ("/caf\xe9".encode("latin-1"), "https://feeds.example.org/caf%C3%A9"),
        ("https://bücher.example/f", "https://xn--bcher-kva.example/f"),
    ],
)
def test_a_location_is_resolved_against_the_address_that_gave_it(location, end):
    start = "https://feeds.example.org/a/feed.xml"
    raw = location if isinstance(location, bytes) else location.encode()
    assert fetched(start, {start: answer(301, Location=raw), end: answer(200)}).url == end


@pytest.mark.parametrize(
    ("location", "kind", "says"),
    [
        (None, K.REDIRECT, "without saying where"),
        ("", K.REDIRECT, "without saying where"),
        ("http://feeds.example.org/atom.xml", K.REDIRECT, "from https to plain http"),
        ("https://feeds.example.org/atom.xml", K.REDIRECT, "in a circle"),
        ("#fragment", K.REDIRECT, "in a circle"),
        ("https://feeds.example.org:443/atom.xml", K.REDIRECT, "in a circle"),
        ("ftp://feeds.example.org/", K.FORBIDDEN_ADDRESS, "neither http nor https"),
        ("file:///etc/passwd", K.FORBIDDEN_ADDRESS, "neither http nor https"),
        ("javascript:alert(1)", K.FORBIDDEN_ADDRESS, "neither http nor https"),
        ("https://user:pw@example.net/", K.FORBIDDEN_ADDRESS, "a user name or password"),
        ("https://", K.REDIRECT, "in a circle"),
        ("https://[::1", K.REDIRECT, "which is no address"),
        ("https://example.net:x/", K.REDIRECT, "which is no address"),
        ("/" + "x" * 9000, K.FORBIDDEN_ADDRESS, "longer than 8192 characters"),
        ("/a\x01b", K.REDIRECT, "which is no address"),
    ],
)
def test_a_redirect_that_cannot_be_followed_says_why(location, kind, says):
    fields = {} if location is None else {"Location": location.encode()}
    error = failure(FEED, {FEED: answer(302, **fields)})
    assert error.kind is kind
    assert error.status == 302
    assert says in error.message
    assert len(error.message) < 600


def test_more_than_five_redirects_are_too_many():
    error = failure("https://feeds.example.org/0", chain(*[301] * 6))
    assert error.kind is FailureKind.REDIRECT
    assert "more than 5 times" in error.message


def test_a_circle_of_several_addresses_is_found():
    a, b = "https://a.example.org/", "https://b.example.org/"
    error = failure(a, {a: answer(302, Location=b), b: answer(302, Location=a)})
    assert error.kind is FailureKind.REDIRECT
    assert "in a circle" in error.message


@pytest.mark.parametrize(
    ("wait", "kind"), [("0", None), ("-5", None), ("soon", None), ("31", K.RATE_LIMITED)]
)
def test_a_retry_after_on_a_redirect_is_waited_for_or_handed_on(wait, kind):
    end = "https://feeds.example.org/1"
    script: Script = {FEED: answer(302, Location="/1", Retry_After=wait), end: answer(200)}
    if kind is None:
        assert fetched(FEED, script).url == end
    else:
        error = failure(FEED, script)
        assert error.kind is kind
        assert error.retry_at is not None


def test_a_short_pause_that_a_redirect_asks_for_is_kept_and_is_no_part_of_the_deadline():
    end = "https://feeds.example.org/1"
    script: Script = {FEED: answer(302, Location="/1", Retry_After="1"), end: answer(200)}

    async def run() -> float:
        started = asyncio.get_running_loop().time()
        await fetch(FEED, script, deadline=timedelta(seconds=0.5))
        return asyncio.get_running_loop().time() - started

    assert 0.95 < asyncio.run(run()) < 3


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/feed", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("feed://example.org/", "neither http nor https"),
        ("example.org/feed", "neither http nor https"),
        ("", "neither http nor https"),
        ("https://user:secret@example.org/", "a user name or password"),
        ("https://user@example.org/", "a user name or password"),
        ("http://example.org\\@127.0.0.1/", "a user name or password"),
        ("https:///feed", "names no host"),
        ("https://example.org:0/", "no such port"),
        ("https://example.org:70000/", "no such port"),
        ("https://example.org:port/", "is no address"),
        ("https://example.org/\r\nX: y", "is no address"),
        ("https://exa\tmple.org/", "is no address"),
        ("https://example.org/" + "x" * 9000, "longer than 8192"),
    ],
)
def test_what_is_no_web_address_is_refused_and_nothing_is_sent(url, says):
    error = failure(url, {})
    assert error.kind is FailureKind.FORBIDDEN_ADDRESS
    assert says in error.message
