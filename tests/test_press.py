"""What is published over time: archives lose nothing, and only what changed is written."""

import random
import shutil
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from lxml import etree

from aggregator.model import Ruling
from aggregator.press import Press
from aggregator.syndicate.series import ARCHIVE

pytestmark = pytest.mark.anyio

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
SITE = "https://center.example/"

OUTLETS = {
    "herald": ("en", "Council approves the repair of {} wells in the northern villages"),
    "courier": ("en", "Teachers in {} districts end their strike after talks with the ministry"),
    "navend": ("kmr", "Şaredariyê li {} gundan av û rê nû kirin"),
    "peyam": ("ckb", "ئەنجومەنی پارێزگا بڕیاری لەسەر {} پڕۆژەی نوێ دا"),
}
TOPICS = ("Water", "Schools", "Çand", "کولتوور", "Elections 2026")
SOURCES = "".join(
    f"  - {{id: {name}, name: The {name.title()}, url: 'https://{name}.example/feed', "
    f"homepage: 'https://{name}.example/', language: {{always: {language}}}}}\n"
    for name, (language, _) in OUTLETS.items()
)
HEAD = """\
site: {title: Test Center, url: https://center.example, owner_name: Desk, owner_email: d@c.example}
store: store/aggregator.db
publish: {to: public, entries: 10}
editions: [en, ku, kmr]
network: {spacing: 0s, deadline: 5s}
defaults: {new_source_entries: all}
sources:
"""


class Outlets:
    """Publishers whose feeds grow and change by chance."""

    def __init__(self, scene, web, chance):
        self.scene = scene
        self.web = web
        self.chance = chance
        self.articles = {name: [] for name in OUTLETS}

    def publish(self, name, count):
        """New articles; the feed shows the last fifty."""
        for _ in range(count):
            number = len(self.articles[name])
            title = OUTLETS[name][1].format(number + 3)
            topics = self.chance.sample(TOPICS, self.chance.randrange(3))
            # News: old articles that come back are held, as are many at once.
            day = self.scene.now - timedelta(minutes=self.chance.randrange(20 * 60))
            self.articles[name].append([number, title, topics, format_datetime(day)])
        self.show(name)

    def correct(self, name):
        shown = self.articles[name][-50:]
        if shown:
            article = self.chance.choice(shown)
            article[1] += f" ({self.chance.randrange(10**6)})"
            self.show(name)

    def show(self, name):
        items = "".join(
            f"<item><title>{title}</title><link>https://{name}.example/a/{number}</link>"
            f'<guid isPermaLink="false">{name}-{number}</guid>'
            f"<pubDate>{day}</pubDate>"
            f"<description>{title}. {title}, the desk was told on Monday.</description>"
            + "".join(f"<category>{topic}</category>" for topic in topics)
            + "</item>"
            for number, title, topics, day in self.articles[name][-50:]
        )
        self.web.serve(
            f"https://{name}.example/feed",
            '<?xml version="1.0"?><rss version="2.0"><channel><title>The '
            f"{name.title()}</title><link>https://{name}.example/</link>"
            f"<description>News</description>{items}</channel></rss>",
        )


def tree(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in Path(root).rglob("*")
        if path.is_file() and path.name != ".published"
    }


def read(root, path):
    return etree.fromstring((Path(root) / path).read_bytes())


def link(document, relation):
    found = document.find(f"{ATOM}link[@rel='{relation}']")
    return None if found is None else found.get("href").removeprefix(SITE)


def ids(document):
    return [one.findtext(f"{ATOM}id") for one in document.findall(f"{ATOM}entry")]


def chain(root, path):
    """The documents of a feed, from the one to subscribe to back to the oldest archive."""
    found, where = {}, path
    while where is not None:
        assert where not in found, "the chain runs in a circle"
        found[where] = document = read(root, where)
        older = link(document, "prev-archive")
        if older is not None:
            assert link(read(root, older), "current") == path
            if where != path:
                assert link(read(root, older), "next-archive") == where
        where = older
    return found


async def a_history(scene, outlets, chance, steps):
    """Let things happen, and publish after each; yields after every publish."""
    scene.configure(SOURCES, HEAD)
    hidden = set()
    for _ in range(steps):
        event = chance.choice(("new", "new", "new", "new", "correct", "hide", "show", "rest"))
        name = chance.choice(sorted(OUTLETS))
        if event == "new":
            outlets.publish(name, chance.randrange(1, 20))
        elif event == "correct":
            outlets.correct(name)
        else:
            await rule(scene, chance, event, hidden)
        scene.later(hours=chance.choice((1, 2, 30, 80)))
        await scene.poll()
        yield hidden


