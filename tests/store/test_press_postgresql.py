"""Publishing from PostgreSQL: the same documents, step by step and at once."""

import shutil

from aggregator.model import Ruling
from tests.press_world import PressWorld, found, tree


def test_what_is_published_from_postgresql_step_by_step_is_what_is_at_once(
    postgresql_location, tmp_path
):
    world = PressWorld(tmp_path, store=postgresql_location)
    world.new("herald", 45)
    world.publish()
    for outlet in ("monde", "navend", "peyam", "herald"):
        numbers = world.new(outlet, 3)
        world.rule(numbers[0], Ruling.DROP)
        world.revise(numbers[1], title=f"Corrected {outlet}")
        world.publish(hours=30)
    step_by_step = tree(world.root) | found(tmp_path / "search.db")
    shutil.rmtree(world.root)
    (tmp_path / "search.db").unlink()
    world.publish()
    assert step_by_step == tree(world.root) | found(tmp_path / "search.db")
    assert world.press().is_published()
    world.store.close()
