"""Sending a form: what goes out, which answers mean that it was taken, and what is followed."""

import asyncio
import itertools
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HUB = "https://hub.example/"
USER_AGENT = "aggregator/0.1 (+https://center.example/bot; desk@center.example)"
FORM = (("hub.mode", "publish"), ("hub.url", "https://center.example/ku/atom.xml?a=b&ç=ê"))
BODY = (
    "hub.mode=publish&hub.url="
    "https%3A%2F%2Fcenter.example%2Fku%2Fatom.xml%3Fa%3Db%26%C3%A7%3D%C3%AA"
)
ANSWERS = Path(__file__).parent / "corpus" / "http" / "posts.tsv"


def fetcher(transport=None, **settings):
    return Fetcher(
        **{
            "user_agent": USER_AGENT,
            "contact": "desk@center.example",
            "allow": AllowList.parse(["127.0.0.1:*"]),
            "deadline": timedelta(seconds=5),
            "max_wire": 100_000,
            "max_body": 200_000,
            "spacing": timedelta(0),
            "transport": transport,
        }
        | settings
    )


class Web:
    """Answers each address in its own way, and keeps what it was sent."""

    def __init__(self, **answers):
        self.answers = answers
        self.sent = []

    def __call__(self, request):
        self.sent.append((request.method, str(request.url), request.content.decode()))
        return self.answers[request.url.path.strip("/") or "hub"]


def answer(status, body=b"", **fields):
    headers = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def send(web, url=HUB, **settings):
    async def run():
        async with fetcher(httpx.MockTransport(web), **settings) as client:
            return await client.post(url, FORM, now=NOW)

    return asyncio.run(run())


def failure(web, url=HUB, **settings):
    with pytest.raises(SourceError) as caught:
        send(web, url, **settings)
    return caught.value


# --- on the wire ----------------------------------------------------------------------------


@asynccontextmanager
async def server(*answers):
    """A loopback server that keeps whole requests, one connection for as long as it likes."""
    requests, planned = [], list(answers)

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"Content-Length: (\d+)", head)[1])
                requests.append(head + await reader.readexactly(length))
                if not planned[0]:  # closed without an answer
                    planned.pop(0)
                    break
                writer.write(planned.pop(0))
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/hub", requests


TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"


def test_a_form_is_sent_with_its_length_and_says_who_sends_it():
    async def run():
        async with server(TAKEN) as (url, requests), fetcher() as client:
            assert await client.post(url, FORM, now=NOW) == 202
            return requests[0]

    request = asyncio.run(run())
    assert re.sub(rb"127\.0\.0\.1:\d+", b"HOST", request).decode() == (
        "POST /hub HTTP/1.1\r\n"
        "Host: HOST\r\n"
        f"User-Agent: {USER_AGENT}\r\n"
        "From: desk@center.example\r\n"
        "Accept: */*\r\n"
        "Accept-Encoding: gzip, br, zstd\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(BODY)}\r\n"
        "\r\n" + BODY
    )


def test_a_kept_connection_that_broke_is_replaced_and_the_form_sent_again_whole():
    async def run():
        async with server(TAKEN, b"", TAKEN) as (url, requests), fetcher() as client:
            for _ in range(2):
                assert await client.post(url, FORM, now=NOW) == 202
            return requests

    requests = asyncio.run(run())
    assert len(requests) == 3
    assert {request.partition(b"\r\n\r\n")[2] for request in requests} == {BODY.encode()}


def test_an_inside_address_is_refused_before_anything_is_sent():
    async def run():
        async with server(TAKEN) as (url, requests):
            async with fetcher(allow=AllowList()) as client:
                with pytest.raises(SourceError) as caught:
                    await client.post(url, FORM, now=NOW)
            return caught.value, requests

    error, requests = asyncio.run(run())
    assert error.kind is FailureKind.FORBIDDEN_ADDRESS
    assert requests == []


def test_a_hub_that_never_answers_meets_the_deadline():
    async def run():
        async def silent(reader, writer):
            await reader.read()  # until the other side gives up
            writer.close()

        async with await asyncio.start_server(silent, "127.0.0.1", 0) as listener:
            url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/"
            async with fetcher(deadline=timedelta(seconds=0.2)) as client:
                with pytest.raises(SourceError) as caught:
                    await client.post(url, FORM, now=NOW)
                await asyncio.sleep(0.05)
            return caught.value

    assert asyncio.run(run()).kind is FailureKind.TIMEOUT


# --- answers: corpus/http/posts.tsv ---------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [line.split("\t")[:2] for line in ANSWERS.read_text().splitlines() if line[0] != "#"],
)
def test_what_a_status_means_for_a_form(status, kind):
    web = Web(hub=answer(int(status), b"told", location="/elsewhere"))
    if kind == "taken":
        assert send(web) == int(status)
    else:
        error = failure(web)
        assert (str(error.kind), error.status) == (kind, int(status))
    assert len(web.sent) == 1


def test_a_retry_after_is_told_and_the_host_is_not_asked_again_before():
    web = Web(hub=answer(429, retry_after="120"))

    async def run():
        async with fetcher(httpx.MockTransport(web)) as client:
            errors = []
            for later in (0, 60, 121):
                with pytest.raises(SourceError) as caught:
                    await client.post(HUB, FORM, now=NOW + timedelta(seconds=later))
                errors.append(caught.value)
            return errors

    first, second, third = asyncio.run(run())
    wait = first.retry_at - NOW
    assert timedelta(seconds=120) <= wait < timedelta(seconds=125)
    assert (first.kind, first.host) == (FailureKind.RATE_LIMITED, "hub.example")
    assert (second.kind, second.status) == (FailureKind.RATE_LIMITED, None)  # not asked
    assert third.status == 429
    assert len(web.sent) == 2


# --- redirects ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_is_followed_with_the_form(status):
    web = Web(hub=answer(status, location="https://other.example/new"), new=answer(204))
    assert send(web) == 204
    assert web.sent == [
        ("POST", HUB, BODY),
        ("POST", "https://other.example/new", BODY),
    ]


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/", FailureKind.REDIRECT),  # in a circle
        ("http://hub.example/new", FailureKind.REDIRECT),  # without encryption
        ("ftp://hub.example/new", FailureKind.FORBIDDEN_ADDRESS),
        ("", FailureKind.REDIRECT),
    ],
)
def test_a_redirect_leads_nowhere_that_a_fetch_would_not_go(location, kind):
    web = Web(hub=answer(308, location=location))
    assert failure(web).kind is kind
    assert len(web.sent) == 1


def test_redirects_have_an_end():
    def on_and_on(request):
        return answer(307, location=f"{request.url}x")

    assert failure(on_and_on).kind is FailureKind.REDIRECT


# --- turns ----------------------------------------------------------------------------------


def test_a_form_waits_for_its_turn_among_the_fetches_of_its_host():
    moments = []

    def timed(request):
        moments.append((request.method, asyncio.get_running_loop().time()))
        return answer(200, b"<feed/>")

    async def run():
        pause = timedelta(seconds=0.1)
        async with fetcher(httpx.MockTransport(timed), spacing=pause) as client:
            await asyncio.gather(
                client.fetch(f"{HUB}feed", validators=None, now=NOW),
                client.post(HUB, FORM, now=NOW),
                client.post(HUB, FORM, now=NOW),
            )

    asyncio.run(run())
    assert [method for method, _ in moments] == ["GET", "POST", "POST"]
    times = [moment for _, moment in moments]
    assert all(later - earlier > 0.099 for earlier, later in itertools.pairwise(times))
