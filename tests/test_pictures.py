"""The lead images that are copied: wanted, fetched, kept, shown from our own site, taken away."""

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.model import Ruling
from aggregator.pictures import TIDYING, WAITS, folder_of
from aggregator.press.ledger import Ledger
from aggregator.syndicate import mint, publish

pytestmark = pytest.mark.anyio

CORPUS = Path(__file__).parent / "corpus" / "pictures"
URL = "https://herald.example/feed"
HERALD = f"""\
  - id: herald
    name: The Herald
    url: {URL}
    homepage: https://herald.example
    language: en
    rights: {{allows: full, images: copy}}
"""
IMAGE = "https://media.example/dam.jpg"
PHOTO = (CORPUS / "photo.jpg").read_bytes()
OTHER_PHOTO = (CORPUS / "wide.jpg").read_bytes()
BODY = "The regional water authority published the hours at which it will release water. " * 4


def item(number, image=IMAGE, body=BODY):
    picture = f'<enclosure url="{image}" type="image/jpeg" length="1"/>' if image else ""
    return (
        f"<item><title>Water authority publishes release schedule number {number}</title>"
        f"<link>https://herald.example/a/{number}</link><guid>h-{number}</guid>{picture}"
        f"<pubDate>Mon, 23 Nov 2026 18:00:00 +0300</pubDate>"
        f"<description><![CDATA[<p>{body} This is article {number}.</p>"
        f'<p><img src="https://media.example/in-the-text.jpg"></p>]]></description></item>'
    )


def rss(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>The Herald</title>'
        f"<link>https://herald.example/</link>{''.join(items)}</channel></rss>"
    )


class Desk:
    """What the publisher and the daemon do, in a scene."""

    def __init__(self, scene, journey):
        self.scene, self.store, self.journey = scene, scene.store, journey
        self.gallery, self.copyist = journey.press.gallery, journey.copyist

    def entries(self):
        return self.store.published(range(1, 100))

    def want(self):
        ledger = Ledger(self.scene.config, self.store, now=self.scene.now)
        self.gallery.want((entry, ledger.allow(entry).images) for entry in self.entries())

    async def publish(self):
        await self.journey.press.publish()

    def tidy(self):
        paths = self.gallery.tidy()
        for path in paths:
            assert publish.remove(self.scene.config.publish_to, path)
        return paths

    def kept(self):
        with contextlib.suppress(FileNotFoundError):
            return sorted(path.name for path in self.gallery.folder.iterdir())
        return []

    def shown(self):
        folder = self.scene.config.publish_to / "images"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def asked(self):
        return [
            str(request.url)
            for request in self.scene.web.requests
            if request.url.host != "herald.example"
        ]


@pytest.fixture
def desk(scene, web):
    """Open a desk after one pass over the feed, with what came of it wanted."""

    @contextlib.asynccontextmanager
    async def opened(*items, sources=HERALD):
        scene.configure(sources)
        if items:
            web.serve(URL, rss(*items))
        async with scene.opened() as journey:
            for claim in journey.claim(100, force=bool(items)):
                assert (await journey.visit(claim)).visit.failure is None
            scene.store.emit(["en"], now=scene.now, mint=mint.mint)
            one = Desk(scene, journey)
            one.want()
            yield one

    return opened


async def test_a_lead_image_is_shown_from_our_own_site_and_nothing_of_anybody_elses(desk, web):
    web.serve(IMAGE, PHOTO, content_type="image/jpeg")
    async with desk(item(1)) as one:
        await one.publish()
        assert "<img" not in page(one)
        assert await one.copyist.fetch_due() == 1
        await one.publish()
        (picture,) = one.store.pictures()
        assert f'src="/{picture.path}"' in page(one)
        assert f"https://center.example/{picture.path}" in one.scene.feed("en")
        assert (picture.width, picture.height, picture.media_type) == (400, 300, "image/jpeg")
        published = one.scene.config.publish_to / picture.path
        assert published.stat().st_size == picture.length
        tree = one.scene.config.publish_to
        kinds = {".html", ".xml", ".json"}
        texts = [path.read_text("utf-8") for path in tree.rglob("*") if path.suffix in kinds]
        assert len(texts) > 5
        assert not [text for text in texts if "media.example" in text]
    assert re.fullmatch(r"images/[0-9a-f]{20}\.jpg", picture.path)


def page(one):
    return (one.scene.config.publish_to / "en" / "articles" / "1.html").read_text("utf-8")


async def test_an_image_is_asked_for_once(desk, web):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1), item(2)) as one:
        assert await one.copyist.fetch_due() == 1
        one.want()
        assert await one.copyist.fetch_due() == 0
    async with desk() as one:
        assert await one.copyist.fetch_due() == 0
        assert one.asked() == [IMAGE]
        assert [entry.picture is not None for entry in one.entries()] == [True, True]


