"""Are two entries the same story? Pairs are data in `corpus/pairs/`."""

import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.judge import dedupe
from aggregator.judge.dedupe import Outlet
from aggregator.model import Html, Origin, Person
from aggregator.text.likeness import numbers, paused, shared
from tests.pair_world import entry, pairs

PAIRS = pairs()
FROZEN = [pair for pair in PAIRS if pair.name.startswith("standfirsts ")][:10]
WITHIN = timedelta(days=3)
LANGUAGES = ("en", "fr", "kmr", "ckb", "ar")
ENOUGH = 0.9  # of those that are the same are found


def why(one, other, within=WITHIN):
    sketches = [dedupe.sketch(each, published=each.published) for each in (one, other)]
    found = dedupe.same_story(*sketches, within=within)
    assert found == dedupe.same_story(*reversed(sketches), within=within)
    return found


# --- the pairs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair", [p for p in PAIRS if p.expect == "different"], ids=lambda pair: pair.name
)
def test_what_is_not_the_same_story_is_never_taken_for_it(pair):
    assert why(pair.one, pair.other) is None, pair.why


def test_nearly_all_that_is_the_same_story_is_found_for_the_right_reason():
    same = [pair for pair in PAIRS if pair.expect == "same"]
    found = {pair.name: why(pair.one, pair.other) for pair in same}
    missed = [name for name, reason in found.items() if reason is None]
    assert missed == [pair.name for pair in same if not pair.found]
    assert (len(same) - len(missed)) / len(same) >= ENOUGH
    wrong = [
        (pair.name, found[pair.name])
        for pair in same
        if found[pair.name] and pair.reason not in found[pair.name]
    ]
    assert not wrong


def test_every_article_of_the_pairs_is_another_story_than_those_it_shares_no_words_with():
    """Each against every other of its language: thousands of pairs that are easy to tell."""
    told = {(e.language, e.title, e.body): e for p in PAIRS for e in (p.one, p.other)}
    drawn = [dedupe.sketch(e, published=e.published) for e in told.values()]
    drawn = [replace(one, source=str(n), addresses=()) for n, one in enumerate(drawn)]
    for place, one in enumerate(drawn):
        for other in drawn[place + 1 :]:
            if dedupe.same_story(one, other, within=WITHIN):
                assert one.title == other.title or shared(one.shingles, other.shingles) > 0.6


def test_the_pairs_are_of_all_languages_and_about_half_of_them_are_different():
    languages = [pair.one.language for pair in PAIRS]
    different = [pair for pair in PAIRS if pair.expect == "different"]
    assert len(PAIRS) >= 170
    assert all(languages.count(language) >= 12 for language in LANGUAGES)
    assert 0.4 <= len(different) / len(PAIRS) <= 0.65
    assert all(pair.why for pair in PAIRS)


# --- what a sketch is -------------------------------------------------------------------------


def test_a_sketch_is_the_same_however_its_text_was_typed():
    typed = ("هەرێمی کوردستان ١٢ قوتابی", "هه‌رێمي كوردستان 12 قوتابي")
    first, second = (
        dedupe.sketch(one, published=one.published)
        for one in (entry({"title": title, "text": [title] * 4}, "a", "ckb") for title in typed)
    )
    assert replace(first, addresses=()) == replace(second, addresses=())


READ = "0d1f9d7d"  # of the sketches of some pairs


def test_whoever_changes_what_a_sketch_is_gives_it_another_number():
    """The store keeps sketches. Those of another reading are not to be compared with new ones.

    Where this fails: count `dedupe.READING` up and write here what the program draws now.
    """
    drawn = [dedupe.sketch(e, published=e.published) for p in FROZEN for e in (p.one, p.other)]
    assert (dedupe.READING, f"{zlib.crc32(repr(drawn).encode()):08x}") == (1, READ)


def test_two_sketches_that_share_no_feature_are_never_compared():
    one = entry({"title": "A headline that is long enough to be one's own"}, "a")
    other = entry({"title": "Another headline that is long enough for itself"}, "b")
    first, second = (dedupe.sketch(each, published=each.published) for each in (one, other))
    assert set(dedupe.features(first)).isdisjoint(dedupe.features(second))
    assert why(one, other) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_copy_of_the_beginning_below_a_long_standfirst_has_a_feature_in_common(seed):
    body, above = (
        " ".join(f"{kind}{seed}x{n}" for n in range(count))
        for kind, count in (("b", 250), ("s", 40))
    )
    whole = entry({"title": "One", "standfirst": above, "text": [body]}, "a")
    cut = entry({"title": "Another", "text": [" ".join(body.split()[:30])]}, "b")
    first, second = (dedupe.sketch(each, published=each.published) for each in (whole, cut))
    assert not set(dedupe.features(first)).isdisjoint(dedupe.features(second))


