"""What is submitted by hand, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest

from aggregator.errors import StoreError
from aggregator.model import Edits, Extent, FeedMeta, Rights, Ruling, Source, Verdict
from aggregator.store.outlets import BY_HAND, Submission, outlet_id

SAID = {"who": "dana", "why": "submitted"}
OUTLET = Source(
    id=outlet_id("station-road.example"),
    name="Station Road Post",
    homepage="https://station-road.example/",
    feeds=(),
)


def submission(world, source, name, **fields):
    entry = world.entry(source.id, name, address=f"{name}.example/article")
    change = world.change(entry, verdict=Verdict(ruling=Ruling.HOLD), **fields)
    return Submission(
        source=source,
        outlet=source is OUTLET or source.name != source.id.title(),
        url=f"https://{name}.example/article",
        received=2_000,
        meta=FeedMeta(title=source.name, link=source.homepage),
        change=change,
    )


def submit(world, source, name, ruling=Ruling.HOLD, edits=None):
    return world.store.record_submitted(
        submission(world, source, name), ruling=ruling, edits=edits, now=world.now, **SAID
    )


def test_a_submitted_article_is_an_entry_in_the_name_of_who_chose_it(world):
    entry_id = submit(world, OUTLET, "one")
    dossier = world.store.dossier(entry_id)
    assert (dossier.source_id, dossier.feed_key) == (OUTLET.id, BY_HAND)
    assert (dossier.verdict.ruling, dossier.by_person) == (Ruling.HOLD, True)
    (ruled,) = dossier.rulings
    assert (ruled.who, ruled.why, ruled.ruling) == ("dana", "submitted", Ruling.HOLD)
    (visit,) = world.store.visits(OUTLET.id, BY_HAND)
    assert (visit.url, visit.new, visit.received) == ("https://one.example/article", 1, 2_000)
    assert [held.entry_id for held in world.store.queue()] == [entry_id]


def test_an_outlet_is_remembered_under_its_first_name_with_the_rights_that_are_asked_for(world):
    submit(world, OUTLET, "one")
    submit(world, replace(OUTLET, name="Another"), "two")
    (source,) = world.store.outlets()
    assert source == replace(OUTLET, rights=Rights(allows=Extent.HEADLINE))
    full = Rights(allows=Extent.FULL)
    assert world.store.outlets(full)[0].rights == full


def test_a_configured_source_does_not_become_an_outlet(world):
    world.follow("alpha")
    submit(world, world.sources["alpha"], "one")
    assert world.store.outlets() == ()


def test_what_is_published_goes_out_with_its_edits(world):
    edits = Edits(title="The station becomes a library")
    submit(world, OUTLET, "one", Ruling.PUBLISH, edits)
    world.emit("en")
    (shown,) = world.shown("en")
    assert shown.entry.title == "The station becomes a library"
    assert shown.source_id == OUTLET.id
    assert shown.source_meta.link == OUTLET.homepage


def test_an_address_is_recorded_once_for_a_source(world):
    entry_id = submit(world, OUTLET, "one")
    with pytest.raises(StoreError, match=f"is entry {entry_id} already"):
        submit(world, OUTLET, "one")
    assert world.store.held() == 1


def test_a_refused_submission_leaves_nothing(world):
    wrong = submission(world, OUTLET, "one")
    entry = replace(wrong.change.entry, language=None)
    wrong = replace(wrong, change=replace(wrong.change, entry=entry))
    with pytest.raises(StoreError, match="language"):
        world.store.record_submitted(
            wrong, ruling=Ruling.PUBLISH, edits=None, now=world.now, **SAID
        )
    assert world.store.outlets() == ()
    assert world.store.feeds(world.now) == ()


def test_its_feed_is_never_claimed_and_survives_enrolling(world):
    world.follow("alpha")
    submit(world, world.sources["alpha"], "one")
    submit(world, OUTLET, "two")
    world.later(days=2)
    world.enroll()
    claims = world.claim(force=True)
    assert [claim.state.feed_key for claim in claims] == [""]
    rows = {row.source_id: row for row in world.store.feeds(world.now) if row.feed_key == BY_HAND}
    assert all(row.retired_at is not None for row in rows.values())
    assert {name: row.entries for name, row in rows.items()} == {"alpha": 1, OUTLET.id: 1}


def test_a_source_is_where_its_articles_and_its_homepage_are(world):
    world.follow("alpha")
    submit(world, OUTLET, "one")
    found = world.store.whereabouts(["alpha", OUTLET.id])
    assert found["alpha"] == ()
    assert OUTLET.homepage in found[OUTLET.id]
    assert any("one" in address for address in found[OUTLET.id])
