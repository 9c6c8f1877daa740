"""What documents do not show yet, and what became of what was emitted; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import ChangeKind, FeedMeta, Ruling, Verdict
from aggregator.store import Store

HOLD = Verdict(ruling=Ruling.HOLD, reasons=("in doubt",))


@pytest.fixture
def desk(world):
    """Three articles that are emitted, placed and published."""
    world.follow("wire", "nuce")
    for source, name in (("wire", "dam"), ("nuce", "bendav"), ("wire", "rain")):
        world.bring(source, world.change(world.entry(source, name)))
        world.emit()
    world.place()
    settle(world)
    world.later(hours=1)
    return world


def settle(world, stamp="stamp"):
    world.store.settle(world.store.outdated().generation, stamp)


def marked(world):
    return world.store.outdated().sequences


def revise(world, name, kind=ChangeKind.MINOR, source="wire", **fields):
    entry = world.entry(source, name)
    known = world.known(entry)
    world.bring(source, world.change(entry, kind, known.entry_id, **fields))


# --- marks ------------------------------------------------------------------------------------


def test_what_is_emitted_is_to_be_written(desk):
    assert marked(desk) == ()
    new = desk.entry("nuce", "baran")
    desk.bring("nuce", desk.change(new))
    assert marked(desk) == ()
    desk.emit()
    assert marked(desk) == (4,)


def test_what_a_visit_revises_is_to_be_written_if_it_was_emitted(desk):
    revise(desk, "rain")
    revise(desk, "dam", ChangeKind.MATERIAL)
    assert marked(desk) == (1, 3)
    waiting = desk.entry("wire", "waiting")
    desk.bring("wire", desk.change(waiting, verdict=HOLD))
    revise(desk, "waiting", ChangeKind.MATERIAL, verdict=HOLD)
    assert marked(desk) == (1, 3)


def test_what_changes_nothing_of_an_entry_marks_nothing(desk):
    desk.bring("wire", status=304)
    desk.bring("wire", meta=FeedMeta(title="The Wire"))
    revise(desk, "dam", ChangeKind.ALIAS)
    known = desk.known(desk.entry("wire", "dam"))
    desk.bring("wire", desk.change(desk.entry("wire", "dam"), ChangeKind.NEW))  # known by now
    assert desk.known(desk.entry("wire", "dam")) == known
    assert marked(desk) == ()


def test_a_visit_that_is_refused_marks_nothing(desk):
    (claim,) = desk.claim("wire", force=True)
    entry = desk.entry("wire", "dam")
    change = desk.change(entry, ChangeKind.MATERIAL, desk.known(entry).entry_id)
    spoiled = desk.change(desk.entry("wire", "x"), ChangeKind.MINOR, 4711)
    (recorded,) = desk.store.record([desk.visit(claim, change, spoiled)])
    assert not recorded.accepted
    assert marked(desk) == ()
    assert [p.corrected for p in desk.shown()] == [None] * 3


def test_a_ruling_is_to_be_written_if_the_entry_was_emitted(desk):
    waiting = desk.entry("wire", "waiting")
    desk.bring("wire", desk.change(waiting, verdict=HOLD))
    desk.rule(waiting, Ruling.DROP)
    assert marked(desk) == ()
    desk.rule(desk.entry("nuce", "bendav"), Ruling.DROP)
    assert marked(desk) == (2,)


def test_all_of_a_source_is_marked_at_once(desk):
    generation = desk.store.generation()
    assert desk.store.mark_sources(["nobody"]) == 0
    assert desk.store.mark_sources([]) == 0
    assert desk.store.generation() == generation
    waiting = desk.entry("wire", "waiting")
    desk.bring("wire", desk.change(waiting, verdict=HOLD))
    assert desk.store.mark_sources(["wire", "wire", "nobody"]) == 2
    assert marked(desk) == (1, 3)
    assert desk.store.mark_sources(["wire", "nuce"]) == 3
    assert marked(desk) == (1, 2, 3)


# --- settle -----------------------------------------------------------------------------------


def test_what_changes_while_documents_are_written_stays_marked(desk):
    revise(desk, "dam")
    revise(desk, "rain")
    seen = desk.store.outdated()
    revise(desk, "dam")
    desk.rule(desk.entry("nuce", "bendav"), Ruling.DROP)
    desk.store.settle(seen.generation, "")
    assert marked(desk) == (1, 2)
    settle(desk)
    assert marked(desk) == ()


def test_settling_is_no_change_of_what_is_published(desk):
    revise(desk, "dam")
    generation = desk.store.generation()
    settle(desk)
    assert desk.store.generation() == generation


def test_marks_outlive_the_process(desk, location):
    revise(desk, "dam")
    seen = desk.store.outdated()
    with Store.open(location, now=desk.now) as again:
        assert again.outdated() == seen


def test_the_stamp_is_what_the_publisher_said_last(store, location):
    assert store.stamp() is None
    store.settle(0, "theme 1, ۱")
    assert store.stamp() == "theme 1, ۱"
    store.settle(0, "")
    assert store.stamp() == ""
    with Store.open(location, now=datetime.now(UTC)) as again:
        assert again.stamp() == ""
        assert again.created == store.created


# --- corrections ------------------------------------------------------------------------------


def corrected(world):
    return {p.sequence: p.corrected for p in world.shown() if p.corrected is not None}


def test_an_entry_whose_words_change_after_it_was_emitted_is_corrected(desk):
    assert corrected(desk) == {}
    revise(desk, "dam")
    assert corrected(desk) == {}
    revise(desk, "dam", ChangeKind.MATERIAL)
    assert corrected(desk) == {1: desk.now}
    first = desk.now
    desk.later(hours=1)
    revise(desk, "dam")
    assert corrected(desk) == {1: first}
    revise(desk, "dam", ChangeKind.MATERIAL)
    assert corrected(desk) == {1: desk.now}
    edition = desk.series()
    assert desk.store.stretch(edition.id, 1, 1)[0].corrected == desk.now
    window = desk.store.window(edition.id, entries=9, after=0, span=timedelta(0))
    assert window.entries[-1].corrected == desk.now


def test_what_changes_before_it_is_emitted_is_no_correction(desk):
    entry = desk.entry("wire", "waiting")
    desk.bring("wire", desk.change(entry, verdict=HOLD))
    revise(desk, "waiting", ChangeKind.MATERIAL)
    desk.emit()
    assert corrected(desk) == {}


# --- withdrawals ------------------------------------------------------------------------------


def withdrawals(world):
    return world.rows("SELECT sequence, withdrawn_at FROM withdrawals ORDER BY 1")


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_what_a_ruling_hides_is_withdrawn_until_one_shows_it(desk):
    dam = desk.entry("wire", "dam")
    assert desk.store.gone(["en"]) == ()
    desk.rule(dam, Ruling.DROP)
    hidden = desk.now
    desk.later(hours=1)
    desk.rule(dam, Ruling.HOLD)
    assert withdrawals(desk) == [(1, micros(hidden))]
    assert desk.store.gone(["en"]) == (1,)
    assert [p.sequence for p in desk.store.published([3, 1, 2, 2])] == [2, 3]
    desk.rule(dam, Ruling.PUBLISH)
    assert withdrawals(desk) == []
    assert desk.store.gone(["en"]) == ()
    assert [p.sequence for p in desk.store.published([3, 1])] == [1, 3]


def test_what_a_visit_hides_is_withdrawn_until_one_shows_it(desk):
    revise(desk, "dam", verdict=HOLD)
    assert withdrawals(desk) == [(1, micros(desk.now))]
    revise(desk, "dam")
    assert withdrawals(desk) == []
    desk.rule(desk.entry("wire", "dam"), Ruling.DROP)
    hidden = desk.now
    desk.later(hours=1)
    revise(desk, "dam", ChangeKind.MATERIAL)  # a person's ruling holds
    assert withdrawals(desk) == [(1, micros(hidden))]
    desk.rule(desk.entry("wire", "dam"), Ruling.PUBLISH)
    revise(desk, "dam", verdict=HOLD)
    assert withdrawals(desk) == []


def test_an_entry_that_two_visits_of_a_batch_change_ends_as_the_last_one_says(world):
    world.follow("wire", feeds=("main", "world"))
    entry = world.entry("wire", "dam")
    world.bring("wire", world.change(entry), feed_key="main")
    world.emit()
    known = world.known(entry, "main")

    def record(*verdicts):
        visits = [
            world.visit(
                claim, world.change(entry, ChangeKind.MINOR, known.entry_id, verdict=verdict)
            )
            for claim, verdict in zip(claims(world), verdicts, strict=True)
        ]
        assert all(recorded.accepted for recorded in world.store.record(visits))

    show = Verdict(ruling=Ruling.PUBLISH)
    record(HOLD, show)
    assert withdrawals(world) == []
    record(show, HOLD)
    assert len(withdrawals(world)) == 1
    record(HOLD, show)
    assert withdrawals(world) == []


def claims(world):
    """Claims of both feeds of an outlet: they are on hosts of their own."""
    found = sorted(world.claim("wire", force=True), key=lambda claim: claim.state.feed_key)
    assert len(found) == 2
    return found


def test_a_taken_down_entry_is_gone_whatever_is_ruled(desk):
    with desk.store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE entries SET withdrawn_at = 1 WHERE sequence = 2")
    assert desk.store.gone(["en"]) == (2,)
    desk.rule(desk.entry("nuce", "bendav"), Ruling.PUBLISH)
    assert desk.store.gone(["en"]) == (2,)
    assert [p.sequence for p in desk.shown()] == [3, 1]
    assert withdrawals(desk) == []


def test_what_is_gone_is_asked_by_language(desk):
    new = desk.entry("nuce", "baran", language="kmr")
    desk.bring("nuce", desk.change(new))
    desk.emit("kmr")
    desk.rule(new, Ruling.DROP)
    desk.rule(desk.entry("wire", "dam"), Ruling.DROP)
    assert desk.store.gone(["en"]) == (1,)
    assert desk.store.gone({"kmr", "en"}) == (1, 4)
    assert desk.store.gone(["ckb"]) == desk.store.gone([]) == ()


# --- clocks -----------------------------------------------------------------------------------


def test_what_happened_while_the_clock_ran_ahead_happened_now(desk):
    desk.later(days=400)
    revise(desk, "dam", ChangeKind.MATERIAL)
    desk.rule(desk.entry("wire", "rain"), Ruling.DROP)
    topic = ("https://hub.example/", "https://example.org/en/atom.xml")
    desk.store.want_pings([topic], desk.now)
    desk.store.want_pictures([("https://img.example/2.jpg", 2)], desk.now)
    desk.later(days=-400)
    settle(desk)
    assert desk.store.due_pings(desk.now) == ()
    desk.enroll()
    assert corrected(desk) == {1: desk.now}
    assert withdrawals(desk) == [(3, micros(desk.now))]
    window = desk.store.window(desk.series().id, entries=9, after=0, span=timedelta(0))
    assert [one.at for one in window.withdrawn] == [desk.now]
    assert marked(desk) == (1, 3)
    (ping,) = desk.store.due_pings(desk.now)
    assert (ping.hub, ping.topic) == topic
    (picture,) = desk.store.due_pictures(desk.now)
    assert picture.url == "https://img.example/2.jpg"
    settle(desk)
    desk.enroll()
    assert marked(desk) == ()


def test_a_wait_that_is_meant_is_left_alone(desk):
    topic = ("https://hub.example/", "https://example.org/en/atom.xml")
    desk.store.want_pings([topic], desk.now)
    (ping,) = desk.store.due_pings(desk.now)
    desk.store.ping_failed(ping, desk.now + timedelta(days=7))
    desk.enroll()
    assert desk.store.due_pings(desk.now) == ()
    assert desk.store.due_pings(desk.now + timedelta(days=7)) == (replace(ping, tries=1),)
