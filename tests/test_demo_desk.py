"""What the editorial desk does in the demo's world: shown where it must be, hidden where it must."""

import asyncio
import contextlib
import http.cookiejar
import json
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from lxml import etree, html

from aggregator import daemon
from aggregator.demo.desk import review_page, take_down
from aggregator.demo.stories import STEP, UNSEEN, stations
from aggregator.demo.world import World, shown
from aggregator.pipeline import open_journey
from aggregator.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
LAST = 8  # steps of the story that are lived through; the last happening is in the seventh
STORIES = {story["guid"]: story for station in stations() for story in station.stories}


# --- what is bundled ------------------------------------------------------------------------


def test_every_kind_of_fate_is_in_the_world_and_nothing_else():
    fates = [story["fate"] for story in STORIES.values() if "fate" in story]
    assert {"copy", "drop", "hold", "late", "excerpt"} == set(fates)
    assert set(fates) >= UNSEEN


def test_the_demos_feeds_yaml_has_the_desks_keys_in_their_shortest_form(tmp_path):
    with World().playing() as world:
        written = json.loads(world.write_config(tmp_path, "http://127.0.0.1:8080").read_text())
    sources = {source["id"]: source for source in written["sources"]}
    assert written["rules"] == [
        {"name": "opinions", "when": {"address": "opinion"}, "then": "hold"}
    ]
    assert written["takedowns"] == "public"
    assert [rule["name"] for rule in sources["zab-post"]["rules"]] == ["boxes", "no-sport"]
    assert sources["zab-post"]["rights"] == {"allows": {"excerpt": "2 paragraphs"}}
    assert sources["nuceyen-botan"]["publish_delay"] == "30s"


def test_a_source_that_takes_an_article_back_says_so_and_its_page_is_gone():
    with World().playing() as world:
        (player,) = (p for p in world.players if p.station.id == "courrier-du-levant")
        address = f"{player.origin}/2026/11/beyrouth-port-silos"
        before = etree.fromstring(ask(f"{player.origin}/feed").body)
        assert ask(address).status == 200
        world.step = 6
        after = etree.fromstring(ask(f"{player.origin}/feed").body)
        assert ask(address).status == 410
    (stone,) = after.findall(GONE)
    assert not before.findall(GONE)
    assert stone.get("ref") in {one.text for one in before.iter(f"{ATOM}id")}
    assert stone.get("ref") not in {one.text for one in after.iter(f"{ATOM}id")}
    when = datetime.fromisoformat(stone.get("when"))
    assert (
        when == world.start + 6 * STEP == datetime.fromisoformat(after.findtext(f"{ATOM}updated"))
    )


def test_the_terminal_tells_what_the_desk_makes_of_it():
    told = []
    with World().playing() as world:
        for world.step in range(LAST):
            told += world.happenings()
        assert world.last_step == LAST - 1
        lines = "\n".join(told)
        assert "takes “Port de Beyrouth" in lines
        assert "it is shown once" in lines
        assert "waits on the review page" in lines
        world.step = 5
        ((address, title, why),) = world.takedowns()
    assert address.endswith("/life/night-baker")
    assert title.startswith("Why I bake at night")
    assert "its author asks for it" in why


# --- the story, step by step ----------------------------------------------------------------


