"""Excerpts: the cases are rows of tests/corpus/excerpts.tsv (language, words, text, expected, why).

And of shortened.tsv: in place of words there are bounds, "40w" words, "2p" paragraphs, "90c"
characters. "\\n" in a text is a line break.
"""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.excerpt import excerpt, shortened

CORPUS = Path(__file__).parent / "corpus"
BOUNDS = {"w": "words", "p": "paragraphs", "c": "characters"}


def rows(name):
    lines = (CORPUS / name).read_text("utf-8").split("\n")[1:-1]
    return [line.split("\t") for line in lines]


ROWS = rows("excerpts.tsv")


def count(text: str) -> int:
    return sum(bool(re.search(r"\w", token)) for token in text.split())


@pytest.mark.parametrize(("language", "words", "text", "expected", "why"), ROWS)
def test_an_excerpt_of_the_corpus_ends_where_it_should(language, words, text, expected, why):
    found = excerpt(text.replace("\\n", "\n"), words=int(words))
    assert found == expected, f"{language}: {why}"


def test_the_corpus_has_all_five_languages():
    languages = [row[0] for row in ROWS]
    assert len(ROWS) >= 40
    assert all(languages.count(language) >= 8 for language in ("en", "fr", "kmr", "ckb", "ar"))


SENTENCES = st.lists(
    st.text(max_size=12)
    | st.sampled_from(["word ", "End. ", "Ok? ", "؟ ", "\n", "... ", "U.S. ", "د. "]),
    max_size=40,
).map("".join)


@given(SENTENCES, st.integers(1, 30))
def test_an_excerpt_is_one_line_within_its_bound(text, words):
    found = excerpt(text, words=words)
    assert "\n" not in found
    assert found == found.strip()
    assert count(found) <= words + words // 2


@given(SENTENCES, st.integers(1, 30))
def test_an_excerpt_is_the_beginning_of_its_text(text, words):
    found = excerpt(text, words=words).removesuffix("…").rstrip(".… ")
    flat = excerpt(text, words=10_000)
    assert flat.startswith(found)


def test_a_text_without_an_end_is_cut_in_no_time():
    for text in ("x" * 10_000_000, "word " * 2_000_000, "Dr. " * 2_000_000, "." * 10_000_000):
        started = time.process_time()
        assert len(excerpt(text)) <= 60 * 40 + 1
        assert time.process_time() - started < 1


# --- within what somebody else allows -------------------------------------------------------


@pytest.mark.parametrize(("language", "bounds", "text", "expected", "why"), rows("shortened.tsv"))
def test_a_shortened_text_of_the_corpus_ends_where_it_should(
    language, bounds, text, expected, why
):
    found = shortened(
        text.replace("\\n", "\n"),
        **{BOUNDS[unit]: int(number) for number, unit in re.findall(r"(\d+)([wpc])", bounds)},
    )
    assert found.replace("\n", "\\n") == expected, f"{language}: {why}"


@given(
    SENTENCES,
    st.none() | st.integers(0, 30),
    st.none() | st.integers(1, 3),
    st.none() | st.integers(0, 80),
)
def test_a_shortened_text_keeps_within_every_bound_and_is_the_beginning(
    text, words, paragraphs, characters
):
    found = shortened(text, words=words, paragraphs=paragraphs, characters=characters)
    assert words is None or count(found) <= words
    assert paragraphs is None or len(found.split("\n")) <= paragraphs
    assert characters is None or len(found) <= characters
    whole = shortened(text, words=10_000)
    assert " ".join(whole.split()).startswith(" ".join(found.split()).rstrip("…").rstrip(".… "))


def test_an_article_written_as_one_paragraph_is_not_shown_whole_as_one():
    found = shortened("A sentence of five words. " * 200, paragraphs=2)
    assert count(found) == 240


def test_shortening_takes_no_time():
    for text in ("x" * 10_000_000, "word " * 2_000_000, "a. " * 3_000_000, "\n" * 10_000_000):
        started = time.process_time()
        for bounds in ({"words": 1000}, {"paragraphs": 9}, {"characters": 5000}):
            shortened(text, **bounds)
        assert time.process_time() - started < 1
