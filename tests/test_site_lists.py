"""The site's pages of several articles: lists, the archive, searches, and how they look alike."""

import runpy
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as lxml_html

from aggregator.model import Counterpart, Images, Listing, ListKind, Picture, Rights, Search, Shelf
from aggregator.syndicate import site as pages
from aggregator.syndicate.site import addresses

WORLD = runpy.run_path(str(Path(__file__).parent / "site_world.py"))
SITE, EDITIONS, SOURCES = WORLD["SITE"], WORLD["EDITIONS"], WORLD["SOURCES"]
EDITION = {edition.tag: edition for edition in EDITIONS}


@pytest.fixture(scope="module")
def theme():
    return pages.load_theme()


@pytest.fixture(scope="module")
def read(theme):
    return {
        path: lxml_html.document_fromstring(document.body)
        for path, document in WORLD["world"](theme).items()
        if document.media_type == "text/html"
    }


def desk_of(theme, tag="en", **changes):
    return pages.layout(theme, WORLD["frame"](EDITION[tag], **changes))


def page_of(document):
    return lxml_html.document_fromstring(document.body)


def searched(theme, tag="en", **found):
    given = {"query": "oil", "articles": WORLD["articles"](tag)[:2], "total": 2, **found}
    return page_of(pages.search_page(desk_of(theme, tag), Search(**given)))


def texts(page, path):
    return [" ".join(one.text_content().split()) for one in page.xpath(path)]


# --- search ---------------------------------------------------------------------------------


def test_every_page_of_an_edition_has_one_search_box_that_names_itself(read):
    for path, page in read.items():
        tag = path.partition("/")[0]
        forms = page.xpath("//form[@role='search']")
        if path == "index.html" or path in {addresses.NOT_FOUND, addresses.GONE}:
            assert forms == [], path
            continue
        (form,) = forms
        assert form.get("action") == f"/{'en' if tag == 'bot' else tag}/search", path
        assert form.get("method") is None, "GET"
        assert form.xpath("string(.//input[@name='q']/@aria-label)"), path


def test_there_is_no_search_box_where_no_server_answers(theme):
    page = page_of(pages.archive_page(desk_of(theme, search=False), ()))
    assert page.xpath("//form") == []
    assert page.xpath("//nav[@class='menu']//a/@href")[0] == "/en/"


def test_a_search_shows_what_was_asked_how_much_was_found_and_where_more_is(theme):
    page = searched(theme, query=" R&D <b> ", total=57, page=2, pages=3)
    assert page.xpath("//main//input/@value") == ["R&D <b>"]
    assert texts(page, "//main/header/p") == ["57 articles found Page 2"]
    back, on = page.xpath("//nav[@class='turn']/a/@href")
    assert parse_qs(urlsplit(back).query) == {"q": ["R&D <b>"]}
    assert parse_qs(urlsplit(on).query) == {"q": ["R&D <b>"], "page": ["3"]}
    assert urlsplit(on).path == "/en/search"
    assert page.findtext(".//title").startswith("Search: R&D <b> | ")


def test_a_search_goes_along_to_the_other_editions_and_is_no_translation(theme):
    page = searched(theme, query="ئاو index.html")
    ways = page.xpath("//nav[@class='languages']//a/@href")
    assert [urlsplit(way).path for way in ways] == [f"/{e.tag}/search" for e in EDITIONS]
    assert {parse_qs(urlsplit(way).query)["q"][0] for way in ways} == {"ئاو index.html"}
    assert page.xpath("//link[@rel='alternate' and not(@type)]") == []
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_search_without_result_says_so_and_leads_on(theme):
    page = searched(theme, articles=(), total=0)
    assert texts(page, "//main/header/p") == ["No article was found."]
    assert page.xpath("//div[@class='advice']//a/@href") == ["/en/articles/", "/en/archive/"]
    assert page.xpath("//article | //nav[@class='turn']") == []


def test_a_search_that_cannot_look_yet_says_so_and_gives_no_advice(theme):
    page = searched(theme, "fr", articles=(), total=0, ready=False)
    assert texts(page, "//main/header/p") == [
        "La recherche est en préparation. Réessayez dans quelques minutes."
    ]
    assert page.xpath("//main//input/@value") == ["oil"]
    assert page.xpath("//div[@class='advice']") == []


