"""From the published tree over a hub to a subscriber, over real sockets.

The hub and the subscriber are those of `hub.py`; a hub that others wrote is in test_push_trial.py.
"""

import runpy
from pathlib import Path

import pytest

from aggregator.push import topics

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "push_world.py"))
Center, told = (WORLD[name] for name in ("Center", "told"))
HUB = runpy.run_path(str(HERE / "hub.py"))
Hub, Subscriber = HUB["Hub"], HUB["Subscriber"]


CORPUS = HERE / "corpus"
MEDIA = {
    "atom.xml": "application/atom+xml",
    "rss20.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
}


@pytest.fixture
def center(tmp_path, laid_out):
    return Center(tmp_path, laid_out)


@pytest.fixture
async def hub(center):
    async with Hub().running() as hub:
        center.hubs = (hub.url,)
        yield hub


# --- what is a topic ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        line.split("\t")[:2]
        for line in (CORPUS / "push" / "topics.tsv").read_text("utf-8").splitlines()
        if line[0] != "#"
    ],
)
def test_topics_are_the_documents_that_people_subscribe_to(path, is_one):
    found = topics([path], "https://center.example/news")
    assert found == ((f"https://center.example/news/{path}",) if is_one == "yes" else ())


# --- from the tree to the subscriber --------------------------------------------------------


@pytest.mark.parametrize("name", MEDIA)
async def test_a_subscriber_gets_the_new_bytes_of_the_feed_and_nothing_else(center, hub, name):
    async with center.served(), Subscriber().running() as subscriber, center.process() as pusher:
        center.publish("ku", without=1)
        address = center.address(f"ku/{name}")
        assert await subscriber.subscribe(address) == address
        await hub.settled()
        assert next(iter(hub.subscriptions))[0] == address

        changed = center.publish("ku")
        assert pusher.announce([*changed, "ku/index.html", "ku/archives/1/atom.xml"]) == 3
        assert hub.pings == []
        assert await pusher.push() == 3
        await hub.settled()
        assert await pusher.push() == 0

        assert sorted(told(hub)) == sorted(center.address(path) for path in changed)
        (delivery,) = subscriber.deliveries
        assert delivery.body == (center.root / f"ku/{name}").read_bytes()
        assert delivery.content_type.partition(";")[0] == MEDIA[name]
        assert sorted(delivery.links) == sorted([(hub.url, "hub"), (address, "self")])
        assert subscriber.discarded == 0


@pytest.mark.parametrize("name", MEDIA)
async def test_header_and_document_name_the_same_hubs_and_the_same_self(center, name):
    center.hubs = ("https://hub.example/", "https://other.example/push?a=1&b=2")
    async with center.served(), Subscriber().running() as subscriber:
        center.publish("subscribed", folder="ckb/source/asoy-niwe")
        answer = await subscriber.get(center.address(f"ckb/source/asoy-niwe/{name}"))
        header = HUB["discovered"](HUB["header_links"](answer))
        assert header == (list(center.hubs), str(answer.url))
        assert HUB["discovered"](HUB["embedded_links"](answer.content)) == header


@pytest.mark.parametrize("name", MEDIA)
async def test_an_archive_document_names_no_hub(center, name):
    center.hubs = ("https://hub.example/",)
    async with center.served(), Subscriber().running() as subscriber:
        center.publish("fr", folder="fr/archives/1", archive=True, hubs=())
        answer = await subscriber.get(center.address(f"fr/archives/1/{name}"))
        assert answer.status_code == 200
        assert HUB["header_links"](answer) == []
        assert b"hub" not in answer.content


async def test_the_ping_is_what_hubs_ask_for_one_topic_a_request(center, hub):
    async with center.served(), center.process() as pusher:
        pusher.announce(center.publish("ar"))
        await pusher.push()
    for path, pairs in zip(
        sorted(["ar/atom.xml", "ar/feed.json", "ar/rss20.xml"]), hub.pings, strict=True
    ):
        topic = center.address(path)
        assert pairs == [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)]


async def test_without_hubs_nothing_is_noted(center):
    async with center.process() as pusher:
        assert pusher.announce(["ku/atom.xml"]) == 0
        assert await pusher.push() == 0
        assert center.waiting() == []
