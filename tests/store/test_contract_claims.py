"""One visit a host at a time, and what a wrong clock does, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.store import Store


def names(claims):
    return [claim.state.source_id for claim in claims]


def row(world, source_id):
    return next(row for row in world.store.feeds(world.now) if row.source_id == source_id)


# --- one visit a host ---------------------------------------------------------------------------


def test_of_one_host_one_feed_is_claimed_until_it_is_recorded_or_released(world):
    world.follow("alpha", "beta", "gamma", domain="shared.example")
    world.follow("other")
    (alpha, other) = world.claim()
    assert names([alpha, other]) == ["alpha", "other"]
    assert world.claim() == ()
    assert world.claim("beta", force=True) == ()
    world.store.record([world.visit(alpha)])
    (beta,) = world.claim()
    assert names([beta]) == ["beta"]
    world.store.release([beta])
    assert names(world.claim()) == ["beta"]
    world.later(minutes=5)  # the lease of nobody knows whom ends
    assert "gamma" not in names(world.claim("gamma", limit=0))
    assert names(world.claim("gamma")) == ["gamma"]


def test_the_feeds_of_a_crowded_host_do_not_keep_others_waiting(world):
    world.follow(*(f"a{number:04}" for number in range(1100)), domain="crowded.example")
    world.follow("z-last")
    assert names(world.claim(limit=2)) == ["a0000", "z-last"]


def test_a_forced_pass_comes_to_an_end(world):
    world.follow("alpha", "beta", "gamma", domain="shared.example")
    visited = []
    while claims := world.claim(force=True, besides=visited):
        world.store.record([world.visit(claim) for claim in claims])
        visited += [(claim.state.source_id, claim.state.feed_key) for claim in claims]
    assert [source for source, _ in visited] == ["alpha", "beta", "gamma"]


def test_several_who_claim_at_once_never_get_two_feeds_of_one_host(location, world_of):
    with Store.open(location, now=world_of.now) as store:
        world = world_of(store)
        for host in range(10):
            world.follow(*(f"s{host}-{n}" for n in range(10)), domain=f"h{host}.example")
        everyone = threading.Barrier(4)

        def claim():
            with Store.open(location, now=world_of.now) as mine:
                everyone.wait()
                return [name for _ in range(5) for name in names(world_of(mine).claim(limit=2))]

        with ThreadPoolExecutor(4) as pool:
            claimed = [
                name for done in [pool.submit(claim) for _ in range(4)] for name in done.result()
            ]
    hosts = [name.partition("-")[0] for name in claimed]
    assert sorted(hosts) == sorted(set(hosts))
    assert len(hosts) == 10


def test_no_lease_lasts_longer_than_a_day(world):
    world.follow("alpha")
    world.claim(lease=timedelta(days=9))
    assert row(world, "alpha").lease_until == world.now + timedelta(days=1)


def test_who_asked_for_a_pause_after_a_redirect_is_held_and_not_the_host_asked(world):
    world.follow("alpha", "beta")
    until = world.now + timedelta(hours=2)
    world.bring("alpha", retry_at=until, retry_host="beta.example")
    assert world.store.holds(world.now) == (("beta.example", until),)
    assert names(world.claim(force=True)) == ["alpha"]
    assert world.store.holds(until) == ()


# --- clocks -------------------------------------------------------------------------------------


@pytest.fixture
def next_year(world):
    """A visit, a lease and holds that were made by a clock a year ahead."""
    world.follow("asked", "crashed", "held", "told")
    right = world.now
    wrong = world.later(days=365)
    world.bring("asked")
    (claim,) = world.claim("told")
    hours = wrong + timedelta(hours=3)
    state = replace(claim.state, last_visit=wrong, next_due=hours, not_before=hours)
    world.store.record([world.visit(claim, state=state, retry_at=hours)])
    world.store.hold_host("held.example", hours)
    world.claim("crashed")
    world.now = right
    return world


@pytest.mark.parametrize("how", ["a new process", "a claim"])
def test_what_a_clock_a_year_ahead_left_behind_waits_no_longer_than_it_should(next_year, how):
    world = next_year
    if how == "a new process":
        world.enroll()
    assert sorted(names(world.claim())) == ["crashed", "held"]
    asked = row(world, "asked").state
    assert (asked.last_visit, asked.next_due) == (world.now, world.now + timedelta(hours=1))
    hours = world.now + timedelta(hours=3)
    assert row(world, "told").state.not_before == hours
    assert world.store.holds(world.now) == (("told.example", hours),)
    world.later(hours=1)
    assert "asked" in names(world.claim())
    world.now = hours
    assert "told" in names(world.claim())


def test_timers_stay_where_the_clock_was_right(world):
    world.follow("alpha", "beta")
    world.bring("alpha", retry_at=world.now + timedelta(days=7))
    world.claim("beta")
    before = world.store.feeds(world.now)
    world.later(seconds=-30)  # as clocks are kept right
    world.claim()
    world.later(seconds=30)
    world.enroll()
    assert world.store.feeds(world.now) == before
