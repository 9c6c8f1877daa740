"""What subscribers get as RSS 2.0, byte for byte, and the rules that it keeps."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from aggregator.gather.feed import read
from aggregator.model import Enclosure, Fetched
from aggregator.syndicate.metadata import rfc822
from aggregator.syndicate.rss import MEDIA_TYPE, NAME, render

HERE = Path(__file__).parent
CASES = sorted((HERE / "corpus" / "pages").glob("*.json"))
GOLDEN = HERE / "golden"
REGENERATE = bool(os.environ.get("REGENERATE_GOLDEN"))
EN, ARCHIVED, SUBSCRIBED = (
    HERE / f"corpus/pages/{name}.json" for name in ("en", "archived", "subscribed")
)

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d (GMT|[+-]\d\d[03]0)"
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_we_publish_is_what_stands_in_golden(laid_out, case):
    document = render(laid_out(case, NAME))
    golden = GOLDEN / f"{case.stem}.rss20.xml"
    if REGENERATE:
        golden.write_bytes(document.body)
    assert document.body.decode() == golden.read_bytes().decode()


def test_every_golden_document_has_its_case():
    goldens = {file.name for file in GOLDEN.glob("*.rss20.xml")}
    assert goldens == {f"{case.stem}.rss20.xml" for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_same_page_gives_the_same_bytes(laid_out, case):
    assert render(laid_out(case, NAME)) == render(laid_out(case, NAME))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_document_keeps_the_rules_of_rss_20(laid_out, case):
    page = laid_out(case, NAME)
    document = render(page)
    assert (document.path, document.media_type) == (page.path, MEDIA_TYPE)
    rss = etree.fromstring(document.body)
    assert (rss.tag, rss.get("version"), len(rss)) == ("rss", "2.0", 1)
    channel = rss[0]
    for name in ("title", "link", "description", "language", "docs", "generator", "ttl"):
        assert (channel.findtext(name) or "").strip(), name
    assert RFC822.fullmatch(channel.findtext("lastBuildDate"))
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == (
        page.updated.replace(microsecond=0)
    )
    assert re.fullmatch(r"\S+@\S+ \([^()]+\)", channel.findtext("managingEditor"))
    (itself,) = channel.findall("atom:link[@rel='self']", NAMES)
    assert itself.get("href") == f"{page.site.url}/{page.path}"
    guids = [item.findtext("guid") for item in channel.iter("item")]
    assert guids == [item.id for item in page.items]
    for item in channel.iter("item"):
        rules_of_an_item(item)


def rules_of_an_item(item):
    names = [child.tag for child in item]
    once = ("title", "guid", "pubDate", "description", f"{{{NAMES['content']}}}encoded")
    assert all(names.count(name) == 1 for name in once)
    assert all(names.count(name) <= 1 for name in ("link", "source", "enclosure"))
    assert item.find("guid").get("isPermaLink") == "false"
    assert RFC822.fullmatch(item.findtext("pubDate"))
    assert item.findtext("title").strip()
    assert item.findtext("description").strip()
    assert item.findall("dc:creator", NAMES)
    assert item.find("author") is None  # it wants an e-mail address
    assert re.fullmatch(
        r'<div lang="\w+" dir="(ltr|rtl)">.+</div>',
        item.findtext("content:encoded", namespaces=NAMES),
        re.DOTALL,
    )
    for file in item.findall("enclosure"):
        assert sorted(file.attrib) == ["length", "type", "url"]
        assert int(file.get("length")) >= 0
        assert "/" in file.get("type")
    assert all(link.get("href") and link.get("rel") for link in item.findall("atom:link", NAMES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_feed_reader_finds_everything_in_its_place(laid_out, case):
    page = laid_out(case, NAME)
    read_back = feedparser.parse(render(page).body)
    assert not read_back.bozo
    assert read_back.version == "rss20"
    for entry, item in zip(read_back.entries, page.items, strict=True):
        assert entry.id == item.id
        assert entry.get("link") == item.link
        assert [author.name for author in entry.authors]
        assert entry.content[0].value.startswith("<div")


def fetched(document, url):
    return Fetched(
        url=url,
        content_type=document.media_type,
        content_language=None,
        body=document.body,
        received=len(document.body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


@pytest.mark.parametrize("case", [EN, ARCHIVED, SUBSCRIBED], ids=lambda case: case.stem)
def test_what_was_written_is_read_back_by_our_own_grammar(laid_out, case):
    page = laid_out(case, NAME)
    parsed = read(fetched(render(page), f"{page.site.url}/{page.path}"))
    assert parsed.flaws == ()
    assert parsed.hubs == page.hubs
    for entry, item in zip(parsed.entries, page.items, strict=True):
        assert (entry.guid, entry.link, entry.license) == (item.id, item.link, item.license)
        assert entry.categories == item.categories
        assert [person.name for person in entry.authors] == [p.name for p in item.authors]
        assert {file.url for file in entry.enclosures} == {file.url for file in item.enclosures}


def channel_of(page):
    return etree.fromstring(render(page).body)[0]


def test_a_title_is_read_as_it_was_meant_by_readers_that_take_it_for_html(laid_out):
    channel = channel_of(laid_out(EN, NAME))
    titles = [item.findtext("title") for item in channel.iter("item")]
    assert 'What the new dam means for "R&amp;D" upstream: &lt;b&gt; is not markup here' in titles
    # Nothing that HTML would read otherwise: nothing is escaped twice.
    assert "R&D" in [category.text for category in channel.iter("category")]


def test_ampersands_of_plain_text_are_written_by_hexadecimal_references(laid_out):
    body = render(laid_out(ARCHIVED, NAME)).body.decode()
    assert "<title>Sur la côte, « 3 &#x3C; 5 &#x26; 5 &gt; 3 » devient une affiche</title>" in body


def test_an_archive_says_so_and_leads_to_its_neighbors(laid_out):
    page = laid_out(ARCHIVED, NAME)
    channel = channel_of(page)
    assert channel.find("fh:archive", NAMES) is not None
    links = {link.get("rel"): link.get("href") for link in channel.findall("atom:link", NAMES)}
    assert links == {
        "self": f"{page.site.url}/fr/archive/2/rss20.xml",
        "current": f"{page.site.url}/fr/rss20.xml",
        "prev-archive": f"{page.site.url}/fr/archive/1/rss20.xml",
        "next-archive": f"{page.site.url}/fr/archive/3/rss20.xml",
    }
    assert channel_of(replace(page, archive=False)).find("fh:archive", NAMES) is None


def test_hubs_and_the_page_for_people_are_named(laid_out):
    page = laid_out(SUBSCRIBED, NAME)
    channel = channel_of(page)
    hubs = channel.findall("atom:link[@rel='hub']", NAMES)
    assert tuple(hub.get("href") for hub in hubs) == page.hubs
    assert channel.findtext("link") == "https://press.example.org/ckb/sources/asoy-niwe/"


PICTURE = Enclosure(url="https://a.example/p.jpg", media_type="image/jpeg")
NAMELESS = Enclosure(url="https://a.example/x")
SOUND = Enclosure(url="https://a.example/s.mp3", media_type="audio/mpeg", length=7)
FILM = Enclosure(url="https://a.example/f", medium="video")

ENCLOSED = [
    ((), None),
    ((PICTURE,), ("p.jpg", "image/jpeg", "0")),
    ((PICTURE, SOUND), ("s.mp3", "audio/mpeg", "7")),
    ((NAMELESS, PICTURE), ("x", "application/octet-stream", "0")),
    ((PICTURE, FILM, SOUND), ("f", "application/octet-stream", "0")),
]


@pytest.mark.parametrize(("files", "chosen"), ENCLOSED)
def test_one_file_is_the_enclosure_a_recording_where_there_is_one(laid_out, files, chosen):
    page = laid_out(EN, NAME)
    page = replace(page, items=(replace(page.items[0], enclosures=files),))
    item = channel_of(page).find("item")
    enclosure = item.find("enclosure")
    if chosen is None:
        assert enclosure is None
    else:
        name, media_type, length = chosen
        assert dict(enclosure.attrib) == {
            "url": f"https://a.example/{name}",
            "type": media_type,
            "length": length,
        }
    others = [file.get("url") for file in item.findall("media:content", NAMES)]
    listed = [*others, *([enclosure.get("url")] if files else [])]
    assert sorted(listed) == sorted(file.url for file in files)


NOON = datetime(2025, 7, 3, 12, 0, 5)  # noqa: DTZ001 - each row has its zone
DATES = [
    (UTC, "Thu, 03 Jul 2025 12:00:05 GMT"),
    (timezone(timedelta(hours=3)), "Thu, 03 Jul 2025 12:00:05 +0300"),
    (timezone(timedelta(hours=-3, minutes=-30)), "Thu, 03 Jul 2025 12:00:05 -0330"),
    # Nepal: right by RFC 2822, and readers stumble.
    (timezone(timedelta(hours=5, minutes=45)), "Thu, 03 Jul 2025 06:15:05 GMT"),
    # Local mean time: no offset has seconds.
    (timezone(timedelta(hours=2, seconds=20)), "Thu, 03 Jul 2025 09:59:45 GMT"),
]


@pytest.mark.parametrize(("zone", "written"), DATES, ids=str)
def test_a_date_keeps_the_offset_of_its_publisher(zone, written):
    assert rfc822(NOON.replace(tzinfo=zone)) == written
