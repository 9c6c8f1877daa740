"""Which script a text is written in, how much of it, and which way it runs.

Scripts are named by their ISO 15924 codes. Only letters count: digits, punctuation, vowel marks
and joiners belong to every script (Unicode Standard Annex 24, "Common" and "Inherited").
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

Direction = Literal["ltr", "rtl"]


class Script(StrEnum):
    """A script by its ISO 15924 code."""

    LATIN = "Latn"
    ARABIC = "Arab"
    CYRILLIC = "Cyrl"
    GREEK = "Grek"
    HEBREW = "Hebr"
    SYRIAC = "Syrc"
    ARMENIAN = "Armn"
    GEORGIAN = "Geor"
    YEZIDI = "Yezi"
    HANGUL = "Hang"
    OTHER = "Zzzz"  # letters of any script but these
    NONE = "Zyyy"  # no letters at all

    @property
    def label(self) -> str:
        """The script's name, as it reads before the word "letters"."""
        return {Script.OTHER: "other", Script.NONE: "no"}.get(self, self.name.capitalize())


# The letters of the blocks of each script (Unicode 16, Blocks.txt). Tatweel (U+0640) is left out:
# it stretches words and says nothing.
_LETTERS: Final[Mapping[Script, str]] = {
    Script.LATIN: "A-Za-zªºÀ-ÖØ-öø-ʯᴀ-ᶿḀ-ỿⱠ-ⱿꜢ-ꟊꬰ-ꭚﬀ-ﬆＡ-Ｚａ-ｚ",
    Script.ARABIC: (
        "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc"
        "\u06ff\u0750-\u077f\u0870-\u088e\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufdff\ufe70-\ufefc"
    ),
    Script.CYRILLIC: "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8f\ua640-\ua66e\ua680-\ua69d",
    Script.GREEK: "\u0370-\u0373\u0376-\u037d\u037f\u0386\u0388-\u03ff\u1f00-\u1fff",
    Script.HEBREW: "\u05d0-\u05f2\ufb1d\ufb1f-\ufb4f",
    Script.SYRIAC: "\u0710\u0712-\u072f\u074d-\u074f",
    Script.ARMENIAN: "\u0531-\u0556\u0560-\u0588",
    Script.GEORGIAN: "\u10a0-\u10fa\u10fc-\u10ff\u1c90-\u1cbf\u2d00-\u2d2d",
    Script.YEZIDI: "\U00010e80-\U00010ea9\U00010eb0\U00010eb1",
    Script.HANGUL: "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
}
_RUNS: Final = {script: re.compile(f"[{letters}]+") for script, letters in _LETTERS.items()}

_RIGHT_TO_LEFT: Final = frozenset({Script.ARABIC, Script.HEBREW, Script.SYRIAC, Script.YEZIDI})


# What languages are written in. A language that is not here is never contradicted by a script.
def _each(languages: str, *scripts: Script) -> dict[str, tuple[Script, ...]]:
    return dict.fromkeys(languages.split(), scripts)


_WRITTEN_IN: Final[Mapping[str, tuple[Script, ...]]] = {
    **_each(
        "af br bs ca cs cy da de diq en eo es et eu fi fo fr fy ga gd gl ha hr ht hu id is it kmr "
        "la lb lt lv mg mt nb nl nn no oc pcm pl pt ro sk sl so sq sv sw tr vi wa zza",
        Script.LATIN,
    ),
    **_each("ar ary arz ckb fa ps sd sdh ug ur", Script.ARABIC),
    **_each("be bg mk ru uk", Script.CYRILLIC),
    **_each("crh tt", Script.LATIN, Script.CYRILLIC),
    # also in Arabic letters: South Azeri, Southern Uzbek, the Turkmens of Iran, Kazakhs of China
    **_each("az kk ky tk uz uzs", Script.LATIN, Script.CYRILLIC, Script.ARABIC),
    "ku": (Script.LATIN, Script.ARABIC),
    "sr": (Script.LATIN, Script.CYRILLIC),
    "tg": (Script.CYRILLIC, Script.ARABIC),
    "el": (Script.GREEK,),
    "he": (Script.HEBREW,),
    "yi": (Script.HEBREW,),
    "hy": (Script.ARMENIAN,),
    "ka": (Script.GEORGIAN,),
    "ko": (Script.HANGUL,),
    "aii": (Script.SYRIAC,),
    "arc": (Script.SYRIAC,),
    "syr": (Script.SYRIAC,),
    "syc": (Script.SYRIAC,),
}
_OWN_SHARE: Final = 0.25
"""The share of letters from which on a text still runs the way its language does.

A headline may hold more letters of brands and names in Latin letters than of its own.
"""


def letters(text: str) -> dict[Script, int]:
    """Count the letters of each script; scripts without any are left out."""
    rest = sum(map(str.isalpha, text)) - text.count("\u0640")
    counts: dict[Script, int] = {}
    for script, runs in _RUNS.items():
        if rest <= 0:
            break
        if found := sum(map(len, runs.findall(text))):
            counts[script] = found
            rest -= found
    if rest > 0:
        counts[Script.OTHER] = rest
    return counts


def dominant(counts: Mapping[Script, int]) -> Script:
    """The script of most of the letters counted; `Script.NONE` where there are none."""
    return max(counts, key=lambda script: counts[script], default=Script.NONE)


def script_of(text: str) -> Script:
    """The script of most letters of a text; `Script.NONE` where it has none."""
    return dominant(letters(text))


def written_in(language: str) -> tuple[Script, ...]:
    """The scripts that a language is written in; () where that is not known."""
    return _WRITTEN_IN.get(language, ())


def words_of(text: str, script: Script) -> str:
    """The text without the words that are written in other scripts alone.

    What is left is what the language shows in: an Arabic sentence full of Latin brand names is
    Arabic, an English one with a quoted Sorani title is English.
    """
    if script not in _RUNS:
        return text
    own = _RUNS[script].search
    return " ".join(word for word in text.split() if own(word) or not any(map(str.isalpha, word)))


def direction(text: str, language: str | None) -> Direction:
    """Which way a text runs: "ltr" or "rtl", for `dir` in HTML.

    Its letters decide. As long as a quarter of them run the way the language does, so does the
    text: a Sorani headline may hold more letters of Latin names than of its own. A text without
    letters runs as its language does, and "ltr" where that is not known either.
    """
    counts = letters(text)
    rtl = sum(found for script, found in counts.items() if script in _RIGHT_TO_LEFT)
    total = sum(counts.values())
    usual = written_in(language or "")[:1]
    home: Direction = "rtl" if usual and usual[0] in _RIGHT_TO_LEFT else "ltr"
    if not total:
        return home
    own = rtl if home == "rtl" else total - rtl
    if usual and own >= _OWN_SHARE * total:
        return home
    return "rtl" if 2 * rtl > total or (2 * rtl == total and _starts_rtl(text)) else "ltr"


def _starts_rtl(text: str) -> bool:
    """Whether the first letter runs from right to left (Unicode Bidirectional Algorithm, P2)."""
    first = next(filter(str.isalpha, text), "")
    return script_of(first) in _RIGHT_TO_LEFT
