"""What changed between two versions of a text: paragraphs, then words, in any of our scripts.

The standard library's `difflib` takes cubic time on words that repeat, and a publisher decides
what is compared here. Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations",
Algorithmica 1986) is bounded by the number of changes that are still looked for; a paragraph with
more of them was rewritten, and nobody reads such a comparison.
"""

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.model import Difference, Fate

_MOST_EDITS = 300  # of one paragraph: words removed and added
_MOST_MOVES = 400  # paragraphs removed and added
_MOST_PAIRS = 900  # paragraphs compared with each other in one stretch
_LONGEST = 20_000  # words of both texts; longer ones are compared by paragraphs alone
_ALIKE = 0.4  # of the words: below it, one paragraph is not a version of the other
_SMALL = 600  # letters: a change of no more is shown whatever it left
_ISLAND = 2  # words that stayed between two larger changes: read as one change

_NEITHER = frozenset("PSZC")  # categories of characters that words do not begin or end with


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, or the marks before or after one."""

    text: str
    spaced: bool  # a space stands before it

    @property
    def is_word(self) -> bool:
        return unicodedata.category(self.text[0])[0] not in _NEITHER


_Run = tuple[list[_Token], list[_Token], list[_Token]]
"""What was removed, what was added in its place, and what stayed after it."""


def differences(before: Iterable[str], after: Iterable[str]) -> tuple[Difference, ...]:
    """Compare two versions of a text, paragraph by paragraph.

    Args:
        before: the paragraphs of the earlier version, plain text.
        after: those of the later one.

    Returns:
        All paragraphs, also those that stayed, in the order of the later version, what was
        removed before what took its place. Joining what is the same or removed gives the earlier
        version, what is the same or added the later one, but for spaces. Time is bounded: where
        too much changed, paragraphs count as replaced.
    """
    old, new = _lines(before), _lines(after)
    fine = sum(text.count(" ") + 1 for text in (*old, *new)) <= _LONGEST
    found: list[Difference] = []
    i = j = 0
    for x, y in (*_common(old, new, _MOST_MOVES), (len(old), len(new))):
        found += _stretch(old[i:x], new[j:y], fine=fine)
        if x < len(old):
            found.append(Difference(parts=((Fate.SAME, new[y]),)))
        i, j = x + 1, y + 1
    return tuple(found)


def changed(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Leave out the paragraphs that stayed as they were."""
    return tuple(one for one in found if any(fate is not Fate.SAME for fate, _ in one.parts))


def is_rewritten(found: Iterable[Difference]) -> bool:
    """Whether so little stayed of a text of some length that it is another one: a quarter."""
    letters = Counter[Fate]()
    for one in found:
        for fate, text in one.parts:
            letters[fate] += len(text)
    most = max(letters[Fate.REMOVED], letters[Fate.ADDED])
    return most > _SMALL and letters[Fate.SAME] * 3 < most


def _lines(paragraphs: Iterable[str]) -> list[str]:
    return [text for text in (" ".join(one.split()) for one in paragraphs) if text]


# --- paragraphs -----------------------------------------------------------------------------


def _stretch(old: list[str], new: list[str], *, fine: bool) -> Iterator[Difference]:
    """Compare paragraphs of which none stayed: which of them became which?"""
    i = j = 0
    pairs = _partners(old, new) if fine else []
    for x, y in (*pairs, (len(old), len(new))):
        yield from (Difference(parts=((Fate.REMOVED, text),)) for text in old[i:x])
        yield from (Difference(parts=((Fate.ADDED, text),)) for text in new[j:y])
        if x < len(old):
            yield Difference(parts=tuple(_words(old[x], new[y])))
        i, j = x + 1, y + 1


