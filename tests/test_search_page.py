"""The page that answers a search, over real sockets; and searching while somebody writes."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html as lxml_html

from aggregator.model import (
    AtomId,
    Edition,
    Extent,
    FeedMeta,
    Frame,
    Html,
    Item,
    Site,
    Source,
)
from aggregator.search import Index, find
from aggregator.serve import make_app, search_routes, serving_in_thread
from aggregator.syndicate import site as pages

START = datetime(2026, 11, 1, tzinfo=UTC)
EDITIONS = (
    Edition(tag="en", title="Center", languages=("en",), words="en"),
    Edition(tag="ckb", title="ناوەند", languages=("ckb",), words="ckb"),
)
NOT_FOUND = "<!doctype html><title>Nothing here</title>"


def item(title, number=1, language="en"):
    return Item(
        id=AtomId(f"tag:center.example,2026:{number}"),
        title=title,
        link=None,
        language=language,
        published=START + timedelta(minutes=number),
        updated=START,
        authors=(),
        source=Source(id="erbil-post", name="Erbil Post", feeds=()),
        source_meta=FeedMeta(),
        source_updated=None,
        extent=Extent.EXCERPT,
        summary="Said <b>in</b> full.",
        opening="",
        body=Html(""),
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        origin=None,
    )


def fill(path, *titles, tag="en", language="en"):
    with Index.open(path) as index:
        index.put(
            (tag, n, item(title, n, language), f"{tag}/articles/{n}.html")
            for n, title in enumerate(titles, 1)
        )
        index.set_stamp("filled")


def layouts(url="https://center.example"):
    theme = pages.load_theme()
    site = Site(title="Center", url=url, owner_name="Desk", owner_email="desk@center.example")
    frames = (Frame(site=site, edition=one, editions=EDITIONS, search=True) for one in EDITIONS)
    return [pages.layout(theme, frame) for frame in frames]


@contextlib.contextmanager
def serving(folder, *, url="https://center.example", **options):
    root = folder / "public"
    (root / "en").mkdir(parents=True, exist_ok=True)
    (root / "404.html").write_text(NOT_FOUND)
    routes = search_routes(layouts(url), folder / "search.db", **options)
    with (
        serving_in_thread(make_app(root, routes=routes, site=url)) as listening,
        httpx.Client(
            base_url=listening.origin, trust_env=False, headers={"accept-encoding": "identity"}
        ) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    folder = tmp_path_factory.mktemp("center")
    fill(folder / "search.db", "Dam floods “farmland”", *(f"Wheat {n}" for n in range(1100)))
    fill(folder / "search.db", "هەولێر ئاوی نوێ", tag="ckb", language="ckb")
    with serving(folder) as client:
        yield client


def read(answer):
    return lxml_html.document_fromstring(answer.content)


# --- the page ---------------------------------------------------------------------------------


def test_what_was_found_leads_to_the_articles(center):
    answer = center.get("/en/search", params={"q": "floods dam"})
    page = read(answer)
    assert answer.status_code == 200
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")
    assert "/en/articles/1.html" in page.xpath("//main//@href")
    assert "Dam floods “farmland”" in page.text_content()
    assert "Said <b>in</b> full." in page.text_content()
    assert not page.xpath("//script")


def test_the_page_speaks_the_language_of_its_edition(center):
    page = read(center.get("/ckb/search", params={"q": "هه‌ولير"}))
    assert (page.get("lang"), page.get("dir")) == ("ckb", "rtl")
    assert page.xpath("//main//a[@href='/ckb/articles/1.html']")
    assert not read(center.get("/ckb/search", params={"q": "wheat"})).xpath(
        "//main//a[contains(@href, '/articles/1')]"
    )


def test_nobody_but_the_reader_keeps_it_and_no_engine_indexes_it(center):
    answer = center.get("/en/search?q=wheat")
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert read(answer).xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


def test_a_query_is_shown_and_never_becomes_markup(center):
    query = "\"><script>alert(1)</script><b title='"
    page = read(center.get("/en/search", params={"q": query}))
    assert page.xpath("//input[@name='q']/@value") == [query]
    assert not page.xpath("//script")


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=%20", "page=7", "q=%ff%fe", "q=" + "wheat+" * 2000, "q=a&q=b", "%00=%00"],
)
def test_any_query_string_is_answered(center, query):
    answer = center.get(f"/en/search?{query}")
    assert answer.status_code == 200
    assert len(read(answer).xpath("//input[@name='q']/@value")[0]) <= 200


def test_head_says_what_get_says(center):
    get, head = (center.request(method, "/en/search?q=dam") for method in ("GET", "HEAD"))
    same = ("content-length", "content-type", "cache-control", "vary", "x-robots-tag")
    assert head.status_code == 200
    assert head.content == b""
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]


def test_it_is_compressed_for_whoever_takes_that(center):
    plain = center.get("/en/search?q=wheat")
    packed = center.get("/en/search?q=wheat", headers={"accept-encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    refused = center.get("/en/search?q=wheat", headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_it_is_for_reading_and_an_unknown_edition_has_none(center):
    assert center.post("/en/search?q=wheat").status_code == 405
    answer = center.get("/nowhere/search?q=wheat")
    assert (answer.status_code, answer.text) == (404, NOT_FOUND)
    assert center.get("/en/search/more").status_code == 404


# --- turning pages ----------------------------------------------------------------------------


def turned(center, page):
    answer = center.get("/en/search", params={"q": "wheat", "page": page})
    found = read(answer)
    articles = found.xpath("//main//h2//a/@href")
    return articles, found.xpath("//a[@rel='prev']/@href"), found.xpath("//a[@rel='next']/@href")


def test_pages_follow_each_other_without_a_gap(center):
    seen, page = [], "/en/search?q=wheat"
    for _ in range(3):
        found = read(center.get(page))
        seen += found.xpath("//main//h2//a/@href")
        page = found.xpath("//a[@rel='next']/@href")[0]
    assert len(seen) == len(set(seen)) == 60
    assert read(center.get(page)).xpath("//a[@rel='prev']/@href") == ["/en/search?q=wheat&page=3"]


def test_one_can_turn_to_fifty_pages(center):
    last, before, after = turned(center, 50)
    assert (len(last), before, after) == (20, ["/en/search?q=wheat&page=49"], [])
    for beyond in ("51", "9999"):
        assert turned(center, beyond) == (last, before, after)


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "", "٩٩٩٩٩", "1" * 5000])
def test_a_page_that_is_no_number_is_the_first(center, page):
    assert turned(center, page) == turned(center, 1)


def test_a_page_beyond_the_last_is_the_last(center):
    page = read(center.get("/en/search?q=dam&page=7"))
    assert page.xpath("//main//h2//a/@href") == ["/en/articles/1.html"]
    assert not page.xpath("//nav[@class='turn']")


# --- when it cannot be answered ---------------------------------------------------------------


def test_before_there_is_an_index_the_page_says_so(tmp_path):
    with serving(tmp_path) as client:
        answer = client.get("/en/search?q=dam")
        assert answer.status_code == 503
        assert answer.headers["cache-control"] == "no-store"
        assert int(answer.headers["retry-after"]) > 0
        assert "being prepared" in read(answer).text_content()
        assert client.get("/en/search").status_code == 200
        fill(tmp_path / "search.db", "Dam floods farmland")
        assert client.get("/en/search?q=dam").status_code == 200


def test_an_index_that_cannot_be_read_is_a_503_and_nothing_else_suffers(tmp_path):
    (tmp_path / "search.db").write_bytes(b"no database" * 1000)
    with serving(tmp_path) as client:
        answer = client.get("/en/search?q=dam")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert str(tmp_path) not in answer.text
        assert client.get("/healthcheck").status_code == 200


def test_whoever_comes_when_too_many_wait_is_asked_to_come_again(tmp_path):
    fill(tmp_path / "search.db", "Dam floods farmland")
    with serving(tmp_path, most_waiting=0) as client:
        answer = client.get("/en/search?q=dam")
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
    with serving(tmp_path, most_waiting=100) as client:

        async def ask_all():
            async with httpx.AsyncClient(base_url=client.base_url, trust_env=False) as many:
                return await asyncio.gather(*(many.get("/en/search?q=dam") for _ in range(50)))

        assert {answer.status_code for answer in asyncio.run(ask_all())} == {200}


def test_a_site_in_a_folder_is_searched_with_and_without_it(tmp_path):
    fill(tmp_path / "search.db", "Dam floods farmland")
    with serving(tmp_path, url="https://center.example/news") as client:
        for path in ("/news/en/search", "/en/search"):
            page = read(client.get(path, params={"q": "dam"}))
            assert "/news/en/articles/1.html" in page.xpath("//main//@href")


# --- while somebody writes --------------------------------------------------------------------

ASKING = """
import sys, time
from pathlib import Path
from aggregator.search import find
path, seen = Path(sys.argv[1]), set()
end = time.monotonic() + 60
print("asking", flush=True)
while (last := find(path, "en", "last", patience=30).total) == 0 and time.monotonic() < end:
    seen |= {find(path, "en", word, patience=30).total for word in ("wheat", "barley")}
