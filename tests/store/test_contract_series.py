"""Lists that only grow: positions given once and for ever, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import Ruling, SeriesKind, SeriesName
from aggregator.store import Store


@pytest.fixture
def desk(world):
    """Two outlets; three articles in English and two in Kurmanji, one an hour."""
    world.follow("wire", "nuce")
    bring(world, "wire", "dam")
    bring(world, "nuce", "bendav", language="kmr", categories=("Av",))
    bring(world, "wire", "rain", categories=("Weather", "weather", "b"))
    bring(world, "nuce", "baran", language="kmr")
    bring(world, "wire", "harvest")
    return world


def bring(world, source, name, **fields):
    entry = world.entry(source, name, **fields)
    world.bring(source, world.change(entry))
    world.emit("en", "kmr")
    world.later(hours=1)
    return entry


def positions(world, edition="all"):
    """What every series of an edition holds, in order."""
    held = {}
    for series in world.store.series(edition):
        entries = world.store.stretch(series.id, 1, series.count)
        held[f"{series.name.kind} {series.name.key}".strip()] = [p.sequence for p in entries]
    return held


def test_an_entry_takes_the_next_position_in_each_series_that_it_belongs_to(desk):
    assert desk.place("en", "kmr") == 5
    assert positions(desk) == {
        "edition": [1, 2, 3, 4, 5],
        "language en": [1, 3, 5],
        "language kmr": [2, 4],
        "source wire": [1, 3, 5],
        "source nuce": [2, 4],
        "category a": [1, 4, 5],
        "category b": [1, 3, 4, 5],
        "category av": [2],
        "category weather": [3],
        "month 2026-03": [1, 2, 3, 4, 5],
    }
    assert desk.place("en", "kmr") == 0


def test_a_series_has_the_title_that_it_had_first_and_counts_its_positions(desk):
    desk.place("en", "kmr")
    weather = desk.series(SeriesKind.CATEGORY, "weather")
    assert (weather.edition, weather.count) == ("all", 1)
    assert weather.name == SeriesName(kind=SeriesKind.CATEGORY, key="weather", title="Weather")
    bring(desk, "wire", "snow", categories=("WEATHER",))
    desk.place("en", "kmr")
    assert desk.series(SeriesKind.CATEGORY, "weather") == replace(weather, count=2)
    names = [(series.name.kind, series.name.key) for series in desk.store.series("all")]
    assert names == sorted(names)
    assert desk.store.series("other") == ()


def test_a_title_that_no_database_can_hold_is_mended(desk):
    bring(desk, "wire", "odd", categories=("x\ud800\0",))
    odd = SeriesName(kind=SeriesKind.CATEGORY, key="odd", title="x\ud800\0")
    desk.store.place("all", ["en", "kmr"], lambda _: [odd])
    assert desk.series(SeriesKind.CATEGORY, "odd").name.title == "x\ufffd\ufffd"


def test_placing_goes_on_where_it_stopped(desk):
    assert desk.place("kmr", "en", limit=2) == 2
    assert positions(desk)["edition"] == [1, 2]
    assert desk.place("en", "kmr", limit=2) == 2
    assert desk.place("en", "kmr", limit=2) == 1
    assert desk.place("en", "kmr", limit=2) == 0
    assert positions(desk)["edition"] == [1, 2, 3, 4, 5]


def test_only_the_languages_of_an_edition_are_placed_in_it(desk):
    assert desk.place("en") == 3
    assert desk.place("kmr", edition="ku") == 2
    assert desk.place("fr", edition="fr") == 0
    assert desk.store.place("none", [], desk.label) == 0
    assert positions(desk)["edition"] == [1, 3, 5]
    assert positions(desk, "ku")["edition"] == [2, 4]
    assert positions(desk, "fr") == {}
    one = {s.id for edition in ("all", "ku") for s in desk.store.series(edition)}
    assert len(one) == len(desk.store.series("all")) + len(desk.store.series("ku"))


def test_a_language_that_comes_to_an_edition_later_goes_behind_what_is_there(desk):
    desk.place("en")
    assert desk.place("en", "kmr") == 2
    assert positions(desk)["edition"] == [1, 3, 5, 2, 4]
    bring(desk, "wire", "snow")
    desk.place("kmr")  # the edition loses one; what comes meanwhile waits for its return
    assert positions(desk)["edition"] == [1, 3, 5, 2, 4]
    desk.place("en", "kmr")
    assert positions(desk)["edition"] == [1, 3, 5, 2, 4, 6]


def test_the_places_of_an_entry_are_found_in_every_edition(desk):
    desk.place("en", "kmr")
    desk.place("en", edition="en")
    found = desk.store.placements([3, 3, 4711])
    assert set(found) == {3}
    names = {s.id: s for edition in ("all", "en") for s in desk.store.series(edition)}
    assert found[3] == tuple(sorted(found[3]))
    places = {(names[i].edition, names[i].name.kind, names[i].name.key): n for i, n in found[3]}
    assert places == {
        ("all", "edition", ""): 3,
        ("all", "language", "en"): 2,
        ("all", "source", "wire"): 2,
        ("all", "category", "weather"): 1,
        ("all", "category", "b"): 2,
        ("all", "month", "2026-03"): 3,
        ("en", "edition", ""): 2,
        ("en", "language", "en"): 2,
        ("en", "source", "wire"): 2,
        ("en", "category", "weather"): 1,
        ("en", "category", "b"): 2,
        ("en", "month", "2026-03"): 2,
    }
    assert desk.store.placements([]) == {}


def test_what_may_not_be_shown_keeps_its_position_and_takes_one(desk):
    rain = desk.entry("wire", "rain", categories=("Weather", "weather", "b"))
    desk.rule(rain, Ruling.DROP)
    asked = []

    def noting(entry):
        asked.append(entry.sequence)
        return desk.label(entry)

    desk.store.place("all", ["en", "kmr"], noting)
    assert asked == [1, 2, 3, 4, 5]
    edition = desk.series()
    assert edition.count == 5
    assert positions(desk)["edition"] == [1, 2, 4, 5]
    assert [p.sequence for p in desk.store.stretch(edition.id, 2, 4)] == [2, 4]
    desk.rule(rain, Ruling.PUBLISH)
    assert [p.sequence for p in desk.store.stretch(edition.id, 2, 4)] == [2, 3, 4]
    assert desk.store.stretch(edition.id, 6, 9) == ()
    assert desk.store.stretch(4711, 1, 9) == ()


def test_labels_see_all_that_is_known_of_an_entry(desk):
    seen = []
    desk.store.place("all", ["en", "kmr"], lambda entry: seen.append(entry) or ())
    assert tuple(seen) == desk.store.published(range(1, 6))
    assert desk.store.series("all") == ()
    assert desk.place("en", "kmr") == 0  # placed, if nowhere


def test_a_label_that_fails_leaves_nothing_placed(desk):
    def failing(entry):
        if entry.sequence == 4:
            raise LookupError
        return desk.label(entry)

    generation = desk.store.generation()
    with pytest.raises(LookupError):
        desk.store.place("all", ["en", "kmr"], failing)
    assert desk.store.series("all") == ()
    assert desk.store.generation() == generation
    assert desk.place("en", "kmr") == 5


def test_what_is_placed_is_to_be_written(desk):
    desk.store.settle(desk.store.generation(), "")
    before = desk.store.generation()
    desk.place("en", limit=2)
    outdated = desk.store.outdated()
    assert outdated.sequences == (1, 3)
    assert outdated.generation == desk.store.generation() > before
    desk.place("en")
    desk.store.settle(outdated.generation, "")
    assert desk.store.outdated().sequences == (5,)
    generation = desk.store.generation()
    assert desk.place("en") == 0
    assert desk.store.generation() == generation


def test_more_than_fit_a_statement(world):
    world.follow("wire")
    many = [world.entry("wire", f"n{n}", categories=(f"c{n}", "all")) for n in range(1200)]
    world.bring("wire", *map(world.change, many))
    world.emit()
    assert world.place(limit=1100) == 1100
    assert world.place(limit=1100) == 100
    held = positions(world)
    assert held["edition"] == held["category all"] == list(range(1, 1201))
    assert sum(len(held[f"category c{n}"]) for n in range(1200)) == 1200
    assert len(world.store.placements(range(1, 1201))) == 1200


def test_publishers_at_once_share_the_positions_without_gaps(location, world_of):
    """Each emits and places what two sources bring meanwhile."""
    start = threading.Barrier(3)
    done = threading.Event()

    def publish():
        with Store.open(location, now=world_of.now) as store:
            world = world_of(store)
            start.wait(timeout=30)
            ending = False
            while not ending:
                ending = done.is_set()
                world.emit("en")
                while world.place(limit=3):
                    pass

    with Store.open(location, now=world_of.now) as store:
        world = world_of(store)
        world.follow("wire", "nuce")
        with ThreadPoolExecutor(2) as pool:
            publishers = [pool.submit(publish) for _ in range(2)]
            start.wait(timeout=30)
            for number in range(20):
                source = ("wire", "nuce")[number % 2]
                entries = [
                    world.entry(source, f"{number}-{n}", categories=(f"c{n}",)) for n in "ab"
                ]
                world.bring(source, *map(world.change, entries))
            done.set()
            for publisher in publishers:
                publisher.result(timeout=60)
        held = world.rows("SELECT series_id, position, sequence FROM placements ORDER BY 1, 2")
        for series in store.series("all"):
            rows = [(n, sequence) for series_id, n, sequence in held if series_id == series.id]
            assert [n for n, _ in rows] == list(range(1, series.count + 1))
            assert len({sequence for _, sequence in rows}) == series.count
        assert positions(world)["edition"] == list(range(1, 41))


def test_a_month_is_the_one_of_the_emission(world):
    world.follow("wire")
    bring(world, "wire", "march")
    world.later(days=31)
    bring(world, "wire", "april", published=world.now - timedelta(days=90))
    world.place()
    assert positions(world)["month 2026-03"] == [1]
    assert positions(world)["month 2026-04"] == [2]
