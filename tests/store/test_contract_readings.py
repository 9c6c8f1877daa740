"""Sketches that another version of this program drew, on SQLite and on PostgreSQL."""

from dataclasses import dataclass, replace

import pytest

from tests.store import story_world as story
from tests.store.story_world import ORDER, Tags, alike, compare, publish, take_down, tell, together


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Tags):
    reading: int


def read_by(reading):
    """A likeness whose sketches say that they are of this reading."""

    def sketch(entry, *, published):
        one = story.sketch(entry, published=published)
        return Read(
            source=one.source,
            tags=tuple(f"{tag} as read by {reading}" for tag in one.tags),
            published=one.published,
            reading=reading,
        )

    return replace(alike(), sketch=sketch)


@pytest.fixture
def desk(world):
    world.follow(*ORDER)
    return world


def count(desk):
    return desk.rows("SELECT entry_id FROM sketches ORDER BY entry_id")


def test_sketches_of_one_reading_are_kept(desk):
    tell(desk, "alpha", "one", "dam")
    desk.store.compare(read_by(2), now=desk.now, limit=9)
    tell(desk, "beta", "two", "dam")
    desk.store.compare(read_by(2), now=desk.now, limit=9)
    assert count(desk) == [(1,), (2,)]
    assert [len(cluster) for cluster in together(desk)] == [2]


@pytest.mark.parametrize("before", [alike(), read_by(1)], ids=["without a number", "1"])
def test_sketches_of_another_reading_are_deleted_with_their_features(desk, before):
    tell(desk, "alpha", "one", "dam")
    desk.store.compare(before, now=desk.now, limit=9)
    tell(desk, "beta", "two", "dam")
    desk.store.compare(read_by(2), now=desk.now, limit=9)
    assert count(desk) == desk.rows("SELECT DISTINCT entry_id FROM features") == [(2,)]
    assert together(desk) == set()


def test_what_was_taken_down_is_drawn_again_and_still_bars_its_copies(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    compare(desk)
    publish(desk)
    take_down(desk, alpha)
    compare(desk)
    tell(desk, "beta", "two", "dam")
    desk.store.compare(read_by(2), now=desk.now, limit=9)
    assert count(desk) == [(1,), (2,)]
    assert [len(cluster) for cluster in together(desk)] == [2]