async def rule(scene, chance, event, hidden):
    async with scene.opened():
        emitted = scene.store.placements(range(1, 2000))
        if event == "hide" and emitted:
            chosen = chance.choice(sorted(emitted))
            hidden.add(chosen)
        elif event == "show" and hidden:
            chosen = chance.choice(sorted(hidden))
            hidden.discard(chosen)
        else:
            return
        ruling = Ruling.DROP if event == "hide" else Ruling.PUBLISH
        scene.store.rule(
            entry_of(scene.store, chosen), ruling, who="desk", why="asked", now=scene.now
        )


def entry_of(store, sequence):
    """The entry that has this place in the sequence."""
    from sqlalchemy import text  # noqa: PLC0415

    with store._database.reading() as connection:
        question = text("SELECT entry_id FROM emissions WHERE sequence = :sequence")
        return connection.execute(question, {"sequence": sequence}).scalar_one()


def expected(store, edition, tag, source=None):
    """The ids that a feed has to have, told from the tables."""
    from sqlalchemy import text  # noqa: PLC0415

    with store._database.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT m.atom_id, m.language, e.source_id FROM emissions m "
                "JOIN entries e ON e.id = m.entry_id WHERE e.ruling = 'publish'"
            )
        ).all()
    return {
        row.atom_id
        for row in rows
        if row.language in edition[tag] and source in (None, row.source_id)
    }


def placed(store, path):
    """The ids at the positions that an archive holds, shown or not."""
    from sqlalchemy import text  # noqa: PLC0415

    tag, *rest = path.split("/")
    kind, key = (rest[0], rest[1]) if rest[0] == "source" else ("edition", "")
    last = int(rest[-2]) * ARCHIVE
    with store._database.reading() as connection:
        return (
            connection.execute(
                text(
                    "SELECT m.atom_id FROM series s JOIN placements p ON p.series_id = s.id "
                    "JOIN emissions m ON m.sequence = p.sequence WHERE s.edition = :tag "
                    "AND s.kind = :kind AND s.key = :key AND p.position > :first "
                    "AND p.position <= :last ORDER BY p.position"
                ),
                {"tag": tag, "kind": kind, "key": key, "first": last - ARCHIVE, "last": last},
            )
            .scalars()
            .all()
        )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_a_new_subscriber_finds_everything_and_what_is_closed_stays_as_it_is(
    scene, web, seed
):
    chance = random.Random(seed)
    outlets = Outlets(scene, web, chance)
    editions = {"en": {"en"}, "ku": {"kmr", "ckb"}, "kmr": {"kmr"}}
    feeds = {
        "en/atom.xml": ("en", None),
        "ku/atom.xml": ("ku", None),
        "kmr/atom.xml": ("kmr", None),
        "en/source/herald/atom.xml": ("en", "herald"),
    }
    held, polled = {}, {path: set() for path in feeds}
    async for _ in a_history(scene, outlets, chance, steps=40):
        root = scene.config.publish_to
        for path, (tag, source) in feeds.items():
            if not (root / path).exists():
                continue
            documents = chain(root, path)
            found = {one for document in documents.values() for one in ids(document)}
            assert found == expected(scene.store, editions, tag, source)
            for where, document in documents.items():
                assert len(set(ids(document))) == len(ids(document))
                if where != path:
                    assert document.find("{*}archive") is not None
                    of_it = placed(scene.store, where)
                    assert held.setdefault(where, of_it) == of_it
                    assert set(ids(document)) == found & set(of_it)
            # Who never misses a publish finds everything in the document itself.
            polled[path] |= set(ids(documents[path]))
            assert found <= polled[path]
    assert len(held) >= 2


@pytest.mark.slow
async def test_what_is_written_step_by_step_is_what_is_written_at_once(scene, web, tmp_path):
    chance = random.Random(7)
    async for _ in a_history(scene, Outlets(scene, web, chance), chance, steps=30):
        pass
    step_by_step = tree(scene.config.publish_to)
    shutil.rmtree(scene.config.publish_to)
    async with scene.opened() as journey:
        await journey.press.publish()
    at_once = tree(scene.config.publish_to)
    assert step_by_step.keys() == at_once.keys()
    assert [path for path in at_once if at_once[path] != step_by_step[path]] == []


