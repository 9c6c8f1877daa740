"""Who is credited, in every format: the first publisher, who brought it, who else has it."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.gather.feed import read
from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.model import (
    AtomId,
    Copy,
    Edition,
    Extent,
    Feed,
    Fetched,
    Html,
    Item,
    Mention,
    Origin,
    Page,
    Person,
    Published,
    Rights,
    Site,
    Source,
)
from aggregator.syndicate import atom, jsonfeed, rss
from aggregator.syndicate.article import article
from aggregator.syndicate.credit import also_at, credit_line, outlet_of

CORPUS = Path(__file__).parent / "corpus" / "attribution"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
    for path in sorted(CORPUS.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
EDITION = Edition(tag="en", title="E", languages=("en",), words="en")
SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")
RSS = (
    '<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
    "<channel>{head}<item>{entry}</item></channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{entry}</entry></feed>'


def source_of(given, number=0):
    address = given.get("feed") or f"{given['homepage']}feed"
    return Source(
        id=given.get("id", f"s{number}"),
        name=given["name"],
        homepage=given["homepage"],
        feeds=(Feed(key="", candidates=(address,)),),
        language=given.get("language"),
    )


def published(case, source, language):
    frame = ATOM if case.get("format") == "atom" else RSS
    body = frame.format(head=case.get("head", ""), entry=case["entry"]).encode()
    fetched = Fetched(
        url=source.feeds[0].candidates[0],
        content_type="application/xml; charset=utf-8",
        content_language=None,
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )
    parsed = read(fetched)
    (one,) = identify(source.id, parsed, guids_unreliable=False)
    entry = normalize(one, source=source, feed=source.feeds[0], meta=parsed.meta, now=NOW)
    return Published(
        sequence=1,
        id=AtomId("urn:x:1"),
        emitted=NOW,
        link=entry.link,
        language=language,
        published=NOW,
        updated=NOW,
        entry=entry,
        source_id=source.id,
        source_meta=parsed.meta,
        source_updated=None,
    )


def item(source, entry=None, **changes):
    base = Item(
        id=AtomId("urn:x:1"),
        title="A title",
        link=entry.link if entry else "https://lantern.example/1",
        language=entry.language if entry else "en",
        published=NOW,
        updated=NOW,
        authors=(Person(name=source.name),),
        source=source,
        source_meta=replace(entry.source_meta, id="urn:feed") if entry else None,
        source_updated=None,
        extent=Extent.EXCERPT,
        summary="A standfirst.",
        opening="",
        body=Html(""),
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        origin=entry.entry.origin if entry else None,
    )
    return replace(base, **changes)


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html.replace("<br>", "\n"))).strip()


# --- the first publisher --------------------------------------------------------------------


@pytest.mark.parametrize(("language", "case"), CASES)
def test_the_first_publisher_is_credited_and_never_the_transport(language, case):
    source = source_of(case["source"])
    others = [source_of(one, n) for n, one in enumerate(case.get("others", ()), start=1)]
    entry = published(case, source, language)
    outlet, via = outlet_of(entry, source, sources=[source, *others])
    found = [[one.name, one.link or ""] if one else None for one in (outlet, via)]
    assert found == [case.get("outlet"), case.get("via")]
    title = entry.entry.title
    shown = item(source, entry, outlet=outlet, via=via, title=title, summary=title)
    assert f"15.06.2025 {case['line']} " in words(article(shown, EDITION))
    for form in (atom, rss, jsonfeed):
        page = Page(
            site=SITE, edition=EDITION, path=f"en/{form.NAME}", updated=NOW, items=(shown,)
        )
        said = form.render(page).body.decode()
        assert case["line"].split(", ")[0].split("، ")[0].split(": ")[-1] in said


NAMES = st.text(max_size=140) | st.sampled_from(["", "…", "https://x.example/", "<b>", "Outlet"])
ADDRESSES = st.none() | st.sampled_from(
    [
        "https://a.example/feed",
        "https://b.example/",
        "https://news.google.com/x",
        "http://[broken",
        "javascript:x",
        "https://feeds.feedburner.com/b",
    ]
)


@given(title=st.none() | NAMES, link=ADDRESSES, own=ADDRESSES, home=ADDRESSES)
def test_whatever_an_origin_says_both_are_named_or_neither(title, link, own, home):
    source = source_of({"name": "Outlet", "homepage": "https://a.example/"})
    source = replace(source, homepage=home)
    case = {"entry": "<title>x</title><link>https://a.example/1</link>"}
    entry = published(case, source, "en")
    entry = replace(
        entry, link=own, entry=replace(entry.entry, origin=Origin(title=title, link=link))
    )
    outlet, via = outlet_of(entry, source)
    assert (outlet is None) == (via is None)
    if outlet:
        assert outlet.name.strip()
        assert len(outlet.name) <= 120
        assert "google.com" not in outlet.name
        assert "feedburner" not in outlet.name
        assert via.name == "Outlet"


# --- the line that a publisher asks for -----------------------------------------------------

LINES = Rights(
    credit="{outlet}, {date}",
    credits=(("ku", "{author} / {outlet}"), ("ar", "عن {outlet} بتاريخ {date}")),
)
PEOPLE = (Person(name="Ada"), Person(name="Berîvan"))


@pytest.mark.parametrize(
    ("rights", "language", "people", "line"),
    [
        (LINES, "en", PEOPLE, "Lantern, 15.06.2025"),
        (LINES, "kmr", PEOPLE, "Ada, Berîvan / Lantern"),
        (LINES, "ckb", PEOPLE, "Ada، Berîvan / Lantern"),
        (LINES, "ckb", (), "Lantern / Lantern"),
        (LINES, "ar", (), "عن Lantern بتاريخ 15.06.2025"),
        (replace(LINES, credits=(("kmr", "a"), ("ku", "b"))), "kmr", (), "a"),
        (Rights(credit="{outlet} {other} {"), "en", (), "Lantern {other} {"),
        (Rights(credit="{author}"), "en", (Person(name="{outlet}"),), "{outlet}"),
        (Rights(), "en", (), None),
    ],
)
def test_the_line_that_a_publisher_asks_for_is_filled_in(rights, language, people, line):
    found = credit_line(rights, language, outlet="Lantern", authors=people, published=NOW)
    assert found == line


# --- who else has it ------------------------------------------------------------------------

SOURCES = {
    name: source_of({"id": name, "name": name.title(), "homepage": f"https://{name}.example/"})
    for name in ("wire", "paper", "lantern")
}
COPIES = (
    Copy(source_id="paper", link="https://paper.example/1"),
    Copy(source_id="paper", link="https://paper.example/2"),
    Copy(source_id="lantern", link="https://lantern.example/print/1"),
    Copy(source_id="gone", link="https://www.gone.example/1"),
    Copy(source_id="wire", link="https://wire.example/1", original=True),
    Copy(source_id="paper", link="javascript:x"),
)


def test_others_are_named_once_the_original_first():
    assert also_at(COPIES, SOURCES, "lantern") == (
        Mention(name="Wire", link="https://wire.example/1", original=True),
        Mention(name="Paper", link="https://paper.example/1"),
        Mention(name="gone.example", link="https://www.gone.example/1"),
    )


SAID = [
    ("en", "Original at: Wire Also at: Paper, gone.example Corrected on 16.06.2025"),
    ("fr", "Original sur : Wire Aussi sur : Paper, gone.example Corrigé le 16.06.2025"),
    ("kmr", "Orîjînal li: Wire Her wiha li: Paper, gone.example Di 16.06.2025 de hat rastkirin"),
    ("ckb", "سەرچاوەی یەکەم: Wire هەروەها لە: Paper، gone.example لە 16.06.2025 ڕاستکرایەوە"),
    ("ar", "الأصل في: Wire أيضًا في: Paper، gone.example صُحِّح في 16.06.2025"),
]


@pytest.mark.parametrize(("language", "line"), SAID)
def test_every_format_says_who_else_has_it_and_when_it_was_corrected(language, line):
    source = SOURCES["lantern"]
    title = {"ckb": "هەواڵ", "ar": "خبر"}.get(language, "A title")
    shown = item(
        source,
        published({"entry": "<title>x</title>"}, source, language),
        title=title,
        summary=title,
        link="https://lantern.example/1",
        also=also_at(COPIES, SOURCES, "lantern"),
        corrected=datetime(2025, 6, 16, tzinfo=UTC),
    )
    page = Page(site=SITE, edition=EDITION, path="en/x", updated=NOW, items=(shown,))
    entry = etree.fromstring(atom.render(page).body).find("{*}entry")
    written = etree.fromstring(rss.render(page).body).find("channel/item")
    told = json.loads(jsonfeed.render(page).body)["items"][0]
    for html in (
        entry.findtext("{*}content"),
        written.findtext("{http://purl.org/rss/1.0/modules/content/}encoded"),
        told["content_html"],
    ):
        assert line in words(html).replace("\u00a0", " ")
    for links in (entry.findall("{*}link"), written.findall("{http://www.w3.org/2005/Atom}link")):
        pairs = [(link.get("rel"), link.get("href")) for link in links]
        assert len(pairs) == len(set(pairs))
        assert ("via", "https://wire.example/1") in pairs
        assert not any(href and "paper.example" in href for _, href in pairs)
    assert told["_source"]["originals"] == [{"name": "Wire", "url": "https://wire.example/1"}]
    assert [one["name"] for one in told["_source"]["also_at"]] == ["Paper", "gone.example"]


def test_the_visible_line_cannot_be_configured_away():
    for rights in (Rights(credit=""), Rights(credit=" "), Rights(credits=(("en", ""),))):
        source = replace(SOURCES["lantern"], rights=rights)
        entry = published({"entry": "<title>x</title>"}, source, "en")
        for extent in Extent:
            shown = item(source, entry, extent=extent, summary="")
            assert "Source: Lantern" in words(article(shown, EDITION))
