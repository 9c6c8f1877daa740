"""New sources: what is let in, what waits, what never comes up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.judge import revise, welcome
from aggregator.model import (
    ChangeKind,
    Entry,
    EntryKey,
    Feed,
    Html,
    Identity,
    Ruling,
    Source,
    Verdict,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLISH = Verdict(ruling=Ruling.PUBLISH, reasons=("prior",))


def source(feeds=1, **words):
    addresses = tuple(
        Feed(key=f"{n}", candidates=(f"https://herald.example/{n}",)) for n in range(feeds)
    )
    return Source(id="herald", name="The Herald", feeds=addresses, **words)


def change(number, verdict=PUBLISH):
    entry = Entry(
        key=EntryKey(source_id="herald", guid=str(number)),
        identity=Identity.GUID,
        digest="1:a",
        address=None,
        same_story=None,
        link=f"https://herald.example/{number}",
        title=f"Number {number}",
        standfirst="",
        body=Html(""),
        published=NOW - timedelta(hours=number),
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
    return revise.revise(entry, None, verdict, feed_key="0", now=NOW)


def greet(changes, source, *, first=True, admitted=0, **words):
    return welcome.greet(changes, source, first=first, admitted=admitted, now=NOW, **words)


def rulings(greeted):
    return [change.verdict.ruling for change in greeted.changes]


P, H, D = Ruling.PUBLISH, Ruling.HOLD, Ruling.DROP


def test_the_newest_of_a_new_source_are_published_and_the_others_never_come_up():
    greeted = greet([change(n) for n in range(5)], source(new_entries=2))
    assert rulings(greeted) == [P, P, D, D, D]
    assert greeted.changes[4].verdict.reasons[0] == "older than this source's first 2"
    assert greeted.admitted == 2


def test_a_source_that_was_read_before_is_not_new():
    assert rulings(greet([change(n) for n in range(5)], source(new_entries=2), first=False)) == (
        [P] * 5
    )


def test_what_rules_drop_does_not_count():
    dropped = Verdict(ruling=D, reasons=("rule",))
    changes = [change(0, dropped), change(1), change(2), change(3)]
    assert rulings(greet(changes, source(new_entries=2))) == [D, P, P, D]


def test_the_feeds_of_a_source_share_the_number():
    assert rulings(greet([change(n) for n in range(5)], source(feeds=3, new_entries=5))) == (
        [P, P, D, D, D]
    )


@pytest.mark.parametrize(
    ("admitted", "wanted"), [(0, [P, H, H]), (1, [P, P, H]), (2, [P, P, P]), (90, [P, P, P])]
)
def test_the_first_entries_of_a_new_source_wait_for_a_person(admitted, wanted):
    greeted = greet([change(n) for n in range(3)], source(hold_first=2), admitted=admitted)
    assert rulings(greeted) == wanted
    assert greeted.admitted == admitted + 3


def test_a_source_can_be_held_and_a_rule_can_let_entries_of_it_through():
    greeted = greet(
        [change(1), change(2)], source(hold=True), first=False, by_rule=frozenset({"2"})
    )
    assert rulings(greeted) == [H, P]


def test_a_delay_begins_now_and_is_for_what_is_published():
    held = Verdict(ruling=H, reasons=("rule",))
    delay = timedelta(hours=2)
    greeted = greet([change(1), change(2, held)], source(publish_delay=delay))
    assert [change.publish_at for change in greeted.changes] == [NOW + delay, None]


def test_what_is_known_is_let_be():
    known = replace(change(1), kind=ChangeKind.MATERIAL, entry_id=4)
    strict = source(new_entries=1, hold=True, publish_delay=timedelta(1))
    assert greet([known], strict).changes == (known,)


@pytest.mark.parametrize(
    ("reason", "ruling"),
    [
        ("quarantined: 9 of 9 entries are new", H),
        ("hold: every entry of this source waits for a person", H),
        ("older than this source's first 30", D),
        ("language in doubt: nobody said", P),
        ("rule weather: title", P),
    ],
)
def test_a_later_version_waits_as_long_as_what_holds_it_is_no_rule(reason, ruling):
    assert welcome.kept(PUBLISH, (reason,)).ruling is ruling
