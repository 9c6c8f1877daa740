"""What waits for a person, and what a retired feed leaves behind, on SQLite and PostgreSQL."""

from dataclasses import replace

from aggregator.model import ChangeKind, Edits, Ruling, Verdict
from aggregator.store import Decision

HOLD = Verdict(ruling=Ruling.HOLD, reasons=("language in doubt",))
PUBLISH = Verdict(ruling=Ruling.PUBLISH, reasons=("the operator says so",))


def held(world, *names, **fields):
    """Store entries that wait."""
    entries = [world.entry("alpha", name, language=None) for name in names]
    changes = [world.change(entry, verdict=HOLD) for entry in entries]
    return world.bring("alpha", *changes, **fields)


def decided(world, entry_id, entry):
    entry = replace(entry, language="en", language_reason="the operator's")
    return Decision(entry_id=entry_id, entry=entry, verdict=PUBLISH)


# --- held ---------------------------------------------------------------------------------------


def test_entries_that_wait_are_counted_as_they_come_and_where_they_are(world):
    world.follow("alpha", "beta")
    assert held(world, "one", "two").held == 2
    entry = world.entry("alpha", "three")
    recorded = world.bring("alpha", world.change(entry))
    assert (recorded.new, recorded.held) == (1, 0)
    recorded = world.bring(
        "alpha", world.change(entry, ChangeKind.MINOR, world.known(entry).entry_id, verdict=HOLD)
    )
    assert (recorded.changed, recorded.held) == (1, 1)
    assert [row.held for row in world.store.feeds(world.now)] == [3, 0]
    one = world.known(world.entry("alpha", "one")).entry_id
    english = Edits(language="en")
    world.store.rule(one, Ruling.PUBLISH, who="Rojda", why="w", now=world.now, edits=english)
    assert [row.held for row in world.store.feeds(world.now)] == [2, 0]


def test_what_waits_is_judged_again_without_a_visit(world):
    world.follow("alpha")
    held(world, "one", "two")
    waiting = world.store.undecided("alpha")
    assert [entry.title for _, entry in waiting] == ["Title of two", "Title of one"]
    assert world.store.undecided("alpha", before=waiting[0][0]) == waiting[1:]
    assert world.store.undecided("alpha", limit=1) == waiting[:1]
    assert world.store.undecided("beta") == ()
    assert world.store.undecided_sources() == ("alpha",)
    generation = world.store.generation()
    decisions = [decided(world, *item) for item in waiting]
    assert world.store.redecide(decisions, now=world.now) == 2
    assert world.store.generation() > generation
    assert world.store.undecided("alpha") == ()
    assert world.store.undecided_sources() == ()
    known = world.known(waiting[0][1])
    assert (known.language, known.verdict, known.revision) == ("en", PUBLISH, 2)
    assert known.digest == waiting[0][1].digest
    *_, last = world.store.history(known.entry_id)
    assert (last.kind, last.entry) == (ChangeKind.MINOR, decisions[0].entry)
    assert world.emit() == 2
    assert {published.language for published in world.shown()} == {"en"}
    assert world.store.redecide(decisions, now=world.now) == 0


def test_judging_again_leaves_alone_what_a_person_or_a_visit_changed_meanwhile(world):
    world.follow("alpha")
    held(world, "changed", "ruled", "same", "shown")
    ids = {entry.title: (entry_id, entry) for entry_id, entry in world.store.undecided("alpha")}
    entry_id, entry = ids["Title of changed"]
    newer = replace(entry, digest="1:newer", standfirst="Newer")
    world.bring("alpha", world.change(newer, ChangeKind.MATERIAL, entry_id, verdict=HOLD))
    world.store.rule(ids["Title of ruled"][0], Ruling.HOLD, who="Rojda", why="wait", now=world.now)
    entry_id, entry = ids["Title of shown"]
    shown = replace(entry, language="en", digest="1:shown")
    for verdict in (PUBLISH, HOLD):
        world.bring("alpha", world.change(shown, ChangeKind.MINOR, entry_id, verdict=verdict))
        world.emit()
    entry_id, entry = ids["Title of same"]
    same = Decision(entry_id=entry_id, entry=entry, verdict=HOLD)
    others = [decided(world, *item) for item in ids.values() if item[0] != entry_id]
    generation = world.store.generation()
    assert world.store.redecide([*others, same], now=world.now) == 0
    assert world.store.redecide([], now=world.now) == 0
    assert world.store.generation() == generation
    assert {entry.title for _, entry in world.store.undecided("alpha")} == {
        "Title of changed",
        "Title of same",
    }


# --- a retired feed's entries -------------------------------------------------------------------


def test_a_feed_takes_over_what_a_retired_one_left_with_its_first_change(world):
    world.follow("alpha", feeds=("old",))
    one, two = world.entry("alpha", "one"), world.entry("alpha", "two")
    world.bring("alpha", world.change(one), world.change(two), feed_key="old")
    world.emit()
    world.follow("alpha", feeds=("old", "new"))
    assert world.known(one, "new").feed_key == "old"
    world.follow("alpha", feeds=("new", "other"))
    known = world.known(one, "new")
    assert (known.feed_key, known.digest) == ("new", "")
    assert world.known(one, "other").feed_key == "other"
    corrected = replace(one, title="Corrected", digest="1:two")
    change = world.change(corrected, ChangeKind.MATERIAL, known.entry_id)
    assert world.bring("alpha", change, feed_key="new").changed == 1
    assert world.known(one, "other").feed_key == "new"
    assert world.known(two, "other").feed_key == "other"
    assert [published.entry.title for published in world.shown()][-1] in ("Corrected", two.title)
    counts = {row.feed_key: row.entries for row in world.store.feeds(world.now)}
    assert counts == {"new": 1, "old": 1, "other": 0}


def test_an_entry_does_not_leave_a_feed_that_is_followed(world):
    world.follow("alpha", feeds=("main", "politics"))
    one = world.entry("alpha", "one")
    world.bring("alpha", world.change(one), feed_key="main")
    change = world.change(one, ChangeKind.MINOR, world.known(one).entry_id)
    world.bring("alpha", change, feed_key="politics")
    assert world.known(one, "politics").feed_key == "main"
