"""Articles taken by hand: a fake web, the real store, the real child, the real press."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import FailureKind, SourceError, StoreError
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.model import Extent, Ruling
from aggregator.store import Store
from aggregator.store.outlets import BY_HAND, outlet_id
from aggregator.submitting import Desk, Refused, Request

pytestmark = pytest.mark.anyio

PAGES = Path(__file__).parent / "corpus" / "webpages"
HERALD = "https://www.tigris-herald.example/2026/11/dam-on-the-upper-zab/"
LIBRARY = "https://station-road.example/city/library"
ROAD = "https://furat-agency.example/news.php?id=48213"
SOURCES = """
  - {id: tigris-herald, name: Tigris Herald, url: "https://feeds.example/th", homepage: "https://tigris-herald.example/", language: en}
"""
FEED = """<rss version="2.0"><channel><title>Tigris Herald</title><link>https://tigris-herald.example/</link>
<item><title>Dam on the Upper Zab to open its gates in April</title><link>{url}</link><guid>{url}?p=1</guid>
<description>The gates will open a month later than was said, after a review of the spillway.</description></item>
</channel></rss>"""


class Center:
    """A republisher's desk on a fake web."""

    def __init__(self, scene, web):
        self.scene = scene
        self.web = web

    def serve(self, url, name, **headers):
        body = (PAGES / f"{name}.html").read_bytes()
        self.web.serve(url, body, **({"content_type": "text/html; charset=utf-8"} | headers))

    @contextlib.asynccontextmanager
    async def desk(self):
        with Store.open(self.scene.config.store, now=self.scene.now) as store:
            async with Fetcher(
                user_agent="aggregator/test (+https://center.example/bot)",
                contact="d@c.example",
                allow=AllowList.parse(()),
                deadline=timedelta(seconds=5),
                max_wire=10_000_000,
                max_body=10_000_000,
                spacing=timedelta(0),
                transport=httpx.MockTransport(self.web),
            ) as fetcher:
                self.store = store
                yield Desk(
                    self.scene.config,
                    store,
                    fetcher,
                    self.scene.pool,
                    clock=lambda: self.scene.now,
                )

    async def submit(self, url, **given):
        async with self.desk() as desk:
            done = await desk.submit(Request(url=url, who=given.pop("who", "dana"), **given))
            self.dossier = self.store.dossier(done.entry_id)
            self.outlets = self.store.outlets()
            return done

    async def refusal(self, url, **given):
        with pytest.raises((Refused, SourceError)) as caught:
            await self.submit(url, **given)
        return str(caught.value)

    @property
    def asked(self):
        return [str(request.url) for request in self.web.requests]


@pytest.fixture
def center(scene, web):
    scene.configure(SOURCES)
    center = Center(scene, web)
    center.serve(HERALD, "wordpress-yoast.en")
    center.serve(LIBRARY, "microdata.en")
    center.serve(ROAD, "custom-arabic.ar")
    return center


# --- the way ----------------------------------------------------------------------------------


async def test_an_article_waits_in_the_name_of_who_chose_it(center):
    done = await center.submit(HERALD, why="our readers asked")
    assert (done.ruling, done.source.id, done.outlet) == (Ruling.HOLD, "tigris-herald", False)
    dossier = center.dossier
    assert dossier.verdict.ruling is Ruling.HOLD
    assert dossier.verdict.reasons == ("ruled by dana: submitted: our readers asked",)
    assert dossier.feed_key == BY_HAND
    entry = dossier.entry
    assert entry.title == "Dam on the Upper Zab to open its gates in spring"
    assert [person.name for person in entry.byline] == ["Rojin Avdal"]
    assert entry.published == datetime(2026, 11, 20, 6, 15, tzinfo=UTC)
    assert "utm_source" not in entry.body
    assert "four villages" in entry.body.lower()
    assert entry.lead_image.url.endswith("/dam-large.jpg")
    assert [one.language for one in entry.translations] == ["ar"]


