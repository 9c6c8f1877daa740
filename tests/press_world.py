"""A store that is filled by hand and published by a real press, as often as one likes."""

import asyncio
import json
import random
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.config import load
from aggregator.gather import schedule
from aggregator.model import (
    Change,
    ChangeKind,
    Entry,
    EntryKey,
    Html,
    Identified,
    Identity,
    Outcome,
    ParsedEntry,
    Ruling,
    Verdict,
    Visit,
)
from aggregator.press import Press
from aggregator.store import Store

OUTLETS = {
    "herald": ("en", "Council approves the repair of {} wells"),
    "monde": ("fr", "Le conseil approuve la réparation de {} puits"),
    "navend": ("kmr", "Meclîsê çêkirina {} bîran pejirand"),
    "peyam": ("ckb", "ئەنجومەن چاککردنەوەی {} بیری پەسەند کرد"),
    "sahifa": ("ar", "وافق المجلس على إصلاح {} بئرا"),
}
TOPICS = (
    *("Water", "water ", "Çand", "cand", "کولتوور", "الثقافة والفنون", "Élections 2026"),
    *("a/b", "..", "page", "index", "archives", "<b>bold</b>", "&amp;", "日本", "İstanbul", "ß"),
    *("x" * 300, *(f"Topic {number}" for number in range(12))),
)
HEAD = {
    "site": {
        "title": "Test Center",
        "url": "https://center.example",
        "owner_name": "Desk",
        "owner_email": "d@c.example",
    },
    "store": "store/aggregator.db",
    "network": {"spacing": "0s"},
}


