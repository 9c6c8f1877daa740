"""How much of an entry may be shown. The cases are rows of tests/corpus/rights/*.tsv."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.judge.rights import allowance, next_change, standing, warnings
from aggregator.model import (
    Allowance,
    Entry,
    EntryKey,
    Extent,
    Html,
    Identity,
    Images,
    Length,
    Origin,
    Person,
    Rights,
    Source,
    Status,
)
from aggregator.text.html import from_plain

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
CORPUS = Path(__file__).parent / "corpus" / "rights"
EVERYTHING = Rights(
    allows=Extent.FULL, images=Images.COPY, translate=True, license="https://l.example/by"
)
ORDER = list(Extent)


def rows(name):
    lines = (CORPUS / name).read_text("utf-8").splitlines()[1:]
    return [tuple(line.split("\t")) for line in lines]


def entry(**changes) -> Entry:
    whole = Entry(
        key=EntryKey(source_id="gazette", guid="1"),
        identity=Identity.GUID,
        digest="2:0",
        address=None,
        same_story=None,
        link="https://gazette.example/1",
        title="Council approves the repair of twelve wells",
        standfirst="",
        body=from_plain("The council met on Sunday.\n\nIt adjourned at noon."),
        published=NOW,
        updated=NOW,
        byline=(Person(name="Amina Said"),),
        lead_image=None,
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        language="en",
        language_reason="prior",
        origin=None,
    )
    return replace(whole, **changes)


def allowed(held=EVERYTHING, now=NOW, **changes) -> Allowance:
    return allowance(held, entry(**changes), now=now)


# --- the source -----------------------------------------------------------------------------


def test_what_is_allowed_without_a_date_or_a_status_is_what_is_written():
    assert standing(EVERYTHING, now=NOW) == EVERYTHING
    found = allowed()
    assert (found.extent, found.length, found.images) == (Extent.FULL, None, Images.COPY)


@pytest.mark.parametrize("status", [Status.GRANTED, Status.LICENSED, Status.PUBLIC_DOMAIN])
def test_a_yes_is_a_yes(status):
    rights = replace(EVERYTHING, status=status)
    assert standing(rights, now=NOW) == rights


@pytest.mark.parametrize(
    ("status", "most"),
    [
        (Status.QUOTED, Extent.EXCERPT),
        (Status.ASKED, Extent.EXCERPT),
        (Status.REFUSED, Extent.HEADLINE),
    ],
)
def test_without_a_yes_there_is_an_excerpt_at_most_and_nothing_else(status, most):
    held = standing(replace(EVERYTHING, status=status), now=NOW)
    assert (held.allows, held.images, held.translate, held.license) == (
        most,
        Images.NONE,
        False,
        None,
    )
    less = standing(Rights(allows=Extent.HEADLINE, status=status), now=NOW)
    assert less.allows is Extent.HEADLINE


def test_a_permission_holds_to_the_end_of_its_last_day_in_utc():
    rights = replace(EVERYTHING, status=Status.GRANTED, expires=date(2027, 3, 2))
    end = datetime(2027, 3, 3, tzinfo=UTC)
    assert standing(rights, now=end - TICK) == rights
    held = standing(rights, now=end)
    assert (held.allows, held.images, held.translate) == (Extent.EXCERPT, Images.NONE, False)
    assert allowed(rights, now=end).extent is Extent.EXCERPT


def test_a_permission_holds_from_its_first_day_on():
    rights = replace(EVERYTHING, granted=date(2027, 1, 1))
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    assert standing(rights, now=begin - TICK).allows is Extent.EXCERPT
    assert standing(rights, now=begin) == rights


def test_an_end_takes_nothing_from_a_headline_and_keeps_the_length_of_an_excerpt():
    over = date(2026, 1, 1)
    assert standing(Rights(allows=Extent.HEADLINE, expires=over), now=NOW).allows is (
        Extent.HEADLINE
    )
    short = Rights(length=Length(words=20), expires=over)
    assert allowed(short).length == Length(words=20)


def test_the_last_day_of_the_calendar_is_a_date_like_any_other():
    assert standing(replace(EVERYTHING, expires=date.max), now=NOW) == replace(
        EVERYTHING, expires=date.max
    )


RIGHTS = st.builds(
    Rights,
    allows=st.sampled_from(Extent),
    length=st.sampled_from([None, Length(words=20), Length(paragraphs=1)]),
    images=st.sampled_from(Images),
    translate=st.booleans(),
    status=st.sampled_from([None, *Status]),
    license=st.sampled_from([None, "https://l.example/by"]),
    granted=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
    expires=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)),
)
MOMENTS = st.datetimes(
    datetime(2026, 10, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2027, 2, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
) | st.builds(
    lambda day, off: datetime(day.year, day.month, day.day, tzinfo=UTC) + off,
    st.dates(date(2026, 10, 1), date(2027, 1, 31)),
    st.sampled_from([timedelta(0), -TICK, TICK]),
)


@given(RIGHTS, MOMENTS)
def test_standing_gives_nothing_and_standing_twice_is_standing_once(rights, now):
    held = standing(rights, now=now)
    assert standing(held, now=now) == held
    assert ORDER.index(held.allows) <= ORDER.index(rights.allows)
    assert held.images in (rights.images, Images.NONE)
    assert not held.translate or rights.translate


@given(st.lists(RIGHTS, max_size=3), MOMENTS, MOMENTS)
def test_nothing_changes_before_the_next_change(some, now, later):
    moment = next_change(some, now)
    if moment is not None:
        assert moment > now
        at = [standing(rights, now=moment) for rights in some]
        assert at != [standing(rights, now=moment - TICK) for rights in some]
    if now <= later and (moment is None or later < moment):
        for rights in some:
            assert standing(rights, now=later) == standing(rights, now=now)


def test_one_is_warned_for_thirty_days_and_afterwards():
    def said(now):
        rights = replace(EVERYTHING, status=Status.GRANTED, expires=date(2027, 3, 2))
        source = Source(id="gazette", name="Harbor Gazette", feeds=(), rights=rights)
        return warnings([source], now)

    end = datetime(2027, 3, 3, tzinfo=UTC)
    assert said(end - timedelta(days=30) - TICK) == ()
    (soon,) = said(end - timedelta(days=30))
    assert soon.startswith("gazette: the permission ends on 2027-03-02, in 30 days")
    assert "tomorrow" in said(end - timedelta(days=1))[0]
    assert "today" in said(end - TICK)[0]
    (over,) = said(end)
    assert over.startswith("gazette: the permission ended on 2027-03-02; now at most an excerpt")


def test_a_permission_that_has_not_begun_is_told_and_a_refused_one_is_not():
    def said(**rights):
        source = Source(id="gazette", name="Gazette", feeds=(), rights=Rights(**rights))
        return warnings([source], NOW)

    (text,) = said(granted=date(2027, 1, 1))
    assert "begins on 2027-01-01" in text
    assert said(status=Status.REFUSED, expires=date(2026, 1, 1)) == ()
    assert said() == ()


# --- agencies -------------------------------------------------------------------------------

AGENCIES = rows("agencies.tsv")


def credited(where, text):
    match where:
        case "text":
            return {"body": from_plain(text.replace("\\n", "\n\n"))}
        case "byline":
            return {"byline": (Person(name=text),)}
        case _:
            return {"rights": text}


@pytest.mark.parametrize(("agency", "where", "language", "text", "why"), AGENCIES)
def test_an_agencys_text_is_told_from_one_that_mentions_it(agency, where, language, text, why):
    found = allowed(language=language, **credited(where, text))
    told = [reason for reason in found.reasons if "agency's" in reason]
    if agency == "-":
        assert (told, found.extent, found.images) == ([], Extent.FULL, Images.COPY), why
        return
    name, _, only = agency.partition(" (")
    assert f": {name}, " in told[0], why
    assert found.images is Images.NONE
    assert found.extent is (Extent.FULL if only else Extent.EXCERPT)


@pytest.mark.parametrize(
    ("agency", "text"),
    [(row[0], row[3]) for row in AGENCIES if row[1] == "text"],
)
def test_a_standfirst_is_looked_at_like_a_body_and_a_long_body_at_both_ends(agency, text):
    lines = text.split("\\n")
    long = [lines[0], *["More of the story follows here."] * 900, *lines[1:]]
    found = allowed(body=from_plain("\n\n".join(long)))
    assert (found.extent is Extent.EXCERPT) == (agency != "-")
    if len(lines) == 1:
        found = allowed(standfirst=text, body=Html(""))
        assert (found.extent is Extent.EXCERPT) == (agency != "-")


def test_the_agency_corpus_has_both_sides_in_all_five_languages():
    for language in ("en", "fr", "kmr", "ckb", "ar"):
        those = [row[0] for row in AGENCIES if row[2] == language]
        assert min(len([a for a in those if a != "-"]), those.count("-")) >= 4, language


def test_a_title_above_the_dateline_does_not_hide_it():
    title = "Council approves the repair of twelve wells"
    body = from_plain(f"{title}\n\nPhoto\n\nMonday\n\nBAGHDAD (Reuters) - The council met.")
    assert allowed(body=body).extent is Extent.FULL  # so far down it is no dateline
    body = from_plain(f"{title}\n\nBAGHDAD (Reuters) - The council met.")
    assert allowed(body=body).extent is Extent.EXCERPT


def test_what_a_planet_copied_from_an_agency_is_the_agencys():
    assert allowed(origin=Origin(title="Reuters")).extent is Extent.EXCERPT
    assert allowed(origin=Origin(title="Reuters Foundation Fellows")).extent is Extent.FULL


def test_reading_a_hostile_text_takes_no_time():
    hostile = ("AFP, " * 9000, "a-" * 9000, "( " * 9000, "x/" * 9000, "أ ف ب " * 9000, "." * 90000)
    for text in hostile:
        started = time.process_time()
        allowed(body=Html(f"<p>{text}</p>"), rights=text, byline=(Person(name=text[:500]),))
        assert time.process_time() - started < 2


# --- what is asked of machines --------------------------------------------------------------

ROBOTS = [
    ((), Extent.FULL, None, Images.COPY),
    (("noarchive",), Extent.EXCERPT, None, Images.COPY),
    (("nosnippet",), Extent.HEADLINE, None, Images.COPY),
    (("max-snippet:0",), Extent.HEADLINE, None, Images.COPY),
    (("max-snippet:120",), Extent.EXCERPT, Length(characters=120), Images.COPY),
    (("max-snippet: 120", "max-snippet:90"), Extent.EXCERPT, Length(characters=90), Images.COPY),
    (("max-snippet:-1", "max-image-preview:large"), Extent.FULL, None, Images.COPY),
    (("max-snippet:many", "noodp", "index", "follow", "none"), Extent.FULL, None, Images.COPY),
    (("max-image-preview:none",), Extent.FULL, None, Images.NONE),
    (("noimageindex",), Extent.FULL, None, Images.NONE),
    (
        ("NOARCHIVE, max-snippet:50, max-image-preview:none",),
        Extent.EXCERPT,
        Length(characters=50),
        Images.NONE,
    ),
]


@pytest.mark.parametrize(("robots", "extent", "length", "images"), ROBOTS)
def test_the_directives_for_machines_are_obeyed(robots, extent, length, images):
    found = allowed(robots=robots)
    assert (found.extent, found.length, found.images) == (extent, length, images)


def test_a_snippet_is_bounded_on_top_of_the_operators_length():
    short = Rights(length=Length(words=40))
    assert allowed(short, robots=("max-snippet:120",)).length == Length(words=40, characters=120)
    assert allowed(Rights(allows=Extent.HEADLINE), robots=("max-snippet:120",)).length is None


# --- statements of rights -------------------------------------------------------------------


@pytest.mark.parametrize(("most", "language", "statement", "why"), rows("statements.tsv"))
def test_a_statement_that_forbids_is_told_from_one_that_reserves(most, language, statement, why):
    found = allowed(rights=statement, language=language)
    assert found.extent is (Extent.FULL if most == "-" else Extent(most)), why
    assert (found.images is Images.NONE) == (most != "-")


def test_whoever_has_the_permission_is_not_stopped_by_a_ban_on_those_who_lack_it():
    given_ = replace(EVERYTHING, status=Status.GRANTED, expires=date(2027, 3, 2))
    statement = "Reproduction in whole or in part without permission is prohibited."
    assert allowed(given_, rights=statement).extent is Extent.FULL
    assert allowed(given_, rights="Reproduction prohibited.").extent is Extent.EXCERPT
    after = datetime(2027, 3, 3, tzinfo=UTC)
    assert allowed(given_, now=after, rights=statement).extent is Extent.HEADLINE


def test_an_open_licence_of_the_entry_gives_nothing():
    by = "https://creativecommons.org/licenses/by/4.0/"
    found = allowed(Rights(allows=Extent.HEADLINE), license=by, rights="CC BY 4.0")
    assert found.extent is Extent.HEADLINE


def test_the_strictest_wins_and_every_reason_is_told():
    found = allowed(
        replace(EVERYTHING, basis="a letter of 3 March", status=Status.GRANTED),
        byline=(Person(name="AFP"),),
        robots=("noarchive", "nosnippet"),
        rights="Reproduction interdite",
    )
    assert (found.extent, found.images) == (Extent.HEADLINE, Images.NONE)
    assert found.reasons == (
        "feeds.yaml allows: full, images: copy (granted, a letter of 3 March)",
        "its text may be an agency's, whose leave we lack: AFP, in the byline",
        "the publisher asks of machines: noarchive",
        "the publisher asks of machines: nosnippet",
        "its statement of rights forbids to reproduce it",
    )


@given(RIGHTS, MOMENTS, st.sampled_from([row[2] for row in rows("statements.tsv")]))
def test_an_allowance_depends_on_time_only_through_the_standing(rights, now, statement):
    held = standing(rights, now=now)
    by_both = [
        allowance(one, entry(rights=statement, robots=("noarchive",)), now=now)
        for one in (rights, held)
    ]
    assert len({(one.extent, one.length, one.images) for one in by_both}) == 1
    assert ORDER.index(by_both[0].extent) <= ORDER.index(held.allows)
