"""What somebody typed -> an expression of FTS5. Pure.

    peace talks          both words
    "peace talks"        the two side by side, just as they are
    peace -talks         the first without the second

Anything else is a word or nothing: no operator of FTS5 comes through, because every word that is
handed on consists of letters and digits and stands in quotes (sqlite.org/fts5.html section 3).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from aggregator.text.search import bare, forms, languages_of, marked, words

LONGEST: Final = 200  # characters of a query that are read

_QUOTES = re.compile("[“”„‟«»＂]")
_TERM = re.compile(r'((?<!\S)-)?(?:"([^"]*)"|([^\s"]+))')

_LONGEST_MISTAKEN: Final = 4  # letters of a word that is likely another without its marks
_AGAIN: Final = 3
_SHORTEST_BEGINNING: Final = 3  # letters, where nothing was found by whole words


def _set(small: str) -> frozenset[str]:
    return frozenset(small.split())


# Words that are in nearly every text and say nothing of it, as `words` spells them. A query that
# has others does not insist on them: short excerpts may lack them.
SMALL: Final[Mapping[str, frozenset[str]]] = {
    "en": _set(
        "a about after an and are as at be been by for from has have how in into is it its of on "
        "that the their this to was were what when where which who why will with"
    ),
    "fr": _set(
        "a au aux avec ce ces cette comment dans de des du elle en est et il ils la le les leur "
        "leurs mais ou par pour pourquoi qu que qui sa se ses son sont sur un une"
    ),
    "kmr": _set(
        "bi bo çawa çi da de di ev ew hate heye ji jî ku kir li ra re ser û va ve wan wê wek wî "
        "xwe ya yê yên"
    ),
    "ckb": _set("ئهم ئهو ئهوهی بۆ به بهپێی بوو بوون دهکات له لهگهڵ لهسهر لهو لهم ههیه و وهک که"),
    "ar": _set(
        "ان او الی التی الذی بعد بین تم ثم حول عن علی عند فی قبل کان کانت لا لم ما مع من و هذا "
        "هذه هو هی"
    ),
}
_BARE_SMALL: Final = {language: frozenset(map(bare, small)) for language, small in SMALL.items()}


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a query, or several that belong together.

    Attributes:
        text: as it was written.
        quoted: just as it is, no other form.
        excluded: articles that have it are not wanted.
    """

    text: str
    quoted: bool
    excluded: bool


def terms(query: str) -> list[Term]:
    """Read a query; a quotation mark without another is none."""
    read = _QUOTES.sub('"', query[:LONGEST])
    return [
        Term(phrase or word, quoted=bool(phrase), excluded=bool(minus))
        for minus, phrase, word in _TERM.findall(read)
    ]


class Reading(IntEnum):
    """How closely a query is read: the next where nothing was found."""

    CLOSE = 0  # whole words in their forms; in Arabic and Kurdish also what begins as they do
    BEGUN = 1  # what begins as the words do, in any language
    LOOSE = 2  # and the marks of Kurdish letters say nothing


def expression(query: str, languages: Sequence[str], reading: Reading = Reading.CLOSE) -> str:
    """Write a query for FTS5.

    Args:
        query: as it was typed; what is beyond `LONGEST` characters is not read.
        languages: of the articles that are searched.
        reading: how closely.

    Returns:
        The expression; "" where there is nothing to look for.
    """
    wanted, small, unwanted = [], [], []
    for term in dict.fromkeys(terms(query)):
        written = words(term.text)
        if not written:
            continue
        if term.quoted or len(written) > 1:
            found = _phrase(term.text, languages, reading)
        else:
            found = _word(written[0], languages, reading, excluded=term.excluded)
        if term.excluded:
            unwanted.append(found)
        elif not term.quoted and len(written) == 1 and _is_small(written[0], languages):
            small.append(found)
        else:
            wanted.append(found)
    asked = " AND ".join(wanted or small)
    return f"({asked}) NOT ({' OR '.join(unwanted)})" if asked and unwanted else asked


def _is_small(word: str, languages: Sequence[str]) -> bool:
    """Whether a word is small in one of the languages: ser (on) is, and şer (war) is not."""
    small = _BARE_SMALL if bare(word) == word else SMALL
    return any(word in small.get(language, ()) for language in languages_of(word, languages))


def _word(word: str, languages: Sequence[str], reading: Reading, *, excluded: bool) -> str:
    """One word in all its forms, by each language that it may be of."""
    alternatives = []
    for language in languages_of(word, languages) or ("",):
        found = forms(word, language)
        whole, beginning = (found.itself, *found.others), found.beginning
        if excluded:
            whole, beginning = (*whole, *found.inflected), ""
        elif (
            not beginning
            and reading is not Reading.CLOSE
            and len(found.itself) >= _SHORTEST_BEGINNING
        ):
            beginning = found.itself
        one = _any(tuple(map(bare, whole)), bare(beginning))
        spelled = (*whole, beginning) if beginning else whole
        # Whoever types ş means it: şer (war) is not found as ser (on), in any of its forms. Longer
        # words have no such neighbors, and some people write all of a text without marks.
        strictly = reading is not Reading.LOOSE and min(map(len, spelled)) <= _LONGEST_MISTAKEN
        if strictly and all(marked((form,), language) for form in spelled):
            one = f"({one} AND {_any(whole, beginning, ranked=False)})"
        alternatives.append(one)
    return _either(alternatives)


def _phrase(text: str, languages: Sequence[str], reading: Reading) -> str:
    """Words side by side, as an index of each language has them."""
    alternatives = []
    for language in languages_of(text, languages) or ("",):
        written = words(text, language)
        one = f'"{" ".join(map(bare, written))}"'
        marks = () if reading is Reading.LOOSE else marked(written, language)
        alternatives.append(_both([one, *(f'"{word}"' for word in marks)]))
    return _either(alternatives)


def _both(required: Sequence[str]) -> str:
    return required[0] if len(required) == 1 else f"({' AND '.join(required)})"


def _any(whole: Sequence[str], beginning: str, *, ranked: bool = True) -> str:
    """Any of some words, or of those that begin so.

    What is ranked by is how rare a form is, so a rare one of the others would come before the word
    itself. That is named again and again, and counts each time.
    """
    itself, *others = dict.fromkeys(f'"{word}"' for word in whole)
    again = _AGAIN if ranked and others else 1
    begun = [f'"{beginning}"*'] if beginning else []
    return _parted([itself] * again + others + begun)


def _either(alternatives: Iterable[str]) -> str:
    return _parted(tuple(dict.fromkeys(alternatives)))


def _parted(alternatives: Sequence[str]) -> str:
    return alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"
