"""What is taken down, and what publishers take back, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model import Removal, Ruling, Verdict

HOLD = Verdict(ruling=Ruling.HOLD, reasons=("language in doubt",))
LONG = "<p>" + "Av li Tişrînê kêm bû û gundî li ber çem rawestiyan. " * 6 + "</p>"
WHO = {"who": "Rojda", "why": "a lawyer wrote"}


def bring(world, source, *entries, **fields):
    world.bring(source, *(world.change(entry, **fields) for entry in entries))


def number(world, entry):
    return world.known(entry).entry_id


def titles(world, *languages):
    return [published.entry.title for published in world.shown(*languages)]


def publish(world, *languages):
    world.emit(*languages)
    world.place(*languages)
    return world.shown(*languages)


def take_down(world, entry):
    return world.store.take_down(entry_id=number(world, entry), **WHO, now=world.now)


# --- takedowns ----------------------------------------------------------------------------------


def test_what_is_taken_down_is_gone_everywhere_and_comes_back_as_it_was(world):
    world.follow("alpha")
    entry, other = world.entry("alpha", "one"), world.entry("alpha", "other")
    bring(world, "alpha", entry, other)
    _, before = publish(world)
    at = world.later(hours=1)
    world.store.settle(world.store.generation(), "")
    takedown = take_down(world, entry)
    assert (takedown.new, takedown.entries, takedown.title) == (True, 1, entry.title)
    assert (takedown.entry_id, takedown.why, takedown.taken) == (1, "a lawyer wrote", at)
    assert titles(world) == [other.title]
    assert world.store.gone(["en"]) == (1,)
    assert world.store.outdated().sequences == (1,)
    edition = world.series()
    (gone,) = world.store.withdrawals(edition.id, 1, 2)
    assert (gone.id, gone.at) == (before.id, at)
    assert world.store.withdrawals(edition.id, 2, 2) == ()
    again = take_down(world, entry)
    assert (again.new, again.id) == (False, takedown.id)
    # The publisher's corrections do not bring it back.
    world.correct(entry, digest="1:two")
    assert titles(world) == [other.title]
    at = world.later(hours=1)
    restored = world.store.restore(takedown.id, who="Zîn", why="agreed", now=at)
    assert (restored.new, restored.entries, restored.restored) == (True, 1, at)
    assert (restored.who, restored.restored_who) == ("Rojda", "Zîn")
    assert not world.store.restore(takedown.id, **WHO, now=at).new
    _, after = world.shown()
    assert (after.id, after.link, after.updated) == (before.id, before.link, at)
    assert world.store.withdrawals(edition.id, 1, 2) == ()
    (logged,) = world.store.takedowns()
    assert logged == replace(restored, new=False, entries=0)


def test_what_is_shown_again_stands_in_the_subscription_document_uncorrected(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    publish(world)
    world.later(days=10)
    bring(world, "alpha", *(world.entry("alpha", f"n{n}") for n in range(5)))
    publish(world)
    words = {"entries": 2, "after": 3, "span": timedelta(hours=48)}
    window = world.store.window(world.series().id, **words)
    assert 1 not in [published.sequence for published in window.entries]
    takedown = take_down(world, entry)
    world.later(hours=1)
    world.store.restore(takedown.id, **WHO, now=world.now)
    window = world.store.window(world.series().id, **words)
    (again,) = [published for published in window.entries if published.sequence == 1]
    assert (again.updated, again.corrected) == (world.now, None)
    assert window.withdrawn == ()


def test_what_was_never_published_can_be_taken_down_too(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry, verdict=HOLD)
    takedown = take_down(world, entry)
    world.store.rule(takedown.entry_id, Ruling.PUBLISH, **WHO, now=world.now)
    assert world.emit() == 0
    world.store.restore(takedown.id, **WHO, now=world.now)
    assert world.emit() == 1


def test_the_same_text_does_not_come_back_from_anybody_nor_the_same_address(world):
    world.follow("alpha", "beta", "gamma")
    entry = world.entry("alpha", "one", body=LONG)
    bring(world, "alpha", entry, text_digest="words")
    bring(world, "gamma", world.entry("gamma", "copy", body=LONG), text_digest="words")
    publish(world)
    takedown = take_down(world, entry)
    assert takedown.entries == 2
    assert titles(world) == []
    items = [("beta.example/x", "words"), (entry.address, "other"), ("beta.example/y", "other")]
    found = world.store.barred("beta", items)
    assert {index: one.id for index, one in found.items()} == dict.fromkeys((0, 1), takedown.id)
    same = world.entry("beta", "same", body=LONG)
    moved = world.entry("beta", "moved", address=entry.address)
    free = world.entry("beta", "free")
    world.bring(
        "beta",
        world.change(same, text_digest="words"),
        world.change(moved),
        world.change(free),
    )
    publish(world)
    assert titles(world) == [free.title]
    world.store.restore(takedown.id, **WHO, now=world.now)
    publish(world)
    assert sorted(titles(world)) == sorted(
        [entry.title, "Title of copy", same.title, moved.title, free.title]
    )
    assert world.store.barred("beta", items) == {}


def test_a_headline_alone_bars_nobody_else(world):
    world.follow("alpha", "beta")
    short = {"body": "", "standfirst": "", "title": "Weather"}
    bring(world, "alpha", world.entry("alpha", "one", **short), text_digest="weather")
    bring(world, "beta", world.entry("beta", "one", **short), text_digest="weather")
    publish(world)
    take_down(world, world.entry("alpha", "one"))
    assert [published.source_id for published in world.shown()] == ["beta"]
    assert world.store.barred("beta", [(None, "weather")]) == {}


def test_a_source_is_taken_down_with_all_that_it_still_brings(world):
    world.follow("alpha", "beta")
    one, held = world.entry("alpha", "one"), world.entry("alpha", "held")
    bring(world, "alpha", one)
    bring(world, "alpha", held, verdict=HOLD)
    reader = world.entry("beta", "reader", address=one.address)
    bring(world, "beta", reader, world.entry("beta", "own"))
    publish(world)
    down = {"source_id": "alpha", "title": "Alpha News"}
    takedown = world.store.take_down(**down, **WHO, now=world.now)
    assert (takedown.entries, takedown.title) == (3, "Alpha News")
    assert titles(world) == ["Title of own"]
    assert not world.store.take_down(**down, **WHO, now=world.now).new
    late = world.entry("alpha", "late")
    bring(world, "alpha", late)
    publish(world)
    assert titles(world) == ["Title of own"]
    assert world.store.held() == 0
    restored = world.store.restore(takedown.id, **WHO, now=world.now)
    assert restored.entries == 4
    publish(world)
    assert sorted(titles(world)) == [
        "Title of late",
        "Title of one",
        "Title of own",
        "Title of reader",
    ]
    assert world.store.held() == 1
    with pytest.raises(StoreError, match="no source 'nobody'"):
        world.store.take_down(source_id="nobody", **WHO, now=world.now)


def test_what_two_takedowns_reach_stays_down_until_both_are_undone(world):
    world.follow("alpha")
    one, two = world.entry("alpha", "one", body=LONG), world.entry("alpha", "two", body=LONG)
    bring(world, "alpha", one, two, text_digest="words")
    publish(world)
    first = take_down(world, one)
    second = take_down(world, two)
    whole = world.store.take_down(source_id="alpha", **WHO, now=world.now)
    assert (second.new, second.id, whole.entries) == (True, 2, 0)
    for takedown in (first, whole):
        world.store.restore(takedown.id, **WHO, now=world.now)
        assert titles(world) == []
    world.store.restore(second.id, **WHO, now=world.now)
    assert titles(world) == [two.title, one.title]


def test_an_entry_that_is_restored_stays_down_while_its_source_is_down(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", address=None)
    bring(world, "alpha", entry)
    publish(world)
    alone = take_down(world, entry)
    whole = world.store.take_down(source_id="alpha", **WHO, now=world.now)
    assert world.store.restore(alone.id, **WHO, now=world.now).entries == 0
    assert titles(world) == []
    assert world.store.restore(whole.id, **WHO, now=world.now).entries == 1
    assert titles(world) == [entry.title]


def test_a_takedown_of_nothing_is_the_callers_mistake_or_says_what_is_missing(world):
    with pytest.raises(ValueError, match="either"):
        world.store.take_down(**WHO, now=world.now)
    with pytest.raises(StoreError, match="no entry 3"):
        world.store.take_down(entry_id=3, **WHO, now=world.now)
    with pytest.raises(StoreError, match="no takedown 3"):
        world.store.restore(3, **WHO, now=world.now)


# --- the publisher's own signs ------------------------------------------------------------------


def test_what_its_publisher_takes_back_is_hidden_until_it_gives_it_again(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    (before,) = publish(world)
    entry_id = before.entry_id
    removal = Removal(entry_id=entry_id, at=world.now - timedelta(days=400), why="its page is 410")
    at = world.later(hours=1)
    assert world.store.withdraw([removal], at) == (1,)
    assert world.store.withdraw([removal], at) == ()
    assert titles(world) == []
    (gone,) = world.store.withdrawals(world.series().id, 1, 1)
    assert gone.at == at  # when we tell it, whenever it was
    dossier = world.store.dossier(entry_id)
    assert (dossier.withdrawn, dossier.withdrawn_why) == (removal.at, "its page is 410")
    assert not dossier.is_shown
    at = world.later(hours=1)
    assert world.store.readmit([entry_id], "the page answers", at) == (1,)
    assert world.store.readmit([entry_id], "the page answers", at) == ()
    (after,) = world.shown()
    assert (after.id, after.updated, after.corrected) == (before.id, at, None)
    assert world.store.history(entry_id)[-1].note == (
        "shown again: the page answers (before: its page is 410)"
    )


def test_a_takedown_and_a_publishers_own_sign_do_not_undo_each_other(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    publish(world)
    entry_id = number(world, entry)
    removal = Removal(entry_id=entry_id, at=world.now, why="tombstone")
    takedown = take_down(world, entry)
    assert world.store.withdraw([removal], world.now) == ()
    assert world.store.readmit([entry_id], "it is back", world.now) == ()
    assert titles(world) == []
    world.store.withdraw([removal], world.now)
    world.store.restore(takedown.id, **WHO, now=world.now)
    assert titles(world) == []
    assert world.store.readmit([entry_id], "it is back", world.now) == (1,)
    assert titles(world) == [entry.title]


def test_a_visit_brings_the_publishers_signs_along(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    publish(world)
    removal = Removal(entry_id=number(world, entry), at=world.now, why="tombstone")
    world.bring("alpha", removals=(removal,))
    assert titles(world) == []
