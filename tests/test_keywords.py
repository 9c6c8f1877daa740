"""Lists of words and patterns: against a plain implementation, and in time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.text.keywords import compile_words, fold, has_marks
from aggregator.text.patterns import compile_pattern, settled
from aggregator.text.search import bare, words
from aggregator.text.selectors import strip

LETTERS = "abkurdêîşçKÊكکيیىهةەێیۆڕرأاإئوفبل\u200c\u0640\u064b'’.-| "
PARTICLES = "وفبکل"
LANGUAGES = ["en", "fr", "kmr", "ckb", "ar", None]

some_words = st.text(LETTERS, min_size=1, max_size=8)
keyword = st.builds(
    lambda before, word, after: before + word + after,
    st.sampled_from(["", "", "", "*"]),
    some_words,
    st.sampled_from(["", "", "", "*"]),
)


def compare(has, wants, *, before, after):
    if before and after:
        return wants in has
    if before:
        return has.endswith(wants)
    return has.startswith(wants) if after else has == wants


def found_plainly(keyword, parts, language, *, marked):
    """The same, word by word, without expressions: slow and easy to believe."""
    written = keyword.strip()
    any_before, any_after = written.startswith("*"), written.endswith("*")
    sought = words(written.strip("*"), "ar" if language == "ar" else None)
    kurdish = language in ("kmr", "ckb") and marked
    unmarked = bare(" ".join(sought)) == " ".join(sought)
    loosely = not kurdish or (unmarked and len(" ".join(sought)) >= 5)

    def same(word, wanted, *, first, last):
        forms = [(word, wanted)] + ([(bare(word), bare(wanted))] if loosely else [])
        if language == "ar" and first and not any_before and len(sought[0]) >= 4:
            forms += [(bare(word)[1:], bare(wanted))] if word[:1] in PARTICLES else []
        before, after = first and any_before, last and any_after
        return any(compare(*form, before=before, after=after) for form in forms)

    for part in parts:
        has = words(part, "ar" if language == "ar" else None)
        for start in range(len(has) - len(sought) + 1):
            run = has[start : start + len(sought)]
            ends = len(sought) - 1
            if all(
                same(word, wanted, first=n == 0, last=n == ends)
                for n, (word, wanted) in enumerate(zip(run, sought, strict=True))
            ):
                return True
    return False


def usable(keyword):
    try:
        compile_words((keyword,))
    except ValueError:
        return False
    return True


@given(
    keywords=st.lists(keyword.filter(usable), min_size=1, max_size=6),
    parts=st.lists(st.lists(some_words, max_size=8).map(" ".join), min_size=1, max_size=2),
    language=st.sampled_from(LANGUAGES),
)
@settings(deadline=None, max_examples=400)
def test_a_list_finds_what_a_plain_comparison_of_words_finds(keywords, parts, language):
    marked = any(map(has_marks, parts))
    folded = fold(parts, language, marked=marked)
    found = compile_words(keywords).find(folded)
    plainly = [k for k in keywords if found_plainly(k, parts, language, marked=marked)]
    assert (found is not None) == bool(plainly)


@given(parts=st.lists(st.text(LETTERS, max_size=40), max_size=3), keyword=keyword.filter(usable))
@settings(deadline=None)
def test_what_is_said_to_be_found_stands_in_the_text(parts, keyword):
    found = compile_words((keyword,)).find(fold(parts, "ckb", marked=True))
    if found is not None:
        assert any(found in part for part in parts) or words(found)


def test_two_hundred_words_cost_little_on_a_text_of_five_thousand():
    keywords = compile_words([f"وشە{n}" for n in range(100)] + [f"Word{n}*" for n in range(100)])
    text = "ئەم دەقە درێژە و هیچ یەکێک لە وشەکانی تێدا نییە، but words of another kind. " * 340
    folded = fold((text,), "ckb", marked=True)
    assert len(text.split()) > 5000
    assert keywords.find(folded) is None  # compiled at its first use
    begun = time.process_time()
    for _ in range(20):
        keywords.find(folded)
    assert (time.process_time() - begun) / 20 < 0.05


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("كورد", "کورد", "کورد"),
        ("كُرد", "كرد", "کرد"),
        ("كـ*رد", "كــرد", "کرد"),  # the quantifier stays with what it was written after
        ("[ك-ل]رد", "کرد", "کرد"),
        ("[^ك]رد", "کرد", None),
        ("[أإ]ربيل", "اربيل", "اربیل"),
        (r"\x{643}رد", "کرد", "کرد"),
        (r"\Qa.b (ك)\E", "A.B (ک)", "A.B (ک)"),
        (r"\Qa.b\E", "axb", None),
        (r"\p{Arabic}+", "xx كورد", "کورد"),
        (r"\P{Arabic}+", "كورد xx", " xx"),
        (r"^\w+$", "Şêx", "Şêx"),
        (r"\W+", "Şêx, û", ", "),
        (r"[\w-.]+", "ê.c-d", "ê.c-d"),
        (r"\s", "a\u00a0b", "\u00a0"),
        (r"[\d]+", "١٢", "12"),
        ("(?-i)Kurd", "kurd", None),
        ("ﷲ+", "الله", "الله"),
        ("cafe\u0301", "CAFÉ", "CAFÉ"),
        ("[[:alpha:]]+", "ab1", "ab"),
        ("^$", "", ""),
    ],
)
def test_a_pattern_is_read_as_people_mean_it(pattern, text, found):
    assert compile_pattern(pattern).find(settled(text)) == found


@given(text=st.text(max_size=60))
def test_settling_a_text_twice_changes_nothing(text):
    assert settled(settled(text)) == settled(text)


@pytest.mark.parametrize(
    ("html", "selector", "left"),
    [
        (
            "<p>a</p>tail<div class='related x'>r<p>q</p></div>after",
            "div.related",
            "<p>a</p>tailafter",
        ),
        ("<p>a</p><p>b</p>", "div", "<p>a</p><p>b</p>"),
        ("text</body><p class=x>y</p>z", ".x", "textz"),
        ("<p>one<p>two<p>three", "body > p:last-child", "<p>one</p><p>two</p>"),
        ("<p>kept</p>", "body, html", "<p>kept</p>"),
        ("", "p", ""),
        ("a &lt; b <i class=x>i</i>", ".x", "a &lt; b "),
    ],
)
def test_selectors_take_out_what_they_name_and_no_more(html, selector, left):
    assert strip(html, (selector,)) == left
