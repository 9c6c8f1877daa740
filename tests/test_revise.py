"""New, corrected or untouched: what counts as a change of the words, in five languages."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.judge import revise
from aggregator.model import (
    ChangeKind,
    Entry,
    EntryKey,
    Identity,
    Known,
    Ruling,
    Verdict,
)
from aggregator.text import sameness
from aggregator.text.html import sanitize

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FOLDER = Path(__file__).parent / "corpus" / "revisions"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['why']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def entry(title, body, digest="1:a"):
    return Entry(
        key=EntryKey(source_id="herald", guid="g"),
        identity=Identity.GUID,
        digest=digest,
        address=None,
        same_story=None,
        link="https://herald.example/a/1",
        title=title,
        standfirst="",
        body=sanitize(body, base=None),
        published=NOW - timedelta(days=1),
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


def known(before):
    return Known(
        entry_id=1,
        guid="g",
        feed_key="",
        digest=before.digest,
        text_digest=revise.text_digest(before),
        published=NOW - timedelta(days=1),
        updated=NOW - timedelta(days=1),
        title=before.title,
        language="en",
        revision=1,
        emitted=True,
        verdict=Verdict(ruling=Ruling.PUBLISH),
    )


def change(before, after, **words):
    return revise.revise(
        replace(after, digest="1:b"),
        known(before),
        Verdict(ruling=Ruling.PUBLISH),
        feed_key="",
        now=NOW,
        before=before,
        **words,
    )


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_a_correction_where_the_words_changed(case):
    before = entry(case.get("title_before", "Two gates open"), case["before"])
    after = entry(case.get("title_after", "Two gates open"), case["after"])
    found = change(before, after)
    assert (found.kind, found.note) == (case["kind"], found.note)
    assert (found.updated == NOW) is (case["kind"] == "material")


def test_the_cases_are_many_and_of_all_languages():
    kinds = [case.values[0]["kind"] for case in CASES]
    assert len(CASES) >= 50
    assert min(kinds.count("minor"), kinds.count("material")) >= 20
    assert {case.id[: case.id.index(":")] for case in CASES} == {"en", "fr", "kmr", "ckb", "ar"}


def test_a_note_says_why_other_words_are_no_correction():
    body = "<p>Updated {} minutes ago</p><p>Two gates of the dam are open.</p>"
    found = change(entry("Dam", body.format(3)), entry("Dam", body.format(5)))
    assert found.note == revise.STAMPS


def test_a_feed_that_prints_the_time_into_sentences_is_known_by_several_of_them():
    body = "<p>It is {} in the newsroom as this is written.</p>"
    before, after = (entry("Dam", body.format(clock)) for clock in ("12:34", "12:50"))
    assert change(before, after).kind is ChangeKind.MATERIAL
    assert revise.stamped([(before, after)] * 3) == 3
    found = change(before, after, prints_times=True)
    assert (found.kind, found.note) == (ChangeKind.MINOR, revise.TIMES)


def test_a_death_toll_is_a_correction_also_where_the_time_is_printed():
    body = "<p>It is {} in the newsroom. {} people died in the flood.</p>"
    before, after = (
        entry("Flood", body.format("12:34", 12)),
        entry("Flood", body.format("13:01", 30)),
    )
    assert change(before, after, prints_times=True).kind is ChangeKind.MATERIAL


def test_an_article_that_was_renamed_and_is_shown_whole_now_is_not_corrected():
    before = entry("Dam", "<p>Two gates of the dam are open.</p>")
    after = entry("Dam", "<p>Two gates of the dam are open.</p><p>The others stay shut.</p>")
    assert change(before, after).kind is ChangeKind.MATERIAL
    assert change(before, after, renamed=True).kind is ChangeKind.MINOR


@given(st.text())
def test_any_text_says_what_itself_says(text):
    assert sameness.same(text, text)
    assert sameness.only_clocks(text, text)
    assert sameness.only_times(text, text)


@given(st.lists(st.sampled_from(["dam", "ago", "3", "12:34", "updated", "بەر", ".", "-", "\n"])))
def test_more_words_are_never_the_same_text(words):
    text = " ".join(words)
    assert not sameness.same(text, f"{text} resigned")
    assert not sameness.only_clocks(text, f"{text} resigned")
