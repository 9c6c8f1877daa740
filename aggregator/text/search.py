"""Words as they are searched for: one spelling for the many ways in which people type them.

    words   a text -> its words, the same for a text that is found and for what it is asked with
    letter  a letter -> what `words` makes of it within a word
    bare    a word without the marks of Kurdish letters, as people type it who lack the keys
    forms   a word of a query -> what else counts as that word

What `words` settles, for all languages alike:

- Compatibility forms, case, accents, digits (NFKC, case folding, Unicode's decompositions): "é" is
  "e", "٢٠٢٦" is "2026", the joined letters of old documents are letters.
- Arabic script (the rules of Lucene's Arabic, Persian and Sorani normalizers, made one): ي ى ی are
  one letter, ك ک, ه ة ە ھ and ه with ZWNJ, ا أ إ آ ٱ, و ؤ. Tatweel, vowel marks and all joiners
  go: in Sorani ZWNJ stands inside a word, for ە. ئ stays: in Sorani it begins every word that
  begins with a vowel, and a mere ی would be another word.
- Letters of Kurdish that are not accents (ê î û ş ç, ێ ۆ ڕ ڵ) stay: `bare` takes their marks.
- A word's end after an apostrophe ("Turkey's", "PKK'ê"), its elided article ("l'armée") and the
  dots of "U.S." go. Other apostrophes join: "Sana'a" is "Sanaa". Hyphens part.

In Arabic the article goes too, with the particles written before it (ال وال بال كال فال لل): the
prefixes of Larkey's light stemmer but for a bare و, which would make of "paper" (ورقة) the city of
Raqqa. Nothing else is stemmed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from unicodedata import category, digit, normalize

from aggregator.text.script import Script, script_of, written_in

# --- letters ----------------------------------------------------------------------------------

_OWN: Final = str.maketrans("çêîşûێۆڕڵ", "ceisuیورل")
"""Letters of Kurdish alphabets, and what stands for them where they cannot be typed."""

_SAME: Final[Mapping[str, str]] = {
    # Arabic script, beyond what Unicode decomposes
    **dict.fromkeys("يىېےۍ", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ةەھہۃۿ", "ه"),
    **dict.fromkeys("ۇۊ", "و"),
    "ٱ": "ا",
    "ڒ": "ڕ",
    "ئ": "ئ",
    # Latin letters that are not a letter and a mark to Unicode; ı is a Turkish keyboard's i
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ə": "e",
    "ẞ": "ss",
    **dict.fromkeys("ـʹʺʻʼʽʾʿˈ", ""),  # letters to Unicode: tatweel, apostrophes and primes
    **{letter: letter for letter in map(chr, _OWN)},
}


class _Letters(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(chr(code))
        return found


def _letter(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    kind = category(character)
    if kind[0] == "M" or kind == "Cf":  # vowel marks, accents; joiners, marks of direction
        return ""
    if kind == "Nd":
        return str(digit(character))
    if kind[0] not in "LN":
        return " "
    parts = normalize("NFKD", character)
    return "".join(_SAME.get(part, part) for part in parts if category(part)[0] in "LN")


_LETTERS: Final = _Letters()

# --- words ------------------------------------------------------------------------------------

_APOSTROPHES = "'’‘`ʼ＇"
_ENDED = re.compile(
    rf"(?<=\w)[{_APOSTROPHES}]s(?!\w)"  # Turkey's
    rf"|(?<=[A-ZÇÊÎŞÛ]{{2}})[{_APOSTROPHES}][a-zçêîşû]{{1,4}}(?!\w)",  # PKK'ê
)
_ELIDED = re.compile(
    rf"(?<!\w)(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)[{_APOSTROPHES}](?=\w)", re.IGNORECASE
)
_INNER = re.compile(rf"(?<=\w)[{_APOSTROPHES}](?=\w)")
_DOTTED = re.compile(r"(?<!\w)[^\W\d_](?:\.[^\W\d_])+\.?(?!\w)")  # U.S., أ.ف.ب

# With what must be left of the word: الله, والد and التي keep theirs.
_ARTICLE = re.compile(r"(?:[وف]?[بک]?ال|[وف]?لل)(?=\w{3})")


def words(text: str, language: str | None = None) -> list[str]:
    """Return the words of a text in the spelling that is searched.

    Args:
        text: plain text of any language, script and quality.
        language: the program's code; Arabic (`ar`) loses its article.
    """
    text = normalize("NFKC", text).replace("ی\u0654", "ئ")
    if "." in text:
        text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    if any(map(text.__contains__, _APOSTROPHES)):
        text = _INNER.sub("", _ELIDED.sub("", _ENDED.sub("", text)))
    found = list(map(_settled, text.casefold().translate(_LETTERS).split()))
    return list(map(_without_article, found)) if language == "ar" else found


def _settled(word: str) -> str:
    if word[0] == "ڕ":  # Sorani has no other r there, and many write ر
        word = "ر" + word[1:]
    if word[-1] == "ء" and len(word) > 3 and word[-2] == "ا":  # كربلاء, and كربلا as many type it
        word = word[:-1]
    return word


def _without_article(word: str) -> str:
    found = _ARTICLE.match(word)
    return word[found.end() :] if found else word


def letter(character: str) -> str:
    """Return what `words` makes of a letter within a word; "" where it drops it."""
    return _LETTERS[ord(character)]


def bare(word: str) -> str:
    """Return a word of `words` without the marks of its Kurdish letters: şer -> ser."""
    return word.translate(_OWN)


def marked(found: Iterable[str], language: str) -> list[str]:
    """Return those words, each once, that `bare` changes and that are others for it: şer, ser.

    In other languages (ê in French, in Turkish) the marks part no words.
    """
    if language not in _KURDISH:
        return []
    return [word for word in dict.fromkeys(found) if word.translate(_OWN) != word]


# --- what counts as a word --------------------------------------------------------------------

_KURDISH: Final = frozenset({"kmr", "ckb"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What counts as one word of a query in one language.

    Attributes:
        itself: the word as an index of that language has it.
        others: words that count as well: its plural, with a case ending, after "and".
        beginning: words that begin so count as well; "" for none.
        inflected: those of them that are surely this word, with its case endings.
    """

    itself: str
    others: tuple[str, ...] = ()
    beginning: str = ""
    inflected: tuple[str, ...] = ()


