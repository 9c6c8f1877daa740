"""The site's pages as documents: what stands on them, in which words, for whom."""

import re
import runpy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import html as lxml_html
from lxml.etree import fromstring

from aggregator.model import Extent, Html, Rights, SitemapEntry
from aggregator.syndicate import site as pages
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.body import headings_in_order, without_foreign_files
from aggregator.syndicate.site.prose import prose

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "site_world.py"))
SITE, EDITIONS = WORLD["SITE"], WORLD["EDITIONS"]
EDITION = {edition.tag: edition for edition in EDITIONS}
SITE_FOLDER = Path(pages.__file__).parent
TEMPLATES = sorted((SITE_FOLDER / "templates").glob("*.html"))


@pytest.fixture(scope="module")
def theme():
    return pages.load_theme()


@pytest.fixture(scope="module")
def documents(theme):
    return WORLD["world"](theme)


@pytest.fixture(scope="module")
def read(documents):
    return {
        path: lxml_html.document_fromstring(document.body)
        for path, document in documents.items()
        if document.media_type == "text/html"
    }


def desk_of(theme, tag="en", **changes):
    return pages.layout(theme, WORLD["frame"](EDITION[tag], **changes))


def article_of(tag, slug):
    return next(a for a in WORLD["articles"](tag) if a.path.endswith(f"/{slug}.html"))


def page_of(document):
    return lxml_html.document_fromstring(document.body)


def article_paths(read):
    return [p for p in read if re.fullmatch(r"[a-z]+/articles/(?!index).*", p)]


def search_paths(read):
    return [p for p in read if re.fullmatch(r"[a-z]+/search(\?.*)?", p)]


# --- an article -----------------------------------------------------------------------------


def test_an_article_stands_in_the_centres_order(read):
    header = read["en/articles/neighbors-renew-ties.html"].find(".//article/header")
    assert [child.text_content().strip() for child in header] == [
        "Two neighbors renew ties amid quiet talks",
        "The talks reportedly do not touch the occupied heights",
        "24.11.2026",
        "News Desk",
        "Source: The Lantern",
        "Corrected on 25.11.2026",
        header.find("details").text_content().strip(),
    ]
    assert header.find(".//time").get("datetime") == "2026-11-24T09:30:00+03:00"
    source = header.find(".//p[@class='source']/a")
    assert source.get("href") == "https://lantern.example/articles/neighbors-renew-ties"
    assert source.get("rel") is None


def test_an_excerpt_and_a_headline_say_where_the_rest_is_and_a_full_text_does_not(read):
    def way_on(slug):
        return read[f"en/articles/{slug}.html"].findall(".//p[@class='continue']/a")

    (excerpt,) = way_on("neighbors-renew-ties")
    assert excerpt.text_content() == "Continue reading at The Lantern"
    assert excerpt.get("href") == "https://lantern.example/articles/neighbors-renew-ties"
    assert len(way_on("headlines-only")) == 1
    assert way_on("dam") == []
    assert way_on("no-address") == []


def test_a_theme_cannot_show_more_than_the_item_has(theme):
    given = article_of("en", "headlines-only")
    assert given.item.extent is Extent.HEADLINE
    page = page_of(pages.article_page(desk_of(theme), given))
    assert page.findall(".//div[@class='body']") == []
    assert page.findall(".//p[@class='standfirst']") == []


def test_a_body_begins_below_the_title_and_loads_nothing_of_others(read):
    body = read["en/articles/dam.html"].find(".//div[@class='body']")
    assert [e.tag for e in body if e.tag in {"h1", "h2", "h3", "h4"}] == ["h2", "h3"]
    assert body.findall(".//img") == []
    assert body.find(".//p/a").get("rel") == "noopener noreferrer nofollow ugc"


def test_the_only_pictures_are_our_own(read, documents):
    shown = {src for page in read.values() for src in page.xpath("//img/@src")}
    assert shown == {f"/{WORLD['PICTURE']}", "/static/flag.svg"}
    assert all(src.removeprefix("/") in documents for src in shown)


def test_sorani_in_the_kurdish_edition_runs_its_own_way_with_its_own_labels(read):
    page = read["ku/articles/baran.html"]
    article = page.find(".//main/article")
    assert (page.get("lang"), page.get("dir")) == ("kmr", "ltr")
    assert (article.get("lang"), article.get("dir")) == ("ckb", "rtl")
    assert article.find(".//p[@class='source']").text_content() == "سەرچاوە: هەواڵی شار"
    assert article.find(".//time").text == "٢٣.١١.٢٠٢٦"
    assert article.find(".//blockquote/p").get("dir") == "ltr"


