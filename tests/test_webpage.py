"""Articles' own pages: each file of the corpus is read, or refused for the reason it expects."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather import webpage
from aggregator.model import Fetched
from aggregator.text import pagefacts
from aggregator.text.html import plain, sanitize
from aggregator.worker import WorkerPool

CORPUS = Path(__file__).parent / "corpus" / "webpages"
CASES = sorted(CORPUS.glob("*.html"))


def fetched(body, url="https://a.example/news/1", content_type="text/html; charset=utf-8"):
    return Fetched(
        url=url,
        content_type=content_type,
        content_language=None,
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


def shown(feed):
    """What was read, as the corpus writes it; what is empty is left out."""
    (entry,) = feed.entries
    body = "".join(text.value for text in entry.contents)
    facts = {
        "site": feed.meta.title,
        "home": feed.meta.link,
        "link": entry.link,
        "title": entry.title.value,
        "summary": entry.summary.value if entry.summary else None,
        "published": entry.published,
        "updated": entry.updated,
        "authors": [person.name for person in entry.authors],
        "categories": list(entry.categories),
        "language": entry.language,
        "license": entry.license,
        "rights": entry.rights,
        "image": entry.enclosures[0].url if entry.enclosures else None,
        "robots": list(entry.robots),
        "alternates": [[one.language, one.href] for one in entry.alternates],
        "body": plain(sanitize(body, base=feed.meta.link)).split("\n") if body else [],
        "flaws": list(feed.flaws),
    }
    return {name: value for name, value in facts.items() if value}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_page_of_the_corpus_is_read_or_refused(path):
    note = path.with_suffix(".expect.json")
    case = json.loads(note.read_text(encoding="utf-8"))
    given = fetched(path.read_bytes(), case["url"], case.get("content_type", "text/html"))
    try:
        found = {"article": shown(webpage.read(given))}
    except SourceError as error:
        found = {"failure": str(error.kind), "message": error.message}
    if os.environ.get("REGENERATE_WEBPAGES"):
        head = {name: case[name] for name in ("url", "content_type") if name in case}
        text = json.dumps(head | found, ensure_ascii=False, indent=2)
        note.write_text(text + "\n", encoding="utf-8")
    expected = {name: case[name] for name in ("article", "failure", "message") if name in case}
    assert found == expected


def test_an_x_robots_tag_counts_for_everybody_or_for_us_by_name():
    said = ["noarchive", "googlebot: nosnippet", "aggregator: max-snippet:20", "otherbot: none"]
    facts = pagefacts.read("<p>x</p>", url="https://a.example/", asked=said)
    assert facts.robots == ("noarchive", "max-snippet:20")


def test_directives_that_ask_for_nothing_are_left_out():
    page = '<meta name="robots" content="INDEX, Follow, max-snippet:-1, NoArchive">'
    assert pagefacts.read(page, url="https://a.example/").robots == ("noarchive",)


def test_a_page_that_offers_a_subscription_beside_a_whole_article_is_open():
    words = "<p>" + "The river rose again in the night. " * 30 + "</p>"
    page = (
        f"<title>River</title><article><h1>River</h1>{words * 2}</article><div id=paywall></div>"
    )
    (entry,) = webpage.read(fetched(page.encode())).entries
    assert entry.contents


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/pdf", b"%PDF-1.7"),
        ("application/rss+xml", b"<rss version='2.0'></rss>"),
        ("application/json", b"{}"),
        ("", b"\x89PNG\r\n"),
    ],
)
def test_what_is_no_web_page_is_refused_by_its_type(content_type, body):
    with pytest.raises(SourceError, match="no web page") as caught:
        webpage.read(fetched(body, content_type=content_type))
    assert caught.value.kind is FailureKind.NOT_A_FEED


# --- hostile pages, in the child --------------------------------------------------------------

TEXT = b"<p>" + b"The bridge was opened to traffic before noon. " * 20 + b"</p>"
HEAD = b"<!doctype html><title>The bridge is open</title><h1>The bridge is open</h1>"
HOSTILE = {
    "deep": HEAD + b"<div>" * 50_000 + TEXT,
    "deep-inline": HEAD + TEXT + b"<b><i>" * 30_000 + b"x",
    "long-attribute": HEAD + b'<p title="' + b"a" * 1_000_000 + b'">x</p>' + TEXT,
    "many-attributes": HEAD
    + b"<p "
    + b"".join(b"a%d=1 " % n for n in range(20_000))
    + b">"
    + TEXT,
    "many-paragraphs": HEAD + TEXT * 1_000,
    "many-links": HEAD + TEXT + b"<a href='/x'>y</a> " * 15_000,
    "unclosed": HEAD + TEXT + b"<!-- " + b"x" * 500_000,
    "json-bomb": HEAD
    + b'<script type="application/ld+json">'
    + b"[" * 200_000
    + b"</script>"
    + TEXT,
    "json-nodes": HEAD
    + b'<script type="application/ld+json">['
    + b'{"@type":"NewsArticle","headline":"x"},' * 20_000
    + b"{}]</script>"
    + TEXT,
    "entities": HEAD + TEXT + b"&amp;" * 300_000,
    "tables": HEAD + b"<table><tr><td>" * 5_000 + TEXT,
    "controls": HEAD + b"\x00\x01\x02" * 1_000 + TEXT,
    "too-large": HEAD + b" " * webpage.LARGEST + TEXT,
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_page_is_read_or_refused_in_bounded_time(name):
    async with WorkerPool(1, time_limit=timedelta(seconds=10)) as pool:
        try:
            reading = await pool.webpage(fetched(HOSTILE[name]))
        except SourceError as error:
            assert error.kind in (FailureKind.TOO_COSTLY, FailureKind.WEB_PAGE)  # noqa: PT017
            return
        (item,) = reading.items
        assert item.parsed.title.value == "The bridge is open"
        assert item.key.source_id == ""
