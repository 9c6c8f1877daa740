"""What is done beside the documents: hubs that are told, images that are copied."""

from datetime import timedelta

import pytest

from aggregator.model import Enclosure, Picture, Ruling
from aggregator.store import Store, WantedPicture

HUB = "https://hub.example/"
EN = "https://example.org/en/atom.xml"
KU = "https://example.org/ku/atom.xml"


def due(world, **words):
    return [(ping.hub, ping.topic) for ping in world.store.due_pings(world.now, **words)]


# --- hubs -------------------------------------------------------------------------------------


def test_a_wanted_ping_is_due_at_once_and_until_it_is_done(world):
    world.store.want_pings([(HUB, EN), (HUB, KU), (HUB, EN)], world.now)
    assert due(world) == [(HUB, EN), (HUB, KU)]
    assert due(world, limit=1) == [(HUB, EN)]
    one, two = world.store.due_pings(world.now)
    assert (one.tries, two.tries) == (0, 0)
    world.store.ping_done(one)
    assert due(world) == [(HUB, KU)]
    world.store.ping_done(two)
    world.store.ping_done(two)
    assert due(world) == []
    world.store.want_pings([], world.now)
    assert due(world) == []


def test_the_longest_due_come_first(world):
    world.store.want_pings([(HUB, KU)], world.now)
    world.later(seconds=1)
    world.store.want_pings([(HUB, EN)], world.now)
    assert due(world) == [(HUB, KU), (HUB, EN)]


def test_a_ping_that_failed_is_due_later_and_knows_how_often_it_did(world):
    world.store.want_pings([(HUB, EN)], world.now)
    for tries in range(3):
        (ping,) = world.store.due_pings(world.now)
        assert ping.tries == tries
        world.store.ping_failed(ping, world.now + timedelta(minutes=1))
        assert due(world) == []
        world.later(minutes=1)
    (ping,) = world.store.due_pings(world.now)
    world.store.ping_failed(ping, None)
    world.later(days=1)
    assert due(world) == []


def test_a_ping_that_is_wanted_again_is_due_at_once_as_if_it_never_failed(world):
    world.store.want_pings([(HUB, EN)], world.now)
    (ping,) = world.store.due_pings(world.now)
    world.store.ping_failed(ping, world.now + timedelta(hours=1))
    world.store.want_pings([(HUB, EN)], world.now)
    (again,) = world.store.due_pings(world.now)
    assert again.tries == 0


@pytest.mark.parametrize("answer", ["done", "failed", "given up"])
def test_an_answer_does_not_reach_a_wish_that_came_after_the_question(world, answer):
    world.store.want_pings([(HUB, EN), (HUB, KU)], world.now)
    asked, _ = world.store.due_pings(world.now)
    world.store.want_pings([(HUB, EN)], world.now)  # at the very same moment
    if answer == "done":
        world.store.ping_done(asked)
    else:
        later = world.now + timedelta(hours=1)
        world.store.ping_failed(asked, later if answer == "failed" else None)
    assert due(world) == [(HUB, EN), (HUB, KU)]
    assert [ping.tries for ping in world.store.due_pings(world.now)] == [0, 0]


def test_pings_outlive_the_process_and_move_nothing_that_is_published(world, location):
    generation = world.store.generation()
    world.store.want_pings([(HUB, EN)], world.now)
    assert world.store.generation() == generation
    with Store.open(location, now=world.now) as again:
        assert again.due_pings(world.now) == world.store.due_pings(world.now)


# --- pictures ---------------------------------------------------------------------------------


def url(name):
    return f"https://img.example/{name}.jpg"


def picture(name, **fields):
    values = {"path": f"images/{name}.jpg", "media_type": "image/jpeg"}
    return Picture(**{**values, "length": 3_000_000_000, "width": 640, "height": 480, **fields})