def _partners(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Pair paragraphs that are versions of each other, in order, so that the most words stay."""
    if len(old) * len(new) > _MOST_PAIRS:
        likely = zip(range(len(old)), range(len(new)), strict=False)
        return [(x, y) for x, y in likely if _likeness(_bag(old[x]), _bag(new[y]))]
    left, right = [_bag(text) for text in old], [_bag(text) for text in new]
    alike = [[_likeness(one, other) for other in right] for one in left]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for x in reversed(range(len(old))):
        for y in reversed(range(len(new))):
            paired = alike[x][y] + best[x + 1][y + 1] if alike[x][y] else 0.0
            best[x][y] = max(paired, best[x + 1][y], best[x][y + 1])
    found = []
    x = y = 0
    while x < len(old) and y < len(new):
        if alike[x][y] and best[x][y] == alike[x][y] + best[x + 1][y + 1]:
            found.append((x, y))
            x, y = x + 1, y + 1
        elif best[x][y] == best[x + 1][y]:
            x += 1
        else:
            y += 1
    return found


def _bag(text: str) -> Counter[str]:
    return Counter(token.text for token in _tokens(text) if token.is_word)


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of words that both have, as a weight; 0 where they are no versions of another."""
    common = (one & other).total()
    share = 2 * common / max(1, one.total() + other.total())
    return share * common if share >= _ALIKE else 0.0


# --- words ----------------------------------------------------------------------------------


def _words(old: str, new: str) -> list[tuple[Fate, str]]:
    """Compare two versions of a paragraph."""
    left, right = _tokens(old), _tokens(new)
    kept = _common([token.text for token in left], [token.text for token in right], _MOST_EDITS)
    runs: list[_Run] = [([], [], [])]
    i = j = 0
    for x, y in (*kept, (len(left), len(right))):
        removed, added, stayed = runs[-1]
        if stayed and (x > i or y > j):
            removed, added, stayed = [], [], []
            runs.append((removed, added, stayed))
        removed += left[i:x]
        added += right[j:y]
        stayed += right[y : y + 1]
        i, j = x + 1, y + 1
    return [
        (fate, _text(tokens))
        for run in _without_islands(runs)
        for fate, tokens in zip((Fate.REMOVED, Fate.ADDED, Fate.SAME), run, strict=True)
        if tokens
    ]


def _without_islands(runs: list[_Run]) -> list[_Run]:
    """Join two changes where only a word or two between them stayed and more than that changed."""
    found: list[_Run] = []
    for removed, added, stayed in runs:
        if found and (removed or added):
            before = found[-1]
            island = sum(token.is_word for token in before[2])
            around = min(
                max(_count(before[0]), _count(before[1])), max(_count(removed), _count(added))
            )
            if (before[0] or before[1]) and island <= _ISLAND and island < around:
                found[-1] = (
                    [*before[0], *before[2], *removed],
                    [*before[1], *before[2], *added],
                    stayed,
                )
                continue
        found.append((removed, added, stayed))
    return found


def _count(tokens: list[_Token]) -> int:
    return sum(token.is_word for token in tokens)


def _text(tokens: list[_Token]) -> str:
    return "".join(f" {token.text}" if token.spaced else token.text for token in tokens)


@lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[_Token, ...]:
    """Divide a text into words and the marks around them. What joins letters stays in a word."""
    found: list[_Token] = []
    for place, chunk in enumerate(text.split()):
        start, end = 0, len(chunk)
        while start < end and unicodedata.category(chunk[start])[0] in _NEITHER:
            start += 1
        while end > start and unicodedata.category(chunk[end - 1])[0] in _NEITHER:
            end -= 1
        spaced = place > 0
        for piece in (chunk[:start], chunk[start:end], chunk[end:]):
            if piece:
                found.append(_Token(piece, spaced))
                spaced = False
    return tuple(found)


# --- what two lists have in common ----------------------------------------------------------


def _common(old: Sequence[Hashable], new: Sequence[Hashable], most: int) -> list[tuple[int, int]]:
    """Return the places of what stays, as pairs in order: the ends alone, if too much changed."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    n, m = len(old) - end, len(new) - end
    middle = _myers(old[start:n], new[start:m], most)
    return [
        *((place, place) for place in range(start)),
        *((start + x, start + y) for x, y in middle),
        *((n + place, m + place) for place in range(end)),
    ]


def _myers(old: Sequence[Hashable], new: Sequence[Hashable], most: int) -> list[tuple[int, int]]:
    """Find the longest common subsequence, if at most `most` elements are in one list alone."""
    n, m = len(old), len(new)
    furthest = {1: 0}  # by diagonal: how far one gets in `old`
    history: list[dict[int, int]] = []
    for edits in range(min(n + m, most) + 1):
        history.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(furthest, diagonal, edits)
            y = x - diagonal
            while x < n and y < m and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= n and y >= m:
                return _way_back(history, n, m)
    return []


def _step(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    """Go down (what was added) or right (what was removed), whichever leads further."""
    if diagonal == -edits or (
        diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]
    ):
        return furthest[diagonal + 1]
    return furthest[diagonal - 1] + 1


def _way_back(history: list[dict[int, int]], n: int, m: int) -> list[tuple[int, int]]:
    found = []
    x, y = n, m
    for edits in reversed(range(len(history))):
        furthest, diagonal = history[edits], x - y
        start = _step(furthest, diagonal, edits) if edits else 0
        while x > start:
            x, y = x - 1, y - 1
            found.append((x, y))
        if edits:
            down = diagonal == -edits or (
                diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            x, y = (x, y - 1) if down else (x - 1, y)
    return found[::-1]
