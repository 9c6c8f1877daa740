"""Stories of what visits find out: corrections, floods, new sources, what publishers take back."""

import pytest
from lxml import etree

from aggregator import health
from aggregator.gather import schedule
from aggregator.model import ChangeKind, Edits, Ruling

pytestmark = pytest.mark.anyio

URL = "https://herald.example/feed"
HERALD = (
    f"  - {{id: herald, name: The Herald, url: {URL}, language: en, rights: {{allows: full}}}}\n"
)
ATOM = "{http://www.w3.org/2005/Atom}"
BODY = (
    "The regional water authority published the hours at which it will release water from the "
    "two dams above the town. Farmers had asked for the figures since the drought. The schedule "
    "lists forty-one releases and will be updated each Thursday, the authority said on Monday."
)


def herald(settings):
    return HERALD.replace("language: en", f"language: en, {settings}")


def item(number, *, body=BODY, guid=None, link=None, day=23):
    return (
        f"<item><title>Water authority publishes release schedule number {number}</title>"
        f"<link>{link or f'https://herald.example/a/{number}'}</link>"
        f'<guid isPermaLink="false">{guid or f"h-{number}"}</guid>'
        f"<pubDate>{day} Nov 2026 0{number % 10}:00:00 GMT</pubDate>"
        f"<description><![CDATA[<p>{body}</p><p>Release {number} is next.</p>]]></description></item>"
    )


def rss(*items, head=""):
    return (
        '<rss version="2.0" xmlns:fh="http://purl.org/syndication/history/1.0"><channel>'
        f"<title>The Herald</title>{head}{''.join(items)}</channel></rss>"
    )


def atom(*entries, stones=""):
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
        "<title>The Herald</title><id>https://herald.example/</id>"
        f"<updated>2026-11-23T18:00:00Z</updated>{stones}{''.join(entries)}</feed>"
    )


def entry(number, updated="2026-11-23T18:00:00Z"):
    return (
        f"<entry><title>Water authority publishes release schedule number {number}</title>"
        f"<id>h-{number}</id><link href='https://herald.example/a/{number}'/>"
        f"<updated>{updated}</updated><summary>{BODY} {number}</summary></entry>"
    )


def titles(scene, tag="en"):
    feed = etree.fromstring(scene.feed(tag).encode())
    return sorted(
        int(e.findtext(f"{ATOM}title").split()[-1]) for e in feed.findall(f"{ATOM}entry")
    )


def ids(scene):
    feed = etree.fromstring(scene.feed("en").encode())
    return sorted(e.findtext(f"{ATOM}id") for e in feed.findall(f"{ATOM}entry"))


async def test_a_publisher_that_prints_the_time_into_each_body_corrects_nothing(scene, web):
    scene.configure(HERALD)
    for minutes in (3, 9, 44):
        body = f"Updated {minutes} minutes ago</p><p>{BODY}"
        web.serve(URL, rss(item(1, body=body)))
        await scene.poll()
        scene.later(hours=2)
    feed = etree.fromstring(scene.feed("en").encode())
    assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-11-23T01:00:00Z"
    async with scene.opened():
        revisions = scene.store.history(1)
    assert [(one.kind, one.note) for one in revisions] == [
        (ChangeKind.NEW, ""),
        (ChangeKind.MINOR, "only a printed time, date or counter changed"),
        (ChangeKind.MINOR, "only a printed time, date or counter changed"),
    ]


async def test_a_migration_publishes_nothing_anew_and_the_ids_stay(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(*(item(n) for n in range(1, 7))))
    await scene.poll()
    before = ids(scene)
    scene.later(hours=3)
    moved = "https://www.herald.example/?p={}"
    new = (item(n, guid=f"https://new/{n}", link=moved.format(n)) for n in range(1, 8))
    web.serve(URL, rss(*new))
    visits = await scene.poll()
    assert visits["herald"].new == 1
    assert titles(scene) == [1, 2, 3, 4, 5, 6, 7]
    assert set(before) < set(ids(scene))
    scene.later(hours=3)
    web.serve(URL, rss(*(item(n, guid=f"https://new/{n}", link="") for n in range(1, 8))))
    assert (await scene.poll())["herald"].new == 0