def ask(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return SimpleNamespace(status=answer.status, body=answer.read())
    except urllib.error.HTTPError as error:
        return SimpleNamespace(status=error.code, body=error.read())


async def live(world, config, folder):
    """Live the story on a clock of its own; keep what is published at each step."""
    now = world.start
    async with open_journey(config, clock=lambda: now) as (journey, store):
        for world.step in range(LAST):
            now = world.start + world.step * STEP + timedelta(seconds=5)
            visited = set()
            while claims := journey.claim(100, force=True, besides=visited):
                visited |= {(claim.state.source_id, claim.state.feed_key) for claim in claims}
                await asyncio.gather(*map(journey.visit, claims))
            for address, _, why in world.takedowns():
                assert take_down(config, address, why=why, now=now)
            await journey.press.publish()
            shutil.copytree(config.publish_to, folder / str(world.step))
        return store.queue()


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    with (
        pytest.MonkeyPatch.context() as patch,
        World().playing() as world,
        shown(world, tmp_path_factory.mktemp("demo"), 0) as config,
    ):
        patch.setattr("aggregator.demo.server.SLOW", 0.0)
        held = asyncio.run(live(world, config, folder))
        yield SimpleNamespace(
            world=world, config=config, url=config.site.url, folder=folder, held=held
        )


def pages(story, step, tag):
    """The pages of an edition's articles at a step, by title."""
    found = {}
    for path in (story.folder / str(step) / tag / "articles").glob("[0-9]*.html"):
        document = html.document_fromstring(path.read_text(encoding="utf-8"))
        document.path = f"{tag}/articles/{path.name}"
        found[document.xpath("string(//h1)").strip()] = document
    return found


def page(story, step, tag, beginning):
    (document,) = (
        one for title, one in pages(story, step, tag).items() if title.startswith(beginning)
    )
    return document


def everything(story, step):
    """All text that is published at a step."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((story.folder / str(step)).rglob("*"))
        if path.suffix in {".html", ".xml", ".json", ".opml", ".txt"}
    )


def entry(story, step, tag, beginning):
    feed = etree.parse(story.folder / str(step) / tag / "atom.xml")
    (found,) = (
        one
        for one in feed.iter(f"{ATOM}entry")
        if one.findtext(f"{ATOM}title").startswith(beginning)
    )
    return found


@pytest.mark.parametrize("step", [0, 3])
def test_what_has_no_fate_of_its_own_is_published_and_nothing_else(story, step):
    expected = {
        article.title
        for player in story.world.players
        if player.station.behavior not in {"broken", "challenge"}
        for article in player.station.articles(step, story.world.start)
        if article.fate not in UNSEEN
    }
    found = set()
    for tag in ("en", "fr", "kmr", "ckb", "ar"):
        found |= set(pages(story, step, tag))
    assert found == expected


def test_what_the_desk_keeps_back_is_nowhere(story):
    words = everything(story, 0) + everything(story, LAST - 1)
    hidden = [one["title"] for one in STORIES.values() if one.get("fate") in UNSEEN]
    assert len(hidden) == 6
    assert [title for title in hidden if title in words] == []


@pytest.mark.parametrize(
    ("step", "tag", "title", "other", "path"),
    [
        (0, "en", "Water authority publishes", "The Zab Post", "/news/dam-hours"),
        (0, "fr", "À Qamichli, une école", "Radio Montagne", "/emissions/312"),
        (3, "ckb", "پێشانگای هەناری هەڵەبجە", "ڕۆژنامەی سلێمانی", "/news/5527"),
        (3, "ku", "پێشانگای هەناری هەڵەبجە", "ڕۆژنامەی سلێمانی", "/news/5527"),
    ],
)
def test_a_story_that_two_outlets_have_is_shown_once_and_names_the_other(
    story, step, tag, title, other, path
):
    shown_page = page(story, step, tag, title)
    (link,) = shown_page.xpath(f"//article//a[contains(@href, '{path}')]")
    assert link.text_content() == other
    assert ask(link.get("href")).status == 200
    in_feed = entry(story, step, tag, title).findtext(f"{ATOM}content")
    assert path in in_feed
    assert other in in_feed


def test_a_copy_that_comes_later_is_named_in_the_article_that_is_there(story):
    title = "پێشانگای هەناری هەڵەبجە"
    before, after = (page(story, step, "ckb", title) for step in (2, 3))
    assert before.path == after.path
    assert not before.xpath("//article//a[contains(@href, '/news/5527')]")
    moments = [entry(story, step, "ckb", title).findtext(f"{ATOM}published") for step in (2, 3)]
    assert moments[0] == moments[1]


@pytest.mark.parametrize(
    ("step", "tag", "title", "excerpt", "hidden", "full"),
    [
        (
            0,
            "ar",
            "منارة طرابلس القديمة",
            "ظلت مطفأة أحد عشر عاماً",
            "دفتر جده",
            ("مكتبات الأرصفة في بغداد", "المتنبي، ويقول إنه لم يشهد مطراً كهذا"),
        ),
        (
            1,
            "en",
            "Train ferries cross Lake Van",
            "Two hundred waggons",
            "covered quay",
            ("Nine villages above Dukan", "hangs in nine teahouses"),
        ),
    ],
)
def test_of_an_agencys_text_an_excerpt_is_shown_in_an_outlet_that_allows_all(
    story, step, tag, title, excerpt, hidden, full
):
    whole = page(story, step, tag, title).xpath("string(//article)")
    assert excerpt in whole
    assert hidden not in everything(story, step)
    other, ending = full
    assert ending in page(story, step, tag, other).xpath("string(//article)")


def test_sport_is_dropped_and_boxes_are_taken_out(story):
    words = everything(story, LAST - 1)
    assert "regatta" not in words
    assert "Read also" not in words
    ferry = page(story, 0, "en", "A ferry takes the schoolchildren").xpath("string(//article)")
    assert "forty seats" in ferry
    assert "Children are on time" in ferry
    assert "fog" not in ferry, "two paragraphs are an excerpt"


def test_opinions_wait_and_the_queue_says_why(story):
    assert {held.entry.title for held in story.held} == {
        "Give the bus station its benches back",
        "في مديح الحواشي: ما يكتبه القراء على أطراف الكتب المستعملة",
    }
    assert all("opinions" in " ".join(held.reasons) for held in story.held)


@pytest.mark.parametrize(
    ("step", "tag", "title"),
    [(5, "en", "Why I bake at night"), (6, "fr", "Port de Beyrouth")],
    ids=["taken down by the desk", "taken back by its publisher"],
)
def test_what_is_taken_away_is_gone_from_the_site_and_deleted_in_the_feed(story, step, tag, title):
    before = page(story, step - 1, tag, title)
    known = entry(story, step - 1, tag, title).findtext(f"{ATOM}id")
    assert not any(name.startswith(title) for name in pages(story, step, tag))
    feed = etree.parse(story.folder / str(step) / tag / "atom.xml")
    assert known in {stone.get("ref") for stone in feed.iter(GONE)}
    assert known not in {one.text for one in feed.iter(f"{ATOM}id")}
    assert ask(f"{story.url}/{before.path}").status == 410


def test_the_log_of_takedowns_has_the_reason(story):
    with Store.open(story.config.store, now=datetime.now(UTC)) as store:
        (one,) = store.takedowns()
    assert (one.title, one.restored) == (
        "Why I bake at night: a letter from the last stone oven in Koya",
        None,
    )
    assert one.why.startswith("its author asks for it")


def test_what_waits_half_a_minute_comes_out_as_it_was_put_right(story):
    wrong, right = "Pira Dêrê dê di sibata", "Pira Dêrê dê di adara"
    for step in range(4, LAST):
        assert wrong not in everything(story, step)
    assert not any(right in everything(story, step) for step in (4, 5))
    given = entry(story, LAST - 1, "kmr", right)
    assert "Hat" not in given.findtext(f"{ATOM}title")
    marks = page(story, LAST - 1, "kmr", right).xpath("//article//details")
    assert marks == [], "nobody saw the other version: it is no correction"


# --- beside a living daemon -----------------------------------------------------------------


class Browser:
    """Fills in the review page's forms."""

    def __init__(self, url):
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.url = url

    def get(self, path=""):
        with self._opener.open(self.url + path) as answer:
            return answer.read().decode()

    def post(self, path, **form):
        data = urllib.parse.urlencode(form).encode()
        with self._opener.open(self.url + path, data=data) as answer:
            return answer.read().decode()

    def approve(self, title):
        document = html.document_fromstring(self.get())
        (way,) = document.xpath(f"//a[contains(., '{title}')]/@href")
        path = way.rpartition("/review/")[2]
        (form,) = (
            one
            for one in html.document_fromstring(self.get(path)).forms
            if "token" in one.fields and "title" in one.fields
        )
        fields = {name: value or "" for name, value in form.form_values()}
        return self.post(path, **fields | {"action": "approve"})


async def until(condition, seconds=60):
    end = asyncio.get_running_loop().time() + seconds
    while not await asyncio.to_thread(condition):
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.2)