async def test_robots_txt_is_asked_first_and_the_page_once(center):
    await center.submit(HERALD)
    assert center.asked == ["https://www.tigris-herald.example/robots.txt", HERALD]


async def test_what_robots_txt_forbids_is_not_asked_for(center, web):
    web.serve("https://www.tigris-herald.example/robots.txt", "User-agent: *\nDisallow: /2026/")
    refusal = await center.refusal(HERALD)
    assert "does not allow" in refusal
    assert HERALD not in center.asked


async def test_where_a_page_moved_to_another_site_that_ones_rules_count_too(center, web):
    web.serve("https://short.example/d", "", status=302, location=HERALD)
    web.serve("https://www.tigris-herald.example/robots.txt", "User-agent: *\nDisallow: /")
    assert "does not allow" in await center.refusal("https://short.example/d")


async def test_published_means_published_by_who_says_so(center, scene):
    done = await center.submit(LIBRARY, publish=True, source="Station Road Post", who="hiwa")
    assert done.editions == ("en",)
    assert done.allowance.extent is Extent.EXCERPT, "the rights of feeds.yaml's defaults"
    assert [(one.who, one.ruling) for one in center.dossier.rulings] == [("hiwa", Ruling.PUBLISH)]
    scene.later(minutes=1)
    await scene.poll()
    feed = scene.feed("en")
    assert "A second life for the old railway station" in feed
    assert "Station Road Post" in feed
    assert f'href="{LIBRARY}"' in feed
    page = (scene.config.publish_to / "en" / "articles" / "1.html").read_text(encoding="utf-8")
    assert "Station Road Post" in page
    assert "Daniel Haddad" in page
    assert "ten past six" not in page, "an excerpt, as the defaults allow"


async def test_a_title_and_language_that_a_person_gives_stand(center):
    center.serve("https://keshnasi.example/hewal12.html", "no-metadata.ckb")
    await center.submit(
        "https://keshnasi.example/hewal12.html",
        title="باران دەبارێت",
        language="ckb",
        publish=True,
    )
    dossier = center.dossier
    assert (dossier.entry.title, dossier.language) == ("باران دەبارێت", "ckb")
    assert dossier.read.title.startswith("باران و بەفر")


async def test_a_feed_that_brings_the_article_later_takes_it_over(center, scene, web):
    await center.submit(HERALD, publish=True)
    web.serve("https://feeds.example/th", FEED.format(url=HERALD))
    scene.later(hours=1)
    recorded = await scene.poll()
    assert recorded["tigris-herald"].new == 0, "it is the same article"
    with Store.open(scene.config.store, now=scene.now) as store:
        dossier = store.dossier(1)
    assert dossier.feed_key == ""
    assert dossier.entry.title.endswith("April"), "and its corrections count from now on"
    assert dossier.verdict.ruling is Ruling.PUBLISH
    assert scene.feed("en").count("<entry") == 1


async def test_what_waits_is_not_let_out_because_a_language_becomes_known(center, scene, web):
    await center.submit(HERALD)
    web.serve("https://feeds.example/th", FEED.format(url="https://tigris-herald.example/other"))
    await scene.poll()
    with Store.open(scene.config.store, now=scene.now) as store:
        assert store.dossier(1).verdict.ruling is Ruling.HOLD


# --- whose it is ------------------------------------------------------------------------------


async def test_an_outlet_that_is_no_source_becomes_one_by_the_pages_own_name(center):
    done = await center.submit(ROAD)
    assert done.outlet
    assert (done.source.id, done.source.name) == (
        "hand-furat--agency-example",
        "وكالة الفرات الجديدة",
    )
    (outlet,) = center.outlets
    assert (outlet.id, outlet.name) == (done.source.id, done.source.name)
    assert outlet.homepage == "https://furat-agency.example/"
    assert outlet.rights.allows is Extent.HEADLINE, "of whoever does not say what is allowed"


