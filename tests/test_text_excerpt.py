"""Excerpts: the cases are rows of tests/corpus/excerpts.tsv (language, words, text, expected, why).

"\\n" in a text is a line break.
"""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.excerpt import excerpt

LINES = (Path(__file__).parent / "corpus/excerpts.tsv").read_text("utf-8").split("\n")[1:-1]
ROWS = [line.split("\t") for line in LINES]


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
