"""What publishers take back by signs of their feeds, and show again."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.judge import removed
from aggregator.model import (
    DeletedEntry,
    EntryKey,
    Identified,
    Identity,
    Known,
    ParsedEntry,
    Ruling,
    Verdict,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def known(number=1, feed_key="", **words):
    return Known(
        entry_id=number,
        guid=f"g{number}",
        feed_key=feed_key,
        digest="",
        text_digest="",
        published=NOW - timedelta(days=2),
        updated=NOW - timedelta(days=2),
        title="Title",
        language="en",
        revision=1,
        emitted=True,
        verdict=Verdict(ruling=Ruling.PUBLISH),
        **words,
    )


def shown(was, updated):
    parsed = ParsedEntry(updated=updated)
    return Identified(
        key=EntryKey(source_id="herald", guid=was.guid),
        identity=Identity.GUID,
        address=None,
        digest="1:a",
        same_story=None,
        parsed=parsed,
    ), was


def deleted(stone, was, *, there=(), feed_key=""):
    stones = (DeletedEntry(ref="g1", **stone),)
    return removed.deleted(stones, {"g1": was}, there, feed_key=feed_key, now=NOW)


def test_a_tombstone_takes_an_entry_back_at_its_own_time():
    (removal,) = deleted({"when": "2026-11-23T12:00:00Z", "comment": "By mistake"}, known())
    assert (removal.entry_id, removal.at) == (1, NOW - timedelta(days=1))
    assert removal.why == "its feed says that it was deleted: By mistake"


def test_only_the_feed_that_brought_an_entry_takes_it_back():
    assert deleted({"when": "2026-11-23T12:00:00Z"}, known(feed_key="other")) == ()


@pytest.mark.parametrize(
    ("updated", "gone"), [("2026-11-22T00:00:00Z", 1), ("2026-11-24T00:00:00Z", 0)]
)
def test_an_entry_that_was_updated_after_its_tombstone_is_live(updated, gone):
    was = known()
    found = deleted({"when": "2026-11-23T12:00:00Z"}, was, there=[shown(was, updated)])
    assert len(found) == gone


def test_a_tombstone_from_the_future_or_without_a_date_counts_from_now():
    for when in ("2055-01-01T00:00:00Z", "yesterday"):
        assert deleted({"when": when}, known())[0].at == NOW


def test_what_was_taken_back_is_not_taken_back_again():
    assert deleted({"when": "2026-11-23T12:00:00Z"}, known(withdrawn="so")) == ()


def test_what_left_a_complete_feed_is_gone():
    removals, doubt = removed.absent({1, 2, 3}, {2, 3, 9}, now=NOW)
    assert [(one.entry_id, one.why) for one in removals] == [(1, removed.ABSENT)]
    assert doubt is None


def test_a_complete_feed_that_lost_most_of_its_entries_is_not_believed():
    removals, doubt = removed.absent(set(range(20)), {1, 2}, now=NOW)
    assert removals == ()
    assert "18 of 20" in doubt


def test_what_its_feed_shows_again_comes_back_and_what_its_page_lacks_does_not():
    there = [
        shown(known(1, withdrawn=removed.ABSENT), None),
        shown(known(2, withdrawn="its page answers 410"), None),
        shown(known(3, withdrawn=f"{removed.TOMBSTONE}: oops"), None),
        shown(known(4, "other", withdrawn=removed.ABSENT), None),
        shown(known(5), None),
    ]
    assert removed.returned(there, (), feed_key="") == [1, 3]
    stone = deleted({"when": "2026-11-23T12:00:00Z"}, known())
    assert removed.returned(there, stone, feed_key="") == [3]