def test_a_search_for_nothing_is_just_the_box(theme):
    for query in ("", "  "):
        page = searched(theme, query=query, articles=(), total=0)
        assert page.xpath("//main//p | //main//article | //main//nav") == []
        assert page.findtext(".//title").startswith("Search | ")


def test_a_query_of_any_characters_makes_an_address(theme):
    for query in ("\ud800\x00", "%", "a" * 5000, '"><script>'):
        page = searched(theme, query=query, total=99, pages=2)
        assert page.xpath("//script") == []
        (on,) = page.xpath("//nav[@class='turn']/a/@href")
        assert on.isascii()
    assert len(page.findtext(".//title")) < 200


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "1 article found"),
        ("fr", "1 article trouvé"),
        ("ku", "1 gotar hat dîtin"),
        ("ckb", "١ بابەت دۆزرایەوە"),
        ("ar", "عُثر على مقال واحد"),
    ],
)
def test_what_was_found_is_counted_in_the_language(theme, tag, said):
    assert texts(searched(theme, tag, total=1), "//main/header/p") == [said]


# --- the archive ----------------------------------------------------------------------------


def test_the_archive_leads_to_years_and_these_to_months_and_back(read):
    assert read["en/archive/index.html"].xpath("//h2/a/@href") == [
        "/en/archive/2026/",
        "/en/archive/2025/",
    ]
    year = read["en/archive/2026/index.html"]
    assert texts(year, "//main//h1") == ["2026"]
    assert texts(year, "//ul[@class='months']/li") == [
        "December 2026 1 article",
        "November 2026 120 articles",
    ]
    assert year.xpath("//nav[@class='crumbs']//a/@href") == ["/en/archive/"]
    month = read["en/archive/2026/11/index.html"]
    assert month.xpath("//nav[@class='crumbs']//a/@href") == ["/en/archive/", "/en/archive/2026/"]
    assert texts(read["ckb/archive/2026/index.html"], "//main//h1") == ["٢٠٢٦"]


def test_a_year_is_the_same_page_in_the_other_editions(theme):
    others = (Counterpart(tag="fr", path=addresses.year("fr", 2025)),)
    page = page_of(pages.year_page(desk_of(theme), 2025, (), others))
    ways = page.xpath("//nav[@class='languages']//a/@href")
    assert ways == ["/en/archive/2025/", "/fr/archive/2025/", "/ku/", "/ckb/", "/ar/"]
    assert texts(page, "//main/p") == ["No articles yet."]


# --- languages within an edition ------------------------------------------------------------


@pytest.mark.parametrize("path", ["ku/index.html", "ku/articles/index.html"])
def test_an_edition_of_two_languages_offers_each_in_its_own_name_and_script(read, path):
    offered = read[path].xpath("//nav[@class='filter']//a")
    assert [(a.text, a.get("lang"), a.get("dir"), a.get("href")) for a in offered] == [
        ("Hemû", None, None, "/ku/"),
        ("Kurmancî", "kmr", "ltr", "/ku/language/kmr/"),
        ("سۆرانی", "ckb", "rtl", "/ku/language/ckb/"),
    ]
    current = read[path].xpath("//nav[@class='filter']//a[@aria-current='page']/text()")
    assert current == (["Hemû"] if path == "ku/index.html" else [])


def test_an_edition_of_one_language_offers_no_choice(theme, read):
    assert read["en/index.html"].xpath("//nav[@class='filter']") == []
    foreign = (Shelf(name="ckb", path=addresses.language("en", "ckb")),)
    page = page_of(pages.articles_page(desk_of(theme), (), (), languages=foreign))
    assert page.xpath("//nav[@class='filter']//a[@lang]") == []


