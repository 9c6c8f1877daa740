"""Entries that are one article in several languages: found whichever comes first, on both databases."""

import random
from dataclasses import dataclass, field, replace

import pytest

from aggregator.model import Alternate, ChangeKind, Ruling, Verdict
from aggregator.store import Store

SPOKEN = ("en", "fr", "kmr", "ckb", "ar")


def others(*addresses, language="fr"):
    return tuple(Alternate(href=address, language=language) for address in addresses)


@pytest.fixture
def desk(world):
    """An outlet that is followed as one source a language."""
    world.follow("wire", "depeche")
    return world


def publish(world, *entries):
    """Bring entries, one visit each, and emit them; return their sequences."""
    for entry in entries:
        world.bring(entry.key.source_id, world.change(entry))
    world.emit(*SPOKEN)
    return [sequence_of(world, entry) for entry in entries]


def sequence_of(world, entry):
    shown = world.store.published(range(1, 1000))
    return next((p.sequence for p in shown if p.entry.key == entry.key), None)


def revise(world, entry, **fields):
    """Bring an entry again, with its words unchanged."""
    known = world.known(entry)
    change = world.change(replace(entry, **fields), ChangeKind.MINOR, known.entry_id)
    world.bring(entry.key.source_id, change)


def settle(world):
    world.store.settle(world.store.generation(), "")


def marked(world):
    return list(world.store.outdated().sequences)


