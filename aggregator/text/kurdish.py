"""What shows that a text is Kurmanji or Sorani, and not something that the model takes for it.

To py3langid Zazaki, Hawrami and Badini are Kurdish at a probability of 1.0, and lists of Kurdish
names in English reach 0.7. Small words tell: hardly 200 letters of a language go without them.
"""

import re
from collections.abc import Mapping
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that the neighbors lack: no "de" and "bi", which Zazaki has, no "بۆ" and "ئەم", which
# Badini has. The plain forms (hat, kir, dike) hold for Kurmanji typed without diacritics too.
_SMALL_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "kmr": _set(
        "li ji ku xwe em ev ew wî wi wê wan vê hat hate hatin hatiye hatine kir kirin kiriye "
        "dike dikin dibe dibêje heye hene bû bûn lê"
    ),
    "ckb": _set(
        "لە بە کە لەسەر لەگەڵ لەنێوان لەو لەم ئەوەی دوای کرد کرا کردووە کراوە بوون هەیە دەکات "
        "دەکەن دەکرێت دەڵێت دەڵێن گوتی ڕایگەیاند دەستی هەردوو ئێمە تا ناو زۆربەی"
    ),
}

# Letters that English, French and Turkish lack in this number, and Arabic and Persian at all.
_OWN_LETTERS: Final[Mapping[str, re.Pattern[str]]] = {
    "kmr": re.compile("[êîûÊÎÛ]"),
    "ckb": re.compile("[ەێۆڕڵ]"),
}

# Kurmanji in Arabic letters (Badini, of Duhok). Its third preposition, "د", is a doctor in Sorani.
_BADINI_PREPOSITIONS: Final = _set("ل ژ ب")
_BADINI_WORDS: Final = _BADINI_PREPOSITIONS | _set(
    "د ئەڤ ئەڤە ڤێ ڤی وێ دێ کو یێن یێ گەل دگەل ژبەر ناڤ خوە تە هەوە هاتە هاتیە دکەت دهێتە کرن کر "
    "کرنا گۆت گەلەک پێدڤیە"
)

_WORDS: Final = re.compile(r"[^\W\d_]+")


def shows(text: str, language: str, *, body: bool) -> bool:
    """Whether a text shows that it is Kurmanji (`kmr`) or Sorani (`ckb`).

    Args:
        text: with U+06D5 for Sorani's vowel, however it was typed.
        language: `kmr` or `ckb`.
        body: it has a body's length: two different small words are asked for. A headline needs
            one, or one letter of its own.
    """
    if language == "ckb" and is_badini(text):
        return False
    found = len(_words(text) & _SMALL_WORDS[language])
    return found >= 2 if body else bool(found or _OWN_LETTERS[language].search(text))


def is_badini(text: str) -> bool:
    """Whether Arabic letters hold Kurmanji: neither `kmr` nor `ckb` is right for it.

    Its prepositions stand alone, which Sorani's never do, and outnumber Sorani's small words.
    """
    words = _words(text)
    badini = words & _BADINI_WORDS
    if not badini & _BADINI_PREPOSITIONS:
        return False
    return len(badini) > max(1, len(words & _SMALL_WORDS["ckb"]))


def _words(text: str) -> set[str]:
    """The different words of a text, with Arabic yeh and kaf as Kurdish writes them."""
    return set(_WORDS.findall(text.lower().replace("ي", "ی").replace("ك", "ک")))
