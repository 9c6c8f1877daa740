"""Stories of the topic filter: a wide source in five languages, on a fake web with a real database."""

import re

import pytest
from lxml import etree

pytestmark = pytest.mark.anyio

URL = "https://wide.example/{}"
LANGUAGES = ("en", "fr", "kmr", "ckb", "ar")
WIDE = "".join(
    f"  - {{id: wide-{code}, name: Wide World {code}, url: {URL.format(code)}, "
    f"language: {{always: {code}}}}}\n"
    for code in LANGUAGES
)
TOPIC = """\
rules:
  - name: kurdish-topics
    unless:
      text: [Kurd*, Rojava*, Kurdes, Rojavayê Kurdistanê, "*كورد*", "*كردستان*", كردي*, أكراد]
    then: drop
  - name: opinion-waits
    when: {address: opinion}
    then: hold
"""
STORIES = {
    "en": (
        "Kurdish farmers near Kobani replant burnt orchards",
        "Grain exchange reports a quiet week",
        "Orchard prices rise in the north of the republic",
    ),
    "fr": (
        "Les Kurdes de Syrie rouvrent une école d’agriculture",
        "La bourse du blé connaît une semaine calme",
        "Le chomage recule dans le nord",
    ),
    "kmr": (
        "Cotkarên kurdistanî baxên xwe ji nû ve diçînin",
        "Hefteyeke aram li bazara genim",
        "Bihayê fêkî li bakur bilind bû",
    ),
    "ckb": (
        "جوتیارانی كوردستان باخەكانیان دەچێننەوە",
        "هەفتەیەکی ئارام لە بازاڕی گەنم",
        "نرخی میوە لە باکوور بەرز بووەوە",
    ),
    "ar": (
        "مزارعون من الأكراد يعيدون زراعة البساتين",
        "أسبوع هادئ في سوق القمح",
        "أسعار الفاكهة ترتفع في الشمال",
    ),
}
ATOM = "{http://www.w3.org/2005/Atom}"


def item(number, title, body="", *, path="a"):
    return (
        f"<item><title>{title}</title><link>https://wide.example/{path}/{number}</link>"
        f'<guid isPermaLink="false">w-{number}</guid>'
        f"<pubDate>Mon, 23 Nov 2026 18:00:00 +0300</pubDate>"
        f"<description><![CDATA[{body}]]></description></item>"
    )


def rss(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Wide World</title>'
        f"<link>https://wide.example/</link>{''.join(items)}</channel></rss>"
    )


def titles(scene, tag):
    root = etree.fromstring(scene.feed(tag).encode())
    return {entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")}


async def test_a_topic_filter_lets_through_what_is_about_it_in_five_languages(scene, web, config):
    scene.configure(WIDE, config.replace("sources:", TOPIC + "sources:"))
    for code in LANGUAGES:
        stories = enumerate(STORIES[code])
        web.serve(URL.format(code), rss(*(item(f"{code}-{n}", title) for n, title in stories)))
    visits = await scene.poll()
    assert all(visits[f"wide-{code}"].new == 3 for code in LANGUAGES)
    assert titles(scene, "en") == {STORIES["en"][0]}
    assert titles(scene, "fr") == {STORIES["fr"][0]}
    assert titles(scene, "ku") == {STORIES["kmr"][0], STORIES["ckb"][0]}
    assert titles(scene, "ar") == {STORIES["ar"][0]}
    reasons = [
        change.verdict.reasons
        for visit in visits.values()
        for change in visit.visit.changes
        if change.verdict.ruling == "drop"
    ]
    assert len(reasons) == 10
    assert all(re.match("rule kurdish-topics: text has none of “Kurd", r[0]) for r in reasons)


async def test_related_headlines_do_not_make_an_article_one_of_the_topic(scene, web, config):
    boxed = (
        "<p>Grain was sold.</p><div class='related'><h3>More</h3><p>Kurdish farmers replant</p>"
        "</div><p>Barley, too.</p>"
    )
    about = "<p>Kurdish mills bought grain.</p><div class='related'><p>Football results</p></div>"
    source = (
        f"  - id: wide-en\n    name: Wide World\n    url: {URL.format('en')}\n    language: en\n"
        "    rights: {allows: full}\n    rules: [{name: boxes, when: {address: wide.example}, "
        "strip: div.related}]\n"
    )
    scene.configure(source, config.replace("sources:", TOPIC + "sources:"))
    web.serve(
        URL.format("en"),
        rss(item(1, "A quiet week", boxed), item(2, "A loud week", about)),
    )
    await scene.poll()
    assert titles(scene, "en") == {"A loud week"}
    assert "Kurdish mills" in scene.feed("en")
    assert "Football results" not in scene.feed("en")


async def test_what_a_rule_holds_waits_and_what_it_files_elsewhere_stands_there(
    scene, web, config
):
    source = (
        f"  - id: wide\n    name: Wide World\n    url: {URL.format('all')}\n    rules:\n"
        "      - {name: kurmanji-section, when: {address: kurmanci}, language: kmr, tag: Nûçe}\n"
    )
    scene.configure(source, config.replace("sources:", TOPIC + "sources:"))
    web.serve(
        URL.format("all"),
        rss(
            item(1, "Kurdistan", path="kurmanci"),  # a word of every language
            item(2, "Kurdistan: what we think", path="opinion"),
        ),
    )
    visits = await scene.poll()
    assert (visits["wide"].new, visits["wide"].held) == (2, 1)
    assert titles(scene, "ku") == {"Kurdistan"}
    assert "Nûçe" in scene.feed("ku")
    assert titles(scene, "en") == set()


async def test_what_waited_for_its_language_appears_when_a_rule_says_it(scene, web, config):
    source = f"  - id: wide\n    name: Wide World\n    url: {URL.format('all')}\n"
    scene.configure(source)
    web.serve(URL.format("all"), rss(item(1, "Kurdistan", path="kurmanci")))
    visits = await scene.poll()
    assert visits["wide"].held == 1
    scene.configure(
        source + "    rules: [{name: section, when: {address: kurmanci}, language: kmr}]\n"
    )
    await scene.poll()
    assert titles(scene, "ku") == {"Kurdistan"}


@pytest.mark.anyio
async def test_an_article_that_is_corrected_late_is_no_older_for_that(scene, web, config):
    """A rule on age judges the age that an article had when it was first seen."""
    source = (
        "  - {id: herald, name: Herald, url: 'https://herald.example/feed', language: en,\n"
        "     rules: [{name: old-news, older: 7d, then: drop}]}\n"
    )
    scene.configure(source, config)
    item = (
        "<item><title>Council opens the new library in Derik</title><guid>a</guid>"
        "<link>https://herald.example/a</link><pubDate>Mon, 23 Nov 2026 08:00:00 GMT</pubDate>"
        "<description>{words}</description></item>"
    )
    feed = "<rss version='2.0'><channel><title>Herald</title>{item}</channel></rss>"
    for words in ("It opens on Monday.", "It opens on Tuesday, the council says now."):
        web.serve("https://herald.example/feed", feed.format(item=item.format(words=words)))
        await scene.poll(force=True)
        assert words in scene.feed("en")
        scene.later(days=9)
