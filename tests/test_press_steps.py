"""What is written step by step is what would be written at once, whatever happened."""

import hashlib

import pytest

from aggregator.model import Alternate, ChangeKind, Enclosure, Picture, Ruling
from tests.press_world import OUTLETS, TOPICS, PressWorld


@pytest.fixture
def world(tmp_path):
    (tmp_path / "own").mkdir()
    made = PressWorld(tmp_path / "own")
    yield made
    made.store.close()


def image(chance):
    return Enclosure(url=f"https://i.example/{chance.randrange(6)}.jpg", media_type="image/jpeg")


def something_new(world, chance):
    named = tuple(
        Alternate(href=f"{chance.choice(sorted(OUTLETS))}.example/{number}", language="fr")
        for number in (len(world.articles), len(world.articles) + 3)
    )
    fields = chance.choice(({}, {}, {"translations": named}, {"lead_image": image(chance)}))
    world.new(chance.choice(sorted(world.outlets)), chance.choice((1, 1, 2, 12, 25)), **fields)


def something_changes(world, chance):
    number = chance.choice(sorted(world.articles))
    if world.articles[number].key.source_id not in world.outlets:
        return
    minor = ChangeKind.MINOR
    kind, fields = chance.choice(
        (
            (ChangeKind.MATERIAL, {"title": f"Corrected {chance.randrange(10**6)}"}),
            (minor, {"standfirst": f"Otherwise {chance.randrange(10**6)}"}),
            (minor, {"categories": tuple(chance.sample(TOPICS, chance.choice((0, 2, 20))))}),
            (minor, {"lead_image": chance.choice((None, image(chance)))}),
        )
    )
    world.revise(number, kind, **fields)


def somebody_rules(world, chance):
    for number in chance.sample(sorted(world.articles), min(3, len(world.articles))):
        world.rule(number, chance.choice((Ruling.DROP, Ruling.PUBLISH)))


def images_come(world, chance):
    for wanted in world.store.due_pictures(world.now):
        if chance.random() < 0.7:
            name = hashlib.sha256(wanted.url.encode()).hexdigest()[:20]
            picture = Picture(
                path=f"images/{name}.jpg",
                media_type="image/jpeg",
                length=20,
                width=10,
                height=10,
            )
            world.press().gallery.keep(wanted.url, picture, name.encode())


def the_operator_changes_something(world, chance):
    name = chance.choice(sorted(world.outlets))
    both = {"tag": "all", "languages": chance.sample(["en", "fr", "kmr", "ckb"], 2)}
    match chance.randrange(6):
        case 0:
            world.outlets[name] = {
                "rights": {
                    "allows": chance.choice(("headline", "excerpt", "full")),
                    "images": chance.choice(("copy", "none")),
                }
            }
        case 1:
            world.outlets[name] = {"name": f"The New {name.title()} {chance.randrange(99)}"}
        case 2:
            world.publish_keys["entries"] = chance.choice((1, 10, 60))
        case 3:
            some = chance.sample(["en", "fr", "ku", "kmr", "ar"], chance.choice((3, 4)))
            world.editions = [*some, both]
        case 4:
            if len(world.outlets) > 3:
                del world.outlets[name]
            else:
                world.outlets = {name: {} for name in OUTLETS}
        case 5:
            groups = [f"https://{one}.example/{len(world.articles) + 1}" for one in OUTLETS]
            world.translations = [groups]
    world.configure()
    world.follow()


EVENTS = (
    *(something_new, something_new, something_new, something_changes, something_changes),
    *(somebody_rules, images_come, the_operator_changes_something),
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_any_history(tmp_path, seed):
    (tmp_path / "own").mkdir()
    world = PressWorld(tmp_path / "own", seed=seed)
    chance = world.chance
    world.outlets = {name: {"rights": {"images": "copy"}} for name in OUTLETS}
    world.configure()
    something_new(world, chance)
    for _ in range(8):
        event = chance.choice(EVENTS)
        event(world, chance)
        world.publish(hours=chance.choice((1, 2, 30, 80, 700)))
        assert world.differences(tmp_path / "at-once") == [], event.__name__
    world.store.close()


def test_a_month_that_another_edition_has_too_links_to_it(world, tmp_path):
    day = world.now.replace(month=3)
    world.new("herald", published=day)
    world.publish()
    world.new("monde", published=day)
    world.publish()
    page = world.root / "en/archive/2026/03/index.html"
    assert "/fr/archive/2026/03/" in page.read_text(encoding="utf-8")
    assert world.differences(tmp_path / "at-once") == []


def test_a_translation_that_the_operator_names_is_linked_from_the_older_article(world, tmp_path):
    world.translations = [["https://herald.example/1", "https://monde.example/2"]]
    world.configure()
    world.new("herald")
    world.publish()
    world.new("monde")
    world.publish()
    assert "/fr/articles/2.html" in world.page_of(1).read_text(encoding="utf-8")
    world.rule(2, Ruling.DROP)
    world.publish()
    assert "/fr/articles/2.html" not in world.page_of(1).read_text(encoding="utf-8")
    assert world.differences(tmp_path / "at-once") == []


def test_an_article_links_only_to_categories_that_list_it(world, tmp_path):
    (late,) = world.new("herald", categories=())
    world.new("herald", 2, categories=("Water",))
    world.publish()
    world.revise(late, ChangeKind.MINOR, categories=("Water",))
    world.publish()
    (third,) = world.new("herald", categories=("Water",))
    world.publish()
    assert "/en/category/water/" not in world.page_of(late).read_text(encoding="utf-8")
    assert "/en/category/water/" in world.page_of(third).read_text(encoding="utf-8")
    assert world.differences(tmp_path / "at-once") == []


def test_an_edition_that_gets_a_second_language_lists_both_from_the_first_article_on(world):
    world.editions = [{"tag": "ku", "languages": ["kmr"]}]
    world.configure()
    world.new("navend", 3)
    world.publish()
    assert not (world.root / "ku/language").exists()
    world.editions = [{"tag": "ku", "languages": ["kmr", "ckb"]}]
    world.configure()
    world.new("peyam")
    world.publish()
    assert (world.root / "ku/language/kmr/atom.xml").read_bytes().count(b"<entry") == 3
    world.editions = [{"tag": "ku", "languages": ["ckb"]}]
    world.configure()
    world.publish()
    assert not (world.root / "ku/language").exists()
