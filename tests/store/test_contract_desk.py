"""The editors' questions and commands, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest

from aggregator.errors import StoreError
from aggregator.model import ChangeKind, Edits, Ruling, Verdict
from aggregator.store import Decision

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


# --- the queue ----------------------------------------------------------------------------------


def test_what_waits_stands_in_the_queue_newest_first_with_its_reasons(world):
    world.follow("alpha", "beta")
    bring(world, "alpha", world.entry("alpha", "one", language=None), verdict=HOLD)
    bring(world, "beta", world.entry("beta", "two"), verdict=HOLD)
    bring(world, "beta", world.entry("beta", "shown"))
    two, one = world.store.queue()
    assert [held.entry.title for held in (one, two)] == ["Title of one", "Title of two"]
    assert (one.source_id, one.reasons, one.seen) == ("alpha", HOLD.reasons, world.now)
    assert world.store.queue(limit=1) == (two,)
    assert world.store.queue(before=two.entry_id) == (one,)
    assert world.store.queue(source_id="alpha") == (one,)
    assert (world.store.held(), world.store.held("beta")) == (2, 1)
    world.store.rule(two.entry_id, Ruling.DROP, **WHO, now=world.now)
    assert world.store.queue() == (one,)
    take_down(world, one.entry)
    assert (world.store.queue(), world.store.held()) == ((), 0)


def test_an_entry_without_a_language_is_approved_only_with_one(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", language=None)
    bring(world, "alpha", entry, verdict=HOLD)
    (held,) = world.store.queue()
    with pytest.raises(StoreError, match=r"queue approve 1 --language"):
        world.store.rule(held.entry_id, Ruling.PUBLISH, **WHO, now=world.now)
    assert world.store.queue() == (held,)
    kurmanji = Edits(language="kmr")
    world.store.rule(held.entry_id, Ruling.PUBLISH, **WHO, now=world.now, edits=kurmanji)
    assert world.emit("kmr") == 1
    assert [one.language for one in world.shown("kmr")] == ["kmr"]
    # What the publisher brings later does not undo it.
    world.bring("alpha", world.change(entry, ChangeKind.MINOR, held.entry_id, verdict=HOLD))
    assert [one.entry.language for one in world.shown("kmr")] == ["kmr"]


def test_several_entries_are_ruled_on_alike_or_none_is(world):
    world.follow("alpha")
    one, two = world.entry("alpha", "one"), world.entry("alpha", "two", language=None)
    bring(world, "alpha", one, two, verdict=HOLD)
    ids = [held.entry_id for held in world.store.queue()]
    with pytest.raises(StoreError, match="no language"):
        world.store.rule_all(ids, Ruling.PUBLISH, **WHO, now=world.now)
    assert world.store.held() == 2
    world.store.rule_all(ids, Ruling.DROP, **WHO, now=world.now)
    assert world.store.held() == 0


# --- edits --------------------------------------------------------------------------------------


def test_a_persons_words_are_kept_over_later_updates_of_the_publisher(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry, verdict=HOLD)
    edits = Edits(title="Our title", standfirst="", categories=("water",))
    world.store.edit(number(world, entry), edits, **WHO, now=world.now)
    (held,) = world.store.queue()
    assert held.edits == edits
    assert (held.entry.title, held.entry.standfirst) == ("Our title", "")
    world.store.rule(held.entry_id, Ruling.PUBLISH, **WHO, now=world.now)
    (shown,) = publish(world)
    assert (shown.entry.title, shown.entry.categories) == ("Our title", ("water",))
    # Not a correction: nobody saw other words of it.
    assert (shown.corrected, shown.updated) == (None, entry.published)
    changed = replace(entry, title="Theirs", body="<p>New</p>", digest="1:two")
    world.later(hours=1)
    world.bring("alpha", world.change(changed, ChangeKind.MATERIAL, shown.entry_id))
    (now,) = world.shown()
    assert (now.entry.title, now.entry.body) == ("Our title", "<p>New</p>")


def test_other_words_of_what_was_published_are_a_correction(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    (before,) = publish(world)
    at = world.later(hours=1)
    world.store.settle(world.store.generation(), "")
    world.store.edit(before.entry_id, Edits(title="Better"), **WHO, now=at)
    (after,) = world.shown()
    assert (after.id, after.link, after.published) == (before.id, before.link, before.published)
    assert (after.entry.title, after.updated, after.corrected) == ("Better", at, at)
    assert world.store.outdated().sequences == (1,)
    # Categories are no words: the bytes change, `updated` does not.
    world.later(hours=1)
    world.store.edit(before.entry_id, Edits(categories=("x",)), **WHO, now=world.now)
    (last,) = world.shown()
    assert (last.entry.categories, last.updated, last.corrected) == (("x",), at, at)
    assert last.entry.title == "Better"


def test_the_history_shows_what_was_shown_when(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    entry_id = number(world, entry)
    publish(world)
    world.store.edit(entry_id, Edits(title="Better"), **WHO, now=world.later(hours=1))
    changed = world.correct(entry, title="Theirs", standfirst="More", digest="1:two")
    world.store.edit(entry_id, Edits(), **WHO, now=world.later(hours=1), instead=True)
    history = world.store.history(entry_id)
    assert [(one.kind, one.entry.title, one.entry.standfirst) for one in history] == [
        (ChangeKind.NEW, entry.title, entry.standfirst),
        (ChangeKind.MATERIAL, "Better", entry.standfirst),
        (ChangeKind.MATERIAL, "Better", "More"),
        (ChangeKind.MATERIAL, "Theirs", "More"),
    ]
    assert [one.edits for one in history][1:] == [Edits(title="Better")] * 2 + [None]
    assert history[1].note == "edited by Rojda: a lawyer wrote"
    assert titles(world) == [changed.title]
    rulings = world.store.dossier(entry_id).rulings
    assert [(one.ruling, one.who, one.edits) for one in rulings] == [
        (Ruling.PUBLISH, "Rojda", Edits(title="Better")),
        (Ruling.PUBLISH, "Rojda", Edits()),
    ]


def test_an_edit_that_changes_nothing_is_no_revision_and_lasts(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry)
    (before,) = publish(world)
    same = Edits(title=entry.title, language="en")
    world.store.edit(before.entry_id, same, **WHO, now=world.later(hours=1))
    (after,) = world.shown()
    assert (after.updated, after.corrected) == (before.updated, None)
    assert len(world.store.history(before.entry_id)) == 2  # who says the language is news
    world.correct(entry, title="Theirs", digest="1:two")
    assert titles(world) == [entry.title]


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (Edits(language="ckb"), "published in en.*its language stays"),
        (Edits(title="  "), "needs a title"),
    ],
)
def test_edits_that_cannot_be_made_are_refused_with_the_reason(world, edits, message):
    world.follow("alpha")
    bring(world, "alpha", world.entry("alpha", "one"))
    (before,) = publish(world)
    with pytest.raises(StoreError, match=message):
        world.store.edit(before.entry_id, edits, **WHO, now=world.now)
    with pytest.raises(StoreError, match=message):
        world.store.rule(before.entry_id, Ruling.PUBLISH, **WHO, now=world.now, edits=edits)
    assert world.shown() == (before,)
    with pytest.raises(StoreError, match="there is no entry 4711"):
        world.store.edit(4711, Edits(title="x"), **WHO, now=world.now)


def test_judging_again_leaves_a_persons_language_and_words_alone(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", language=None)
    bring(world, "alpha", entry, verdict=HOLD)
    edits = Edits(language="ckb", title="Ours")
    world.store.edit(number(world, entry), edits, **WHO, now=world.now)
    ((entry_id, waiting),) = world.store.undecided("alpha")
    assert (waiting.language, waiting.title) == ("ckb", "Ours")
    publishing = Verdict(ruling=Ruling.PUBLISH, reasons=("the prior",))
    said = replace(waiting, language="en", language_reason="the prior")
    decision = Decision(entry_id=entry_id, entry=said, verdict=publishing)
    assert world.store.redecide([decision], now=world.now) == 1
    assert world.emit("en", "ckb") == 1
    ((language, title),) = [(p.language, p.entry.title) for p in world.shown("en", "ckb")]
    assert (language, title) == ("ckb", "Ours")


# --- finding an entry ---------------------------------------------------------------------------


def test_an_entry_is_found_by_every_name_that_a_person_may_have_of_it(world):
    world.follow("alpha", "beta")
    entry = world.entry("alpha", "one", guid="tag:alpha.example,2026:one")
    bring(world, "alpha", entry)
    twin = world.entry("beta", "two", guid="shared")
    bring(world, "alpha", world.entry("alpha", "two", guid="shared"))
    bring(world, "beta", twin)
    publish(world)
    find = world.store.find
    (shown,) = [published for published in world.shown() if published.entry == entry]
    for name in ("1", " 1 ", shown.id, entry.key.guid, entry.link, f"{entry.link}?utm_source=x"):
        assert find(name) == (1,), name
    assert find("shared") == (2, 3)
    for name in ("", "99", "9" * 40, "٣", "nothing", "https://nobody.example/x"):
        assert find(name) == (), name
    assert world.store.entry_of(shown.sequence) == 1
    assert world.store.entry_of(99) is None


def test_the_dossier_has_all_that_is_known_of_an_entry(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    bring(world, "alpha", entry, verdict=HOLD)
    entry_id = number(world, entry)
    waiting = world.store.dossier(entry_id)
    assert (waiting.emission, waiting.placements, waiting.is_shown) == (None, (), False)
    assert (waiting.verdict, waiting.by_person, waiting.first_seen) == (HOLD, False, world.now)
    edits = Edits(title="Ours")
    world.store.rule(entry_id, Ruling.PUBLISH, **WHO, now=world.now, edits=edits)
    publish(world)
    dossier = world.store.dossier(entry_id)
    assert (dossier.entry.title, dossier.read, dossier.edits) == ("Ours", entry, edits)
    assert dossier.by_person
    assert dossier.is_shown
    assert (dossier.emission.sequence, dossier.emission.link) == (1, entry.link)
    assert dossier.language == dossier.emission.language == "en"
    assert len(dossier.placements) == 6
    assert dict(dossier.names)["guid"] == 1
    assert dossier.takedown is None
    takedown = take_down(world, entry)
    assert world.store.dossier(entry_id).takedown.id == takedown.id
    assert world.store.dossier(4711) is None
