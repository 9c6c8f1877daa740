"""Whose turn it is at a host, and hosts that asked for a pause."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher, host_of

NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)
HOSTS = (Path(__file__).parent / "corpus" / "http" / "hosts.tsv").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("url", "host"), [line.split("\t") for line in HOSTS if not line.startswith("#")]
)
def test_a_host_is_what_one_operator_answers_for(url, host):
    assert host_of(url) == host


class Web:
    """Answers after a while, and remembers when each request began and ended."""

    def __init__(self, takes: float = 0.02) -> None:
        self.takes = takes
        self.log: list[tuple[str, float, float]] = []
        self.answers: dict[str, httpx.Response] = {}

    async def answer(self, request: httpx.Request) -> httpx.Response:
        clock = asyncio.get_running_loop().time
        started = clock()
        await asyncio.sleep(self.takes)
        url = str(request.url)
        self.log.append((url, started, clock()))
        if planned := self.answers.get(url):
            return planned
        return httpx.Response(200, stream=httpx.ByteStream(b"<feed/>"))

    def asked(self) -> list[str]:
        return [url for url, _, _ in self.log]

    def fetcher(self, **settings: object) -> Fetcher:
        return Fetcher(
            **{
                "user_agent": "aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
                "contact": "desk@example.org",
                "allow": AllowList(),
                "deadline": timedelta(seconds=5),
                "max_wire": 1000,
                "max_body": 1000,
                "spacing": timedelta(0),
                "transport": httpx.MockTransport(self.answer),
            }
            | settings
        )


async def visit(client: Fetcher, *urls: str) -> list[object]:
    """All at once; failures among the results."""
    fetches = (client.fetch(url, validators=None, now=NOW) for url in urls)
    return await asyncio.gather(*fetches, return_exceptions=True)


def test_one_host_is_asked_one_at_a_time_in_order_with_a_pause_between():
    web = Web()
    urls = [f"https://{name}.example.org/{n}" for n, name in enumerate(("www", "a", "b", "www"))]

    async def run() -> None:
        async with web.fetcher(spacing=timedelta(seconds=0.1)) as client:
            await visit(client, *urls)

    asyncio.run(run())
    assert web.asked() == urls
    pauses = [later[1] - earlier[2] for earlier, later in zip(web.log, web.log[1:], strict=False)]
    assert all(0.099 < pause < 1 for pause in pauses), pauses


def test_different_hosts_do_not_wait_for_each_other():
    web = Web(takes=0.1)
    urls = [
        "https://one.blogspot.com/",
        "https://two.blogspot.com/",
        "https://example.org/",
        "https://example.net/",
        "http://127.0.0.1:8001/",
        "http://127.0.0.1:8002/",
        "http://localhost:8001/",
    ]

    async def run() -> float:
        async with web.fetcher(spacing=timedelta(seconds=5)) as client:
            host_of(urls[0])  # reading the list of suffixes takes its time, once
            started = asyncio.get_running_loop().time()
            await visit(client, *urls)
            return asyncio.get_running_loop().time() - started

    assert asyncio.run(run()) < 0.5
    assert len(web.log) == len(urls)


def test_waiting_for_a_turn_is_no_part_of_the_deadline():
    web = Web(takes=0.15)
    urls = [f"https://example.org/{n}" for n in range(4)]

    async def run() -> list[object]:
        settings = {"deadline": timedelta(seconds=0.3), "spacing": timedelta(seconds=0.05)}
        async with web.fetcher(**settings) as client:
            return await visit(client, *urls)

    assert [type(result).__name__ for result in asyncio.run(run())] == ["Fetched"] * 4


def test_the_deadline_is_one_for_all_redirects_together():
    web = Web(takes=0.2)
    for n in range(3):
        web.answers[f"https://example.org/{n}"] = httpx.Response(
            302, headers={"Location": f"/{n + 1}"}, stream=httpx.ByteStream(b"")
        )

    async def run() -> list[object]:
        async with web.fetcher(deadline=timedelta(seconds=0.5)) as client:
            return await visit(client, "https://example.org/0")

    (error,) = asyncio.run(run())
    assert isinstance(error, SourceError)
    assert error.kind is FailureKind.TIMEOUT
    assert "example.org/2 took longer than 0.5 seconds" in error.message


def test_a_redirect_within_the_host_is_followed_at_once_and_one_to_another_waits_its_turn():
    web = Web()
    web.answers["https://example.org/"] = httpx.Response(
        302, headers={"Location": "https://www.example.org/"}, stream=httpx.ByteStream(b"")
    )
    web.answers["https://www.example.org/"] = httpx.Response(
        302, headers={"Location": "https://example.net/feed"}, stream=httpx.ByteStream(b"")
    )

    async def run() -> None:
        async with web.fetcher(spacing=timedelta(seconds=0.3)) as client:
            await visit(client, "https://example.net/other", "https://example.org/")

    asyncio.run(run())
    times = {url: (began, ended) for url, began, ended in web.log}
    assert times["https://www.example.org/"][0] - times["https://example.org/"][1] < 0.2
    assert times["https://example.net/feed"][0] - times["https://example.net/other"][1] >= 0.299


def test_redirects_between_two_hosts_that_cross_do_not_lock_each_other_out():
    web = Web()
    for one, other in (("org", "net"), ("net", "org")):
        web.answers[f"https://example.{one}/"] = httpx.Response(
            302,
            headers={"Location": f"https://example.{other}/end"},
            stream=httpx.ByteStream(b""),
        )

    async def run() -> list[object]:
        async with web.fetcher() as client:
            fetches = visit(client, "https://example.org/", "https://example.net/")
            return await asyncio.wait_for(fetches, 3)

    assert [type(result).__name__ for result in asyncio.run(run())] == ["Fetched"] * 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_a_pause_is_left_alone_and_all_that_wait_are_told(status):
    web = Web()
    web.answers["https://example.org/0"] = httpx.Response(
        status, headers={"Retry-After": "120"}, stream=httpx.ByteStream(b"")
    )
    urls = [f"https://{name}example.org/{n}" for n, name in enumerate(("", "www.", "b."))]

    async def run() -> tuple[list[object], list[object], list[object]]:
        async with web.fetcher(spacing=timedelta(seconds=0.5)) as client:
            at_once = await visit(client, *urls, "https://example.net/")
            soon = await visit(client, urls[1])
            later = client.fetch(urls[1], validators=None, now=NOW + timedelta(seconds=125))
            return at_once, soon, await asyncio.gather(later, return_exceptions=True)

    at_once, soon, later = asyncio.run(run())
    for error in (*at_once[:3], *soon):
        assert isinstance(error, SourceError)
        assert error.kind is FailureKind.RATE_LIMITED
        assert error.retry_at is not None
        assert timedelta(0) <= error.retry_at - NOW - timedelta(seconds=120) < timedelta(seconds=2)
    assert "not asked" in soon[0].message
    assert type(at_once[3]).__name__ == "Fetched"
    assert type(later[0]).__name__ == "Fetched"
    assert sorted(web.asked()) == ["https://example.net/", urls[0], urls[1]]


def test_a_pause_known_from_before_a_restart_is_kept():
    web = Web()

    async def run() -> list[object]:
        async with web.fetcher() as client:
            client.hold("example.org", NOW + timedelta(hours=1))
            client.hold("example.org", NOW + timedelta(minutes=1))  # the longest counts
            return await visit(client, "https://feeds.example.org/", "https://example.net/")

    held, free = asyncio.run(run())
    assert isinstance(held, SourceError)
    assert (held.kind, held.retry_at) == (FailureKind.RATE_LIMITED, NOW + timedelta(hours=1))
    assert type(free).__name__ == "Fetched"
    assert web.asked() == ["https://example.net/"]


def test_a_redirect_to_a_host_that_asked_for_a_pause_is_not_followed():
    web = Web()
    web.answers["https://example.org/"] = httpx.Response(
        302, headers={"Location": "https://example.net/"}, stream=httpx.ByteStream(b"")
    )

    async def run() -> list[object]:
        async with web.fetcher() as client:
            client.hold("example.net", NOW + timedelta(hours=1))
            return await visit(client, "https://example.org/")

    (held,) = asyncio.run(run())
    assert isinstance(held, SourceError)
    assert held.kind is FailureKind.RATE_LIMITED
    assert web.asked() == ["https://example.org/"]


def test_who_is_cancelled_while_waiting_gives_the_turn_to_the_next():
    web = Web(takes=0.1)

    async def run() -> None:
        async with web.fetcher(spacing=timedelta(seconds=0.05)) as client:
            tasks = [
                asyncio.create_task(
                    client.fetch(f"https://example.org/{n}", validators=None, now=NOW)
                )
                for n in range(4)
            ]
            await asyncio.sleep(0.03)  # 0 is being asked
            tasks[1].cancel()
            await tasks[0]
            await asyncio.sleep(0.01)  # 2 has the turn and keeps the pause
            tasks[2].cancel()
            await asyncio.wait_for(tasks[3], 3)
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())
    assert web.asked() == ["https://example.org/0", "https://example.org/3"]


def test_thousands_of_hosts_are_not_remembered_for_ever():
    web = Web(takes=0)

    async def run() -> int:
        async with web.fetcher() as client:
            for n in range(3000):
                await client.fetch(f"http://127.0.{n // 250}.{n % 250}/", validators=None, now=NOW)
            return len(client._turns._hosts)

    assert asyncio.run(run()) <= 1024
