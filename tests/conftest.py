"""A fake web with a real database: the parts that scenarios share."""

import contextlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from aggregator.config import load
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.pipeline import Journey
from aggregator.store import Store
from aggregator.worker import WorkerPool

CONFIG = """\
site: {title: Test Center, url: https://center.example, owner_name: Desk, owner_email: d@c.example}
store: store/aggregator.db
publish: {to: public, entries: 40}
editions: [en, fr, ku, ar]
network: {spacing: 0s, deadline: 5s}
sources:
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


class FakeWeb:
    """Answers by address; remembers what was asked, with which headers."""

    def __init__(self):
        self.answers = {}
        self.requests = []

    def serve(self, url, body="", status=200, **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = (status, fields, body.encode() if isinstance(body, str) else body)

    def __call__(self, request):
        self.requests.append(request)
        status, headers, body = self.answers.get(str(request.url), (404, {}, b"not here"))
        etag = headers.get("etag")
        if status == 200 and etag and request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers={"etag": etag})
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Scene:
    """A configured journey on a fake web, with a clock of its own."""

    def __init__(self, folder, web, pool):
        self.folder = folder
        self.pool = pool
        self.web = web
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
        self.sources = ""

    def configure(self, sources, head=CONFIG):
        (self.folder / "feeds.yaml").write_text(head + sources, encoding="utf-8")
        self.config = load(self.folder / "feeds.yaml")

    @contextlib.asynccontextmanager
    async def opened(self):
        """A process's life: what it knows next time comes from the database alone."""
        transport = httpx.MockTransport(self.web)
        with Store.open(self.config.store, now=self.now) as store:
            store.enroll(self.config.sources, now=self.now)
            async with Fetcher(
                user_agent="aggregator/test (+https://center.example/bot)",
                contact="d@c.example",
                allow=AllowList.parse(()),
                deadline=timedelta(seconds=5),
                max_wire=10_000_000,
                max_body=10_000_000,
                spacing=timedelta(0),
                transport=transport,
            ) as fetcher:
                self.store = store
                yield Journey(
                    self.config,
                    store,
                    fetcher,
                    self.pool,
                    clock=lambda: self.now,
                    chance=lambda: 0.0,
                )

    async def poll(self, *, force=False):
        """One pass over what is due, and publishing; returns the visits by source."""
        async with self.opened() as journey:
            recorded = [await journey.visit(c) for c in journey.claim(100, force=force)]
            self.published = await journey.publish()
        return {r.visit.source_id: r for r in recorded}

    def later(self, **span):
        self.now += timedelta(**span)

    def feed(self, tag):
        return (self.config.publish_to / tag / "atom.xml").read_text(encoding="utf-8")


@pytest.fixture
def web():
    return FakeWeb()


@pytest.fixture
async def scene(tmp_path, web):
    async with WorkerPool(1) as pool:
        yield Scene(tmp_path, web, pool)
