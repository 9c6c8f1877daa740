"""Hubs that fail, and publishing that does not wait for them. The hub is that of `hub.py`."""

import asyncio
import contextlib
import runpy
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from aggregator.errors import FailureKind, SourceError
from aggregator.push import FIRST_PAUSE, REFUSED_TRIES, ROUND, TRIES, due_again

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
WORLD = runpy.run_path(str(HERE / "push_world.py"))
Center, told, unused_port, NOW = (WORLD[name] for name in ("Center", "told", "unused_port", "NOW"))
HUB = runpy.run_path(str(HERE / "hub.py"))
Hub, Trouble = HUB["Hub"], HUB["Trouble"]


@pytest.fixture
def center(tmp_path, laid_out):
    return Center(tmp_path, laid_out)


@pytest.fixture
async def hub(center):
    async with Hub().running() as hub:
        center.hubs = (hub.url,)
        yield hub


# --- hubs that fail -------------------------------------------------------------------------


async def test_a_hub_that_is_down_is_told_when_it_is_back_even_by_another_process(center):
    port = unused_port()
    center.hubs = (f"http://127.0.0.1:{port}/",)
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml", "ku/feed.json"])
        with capture_logs() as logs:
            assert await pusher.push() == 0
        assert [(line["event"], line["kind"]) for line in logs] == [("push-failed", "unreachable")]
        assert await pusher.push() == 0  # not due
    async with center.process() as pusher, Hub().running(port) as hub:
        assert await pusher.push() == 0  # not due after a restart either
        assert hub.pings == []
        center.later(seconds=FIRST_PAUSE.total_seconds() + 1)
        assert await pusher.push() == 2
        assert told(hub) == [center.address("ku/atom.xml"), center.address("ku/feed.json")]
        assert center.waiting() == []


async def test_what_was_noted_is_told_by_the_next_process(center, hub):
    async with center.process() as pusher:
        pusher.announce(["ckb/atom.xml"])
    async with center.process() as pusher:
        assert await pusher.push() == 1
    assert told(hub) == [center.address("ckb/atom.xml")]


@pytest.mark.parametrize("status", [302, 408, 425, 500, 503])
async def test_trouble_puts_all_topics_of_the_hub_off_and_then_they_are_told(center, hub, status):
    hub.troubles = [Trouble(status=status)]
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml", "ku/rss20.xml"])
        assert await pusher.push() == 0
        assert len(hub.pings) == 1  # the second topic was not tried at a hub in trouble
        center.later(seconds=29)
        assert await pusher.push() == 0
        center.later(seconds=1)
        assert await pusher.push() == 2


async def test_a_new_topic_does_not_make_a_hub_in_trouble_be_asked_more_often(center, hub):
    hub.troubles = [Trouble(status=500) for _ in range(4)]
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml"])
        for minutes in (0.5, 1, 2):
            assert await pusher.push() == 0
            center.later(minutes=minutes)
        pusher.announce(["ku/source/rojname/atom.xml"])
        assert await pusher.push() == 0  # the fourth failure: four minutes
        center.later(minutes=3)
        assert await pusher.push() == 0
        assert len(hub.pings) == 4
        center.later(minutes=1)
        assert await pusher.push() == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_hub_is_left_alone_as_long_as_it_asks_also_after_a_restart(center, hub, status):
    hub.troubles = [Trouble(status=status, fields={"retry-after": "900"})]
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml"])
        assert await pusher.push() == 0
        center.later(seconds=60)
        pusher.announce(["ku/rss20.xml"])  # due at once, were it not for the pause
        assert await pusher.push() == 0
    center.later(seconds=60)
    async with center.process() as pusher:
        pusher.announce(["ku/feed.json"])
        assert await pusher.push() == 0
        assert len(hub.pings) == 1
        center.later(seconds=785)
        assert await pusher.push() == 3
    assert len(hub.pings) == 4


async def test_a_refused_topic_is_given_up_soon_and_holds_no_other_one_up(center, hub):
    refused = center.address("ku/atom.xml")
    hub.wants[refused] = 400
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml", "ku/rss20.xml"])
        assert await pusher.push() == 1
        with capture_logs() as logs:
            for _ in range(5):
                center.later(minutes=5)
                assert await pusher.push() == 0
        assert told(hub).count(refused) == REFUSED_TRIES
        assert [line["event"] for line in logs] == ["push-failed", "push-given-up"]
        assert center.waiting() == []


async def test_one_hub_in_trouble_does_not_keep_another_from_being_told(center, hub):
    center.hubs = (f"http://127.0.0.1:{unused_port()}/", hub.url)
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml"])
        assert await pusher.push() == 1
        assert center.waiting() == [center.address("ku/atom.xml")]


async def test_a_hub_of_the_own_network_that_is_not_allowed_is_given_up_at_once(center, hub):
    async with center.process(allow=()) as pusher:
        pusher.announce(["ku/atom.xml"])
        with capture_logs() as logs:
            assert await pusher.push() == 0
        assert center.waiting() == []
    assert hub.pings == []
    assert [(line["event"], line["log_level"]) for line in logs] == [("push-given-up", "error")]
    assert "network.allow" in logs[0]["message"]