async def test_one_new_article_rewrites_what_shows_it_and_nothing_else(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(1))
    for name in OUTLETS:
        outlets.publish(name, 45)
    await scene.poll()
    await scene.poll()
    assert scene.published == ()
    scene.later(hours=2)
    outlets.publish("peyam", 1)
    await scene.poll()
    assert not [path for path in scene.published if path.startswith(("en/", "kmr/"))]
    assert [path for path in scene.published if "articles/" in path and "index" not in path] == [
        "ku/articles/181.html"
    ]
    assert not [path for path in scene.published if "archives/" in path]
    assert "ku/source/peyam/atom.xml" in scene.published
    assert "ku/source/navend/atom.xml" not in scene.published


async def test_an_article_that_is_withdrawn_leaves_everything_and_subscribers_are_told(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(2))
    for _ in range(2):
        outlets.publish("herald", 45)
        scene.later(hours=2)
        await scene.poll()
    root = scene.config.publish_to
    before = set(ids(read(root, "en/archives/1/atom.xml")))
    async with scene.opened() as journey:
        scene.store.rule(
            entry_of(scene.store, 1), Ruling.DROP, who="desk", why="asked", now=scene.now
        )
        changed = await journey.press.publish()
    (gone,) = before - set(ids(read(root, "en/archives/1/atom.xml")))
    assert "en/archives/1/atom.xml" in changed
    for path, body in tree(root).items():
        if path not in ("en/atom.xml", "en/source/herald/atom.xml") and "/category/" not in path:
            assert gone.encode() not in body, path
    tombs = read(root, "en/atom.xml").findall(f"{AT}deleted-entry")
    assert [tomb.get("ref") for tomb in tombs] == [gone]
    assert len(ids(read(root, "en/archives/1/atom.xml"))) == ARCHIVE - 1
    assert not (root / "en/articles/1.html").exists()
    assert (root / "410.txt").read_text() == "/en/articles/1.html\n"


async def test_a_corrected_article_in_an_archive_comes_back_to_subscribers(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(3))
    outlets.publish("herald", 48)
    await scene.poll()
    for _ in range(3):
        scene.later(hours=40)
        outlets.publish("courier", 20)
        await scene.poll()
    root = scene.config.publish_to
    window = set(ids(read(root, "en/atom.xml")))
    outlets.articles["herald"][5][1] = "Council withdraws the figures on the repair of 8 wells"
    outlets.show("herald")
    scene.later(hours=1)
    await scene.poll()
    (back,) = set(ids(read(root, "en/atom.xml"))) - window
    archived = [
        path
        for path in scene.published
        if path.startswith("en/archives/") and path.endswith("atom.xml")
    ]
    assert len(archived) == 1
    assert back in ids(read(root, archived[0]))
    assert "withdraws the figures" in (root / archived[0]).read_text(encoding="utf-8")


async def test_other_rights_of_one_source_rewrite_its_articles_alone(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(4))
    for name in OUTLETS:
        outlets.publish(name, 45)
    await scene.poll()
    scene.configure(
        SOURCES.replace("{id: navend,", "{id: navend, rights: {allows: headline},"), HEAD
    )
    await scene.poll()
    articles = [path for path in scene.published if path.startswith("ku/articles/")]
    assert len([path for path in articles if "index" not in path]) == 45
    assert not [path for path in scene.published if path.startswith(("en/articles", "en/source"))]


async def test_another_title_of_the_site_rewrites_everything(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(5))
    outlets.publish("herald", 45)
    await scene.poll()
    scene.configure(SOURCES, HEAD.replace("Test Center", "Center of Tests"))
    await scene.poll()
    assert b"Test Center" not in b"".join(tree(scene.config.publish_to).values())


async def test_an_edition_that_is_configured_no_more_is_taken_away(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(6))
    outlets.publish("navend", 5)
    await scene.poll()
    assert (scene.config.publish_to / "kmr" / "atom.xml").exists()
    (scene.config.publish_to / "own.txt").write_text("the operator's")
    scene.configure(SOURCES, HEAD.replace("[en, ku, kmr]", "[en, ku]"))
    await scene.poll()
    assert not (scene.config.publish_to / "kmr").exists()
    assert (scene.config.publish_to / "own.txt").exists()


async def test_a_run_that_was_stopped_is_taken_up_again(scene, web):
    scene.configure(SOURCES, HEAD)
    outlets = Outlets(scene, web, random.Random(8))
    outlets.publish("herald", 45)
    async with scene.opened() as journey:
        for claim in journey.claim(100):
            await journey.visit(claim)
        journey.press.stop()
        assert await journey.press.publish() == ()
        assert not journey.press.is_published()
        press = Press(scene.config, scene.store, clock=lambda: scene.now)
        assert "en/atom.xml" in await press.publish()
        assert press.is_published()
