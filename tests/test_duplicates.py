"""Stories of one story in several papers, on a fake web with a real database."""

import pytest
from lxml import etree

pytestmark = pytest.mark.anyio

ATOM = "{http://www.w3.org/2005/Atom}"
PAPERS = """\
  - {id: valley, name: The Valley, url: "https://valley.example/feed", homepage: "https://valley.example", language: en, rights: {allows: full}}
  - {id: hill, name: Hill Monitor, url: "https://hill.example/feed", homepage: "https://hill.example", language: en, rights: {allows: full}}
  - {id: coast, name: Coast Weekly, url: "https://coast.example/feed", homepage: "https://coast.example", language: en, rights: {allows: full}}
"""
DAM = """\
Engineers began lowering the water level of the Derik reservoir on Monday after inspectors found \
cracks in the spillway of the forty-year-old dam, the regional water authority said. Families in \
six villages below the dam were told to prepare to leave their homes, and schools in the district \
will stay closed until the end of the week.
The reservoir supplies drinking water to about 180,000 people. The authority said deliveries by \
tanker would begin if the level falls below the lower intake.
""".splitlines()
OTHER = """\
The council of the old town has voted to pave the market square with basalt from the quarry above \
the river, as it was before the war. Work begins in spring and should be done before the feast, \
the mayor told traders who fear for their autumn sales.
""".splitlines()


def item(paper, slug, title, paragraphs=DAM, more="", hour=6):
    body = "".join(f"<p>{words}</p>" for words in paragraphs)
    return (
        f"<item><title>{title}</title><link>https://{paper}.example/{slug}</link>"
        f'<guid isPermaLink="false">{paper}-{slug}</guid>'
        f"<pubDate>Tue, 24 Nov 2026 0{hour}:00:00 +0000</pubDate>{more}"
        f"<description><![CDATA[{body}]]></description></item>"
    )


def serve(web, paper, *items):
    feed = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{paper}</title>'
        f"<link>https://{paper}.example/</link><description>News</description>"
        f"<language>en</language>{''.join(items)}</channel></rss>"
    )
    web.serve(f"https://{paper}.example/feed", feed)


def shown(scene):
    """Title and text of what the feed shows."""
    feed = etree.fromstring(scene.feed("en").encode())
    return {
        entry.findtext(f"{ATOM}title"): "".join(entry.itertext()) + etree.tostring(entry).decode()
        for entry in feed.findall(f"{ATOM}entry")
    }


def ids(scene):
    feed = etree.fromstring(scene.feed("en").encode())
    return [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]


async def test_an_agencys_report_in_three_papers_appears_once_and_names_them(scene, web):
    scene.configure(PAPERS)
    serve(web, "coast", item("coast", "a", "Villages below ageing dam told to be ready", DAM[:1]))
    serve(web, "hill", item("hill", "b", "Water of Derik reservoir lowered after inspection"))
    serve(web, "valley", item("valley", "c", "Cracks found in the spillway of Derik dam"))
    await scene.poll()
    ((title, text),) = shown(scene).items()
    assert title == "Cracks found in the spillway of Derik dam"  # the first in feeds.yaml
    assert "https://hill.example/b" in text
    assert "https://coast.example/a" in text


async def test_which_paper_was_fetched_first_does_not_matter(scene, web):
    scene.configure(PAPERS)
    serve(web, "hill", item("hill", "b", "Water of Derik reservoir lowered after inspection"))
    serve(web, "valley", item("valley", "c", "Cracks found in the spillway of Derik dam"))
    for paper in ("hill", "valley"):
        async with scene.opened() as journey:
            (claim,) = journey.claim(1, only=[paper])
            await journey.visit(claim)
    async with scene.opened() as journey:
        await journey.press.publish()
    assert list(shown(scene)) == ["Cracks found in the spillway of Derik dam"]


async def test_an_original_that_comes_late_is_credited_and_the_id_stays(scene, web):
    scene.configure(PAPERS)
    credit = '<source url="https://coast.example/feed">Coast Weekly</source>'
    serve(web, "valley", item("valley", "c", "Cracks found in Derik dam", more=credit))
    serve(web, "coast")
    await scene.poll()
    before = ids(scene)
    scene.later(hours=2)
    serve(web, "coast", item("coast", "a", "Cracks found in Derik dam, our inquiry shows"))
    await scene.poll(force=True)
    assert ids(scene) == before
    ((title, text),) = shown(scene).items()
    assert title == "Cracks found in Derik dam"
    assert "https://coast.example/a" in text


async def test_the_original_publishers_own_goes_before_the_order_of_feeds_yaml(scene, web):
    scene.configure(PAPERS)
    credit = '<source url="https://coast.example/feed">Coast Weekly</source>'
    serve(web, "valley", item("valley", "c", "Cracks found in Derik dam", more=credit))
    serve(web, "coast", item("coast", "a", "Cracks found in Derik dam, our inquiry shows"))
    await scene.poll()
    assert list(shown(scene)) == ["Cracks found in Derik dam, our inquiry shows"]


async def test_a_story_that_was_taken_down_does_not_come_back_from_another_paper(scene, web):
    scene.configure(PAPERS)
    serve(web, "valley", item("valley", "c", "Cracks found in the spillway of Derik dam"))
    await scene.poll()
    async with scene.opened():
        (taken,) = scene.store.published(range(1, 10))
        scene.store.take_down(
            entry_id=taken.entry_id, who="Rojda", why="the family asked", now=scene.now
        )
    scene.later(hours=1)
    await scene.poll(force=True)
    assert shown(scene) == {}
    scene.later(days=60)
    other = item("hill", "d", "Market square of the old town to be paved", OTHER)
    serve(web, "hill", item("hill", "b", "Reservoir of Derik is lowered after inspection"), other)
    await scene.poll(force=True)
    assert list(shown(scene)) == ["Market square of the old town to be paved"]


async def test_a_copy_under_an_embargo_is_named_when_it_ends(scene, web):
    scene.configure(PAPERS.replace("id: valley,", "id: valley, publish_delay: 2h,"))
    serve(web, "valley", item("valley", "c", "Cracks found in the spillway of Derik dam"))
    serve(web, "hill", item("hill", "b", "Water of Derik reservoir lowered after inspection"))
    await scene.poll()
    ((title, text),) = shown(scene).items()
    assert title == "Water of Derik reservoir lowered after inspection"
    assert "valley.example" not in text
    scene.later(hours=3)
    await scene.poll()
    ((title, text),) = shown(scene).items()
    assert title == "Water of Derik reservoir lowered after inspection"
    assert "https://valley.example/c" in text


async def test_where_duplicates_are_not_looked_for_each_is_shown(scene, web, config):
    scene.configure(PAPERS, head=config.replace("sources:", "duplicates: false\nsources:"))
    serve(web, "hill", item("hill", "b", "Water of Derik reservoir lowered after inspection"))
    serve(web, "valley", item("valley", "c", "Cracks found in the spillway of Derik dam"))
    await scene.poll()
    assert len(shown(scene)) == 2
