"""What `explain` says of entries in every state, and `--until` of documents: real store and press."""

import json
from datetime import timedelta

import pytest

from aggregator.errors import AggregatorError
from aggregator.explaining import STEPS, explain, run_until
from aggregator.model import Edits, Ruling
from aggregator.store import Store

pytestmark = pytest.mark.anyio

SOURCES = """
  - {id: tigris-herald, name: Tigris Herald, url: "https://tigris-herald.example/feed", language: en}
"""
RULED = """
  - id: tigris-herald
    name: Tigris Herald
    url: https://tigris-herald.example/feed
    language: en
    rules:
      - {name: sport, when: {title: football}, then: drop}
      - {name: unsure, when: {title: rumor*}, then: hold}
"""
ITEM = (
    "<item><title>{title}</title><link>https://tigris-herald.example/{n}</link>"
    "<guid isPermaLink='false'>th-{n}</guid><description>{text}</description></item>"
)
TEXT = "The council met until midnight and agreed on a budget for the year that begins in January."


def feed(*titles, first=1):
    items = (
        ITEM.format(title=title, n=n, text=f"{title}. {TEXT}")
        for n, title in enumerate(titles, first)
    )
    return f"<rss version='2.0'><channel><title>TH</title>{''.join(items)}</channel></rss>"


@pytest.fixture
async def world(scene, web):
    """A dam that is published, a match that a rule drops, a rumor that one holds."""
    scene.configure(RULED)
    titles = (
        "The dam on the Zab is to open in spring",
        "Our football team has won again in Duhok",
        "Rumors about a new bridge over the river",
    )
    web.serve("https://tigris-herald.example/feed", feed(*titles))
    await scene.poll()
    return scene


def told(scene, what, capsys, **given):
    capsys.readouterr()
    found = explain(scene.config, what, now=scene.now, as_json=True, **given)
    report = json.loads(capsys.readouterr().out)
    return found, report


def number(scene, guid):
    with Store.open(scene.config.store, now=scene.now) as store:
        (entry_id,) = store.find(guid)
    return entry_id


async def test_a_published_entry_is_told_from_its_feed_to_its_documents(world, capsys):
    found, report = told(world, "https://tigris-herald.example/1", capsys)
    assert found
    assert report["state"] == "published"
    story = report["story"]
    assert "source Tigris Herald (tigris-herald)" in story["read"]
    assert any(line.startswith("last visit on 2026-11-24 08:00 UTC") for line in story["read"])
    assert "read as RSS 2.0" in story["read"]
    assert story["identity"][0].endswith("th-1")
    assert story["language"][0].startswith("en: ")
    assert story["ruling"][0] == "publish (by the rules, at the last visit)"
    assert story["rights"][0].startswith("excerpt")
    assert story["published"][0].startswith("number 1, since 2026-11-24 08:00 UTC")
    paths = {place["path"] for place in report["documents"]}
    assert {"en/articles/1.html", "en/index.html", "en/atom.xml"} <= paths


async def test_every_document_that_is_named_is_there_and_shows_the_entry(world, capsys):
    _, report = told(world, "th-1", capsys)
    assert report["documents"]
    for place in report["documents"]:
        text = (world.config.publish_to / place["path"]).read_text(encoding="utf-8")
        assert "The dam on the Zab is to open in spring" in text, place


async def test_an_entry_is_found_by_whatever_names_it(world, capsys):
    _, by_guid = told(world, "th-1", capsys)
    atom_id = by_guid["dossier"]["emission"]["id"]
    own = f"{world.config.site.url}/en/articles/1.html"
    for what in (str(by_guid["entry"]), atom_id, "http://www.tigris-herald.example/1/", own):
        assert told(world, what, capsys)[1]["entry"] == by_guid["entry"]


async def test_what_a_rule_dropped_says_which_rule_and_on_what(world, capsys):
    _, report = told(world, "th-2", capsys)
    assert report["state"] == "dropped"
    assert any("sport" in line and "football" in line for line in report["story"]["ruling"])
    assert report["story"]["published"] == ["never"]
    assert report["story"]["documents"] == ["in none: dropped"]


async def test_a_persons_ruling_is_told_beside_what_the_rules_would_say(world, capsys):
    held = number(world, "th-3")
    with Store.open(world.config.store, now=world.now) as store:
        store.rule(
            held,
            Ruling.PUBLISH,
            who="dana",
            why="confirmed by the mayor",
            now=world.now,
            edits=Edits(title="A new bridge over the river"),
        )
    world.later(minutes=5)
    await world.poll()
    _, report = told(world, "th-3", capsys)
    assert report["state"] == "published"
    (person,) = report["story"]["people"]
    assert "dana: publish" in person
    assert 'title "A new bridge over the river"' in person
    assert "confirmed by the mayor" in person
    ruling = report["story"]["ruling"]
    assert ruling[0] == "publish (a person's ruling)"
    assert any("unsure" in line for line in ruling)
    assert any(
        line.startswith("2.") and "edited by dana" in line for line in report["story"]["versions"]
    )


async def test_what_was_taken_down_says_by_whom_and_is_in_no_document(world, capsys):
    with Store.open(world.config.store, now=world.now) as store:
        store.take_down(
            entry_id=number(world, "th-1"), who="lawyer", why="a letter", now=world.now
        )
    world.later(minutes=5)
    await world.poll()
    _, report = told(world, "th-1", capsys)
    assert report["state"] == "taken down"
    assert any(
        "takedown T1" in line and "a letter" in line for line in report["story"]["published"]
    )
    assert report["story"]["documents"][0].startswith("in none any more: taken down")
    assert "documents" not in report or report["documents"] == []


