"""Whatever editors and publishers do: the tree is right, step by step as at once."""

import hashlib
from datetime import timedelta

import pytest

from aggregator.model import Alternate, ChangeKind, Edits, Enclosure, Picture, Removal, Ruling
from tests.desk_world import OUTLETS, TOPICS, DeskWorld, told


def image(chance):
    return Enclosure(url=f"https://i.example/{chance.randrange(6)}.jpg", media_type="image/jpeg")


def some_article(world, chance):
    return chance.choice(sorted(world.articles)[-chance.choice((8, 1000)) :])


def new_stories(world, chance):
    for _ in range(chance.choice((1, 2, 6))):
        story = max(world.stories.values(), default=0) + 1
        fields = chance.choice(({}, {}, {"lead_image": image(chance)}))
        if chance.random() < 0.3 and world.articles:
            other = world.articles[some_article(world, chance)]
            fields = {"translations": (Alternate(href=other.address, language=other.language),)}
        how = chance.choice(({}, {"same": True}, {"hold": True}, {"delay": timedelta(hours=5)}))
        world.bring(chance.choice(sorted(world.outlets)), story, **how, **fields)


def copies(world, chance):
    for _ in range(chance.choice((1, 2, 3))):
        story = chance.choice(sorted(world.stories.values())[-8:])
        how = chance.choice(({}, {"same": True}, {"hold": True}, {"delay": timedelta(hours=5)}))
        world.bring(chance.choice(sorted(world.outlets)), story, **how)


def a_copy_changes(world, chance):
    named = [n for n in world.articles if world.store.dossier(world.id_of(n)).shown_by]
    if named:
        a_publisher_changes_something(world, chance, chance.choice(named))


def a_publisher_changes_something(world, chance, number=None):
    number = number or some_article(world, chance)
    entry = world.articles[number]
    if entry.key.source_id not in world.outlets:
        return
    story = world.stories[number]
    minor, material = ChangeKind.MINOR, ChangeKind.MATERIAL
    more = chance.randrange(10**6)
    kind, fields = chance.choice(
        (
            (material, {"title": f"Story{story}x corrected {more}"}),
            (material, {"standfirst": f"Otherwise {more} mid{story}x."}),
            (minor, {"categories": tuple(chance.sample(TOPICS, 2))}),
            (minor, {"link": f"https://{entry.key.source_id}.example/a{number}z{more}"}),
            (minor, {"lead_image": chance.choice((None, image(chance)))}),
        )
    )
    ruling = chance.choice((Ruling.PUBLISH, Ruling.PUBLISH, Ruling.HOLD, Ruling.DROP))
    world.update(number, kind, ruling, **fields)


def somebody_rules(world, chance):
    for _ in range(2):
        number = some_article(world, chance)
        ruling = chance.choice((Ruling.DROP, Ruling.PUBLISH, Ruling.PUBLISH))
        world.store.rule(world.id_of(number), ruling, **world.by())


def somebody_edits(world, chance):
    number = some_article(world, chance)
    story = world.stories[number]
    edits = chance.choice(
        (
            Edits(title=f"Story{story}x as the desk has it"),
            Edits(standfirst=f"The desk on mid{story}x."),
            Edits(categories=("Water", "Desk")),
            Edits(),
        )
    )
    world.store.edit(world.id_of(number), edits, **world.by(), instead=chance.random() < 0.5)


def a_takedown(world, chance):
    number = some_article(world, chance)
    if chance.random() < 0.25:
        source = world.articles[number].key.source_id
        world.store.take_down(source_id=source, title=source, **world.by())
    else:
        world.store.take_down(entry_id=world.id_of(number), **world.by())


def a_restoration(world, chance):
    some = [one for one in world.store.takedowns() if one.restored is None]
    if some:
        world.store.restore(chance.choice(some).id, **world.by())


def a_publisher_takes_back(world, chance):
    number = some_article(world, chance)
    source = world.articles[number].key.source_id
    if source in world.outlets:
        removal = Removal(entry_id=world.id_of(number), at=world.now, why="a tombstone")
        world.signs(source, removals=(removal,))


