"""Corrections from the store to the page: what changed since it was published, and no more."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html as lxml_html

from aggregator.model import ChangeKind, Html
from tests.press_world import PressWorld

FIRST = "<p>The council met on Monday secret1.</p><p>It went on for hours secret2.</p>"
THEN = "<p>The council met on Tuesday secret1.</p><p>It went on for hours secret3.</p>"


@pytest.fixture
def world(tmp_path):
    made = PressWorld(tmp_path)
    yield made
    made.store.close()


def allow(world, what, **rights):
    world.outlets["herald"] = {"rights": {"allows": what, **rights}}
    world.configure()


def shown(world, number):
    """What the page of an article says that changed: removed and added words, and all it says."""
    page = lxml_html.document_fromstring(world.page_of(number).read_bytes())
    spoken = {
        tag: [e.xpath("string(text())") for e in page.xpath(f"//details//{tag}")]
        for tag in ("del", "ins")
    }
    return spoken["del"], spoken["ins"], page.text_content()


def corrected_later(world, number, **fields):
    world.publish()
    world.now += timedelta(hours=2)
    world.revise(number, **fields)
    world.publish()


def test_a_page_shows_what_changed_since_the_article_was_published(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    corrected_later(world, number, body=Html(THEN))
    removed, added, text = shown(world, number)
    assert removed == ["Monday", "secret2"]
    assert added == ["Tuesday", "secret3"]
    assert "Corrected on 01.11.2026" in text


def test_several_corrections_are_shown_as_one_from_the_first_version_to_the_last(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    corrected_later(world, number, body=Html(FIRST.replace("Monday", "Wednesday")))
    corrected_later(world, number, body=Html(THEN))
    removed, added, text = shown(world, number)
    assert (removed, added) == (["Monday", "secret2"], ["Tuesday", "secret3"])
    assert "Wednesday" not in text


def test_what_a_publisher_changed_before_it_was_published_here_is_no_correction(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    world.now += timedelta(hours=1)
    world.revise(number, body=Html(THEN))
    world.publish()
    removed, added, text = shown(world, number)
    assert removed == added == []
    assert "Corrected" not in text


def test_other_markup_is_no_correction(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    corrected_later(
        world, number, kind=ChangeKind.MINOR, body=Html(FIRST.replace("Monday", "<b>Monday</b>"))
    )
    removed, added, text = shown(world, number)
    assert removed == added == []
    assert "Corrected" not in text


def test_of_a_headline_only_the_headline_is_compared(world):
    allow(world, "headline")
    (number,) = world.new("herald", title="Council repairs 3 wells", body=Html(FIRST))
    corrected_later(world, number, title="Council repairs 4 wells", body=Html(THEN))
    removed, added, text = shown(world, number)
    assert (removed, added) == (["3"], ["4"])
    assert not re.search("secret|Monday|Tuesday", text)


def test_a_change_that_may_not_be_shown_leaves_the_date_alone(world):
    allow(world, "headline")
    (number,) = world.new("herald", body=Html(FIRST))
    corrected_later(world, number, body=Html(THEN))
    removed, added, text = shown(world, number)
    assert removed == added == []
    assert "Corrected on" in text
    assert "What changed" not in text


def test_rights_that_are_taken_back_take_the_earlier_words_along(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    corrected_later(world, number, body=Html(THEN))
    assert "secret2" in shown(world, number)[2]
    allow(world, "headline")
    world.publish()
    assert not re.search("secret|Monday|Tuesday", shown(world, number)[2])


def test_an_earlier_version_shows_no_more_than_the_present_one(world):
    """The publisher put an agency's name under it later: then its earlier text goes as well."""
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    world.publish()
    world.now += timedelta(hours=2)
    world.revise(number, body=Html(THEN), robots=("noarchive", "max-snippet:0"))
    world.publish()
    text = shown(world, number)[2]
    assert "secret2" not in text
    assert "secret3" not in text


def test_an_excerpt_shows_of_both_versions_only_what_an_excerpt_shows(world):
    allow(world, "excerpt")
    sentences = [f"Sentence number {n} goes on about secret{n} for a while." for n in range(40)]
    (number,) = world.new(
        "herald", standfirst="", body=Html("".join(f"<p>{one}</p>" for one in sentences))
    )
    changed = [one.replace("while", "day") for one in sentences]
    corrected_later(world, number, body=Html("".join(f"<p>{one}</p>" for one in changed)))
    text = shown(world, number)[2]
    may = set(re.findall(r"secret\d+", " ".join(sentences[:9])))
    assert set(re.findall(r"secret\d+", text)) <= may


def test_a_version_of_long_ago_is_compared_without_its_revisions_being_lost(world):
    allow(world, "full")
    (number,) = world.new("herald", body=Html(FIRST))
    world.publish()
    for hour in range(1, 12):
        world.now = datetime(2026, 11, 2, hour, tzinfo=UTC)
        world.revise(number, body=Html(FIRST.replace("hours", f"{hour} hours")))
        world.publish()
    removed, added, _ = shown(world, number)
    assert (removed, added) == ([], ["11"])