async def test_the_second_article_of_an_outlet_is_its_too(center, web):
    await center.submit(ROAD)
    other = "https://furat-agency.example/news.php?id=9"
    page = (PAGES / "custom-arabic.ar.html").read_text(encoding="utf-8").replace("48213", "9")
    web.serve(other, page, content_type="text/html")
    done = await center.submit(other)
    assert done.source.id == "hand-furat--agency-example"
    assert len(center.outlets) == 1


async def test_an_outlet_that_shares_its_host_with_another_keeps_its_own_name(center, web):
    center.serve("https://pages.example/a/1", "blogger.en")
    center.serve("https://pages.example/b/1", "no-metadata.ckb")
    first = await center.submit("https://pages.example/a/1", source="Mountain Notes")
    second = await center.submit("https://pages.example/b/1", source="Keşnasî")
    assert first.source.id != second.source.id
    assert {one.name for one in center.outlets} == {"Mountain Notes", "Keşnasî"}
    center.serve("https://pages.example/c/1", "microdata.en")
    assert "say whose it is with --source" in await center.refusal("https://pages.example/c/1")


async def test_a_name_of_feeds_yaml_is_that_source_wherever_the_page_is(center):
    done = await center.submit(LIBRARY, source="tigris herald")
    assert (done.source.id, done.outlet) == ("tigris-herald", False)


async def test_a_source_is_known_by_where_its_articles_are(center, scene, web):
    scene.configure('\n  - {id: mountains, name: Mountains, url: "https://feeds.example/m"}\n')
    web.serve("https://feeds.example/m", FEED.format(url="https://station-road.example/city/x"))
    await scene.poll()
    done = await center.submit(LIBRARY)
    assert done.source.id == "mountains"


TWO = """
  - {id: herald-en, name: Herald, url: "https://feeds.example/e", homepage: "https://tigris-herald.example/en", language: en}
  - {id: herald-ar, name: Herald in Arabic, url: "https://feeds.example/a", homepage: "https://tigris-herald.example/ar", language: ar}
"""


async def test_of_two_sources_at_one_domain_the_language_decides(center, scene):
    scene.configure(TWO)
    assert (await center.submit(HERALD)).source.id == "herald-en"


async def test_where_the_language_fits_none_or_both_the_person_has_to_say(center, scene):
    scene.configure(TWO.replace("language: en", "language: fr"))
    assert "--source" in await center.refusal(HERALD)
    scene.configure(TWO.replace("language: ar", "language: en"))
    refusal = await center.refusal(HERALD)
    assert "herald-en, herald-ar" in refusal
    assert (await center.submit(HERALD, source="herald-ar")).source.id == "herald-ar"


def test_two_domains_have_two_ids():
    assert outlet_id("a-b.example") != outlet_id("a.b.example")
    assert outlet_id("a.example", "One") != outlet_id("a.example", "Two")


# --- what is refused --------------------------------------------------------------------------


async def test_an_address_that_is_known_says_which_entry_and_how_it_stands(center):
    await center.submit(HERALD)
    refusal = await center.refusal(HERALD.replace("www.", "") + "?utm_source=mail")
    assert "entry 1 of tigris-herald, held" in refusal
    assert "aggregator queue approve 1" in refusal


async def test_a_page_that_is_known_under_its_canonical_address_is_known(center):
    await center.submit(HERALD)
    center.serve("https://www.tigris-herald.example/?p=77", "wordpress-yoast.en")
    assert "is known: entry 1" in await center.refusal("https://www.tigris-herald.example/?p=77")


async def test_what_was_taken_down_is_not_taken_again(center):
    done = await center.submit(ROAD, publish=True)
    with Store.open(center.scene.config.store, now=center.scene.now) as store:
        store.take_down(entry_id=done.entry_id, who="lawyer", why="a letter", now=center.scene.now)
    refusal = await center.refusal(ROAD)
    assert "taken down" in refusal
    assert "a letter" in refusal
    center.serve("https://mirror.example/1", "custom-arabic.ar")
    refusal = await center.refusal("https://mirror.example/1", source="A Mirror")
    assert "takedown T1 bars it" in refusal, "the same text at another outlet"
    assert "aggregator restore T1" in refusal