class PressWorld:
    """Outlets, what they brought, and the press."""

    def __init__(self, folder, *, seed=0, store=None):
        self.folder = Path(folder)
        self.chance = random.Random(seed)
        self.now = datetime(2026, 11, 1, 8, tzinfo=UTC)
        self.location = store or "store/aggregator.db"
        self.publish_keys = {"to": "public", "entries": 10, "search": True}
        self.editions = ["en", "fr", "ku", "kmr", "ar"]
        self.outlets = {name: {} for name in OUTLETS}
        self.translations = []
        self.articles = {}
        self.configure()
        self.store = Store.open(self.config.store, now=self.now)
        self.follow()

    @property
    def root(self):
        return self.config.publish_to

    def configure(self, **publish):
        self.publish_keys |= publish
        sources = [
            {
                "id": name,
                "name": f"The {name.title()}",
                "url": f"https://{name}.example/feed",
                "homepage": f"https://{name}.example/",
                **more,
            }
            for name, more in self.outlets.items()
        ]
        settings = HEAD | {
            "store": self.location,
            "publish": self.publish_keys,
            "editions": self.editions,
            "sources": sources,
        }
        if self.translations:
            settings["translations"] = self.translations
        path = self.folder / "feeds.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")
        self.config = load(path)

    def follow(self):
        self.store.enroll(
            self.config.sources,
            now=self.now,
            domain_of=lambda feed, _: feed.candidates[0].split("/")[2],
            clamp=schedule.clamped,
        )

    # --- what outlets do ----------------------------------------------------------------------

    def new(self, outlet, count=1, **fields):
        """Record so many new articles of an outlet; return their numbers."""
        numbers = range(len(self.articles) + 1, len(self.articles) + count + 1)
        for number in numbers:
            self.articles[number] = self._article(outlet, number, **fields)
        self._record(outlet, [self._change(self.articles[number]) for number in numbers])
        return list(numbers)

    def revise(self, number, kind=ChangeKind.MATERIAL, **fields):
        entry = self.articles[number] = replace(self.articles[number], **fields)
        change = self._change(entry, kind, self._known(entry).entry_id)
        self._record(entry.key.source_id, [change])

    def rule(self, number, ruling):
        entry_id = self._known(self.articles[number]).entry_id
        self.store.rule(entry_id, ruling, who="desk", why="asked", now=self.now)

    def page_of(self, number, tag="en"):
        """The file of an article's page."""
        guid = self.articles[number].key.guid
        (one,) = (p for p in self.store.published(range(1, 5000)) if p.entry.key.guid == guid)
        return self.root / f"{tag}/articles/{one.sequence}.html"

    def _article(self, outlet, number, **fields):
        language, words = OUTLETS[outlet]
        title = words.format(number)
        age = timedelta(days=self.chance.choice((0, 0, 1, 20, 400)), minutes=number)
        entry = Entry(
            key=EntryKey(source_id=outlet, guid=f"https://{outlet}.example/{number}"),
            identity=Identity.GUID,
            digest=f"2:{number}",
            address=f"{outlet}.example/{number}",
            same_story=None,
            link=f"https://{outlet}.example/{number}",
            title=title,
            standfirst=f"{title}.",
            body=Html(f"<p>{title}.</p>"),
            published=self.now - age,
            updated=None,
            byline=(),
            lead_image=None,
            enclosures=(),
            categories=tuple(self.chance.sample(TOPICS, self.chance.choice((0, 1, 3, 20)))),
            rights=None,
            license=None,
            language=language,
            language_reason="always",
            origin=None,
        )
        return replace(entry, **fields)

    def _change(self, entry, kind=ChangeKind.NEW, entry_id=None):
        return Change(
            kind=kind,
            entry=entry,
            entry_id=entry_id,
            text_digest=entry.title,
            published=entry.published,
            updated=self.now if kind is ChangeKind.MATERIAL else entry.published,
            verdict=Verdict(ruling=Ruling.PUBLISH),
        )

    def _known(self, entry):
        item = Identified(
            key=entry.key,
            identity=entry.identity,
            address=entry.address,
            digest=entry.digest,
            same_story=None,
            parsed=ParsedEntry(),
        )
        return self.store.recall(entry.key.source_id, "", [item]).find(item)

    def _record(self, outlet, changes):
        claims = self.store.claim(
            self.now, limit=100, lease=timedelta(minutes=5), only=[outlet], force=True
        )
        (claim,) = claims
        visit = Visit(
            source_id=outlet,
            feed_key="",
            fence=claim.fence,
            at=self.now,
            url=f"https://{outlet}.example/feed",
            outcome=Outcome.CHANGED,
            status=200,
            received=1000,
            state=replace(claim.state, last_visit=self.now, next_due=self.now),
            changes=tuple(changes),
        )
        (recorded,) = self.store.record([visit])
        assert recorded.accepted, recorded.reason

    # --- what we do ---------------------------------------------------------------------------

    def press(self):
        return Press(self.config, self.store, clock=lambda: self.now)

    def publish(self, **later):
        self.now += timedelta(**(later or {"hours": 1}))
        return asyncio.run(self.press().publish())

    def backup(self, path):
        source, target = sqlite3.connect(self.config.store), sqlite3.connect(path)
        source.backup(target)
        source.close()
        target.close()

    def restore(self, path):
        self.store.close()
        for suffix in ("", "-wal", "-shm"):
            Path(self.config.store + suffix).unlink(missing_ok=True)
        shutil.copy(path, self.config.store)
        self.store = Store.open(self.config.store, now=self.now)

    def differences(self, folder):
        """What would be otherwise if all were written at once, now, into an empty folder."""
        other = Path(folder)
        shutil.rmtree(other, ignore_errors=True)
        other.mkdir()
        self.backup(other / "aggregator.db")
        if (self.folder / "store" / "pictures").exists():
            shutil.copytree(self.folder / "store" / "pictures", other / "pictures")
        config = replace(
            self.config, store=str(other / "aggregator.db"), publish_to=other / "public"
        )
        with Store.open(config.store, now=self.now) as store:
            asyncio.run(Press(config, store, clock=lambda: self.now).publish())
        mine = tree(self.root) | found(self.folder / "store" / "search.db")
        its = tree(other / "public") | found(other / "search.db")
        return sorted(
            str(path) for path in mine.keys() | its.keys() if mine.get(path) != its.get(path)
        )


def tree(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in Path(root).rglob("*")
        if path.is_file() and path.name != ".published"
    }


def found(path):
    """What can be searched: by edition and sequence."""
    connection = sqlite3.connect(path)
    tags = dict(connection.execute("SELECT number, tag FROM editions"))
    rows = connection.execute("SELECT id, path, item, words FROM shown").fetchall()
    connection.close()
    return {(tags[one >> 40], one & ((1 << 40) - 1)): tuple(rest) for one, *rest in rows}