async def test_a_quarantine_is_told_in_the_log_and_in_the_list_and_ends_with_the_last_ruling(
    scene, web
):
    scene.configure(HERALD)
    web.serve(URL, rss(*(item(n) for n in range(10, 20))))
    await scene.poll()
    scene.later(days=2)
    old = "Number {} of our archive is on the new pages now, for all who look for it."
    flood = [
        item(n, body=old.format(n), guid=f"n-{n}", link=f"https://herald.example/n/{n}").replace(
            "publishes release", "and our archive of the"
        )
        for n in range(30, 40)
    ]
    web.serve(URL, rss(*flood))
    recorded = (await scene.poll())["herald"]
    assert (recorded.new, recorded.held) == (10, 10)
    assert "renumbered" in health.visit_line(recorded)["quarantined"]
    said = schedule.describe(recorded.visit.state, scene.now)
    assert said.startswith("quarantined since 2026-11-26: 8 of 10 entries are new")
    scene.later(hours=2)
    recorded = (await scene.poll())["herald"]
    assert recorded.visit.state.quarantine is not None
    async with scene.opened():
        for held in scene.store.queue(source_id="herald"):
            assert held.reasons[0].startswith("quarantined: ")
            scene.store.rule(held.entry_id, Ruling.DROP, who="Zîn", why="old", now=scene.now)
    scene.later(hours=2)
    recorded = (await scene.poll())["herald"]
    assert recorded.visit.state.quarantine is None
    assert len(titles(scene)) == 10


async def test_of_a_new_source_only_the_newest_are_published(scene, web):
    scene.configure(herald("new_source_entries: 2"))
    web.serve(URL, rss(*(item(n) for n in range(1, 6))))
    await scene.poll()
    assert titles(scene) == [4, 5]
    scene.later(hours=2)
    web.serve(URL, rss(*(item(n) for n in range(1, 8))))
    await scene.poll()
    assert titles(scene) == [4, 5, 6, 7]


async def test_the_first_of_a_new_source_wait_also_after_their_publisher_corrects_them(scene, web):
    scene.configure(herald("hold_first: 2"))
    web.serve(URL, rss(item(1), item(2), item(3)))
    visits = await scene.poll()
    assert (visits["herald"].new, visits["herald"].held) == (3, 2)
    assert titles(scene) == [3]
    scene.later(hours=2)
    web.serve(URL, rss(item(1, body=BODY.replace("forty", "thirty")), item(2), item(4)))
    await scene.poll()
    assert titles(scene) == [3, 4]


async def test_a_person_s_language_outlives_what_the_publisher_does(scene, web):
    scene.configure(herald("hold: true"))
    web.serve(URL, rss(item(1)))
    await scene.poll()
    async with scene.opened():
        edits = Edits(language="fr")
        scene.store.rule(1, Ruling.PUBLISH, who="Zîn", why="is", now=scene.now, edits=edits)
    scene.later(hours=2)
    web.serve(URL, rss(item(1, body=BODY.replace("forty", "thirty"))))
    await scene.poll()
    assert titles(scene, "fr") == [1]
    assert titles(scene, "en") == []


async def test_a_delay_keeps_an_entry_back_until_it_has_passed(scene, web):
    scene.configure(herald("publish_delay: 2h"))
    web.serve(URL, rss(item(1)))
    await scene.poll()
    assert titles(scene) == []
    scene.later(hours=2, minutes=1)
    await scene.poll()
    assert titles(scene) == [1]


async def test_a_tombstone_of_its_feed_takes_an_entry_out_and_its_return_brings_it_back(
    scene, web
):
    scene.configure(HERALD)
    web.serve(URL, atom(entry(1), entry(2)))
    await scene.poll()
    assert titles(scene) == [1, 2]
    before = ids(scene)
    scene.later(hours=2)
    stone = '<at:deleted-entry ref="h-1" when="2026-11-24T09:00:00Z"/>'
    web.serve(URL, atom(entry(2), stones=stone))
    await scene.poll()
    assert titles(scene) == [2]
    scene.later(hours=2)
    web.serve(URL, atom(entry(1, "2026-11-24T11:00:00Z"), entry(2), stones=stone))
    await scene.poll()
    assert titles(scene) == [1, 2]
    assert ids(scene) == before


async def test_what_leaves_a_complete_feed_leaves_ours_and_what_leaves_another_stays(scene, web):
    scene.configure(HERALD)
    for head, shown in (("", [1, 2, 3]), ("<fh:complete/>", [1, 2, 3])):
        web.serve(URL, rss(item(1), item(2), item(3), head=head))
        await scene.poll()
        assert titles(scene) == shown
        scene.later(hours=2)
    web.serve(URL, rss(item(2), item(3), head="<fh:complete/>"))
    await scene.poll()
    assert titles(scene) == [2, 3]
    scene.later(hours=2)
    web.serve(URL, rss(item(3)))
    await scene.poll()
    assert titles(scene) == [2, 3]


async def test_what_was_taken_down_does_not_come_back_under_another_name(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1), item(2)))
    await scene.poll()
    async with scene.opened():
        taken = next(
            found.entry_id for found in scene.store.published([1, 2]) if "1" in found.link[-1]
        )
        scene.store.take_down(entry_id=taken, who="Zîn", why="a name", now=scene.now)
    scene.later(hours=2)
    again = item(1, guid="other", link="https://herald.example/other")
    web.serve(URL, rss(again, item(2), item(3)))
    await scene.poll()
    assert titles(scene) == [2, 3]
