"""The demo as somebody meets it who looks at the project for the first time."""

import asyncio
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import SimpleNamespace
from urllib.parse import quote, unquote, urldefrag, urljoin

import pytest
from lxml import etree, html

from aggregator.config import load
from aggregator.demo.stories import operator_pages, picture, stations
from aggregator.demo.world import EDITIONS, World, shown
from aggregator.gather.picture import reencode
from aggregator.update import update

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = {
    "atom.xml": "application/atom+xml",
    "rss20.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
}


def ask(url):
    """Return status, media type and body of an answer; redirections are followed."""
    try:
        with urllib.request.urlopen(quote(url, safe=":/?&=%#")) as answer:
            media_type = answer.headers.get_content_type()
            return SimpleNamespace(status=answer.status, type=media_type, body=answer.read())
    except urllib.error.HTTPError as error:
        return SimpleNamespace(status=error.code, type=error.headers.get_content_type(), body=b"")


# --- what is bundled ------------------------------------------------------------------------


def test_bundled_pictures_are_small_and_fit_to_be_copied():
    paths = {s["image"] for station in stations() for s in station.stories if "image" in s}
    assert len(paths) == 3
    for path in paths:
        assert len(picture(path)) < 20_000
        copy = reencode(picture(path))
        assert (copy.width, copy.height) == (1200, 675)


def test_the_operator_of_the_demo_wrote_every_page_in_every_language():
    words = ("en", "fr", "kmr", "ckb", "ar")
    wanted = {f"{name}.{code}.md" for name in ("contact", "about", "books") for code in words}
    assert {name for name, _ in operator_pages()} == wanted


def test_the_demos_feeds_yaml_is_one_that_check_is_content_with(tmp_path):
    with World().playing() as world:
        config = load(world.write_config(tmp_path, "http://127.0.0.1:8080"))
    (warning,) = config.warnings
    assert "desk@demo-center.example" in (tmp_path / "feeds.yaml").read_text()
    assert "`site.owner_email` is still the example" in warning
    assert tuple(edition.tag for edition in config.editions) == EDITIONS
    assert config.search
    assert [len(group) for group in config.translations] == [2]


# --- the site -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The demo's site after one pass, shown as the demo shows it."""
    with (
        World().playing() as world,
        shown(world, tmp_path_factory.mktemp("demo"), 0) as config,
    ):
        asyncio.run(update(config, only=None, force=False, as_json=True))
        yield SimpleNamespace(world=world, config=config, url=config.site.url)


def page(site, path):
    answer = ask(f"{site.url}/{path}")
    assert answer.status == 200, path
    return html.document_fromstring(answer.body.decode())


def article(site, tag, title):
    """Follow the link of a title on an edition's home page."""
    (link,) = (
        a for a in page(site, f"{tag}/").iter("a") if (a.text_content() or "").startswith(title)
    )
    return page(site, urljoin(f"/{tag}/", link.get("href")).removeprefix(site.url).lstrip("/"))


@pytest.mark.parametrize("tag", EDITIONS)
def test_every_edition_has_its_home_its_feeds_and_its_operators_pages(site, tag):
    home = page(site, f"{tag}/")
    assert home.get("dir") == ("rtl" if tag in {"ckb", "ar"} else "ltr")
    assert home.xpath("//article")
    offered = {
        link.get("type"): urljoin(f"{site.url}/{tag}/", link.get("href"))
        for link in home.xpath("//link[@rel='alternate'][@type]")
        if f"/{tag}/" in link.get("href")
    }
    assert offered == {FEEDS[name]: f"{site.url}/{tag}/{name}" for name in FEEDS}
    for media_type, address in offered.items():
        answer = ask(address)
        assert (answer.status, answer.type) == (200, media_type)
    for name in ("contact", "about", "books"):
        own = page(site, f"{tag}/{name}.html")
        assert own.xpath("string(//h1)") in dict(operator_pages())[_own_file(own, name)]
    assert page(site, f"{tag}/books.html").xpath("//main//table")


def _own_file(own, name):
    return f"{name}.{ {'ku': 'kmr'}.get(own.get('lang'), own.get('lang')) }.md"


def test_an_article_is_there_with_the_picture_that_may_be_copied(site):
    shown_page = article(site, "en", "Water authority publishes dam release schedule")
    assert "310 cubic metres" in shown_page.xpath("string(//article)")
    (image,) = shown_page.xpath("//figure/img")
    assert (image.get("width"), image.get("height")) == ("1200", "675")
    answer = ask(urljoin(site.url, image.get("src")))
    assert (answer.status, answer.type) == (200, "image/jpeg")
    assert answer.body.startswith(b"\xff\xd8")
    assert not article(site, "fr", "À Alep").xpath("//article//img"), "nobody allowed that"


@pytest.mark.parametrize("tag", ["en", "ku", "kmr", "ckb", "ar"])
def test_a_tag_of_three_articles_is_a_category(site, tag):
    ways = page(site, f"{tag}/articles/").xpath("//a[contains(@href, '/category/')]/@href")
    assert ways
    for way in ways:
        listed = page(site, way.removeprefix(site.url).lstrip("/"))
        assert len(listed.xpath("//article")) >= 3


