"""What a correction changed, as pages show it; and the public log of what was withdrawn."""

import runpy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html as lxml_html

from aggregator.model import Difference, Fate, Mention, Withdrawn
from aggregator.syndicate import site as pages
from aggregator.text import difference

WORLD = runpy.run_path(str(Path(__file__).parent / "site_world.py"))
EDITION = {edition.tag: edition for edition in WORLD["EDITIONS"]}


@pytest.fixture(scope="module")
def theme():
    return pages.load_theme()


def desk_of(theme, tag="en", **changes):
    return pages.layout(theme, WORLD["frame"](EDITION[tag], **changes))


def page_of(document):
    return lxml_html.document_fromstring(document.body)


def article_of(tag, slug, **changes):
    given = next(a for a in WORLD["articles"](tag) if a.path.endswith(f"/{slug}.html"))
    return replace(given, **changes)


def shown(theme, tag, slug, **changes):
    page = page_of(pages.article_page(desk_of(theme, tag), article_of(tag, slug, **changes)))
    (details,) = page.xpath("//article/header/details[@class='changes']")
    return details


def compared(before, after):
    return difference.changed(difference.differences(before, after))


# --- what changed ---------------------------------------------------------------------------


def test_each_changed_paragraph_says_what_was_removed_and_what_was_added(theme):
    details = shown(theme, "en", "neighbors-renew-ties")
    assert details.findtext("summary") == "What changed"
    assert details.get("open") is None
    title, text, gone, new = details.findall("p")
    assert title.text_content() == (
        "Two neighbors renew ties removed: after added: amid quiet talks"
    )
    assert [e.text_content() for e in text.iter("del")] == [
        "removed: Monday",
        "removed: third",
        "removed: one crossing",
    ]
    assert [e.text_content() for e in text.iter("ins")] == [
        "added: Tuesday",
        "added: second",
        "added: two crossings",
    ]
    assert [e.tag for e in (*gone, *new)] == ["del", "ins"]
    assert {e.get("class") for e in details.iter("span")} == {"hidden"}


@pytest.mark.parametrize(
    ("tag", "slug", "summary", "removed", "added"),
    [
        ("ckb", "baran", "چی گۆڕاوە", "لابراو:", "زیادکراو:"),
        ("ku", "du-cinar", "Çi guherî", "rakirî:", "zêdekirî:"),
    ],
)
def test_it_is_said_in_the_language_of_the_article(theme, tag, slug, summary, removed, added):
    details = shown(theme, tag, slug)
    assert details.findtext("summary") == summary
    spoken = {span.text.strip() for span in details.iter("span")}
    assert spoken == {removed, added}


def test_a_paragraph_of_the_other_direction_runs_its_own_way(theme):
    sides = [p.get("dir") for p in shown(theme, "ckb", "baran").findall("p")]
    assert sides == ["rtl", "rtl", "rtl", "ltr", "rtl"]


def test_labels_that_are_not_in_the_articles_language_say_so(theme):
    given = article_of("en", "neighbors-renew-ties")
    turkish = replace(given, item=replace(given.item, language="tr"))
    page = page_of(pages.article_page(desk_of(theme), turkish))
    details = page.find(".//details")
    assert details.find("summary").get("lang") == "en"
    assert {span.get("lang") for span in details.iter("span")} == {"en"}
    assert {p.get("lang") for p in details.findall("p")} == {None}, "the article's own"


def test_a_rewritten_article_says_that_it_was(theme):
    details = shown(theme, "ar", "baghdad-erbil")
    assert [p.text for p in details.findall("p")] == ["أُعيدت كتابة المقال."]
    assert list(details.iter("ins", "del")) == []


def test_of_what_stayed_only_the_words_around_a_change_are_shown(theme):
    long = [f"word{n}" for n in range(200)]
    new = [*long[:100], "CHANGED", *long[101:]]
    changes = compared([" ".join(long)], [" ".join(new)])
    (paragraph,) = shown(theme, "en", "neighbors-renew-ties", changes=changes).findall("p")
    text = paragraph.text_content()
    assert text.startswith("… word92 ")
    assert text.endswith(" word108 …")
    assert len(text.split()) < 25


def test_many_changes_are_shown_up_to_a_bound_and_it_is_said(theme):
    one = Difference(parts=((Fate.ADDED, "So."),))
    details = shown(theme, "en", "neighbors-renew-ties", changes=(one,) * 50)
    assert len(details.findall("p[@dir]")) == 20
    assert details.findtext("p[@class='note']") == "Only the first changes are shown."
    huge = Difference(parts=((Fate.ADDED, "word " * 500),))
    details = shown(theme, "en", "neighbors-renew-ties", changes=(huge,) * 5)
    assert len(details.findall("p[@dir]")) == 1