async def decide_beside_a_daemon(world, config, review):
    stop = asyncio.Event()
    running = asyncio.create_task(daemon.run(config, stop=stop))
    english = config.publish_to / "en" / "atom.xml"

    def published(text):
        return english.exists() and text in english.read_text(encoding="utf-8")

    browser = Browser(review.url)
    try:
        await until(lambda: published("Why I bake at night"))
        assert not published("Give the bus station")
        assert "Log in" in await asyncio.to_thread(browser.get)
        await asyncio.to_thread(browser.post, "login", who="Azad", password=review.password)
        await asyncio.to_thread(browser.approve, "Give the bus station its benches back")
        await until(lambda: published("Give the bus station its benches back"))
        world.step = 5
        ((address, _, why),) = world.takedowns()
        gone = await asyncio.to_thread(take_down, config, address, why=why, now=datetime.now(UTC))
        assert ask(gone).status in {200, 410}
        await until(lambda: ask(gone).status == 410)
        await until(lambda: not published("Why I bake at night"))
        assert published("deleted-entry")
    finally:
        stop.set()
        await running


@pytest.mark.slow
def test_the_demos_desk_decides_beside_the_living_daemon(tmp_path):
    with contextlib.ExitStack() as stack:
        world = stack.enter_context(World().playing())
        config = stack.enter_context(shown(world, tmp_path, 0))
        taken = int(config.site.url.rpartition(":")[2])
        review = stack.enter_context(review_page(config, port=taken))
        found = int(re.search(r":(\d+)/review/$", review.url).group(1))
        assert found != taken, "the site has that port"
        assert review.password not in (tmp_path / "feeds.yaml").read_text()
        asyncio.run(decide_beside_a_daemon(world, config, review))