@pytest.mark.parametrize(
    ("tag", "title", "other", "translated"),
    [
        ("kmr", "Komxebata zimanê Kurdî", "ckb", "کۆبوونەوەی زمانی کوردی"),  # its feed says so
        ("ckb", "کۆبوونەوەی زمانی کوردی", "kmr", "Komxebata zimanê Kurdî"),
        ("en", "Museum returns 34 clay tablets", "ar", "متحف أوروبي يعيد"),  # the operator does
        ("ar", "متحف أوروبي يعيد", "en", "Museum returns 34 clay tablets"),
    ],
)
def test_translations_of_one_article_lead_to_each_other(site, tag, title, other, translated):
    shown_page = article(site, tag, title)
    ways = (
        *shown_page.xpath(f"//link[@rel='alternate'][not(@type)][@hreflang='{other}']/@href"),
        *shown_page.xpath(f"//nav[@class='languages']//a[@hreflang='{other}']/@href"),
    )
    assert len(ways) == 2
    for way in ways:
        there = page(site, way.removeprefix(site.url).lstrip("/"))
        assert there.xpath("string(//h1)").startswith(translated)


@pytest.mark.parametrize(
    ("tag", "query", "title"),
    [
        ("ckb", "كارەبا", "وەزارەتی کارەبا"),  # typed with the Arabic ك
        ("ku", "كارەبا", "وەزارەتی کارەبا"),
        ("kmr", "pirtukxane", "Li Amedê pirtûkxaneya"),
        ("ar", "اوروبي", "متحف أوروبي"),
        ("en", "water", "Water authority"),
    ],
)
def test_a_search_finds_what_was_typed_in_another_way(site, tag, query, title):
    found = page(site, f"{tag}/search?q={query}")
    titles = [head.text_content().strip() for head in found.xpath("//article//h2")]
    assert any(name.startswith(title) for name in titles), titles


def test_the_server_is_well(site):
    assert ask(f"{site.url}/healthcheck").status == 200


def test_no_link_leads_nowhere(site):
    """Every link on the site, and every one to a source, from every page, feed and list."""
    players = site.world.players
    stations_of = tuple(player.origin + "/" for player in players)
    refuse = {f"{p.origin}/feed" for p in players if p.station.behavior == "challenge"}
    waiting, seen, broken = [f"{site.url}/", f"{site.url}/sitemap.xml"], {}, {}
    while waiting:
        address = waiting.pop()
        answer = ask(address)
        if answer.status != 200:
            broken[address] = seen.get(address)
        if not address.startswith(site.url + "/"):
            continue
        for link in _links(answer, address):
            if link.startswith((site.url + "/", *stations_of)) and link not in seen:
                seen[link] = address
                waiting.append(link)
    assert broken.keys() == refuse, "nothing but the feed behind a challenge page"
    on_site = {unquote(link).removeprefix(site.url) for link in seen if link.startswith(site.url)}
    public = site.config.publish_to
    articles = {f"/{path.relative_to(public)}" for path in public.glob("*/articles/[0-9]*.html")}
    assert len(articles) >= 27
    assert articles <= on_site, "every article can be reached"


def _links(answer, address):
    if answer.type == "text/html":
        document = html.document_fromstring(answer.body.decode())
        found = document.xpath("//@href | //@src | //meta[starts-with(@property, 'og:')]/@content")
        found = [link for link in found if re.match(r"https?:|[/.?]|[\w-]+(/|\.html)", link)]
    elif answer.type.endswith("xml") or address.endswith(".opml"):
        document = etree.fromstring(answer.body)
        found = document.xpath(
            "//@href | //@xmlUrl | //@htmlUrl | //@url | //*[local-name()='loc']/text()"
        )
    else:
        found = []
    return {urldefrag(urljoin(address, str(link)))[0] for link in found}


# --- the command ----------------------------------------------------------------------------


def demo(*arguments):
    return [sys.executable, "-m", "aggregator", "demo", *arguments]


@pytest.mark.slow
def test_once_says_what_was_published_and_leaves_nothing(tmp_path):
    command = demo("--once")
    environment = {"PATH": "/usr/bin", "TMPDIR": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "13 bundled sources are playing" in done.stdout
    assert "31 new" in done.stdout
    assert "1 held" in done.stdout
    assert "review" not in done.stdout, "nothing listens"
    for tag in EDITIONS:
        (told,) = re.findall(
            rf"^{tag} +(\d+) pages, +(\d+) feeds  Demo Center", done.stdout, re.MULTILINE
        )
        assert min(map(int, told)) >= 9
    assert "3 lead images were copied" in done.stdout
    assert "which is gone now" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_living_demo_says_what_to_try_and_its_port_is_its_own(tmp_path):
    process = subprocess.Popen(
        [*demo("--port", "0")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        told = [process.stdout.readline() for _ in range(9)]
        url = re.search(r"Look at (http://127.0.0.1:\d+)/", "".join(told)).group(1)
        tries = re.findall(r"http://\S+", "".join(told[2:7]))
        assert len(tries) == 5
        assert tries[4].endswith("/review/")
        assert not tries[4].startswith(url), "the review page has a port of its own"
        assert len(re.search(r"password +(\S+) ", told[7]).group(1)) >= 16
        end = time.monotonic() + 60
        while not all(ask(one).status == 200 for one in tries) and time.monotonic() < end:
            time.sleep(0.5)
        assert [ask(one).status for one in tries] == [200] * 5
        port = url.rpartition(":")[2]
        second = subprocess.run(
            demo("--port", port), capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 1
        assert "is another demo running?" in second.stderr
        assert "Traceback" not in second.stderr
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert errors == ""
        assert "5 new" in said
    finally:
        process.kill()
        process.communicate()