async def test_a_hub_or_site_that_is_no_longer_configured_is_not_told(center, hub):
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml"])
    center.url = "https://moved.example"
    async with center.process() as pusher:
        assert await pusher.push() == 0
        assert center.waiting() == []
    assert hub.pings == []


# --- when: back-off -------------------------------------------------------------------------


async def test_a_hub_that_never_recovers_is_given_up_after_about_a_day(center, hub):
    hub.troubles = [Trouble(status=502) for _ in range(2 * TRIES)]
    async with center.process() as pusher:
        pusher.announce(["ku/atom.xml"])
        while center.waiting():
            await pusher.push()
            center.later(minutes=5)
            assert center.now < NOW + timedelta(days=3)
    assert len(hub.pings) == TRIES


@pytest.mark.parametrize(("chance", "hours"), [(0.0, 19), (0.5, 24), (1.0, 29)])
def test_pauses_grow_to_an_hour_and_add_up_to_about_a_day(chance, hours):
    error = SourceError(FailureKind.UNREACHABLE, "the connection was refused")
    now, pauses = NOW, []
    while due := due_again(len(pauses), error, now=now, chance=chance):
        pauses.append(due - now)
        now = due
    assert len(pauses) == TRIES - 1
    assert pauses == sorted(pauses)
    assert FIRST_PAUSE <= pauses[0] <= FIRST_PAUSE * 1.5
    assert abs((now - NOW) / timedelta(hours=1) - hours) < 1


@pytest.mark.parametrize("tries", [0, 5, TRIES - 2])
def test_retry_after_is_obeyed_up_to_a_day(tries):
    for wait, obeyed in ((timedelta(hours=23), True), (timedelta(days=2), False)):
        error = SourceError(FailureKind.RATE_LIMITED, "", status=429, retry_at=NOW + wait)
        due = due_again(tries, error, now=NOW, chance=0.0)
        assert due == (NOW + wait if obeyed else None)


# --- beside publishing ----------------------------------------------------------------------


async def test_a_slow_hub_delays_no_publishing_and_what_changed_meanwhile_is_told_again(
    center, hub
):
    hub.troubles = [Trouble(after=0.6)]
    async with center.served(), center.process() as pusher:
        pusher.announce(center.publish("fr", without=1)[:1])
        pushing = asyncio.create_task(pusher.push())
        await asyncio.wait_for(hub.pinged.wait(), 5)
        started = time.monotonic()
        pusher.announce(["fr/atom.xml"])
        assert time.monotonic() - started < 0.3
        assert await pusher.push() == 0  # one at a time
        assert not pushing.done()
        assert await pushing == 1
        assert center.waiting() == [center.address("fr/atom.xml")]
        assert await pusher.push() == 1


async def test_a_push_that_is_cut_off_is_made_again(center, hub):
    hub.troubles = [Trouble(after=0.3)]
    async with center.process() as pusher:
        pusher.announce(["ar/atom.xml"])
        pushing = asyncio.create_task(pusher.push())
        await asyncio.wait_for(hub.pinged.wait(), 5)
        pushing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pushing
        assert await pusher.push() == 1


async def test_editions_are_told_first_and_what_comes_new_does_not_wait_for_a_long_list(
    center, hub
):
    sources = [f"en/source/outlet-{n}/atom.xml" for n in range(ROUND + 5)]
    async with center.process() as pusher:
        pusher.announce([*sources, "en/atom.xml"])
        assert await pusher.push() == ROUND
        pusher.announce(["fr/atom.xml"])
        assert await pusher.push_all(within=timedelta(seconds=20)) == 7
    assert told(hub)[0] == center.address("en/atom.xml")
    assert told(hub)[ROUND] == center.address("fr/atom.xml")
    assert len(set(told(hub))) == len(hub.pings) == len(sources) + 2


async def test_one_pass_gives_a_slow_hub_no_more_than_its_time(center, hub):
    hub.troubles = [Trouble(after=5)]
    async with center.process(deadline=10) as pusher:
        pusher.announce(["en/atom.xml"])
        assert await pusher.push_all(within=timedelta(seconds=0.2)) == 0
        assert center.waiting() == [center.address("en/atom.xml")]


async def test_a_store_that_is_busy_loses_nothing(center, hub):
    async with center.process(patience=0.1) as pusher:
        other = create_engine(f"sqlite:///{center.store_path}")
        with other.connect() as writer:
            writer.execute(text("BEGIN IMMEDIATE"))
            with capture_logs() as logs:
                assert pusher.announce(["ku/atom.xml"]) == 1
                assert pusher.announce(["fr/atom.xml"]) == 1
                assert await pusher.push() == 0
            writer.rollback()
        other.dispose()
        assert {line["event"] for line in logs} == {"push-unrecorded"}
        assert await pusher.push() == 2
    assert sorted(told(hub)) == [center.address(f"{tag}/atom.xml") for tag in ("fr", "ku")]
