"""Articles whose pages are gone: asked politely, believed after days, shown again when back."""

import asyncio
import runpy
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.gather.robots import Robots, permits
from aggregator.store import PageCheck, Store
from aggregator.watch import Watch, judged

WORLD = runpy.run_path(str(Path(__file__).parent / "store" / "conftest.py"))["World"]
START = WORLD(None).now
DAY = timedelta(days=1)


def check(gone=0, days=0, *, age=10, withdrawn=False):
    return PageCheck(
        entry_id=1,
        source_id="alpha",
        link="https://alpha.example/one",
        emitted=START - age * DAY,
        gone_since=START - days * DAY if gone else None,
        gone=gone,
        withdrawn=withdrawn,
    )


@pytest.mark.parametrize(
    ("before", "status", "due", "gone", "removed", "back"),
    [
        (check(age=1), 200, DAY, 0, False, False),  # a fresh one every day
        (check(age=10), 200, 7 * DAY, 0, False, False),  # then every week
        (check(age=95), 200, None, 0, False, False),  # then no more
        (check(), 404, DAY, 1, False, False),
        (check(1, 1), 404, DAY, 2, False, False),
        (check(2, 1), 410, DAY, 3, False, False),  # three times, but within a day
        (check(2, 2), 410, 7 * DAY, 3, True, False),
        (check(9, 9, withdrawn=True), 404, 7 * DAY, 10, False, False),  # told once
        (check(9, 9, age=200, withdrawn=True), 404, None, 10, False, False),
        (check(2, 2), 200, 7 * DAY, 0, False, False),  # it was back in between
        (check(5, 5, withdrawn=True), 200, 7 * DAY, 0, False, True),
        (check(2, 2), None, timedelta(hours=6), 2, False, False),  # that says nothing
    ],
)
def test_what_an_answer_means(before, status, due, gone, removed, back):
    found = judged(before, status, START)
    assert found.due == (None if due is None else START + due)
    assert (found.gone, found.removed, found.back) == (gone, removed, back)


class Scene:
    """A publisher's server whose answers change, and a watch over it."""

    def __init__(self, store):
        self.world = WORLD(store)
        self.answers = {}
        self.asked = []
        self.world.follow("alpha")
        self.entry = self.world.entry("alpha", "one")
        self.world.bring("alpha", self.world.change(self.entry))
        self.world.emit("en")

    def _answer(self, request):
        self.asked.append(request.url.path)
        return httpx.Response(self.answers.get(request.url.path, 200), text="<p>an article</p>")

    async def day(self, **hours):
        """Let a day pass and ask what is due."""
        self.world.later(**(hours or {"days": 1}))
        fetcher = Fetcher(
            user_agent="aggregator/0 (+https://center.example/bot; desk@center.example)",
            contact="",
            allow=AllowList.parse(()),
            deadline=timedelta(seconds=5),
            max_wire=100_000,
            max_body=100_000,
            spacing=timedelta(0),
            transport=httpx.MockTransport(self._answer),
        )

        async def ask(url, now):
            return await fetcher.fetch(url, validators=None, now=now)

        async def parse(body, url):
            return permits(body, url)

        async with fetcher:
            watch = Watch(
                self.world.store,
                fetcher,
                Robots(ask, parse),
                sources=["alpha"],
                clock=lambda: self.world.now,
            )
            return await watch.ask_due()

    def pass_days(self, count):
        return [asyncio.run(self.day()) for _ in range(count)]

    @property
    def shown(self):
        return bool(self.world.store.published([1]))


@pytest.fixture
def scene(tmp_path):
    with Store.open(str(tmp_path / "store.db"), now=START) as store:
        scene = Scene(store)
        scene.answers["/robots.txt"] = 404
        asyncio.run(scene.day(minutes=1))  # from now on its page is watched
        yield scene


def test_a_page_that_is_gone_for_days_takes_its_article_with_it_and_brings_it_back(scene):
    scene.answers["/one"] = 404
    assert scene.pass_days(3) == [0, 0, 1]
    assert not scene.shown
    (dossier,) = map(scene.world.store.dossier, scene.world.store.find(scene.entry.link))
    assert "its page answers 404, 3 times in 2 days" in dossier.withdrawn_why
    scene.answers["/one"] = 200
    assert sum(scene.pass_days(8)) == 1
    assert scene.shown


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_server_in_trouble_takes_nothing_away(scene, status):
    scene.answers["/one"] = status
    assert scene.pass_days(9) == [0] * 9
    assert scene.shown


def test_a_page_that_comes_and_goes_is_there(scene):
    for status in (404, 404, 200, 410, 404):
        scene.answers["/one"] = status
        assert scene.pass_days(1) == [0]
    assert scene.shown


def test_what_robots_txt_forbids_is_not_asked_and_stays(scene):
    del scene.answers["/robots.txt"]
    real = scene._answer

    def answer(request):
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /one\n")
        return real(request)

    scene._answer = answer
    scene.pass_days(4)
    assert "/one" not in scene.asked
    assert scene.shown


def test_it_asks_for_a_page_once_a_day_and_for_nothing_that_nobody_watches(scene):
    scene.asked.clear()
    scene.pass_days(3)
    assert scene.asked.count("/one") == 3
    for _ in range(5):
        asyncio.run(scene.day(minutes=1))
    assert scene.asked.count("/one") == 3
