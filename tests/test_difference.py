"""What changed between two versions of a text: nothing is lost, nothing invented, and in time."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aggregator.model import Fate
from aggregator.text.difference import changed, differences, is_rewritten

CORPUS = Path(__file__).parent / "corpus" / "differences"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(CORPUS.glob("*.yaml"))
    for case in YAML(typ="safe").load(path)
]
MARKS = {Fate.SAME: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}


def shown(found):
    return ["".join(MARKS[fate].format(text) for fate, text in one.parts) for one in found]


def version(found, *fates):
    """One version, without its spaces."""
    parts = (text for one in found for fate, text in one.parts if fate in fates)
    return "".join("".join(parts).split())


@pytest.mark.parametrize("case", CASES)
def test_what_changed_is_shown_by_words(case):
    assert shown(changed(differences(case["before"], case["after"]))) == case["changes"]


WORDS = st.sampled_from(
    "the dam , . لە هەولێر، وتی «ماء» صُحِّح l’eau çîrok (Amûdê) ١٢ 12 — \u200c x\u200cy e\u0301".split(
        " "
    )
)
PARAGRAPHS = st.lists(
    st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=20), max_size=6
)


@given(before=PARAGRAPHS, after=PARAGRAPHS)
def test_what_stayed_and_what_was_removed_is_the_earlier_version_and_so_on(before, after):
    found = differences(before, after)
    assert version(found, Fate.SAME, Fate.REMOVED) == "".join("".join(before).split())
    assert version(found, Fate.SAME, Fate.ADDED) == "".join("".join(after).split())
    assert differences(before, after) == found


@given(text=PARAGRAPHS)
def test_a_text_does_not_differ_from_itself(text):
    found = differences(text, text)
    assert changed(found) == ()
    assert not any(text) or not is_rewritten(found)


@settings(max_examples=30)
@given(text=PARAGRAPHS, where=st.integers(0, 5))
def test_one_more_paragraph_is_one_difference(text, where):
    after = [*text[:where], "Something entirely new.", *text[where:]]
    assert shown(changed(differences(text, after))) == ["{+Something entirely new.+}"]


def test_a_text_of_which_nearly_nothing_stayed_is_called_rewritten():
    old = ["One two three four five. " * 20, "Six seven eight nine ten. " * 20]
    assert is_rewritten(differences(old, ["Entirely other words, all of them. " * 20]))
    assert not is_rewritten(differences(old, [*old, "And more."]))
    assert not is_rewritten(differences(old, [old[0].replace("two", "2"), old[1]]))
    assert not is_rewritten(differences(["A title"], ["Another, entirely"])), "that can be read"


def of(count, vocabulary, seed):
    chance = random.Random(seed)
    return [f"w{chance.randrange(vocabulary)}" for _ in range(count)]


HARD = {
    "few words, often": ([" ".join(of(10_000, 3, 1))], [" ".join(of(10_000, 3, 2))]),
    "many words": ([" ".join(of(10_000, 9000, 1))], [" ".join(of(10_000, 9000, 2))]),
    "one word": ([" ".join(["a"] * 10_000)], [" ".join(["a"] * 9_000)]),
    "turns": ([" ".join(["a b"] * 5_000)], [" ".join(["b a"] * 5_000)]),
    "many paragraphs": (of(10_000, 50, 1), of(10_000, 50, 2)),
    "paragraphs alike": (
        [" ".join(of(100, 20, n)) for n in range(100)],
        [" ".join(of(100, 20, -n - 1)) for n in range(100)],
    ),
    "marks": (["." * 50_000 + " a"], ["، " * 9_000]),
}


@pytest.mark.parametrize("name", HARD)
def test_ten_thousand_words_take_less_than_a_second(name):
    before, after = HARD[name]
    began = time.process_time()
    found = differences(before, after)
    assert time.process_time() - began < 1
    assert version(found, Fate.SAME, Fate.REMOVED) == "".join("".join(before).split())