@pytest.fixture
def desk(world):
    """Three articles that are emitted and published; the last two have one image."""
    world.follow("wire")
    for name, image in (("dam", "a"), ("rain", "b"), ("snow", "b")):
        world.bring("wire", world.change(article(world, name, image)))
        world.emit()
    settle(world)
    return world


def article(world, name, image):
    lead = None if image is None else Enclosure(url=url(image), media_type="image/jpeg")
    return world.entry("wire", name, lead_image=lead)


def settle(world):
    world.store.settle(world.store.generation(), "")


def led(world):
    return {p.sequence: p.picture for p in world.shown() if p.picture is not None}


def want(world, *uses):
    world.store.want_pictures([(url(name), sequence) for name, sequence in uses], world.now)


def wanted(world, **words):
    return [one.url for one in world.store.due_pictures(world.now, **words)]


def test_an_image_is_due_once_however_many_entries_it_leads(desk):
    want(desk)
    assert wanted(desk) == []
    want(desk, ("b", 2), ("b", 3))
    desk.later(seconds=1)
    want(desk, ("a", 1), ("b", 2))
    assert wanted(desk) == [url("b"), url("a")]
    assert wanted(desk, limit=1) == [url("b")]
    assert desk.store.due_pictures(desk.now)[0] == WantedPicture(url=url("b"), tries=0)
    assert led(desk) == {}
    assert desk.store.pictures() == ()
    assert desk.store.outdated().sequences == ()


def test_a_kept_image_leads_its_entries_which_are_to_be_written(desk):
    want(desk, ("a", 1), ("b", 2))
    desk.store.keep_picture(url("b"), picture("b"))
    assert wanted(desk) == [url("a")]
    assert led(desk) == {2: picture("b")}
    assert desk.store.outdated().sequences == (2,)
    assert desk.store.pictures() == (picture("b"),)
    settle(desk)
    want(desk, ("b", 2))
    assert desk.store.outdated().sequences == ()
    want(desk, ("b", 3), ("b", 2))
    assert desk.store.outdated().sequences == (3,)
    assert led(desk) == {2: picture("b"), 3: picture("b")}


def test_an_entry_shows_a_copy_only_where_the_use_was_allowed(desk):
    want(desk, ("b", 2))
    desk.store.keep_picture(url("b"), picture("b"))
    assert led(desk) == {2: picture("b")}
    desk.store.unwant_pictures([2, 4711])
    assert led(desk) == {}
    assert desk.store.unused_pictures() == ((url("b"), picture("b")),)


def test_an_image_that_fails_is_due_later_or_given_up(desk):
    want(desk, ("a", 1))
    desk.store.picture_failed(url("a"), desk.now + timedelta(hours=1))
    assert wanted(desk) == []
    desk.later(hours=1)
    assert desk.store.due_pictures(desk.now) == (WantedPicture(url=url("a"), tries=1),)
    desk.store.picture_failed(url("a"), None)
    desk.later(days=1)
    want(desk, ("a", 1), ("a", 2))
    assert wanted(desk) == []
    assert led(desk) == {}


def test_a_late_failure_does_not_undo_what_is_kept(desk):
    want(desk, ("a", 1))
    desk.store.keep_picture(url("a"), picture("a"))
    desk.store.picture_failed(url("a"), desk.now)
    assert wanted(desk) == []
    assert led(desk) == {1: picture("a")}


def test_an_entry_that_gets_another_image_leaves_the_one_before(desk):
    want(desk, ("a", 1))
    desk.store.keep_picture(url("a"), picture("a"))
    desk.correct(article(desk, "dam", "new"))
    assert led(desk) == {}
    want(desk, ("new", 1))
    assert desk.store.unused_pictures() == ((url("a"), picture("a")),)
    desk.store.keep_picture(url("new"), picture("new"))
    assert led(desk) == {1: picture("new")}
    desk.correct(article(desk, "dam", None))
    assert led(desk) == {}
    assert [address for address, _ in desk.store.unused_pictures()] == [url("a"), url("new")]