async def test_a_correction_of_the_publisher_is_a_version_of_its_own(world, web, capsys):
    world.later(hours=2)
    web.serve("https://tigris-herald.example/feed", feed("The dam on the Zab is to open in May"))
    await world.poll()
    _, report = told(world, "th-1", capsys)
    assert [line.split(" ")[0] for line in report["story"]["versions"]] == ["1.", "2."]
    assert "material" in report["story"]["versions"][1]


async def test_an_embargo_says_until_when(scene, web, capsys):
    scene.configure(SOURCES.replace("language: en", "language: en, publish_delay: 2h"))
    web.serve(
        "https://tigris-herald.example/feed", feed("The dam on the Zab is to open in spring")
    )
    await scene.poll()
    _, report = told(scene, "th-1", capsys)
    assert report["state"] == "under an embargo"
    assert (
        "embargo until 2026-11-24 10:00 UTC: until then it waits" in report["story"]["published"]
    )


async def test_a_source_that_left_feeds_yaml_is_told(world, capsys):
    world.configure(SOURCES.replace("tigris-herald", "somebody-else"))
    async with world.opened():
        pass
    _, report = told(world, "th-1", capsys)
    assert "source tigris-herald: not in feeds.yaml any more" in report["story"]["read"]
    assert report["story"]["rights"][0].startswith("headline")


async def test_an_unknown_address_of_a_source_says_when_its_feed_was_read(world, capsys):
    found, report = told(world, "https://tigris-herald.example/99", capsys)
    assert not found
    text = "\n".join(report["known"])
    assert "tigris-herald.example is the address of Tigris Herald (tigris-herald)" in text
    assert "last read on 2026-11-24 08:00 UTC" in text
    assert "aggregator submit" in text


async def test_an_unknown_address_that_is_barred_says_so(world, capsys):
    with Store.open(world.config.store, now=world.now) as store:
        store.take_down(
            entry_id=number(world, "th-1"), who="lawyer", why="a letter", now=world.now
        )
    found, report = told(world, "https://elsewhere.example/1", capsys)
    assert not found
    assert "elsewhere.example is no source's" in "\n".join(report["known"])


async def test_people_read_it_in_words(world, capsys):
    capsys.readouterr()
    assert explain(world.config, "th-1", now=world.now, as_json=False)
    out = capsys.readouterr().out
    for name in ("read", "identity", "language", "ruling", "versions", "rights", "documents"):
        assert any(line.startswith(name) for line in out.splitlines()), name


# --- a document up to a step ------------------------------------------------------------------


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "feed.xml"
    path.write_text(feed("The dam on the Zab is to open in spring", "Our football team has won"))
    return path


async def until(step, document, scene, capsys, source="tigris-herald"):
    capsys.readouterr()
    await run_until(
        step,
        str(document),
        config=scene.config,
        source_id=source,
        now=scene.now,
        as_json=True,
    )
    return json.loads(capsys.readouterr().out)


async def test_each_step_shows_what_it_made(scene, document, capsys):
    scene.configure(RULED)
    made = {step: await until(step, document, scene, capsys) for step in STEPS}
    first = {step: report["entries"][0] for step, report in made.items() if report["entries"]}
    assert made["fetch"]["document"]["received"] == document.stat().st_size
    assert first["read"]["title"]["value"] == "The dam on the Zab is to open in spring"
    assert first["identify"]["key"]["guid"] == "th-1"
    assert first["normalize"]["language"] == "en"
    assert made["screen"]["document"]["rules"] == ["sport", "unsure"]
    assert made["screen"]["entries"][1]["ruling"] == "drop"
    assert [one["ruling"] for one in made["judge"]["entries"]] == ["publish", "drop"]
    assert first["revise"]["kind"] == "new"
    assert first["cut"]["allowance"]["extent"] == "excerpt"
    assert first["cut"]["body"] == ""


async def test_normalize_is_before_the_rules(scene, document, capsys):
    scene.configure(RULED)
    report = await until("normalize", document, scene, capsys)
    assert "ruling" not in report["entries"][1]


async def test_revise_compares_with_what_the_store_knows(world, document, capsys):
    report = await until("revise", document, world, capsys)
    assert report["entries"][0]["kind"] in ("minor", "material")
    assert report["entries"][0]["entry_id"] == number(world, "th-1")


async def test_a_run_stores_nothing(scene, document, capsys):
    scene.configure(SOURCES)
    await until("cut", document, scene, capsys)
    assert not [path.name for path in scene.folder.iterdir() if path.name == "store"]


async def test_an_unknown_step_names_the_steps(scene, document, capsys):
    scene.configure(SOURCES)
    with pytest.raises(AggregatorError, match="fetch, read, identify, normalize, screen"):
        await until("publish", document, scene, capsys)


async def test_an_unknown_source_is_named(scene, document, capsys):
    scene.configure(SOURCES)
    with pytest.raises(AggregatorError, match="no source 'nobody'"):
        await until("read", document, scene, capsys, source="nobody")


async def test_without_feeds_yaml_a_document_is_read_all_the_same(document, scene, capsys):
    for as_json in (True, False):
        await run_until(
            "judge", str(document), config=None, source_id=None, now=scene.now, as_json=as_json
        )
    assert "after judge" in capsys.readouterr().out


async def test_the_clock_of_a_step_is_an_argument(scene, document, capsys):
    scene.configure(SOURCES)
    scene.now += timedelta(days=1)
    report = await until("revise", document, scene, capsys)
    assert report["entries"][0]["published"].startswith("2026-11-25")