print(*sorted(seen), last)
"""


def test_another_process_sees_all_of_a_writing_or_nothing_of_it(tmp_path):
    path = tmp_path / "search.db"
    fill(path, *["Wheat"] * 50)
    with (
        subprocess.Popen(
            [sys.executable, "-c", ASKING, path], stdout=subprocess.PIPE, text=True
        ) as asking,
        Index.open(path) as index,
    ):
        assert asking.stdout.readline() == "asking\n"
        for turn in range(20):
            grain = ("Barley", "Wheat")[turn % 2]
            index.put(("en", n, item(grain, n), f"en/articles/{n}.html") for n in range(1, 51))
            index.remove("en", [50])
            index.put([("en", 50, item(grain, 50), "en/articles/50.html")])
        index.put([("en", 51, item("The last", 51), "en/articles/51.html")])
        *seen, last = map(int, asking.stdout.readline().split())
    assert (asking.returncode, last) == (0, 1)
    assert {0} < set(seen) <= {0, 49, 50}


def test_a_search_amid_a_writing_sees_what_was_there_before(tmp_path):
    path = tmp_path / "search.db"
    fill(path, "Wheat")
    seen = []

    def growing():
        for n in range(2, 200):
            yield "en", n, item("Wheat", n), f"en/articles/{n}.html"
            if n % 50 == 0:
                seen.append(find(path, "en", "wheat").total)

    with Index.open(path) as index:
        index.put(growing())
    assert seen == [1, 1, 1]
    assert find(path, "en", "wheat").total == 199


READING = """
import os, sys
from pathlib import Path
from aggregator.search import find
from aggregator.search.database import made_by
made_by()
if os.getuid() == 0:
    os.setuid(65534)
assert not os.access(sys.argv[1], os.W_OK)
print(find(Path(sys.argv[1], "search.db"), "en", "wheat").total)
"""


def test_who_may_only_read_the_folder_can_search_whether_or_not_somebody_writes():
    folder = Path(tempfile.mkdtemp())  # pytest's own are closed to other users
    path = folder / "search.db"

    def ask():
        folder.chmod(0o555)
        try:
            done = subprocess.run(
                [sys.executable, "-c", READING, folder],
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            folder.chmod(0o755)
        return done.stdout.strip() or done.stderr

    try:
        fill(path, "Wheat")
        assert sorted(folder.iterdir()) == [path]
        assert ask() == "1"
        with Index.open(path) as index:
            index.put([("en", 2, item("Wheat", 2), "en/articles/2.html")])
            assert ask() == "2"
        assert ask() == "2"
    finally:
        shutil.rmtree(folder)
