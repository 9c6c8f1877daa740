"""The daemon kept going through what happens to machines, in this process."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from aggregator.daemon import Daemon, shown
from aggregator.model import Feed, Source

pytestmark = pytest.mark.anyio

ROOT = "https://center.example"
URL = "https://herald.example/feed"
HERALD = f"  - {{id: herald, name: The Herald, url: {URL}, language: en}}\n"
RSS = """<rss version="2.0"><channel><title>The Herald</title><item>
<title>Water authority publishes dam release schedule, a first for farmers downstream</title>
<link>https://herald.example/a/1</link><guid>https://herald.example/a/1</guid></item>
</channel></rss>"""


LONG = " ".join(f"word-{number}" for number in range(400))


async def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.05)


@pytest.fixture
def herald(scene, web):
    scene.configure(HERALD)
    web.serve(URL, RSS, etag='"1"')
    return scene.config.publish_to / "en" / "atom.xml"


async def test_a_published_folder_that_was_deleted_is_written_again(scene, herald, tmp_path):
    async with scene.opened() as journey, Daemon(journey, scene.store).ticking():
        await until(lambda: herald.exists() and "Water authority" in herald.read_text())
        # In one step: the daemon may be writing into it.
        scene.config.publish_to.rename(tmp_path / "thrown away")
        await until(herald.exists)


async def test_publishing_that_fails_is_tried_less_and_less_often_and_then_works(
    scene, herald, capsys
):
    scene.config.publish_to.write_text("a file stands where the folder should be")
    async with scene.opened() as journey, Daemon(journey, scene.store).ticking():
        await asyncio.sleep(5)
        assert not herald.exists()
        scene.config.publish_to.unlink()
        await until(herald.exists, seconds=20)
    assert 2 <= capsys.readouterr().out.count("publish-failed") <= 4


async def test_a_wall_clock_that_is_put_back_does_not_stop_the_ticks(scene, herald, monkeypatch):
    real, lead = time.time, [0.0]
    monkeypatch.setattr("aggregator.daemon.time.time", lambda: real() + lead[0])
    async with scene.opened() as journey:
        daemon = Daemon(journey, scene.store)
        async with daemon.ticking():
            await until(lambda: herald.exists() and "Water authority" in herald.read_text())
            asked = len(scene.web.requests)
            for job in daemon._scheduler.get_jobs():  # what APScheduler would wait for
                job.modify(next_run_time=job.next_run_time + timedelta(hours=1))
            scene.later(hours=2)
            lead[0] = -3600
            await until(lambda: len(scene.web.requests) > asked)


async def test_a_feed_that_another_process_enrolled_from_a_newer_file_is_left_to_it(
    scene, herald, web
):
    async with scene.opened() as journey:
        stranger = Feed(key="", candidates=("https://new.example/feed",))
        other = Feed(key="https://herald.example/2", candidates=("https://herald.example/2",))
        newer = (
            Source(id="new", name="New", feeds=(stranger,)),
            Source(id="herald", name="The Herald", feeds=(other,)),
        )
        journey._store.enroll(
            newer,
            now=scene.now,
            domain_of=lambda feed, state: feed.candidates[0],
            clamp=lambda state, now: state,
        )
        async with Daemon(journey, scene.store).ticking():
            await asyncio.sleep(2.5)
    assert web.requests == []


async def test_stopping_gives_back_the_claims_of_visits_that_were_cut_off(scene, web):
    scene.configure(HERALD)
    never = asyncio.Event()

    async def hang(*_arguments, **_options):
        await never.wait()

    async with scene.opened() as journey:
        journey._fetcher.fetch = hang
        async with Daemon(journey, scene.store).ticking() as _:
            await asyncio.sleep(0.3)
        assert [claim.state.source_id for claim in journey.claim(10)] == ["herald"]


async def test_what_is_published_is_shown_where_feeds_yaml_says_so(scene, herald, web, capsys):
    scene.configure(f"{HERALD}serve: {{port: 0}}\n")
    async with scene.opened() as journey:
        daemon = Daemon(journey, scene.store)
        async with daemon.ticking(), shown(scene.config, journey, daemon):
            origin = re.search(r"at=(http://\S+)", capsys.readouterr().out)[1]
            await until(lambda: herald.exists() and "Water authority" in herald.read_text())
            async with httpx.AsyncClient(base_url=origin, trust_env=False) as client:
                feed = await client.get("/en/atom.xml")
                assert feed.headers["content-type"].startswith("application/atom+xml")
                assert "Water authority" in feed.text
                found = await client.get("/en/search", params={"q": "authority"})
                assert "Water authority" in found.text
                health = await client.get("/healthcheck")
                assert health.json()["publishing_failed"] == 0


async def test_the_end_of_a_permission_is_published_though_nothing_else_happens(
    scene, herald, capsys
):
    rights = "rights: {allows: full, basis: a letter, status: granted, expires: 2026-11-30}"
    scene.configure(HERALD.replace("language: en", f"language: en, {rights}"))
    scene.web.serve(URL, RSS.replace("</link>", f"</link><description>{LONG}</description>", 2))
    async with scene.opened() as journey, Daemon(journey, scene.store).ticking():
        await until(lambda: herald.exists() and "word-399" in herald.read_text())
        assert "the permission ends on 2026-11-30" in capsys.readouterr().out
        scene.now = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
        await asyncio.sleep(2.5)
        assert "word-399" in herald.read_text()
        scene.later(minutes=1)
        await until(lambda: "word-399" not in herald.read_text())
        assert "word-1 " in herald.read_text()


async def test_hubs_are_told_of_feeds_that_changed(scene, herald, web, config):
    hub = "https://hub.example/"
    web.serve(hub, status=202)
    scene.configure(HERALD, config.replace("entries: 40", f"entries: 40, hubs: ['{hub}']"))
    async with scene.opened() as journey, Daemon(journey, scene.store).ticking():
        await until(lambda: herald.exists() and "Water authority" in herald.read_text())
        assert f'href="{hub}" rel="hub"' in herald.read_text()
        await until(lambda: f"{ROOT}/en/source/herald/rss20.xml" in told(web, hub), seconds=20)
    assert {f"{ROOT}/en/atom.xml", f"{ROOT}/en/feed.json"} <= set(told(web, hub))


def told(web, hub):
    """The topics that a hub was told of."""
    forms = [parse_qs(r.content.decode()) for r in web.requests if str(r.url) == hub]
    assert all(form["hub.mode"] == ["publish"] for form in forms)
    return [form["hub.url"][0] for form in forms]