def a_publisher_gives_again(world, chance):
    gone = [
        number
        for number, entry in world.articles.items()
        if entry.key.source_id in world.outlets
        and world.store.dossier(world.id_of(number)).withdrawn is not None
    ]
    if gone:
        number = chance.choice(gone)
        world.signs(world.articles[number].key.source_id, returned=(world.id_of(number),))


def images_come(world, chance):
    for wanted in world.store.due_pictures(world.now):
        name = hashlib.sha256(wanted.url.encode()).hexdigest()[:20]
        picture = Picture(
            path=f"images/{name}.jpg", media_type="image/jpeg", length=20, width=10, height=10
        )
        world.press().gallery.keep(wanted.url, picture, name.encode())


def the_operator_changes_something(world, chance):
    name = chance.choice(sorted(world.outlets))
    match chance.randrange(7):
        case 0 | 1:
            world.outlets[name] = {
                "rights": {
                    "allows": chance.choice(("headline", "excerpt", "full", "full")),
                    "images": chance.choice(("copy", "none")),
                    **chance.choice(
                        ({}, {"expires": (world.now + timedelta(days=1)).date().isoformat()})
                    ),
                }
            }
        case 2:
            world.outlets[name] = {**world.outlets[name], "name": f"New {chance.randrange(99)}"}
        case 3:
            world.publish_keys["entries"] = chance.choice((1, 3, 10))
        case 4:
            world.more["public_takedowns"] = chance.random() < 0.5
        case 5:
            world.more["duplicates"] = chance.choice((None, timedelta(days=3), timedelta(days=3)))
        case 6:
            if len(world.outlets) > 3:
                del world.outlets[name]
            else:
                world.outlets = {name: {} for name in OUTLETS}
    world.configure()
    world.follow()


def a_restart(world, chance):
    world.restart()


EVENTS = (
    *(new_stories, new_stories, copies, copies, copies),
    *(a_publisher_changes_something, a_copy_changes, a_copy_changes, somebody_rules),
    *(somebody_edits, a_takedown, a_takedown, a_restoration, a_restoration),
    *(a_publisher_takes_back, a_publisher_gives_again, images_come),
    *(the_operator_changes_something, a_restart),
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_of_the_desk(tmp_path, seed):
    (tmp_path / "own").mkdir()
    world = DeskWorld(tmp_path / "own", seed=seed)
    chance = world.chance
    new_stories(world, chance)
    copies(world, chance)
    history = []
    for _ in range(16):
        for event in chance.sample(EVENTS, chance.choice((1, 1, 2))):
            event(world, chance)
            history.append(event.__name__)
        world.publish(hours=chance.choice((1, 1, 2, 6, 30, 800)))
        history.append("publish")
        if world.store.outdated().sequences:  # of an image that we had already
            world.publish(hours=0, minutes=1)
        assert world.differences(tmp_path / "at-once") == [], history
        assert world.faults() == [], history
    world.store.close()


# --- one by one -------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path):
    (tmp_path / "own").mkdir()
    made = DeskWorld(tmp_path / "own", seed=1)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("ruling", "named"), [(Ruling.PUBLISH, True), (Ruling.HOLD, False), (Ruling.DROP, False)]
)
def test_a_copy_that_its_publisher_changes_is_named_as_it_is_now(world, tmp_path, ruling, named):
    world.bring("herald", 1)
    copy = world.bring("valley", 1)
    world.publish()
    assert "https://valley.example/a2z" in told(world)
    world.update(copy, ChangeKind.MINOR, ruling, link="https://valley.example/a2znew")
    world.publish()
    assert ("https://valley.example/a2znew" in told(world)) == named
    assert world.differences(tmp_path / "at-once") == []
    assert world.faults() == []


def test_a_copy_that_goes_with_another_copys_takedown_is_named_no_more(world, tmp_path):
    lead = world.bring("herald", 1)
    world.publish()
    world.store.rule(world.id_of(lead), Ruling.PUBLISH, **world.by())
    world.bring("valley", 1)
    other = world.bring("gazette", 1, hold=True)
    world.publish()
    assert "https://valley.example/a2z" in told(world)
    world.store.take_down(entry_id=world.id_of(other), **world.by())
    world.publish()
    assert "https://herald.example/a1z" in told(world)
    assert "https://valley.example/a2z" not in told(world)
    assert world.differences(tmp_path / "at-once") == []
    assert world.faults() == []


