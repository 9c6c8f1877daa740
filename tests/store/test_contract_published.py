"""Emissions, rulings and the generation, on SQLite and on PostgreSQL."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model import AtomId, ChangeKind, FeedMeta, Ruling, Verdict
from aggregator.store import Store

HOLD = Verdict(ruling=Ruling.HOLD, reasons=("in doubt",))


def titles(window):
    return [published.entry.title for published in window]


def bring(world, source, *entries, **fields):
    """Store new entries from a source that is followed."""
    return world.bring(source, *(world.change(entry) for entry in entries), **fields)


# --- emit -------------------------------------------------------------------------------------


def test_the_oldest_gets_the_lowest_number_and_each_is_emitted_once(world):
    world.follow("alpha", "beta")
    hours = {"one": 3, "two": 1, "three": 2}
    entries = [
        world.entry("alpha", name, published=world.now - timedelta(hours=ago))
        for name, ago in hours.items()
    ]
    bring(world, "alpha", *entries)
    assert world.emit() == 3
    assert world.emit() == 0
    shown = world.shown()
    assert titles(shown) == ["Title of two", "Title of three", "Title of one"]
    assert [published.sequence for published in shown] == [3, 2, 1]
    assert world.known(entries[0]).emitted


def test_only_what_may_appear_in_a_language_that_is_shown_is_emitted(world):
    world.follow("alpha")
    world.bring(
        "alpha",
        world.change(world.entry("alpha", "english")),
        world.change(world.entry("alpha", "sorani", language="ckb")),
        world.change(world.entry("alpha", "persian", language="fa")),
        world.change(world.entry("alpha", "doubtful", language=None)),
        world.change(world.entry("alpha", "held"), verdict=HOLD),
    )
    assert world.emit("en", "ckb", "kmr") == 2
    assert titles(world.shown("en", "ckb", "fa")) == ["Title of sorani", "Title of english"]


def test_id_link_and_language_are_fixed_at_the_first_emission(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    world.emit()
    (first,) = world.shown()
    changed = replace(entry, link="https://moved.example/", language="fr", title="New")
    known = world.known(entry)
    corrected = world.later(hours=1)
    world.bring("alpha", world.change(changed, ChangeKind.MATERIAL, known.entry_id))
    world.later(days=1)
    assert world.emit("en", "fr") == 0
    (now,) = world.shown()
    assert now == replace(first, entry=changed, corrected=corrected)
    assert (now.link, now.language) == (entry.link, "en")


@pytest.mark.parametrize("at_once", [False, True])
def test_no_two_entries_get_one_id_whatever_their_publishers_write(world, at_once):
    world.follow("alpha", "beta", "gamma")
    guids = {
        "alpha": ["tag:example.org,2026:gamma:same", "same"],
        "beta": ["same"],
        "gamma": ["same", "tag:example.org,2026:beta:same"],
    }
    number = itertools.count(1)
    for source, wanted in guids.items():
        entries = [world.entry(source, f"e{next(number)}", guid=guid) for guid in wanted]
        bring(world, source, *entries)
        if not at_once:
            world.emit()
    world.emit()
    shown = sorted(world.shown(), key=lambda published: published.sequence)
    assert len({published.id for published in shown}) == len(shown) == 5
    assert [published.id for published in shown[:3]] == [
        "tag:example.org,2026:gamma:same",
        "same",
        "tag:example.org,2026:beta:same",
    ]
    assert all(published.id.startswith("urn:uuid:") for published in shown[3:4])


def test_an_id_longer_than_an_index_can_hold_is_stored(world):
    world.follow("alpha")
    guid = "tag:example.org,2026:" + "ê" * 5000
    bring(world, "alpha", world.entry("alpha", "one", guid=guid))
    world.emit()
    assert [published.id for published in world.shown()] == [AtomId(guid)]


# --- published -------------------------------------------------------------------------------


def test_a_published_entry_carries_what_its_feed_says_of_itself(world):
    world.follow("alpha", feeds=("main", "politics"))
    one = world.entry("alpha", "one", updated=world.now - timedelta(minutes=9))
    two = world.entry("alpha", "two", updated=world.now)
    bring(world, "alpha", one, feed_key="main", meta=FeedMeta(title="Main"))
    bring(world, "alpha", two, feed_key="politics")
    world.bring("alpha", feed_key="main")  # brings no meta: what is known is kept
    world.emit()
    found = {p.entry: (p.source_id, p.source_meta, p.source_updated) for p in world.shown()}
    assert found == {
        one: ("alpha", FeedMeta(title="Main"), one.updated),
        two: ("alpha", FeedMeta(), two.updated),
    }


# --- rule -------------------------------------------------------------------------------------


def test_a_persons_ruling_outlives_later_visits(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    world.bring("alpha", world.change(entry, verdict=HOLD))
    known = world.known(entry)
    assert world.emit() == 0
    world.store.rule(known.entry_id, Ruling.PUBLISH, who="Rojda", why="it is fine", now=world.now)
    again = replace(entry, title="Corrected", digest="1:two")
    change = world.change(again, ChangeKind.MATERIAL, known.entry_id, verdict=HOLD)
    world.bring("alpha", change)
    verdict = world.known(entry).verdict
    assert verdict == Verdict(ruling=Ruling.PUBLISH, reasons=("ruled by Rojda: it is fine",))
    assert world.emit() == 1
    assert titles(world.shown()) == ["Corrected"]
    world.store.rule(known.entry_id, Ruling.DROP, who="Zîn", why="no", now=world.now)
    world.bring("alpha", replace(change, verdict=Verdict(ruling=Ruling.PUBLISH)))
    assert world.shown() == ()
    world.store.rule(known.entry_id, Ruling.PUBLISH, who="Zîn", why="yes", now=world.now)
    assert world.emit() == 0
    assert len(world.shown()) == 1


def test_what_a_later_visit_holds_disappears_and_comes_back_under_its_id(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    world.emit()
    (before,) = world.shown()
    known = world.known(entry)
    world.bring("alpha", world.change(entry, ChangeKind.MINOR, known.entry_id, verdict=HOLD))
    assert world.shown() == ()
    world.bring("alpha", world.change(entry, ChangeKind.MINOR, known.entry_id))
    assert world.emit() == 0
    # Who obeyed the tombstone takes it back when its `updated` is later (RFC 6721 section 3).
    assert world.shown() == (replace(before, updated=world.now),)


# --- generation -------------------------------------------------------------------------------


def test_the_generation_moves_with_what_may_change_output_and_with_nothing_else(world):
    store = world.store

    def moves(command):
        before = store.generation()
        command()
        return store.generation() > before

    assert not moves(lambda: world.follow("alpha"))
    entry = world.entry("alpha", "one")
    assert moves(lambda: bring(world, "alpha", entry, meta=FeedMeta(title="A")))
    assert moves(world.emit)
    assert not moves(world.emit)
    assert not moves(lambda: world.bring("alpha", meta=FeedMeta(title="A")))
    assert not moves(lambda: world.bring("alpha", status=304))
    assert moves(lambda: world.bring("alpha", meta=FeedMeta(title="B")))
    known = world.known(entry)
    alias = world.change(entry, ChangeKind.ALIAS, known.entry_id)
    assert not moves(lambda: world.bring("alpha", alias))
    minor = world.change(entry, ChangeKind.MINOR, known.entry_id)
    assert moves(lambda: world.bring("alpha", minor))
    rule = {"who": "R", "why": "w", "now": world.now}
    assert moves(lambda: store.rule(known.entry_id, Ruling.HOLD, **rule))
    assert not moves(lambda: store.hold_host("x.example", world.now))


# --- backup -----------------------------------------------------------------------------------


def test_a_backup_is_the_store_as_it_was(world, world_of, tmp_path, location):
    world.follow("alpha")
    bring(world, "alpha", world.entry("alpha", "one"))
    world.emit()
    target = tmp_path / "backups" / "copy.db"
    if location.startswith("postgresql"):
        with pytest.raises(StoreError, match="pg_dump"):
            world.store.backup(target)
        return
    shown = world.shown()
    world.store.backup(target)
    bring(world, "alpha", world.entry("alpha", "two"))
    world.store.backup(tmp_path / "backups" / "later.db")
    with Store.open(str(target), now=world.now) as copy:
        assert world_of(copy).shown() == shown
    assert {path.name for path in target.parent.glob("*.partial*")} == set()
