"""Rights over time: what is published changes when they do, at that moment, everywhere.

Every word that a publisher wrote is a marker of its own (`mark12w`), so that what leaks is known.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from aggregator.listing import print_sources
from aggregator.model import Enclosure, Html, Person, Picture
from aggregator.text.html import from_plain
from tests.press_world import PressWorld

WORD = re.compile(r"mark\d+w")
COPIED = Picture(
    path="images/00000000000000000077.jpg",
    media_type="image/jpeg",
    length=9,
    width=3,
    height=3,
)


@pytest.fixture
def world(tmp_path):
    return PressWorld(tmp_path)


BODY = from_plain("\n\n".join(" ".join(f"mark{n * 50 + m}w" for m in range(50)) for n in range(9)))


def photo():
    made = BytesIO()
    Image.new("RGB", (3, 3), "navy").save(made, "JPEG")
    return made.getvalue()


def told(world, pattern=WORD):
    """The marked words in each published file and in the search index."""
    found = {}
    for path in world.root.rglob("*"):
        if path.is_file() and path.suffix in (".xml", ".html", ".json", ".opml"):
            text = path.read_bytes().decode()
            if marks := set(pattern.findall(text)):
                found[path.relative_to(world.root).as_posix()] = marks
    return found


def ids(world):
    root = etree.parse(world.root / "en/atom.xml").getroot()
    return root.xpath("//a:entry/a:id/text()", namespaces={"a": "http://www.w3.org/2005/Atom"})


def test_the_end_of_a_permission_changes_everything_at_that_moment_and_only_then(world, tmp_path):
    world.outlets["herald"] = {
        "rights": {"allows": "full", "status": "granted", "expires": "2026-11-30"}
    }
    world.configure()
    old = world.now - timedelta(days=900)  # the first of all, so it stands in an archive
    (number,) = world.new("herald", body=BODY, standfirst="", categories=("Water",), published=old)
    world.new("herald", 100, body=from_plain("Short."), categories=("Water",))
    world.new("monde", body=Html("<p>Un mot.</p>"))
    world.publish()
    before, names = told(world), ids(world)
    whole = set(WORD.findall(BODY))
    assert any("/archives/" in path for path in before)
    assert any("/source/herald/" in path for path in before)
    feeds = [marks for path, marks in before.items() if path.endswith(("xml", "json"))]
    assert feeds
    assert all(marks == whole for marks in feeds)
    page = world.page_of(number)
    world.now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    assert world.publish(minutes=60) == ()  # 23:59 on the last day
    assert told(world) == before
    changed = world.publish(minutes=2)
    after = told(world)
    assert set(before) <= set(changed)
    assert all(len(marks) <= 90 for marks in after.values())
    assert page.relative_to(world.root).as_posix() in after
    assert world.differences(tmp_path / "anew") == []
    assert ids(world) == names
    assert world.publish(days=400) == ()
    world.outlets["herald"] = {"rights": {"allows": "headline"}}
    world.configure()
    world.publish()
    assert told(world) == {}
    assert ids(world) == names
    world.outlets["herald"] = {"rights": {"allows": "full"}}
    world.configure()
    world.publish()
    assert told(world) == before
    assert ids(world) == names


def test_the_end_of_a_permission_takes_the_copied_images_away(world):
    world.outlets["herald"] = {
        "rights": {
            "allows": "excerpt",
            "images": "copy",
            "status": "granted",
            "expires": "2026-11-30",
        }
    }
    world.configure()
    image = Enclosure(url="https://herald.example/photo.jpg")
    world.new("herald", lead_image=image)
    world.publish()
    picture = replace(COPIED, length=len(photo()))
    world.press().gallery.keep(image.url, picture, photo())
    world.publish()
    copied = world.root / picture.path
    kept = world.folder / "store" / "pictures" / copied.name
    assert (copied.exists(), kept.exists()) == (True, True)
    world.now = datetime(2026, 12, 1, tzinfo=UTC)
    world.publish(seconds=0)
    assert (copied.exists(), kept.exists()) == (False, False)
    assert told(world, re.compile(re.escape(copied.name))) == {}


def test_an_agencys_article_is_cut_and_its_neighbor_is_not(world):
    world.outlets["herald"] = {"rights": {"allows": "full", "images": "link"}}
    world.configure()
    (agency,) = world.new("herald", body=BODY, standfirst="", byline=(Person(name="Reuters"),))
    (own,) = world.new("herald", body=BODY, standfirst="", byline=(Person(name="Amina Said"),))
    world.publish()
    found = told(world)

    def marks(number):
        return found[world.page_of(number).relative_to(world.root).as_posix()]

    assert len(marks(agency)) <= 90
    assert marks(own) == set(WORD.findall(BODY))


def test_a_correction_shows_no_more_of_the_text_than_the_article_does(world):
    world.outlets["herald"] = {"rights": {"allows": "headline"}}
    world.configure()
    (number,) = world.new("herald", body=BODY, standfirst="mark9000w")
    world.publish()
    world.now += timedelta(hours=1)
    world.revise(number, body=from_plain("mark9001w and others"), standfirst="mark9002w")
    world.publish()
    assert told(world) == {}


def test_a_correction_of_an_excerpt_shows_no_more_words_than_an_excerpt(world):
    world.outlets["herald"] = {"rights": {"allows": {"excerpt": "10 words"}}}
    world.configure()
    (number,) = world.new("herald", body=BODY, standfirst="")
    world.publish()
    world.now += timedelta(hours=1)
    world.revise(number, body=Html(BODY.replace("mark4w", "mark9004w")))
    world.publish()
    assert all(len(marks) <= 10 for marks in told(world).values()), told(world)


def test_a_source_by_another_name_is_named_so_wherever_others_credit_it(world, tmp_path):
    world.outlets["herald"] = {"name": "The Harbor Herald"}
    world.configure()
    # The French paper's feed carries an article of the Herald.
    (number,) = world.new("monde", link="https://herald.example/lead")
    world.publish()
    page = world.page_of(number, "fr")
    assert "The Harbor Herald" in page.read_text()
    world.outlets["herald"] = {"name": "The Evening Herald"}
    world.configure()
    world.publish()
    assert "The Evening Herald" in page.read_text()
    assert "The Harbor Herald" not in page.read_text()
    assert world.differences(tmp_path / "anew") == []


def test_the_daemons_moment_is_the_next_one_at_which_rights_change(world):
    world.outlets["herald"] = {"rights": {"allows": "full", "expires": "2026-11-30"}}
    world.outlets["monde"] = {"rights": {"allows": "full", "granted": "2026-11-15"}}
    world.outlets["peyam"] = {"rights": {"allows": "headline", "expires": "2026-11-10"}}
    world.configure()
    press = world.press()
    begins, ends = datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert press.next_moment(world.now) == begins
    assert press.next_moment(begins) == ends
    assert press.next_moment(ends) is None


def test_what_the_operator_only_notes_rewrites_nothing(world):
    world.new("herald", 3)
    world.publish()
    world.outlets["herald"] = {
        "rights": {"allows": "excerpt", "basis": "a letter", "proof": "letters/herald.pdf"}
    }
    world.configure()
    changed = world.publish()  # but the page that says on what grounds
    assert {path.rpartition("/")[2] for path in changed} == {"bot.html", "index.html"}
    assert not [path for path in changed if "bot" not in path]


def test_list_shows_the_rights_of_today_and_what_is_to_be_seen_to(world, capsys):
    world.outlets["herald"] = {
        "rights": {
            "allows": "full",
            "images": "copy",
            "basis": "a letter",
            "status": "granted",
            "expires": "2020-01-31",
        }
    }
    world.configure()
    print_sources(world.config, only=["herald"], as_json=True)
    (facts,) = json.loads(capsys.readouterr().out)
    assert (facts["rights"], facts["images"], facts["status"]) == ("excerpt", "none", "granted")
    assert facts["expires"] == "2020-01-31"
    assert facts["rights_warnings"][0].startswith("herald: the permission ended on 2020-01-31")
    print_sources(world.config, only=["herald"], as_json=False)
    assert "herald: the permission ended on 2020-01-31" in capsys.readouterr().out
