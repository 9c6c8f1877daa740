"""The sources as an outline, byte for byte."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pydantic import TypeAdapter

from aggregator.config.languages import own_name
from aggregator.model import Edition, Feed, Site, Source
from aggregator.syndicate.opml import MEDIA_TYPE, render

HERE = Path(__file__).parent
CASES = sorted((HERE / "corpus" / "pages").glob("*.json"))
GOLDEN = HERE / "golden"
REGENERATE = bool(os.environ.get("REGENERATE_GOLDEN"))

SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_we_publish_is_what_stands_in_golden(case):
    given = json.loads(case.read_text(encoding="utf-8"))
    document = render(
        TypeAdapter(Site).validate_python(given["site"]),
        None,
        TypeAdapter(tuple[Source, ...]).validate_python(given["sources"]),
        language_name=own_name,
    )
    golden = GOLDEN / f"{case.stem}.opml"
    if REGENERATE:
        golden.write_bytes(document.body)
    assert document.body.decode() == golden.read_bytes().decode()
    assert (document.path, document.media_type) == ("feeds.opml", MEDIA_TYPE)


def test_every_golden_document_has_its_case():
    goldens = {file.name for file in GOLDEN.glob("*.opml")}
    assert goldens == {f"{case.stem}.opml" for case in CASES}


def source(name, language=None, *feeds):
    feeds = feeds or (Feed(key="", candidates=(f"https://{name}.example/feed",)),)
    return Source(id=name, name=name, language=language, feeds=feeds)


def edition(*languages):
    return Edition(tag=languages[0], title=f"S: {languages[0]}", languages=languages, words="en")


SOURCES = (
    source("arabic", "ar"),
    source("anything"),
    source("kurmanji", "kmr"),
    source("sorani", "ckb"),
    source("either", "ku"),
    source(
        "both",
        "en",
        Feed(key="a", candidates=("https://both.example/en", "https://old.example/en")),
        Feed(key="b", candidates=("https://both.example/ar",), language="ar"),
    ),
)


def listed(document):
    """Return the outlines by group; those outside of one are under None."""
    body = etree.fromstring(document.body).find("body")
    found = {}
    for outline in body:
        group, members = (
            (None, [outline]) if outline.get("xmlUrl") else (outline.get("text"), outline)
        )
        found.setdefault(group, []).extend(member.get("xmlUrl") for member in members)
    return found


LISTS = [
    (
        None,
        {
            "العربية": ["https://arabic.example/feed", "https://both.example/ar"],
            "Kurmancî": ["https://kurmanji.example/feed"],
            "کوردی": ["https://sorani.example/feed"],
            "Kurdî · کوردی": ["https://either.example/feed"],
            "English": ["https://both.example/en"],
            None: ["https://anything.example/feed"],
        },
    ),
    (edition("en"), {"English": ["https://both.example/en"]}),
    (
        edition("ckb"),
        {
            "کوردی": ["https://sorani.example/feed"],
            "Kurdî · کوردی": ["https://either.example/feed"],
        },
    ),
    (edition("fr"), {"S: fr": []}),
]


@pytest.mark.parametrize(("shown", "expected"), LISTS)
def test_sources_are_listed_by_their_language(shown, expected):
    document = render(SITE, shown, SOURCES, language_name=own_name)
    assert listed(document) == expected
    assert document.path == (f"{shown.tag}/feeds.opml" if shown else "feeds.opml")


def test_a_feed_has_what_readers_import():
    outlet = Source(
        id="a",
        name="Q&A <b>",
        homepage="https://a.example",
        language="kmr",
        feeds=(Feed(key="", candidates=("https://user:secret@a.example/feed?a=1&b=2",)),),
    )
    outline = etree.fromstring(render(SITE, None, (outlet,)).body).find("body/outline/outline")
    assert dict(outline.attrib) == {
        "type": "rss",
        "text": "Q&amp;A &lt;b&gt;",
        "title": "Q&amp;A &lt;b&gt;",
        "xmlUrl": "https://a.example/feed?a=1&b=2",
        "htmlUrl": "https://a.example",
        "language": "ku-Latn",
    }


def test_the_list_says_when_it_changed_only_where_that_is_known():
    assert b"dateModified" not in render(SITE, None, SOURCES).body
    moment = datetime(2025, 7, 3, 12, tzinfo=UTC)
    head = etree.fromstring(render(SITE, None, SOURCES, updated=moment).body).find("head")
    assert head.findtext("dateModified") == "Thu, 03 Jul 2025 12:00:00 GMT"
