"""Every question and command of the store, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aggregator.errors import FailureKind, StoreError
from aggregator.model import (
    ChangeKind,
    Failure,
    FeedMeta,
    FeedState,
    Outcome,
    Ruling,
    Validators,
    Verdict,
)
from aggregator.store import Store

HOLD = Verdict(ruling=Ruling.HOLD, reasons=("language in doubt",))
MATERIAL, MINOR, ALIAS = ChangeKind.MATERIAL, ChangeKind.MINOR, ChangeKind.ALIAS


def names(claims):
    return [claim.state.source_id for claim in claims]


# --- open -------------------------------------------------------------------------------------


def test_a_store_remembers_when_it_was_made(location):
    made = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
    with Store.open(location, now=made) as store:
        assert store.created == made
    with Store.open(location, now=made + timedelta(days=1)) as store:
        assert store.created == made


# --- enroll -----------------------------------------------------------------------------------


def test_a_new_feed_is_due_at_once(world):
    world.follow("alpha")
    assert [claim.state for claim in world.claim()] == [FeedState(source_id="alpha")]


def test_a_feed_that_left_the_file_is_not_polled_and_comes_back_as_it_was(world):
    world.follow("alpha", "beta")
    world.bring("alpha")
    gone = world.sources.pop("alpha")
    world.later(days=1)
    world.enroll()
    assert names(world.claim()) == ["beta"]
    (row,) = (row for row in world.store.feeds(world.now) if row.source_id == "alpha")
    assert row.retired_at == world.now
    world.sources["alpha"] = gone
    world.enroll()
    (claim,) = world.claim()
    assert claim.state.last_visit == world.now - timedelta(days=1)


def test_enrolling_the_same_file_again_changes_nothing(world):
    world.follow("alpha")
    world.bring("alpha")
    before = world.store.feeds(world.now)
    world.follow()
    assert world.store.feeds(world.now) == before


def test_a_stopped_feed_starts_again_at_a_new_address(world):
    world.follow("alpha")
    (claim,) = world.claim()
    (old,) = world.sources["alpha"].feeds[0].candidates
    state = replace(claim.state, stopped="410", gone=(old,), next_due=world.now)
    world.store.record([world.visit(claim, state=state)])
    assert world.claim(force=True) == ()
    world.follow("alpha", domain="new.example")
    (claim,) = world.claim()
    assert claim.state == replace(state, stopped=None, gone=(), next_due=None)


# --- claim ------------------------------------------------------------------------------------


def test_a_claimed_feed_is_claimed_by_nobody_else_until_its_lease_ends(world):
    world.follow("alpha")
    (claim,) = world.claim()
    world.later(minutes=4, seconds=59)
    assert world.claim() == ()
    assert world.claim(force=True) == ()
    world.later(seconds=1)
    (again,) = world.claim()
    assert again.fence > claim.fence


def test_the_longest_overdue_come_first_and_no_more_than_asked_for(world):
    world.follow("alpha", "beta", "gamma")
    for minutes, source in enumerate(("gamma", "alpha", "beta")):
        (claim,) = world.claim(source)
        due = world.now + timedelta(minutes=minutes)
        world.store.record([world.visit(claim, state=replace(claim.state, next_due=due))])
    world.later(minutes=1)
    assert names(world.claim(limit=1)) == ["gamma"]
    assert names(world.claim()) == ["alpha"]


def test_force_takes_what_is_not_due_but_neither_stopped_nor_held_feeds(world):
    world.follow("alpha", "beta", "gamma", "delta")
    late = world.now + timedelta(hours=1)
    alpha, beta, delta, gamma = world.claim()
    states = (
        replace(alpha.state, next_due=late),
        replace(beta.state, next_due=late, stopped="410 on every address"),
        replace(delta.state, next_due=late, not_before=late),
        replace(gamma.state, next_due=late),
    )
    visits = [
        world.visit(claim, state=state)
        for claim, state in zip((alpha, beta, delta, gamma), states, strict=True)
    ]
    world.store.record(visits)
    world.store.hold_host("gamma.example", late)
    assert world.claim() == ()
    assert names(world.claim(force=True)) == ["alpha"]
    world.later(hours=1)
    assert names(world.claim(force=True)) == ["alpha", "delta", "gamma"]


def test_only_the_named_sources_are_claimed_and_not_those_visited_already(world):
    world.follow("alpha", "beta", "gamma")
    assert names(world.claim("beta", "gamma", besides=[("gamma", "")])) == ["beta"]


def test_a_retry_after_holds_every_feed_of_the_domain_and_is_never_shortened(world):
    world.follow("alpha", "beta", domain="shared.example")
    world.follow("gamma")
    world.store.release(world.claim("beta", "gamma"))
    world.bring("alpha", retry_at=world.now + timedelta(hours=2))
    world.store.hold_host("shared.example", world.now + timedelta(hours=1))
    assert names(world.claim()) == ["gamma"]
    held = {row.source_id: row.held_until for row in world.store.feeds(world.now)}
    assert held == {"alpha": held["beta"], "beta": world.now + timedelta(hours=2), "gamma": None}
    world.later(hours=2)
    assert sorted(names(world.claim())) == ["beta", "gamma"]  # one of the domain at a time


def test_a_hold_follows_a_feed_to_the_domain_that_it_asks_next(world):
    world.follow("alpha")
    world.bring("alpha", next_domain="elsewhere.example")
    world.store.hold_host("elsewhere.example", world.now + timedelta(days=1))
    world.later(hours=1)
    assert world.claim() == ()


def test_a_released_claim_leaves_the_feed_as_due_as_before(world):
    world.follow("alpha")
    claims = world.claim()
    world.store.release(claims)
    (again,) = world.claim()
    world.store.release(claims)  # ended long ago: says nothing
    assert world.claim() == ()
    (recorded,) = world.store.record([world.visit(again)])
    assert recorded.accepted


# --- record and recall ------------------------------------------------------------------------


def test_a_state_comes_back_as_it_was_recorded(world):
    world.follow("alpha")
    (claim,) = world.claim()
    state = FeedState(
        source_id="alpha",
        next_due=world.now,
        validators=Validators(url="https://a.example/", etag='W/"é\udc80\0"'),
        ttl=timedelta(minutes=90, microseconds=1),
        skip_hours=(0, 23),
        failures=3,
        failure="no route\0",
        moved_since=world.now,
    )
    world.store.record([world.visit(claim, state=state)])
    (again,) = world.claim()
    assert again.state == state


def test_a_recorded_entry_is_recalled_by_guid_address_and_story(world):
    world.follow("alpha", "beta")
    zone = timezone(timedelta(hours=3, minutes=30))
    entry = world.entry("alpha", "one", same_story="story", published=world.now.astimezone(zone))
    recorded = world.bring("alpha", world.change(entry, verdict=HOLD))
    assert (recorded.new, recorded.changed) == (1, 0)
    known = world.known(entry)
    assert known.guid == entry.key.guid
    assert known.digest == entry.digest
    assert known.published == entry.published
    assert known.published.utcoffset() == timedelta(hours=3, minutes=30)
    assert known.verdict == HOLD
    assert not known.emitted
    other = replace(entry, key=replace(entry.key, guid="other"))
    by_address = world.known(replace(other, same_story=None))
    by_story = world.known(replace(other, address=None))
    assert by_address == by_story == replace(known, digest="")
    assert world.known(replace(other, address=None, same_story=None)) is None
    assert world.known(replace(other, address=None, same_story=None, also=(entry.key.guid,)))
    assert world.known(replace(entry, key=replace(entry.key, source_id="beta"))) is None


def test_an_entry_comes_back_from_its_history_as_it_was_recorded(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", guid="a\0b\ud800", title="خەبەر \U0001f5de", flags=("x",))
    world.bring("alpha", world.change(entry))
    (revision,) = world.store.history(world.known(entry).entry_id)
    assert revision.entry == entry
    assert (revision.number, revision.kind, revision.seen) == (1, ChangeKind.NEW, world.now)
    assert world.store.history(4711) == ()


def test_changes_become_revisions_and_updated_never_decreases(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", updated=world.now)
    world.bring("alpha", world.change(entry))
    first = world.known(entry)
    world.later(hours=1)
    corrected = replace(entry, title="Corrected", digest="1:two", updated=world.now)
    recorded = world.bring("alpha", world.change(corrected, MATERIAL, first.entry_id))
    assert (recorded.new, recorded.changed) == (0, 1)
    back = replace(corrected, digest="1:three", updated=world.now - timedelta(days=9))
    world.bring("alpha", world.change(back, MINOR, first.entry_id))
    known = world.known(entry)
    assert (known.title, known.digest, known.revision) == ("Corrected", "1:three", 3)
    assert known.updated == world.now
    assert known.publisher_updated == back.updated
    kinds = [revision.kind for revision in world.store.history(known.entry_id)]
    assert kinds == [ChangeKind.NEW, MATERIAL, MINOR]


def test_an_alias_adds_names_and_nothing_else(world):
    world.follow("alpha", feeds=("main", "politics"))
    entry = world.entry("alpha", "one")
    world.bring("alpha", world.change(entry), feed_key="main")
    known = world.known(entry, "main")
    assert (known.feed_key, known.digest) == ("main", entry.digest)
    assert world.known(entry, "politics").digest == ""
    short = world.entry("alpha", "short", address=None, digest="1:short", also=("third",))
    world.bring("alpha", world.change(short, ALIAS, known.entry_id), feed_key="politics")
    assert world.known(short, "politics") == replace(known, digest="1:short")
    assert world.known(replace(short, key=replace(short.key, guid="third"))) is not None
    assert world.known(entry, "main") == known
    assert len(world.store.history(known.entry_id)) == 1


def test_a_name_never_moves_to_another_entry(world):
    world.follow("alpha")
    one, two = world.entry("alpha", "one", same_story="s"), world.entry("alpha", "two")
    world.bring("alpha", world.change(one), world.change(two))
    entry_id = world.known(two).entry_id
    thief = replace(two, address=one.address, same_story="s", also=(one.key.guid,), digest="1:x")
    world.bring("alpha", world.change(thief, MINOR, entry_id))
    world.bring("alpha", world.change(replace(thief, key=one.key), ALIAS, entry_id))
    assert world.known(one).digest == one.digest
    assert world.known(replace(one, key=replace(one.key, guid="new"))).guid == one.key.guid
    assert world.known(two).digest == "1:x"


def test_what_two_feeds_find_at_the_same_time_is_stored_once(world):
    world.follow("alpha", feeds=("main", "politics"))
    main, politics = world.claim()
    entry = world.entry("alpha", "one")
    other_guid = replace(entry, key=replace(entry.key, guid="other"))
    visits = [
        world.visit(main, world.change(entry)),
        world.visit(politics, world.change(other_guid)),
    ]
    assert [recorded.new for recorded in world.store.record(visits)] == [1, 0]
    world.later(hours=1)
    main, _ = world.claim()
    (late,) = world.store.record([world.visit(main, world.change(entry))])
    assert (late.accepted, late.new) == (True, 0)
    assert world.known(other_guid, "politics").guid == entry.key.guid
    assert world.emit() == 1


def test_a_visit_with_a_stale_fence_is_refused_whole(world):
    world.follow("alpha")
    (slow,) = world.claim()
    world.later(minutes=6)
    (claim,) = world.claim()
    entry = world.entry("alpha", "one")
    (refused,) = world.store.record([world.visit(slow, world.change(entry))])
    assert not refused.accepted
    assert "claimed anew" in refused.reason
    assert world.known(entry) is None
    first, second = world.store.record([world.visit(claim), world.visit(claim)])
    assert (first.accepted, second.accepted) == (True, False)
    (late,) = world.store.record([world.visit(claim)])
    assert "has ended" in late.reason


def test_a_visit_to_a_feed_that_was_never_enrolled_is_refused(world):
    world.follow("alpha")
    (claim,) = world.claim()
    (refused,) = world.store.record([replace(world.visit(claim), feed_key="nowhere")])
    assert refused.reason == "the store does not know this feed"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda change: replace(change, kind=MINOR, entry_id=4711),
        lambda change: replace(change, kind=ALIAS, entry_id=1),
        lambda change: replace(change, published=datetime(1, 1, 1, tzinfo=UTC)),
        lambda change: replace(change, verdict=replace(change.verdict, ruling=ChangeKind.NEW)),
    ],
    ids=[
        "an entry that is not",
        "another source's",
        "a date out of range",
        "a ruling that is none",
    ],
)
def test_one_visit_that_cannot_be_stored_leaves_the_others_whole(world, spoil):
    world.follow("alpha", "beta", "gamma")
    world.bring("alpha", world.change(world.entry("alpha", "zero")))  # entry 1
    world.later(hours=1)
    claims = sorted(world.claim(force=True), key=lambda claim: claim.state.source_id)
    entries = [world.entry(name, "one") for name in names(claims)]
    changes = [world.change(entry) for entry in entries]
    spoiled = [world.change(world.entry("beta", "zero")), spoil(changes[1])]
    visits = [
        world.visit(claims[0], changes[0]),
        world.visit(claims[1], *spoiled),
        world.visit(claims[2], changes[2]),
    ]
    answers = world.store.record(visits)
    assert [answer.accepted for answer in answers] == [True, False, True]
    assert "cannot be stored" in answers[1].reason
    assert world.known(entries[0])
    assert world.known(entries[2])
    assert world.known(world.entry("beta", "zero")) is None
    assert world.store.visits("beta") == ()


def test_visits_are_logged_and_the_oldest_are_written_over(world):
    world.follow("alpha")
    failure = Failure(kind=FailureKind.TIMEOUT, message="30 s\0 passed", status=None)
    for number in range(60):
        world.later(hours=1)
        world.bring("alpha", received=number, flaws=("bad\udcff",))
    world.bring("alpha", outcome=Outcome.FAILED, failure=failure, status=None)
    log = world.store.visits("alpha")
    assert [visit.number for visit in log] == list(range(61, 11, -1))
    assert log[0].failure == replace(failure, message="30 s\ufffd passed")
    assert (log[1].received, log[1].at, log[1].flaws) == (59, world.now, ("bad\udcff",))


def test_feeds_are_listed_with_state_meta_and_counters(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", updated=world.now)
    world.bring("alpha", world.change(entry), meta=FeedMeta(title="Alpha"))
    world.bring("alpha")
    (row,) = world.store.feeds(world.now)
    assert (row.visits, row.entries, row.meta) == (2, 1, FeedMeta(title="Alpha"))
    assert row.newest_updated == world.now
    assert row.state.last_visit == world.now
    assert (row.domain, row.lease_until, row.held_until) == ("alpha.example", None, None)
    world.claim(force=True)
    (row,) = world.store.feeds(world.now)
    assert row.lease_until == world.now + timedelta(minutes=5)


def test_ruling_on_an_entry_that_is_not_there_is_an_error(world):
    with pytest.raises(StoreError, match="no entry 17"):
        world.store.rule(17, Ruling.DROP, who="Rojda", why="spam", now=world.now)