async def test_an_edition_that_does_not_show_the_language_refuses(center):
    refusal = await center.refusal(ROAD, editions=("en",))
    assert "Arabic (ar)" in refusal
    assert "'en' shows en" in refusal
    assert (await center.submit(ROAD, editions=("ar",))).editions == ("ar",)


async def test_what_can_be_refused_without_asking_is(center):
    assert "no edition 'de'" in await center.refusal(HERALD, editions=("de",))
    assert "no language's code" in await center.refusal(HERALD, language="kurdish")
    assert "no address" in await center.refusal("ftp://x")
    assert center.asked == []


async def test_a_language_in_doubt_has_to_be_said_before_it_is_published(center, web):
    page = "<title>كەركووك</title><article><h1>كركوك</h1>" + "<p>12 345 67</p>" * 9
    text = "<p>" + "Haber nû ye û em li ser dixebitin. " * 6 + "كركوك مدينة قديمة. " * 10 + "</p>"
    web.serve("https://mixed.example/1", page + text, content_type="text/html; charset=utf-8")
    refusal = await center.refusal("https://mixed.example/1", publish=True)
    assert "--language" in refusal
    done = await center.submit("https://mixed.example/1")
    assert done.ruling is Ruling.HOLD, "in the queue a person will look at it"


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("challenge", FailureKind.CHALLENGE_PAGE, "a challenge page"),
        ("login", FailureKind.LOGIN_PAGE, "an account"),
        ("paywall-mute.fr", FailureKind.LOGIN_PAGE, "for subscribers"),
        ("javascript-only.en", FailureKind.WEB_PAGE, "no article was found"),
    ],
)
async def test_a_page_without_an_article_says_what_it_is(center, name, kind, words):
    center.serve("https://b.example/1", name)
    async with center.desk() as desk:
        with pytest.raises(SourceError, match=words) as caught:
            await desk.submit(Request(url="https://b.example/1", who="dana"))
    assert caught.value.kind is kind


async def test_a_page_that_is_not_there_says_so(center):
    assert "nothing at this address (404)" in await center.refusal("https://b.example/none")


async def test_of_a_closed_article_only_what_is_free_is_taken(center):
    center.serve("https://ledger.example/2026/pipeline", "paywall.en")
    done = await center.submit("https://ledger.example/2026/pipeline")
    assert center.dossier.entry.body == ""
    assert center.dossier.entry.standfirst.startswith("Contracts seen by The Ledger")
    assert any("for subscribers" in note for note in done.notes)


async def test_nothing_is_left_behind_by_what_was_refused(center, scene):
    await center.refusal(ROAD, editions=("en",))
    with Store.open(scene.config.store, now=scene.now) as store:
        assert store.outlets() == ()
        assert not [row for row in store.feeds(scene.now) if row.feed_key == BY_HAND]


async def test_the_feed_of_submitted_articles_is_never_polled(center, scene, web):
    await center.submit(HERALD)
    web.requests.clear()
    await scene.poll(force=True)
    assert center.asked == ["https://feeds.example/th"]
    with Store.open(scene.config.store, now=scene.now) as store:
        (row,) = [row for row in store.feeds(scene.now) if row.feed_key == BY_HAND]
    assert row.retired_at is not None
    assert row.entries == 1


async def test_two_who_submit_at_once_record_it_once(center):
    async with center.desk() as desk:
        asked = [Request(url=HERALD, who=who) for who in ("dana", "hiwa")]
        done = await asyncio.gather(*map(desk.submit, asked), return_exceptions=True)
        (late,) = [one for one in done if isinstance(one, Exception)]
        assert isinstance(late, Refused | StoreError)
        assert "entry 1" in str(late)
        assert len(center.store.dossier(1).rulings) == 1


async def test_rights_of_the_source_are_told_with_their_reasons(center, scene):
    done = await center.submit(HERALD)
    assert done.allowance.extent is scene.config.sources[0].rights.allows
    assert done.allowance.reasons