def test_copies_are_not_indexed_unless_the_operator_says_so_and_then_name_the_original(theme):
    given = article_of("en", "neighbors-renew-ties")
    closed = page_of(pages.article_page(desk_of(theme), given))
    assert closed.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert closed.xpath("//link[@rel='canonical']") == []
    opened = page_of(pages.article_page(desk_of(theme, index_copies=True), given))
    assert opened.xpath("//meta[@name='robots']") == []
    assert opened.xpath("//link[@rel='canonical']/@href") == [given.item.link]


# --- every page -----------------------------------------------------------------------------


def test_every_page_keeps_the_rules_of_the_house(read):
    for path, page in read.items():
        assert page.xpath("count(//h1)") == 1, path
        assert page.xpath("//script | //style | //iframe | //@style | //@onclick") == [], path
        loads = page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //img/@src")
        assert all(re.match(r"/(?!/)", address) for address in loads), path
        (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'")
        assert page.xpath("//a[1]")[0].get("href") == "#content", path
        assert page.xpath("//main[@id='content']") != [], path
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), path


def test_every_link_of_ours_leads_to_a_page_or_to_what_others_write(read, documents):
    feeds = re.compile(
        r".*(atom\.xml|rss20\.xml|feed\.json|feeds\.opml)|.*/page/\d+\.html|[a-z]+/search\?q=.+"
    )
    for path, page in read.items():
        for href in page.xpath("//a/@href | //link/@href"):
            inside = href.removeprefix(SITE.url)
            if not inside.startswith("/") or inside.startswith("//"):
                continue
            target = inside.removeprefix("/")
            target += "index.html" if target.endswith("/") or not target else ""
            known = target in documents or feeds.fullmatch(target)
            # A source that never had an article in this edition has no page in this small world.
            assert known, f"{path} leads to {href}"


def test_links_that_credit_pass_it_on(read):
    for path, page in read.items():
        outside = page.xpath("//a[@rel and not(ancestor::div[@class='body'])]/@rel")
        assert set(outside) <= {"prev", "next"}, path


def test_own_pages_are_indexable_and_canonical(read):
    for path, page in read.items():
        robots = page.xpath("//meta[@name='robots']/@content")
        canonical = page.xpath("//link[@rel='canonical']/@href")
        log = path.endswith("/takedowns/index.html")
        if log or path in {*article_paths(read), *search_paths(read), "404.html", "410.html"}:
            assert (robots, canonical) == (["noindex"], []), path
        else:
            assert robots == [], path
            own = addresses.address(SITE.url, path)
            assert canonical == [own if path != addresses.BOT else f"{SITE.url}/en/bot.html"]


def test_every_edition_offers_its_feeds_in_three_formats_with_its_language(read):
    for tag, language in {"en": "en", "ku": "ku", "ckb": "ckb"}.items():
        offered = read[f"{tag}/index.html"].xpath("//link[@rel='alternate' and @type]")
        assert [(o.get("type"), o.get("href"), o.get("hreflang")) for o in offered] == [
            ("application/atom+xml", f"/{tag}/atom.xml", language),
            ("application/rss+xml", f"/{tag}/rss20.xml", language),
            ("application/feed+json", f"/{tag}/feed.json", language),
        ]
    source = read["en/source/the-lantern/index.html"].xpath("//link[@type]/@href")
    assert source[0] == "/en/source/the-lantern/atom.xml"


def test_hreflang_names_translations_and_the_page_itself_each_language_once(read):
    def named(path):
        found = read[path].xpath("//link[@rel='alternate' and not(@type)]")
        return {link.get("hreflang"): link.get("href") for link in found}

    assert named("en/articles/neighbors-renew-ties.html") == {
        "en": f"{SITE.url}/en/articles/neighbors-renew-ties.html",
        "fr": f"{SITE.url}/fr/articles/deux-voisins.html",
        "kmr": f"{SITE.url}/ku/articles/du-cinar.html",
    }
    assert named("en/articles/wheat.html") == {}
    assert set(named("ar/index.html")) == {"en", "fr", "ku", "ckb", "ar"}
    assert named("index.html")["x-default"] == f"{SITE.url}/"


def test_open_graph_says_what_it_is(read):
    page = read["en/articles/dam.html"]
    said = {m.get("property"): m.get("content") for m in page.xpath("//meta[@property]")}
    assert said["og:type"] == "article"
    assert said["og:title"].startswith("What the new dam means")
    assert said["og:image"] == f"{SITE.url}/{WORLD['PICTURE']}"
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "675")
    assert said["og:url"] == f"{SITE.url}/en/articles/dam.html"


def test_the_same_values_give_the_same_bytes(theme, documents):
    assert WORLD["world"](theme) == documents


