"""What a visit asks of single entries, and what it records for those questions."""

from dataclasses import replace
from datetime import timedelta

from aggregator.model import ChangeKind, Edits, Html, Release, Removal, Ruling, Verdict
from aggregator.store.rows import fingerprint

LONG = Html("<p>" + "The council decided on the water of the valley. " * 8 + "</p>")
TITLE = "The council decides on the water of the whole valley"
HELD = Verdict(ruling=Ruling.HOLD, reasons=("quarantined: all are new",))


def test_an_entry_is_found_by_its_words_and_by_its_title_about_its_day(world):
    world.follow("alpha", "beta")
    entry = world.entry("alpha", "one", title=TITLE, body=LONG)
    world.bring("alpha", world.change(entry, text_digest="words"))
    known = world.known(entry)
    other = replace(entry, published=entry.published + timedelta(days=2), digest="1:other")
    late = replace(entry, published=entry.published + timedelta(days=3))
    wanted = [
        (late, "words"),
        (other, "none"),
        (late, "none"),
        (replace(entry, title="x"), "none"),
    ]
    found = world.store.alike("alpha", "", wanted)
    assert {place: [one.known.entry_id for one in some] for place, some in found.items()} == {
        0: [known.entry_id],
        1: [known.entry_id],
    }
    assert found[0][0].entry == entry
    assert world.store.alike("beta", "", wanted) == {}


def test_short_texts_and_titles_are_no_names(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", title="Daily briefing", standfirst="")
    world.bring("alpha", world.change(entry, text_digest="words"))
    assert world.store.alike("alpha", "", [(entry, "words")]) == {}


def test_an_alias_has_no_say_in_what_an_entry_looks_like(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", title=TITLE, body=LONG)
    world.bring("alpha", world.change(entry, text_digest="words"))
    number = world.known(entry).entry_id
    alias = world.change(entry, ChangeKind.ALIAS, number, text_digest="teaser")
    world.bring("alpha", alias)
    assert world.store.alike("alpha", "", [(replace(entry, title="x"), "teaser")]) == {}


def test_a_new_guid_of_a_renamed_entry_is_one_more_name_of_it(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    world.bring("alpha", world.change(entry))
    number = world.known(entry).entry_id
    moved = world.entry("alpha", "two", title=entry.title)
    world.bring("alpha", world.change(moved, ChangeKind.MINOR, number, note="its words"))
    assert world.known(moved).entry_id == world.known(entry).entry_id == number
    assert [one.note for one in world.store.history(number)] == ["", "its words"]


def test_entries_are_read_as_their_publisher_last_wrote_them(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    world.bring("alpha", world.change(entry))
    changed = world.correct(entry)
    number = world.known(entry).entry_id
    assert world.store.contents([number, 4711]) == {number: changed}
    assert world.store.reasons([number, 4711]) == {number: ()}
    assert world.store.guids("alpha", [entry.key.guid, "x"])[entry.key.guid].entry_id == number


def test_what_stands_of_a_feed_is_what_nobody_took_back(world):
    world.follow("alpha", "beta")
    one, two = world.entry("alpha", "one"), world.entry("alpha", "two")
    world.bring("alpha", world.change(one), world.change(two))
    world.bring("beta", world.change(world.entry("beta", "one")))
    ids = [world.known(entry).entry_id for entry in (one, two)]
    assert world.store.standing("alpha", "") == set(ids)
    world.bring("alpha", removals=(Removal(entry_id=ids[0], at=world.now, why="gone"),))
    assert world.store.standing("alpha", "") == {ids[1]}
    assert world.known(one).withdrawn == "gone"
    world.bring("alpha", returned=(ids[0],))
    assert world.store.standing("alpha", "") == set(ids)
    assert world.known(one).withdrawn is None


def test_what_a_quarantine_holds_waits_until_people_ruled_on_all_of_it(world):
    world.follow("alpha")
    world.bring("alpha", world.change(world.entry("alpha", "before")))
    since = world.later(hours=1)
    entries = [world.entry("alpha", name) for name in ("one", "two", "three")]
    world.bring("alpha", *(world.change(entry, verdict=HELD) for entry in entries))
    assert world.store.ruled_since("alpha", "", since) == Release(waiting=3, approved=0)
    world.rule(entries[0], Ruling.PUBLISH)
    world.rule(entries[1], Ruling.DROP)
    assert world.store.ruled_since("alpha", "", since) == Release(waiting=1, approved=1)
    world.rule(entries[2], Ruling.PUBLISH)
    assert world.store.ruled_since("alpha", "", since) == Release(waiting=0, approved=2)


def test_an_embargo_is_recorded_with_a_new_entry_and_outlives_its_corrections(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one")
    until = world.now + timedelta(hours=2)
    world.bring("alpha", world.change(entry, publish_at=until))
    assert world.emit() == 0
    world.correct(entry)
    assert world.emit() == 0
    world.later(hours=2)
    assert world.emit() == 1


def test_a_language_that_a_person_gave_is_kept_over_what_visits_say(world):
    world.follow("alpha")
    entry = world.entry("alpha", "one", language=None)
    world.bring("alpha", world.change(entry, verdict=HELD))
    number = world.known(entry).entry_id
    edits = Edits(language="ckb")
    world.store.rule(number, Ruling.PUBLISH, who="Rojda", why="so", now=world.now, edits=edits)
    world.correct(entry)
    assert world.known(entry).language == "ckb"


def test_what_comes_under_a_takedown_is_stored_and_not_shown(world):
    world.follow("alpha", "beta")
    entry = world.entry("alpha", "one", title=TITLE, body=LONG)
    world.bring("alpha", world.change(entry, text_digest="words"))
    number = world.known(entry).entry_id
    world.store.take_down(entry_id=number, who="Rojda", why="a name", now=world.now)
    copy = world.entry("beta", "copy", title=TITLE, body=LONG)
    world.bring("beta", world.change(copy, text_digest="words"))
    assert world.emit() == 0
    assert world.known(copy) is not None
    assert fingerprint("text", "words") != fingerprint("title", "words")
