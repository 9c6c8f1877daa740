"""Which entry of a story is shown, and what becomes of it, on SQLite and on PostgreSQL."""

import itertools
from datetime import timedelta

import pytest

from aggregator.model import Removal, Ruling
from tests.store.story_world import (
    HOLD,
    ORDER,
    compare,
    copies,
    entry_id,
    link,
    publish,
    settled,
    shown,
    take_down,
    tell,
)


@pytest.fixture
def desk(world):
    world.follow(*ORDER)
    return world


# --- which is shown ---------------------------------------------------------------------------


def test_of_a_story_the_first_in_the_operators_order_is_shown_and_names_the_others(desk):
    gamma = tell(desk, "gamma", "three", "dam")
    beta = tell(desk, "beta", "two", "dam")
    alone = tell(desk, "alpha", "alone", "bread")
    assert sorted(publish(desk)) == ["alone", "two"]
    assert copies(desk, beta) == (link(gamma),)
    assert copies(desk, alone) == ()


@pytest.mark.parametrize("order", list(itertools.permutations(ORDER[:3])))
def test_the_order_decides_whatever_came_first(desk, order):
    for source in ("beta", "alpha", "gamma"):
        tell(desk, source, source, "dam")
    assert publish(desk, order=order) == [order[0]]


def test_the_first_publishers_own_goes_before_the_operators_order(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    gamma = tell(desk, "gamma", "three", "dam", rights="first")
    assert publish(desk) == ["three"]
    assert copies(desk, gamma) == (link(alpha),)


def test_sources_that_the_operator_does_not_order_come_last_the_oldest_first(desk):
    tell(desk, "gamma", "late", "dam", published=desk.now)
    tell(desk, "delta", "early", "dam", published=desk.now - timedelta(hours=2))
    assert publish(desk, order=("alpha",)) == ["early"]


def test_what_was_shown_keeps_its_id_when_the_original_comes_and_names_it(desk):
    beta = tell(desk, "beta", "two", "dam")
    publish(desk)
    (before,) = desk.shown()
    settled(desk)
    gamma = tell(desk, "gamma", "three", "dam")
    alpha = tell(desk, "alpha", "one", "dam", rights="first")
    assert publish(desk) == ["two"]
    (after,) = desk.shown()
    assert (after.id, after.link, after.sequence) == (before.id, before.link, before.sequence)
    assert copies(desk, beta) == (link(alpha, original=True), link(gamma))
    assert desk.store.outdated().sequences == (after.sequence,)


def test_an_original_that_is_found_out_later_marks_who_shows_it(desk):
    beta = tell(desk, "beta", "two", "dam")
    publish(desk)
    tell(desk, "alpha", "one", "dam", rights="first")
    publish(desk)
    settled(desk)
    tell(desk, "gamma", "three", "dam")
    publish(desk)
    assert [copy.original for copy in copies(desk, beta)] == [True, False]


def test_nothing_is_emitted_before_it_was_compared(desk):
    tell(desk, "beta", "two", "dam")
    assert desk.store.emit(("en",), now=desk.now, mint=desk.mint, order=ORDER) == 0
    assert desk.emit() == 1  # where stories are of no concern


def test_two_that_were_shown_before_they_were_alike_stay_shown(desk):
    one = tell(desk, "alpha", "one", "dam")
    tell(desk, "beta", "two", "bread")
    publish(desk)
    three = tell(desk, "gamma", "three", "dam", "bread")
    assert sorted(publish(desk)) == ["one", "two"]
    assert copies(desk, one) == (link(three),)


def test_two_of_one_source_are_both_shown_though_anothers_copy_links_them(desk):
    tell(desk, "alpha", "one", "dam")
    tell(desk, "alpha", "two", "bread")
    tell(desk, "beta", "three", "dam", "bread")
    assert sorted(publish(desk)) == ["one", "two"]


def test_one_in_a_language_that_no_edition_shows_does_not_stand_for_the_others(desk):
    tell(desk, "alpha", "persian", "dam", language="fa")
    beta = tell(desk, "beta", "english", "dam")
    assert publish(desk) == ["english"]
    assert copies(desk, beta) == ()


def test_one_that_is_held_does_not_stand_for_the_others_and_is_named_once_it_may_be(desk):
    held = tell(desk, "alpha", "held", "dam", verdict=HOLD)
    beta = tell(desk, "beta", "two", "dam")
    assert publish(desk) == ["two"]
    assert copies(desk, beta) == ()
    desk.rule(held, Ruling.PUBLISH)
    assert publish(desk) == ["two"]
    assert copies(desk, beta) == (link(held),)


def test_a_step_emits_as_many_as_it_may_and_whole_stories(desk):
    for number, source in enumerate(ORDER * 4):
        tell(desk, source, f"e{number}", f"story {number // 4}")
    compare(desk)
    steps = 0
    while desk.store.emit(("en",), now=desk.now, mint=desk.mint, limit=3, order=ORDER):
        steps += 1
    assert len(shown(desk)) == 4
    assert {desk_name[1:] for desk_name in shown(desk)} == {"0", "4", "8", "12"}
    assert steps < 16


# --- embargoes --------------------------------------------------------------------------------


def test_what_is_under_an_embargo_waits_and_the_store_knows_until_when(desk):
    until = desk.now + timedelta(hours=2)
    tell(desk, "alpha", "one", publish_at=until)
    tell(desk, "beta", "two", publish_at=until + timedelta(hours=1))
    assert publish(desk) == []
    assert desk.store.next_emission(desk.now) == until
    desk.later(hours=2)
    assert publish(desk) == ["one"]
    assert desk.store.next_emission(desk.now) == until + timedelta(hours=1)
    desk.later(hours=1)
    assert publish(desk) == ["one", "two"]
    assert desk.store.next_emission(desk.now) is None


def test_a_copy_under_an_embargo_is_named_when_it_ends(desk):
    early = tell(desk, "alpha", "one", "dam", publish_at=desk.now + timedelta(hours=2))
    beta = tell(desk, "beta", "two", "dam")
    assert publish(desk) == ["two"]
    assert copies(desk, beta) == ()
    desk.later(hours=2)
    assert publish(desk) == ["two"]
    assert copies(desk, beta) == (link(early),)


# --- what becomes of them ---------------------------------------------------------------------


def test_when_the_publisher_withdraws_what_is_shown_the_next_is_shown(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    beta = tell(desk, "beta", "two", "dam")
    gamma = tell(desk, "gamma", "three", "dam")
    assert publish(desk) == ["one"]
    removal = Removal(entry_id=entry_id(desk, alpha), at=desk.now, why="410")
    desk.store.withdraw([removal], desk.now)
    assert publish(desk) == ["two"]
    assert copies(desk, beta) == (link(gamma),)


def test_when_a_person_rejects_what_is_shown_no_copy_takes_its_place(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    tell(desk, "beta", "two", "dam")
    publish(desk)
    desk.rule(alpha, Ruling.DROP)
    assert publish(desk) == []
    tell(desk, "gamma", "three", "dam")
    assert publish(desk) == []
    desk.rule(alpha, Ruling.PUBLISH)
    assert publish(desk) == ["one"]
    assert [copy.source_id for copy in copies(desk, alpha)] == ["beta", "gamma"]


def test_a_story_that_was_taken_down_does_not_come_back_from_elsewhere_however_late(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    tell(desk, "beta", "two", "dam")
    publish(desk)
    take_down(desk, alpha)
    assert publish(desk) == []
    desk.later(days=400)
    tell(desk, "gamma", "three", "dam")
    tell(desk, "delta", "four", "bread")
    assert publish(desk) == ["four"]
    assert compare(desk) == 0


def test_a_takedown_of_what_was_forgotten_bars_what_comes_after(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    publish(desk)
    desk.later(days=100)
    tell(desk, "beta", "another", "bread")
    publish(desk)
    assert desk.rows("SELECT entry_id FROM sketches") == [(2,)]
    take_down(desk, alpha)
    publish(desk)
    tell(desk, "gamma", "three", "dam")
    assert publish(desk) == ["another"]


def test_what_a_takedown_bars_is_shown_again_by_its_restoration(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    publish(desk)
    taken = take_down(desk, alpha)
    tell(desk, "beta", "two", "dam")
    assert publish(desk) == []
    desk.store.restore(taken.id, who="Rojda", why="settled", now=desk.now)
    assert publish(desk) == ["one"]
    assert [copy.source_id for copy in copies(desk, alpha)] == ["beta"]


def test_all_that_tells_a_story_goes_with_its_takedown_but_what_a_person_approved(desk):
    alpha = tell(desk, "alpha", "one", "dam")
    beta = tell(desk, "beta", "two", "bread")
    gamma = tell(desk, "gamma", "three", "law")
    publish(desk)
    tell(desk, "delta", "link", "dam", "bread", "law")
    publish(desk)
    desk.rule(gamma, Ruling.PUBLISH)
    take_down(desk, alpha)
    assert publish(desk) == ["three"]
    assert entry_id(desk, beta)