@pytest.mark.parametrize("images", ["none", "link"])
async def test_without_the_right_to_copy_nothing_is_asked_for(desk, web, images):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1), sources=HERALD.replace("copy", images)) as one:
        assert await one.copyist.fetch_due() == 0
        assert one.asked() == []


async def test_what_counts_readers_is_no_picture(desk):
    async with desk(item(1, image="https://pixel.wp.com/b.gif?x=1")) as one:
        assert await one.copyist.fetch_due() == 0
        assert one.asked() == []


# --- what goes wrong ------------------------------------------------------------------------


async def test_after_failures_it_is_asked_again_later_and_later_and_then_no_more(desk, web):
    web.serve(IMAGE, "an error", status=500)
    async with desk(item(1)) as one:
        for asked, wait in enumerate((*WAITS, timedelta(days=400)), start=1):
            assert await one.copyist.fetch_due() == 0
            assert len(one.asked()) == asked
            one.scene.now += wait - timedelta(seconds=1)
            await one.copyist.fetch_due()
            assert len(one.asked()) == asked, f"after {wait}"
            one.scene.later(seconds=2)
        await one.copyist.fetch_due()
        assert len(one.asked()) == len(WAITS) + 1


async def test_what_failed_once_may_come_the_next_time(desk, web):
    web.serve(IMAGE, "an error", status=503)
    async with desk(item(1)) as one:
        assert await one.copyist.fetch_due() == 0
        web.serve(IMAGE, PHOTO)
        one.scene.later(minutes=11)
        assert await one.copyist.fetch_due() == 1


async def test_a_host_that_asks_for_a_pause_gets_it(desk, web):
    web.serve(IMAGE, "slow down", status=429, retry_after="7200")
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        one.scene.later(minutes=119)
        await one.copyist.fetch_due()
        assert len(one.asked()) == 1
        web.serve(IMAGE, PHOTO)
        one.scene.later(minutes=2)
        assert await one.copyist.fetch_due() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 404),
        (b"", 410),
        (b"", 451),
        ((CORPUS / "script.svg").read_bytes(), 200),
        ((CORPUS / "page.jpg").read_bytes(), 200),
        ((CORPUS / "pixel.gif").read_bytes(), 200),
        ((CORPUS / "bomb.png").read_bytes(), 200),
        (PHOTO + bytes(5_000_000), 200),
    ],
)
async def test_what_is_not_there_or_no_picture_is_given_up_at_once(desk, web, body, status):
    web.serve(IMAGE, body, status=status)
    good = "https://other.example/good.jpg"
    web.serve(good, PHOTO)
    async with desk(item(1), item(2, image=good)) as one:
        assert await one.copyist.fetch_due() == 1, "one's trouble is not another's"
        one.scene.later(days=30)
        one.want()
        assert await one.copyist.fetch_due() == 0
        assert sorted(one.asked()) == [IMAGE, good]
        assert len(one.kept()) == 1


async def test_trouble_of_our_own_disk_is_not_paid_for_by_publishers(desk, web):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1)) as one:
        one.gallery.folder.write_text("a file where the folder should be")
        for _ in range(3):
            assert await one.copyist.fetch_due() == 0
        assert len(one.asked()) == 1
        one.gallery.folder.unlink()
        one.scene.later(minutes=11)
        assert await one.copyist.fetch_due() == 1
        assert one.kept() == [one.store.pictures()[0].path.removeprefix("images/")]


# --- the order ------------------------------------------------------------------------------


async def test_of_one_host_few_are_asked_for_in_one_go(desk, web):
    images = [f"https://media.example/{number}.jpg" for number in range(5)]
    for image in images:
        web.serve(image, PHOTO)
    async with desk(*(item(number, image) for number, image in enumerate(images))) as one:
        assert await one.copyist.fetch_due() == 3
        assert await one.copyist.fetch_due() == 2
        assert sorted(one.asked()) == images


async def test_what_is_news_goes_before_thousands_of_old_ones(desk, web):
    old = [f"https://media.example/old-{number}.jpg" for number in range(4)]
    for image in (*old, IMAGE):
        web.serve(image, PHOTO)
    items = [item(number, image) for number, image in enumerate(old)]
    without = HERALD.replace("copy", "none")
    async with desk(*items, sources=without) as one:
        one.scene.later(days=7)
    async with desk():  # the source begins to allow copies
        pass
    async with desk(*items, item(9)) as one:
        assert await one.copyist.fetch_due() == 3
        assert one.asked()[0] == IMAGE


# --- what is not to be there any more -------------------------------------------------------