def test_a_site_in_a_folder_keeps_its_links_in_it(theme):
    frame = replace(WORLD["frame"](EDITION["en"]), site=replace(SITE, url=f"{SITE.url}/news"))
    page = page_of(pages.archive_page(pages.layout(theme, frame), ()))
    inside = [h for h in page.xpath("//a/@href | //link/@href") if h.startswith("/")]
    assert inside
    assert all(href.startswith("/news/") for href in inside)


# --- bodies and prose -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<h1>a</h1><h4>b</h4><h1>c</h1>", "<h2>a</h2><h3>b</h3><h2>c</h2>"),
        ("<h3>a</h3><h3>b</h3>", "<h2>a</h2><h2>b</h2>"),
        ("<h5>a</h5><h2>b</h2>", "<h2>a</h2><h2>b</h2>"),
        ("<hr><p>x</p>", "<hr><p>x</p>"),
    ],
)
def test_headings_skip_no_level(given, wanted):
    assert headings_in_order(Html(given)) == wanted


def test_a_file_of_ours_is_shown_from_here_and_anothers_not_at_all():
    ours = Html(f'<p><img src="{SITE.url}/images/a.jpg" alt=""></p>')
    assert without_foreign_files(ours, SITE) == '<p><img src="/images/a.jpg" alt=""></p>'
    for foreign in ("https://elsewhere.example/a.jpg", f"{SITE.url}.evil.example/a.jpg"):
        assert "img" not in without_foreign_files(Html(f'<p>x<img src="{foreign}"></p>'), SITE)


def test_an_operators_markdown_is_safe_and_keeps_its_links(read):
    contact = read["en/contact.html"].find(".//main")
    assert contact.findtext(".//h1") == "Contact"
    assert contact.xpath(".//a/@href") == ["mailto:desk@center.example", "/en/about.html"]
    assert contact.xpath(".//a/@rel") == []
    assert "<script>alert(1)</script>" in contact.text_content()
    assert [h.tag for h in contact.xpath(".//h1 | .//h2")] == ["h1", "h2"]
    about = read["en/about.html"].find(".//main")
    assert about.xpath(".//img/@src") == ["/static/flag.svg"], "none of a third party"
    assert read["en/books.html"].findtext(".//main//h1") == "Books"


def test_a_mail_address_survives_with_its_subject():
    made = prose("[x](mailto:a@b.example?subject=One%20%26%20two)", site=SITE, address=SITE.url)
    assert 'href="mailto:a@b.example?subject=One%20%26%20two"' in made.html


# --- for programs ---------------------------------------------------------------------------


def test_the_sitemap_holds_what_may_be_indexed_and_nothing_else(documents, read):
    spoken = fromstring(documents["sitemap.xml"].body).xpath("//*[local-name()='loc']/text()")
    assert f"{SITE.url}/en/" in spoken
    assert not [address for address in spoken if "/articles/" in address and address[-1] != "/"]
    assert documents["robots.txt"].body.decode().endswith(f"Sitemap: {SITE.url}/sitemap.xml\n")


def test_a_sitemap_too_long_becomes_an_index():
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=3)))
    entries = [SitemapEntry(path=f"en/page/{n}.html", modified=moment) for n in range(50_001)]
    index, *parts = pages.sitemap(SITE, entries)
    assert index.body.count(b"<sitemap>") == len(parts) == 2
    assert [part.body.count(b"<url>") for part in parts] == [50_000, 1]
    assert b"<lastmod>2026-11-24T06:30:00+00:00</lastmod>" in parts[1].body


def test_publishers_are_told_what_is_shown_on_which_grounds(read):
    rows = {
        row.findtext(".//bdi"): [cell.text_content() for cell in row.findall("td")]
        for row in read["bot/index.html"].findall(".//tbody/tr")
    }
    assert rows["Open Valley"][:2] == [
        "every 30 minutes",
        "Full text, with a copy of the lead image",
    ]
    assert rows["The Lantern"][2] == "Short quotation with source and link"
    assert rows["Strict Wire"][:2] == ["every day", "Headline, date and link, without images"]
    text = read["bot/index.html"].find(".//main").text_content()
    assert WORLD["USER_AGENT"] in text
    assert "410 Gone" in text


def test_what_publishers_wrote_is_text_wherever_it_stands(theme):
    nasty = "</title><script>alert(1)</script>\x00&\"'"
    given = article_of("en", "neighbors-renew-ties")
    source = replace(given.item.source, name=nasty, rights=Rights(credit=nasty))
    item = replace(given.item, title=nasty, summary=nasty, opening=nasty, source=source)
    desk = desk_of(theme)
    document = pages.article_page(desk, replace(given, item=item))
    home = pages.home_page(desk, WORLD["Home"](articles=(replace(given, item=item),)))
    for body in (document.body, home.body):
        assert b"<script" not in body
        assert b"\x00" not in body