def test_what_a_publisher_wrote_stays_text(theme):
    changes = compared(["<b>one</b>"], ["<script>alert(1)</script>"])
    details = shown(theme, "en", "neighbors-renew-ties", changes=changes)
    assert details.findall(".//script") == details.findall(".//b") == []
    assert "<script>alert(1)</script>" in details.text_content()


def test_without_a_change_that_may_be_shown_only_the_date_stands_there(theme):
    page = page_of(
        pages.article_page(desk_of(theme), article_of("en", "neighbors-renew-ties", changes=()))
    )
    assert page.findall(".//details") == []
    assert page.findtext(".//p[@class='corrected']/time") == "25.11.2026"


# --- whose it is ----------------------------------------------------------------------------


def test_an_article_that_another_brought_says_whose_it_is(theme):
    page = page_of(pages.article_page(desk_of(theme), article_of("en", "long-week")))
    lines = page.xpath("//article/header/p[@class='source']")
    assert [line.text_content() for line in lines] == [
        "Source: Grain & Soil Weekly, via The Lantern",
        "Original at: Hewlêr Desk",
        "Also at: Open Valley, صدى النهرين",
    ]
    assert page.xpath("//p[@class='continue']/a")[0].text_content() == (
        "Continue reading at Grain & Soil Weekly"
    )
    assert page.xpath("//article//p[@class='more']/a")[0].text_content() == "More from The Lantern"


def test_a_list_names_the_first_publisher_and_who_brought_it(theme):
    home = page_of(
        next(d for d in WORLD["edition_pages"](desk_of(theme)) if d.path == "en/index.html")
    )
    (outlet,) = home.xpath("//article[.//h3/a[contains(@href, 'long-week')]]//*[@class='outlet']")
    assert outlet.text_content() == "Grain & Soil Weekly via The Lantern"
    assert outlet.xpath(".//a/@href") == ["/en/source/the-lantern/"]


@pytest.mark.parametrize("late", [True, False])
def test_an_original_with_the_outlets_own_name_is_where_the_line_leads(theme, late):
    given = article_of("en", "long-week")
    own = Mention(name="Grain & Soil Weekly", link="https://grain.example/week", original=late)
    page = page_of(
        pages.article_page(desk_of(theme), replace(given, item=replace(given.item, also=(own,))))
    )
    (line,) = page.xpath("//article/header/p[@class='source']")
    assert line.xpath("./a/@href")[0] == "https://grain.example/week"


# --- what was withdrawn ---------------------------------------------------------------------


def test_the_log_says_when_what_and_why_the_newest_first(theme):
    page = page_of(pages.takedowns_page(desk_of(theme), WORLD["WITHDRAWN"]))
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.findall("td")]
        for row in page.findall(".//tbody/tr")
    ]
    assert rows == [
        ["23.11.2026", "An article of صدى النهرين", "سحبه الناشر"],
        [
            "20.11.2026",
            "A note on a neighbor, <b>withdrawn</b> The Lantern",
            "At the wish of its author",
        ],
        [
            "02.10.2026",
            "Everything of Strict Wire",
            "The publisher's letter of 1 October Restored on 01.11.2026",
        ],
    ]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_log_without_anything_in_it_says_so(theme):
    page = page_of(pages.takedowns_page(desk_of(theme, "ckb"), ()))
    assert page.findtext(".//p[@class='empty']") == "هیچ شتێک نەکشێنراوەتەوە."


def test_the_title_of_all_that_an_outlet_brought_is_not_said(theme):
    one = Withdrawn(
        at=datetime(2026, 1, 1, tzinfo=UTC), reason="r", outlet="O", title="O", whole=True
    )
    page = page_of(pages.takedowns_page(desk_of(theme), [one]))
    assert page.findall(".//tbody//td")[1].text_content() == "Everything of O"


def test_pages_lead_to_the_log_where_it_is_public_and_only_there(theme):
    for public in (True, False):
        desk = desk_of(theme, takedowns=public)
        page = page_of(pages.article_page(desk, article_of("en", "dam")))
        links = page.xpath("//footer[@class='colophon']//a/@href")
        assert ("/en/takedowns/" in links) is public
        gone = page_of(pages.gone_page(theme, WORLD["SITE"], WORLD["EDITIONS"], takedowns=public))
        assert ("/ckb/takedowns/" in gone.xpath("//main//a/@href")) is public
