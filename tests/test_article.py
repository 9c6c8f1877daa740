"""The article format as a feed's entry shows it: order, labels, credit, direction."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.model import (
    AtomId,
    Edition,
    Extent,
    FeedMeta,
    Html,
    Item,
    Person,
    Source,
)
from aggregator.syndicate.article import article
from aggregator.text.words import WORDS, words_of

KU = Edition(tag="ku", title="Kurdî", languages=("kmr", "ckb"), words="kmr")

ITEM = Item(
    id=AtomId("tag:a.example,2025:1"),
    title="Title",
    link="https://a.example/1?a=1&b=2",
    language="en",
    published=datetime.fromisoformat("2025-07-13T00:30:00+03:00"),
    updated=datetime.fromisoformat("2025-07-13T00:30:00+03:00"),
    authors=(Person(name="News Desk"),),
    source=Source(id="a", name="The Outlet", feeds=()),
    source_meta=FeedMeta(link="https://a.example/"),
    source_updated=None,
    extent=Extent.FULL,
    summary="The standfirst",
    opening="",
    body=Html("<p>The body.</p>"),
    enclosures=(),
    categories=(),
    rights=None,
    license=None,
    origin=None,
)


def shown(**changes) -> str:
    return article(replace(ITEM, **changes), KU)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def test_the_order_is_the_centers():
    assert words(shown()) == ("The standfirst 13.07.2025 News Desk Source: The Outlet The body.")


def test_the_day_is_the_publishers_own_in_latin_digits():
    assert '<time datetime="2025-07-13">13.07.2025</time>' in shown(language="ar")


LABELS = [
    ("en", "Source:", "Continue reading at The Outlet"),
    ("fr", "Source\u00a0:", "Lire la suite sur The Outlet"),
    ("kmr", "Çavkanî:", "Berdewamiyê li The Outlet bixwînin"),
    ("ckb", "سەرچاوە:", "درێژەی بابەتەکە لە The Outlet بخوێنەوە"),
    ("ar", "المصدر:", "تابع القراءة على موقع The Outlet"),
]


@pytest.mark.parametrize(("language", "label", "more"), LABELS)
def test_labels_are_in_the_language_of_the_entry(language, label, more):
    html = shown(language=language, extent=Extent.EXCERPT, body=Html(""))
    assert f"{label} <a href=" in html
    assert words(html).endswith(more)


def test_where_we_have_no_words_in_a_language_the_editions_are_taken_and_marked_as_such():
    html = shown(language="tr", extent=Extent.EXCERPT, body=Html(""))
    assert '<bdi lang="kmr">Çavkanî:</bdi> <a href=' in html
    assert '<bdi lang="kmr">Berdewamiyê li <bdi>The Outlet</bdi> bixwînin</bdi></a>' in html


def test_every_language_of_the_interface_has_all_its_words():
    for language, ours in WORDS.items():
        assert words_of(language) == (language, ours)
        assert ours.continue_reading.count("{outlet}") == 1
        assert all((ours.source, ours.license, ours.rights))
    assert words_of("xx")[0] == "en"


def test_credit_carries_neither_nofollow_nor_noreferrer():
    html = shown(extent=Extent.EXCERPT, license="https://license.example/", body=Html(""))
    assert html.count("<a ") == 3
    assert "rel=" not in html


def test_addresses_and_names_are_escaped():
    html = shown(source=replace(ITEM.source, name='A & "B" <i>'), authors=(Person(name="<b>"),))
    assert 'href="https://a.example/1?a=1&amp;b=2"' in html
    assert "<bdi>A &amp; &quot;B&quot; &lt;i&gt;</bdi>" in html
    assert "<bdi>&lt;b&gt;</bdi>" in html


def test_without_a_link_the_source_line_leads_to_the_outlet():
    html = shown(link=None, extent=Extent.EXCERPT, body=Html(""))
    assert html.count("<a ") == 1
    assert '<a href="https://a.example/">' in html


def test_an_outlet_that_signs_itself_is_named_once():
    assert words(shown(authors=(Person(name="The Outlet"),))).count("The Outlet") == 1


def test_a_headline_has_no_way_on_but_its_source():
    html = shown(extent=Extent.HEADLINE, summary="", body=Html(""))
    assert words(html) == "13.07.2025 News Desk Source: The Outlet"


def test_first_words_of_a_body_stand_where_the_body_would():
    html = shown(extent=Extent.EXCERPT, summary="", opening="First words.", body=Html(""))
    assert words(html).endswith("The Outlet First words. Continue reading at The Outlet")


def test_paragraphs_of_an_excerpt_stay_paragraphs():
    html = shown(
        extent=Extent.EXCERPT, summary="", body=Html(""), opening="It rained.\nIt <rained>."
    )
    assert "<p>It rained.</p><p>It &lt;rained&gt;.</p>" in html


def test_a_summary_that_is_all_a_publisher_sends_leads_on_to_the_rest():
    html = shown(extent=Extent.FULL, summary="All that the feed had.", body=Html(""))
    assert words(html).endswith("Continue reading at The Outlet")


@pytest.mark.parametrize("tag", ["h1", "p"])
def test_a_body_that_begins_with_the_title_does_not_say_it_again(tag):
    html = shown(body=Html(f"<{tag}>TITLE</{tag}>\n<p>Text</p>"))
    assert words(html).endswith("The Outlet Text")


CREDITS = [
    (None, ""),
    ("By kind permission of The Outlet", " By kind permission of The Outlet"),
    ("The outlet", ""),
]


@pytest.mark.parametrize(("credit", "line"), CREDITS)
def test_the_credit_that_a_publisher_asks_for_is_shown(credit, line):
    html = shown(credit=credit)
    assert words(html).endswith(f"Source: The Outlet{line} The body.")


LICENSES = [
    ("https://creativecommons.org/licenses/by-sa/4.0/deed.fr", "CC BY-SA 4.0"),
    ("http://creativecommons.org/licenses/by/3.0", "CC BY 3.0"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
    ("https://creativecommons.org/publicdomain/mark/1.0/", "Public Domain Mark 1.0"),
    ("https://a.example/terms", "https://a.example/terms"),
]


@pytest.mark.parametrize(("address", "name"), LICENSES)
def test_a_licence_goes_by_the_name_that_people_know(address, name):
    assert f'License: <a href="{address}"><bdi>{name}</bdi></a>' in shown(license=address)


DIRECTIONS = [
    ("ckb", "SDF: لە باکووری سووریا هێرش تۆمار کران", "rtl"),
    ("kmr", "Li Qamişloyê pêşangeh vebû", "ltr"),
    ("ar", "BBC: مقابلة حصرية", "rtl"),
    ("en", "Kurdish for “hello” is سڵاو", "ltr"),
]


@pytest.mark.parametrize(("language", "text", "side"), DIRECTIONS)
def test_direction_is_that_of_the_script(language, text, side):
    html = shown(language=language, title=text, summary=text, body=Html(""))
    assert html.startswith(f'<div lang="{language}" dir="{side}">')
    assert f"<p>{text}</p>" in html


def test_a_paragraph_of_the_other_direction_says_so_and_names_do_not_turn_their_line():
    html = shown(
        language="ckb",
        title="هەواڵ",
        summary="وتەبێژی SDF وتی دۆخەکە ئارامە",
        body=Html('<h2>An English heading</h2><p dir="auto">left as it is</p><p>هەواڵ SDF</p>'),
        authors=(Person(name="A Very Long English Byline"),),
    )
    assert html.startswith('<div lang="ckb" dir="rtl">')
    assert '<h2 dir="ltr">An English heading</h2>' in html
    assert '<p dir="auto">left as it is</p>' in html
    assert "<p>هەواڵ SDF</p>" in html
    assert "<p><time" in html