async def test_a_copy_goes_with_its_entry(desk, web):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        await one.publish()
        (picture,) = one.store.pictures()
        assert one.tidy() == ()
        one.store.rule(1, Ruling.DROP, who="Desk", why="taken down", now=one.scene.now)
        assert one.tidy() == (picture.path,)
        assert one.kept() == []
        assert one.store.pictures() == ()
        assert one.tidy() == ()


async def test_a_file_that_two_addresses_gave_stays_as_long_as_one_of_them_is_used(desk, web):
    second = "https://elsewhere.example/same.jpg"
    web.serve(IMAGE, PHOTO)
    web.serve(second, PHOTO)
    async with desk(item(1), item(2, image=second)) as one:
        assert await one.copyist.fetch_due() == 2
        await one.publish()
        assert len(one.kept()) == 1
        one.store.rule(1, Ruling.DROP, who="Desk", why="taken down", now=one.scene.now)
        assert one.tidy() == ()
        assert len(one.kept()) == 1
        one.store.rule(2, Ruling.DROP, who="Desk", why="taken down", now=one.scene.now)
        assert len(one.tidy()) == 1
        assert one.kept() == []


async def test_a_right_that_is_taken_back_takes_the_copies_back(desk, web):
    late = "https://slow.example/late.jpg"
    web.serve(IMAGE, PHOTO)
    web.serve(late, "an error", status=503)
    async with desk(item(1), item(2, image=late)) as one:
        await one.copyist.fetch_due()
        await one.publish()
    web.serve(late, OTHER_PHOTO)
    async with desk(sources=HERALD.replace("copy", "none")) as one:
        one.scene.later(days=1)
        assert await one.copyist.fetch_due() == 0, "what was only wanted is not fetched"
        await one.publish()
        assert "<img" not in page(one)
        if one.gallery.untidy:
            one.tidy()
        assert one.kept() == one.shown() == []
    async with desk() as one:
        assert await one.copyist.fetch_due() == 2, "given again, they come again"


async def test_another_lead_image_takes_the_place_of_the_first(desk, web):
    second = "https://media.example/second.jpg"
    web.serve(IMAGE, PHOTO)
    web.serve(second, OTHER_PHOTO)
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        await one.publish()
        (first,) = one.shown()
    one.scene.later(hours=2)
    async with desk(item(1, image=second, body=BODY.upper())) as one:
        assert [entry.picture for entry in one.entries()] == [None]
        assert await one.copyist.fetch_due() == 1
        await one.publish()
        one.scene.now += TIDYING
        assert one.gallery.untidy
        one.tidy()
        assert not one.gallery.untidy
        (now,) = one.entries()
        assert now.picture is not None
        assert now.picture.width == 1200
        assert first not in one.kept()
        assert one.kept() == one.shown() == [now.picture.path.removeprefix("images/")]


async def test_what_a_crash_left_is_tidied_away_and_strange_files_are_not(desk, web):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        await one.publish()
        (name,) = one.kept()
        published = one.scene.config.publish_to / "images"
        for folder in (one.gallery.folder, published):
            (folder / f"{'0' * 20}.jpg").write_bytes(PHOTO)
            (folder / "logo.svg").write_text("<svg/>")
        assert one.tidy() == (f"images/{'0' * 20}.jpg",)
        assert one.kept() == sorted([name, "logo.svg"])
        assert sorted(path.name for path in published.iterdir()) == sorted([name, "logo.svg"])


# --- what must not be lost ------------------------------------------------------------------


async def test_a_published_folder_that_was_deleted_comes_back_without_asking_anybody(desk, web):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        (document,) = one.gallery.documents(one.store.pictures())
        await one.publish()
        assert list(one.gallery.documents(one.store.pictures())) == []
        (one.scene.config.publish_to / document.path).unlink()
        assert list(one.gallery.documents(one.store.pictures())) == [document]
        assert one.asked() == [IMAGE]


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"")])
async def test_a_copy_that_was_lost_is_fetched_again(desk, web, damage):
    web.serve(IMAGE, PHOTO)
    async with desk(item(1)) as one:
        await one.copyist.fetch_due()
        (picture,) = one.store.pictures()
        damage(one.gallery.folder / picture.path.removeprefix("images/"))
        assert list(one.gallery.documents(one.store.pictures())) == []
        assert [entry.picture for entry in one.entries()] == [None]
        assert await one.copyist.fetch_due() == 1
        assert len(list(one.gallery.documents(one.store.pictures()))) == 1


async def test_copies_lie_beside_the_store(scene):
    scene.configure(HERALD)
    assert folder_of(scene.config) == scene.folder / "store" / "pictures"
    scene.configure(
        HERALD,
        head=(scene.folder / "feeds.yaml")
        .read_text("utf-8")
        .partition("sources:")[0]
        .replace("store/aggregator.db", "postgresql://desk@localhost/news")
        + "sources:\n",
    )
    assert folder_of(scene.config) == scene.folder / "pictures"