def test_a_copy_that_a_person_approved_stays_when_the_one_that_showed_it_is_taken_down(world):
    lead = world.bring("herald", 1)
    copy = world.bring("valley", 1, hold=True)
    world.publish()
    world.store.rule(world.id_of(copy), Ruling.PUBLISH, **world.by())
    world.publish()
    world.store.take_down(entry_id=world.id_of(lead), **world.by())
    world.publish()
    assert "https://valley.example/a2z" in told(world)
    assert world.faults() == []


def test_a_story_that_a_person_rejected_and_its_publisher_too_leaves_the_press_in_peace(world):
    lead = world.bring("herald", 1)
    world.bring("valley", 1)
    world.publish()
    world.store.rule(world.id_of(lead), Ruling.DROP, **world.by())
    removal = Removal(entry_id=world.id_of(lead), at=world.now, why="a tombstone")
    world.signs("herald", removals=(removal,))
    world.publish()
    generation = world.store.generation()
    assert world.publish() == ()
    assert world.store.generation() == generation
    assert "Story1x" not in told(world)


def test_a_copy_is_shown_in_place_of_one_that_is_gone_also_when_copies_are_not_looked_for(world):
    lead = world.bring("herald", 1)
    world.bring("valley", 1)
    world.publish()
    world.more["duplicates"] = None
    world.configure()
    removal = Removal(entry_id=world.id_of(lead), at=world.now, why="a tombstone")
    world.signs("herald", removals=(removal,))
    world.publish()
    assert "https://valley.example/a2z" in told(world)
    assert world.faults() == []


def test_what_was_published_is_hidden_when_it_comes_to_have_a_text_that_was_taken_down(world):
    down = world.bring("herald", 1)
    other = world.bring("valley", 2)
    world.publish()
    made = world.store.take_down(entry_id=world.id_of(down), **world.by())
    entry = world.articles[down]
    world.update(other, ChangeKind.MATERIAL, title=entry.title, body=entry.body)
    world.publish()
    assert "Story1x" not in told(world)
    world.store.restore(made.id, **world.by())
    world.publish()
    assert len(world.store.published(range(1, 9))) == 2


def test_a_takedown_bars_what_its_entry_became_and_what_its_source_brings_later(world):
    down = world.bring("herald", 1)
    world.publish()
    world.store.take_down(entry_id=world.id_of(down), **world.by())
    world.update(
        down,
        ChangeKind.MATERIAL,
        title="Wholly another headline of six words",
        standfirst="And another standfirst below it.",
        address="herald.example/moved",
    )
    again = world.bring("valley", 2, address="herald.example/moved")
    world.store.take_down(source_id="gazette", title="gazette", **world.by())
    late = world.bring("gazette", 3)
    passed_on = world.bring("monde", 4, address=world.articles[late].address)
    world.publish()
    for number in (again, passed_on):
        assert world.store.dossier(world.id_of(number)).takedown is not None
    assert world.store.published(range(1, 9)) == ()


def test_an_agencys_text_stays_one_when_a_person_edits_the_agency_out(world, tmp_path):
    world.outlets["herald"] = {"rights": {"allows": "full"}}
    world.configure()
    one = world.bring("herald", 1, standfirst="LONDON (Reuters) - The council approved it today.")
    world.publish()
    assert "tail1x" not in told(world)
    world.store.edit(world.id_of(one), Edits(standfirst=""), **world.by())
    world.publish()
    assert "tail1x" not in told(world)
    assert world.differences(tmp_path / "at-once") == []


def test_a_headline_that_a_person_wrote_is_shown_where_only_headlines_may_be(world):
    world.outlets["herald"] = {"rights": {"allows": "headline"}}
    world.configure()
    one = world.bring("herald", 1, flags=("title-missing",))
    edits = Edits(title="A headline of the desk", standfirst="A standfirst of the desk")
    world.publish()
    assert "Story1x" not in told(world)
    world.store.edit(world.id_of(one), edits, **world.by())
    world.publish()
    assert "A headline of the desk" in told(world)
    assert "A standfirst of the desk" not in told(world)