_SHORTEST: Final = 4  # letters of a beginning; shorter ones begin too many other words

# Endings of nouns, longest first, in the letters of `bare`. Arabic: those of Larkey's light
# stemmer but for the dual, which would make of the Taliban students. Kurmanji: case, plural, "a",
# with and without the y after a vowel. Sorani: "the", "a", plural, with and without its -ی.
_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": ("ات", "ون", "ین", "یه", "ها", "ه", "ی"),
    "kmr": tuple("yeke yeki yek yen yan eke eki eka ek en an ye ya yi e a i".split()),
    "ckb": tuple("هکانیان هکهیان هکانی هکان هکهی هکه یهکان یهکه یان انی ان یکی یک ی".split()),
}
# What they are put onto: after a consonant, after a vowel.
_ADDED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "kmr": (
        tuple("a ê î an ên ek ekê ekî".split()),
        tuple("ya yê yî yan yên yek yekê yekî n".split()),
    ),
    "ckb": (
        tuple("ی ه ان انی هکه هکهی هکان هکانی ێک ێکی".split()),
        tuple("ی یان یانی که کهی کان کانی یهک یهکی یهکان".split()),
    ),
}
_VOWELS: Final = frozenset("aeêiîouûاهێۆی")

_ENGLISH_ODD: Final = {
    one: other
    for pair in ("man men", "woman women", "child children", "crisis crises")
    for one, other in (pair.split(), pair.split()[::-1])
}
_NO_PLURALS: Final = frozenset({"new", "news", "series", "paris", "texas", "always", "perhaps"})


def forms(word: str, language: str) -> Forms:
    """Say what counts as a word that somebody searches for.

    Args:
        word: one of `words(text)`, without a language.
        language: the program's code of the texts that are searched.
    """
    if language == "en":
        return Forms(itself=word, others=_english(word))
    if language == "fr":
        return Forms(itself=word, others=_french(bare(word)))
    if language == "ar":
        return _arabic(word)
    return _kurdish(word, language) if language in _KURDISH else Forms(itself=word)


def _english(word: str) -> tuple[str, ...]:
    """A word's plural, or what it is the plural of (Harman's "S" stemmer, both ways)."""
    if word in _ENGLISH_ODD:
        return (_ENGLISH_ODD[word],)
    if len(word) < 3 or word in _NO_PLURALS or not word.isalpha():
        return ()
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ics")):
        long = word.endswith(("ses", "xes", "zes", "ches", "shes", "oes"))
        other = word[:-3] + "y" if word.endswith("ies") else word[: -2 if long else -1]
        return tuple(dict.fromkeys((other, word[:-1])))
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    hissing = word.endswith(("s", "x", "z", "ch", "sh"))
    return (word + "es",) if hissing else (word + "s",)


def _french(word: str) -> tuple[str, ...]:
    """A word's plural, or what it is the plural of."""
    if len(word) < 3 or not word.isalpha():
        return ()
    if word.endswith("aux") and len(word) > 4:
        return (word[:-1],) if word.endswith("eaux") else (word[:-2] + "l", word[:-1])
    if word.endswith("s") and len(word) > 3 and not word.endswith("ss"):
        return (word[:-1],)
    if word.endswith("al"):
        return (word[:-1] + "ux", word + "s")
    if word.endswith(("au", "eu")):
        return (word + "x", word + "s")
    return () if word.endswith(("s", "x", "z")) else (word + "s",)


def _arabic(word: str) -> Forms:
    itself, particles = _without_article(word), ""
    if itself == word and len(word) > 2:  # what had the article loses its particles with it
        particles = "وبل" if len(word) > 3 else "و"  # and, in, for: written onto the next word
    others = tuple(particle + itself for particle in particles)
    return Forms(itself=itself, others=others, beginning=_beginning(itself, "ar"))


def _kurdish(word: str, language: str) -> Forms:
    if not word.isalpha():
        return Forms(itself=word)
    stem = _without_ending(word, language, shortest=2 if language == "ckb" else 3)
    met = dict.fromkeys((stem, *_inflected(stem, language), *_inflected(word, language)))
    others = tuple(one for one in met if one != word) if len(stem) > 1 else ()
    covered = len(stem) >= _SHORTEST
    return Forms(
        itself=word,
        others=() if covered else others,
        beginning=_beginning(word, language),
        inflected=others if covered else (),
    )


def _inflected(stem: str, language: str) -> Iterator[str]:
    return (stem + ending for ending in _ADDED[language][stem[-1] in _VOWELS])


def _beginning(word: str, language: str) -> str:
    if len(word) < _SHORTEST or not word.isalpha():
        return ""
    return _without_ending(word, language, shortest=_SHORTEST)


def _without_ending(word: str, language: str, *, shortest: int) -> str:
    plain = bare(word)  # of the same length
    for ending in _ENDINGS[language]:
        if plain.endswith(ending) and len(word) - len(ending) >= shortest:
            return word[: -len(ending)]
    return word


def languages_of(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Return those of some languages that a word may be of, by its script; digits are of all."""
    script = script_of(word)
    return tuple(
        language
        for language in languages
        if script is Script.NONE or script in (written_in(language) or (script,))
    )
