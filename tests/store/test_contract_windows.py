"""What a subscription document shows of a series, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest

from aggregator.model import ChangeKind, Ruling, SeriesKind, Withdrawal

DAY = timedelta(days=1)
NONE = timedelta(0)


@pytest.fixture
def year(world):
    """Ten entries, one a day, in two languages in turn, all placed in one edition."""
    world.follow("alpha")
    for day in range(10):
        bring(world, day)
        world.later(days=1)
    return world


def bring(world, day):
    language = ("kmr", "ckb")[day % 2]
    world.bring("alpha", world.change(entry_of(world, day)))
    world.emit("kmr", "ckb")
    world.place("kmr", "ckb")
    return language


def entry_of(world, day):
    return world.entry("alpha", f"d{day}", language=("kmr", "ckb")[day % 2])


def shown(world, kind=SeriesKind.EDITION, key="", **words):
    """The days that the window shows."""
    words = {"entries": 3, "after": 0, "span": NONE} | words
    if "after" in words and words["after"] is ...:
        words["after"] = world.series(kind, key).count
    window = world.store.window(world.series(kind, key).id, **words)
    return [int(entry.entry.title.split()[2].strip("d,")) for entry in window.entries]


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ({"entries": 3, "after": 10}, [9, 8, 7]),
        ({"entries": 3, "after": 5}, [9, 8, 7, 6, 5]),
        ({"entries": 3, "after": 0}, list(range(9, -1, -1))),
        ({"entries": 0, "after": 9}, [9]),
        ({"entries": 0, "after": 10}, [9]),  # emitted at the newest moment
        ({"entries": 1, "after": 10, "span": 3 * DAY}, [9, 8, 7, 6]),
        ({"entries": 40, "after": 10, "span": 3 * DAY}, list(range(9, -1, -1))),
        ({"entries": 1, "after": 10, "span": 9 * DAY, "limit": 2}, [9, 8]),
        ({"entries": 5, "after": 10, "limit": 2}, [9, 8]),
        ({"entries": 1, "after": 6, "span": 9 * DAY, "limit": 2}, [9, 8, 7, 6]),
    ],
)
def test_a_window_shows_the_newest_what_no_archive_has_and_what_a_span_brought(
    year, question, days
):
    assert shown(year, **question) == days


def test_a_window_is_of_one_series(year):
    assert shown(year, SeriesKind.LANGUAGE, "kmr", after=5) == [8, 6, 4]
    assert shown(year, SeriesKind.LANGUAGE, "ckb", after=5, span=4 * DAY, entries=1) == [9, 7, 5]
    nothing = year.store.window(4711, entries=40, after=0, span=DAY)
    assert (nothing.entries, nothing.withdrawn) == ((), ())


def test_a_window_passes_over_what_may_not_be_shown_any_more(year):
    for day in (9, 8, 7, 5):
        year.rule(entry_of(year, day), Ruling.DROP)
    assert shown(year, entries=2, after=10) == [6, 4]
    assert shown(year, entries=2, after=6) == [6, 4]
    assert shown(year, entries=2, after=4) == [6, 4]
    assert shown(year, entries=2, after=3) == [6, 4, 3]
    assert shown(year, entries=1, after=10, span=4 * DAY) == [6]


def test_an_old_entry_that_is_corrected_comes_back_for_a_while(year):
    assert shown(year, after=10) == [9, 8, 7]
    year.correct(entry_of(year, 2))  # a day after the newest emission
    assert shown(year, after=10) == [9, 8, 7, 2]
    assert shown(year, SeriesKind.LANGUAGE, "kmr", after=5) == [8, 6, 4, 2]
    assert shown(year, SeriesKind.LANGUAGE, "ckb", after=5) == [9, 7, 5]
    year.later(days=2)
    year.correct(entry_of(year, 0))
    assert shown(year, after=10) == [9, 8, 7, 0]
    assert shown(year, after=10, span=2 * DAY) == [9, 8, 7, 2, 0]
    year.later(days=2)
    bring(year, 10)
    assert shown(year, after=11) == [10, 9, 8]
    assert shown(year, after=11, span=2 * DAY) == [10, 9, 8, 0]


def test_a_correction_moves_the_span(year):
    assert shown(year, after=10, entries=1, span=2 * DAY) == [9, 8, 7]
    year.later(days=9)
    year.correct(entry_of(year, 0))
    assert shown(year, after=10, entries=1, span=2 * DAY) == [9, 0]


def test_what_is_corrected_and_withdrawn_is_not_shown(year):
    year.correct(entry_of(year, 2))
    year.rule(entry_of(year, 2), Ruling.HOLD)
    assert shown(year, after=10) == [9, 8, 7]


def test_minor_changes_are_no_corrections(year):
    entry = entry_of(year, 2)
    known = year.known(entry)
    year.bring("alpha", year.change(entry, ChangeKind.MINOR, known.entry_id))
    assert shown(year, after=10) == [9, 8, 7]


def test_where_there_is_not_room_for_all_the_last_to_happen_stays(year):
    for day in (0, 1, 2):
        year.correct(entry_of(year, day))
        year.later(hours=1)
    words = {"entries": 2, "after": 10, "span": 5 * DAY}
    assert shown(year, **words, limit=20) == [9, 8, 7, 6, 2, 1, 0]
    assert shown(year, **words, limit=4) == [9, 8, 2, 1]
    assert shown(year, **words, limit=6) == [9, 8, 7, 2, 1, 0]


def test_the_clock_plays_no_part(year):
    before = year.store.window(year.series().id, entries=3, after=10, span=3 * DAY)
    year.later(days=400)
    assert year.store.window(year.series().id, entries=3, after=10, span=3 * DAY) == before


def test_an_edition_that_gets_another_language_still_shows_what_is_new(year):
    """What came late stands at the end, and is as old as it is."""
    year.follow("beta")
    old = [year.entry("beta", f"d{day}", language="en") for day in range(20, 30)]
    year.bring("beta", *map(year.change, old))
    year.emit("en")
    for day in (10, 11):
        year.later(days=1)
        bring(year, day)
    assert shown(year, entries=2, after=12, span=DAY) == [11, 10]
    year.place("en", "kmr", "ckb")
    assert shown(year, entries=2, after=22, span=DAY) == [29, 28, 11, 10]


def test_an_emission_while_the_clock_was_wrong_is_forgotten_with_the_next(year):
    year.later(days=100)
    bring(year, 10)
    assert shown(year, entries=1, after=11, span=3 * DAY) == [10]
    year.later(days=-100)
    bring(year, 11)
    assert shown(year, entries=1, after=12, span=2 * DAY) == [11, 10, 9, 8]


# --- withdrawn --------------------------------------------------------------------------------


def withdrawn(world, kind=SeriesKind.EDITION, key=""):
    window = world.store.window(world.series(kind, key).id, entries=3, after=0, span=NONE)
    return window.withdrawn


def test_what_was_withdrawn_is_named_the_newest_first(year):
    ids = {p.sequence - 1: p.id for p in year.shown("kmr", "ckb")}
    assert withdrawn(year) == ()
    moments = {}
    for day in (3, 8, 1):
        moments[day] = year.later(hours=1)
        year.rule(entry_of(year, day), Ruling.DROP)
    expected = [Withdrawal(id=ids[day], at=moments[day]) for day in (1, 8, 3)]
    assert withdrawn(year) == tuple(expected)
    assert withdrawn(year, SeriesKind.LANGUAGE, "kmr") == (expected[1],)
    year.rule(entry_of(year, 8), Ruling.PUBLISH)
    assert withdrawn(year, SeriesKind.LANGUAGE, "kmr") == ()
    assert withdrawn(year) == (expected[0], expected[2])


def test_a_withdrawal_is_named_for_ninety_days_of_the_series(year):
    year.rule(entry_of(year, 3), Ruling.DROP)
    year.later(days=90)
    bring(year, 10)
    assert len(withdrawn(year)) == 1
    year.later(seconds=1)
    year.correct(entry_of(year, 0))
    assert withdrawn(year) == ()
    assert len(withdrawn(year, SeriesKind.LANGUAGE, "ckb")) == 1
    year.later(days=-1)
    year.rule(entry_of(year, 5), Ruling.DROP)
    year.later(days=92)
    year.rule(entry_of(year, 7), Ruling.DROP)
    assert len(withdrawn(year)) == 1


def test_no_more_than_a_hundred_withdrawals_are_named(world):
    world.follow("alpha")
    many = [world.entry("alpha", f"d{n}") for n in range(120)]
    world.bring("alpha", *map(world.change, many))
    world.emit()
    world.place()
    ids = {p.entry.title: p.id for p in world.shown()}
    for entry in many[:110]:
        world.rule(entry, Ruling.DROP)
    found = withdrawn(world)  # all at the same moment: the newest emission first
    assert [one.id for one in found] == [ids[entry.title] for entry in many[109:9:-1]]


def test_what_is_hidden_before_it_is_placed_is_withdrawn_too(year):
    language = ("kmr", "ckb")[0]
    entry = year.entry("alpha", "d10", language=language)
    year.bring("alpha", year.change(entry))
    year.emit("kmr", "ckb")
    year.correct(entry)
    year.rule(entry, Ruling.DROP)
    year.place("kmr", "ckb")
    assert [one.at for one in withdrawn(year)] == [year.now]
    year.rule(entry, Ruling.PUBLISH)
    assert withdrawn(year) == ()
    for day in range(11, 15):
        year.later(hours=1)
        bring(year, day)
    assert shown(year, after=15, entries=1, span=timedelta(hours=4)) == [14, 13, 12, 11, 10]
