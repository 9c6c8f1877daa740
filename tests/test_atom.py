"""What subscribers get as Atom, byte for byte, and what holds of it whatever comes in."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import TypeAdapter

from aggregator.model import (
    AtomId,
    Edition,
    Enclosure,
    Entry,
    FeedMeta,
    Published,
    Site,
    Source,
    Withdrawal,
)
from aggregator.syndicate.atom import render
from aggregator.syndicate.editions import LIMIT, page
from aggregator.text.html import sanitize
from tests.cutting import cutter

HERE = Path(__file__).parent
CASES = sorted((HERE / "corpus" / "pages").glob("*.json"))
GOLDEN = HERE / "golden"
REGENERATE = bool(os.environ.get("REGENERATE_GOLDEN"))

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_we_publish_is_what_stands_in_golden(laid_out, case):
    document = render(laid_out(case))
    golden = GOLDEN / f"{case.stem}.atom.xml"
    if REGENERATE:
        golden.write_bytes(document.body)
    assert document.body.decode() == golden.read_bytes().decode()


def test_every_golden_document_has_its_case():
    goldens = {file.name for file in GOLDEN.glob("*.atom.xml")}
    assert goldens == {f"{case.stem}.atom.xml" for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_same_page_gives_the_same_bytes(laid_out, case):
    assert render(laid_out(case)) == render(laid_out(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_document_keeps_the_rules_of_rfc_4287(laid_out, case):
    rules_of_rfc_4287(render(laid_out(case)).body)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_feed_reader_finds_everything_in_its_place(laid_out, case):
    laid = laid_out(case)
    read = feedparser.parse(render(laid).body)
    assert not read.bozo
    assert read.version == "atom10"
    assert [entry.id for entry in read.entries] == [item.id for item in laid.items]
    for entry, item in zip(read.entries, laid.items, strict=True):
        assert entry.source.title
        assert [link.href for link in entry.links if link.rel == "alternate"] == (
            [item.link] if item.link else []
        )


LANGUAGES = [
    ("en", "en", None),
    ("fr", "fr", None),
    ("ku", "ku", {"ku-Latn", "ku-Arab"}),
    ("ar", "ar", None),
    ("empty", "ku-Arab", set()),
    ("hostile", "ar", {"en", "fa"}),
]


@pytest.mark.parametrize(("name", "feed", "entries"), LANGUAGES)
def test_languages_are_tagged_so_that_validators_and_readers_know_them(
    laid_out, name, feed, entries
):
    tree = etree.fromstring(render(laid_out(HERE / f"corpus/pages/{name}.json")).body)
    assert tree.get(XML_LANG) == feed
    found = {entry.get(XML_LANG) for entry in tree.iter(f"{ATOM}entry")}
    assert found == ({feed} if entries is None else entries)


EN, ARCHIVED, SUBSCRIBED = (
    HERE / f"corpus/pages/{name}.json" for name in ("en", "archived", "subscribed")
)


def test_a_summary_is_marked_as_html_so_that_nobody_takes_it_for_the_article(laid_out):
    laid = laid_out(EN)
    item = replace(laid.items[0], summary="Q&A: what the council's \u201c5 < 6\u201d means")
    entry = etree.fromstring(render(replace(laid, items=(item,))).body).find(f"{ATOM}entry")
    summary = entry.find(f"{ATOM}summary")
    assert (summary.get("type"), summary.text) == (
        "html",
        "Q&amp;A: what the council's \u201c5 &lt; 6\u201d means",
    )
    # What prefers plain text finds none but the title, and takes the content.
    (read,) = feedparser.parse(etree.tostring(entry.getparent())).entries
    assert [text.type for text in (*read.content, read.summary_detail)] == ["text/html"] * 2
    assert read.title_detail.type == "text/plain"


def test_an_archive_says_so_and_leads_to_its_neighbors(laid_out):
    laid = laid_out(ARCHIVED)
    feed = etree.fromstring(render(laid).body)
    assert feed.find(f"{HISTORY}archive") is not None
    assert feed.findtext(f"{ATOM}id") == f"{laid.site.url}/fr/atom.xml"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": f"{laid.site.url}/fr/archive/2/atom.xml",
        "alternate": f"{laid.site.url}/",
        "current": f"{laid.site.url}/fr/atom.xml",
        "prev-archive": f"{laid.site.url}/fr/archive/1/atom.xml",
        "next-archive": f"{laid.site.url}/fr/archive/3/atom.xml",
    }
    assert etree.fromstring(render(laid_out(SUBSCRIBED)).body).find(f"{HISTORY}archive") is None


def test_what_was_withdrawn_is_named_with_its_time(laid_out):
    moment = datetime(2025, 7, 3, 15, tzinfo=timezone(timedelta(hours=3)))
    gone = (
        Withdrawal(id=AtomId("tag:a.example,2025:a&b"), at=moment),
        Withdrawal(id=AtomId("https://a.example/?p=2"), at=moment.astimezone(UTC)),
    )
    feed = etree.fromstring(render(replace(laid_out(SUBSCRIBED), withdrawn=gone)).body)
    found = [dict(tomb.attrib) for tomb in feed.findall(f"{TOMBSTONES}deleted-entry")]
    assert found == [
        {"ref": "tag:a.example,2025:a&b", "when": "2025-07-03T15:00:00+03:00"},
        {"ref": "https://a.example/?p=2", "when": "2025-07-03T12:00:00Z"},
    ]


# --- the rules ------------------------------------------------------------------------------

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SINGLE = ("id", "title", "updated", "published", "rights", "source", "summary", "content")
TEXT = ("title", "rights", "summary", "subtitle")


def rules_of_rfc_4287(body: bytes) -> etree._Element:
    feed = etree.fromstring(body)
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<feed ")
    rules_of_metadata(feed)
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] != []
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for entry in feed.iter(f"{ATOM}entry"):
        rules_of_metadata(entry)
        source = entry.find(f"{ATOM}source")
        assert source is not None
        rules_of_metadata(source)
        assert entry.find(f"{ATOM}author") is not None
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        assert re.fullmatch(
            r'<div lang="\w+" dir="(ltr|rtl)">.+</div>', content.text or "", re.DOTALL
        )
    return feed


def rules_of_metadata(parent: etree._Element) -> None:
    for name in SINGLE:
        assert len(parent.findall(ATOM + name)) <= 1, name
    for name in ("id", "title", "updated"):
        assert (parent.findtext(ATOM + name) or "").strip(), name
    for name in ("updated", "published"):
        for date in parent.findall(ATOM + name):
            assert RFC3339.fullmatch(date.text or "")
    for name in TEXT:
        for construct in parent.findall(ATOM + name):
            assert construct.get("type") in (None, "html")
            assert construct.text
    links = [(link.get("rel"), link.get("href")) for link in parent.findall(f"{ATOM}link")]
    assert len(links) == len(set(links))
    assert all(re.fullmatch(r"https?://[!-~]+", href) for _, href in links)
    assert sum(relation == "alternate" for relation, _ in links) <= 1


ANY_TEXT = (
    st.text(max_size=60)
    | st.text(st.characters(), max_size=60)
    | st.sampled_from(
        ["<b>", "&amp;", "]]>", "\ud800", "\u202e", "\0", "سەرچاوە: SDF", "</title>", ""]
    )
)
ZONES = st.just(UTC) | st.builds(
    timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))
)
FIRST, LAST = datetime(1990, 1, 2), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds zones
MOMENTS = st.datetimes(FIRST, LAST, timezones=ZONES)
METAS = st.builds(
    FeedMeta, id=ANY_TEXT, title=ANY_TEXT, subtitle=ANY_TEXT, link=ANY_TEXT, rights=ANY_TEXT
)
ENTRIES = st.builds(
    Entry,
    title=ANY_TEXT,
    standfirst=ANY_TEXT,
    body=ANY_TEXT.map(lambda text: sanitize(f"<p>{text}</p>", base=None)),
    byline=st.just(()),
    lead_image=st.none(),
    enclosures=st.lists(
        st.builds(Enclosure, url=st.just("https://a.example/x"), media_type=ANY_TEXT), max_size=2
    ).map(tuple),
    categories=st.lists(ANY_TEXT, max_size=3).map(tuple),
    rights=ANY_TEXT,
    license=ANY_TEXT,
    origin=st.none(),
)
SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")
SHOWN = Edition(tag="ku", title="K", languages=("kmr", "ckb"), words="kmr")
FULL_SOURCE = {
    "id": "s",
    "name": "Outlet",
    "feeds": [],
    "rights": {"allows": "full", "images": "link"},
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=st.lists(st.tuples(ENTRIES, METAS, MOMENTS, MOMENTS), max_size=3))
def test_whatever_an_entry_holds_the_document_is_well_formed_and_keeps_the_rules(entries):
    source = TypeAdapter(Source).validate_python(FULL_SOURCE)
    window = [
        Published(
            sequence=number,
            id=f"tag:s.example,2025:{number}",
            emitted=datetime(2025, 1, 1, tzinfo=UTC),
            link=None,
            language="ckb",
            published=first,
            updated=last,
            entry=entry,
            source_id="s",
            source_meta=meta,
            source_updated=None,
        )
        for number, (entry, meta, first, last) in enumerate(entries)
    ]
    laid = page(
        SITE,
        SHOWN,
        window,
        cut_to=cutter(SITE, {"s": source}),
        created=datetime(2025, 1, 1, tzinfo=UTC),
    )
    body = render(laid).body
    rules_of_rfc_4287(body)
    assert len(body) < LIMIT
