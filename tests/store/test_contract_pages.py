"""Article pages that are asked whether they are still there, on both databases."""

from datetime import timedelta

import pytest

from aggregator.model import Removal

MONTH = timedelta(days=30)
EVERYTHING = ("alpha", "beta")


@pytest.fixture
def three(world):
    """Three emitted articles: two of alpha, one of beta."""
    world.follow("alpha", "beta")
    entries = [
        world.entry("alpha", "one"),
        world.entry("alpha", "two"),
        world.entry("beta", "one"),
    ]
    for entry in entries:
        world.bring(entry.key.source_id, world.change(entry))
    world.emit("en")
    return entries


def watch(world, sources=EVERYTHING, limit=100):
    return world.store.watch_pages(
        sources, since=world.now - MONTH, first=world.now + timedelta(days=1), limit=limit
    )


def due(world):
    return [page.link for page in world.store.due_pages(world.now)]


def test_pages_of_published_articles_are_asked_once_they_are_due(world, three):
    held = world.entry("alpha", "three")
    world.bring("alpha", world.change(held))  # not emitted
    assert watch(world) == 3
    assert watch(world) == 0
    assert due(world) == []
    world.later(days=1)
    assert due(world) == [entry.link for entry in three]


def test_as_many_as_wanted_at_once(world, three):
    assert [watch(world, limit=2) for _ in range(3)] == [2, 1, 0]


def test_only_what_was_published_lately_is_watched(world, three):
    world.later(days=31)
    assert watch(world) == 0


def test_a_source_that_is_not_watched_any_more_is_not_asked(world, three):
    watch(world)
    world.later(days=1)
    assert watch(world, ["beta"]) == 0
    assert due(world) == [three[2].link]
    assert watch(world, []) == 0
    assert due(world) == []


def test_an_answer_is_remembered_and_decides_when_it_is_asked_again(world, three):
    watch(world)
    world.later(days=1)
    first, second, third = world.store.due_pages(world.now)
    gone_since = world.now
    world.store.page_asked(
        first.entry_id, due=world.now + timedelta(days=1), gone_since=gone_since, gone=1
    )
    world.store.page_asked(second.entry_id, due=None, gone_since=None, gone=0)
    assert due(world) == [third.link]
    world.later(days=3000)
    assert [page.gone for page in world.store.due_pages(world.now)] == [0, 1]
    assert world.store.due_pages(world.now)[1].gone_since == gone_since
    assert watch(world) == 0, "what was asked for the last time does not begin anew"


def test_what_is_withdrawn_because_of_its_page_is_asked_on_and_nothing_else_is(world, three):
    watch(world)
    world.later(days=1)
    first, second, _ = world.store.due_pages(world.now)
    world.store.page_asked(first.entry_id, due=world.now, gone_since=world.now, gone=3)
    removals = [
        Removal(entry_id=one.entry_id, at=world.now, why="gone") for one in (first, second)
    ]
    world.store.withdraw(removals, world.now)
    asked = world.store.due_pages(world.now)
    assert [(page.entry_id, page.withdrawn) for page in asked if page.withdrawn] == [
        (first.entry_id, True)
    ]
    assert second.entry_id not in [page.entry_id for page in asked]
    world.store.take_down(entry_id=first.entry_id, who="us", why="asked", now=world.now)
    assert first.entry_id not in [page.entry_id for page in world.store.due_pages(world.now)]
