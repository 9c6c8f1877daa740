"""Which entries of several sources are one story, on SQLite and on PostgreSQL."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import ChangeKind
from tests.store.story_world import (
    ORDER,
    alike,
    compare,
    copies,
    entry_id,
    publish,
    tell,
    together,
)


@pytest.fixture
def desk(world):
    world.follow(*ORDER)
    return world


# --- compare ----------------------------------------------------------------------------------


def test_the_same_story_of_several_sources_makes_one_cluster_with_the_reason(desk):
    one = tell(desk, "alpha", "one", "dam")
    tell(desk, "beta", "two", "bread")
    three = tell(desk, "gamma", "three", "dam", "water")
    assert compare(desk) == 3
    assert together(desk) == {frozenset({one.key.guid, three.key.guid})}
    reasons = desk.rows("SELECT entry_id, reason FROM cluster_entries ORDER BY entry_id")
    assert reasons == [
        (1, "both are about dam (entry 3)"),
        (3, "both are about dam (entry 1)"),
    ]


def test_an_entry_that_links_two_clusters_makes_them_one(desk):
    tell(desk, "alpha", "one", "dam")
    tell(desk, "beta", "two", "dam")
    tell(desk, "alpha", "three", "bread")
    tell(desk, "beta", "four", "bread")
    compare(desk)
    assert len(together(desk)) == 2
    tell(desk, "gamma", "five", "dam", "bread")
    compare(desk)
    assert [len(cluster) for cluster in together(desk)] == [5]
    assert desk.rows("SELECT count(*) FROM clusters") == [(1,)]


def test_a_source_does_not_copy_itself(desk):
    tell(desk, "alpha", "one", "dam")
    tell(desk, "alpha", "two", "dam")
    compare(desk)
    assert together(desk) == set()


def test_each_entry_is_compared_once_however_many_steps_it_takes(desk):
    for number, source in enumerate(ORDER * 3):
        tell(desk, source, f"e{number}", "dam")
    assert desk.store.compare(alike(), now=desk.now, limit=5) == 5
    assert compare(desk, limit=5) == 7
    assert compare(desk) == 0
    assert [len(cluster) for cluster in together(desk)] == [12]


def test_where_nothing_is_to_be_compared_entries_count_as_compared(desk):
    tell(desk, "alpha", "one", "dam")
    assert compare(desk, within=None) == 0
    tell(desk, "beta", "two", "dam")
    compare(desk)
    assert together(desk) == set()
    assert len(publish(desk)) == 2


def test_sketches_are_forgotten_when_nothing_can_be_like_them(desk):
    tell(desk, "alpha", "one", "dam")
    compare(desk)
    desk.later(days=8)
    tell(desk, "beta", "two", "dam")
    compare(desk)
    assert desk.rows("SELECT entry_id FROM sketches") == [(2,)]
    assert desk.rows("SELECT DISTINCT entry_id FROM features") == [(2,)]


def test_what_was_emitted_long_ago_is_passed_over(desk):
    tell(desk, "alpha", "one", "dam")
    desk.emit()
    desk.later(days=30)
    tell(desk, "beta", "two", "bread")
    assert compare(desk) == 1
    assert desk.rows("SELECT entry_id FROM sketches") == [(2,)]


STORIES = ("dam", "bread", "snow", "film")
TOLD = st.lists(
    st.tuples(st.sampled_from(ORDER), st.sets(st.sampled_from(STORIES), max_size=2)),
    min_size=2,
    max_size=8,
)


def test_the_clusters_are_the_same_in_whatever_order_entries_come(desk):
    turns = itertools.count()

    @settings(max_examples=20, deadline=None)
    @given(told=TOLD, data=st.data())
    def clusters(told, data):
        """Let the same entries come in two orders, each about stories of a world of its own."""
        numbered = list(enumerate(told))
        found = []
        for order in (numbered, data.draw(st.permutations(numbered))):
            turn = next(turns)
            names = {}
            for number, (source, about) in order:
                tags = tuple(f"{turn} {story}" for story in sorted(about))
                told_as = tell(desk, source, f"{turn}-{number}", *tags)
                names[told_as.key.guid] = number
            compare(desk, limit=data.draw(st.sampled_from((1, 3, 100))))
            found.append(
                {
                    frozenset(names[guid] for guid in guids)
                    for guids in together(desk)
                    if guids <= names.keys()
                }
            )
        assert found[0] == found[1]

    clusters()


def test_a_correction_does_not_part_or_join_stories(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    beta = tell(desk, "beta", "two", "bread")
    publish(desk)
    corrected = replace(beta, categories=("dam",))
    desk.bring("beta", desk.change(corrected, ChangeKind.MATERIAL, entry_id(desk, beta)))
    publish(desk)
    assert together(desk) == set()
    assert copies(desk, alpha) == ()