def test_an_image_is_unused_when_none_of_its_entries_may_be_shown(desk):
    want(desk, ("a", 1), ("b", 2), ("b", 3))
    for name in ("a", "b"):
        desk.store.keep_picture(url(name), picture(name))
    desk.rule(article(desk, "rain", "b"), Ruling.DROP)
    assert desk.store.unused_pictures() == ()
    desk.rule(article(desk, "snow", "b"), Ruling.DROP)
    assert desk.store.unused_pictures() == ((url("b"), picture("b")),)
    settle(desk)
    desk.store.drop_picture(url("b"))
    assert desk.store.outdated().sequences == ()
    assert desk.store.unused_pictures() == ()
    assert desk.store.pictures() == (picture("a"),)
    desk.rule(article(desk, "snow", "b"), Ruling.PUBLISH)
    assert led(desk) == {1: picture("a")}
    want(desk, ("b", 3))
    assert wanted(desk) == [url("b")]


def test_a_file_that_two_addresses_have_is_used_while_one_of_them_is(desk):
    want(desk, ("a", 1), ("b", 2))
    desk.store.keep_picture(url("a"), picture("same"))
    desk.store.keep_picture(url("b"), picture("same"))
    assert desk.store.pictures() == (picture("same"),)
    desk.rule(article(desk, "dam", "a"), Ruling.DROP)
    assert desk.store.unused_pictures() == ()
    desk.rule(article(desk, "rain", "b"), Ruling.DROP)
    assert [address for address, _ in desk.store.unused_pictures()] == [url("a"), url("b")]


def test_what_was_dropped_while_it_was_fetched_is_dropped_again(desk):
    want(desk, ("a", 1))
    desk.store.drop_picture(url("a"))
    desk.store.drop_picture(url("never"))
    desk.store.keep_picture(url("a"), picture("a"))
    assert led(desk) == {}
    assert desk.store.unused_pictures() == ((url("a"), picture("a")),)


def test_an_image_whose_file_is_lost_is_fetched_again(desk):
    want(desk, ("a", 1), ("b", 2))
    for name in ("a", "b"):
        desk.store.keep_picture(url(name), picture(name))
    settle(desk)
    assert desk.store.lost_pictures(["images/b.jpg", "images/x.jpg"], desk.now) == 1
    assert wanted(desk) == [url("b")]
    assert led(desk) == {1: picture("a")}
    assert desk.store.outdated().sequences == (2,)
    assert desk.store.pictures() == (picture("a"),)


def test_an_image_that_no_entry_uses_any_more_is_not_fetched(desk):
    want(desk, ("a", 1))
    desk.store.unwant_pictures([1])
    assert wanted(desk) == []
    want(desk, ("a", 1))
    assert wanted(desk) == [url("a")]


def test_an_address_longer_than_an_index_can_hold_is_stored(desk):
    long = url("ê" * 4000)
    desk.bring("wire", desk.change(article(desk, "long", "ê" * 4000)))
    desk.emit()
    desk.store.want_pictures([(long, 4)], desk.now)
    assert wanted(desk) == [long]
    desk.store.keep_picture(long, picture("long"))
    assert led(desk) == {4: picture("long")}


def test_many_at_once(desk):
    many = [article(desk, f"n{n}", f"n{n}") for n in range(700)]
    desk.bring("wire", *map(desk.change, many))
    desk.emit()
    sequences = {entry.lead_image.url: desk.sequence(entry) for entry in many[::100]}
    want(desk, *((f"n{n}", 4 + n) for n in range(700)))
    assert len(desk.store.due_pictures(desk.now, limit=1000)) == 700
    assert len(desk.store.due_pictures(desk.now)) == 100
    for n in range(0, 700, 100):
        desk.store.keep_picture(url(f"n{n}"), picture(f"n{n}"))
    assert set(led(desk)) == set(sequences.values())
    assert len(desk.store.pictures()) == 7
