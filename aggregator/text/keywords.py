"""Lists of words that operators look for: whole words and phrases, however they were typed.

    compile_words   what an operator wrote -> Keywords
    fold            a text -> Folded, what keywords are looked for in

A keyword is a word or a phrase; `*` at its beginning or end stands for any letters. Text and
keywords are compared in the letters of `aggregator.text.search`: without case, accents and vowel
marks, one letter for all the ways in which a keyboard writes it. A word ends where its letters
end, in every script.

The marks of Kurdish letters (ê î û ş ç, ێ ۆ ڕ ڵ) make other words in Kurdish (şer is war, ser is
head), and are accents elsewhere. So in a Kurdish text they count, but for two cases: a text
without any was typed without, and a keyword without any, of five letters or more, finds words
with them too (Sengal finds Şengal).

In Arabic the article and the particles written before a word are not part of it: أكراد finds
الأكراد, والأكراد and للأكراد; كردستان finds وكردستان and بكردستان. A particle without the article
counts before four letters or more, or "paper" (ورقة) would be the city of Raqqa.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from aggregator.text.patterns import Pattern, alternation
from aggregator.text.search import bare, words

_KURDISH: Final = frozenset({"kmr", "ckb"})
_ARABIC: Final = "ar"
_OWN: Final = re.compile("[çêîşûێۆڕڵ]")
_LONG: Final = 5  # letters of a keyword without marks that finds words with them
_PARTICLES: Final = "(?:[وفبکل])?"  # and, so, in, like, for
_AFTER_PARTICLE: Final = 4  # letters
_KEYWORD: Final = re.compile(r"(\*?)([^*]+)(\*?)")
_SHOWN: Final = 60  # characters of what was found
_STRETCH: Final = 60  # words that are looked through at once for where a keyword stands
_OVERLAP: Final = 12  # of two stretches; of longer phrases the folded form is shown
_APART: Final = re.compile(r"[^\s/?&=]+")
_EDGES: Final = re.compile(r"^[^\w]+|[^\w]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text as keywords are looked for in it."""

    parts: tuple[str, ...]  # as written; no phrase goes from one to the next
    language: str | None
    marked: bool  # it is Kurdish, and typed with the marks
    words: str  # folded, between spaces
    bare: str  # the same without the marks


def has_marks(text: str) -> bool:
    """Whether a text has one of the letters that Kurdish keyboards have and others lack."""
    return _OWN.search(text.casefold()) is not None


def fold(parts: Iterable[str], language: str | None, *, marked: bool) -> Folded:
    """Fold a text.

    Args:
        parts: plain text: a title and a body, the names of a byline.
        language: the program's code of it.
        marked: whether the article around it `has_marks`, so that a word without is one without.
    """
    parts = tuple(parts)
    of = _ARABIC if language == _ARABIC else None
    folded = " | ".join(" ".join(words(part, of)) for part in parts)
    folded = f" {folded} "
    return Folded(
        parts=parts,
        language=language,
        marked=marked and language in _KURDISH,
        words=folded,
        bare=bare(folded),
    )


class Keywords:
    """A compiled list; made by `compile_words`."""

    def __init__(self, keywords: tuple[tuple[str, str, str], ...]) -> None:
        self._keywords = keywords  # what is before, the words, what is after

    def find(self, text: Folded) -> str | None:
        """Return the first place where one of the words is, as the text has it, or None."""
        found = self._find(text)
        if found is None:
            return None

        def holds(some: str) -> bool:
            less = fold((some,), text.language, marked=text.marked)
            return self._find(less) is not None

        shown = _as_written(text.parts, holds)
        return shown if shown and len(shown) <= _SHOWN else found.strip()

    def _find(self, text: Folded) -> str | None:
        if text.language == _ARABIC:
            return _first(self._in_arabic, text.bare)
        if not text.marked:
            return _first(self._without_marks, text.bare)
        return _first(self._as_they_are, text.words) or _first(self._long, text.bare)

    @cached_property
    def _as_they_are(self) -> Pattern | None:
        return alternation(_expression(*keyword) for keyword in self._keywords)

    @cached_property
    def _without_marks(self) -> Pattern | None:
        return alternation(bare(_expression(*keyword)) for keyword in self._keywords)

    @cached_property
    def _long(self) -> Pattern | None:
        return alternation(
            _expression(*keyword)
            for keyword in self._keywords
            if not _OWN.search(keyword[1]) and len(keyword[1]) >= _LONG
        )

    @cached_property
    def _in_arabic(self) -> Pattern | None:
        found = []
        for before, keyword, after in self._keywords:
            folded = " ".join(words(keyword, _ARABIC))
            first = folded.partition(" ")[0]
            if not before and len(first) >= _AFTER_PARTICLE and not first.isascii():
                before = _PARTICLES  # noqa: PLW2901
            found.append(f"{before}{bare(folded)}{after}")
        return alternation(found)


def compile_words(keywords: Iterable[str]) -> Keywords:
    """Compile what an operator wrote.

    Raises:
        ValueError: a sentence about what is wrong with one of them.
    """
    found = []
    for keyword in keywords:
        written = _KEYWORD.fullmatch(keyword.strip())
        if written is None:
            raise ValueError(f"“{keyword}”: `*` may only stand at the beginning or end of a word")
        before, middle, after = written.groups()
        folded = " ".join(words(middle))
        if not folded or (before and middle[0].isspace()) or (after and middle[-1].isspace()):
            raise ValueError(f"“{keyword}” has no letters to look for")
        found.append(("[^ ]*" * bool(before), folded, "[^ ]*" * bool(after)))
    compiled = Keywords(tuple(dict.fromkeys(found)))
    compiled._without_marks  # noqa: B018, SLF001 - a list too long to compile says so here
    return compiled


def _expression(before: str, folded: str, after: str) -> str:
    return f"{before}{folded}{after}"


def _first(pattern: Pattern | None, text: str) -> str | None:
    return pattern.find(text) if pattern else None


def _as_written(parts: Iterable[str], holds: Callable[[str], bool]) -> str | None:
    """Find the shortest run of words for which `holds`, in the first stretch that has one."""
    for part in parts:
        for line in part.split("\n"):
            # Where its words begin and end; so those of an address can be told apart.
            words_of = [word.span() for word in _APART.finditer(line)]
            for first in range(0, len(words_of), _STRETCH - _OVERLAP):
                found = words_of[first : first + _STRETCH]
                if holds(line[found[0][0] : found[-1][1]]):
                    return _EDGES.sub("", _shortest(line, found, holds))
    return None


def _shortest(line: str, found: list[tuple[int, int]], holds: Callable[[str], bool]) -> str:
    """Halve a stretch in which `holds` from its end, then from its beginning."""
    begin = found[0][0]
    ends = range(1, len(found) + 1)
    end = bisect_left(ends, x=True, key=lambda n: holds(line[begin : found[n - 1][1]]))
    until = found[end][1]
    # The first word without which it does not hold any more.
    starts = range(1, end + 1)
    start = bisect_left(starts, x=True, key=lambda n: not holds(line[found[n][0] : until]))
    return line[found[start][0] : until]
