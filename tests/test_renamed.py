"""Entries that are known under other names, and those that only look so."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.judge import renamed
from aggregator.model import Entry, EntryKey, Identity, Known, Remembered, Ruling, Verdict
from aggregator.text.html import sanitize

THEN = datetime(2026, 11, 20, 6, tzinfo=UTC)
CASES = tomllib.loads(
    (Path(__file__).parent / "corpus" / "renames" / "cases.toml").read_text(encoding="utf-8")
)["case"]
TEXTS = {
    "long": "The footbridge is four hundred metres long and was paid for by the two villages that "
    "it joins. Children had crossed the river by boat since the old bridge was lost in the flood "
    "of 2019. The council says that it holds sixty people at a time, and a market opens beside it.",
    "short": "The footbridge is four hundred metres long and was paid for by the two villages that "
    "it joins. Children had crossed the river by boat since the old bridge",
    "other": "Members heard the minister of water on wells, voted for a committee on school buses, "
    "and put off until Thursday a bill about the pensions of teachers who work in two provinces.",
    "weather": "In Erbil it will be 12 degrees and cloudy, in Sulaimani 9 degrees with showers in "
    "the evening and light winds from the north west, roads over the passes stay open all day.",
    "weather2": "In Erbil it will be 14 degrees and sunny, in Sulaimani 7 degrees with showers in "
    "the evening and light winds from the north west, roads over the passes stay open all day.",
}


def entry(title, text, published, guid="new"):
    return Entry(
        key=EntryKey(source_id="herald", guid=guid),
        identity=Identity.GUID,
        digest=f"1:{guid}",
        address=None,
        same_story=None,
        link=None,
        title=title,
        standfirst="",
        body=sanitize(f"<p>{text}</p>", base=None),
        published=published,
        updated=None,
        byline=(),
        lead_image=None,
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        language="en",
        language_reason="prior",
        origin=None,
    )


def stored(before, number=1):
    known = Known(
        entry_id=number,
        guid=before.key.guid,
        feed_key="",
        digest="",
        text_digest="",
        published=before.published or THEN,
        updated=THEN,
        title=before.title,
        language="en",
        revision=1,
        emitted=True,
        verdict=Verdict(ruling=Ruling.PUBLISH),
    )
    return Remembered(known=known, entry=before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_an_entry_is_known_under_another_name_or_is_another(case):
    text = case["text"].format(**TEXTS)
    if "before" in case:
        old = case["before"].format(**TEXTS)
    else:
        old = TEXTS["long"] if case["text"] in {"{short}", "{other}"} else text
    hours = case["hours"]
    date = None if hours == "none" else THEN + timedelta(hours=hours)
    before = stored(entry(case.get("before_title", case["title"]), old, THEN, "old"))
    after = entry(case["title"], text, date)
    last_read = (date or THEN) + timedelta(hours=case.get("age", 24))
    others = [entry(f"Other {n}", "", date, f"o{n}") for n in range(case.get("unknown", 0))]
    named = {1} if case.get("beside") else set(range(100, 100 + case.get("known", 3)))
    unknown = [after, *others]
    document = renamed.Document(
        named=named,
        last_read=last_read,
        moved=renamed.has_moved(unknown, kept=len(named), new_names=0, last_read=last_read),
    )
    found = renamed.matched(unknown, {0: (before,)}, document)
    assert (0 in found) is case["is"], renamed.renamed(after, (before,), document)
    assert renamed.renamed(after, (before,), document)[1]


def test_two_entries_are_never_one_that_is_known():
    before = stored(entry("Council opens the longest footbridge", TEXTS["long"], THEN, "old"))
    twins = [replace(before.entry, key=EntryKey(source_id="herald", guid=g)) for g in "ab"]
    found = renamed.matched(twins, {0: (before,), 1: (before,)}, renamed.Document())
    assert list(found) == [0]


def test_a_title_of_many_days_maps_each_to_its_own_day():
    title = "Forecast of the week for the Erbil and Sulaimani provinces"
    days = [
        stored(entry(title, TEXTS["weather"] + f" {n}", THEN + timedelta(days=n), f"o{n}"), n)
        for n in range(1, 4)
    ]
    shifted = [
        entry(title, TEXTS["weather2"] + f" {n}", THEN + timedelta(days=n, hours=3), f"n{n}")
        for n in range(1, 4)
    ]
    document = renamed.Document(last_read=THEN + timedelta(days=9), moved=True)
    candidates = dict.fromkeys(range(3), tuple(days))
    found = renamed.matched(shifted, candidates, document)
    assert {n: was.known.entry_id for n, (was, _) in found.items()} == {0: 1, 1: 2, 2: 3}
