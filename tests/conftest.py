"""A fake web with a real database: the parts that scenarios share."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import TypeAdapter

from aggregator.config import load
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.model import Edition, Published, Site, Source
from aggregator.pipeline import Journey
from aggregator.store import Store
from aggregator.syndicate import editions
from aggregator.worker import WorkerPool
from tests.cutting import cutter

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
                journey = Journey(
                    self.config,
                    store,
                    fetcher,
                    self.pool,
                    clock=lambda: self.now,
                    chance=lambda: 0.0,
                )
                journey.enroll()
                await journey.rejudge()
                yield journey

    async def poll(self, *, force=False):
        """One pass over what is due, and publishing; returns the visits by source."""
        recorded, visited = [], set()
        async with self.opened() as journey:
            while claims := journey.claim(100, force=force, besides=visited):
                visited |= {(c.state.source_id, c.state.feed_key) for c in claims}
                recorded += [await journey.visit(claim) for claim in claims]
            self.published = await journey.press.publish()
        return {r.visit.source_id: r for r in recorded}

    def later(self, **span):
        self.now += timedelta(**span)

    def feed(self, tag):
        return (self.config.publish_to / tag / "atom.xml").read_text(encoding="utf-8")


@pytest.fixture
def config():
    """The head of a feeds.yaml; sources follow."""
    return CONFIG


@pytest.fixture
def web():
    return FakeWeb()


@pytest.fixture
async def scene(tmp_path, web):
    async with WorkerPool(1) as pool:
        yield Scene(tmp_path, web, pool)


# --- pages as published (corpus/pages) ------------------------------------------------------

ENTRY = {
    "identity": "guid",
    "digest": "1:0",
    "address": None,
    "same_story": None,
    "title": "",
    "standfirst": "",
    "body": "",
    "byline": [],
    "lead_image": None,
    "enclosures": [],
    "categories": [],
    "rights": None,
    "license": None,
    "language_reason": "prior",
    "origin": None,
}


def _published(given):
    outer = {"sequence", "id", "emitted", "language", "published", "updated"}
    outer |= {"corrected", "copies"}
    entry = ENTRY | {key: value for key, value in given.items() if key in ENTRY}
    entry |= {key: given.get(key) for key in ("link", "published", "updated", "language")}
    entry["key"] = {"source_id": given["source"], "guid": given["id"]}
    entry["flags"] = ["title-missing"] if given.get("title_made") else []
    whole = {key: value for key, value in given.items() if key in outer}
    whole |= {
        "entry": entry,
        "link": given.get("link"),
        "source_id": given["source"],
        "source_meta": given.get("feed", {}),
        "source_updated": given.get("source_updated"),
    }
    return TypeAdapter(Published).validate_python(whole)


def _laid_out(case, name="atom.xml"):
    # JSON may hold lone surrogates and controls, and so may what a publisher sends.
    given = json.loads(case.read_text(encoding="utf-8"))
    sources = TypeAdapter(tuple[Source, ...]).validate_python(given["sources"])
    site = TypeAdapter(Site).validate_python(given["site"])
    page = editions.page(
        site,
        TypeAdapter(Edition).validate_python(given["edition"]),
        [_published(entry) for entry in given["entries"]],
        cut_to=cutter(site, {source.id: source for source in sources}),
        created=datetime.fromisoformat(given["created"]),
    )
    own = {"path": f"{page.edition.tag}/{{name}}", **given.get("page", {})}

    def filled(value):
        if isinstance(value, str):
            return value.replace("{name}", name)
        return tuple(value) if isinstance(value, list) else value

    return replace(page, **{key: filled(value) for key, value in own.items()})


@pytest.fixture(scope="session")
def laid_out():
    """Lay out the page of a corpus file for the format that names its documents `name`."""
    return _laid_out