def test_a_list_by_language_has_its_name_its_articles_and_its_feeds(read):
    page = read["ku/language/ckb/index.html"]
    (name,) = page.xpath("//h1/bdi")
    assert (name.text, name.get("lang"), name.get("dir")) == ("سۆرانی", "ckb", "rtl")
    assert set(page.xpath("//article/@lang")) == {"ckb"}
    own = page.xpath("//link[@type][starts-with(@href, '/ku/language/')]")
    assert [(link.get("href"), link.get("hreflang")) for link in own] == [
        ("/ku/language/ckb/atom.xml", "ckb"),
        ("/ku/language/ckb/rss20.xml", "ckb"),
        ("/ku/language/ckb/feed.json", "ckb"),
    ]
    assert page.xpath("//main/header//a[@type]/@href") == [link.get("href") for link in own]


# --- lists ----------------------------------------------------------------------------------


def test_an_article_in_a_list_keeps_its_language_direction_and_digits(read):
    teasers = {a.get("lang"): a for a in reversed(read["ku/index.html"].xpath("//main//article"))}
    assert teasers["kmr"].findtext(".//time") == "24.11.2026"
    assert teasers["ckb"].findtext(".//time") == "٢٣.١١.٢٠٢٦"
    assert (teasers["kmr"].get("dir"), teasers["ckb"].get("dir")) == ("ltr", "rtl")


def test_the_page_of_a_source_says_what_it_is_and_what_we_show_of_it(theme, read):
    page = read["en/source/open-valley/index.html"]
    assert texts(page, "//main/header/p") == [
        "We show: Full text, with a copy of the lead image. The outlet's site"
    ]
    assert page.xpath("//main/header/p/a/@href") == ["https://valley.example/"]
    assert page.xpath("//main//a[@class='outlet']") == [], "it is the same for all"
    linked = replace(SOURCES["open-valley"], rights=Rights(images=Images.LINK), homepage=None)
    listing = Listing(
        kind=ListKind.SOURCE, path="en/source/x/index.html", articles=(), source=linked
    )
    page = page_of(pages.list_page(desk_of(theme), listing))
    assert texts(page, "//main/header/p") == [
        "We show: Excerpt and link, images in our feeds, from the outlet's server."
    ]


@pytest.mark.parametrize("kind", ListKind)
def test_a_list_of_any_kind_can_have_feeds_of_its_own(theme, kind):
    listing = Listing(kind=kind, path="en/x/index.html", articles=(), feeds="en/x")
    page = page_of(pages.list_page(desk_of(theme), listing))
    wanted = [f"/en/x/{file}" for file, _, _ in addresses.FEEDS]
    assert page.xpath("//link[@type and contains(@href, '/en/x/')]/@href") == wanted
    assert page.xpath("//main/header//a[@type]/@href") == wanted


# --- pictures and ways on -------------------------------------------------------------------

COPY = Picture(path="images/a0.jpg", media_type="image/jpeg", length=9, width=800, height=600)


def test_a_copied_picture_stands_above_the_text_with_its_size_and_its_credit(theme):
    given = next(a for a in WORLD["articles"]("en") if a.path.endswith("/wheat.html"))
    shown = replace(given, item=replace(given.item, picture=COPY))
    page = page_of(pages.article_page(desk_of(theme), shown))
    (image,) = page.xpath("//article/figure/img")
    assert dict(image.attrib) == {
        "src": "/images/a0.jpg",
        "width": "800",
        "height": "600",
        "alt": "",
        "decoding": "async",
    }
    assert texts(page, "//article/figure/figcaption") == ["Image: Open Valley"]
    assert page.xpath("//article/*[2]")[0].tag == "figure", "after the header"
    without = page_of(pages.article_page(desk_of(theme), given))
    assert without.xpath("//article//img | //meta[@property='og:image']") == []


def test_an_article_leads_to_its_categories_and_to_more_of_its_source(read):
    footer = read["ku/articles/baran.html"].find(".//article/footer")
    assert footer.xpath(".//p[@class='more']/a/@href") == ["/ku/source/hewal/"]
    assert texts(footer, ".//p[@class='more']") == ["بابەتەکانی تری هەواڵی شار"]
    shelves = read["en/articles/dam.html"].xpath("//article/footer/ul[@class='shelves']//a/@href")
    assert shelves == ["/en/category/water/", "/en/category/r-d/"]