def test_both_entries_have_each_other_whichever_comes_first(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    kurdish = desk.entry("depeche", "bendav", language="kmr", guid="bendav")
    kurdish = replace(kurdish, translations=others("wire.example/rain", language="en"))
    rain = desk.entry("wire", "rain")
    one, two = publish(desk, english, french)
    three, four = publish(desk, rain, kurdish)
    assert desk.store.translations([one, two, three, four]) == {
        one: (two,),
        two: (one,),
        three: (four,),
        four: (three,),
    }
    assert desk.store.translations([three]) == {three: (four,)}
    assert desk.store.translations([]) == {}


def test_entries_that_come_in_one_visit_have_each_other(desk):
    english = desk.entry("wire", "dam", translations=others("wire.example/barrage"))
    french = desk.entry("wire", "barrage", language="fr")
    desk.bring("wire", desk.change(french), desk.change(english))
    desk.emit(*SPOKEN)
    assert desk.store.translations([1, 2]) == {1: (2,), 2: (1,)}


def test_the_earlier_one_is_outdated_when_the_later_one_is_emitted(desk):
    unrelated = desk.entry("wire", "rain")
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    _, one = publish(desk, unrelated, english)
    settle(desk)
    french = desk.entry("depeche", "barrage", language="fr")
    desk.bring("depeche", desk.change(french))
    assert desk.store.translations([one]) == {one: ()}
    desk.emit(*SPOKEN)
    two = sequence_of(desk, french)
    assert marked(desk) == [one, two]
    assert desk.store.translations([one]) == {one: (two,)}
    settle(desk)
    arabic = desk.entry("wire", "sadd", language="ar", translations=others("wire.example/dam"))
    (three,) = publish(desk, arabic)
    assert marked(desk) == [one, three]


def test_an_entry_that_names_others_now_leaves_those_it_named(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    kurdish = desk.entry("depeche", "bendav", language="kmr")
    one, two, three = publish(desk, english, french, kurdish)
    settle(desk)
    revise(desk, english, translations=others("depeche.example/bendav", "nowhere.example/x"))
    assert marked(desk) == [one, two, three]
    assert desk.store.translations([one, two]) == {one: (three,), two: ()}
    settle(desk)
    revise(desk, english, translations=())
    assert marked(desk) == [one, three]
    assert desk.store.translations([one, three]) == {one: (), three: ()}


def test_an_entry_that_names_the_same_as_before_outdates_nobody_else(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    one, _ = publish(desk, english, desk.entry("depeche", "barrage", language="fr"))
    settle(desk)
    revise(desk, english, categories=("water",))
    assert marked(desk) == [one]


def test_an_address_that_an_entry_gets_later_finds_those_that_name_it(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/fr/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    one, two = publish(desk, english, french)
    assert desk.store.translations([one]) == {one: ()}
    settle(desk)
    revise(desk, french, address="depeche.example/fr/barrage")
    assert marked(desk) == [one, two]
    revise(desk, french, address="depeche.example/2026/barrage")  # all of its names count
    assert desk.store.translations([one, two]) == {one: (two,), two: (one,)}


def test_an_address_that_another_feed_of_the_outlet_shows_counts_too(desk):
    desk.follow("courrier", feeds=("une", "monde"))
    english = desk.entry("wire", "dam", translations=others("courrier.example/monde/barrage"))
    french = desk.entry("courrier", "barrage", language="fr")
    desk.bring("courrier", desk.change(french), feed_key="une")
    (one,) = publish(desk, english)
    two = sequence_of(desk, french)
    entry_id = desk.known(french).entry_id
    change = desk.change(french, ChangeKind.ALIAS, entry_id)
    desk.bring("courrier", change, feed_key="monde")
    settle(desk)
    alias = replace(french, address="courrier.example/monde/barrage")
    change = desk.change(alias, ChangeKind.ALIAS, entry_id)
    desk.bring("courrier", change, feed_key="monde")
    assert marked(desk) == sorted([one, two])
    assert desk.store.translations([one]) == {one: (two,)}


def test_entries_in_one_language_are_no_translations(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/dam-us"))
    american = desk.entry("depeche", "dam-us", language="en")
    one, two = publish(desk, english, american)
    groups = [("wire.example/dam", "depeche.example/dam-us")]
    assert desk.store.translations([one, two], groups) == {one: (), two: ()}


def test_an_entry_that_names_itself_has_no_translation(desk):
    english = desk.entry("wire", "dam", translations=others("wire.example/dam"))
    (one,) = publish(desk, english)
    assert desk.store.translations([one]) == {one: ()}


def test_what_may_not_be_shown_is_nobodys_translation_and_has_its_own(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    one, two = publish(desk, english, french)
    settle(desk)
    entry_id = desk.known(french).entry_id
    desk.store.rule(entry_id, Ruling.DROP, who="Zîn", why="asked to", now=desk.now)
    assert marked(desk) == [one, two]
    assert desk.store.translations([one, two]) == {one: (), two: (one,)}
    settle(desk)
    desk.store.rule(entry_id, Ruling.PUBLISH, who="Zîn", why="asked again", now=desk.now)
    assert marked(desk) == [one, two]
    assert desk.store.translations([one]) == {one: (two,)}


def test_what_is_held_is_no_translation_until_it_is_emitted(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    desk.bring("depeche", desk.change(french, verdict=Verdict(ruling=Ruling.HOLD)))
    (one,) = publish(desk, english)
    assert desk.store.translations([one]) == {one: ()}
    settle(desk)
    entry_id = desk.known(french).entry_id
    desk.store.rule(entry_id, Ruling.PUBLISH, who="Zîn", why="fine", now=desk.now)
    desk.emit(*SPOKEN)
    two = sequence_of(desk, french)
    assert marked(desk) == [one, two]
    assert desk.store.translations([one]) == {one: (two,)}


def test_what_one_entry_is_named_as_twice_is_one_translation(desk):
    english = desk.entry(
        "wire", "dam", translations=others("depeche.example/barrage", "depeche.example/42")
    )
    french = desk.entry(
        "depeche", "barrage", language="fr", translations=others("wire.example/dam")
    )
    one, two = publish(desk, english, french)
    revise(desk, french, address="depeche.example/42")
    assert desk.store.translations([one, two]) == {one: (two,), two: (one,)}


def test_a_refused_visit_leaves_nothing(desk):
    english = desk.entry("wire", "dam")
    one, two = publish(desk, english, desk.entry("depeche", "barrage", language="fr"))
    (claim,) = desk.claim("wire", force=True)
    known = desk.known(english)
    named = replace(english, translations=others("depeche.example/barrage"))
    change = desk.change(named, ChangeKind.MINOR, known.entry_id)
    broken = desk.change(desk.entry("wire", "x"), ChangeKind.MINOR, entry_id=999)
    (recorded,) = desk.store.record([desk.visit(claim, change, broken)])
    assert not recorded.accepted
    assert desk.store.translations([one, two]) == {one: (), two: ()}


def test_what_was_paired_outlives_the_process(desk, location):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    one, two = publish(desk, english, desk.entry("depeche", "barrage", language="fr"))
    with Store.open(location, now=desk.now) as again:
        assert again.translations([one]) == {one: (two,)}


# --- what the operator says -------------------------------------------------------------------


def test_entries_of_a_group_are_translations_of_each_other(desk):
    english = desk.entry("wire", "dam")
    french = desk.entry("depeche", "barrage", language="fr")
    kurdish = desk.entry("depeche", "bendav", language="kmr")
    rain = desk.entry("wire", "rain", language="fr")
    one, two, three, four = publish(desk, english, french, kurdish, rain)
    groups = (
        ("wire.example/dam", "depeche.example/barrage", "nowhere.example/x"),
        ("depeche.example/bendav", "wire.example/dam"),
        ("nowhere.example/y", "wire.example/rain"),
        (),
    )
    assert desk.store.translations([one, two, three, four], groups) == {
        one: (two, three),
        two: (one,),
        three: (one,),
        four: (),
    }
    assert desk.store.translations([two], groups) == {two: (one,)}
    assert desk.store.translations([two]) == {two: ()}


def test_a_group_knows_entries_by_all_their_addresses_and_adds_to_what_they_say(desk):
    english = desk.entry("wire", "dam", translations=others("depeche.example/barrage"))
    french = desk.entry("depeche", "barrage", language="fr")
    arabic = desk.entry("wire", "sadd", language="ar")
    one, two, three = publish(desk, english, french, arabic)
    revise(desk, arabic, address="wire.example/ar/sadd")
    groups = [("wire.example/sadd", "wire.example/dam")]
    assert desk.store.translations([one], groups) == {one: (two, three)}
    desk.bring("wire", desk.change(desk.entry("wire", "waits", language="tr")))
    groups = [("wire.example/waits", "wire.example/dam")]
    assert desk.store.translations([one], groups) == {one: (two,)}


# --- many, and at random ----------------------------------------------------------------------


def test_more_than_fit_a_statement(desk):
    many = range(600)
    english = [
        desk.entry("wire", f"en{n}", translations=others(f"depeche.example/fr{n}")) for n in many
    ]
    french = [desk.entry("depeche", f"fr{n}", language="fr") for n in many]
    desk.bring("wire", *map(desk.change, english))
    desk.bring("depeche", *map(desk.change, french))
    desk.emit("en")
    desk.emit("fr")
    found = desk.store.translations(range(1, 1201))
    assert found == {n: ((n + 600) if n <= 600 else (n - 600),) for n in range(1, 1201)}
    groups = [(f"wire.example/en{n}", f"depeche.example/fr{n + 1}") for n in many[:-1]]
    assert desk.store.translations([2], groups) == {2: (602, 603)}


@dataclass
class Telling:
    """What the store should know of an entry."""

    entry: object
    names: set = field(default_factory=set)  # the addresses that it ever had, first come
    shown: bool = True


class Model:
    """A history of entries that name each other, and what should be answered."""

    def __init__(self, world, seed):
        self.world = world
        self.dice = random.Random(seed)
        self.told = []
        self.taken = set()  # by source

    def address(self):
        return f"{self.dice.choice(('wire', 'depeche'))}.example/{self.dice.randrange(12)}"

    def named(self):
        return others(*{self.address() for _ in range(self.dice.choice((0, 0, 1, 2)))})

    def own(self, telling):
        """Give an entry its address as a name, unless another one of its source has it."""
        name = telling.entry.key.source_id, telling.entry.address
        if name not in self.taken:
            self.taken.add(name)
            telling.names.add(telling.entry.address)

    def come(self):
        source = self.dice.choice(("wire", "depeche"))
        entry = self.world.entry(
            source,
            "article",
            guid=f"guid-{len(self.told)}",
            address=self.address(),
            language=self.dice.choice(SPOKEN),
            translations=self.named(),
        )
        if (source, entry.address) in self.taken:
            return  # it would be the entry that has the address
        self.world.bring(source, self.world.change(entry))
        self.told.append(Telling(entry))
        self.own(self.told[-1])

    def change(self):
        telling = self.dice.choice(self.told)
        fields = {"translations": self.named()}
        if self.dice.random() < 0.5:
            fields["address"] = self.address()
        old = telling.entry
        change = self.world.change(
            replace(old, **fields),
            ChangeKind.MINOR,
            self.world.known(replace(old, address=None)).entry_id,
        )
        self.world.bring(old.key.source_id, change)
        telling.entry = change.entry
        self.own(telling)

    def rule(self):
        telling = self.dice.choice(self.told)
        entry_id = self.world.known(replace(telling.entry, address=None)).entry_id
        telling.shown = not telling.shown
        ruling = Ruling.PUBLISH if telling.shown else Ruling.DROP
        self.world.store.rule(entry_id, ruling, who="Zîn", why="", now=self.world.now)

    def emit(self):
        self.world.emit(*SPOKEN)

    def step(self):
        deeds = [self.come, self.emit] + ([self.change, self.rule] if self.told else [])
        self.dice.choice(deeds)()

    def emitted(self):
        with self.world.store._database.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT entries.guid, emissions.sequence FROM emissions"
                " JOIN entries ON entries.id = emissions.entry_id"
            ).all()
        sequences = dict(map(tuple, rows))
        return {sequences[t.entry.key.guid]: t for t in self.told if t.entry.key.guid in sequences}

    def expected(self):
        emitted = self.emitted()
        return {
            one: tuple(
                other
                for other in sorted(emitted)
                if other != one
                and emitted[other].shown
                and emitted[other].entry.language != emitted[one].entry.language
                and (says(emitted[one], emitted[other]) or says(emitted[other], emitted[one]))
            )
            for one in emitted
        }


def says(one, other):
    return any(alternate.href in other.names for alternate in one.entry.translations)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_answer_is_what_the_entries_say(desk, seed):
    model = Model(desk, seed)
    before = {}
    for _ in range(60):
        settle(desk)
        model.step()
        expected = model.expected()
        assert desk.store.translations(expected) == expected
        moved = {one for one in expected if expected[one] != before.get(one)}
        assert moved <= set(marked(desk))
        before = expected
    assert any(before.values())