def test_a_source_has_no_copies_of_itself():
    article = {"title": "A headline that is long enough to be one's own, and more"}
    assert why(entry(article, "a"), entry(article, "b"))
    assert why(entry(article, "a"), entry(article, "a")) is None


def test_what_was_taken_down_is_known_again_after_any_time():
    text = ["Eleven words are more than enough here to know a text again."]
    article = {"title": "A headline that is long enough to be one's own", "text": text}
    late = article | {"at": "2029-01-01T00:00:00Z"}
    assert why(entry(article, "a"), entry(late, "b")) is None
    assert why(entry(article, "a"), entry(late, "b"), within=None)


NUMBERS = [
    ("12,000 people and 1.5 million, 007", "en", ("12000", "1", "5", "7")),
    ("Twelve killed, a hundred hurt", "en", ("12", "100")),
    ("Twenty-one people, thirty five cars", "en", ("21", "35")),
    ("One hundred and twelve; three hundred and forty", "en", ("112", "340")),
    ("24 thousand, two thousand and six", "en", ("24000", "2006")),
    ("Twenty, three of them children", "en", ("20", "3")),
    ("Twenty. Three of them children", "en", ("20", "3")),
    ("Twelve, three of them children", "en", ("12", "3")),
    ("Trente ans, neuf voitures", "fr", ("30",)),
    ("Vingt et un morts, soixante-dix-sept blessés", "fr", ("21", "77")),
    ("quatre-vingt-dix-neuf, quatre-vingts, cent vingt", "fr", ("99", "80", "120")),
    ("deux mille six cents, trois cent mille", "fr", ("2600", "300000")),
    ("6 200, 12\N{NARROW NO-BREAK SPACE}000", "fr", ("6200", "12000")),
    ("Vingt, trois d'entre eux des enfants", "fr", ("20", "3")),
    ("Donzdeh kes û sê zarok", "kmr", ("12", "3")),
    ("Bîst û yek kes, sed û bîst û pênc xanî", "kmr", ("21", "125")),
    ("deh hezar, 24 hezarî", "kmr", ("10000", "24000")),
    ("Bîst, sê ji wan zarok", "kmr", ("20", "3")),
    ("دوازدە کەس", "ckb", ("12",)),
    ("بیست و پێنج کەس، سەد و بیست ماڵ", "ckb", ("25", "120")),
    ("دوو هەزار، ١٤٥ هەزار", "ckb", ("2000", "145000")),
    ("بیست، چوار لەوان منداڵ", "ckb", ("20", "4")),
    ("١٢ قتيلا وثلاثون جريحا", "ar", ("12",)),
    ("ثلاثون جريحا", "ar", ("30",)),
    ("خمسة وعشرون قتيلا، مئة وعشرون جريحا", "ar", ("25", "120")),
    ("أحد عشر طفلا، ثلاثة آلاف نازح", "ar", ("11", "3000")),
    ("عشرون، ثلاثة منهم أطفال", "ar", ("20", "3")),
    ("12 ١٢ ۱۲", None, ("12",)),
    ("12,000 ١٢٬٠٠٠ ۱۲٬۰۰۰", "ckb", ("12000",)),
    ("two once", None, ()),
]


@pytest.mark.parametrize(("text", "language", "expected"), NUMBERS)
def test_numbers_are_read_as_figures_and_as_words(text, language, expected):
    assert numbers(paused(text), language) == expected


# --- whose was it first -----------------------------------------------------------------------

OUTLETS = {
    "herald": Outlet(name="The Valley Herald", domains=frozenset({"herald.example"})),
    "monitor": Outlet(name="Hill Monitor", domains=frozenset({"monitor.example"})),
    "planet": Outlet(name="Planet of Papers", domains=frozenset({"planet.example"})),
}


def told_by(source, **fields):
    article = {"title": "Cracks found in Derik dam", "link": f"https://www.{source}.example/dam"}
    return replace(entry(article, source), **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": Origin(title="Herald", link="https://herald.example/")},
        {"link": "https://www.herald.example/dam"},
        {"body": Html('<p>It appeared <a href="https://herald.example/dam">there</a>.</p>')},
        {"body": Html("<p>The valley herald reported it first.</p>")},
        {"byline": (Person(name="Zîn Haco, The Valley Herald"),)},
    ],
    ids=["origin", "link", "link in the text", "name in the text", "byline"],
)
def test_the_original_is_the_one_that_the_others_credit(fields):
    told = [told_by("monitor", **fields), told_by("planet"), told_by("herald")]
    assert dedupe.original(told, OUTLETS) == 2


def test_without_credit_nobody_is_the_original():
    assert dedupe.original([told_by("monitor"), told_by("herald")], OUTLETS) is None


def test_who_credits_another_of_them_is_not_the_original():
    chain = [
        told_by("planet", origin=Origin(link="https://monitor.example/")),
        told_by("monitor", origin=Origin(link="https://herald.example/")),
        told_by("herald"),
    ]
    assert dedupe.original(chain, OUTLETS) == 2
