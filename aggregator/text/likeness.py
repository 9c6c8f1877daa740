"""How alike two texts are, whoever typed them: words in one spelling, shingles, numbers. Pure.

    folded    a text -> its words, the same however it was typed and cut
    paused    the same with "" where the text pauses: "twenty, three of them" are two numbers
    shingles  words -> what stands for each run of them, in the order of the text
    numbers   words -> the numbers among them, in digits
    shared    how much of the shorter of two texts stands in the longer
    phrases   some phrases -> what finds them among words of `folded`
    unsigned  a text -> it without what says where it comes from

Shingles are Broder's ("On the resemblance and containment of documents", 1997). Containment, not
resemblance, is what an agency's report in three papers has: each cuts it elsewhere. The checksum
is one that is the same in every process and on every machine.
"""

import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from aggregator.text.search import bare, words

# Number words from three on: below, they are articles and pronouns. In place of a word that is
# rather another one (French "neuf" is new, Kurmanji "çar" without its mark is "car", time) is "-".
_VALUES: Final = (*range(3, 21), *range(30, 101, 10))
_SPELLED: Final[Mapping[str, str]] = {
    "en": "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred",
    "fr": "trois quatre cinq six sept huit - dix onze douze treize quatorze quinze seize - - -"
    " vingt trente quarante cinquante soixante - - - cent",
    "kmr": "sê - pênc şeş heft heşt neh deh yazdeh donzdeh/duwanzdeh sêzdeh çardeh"
    " panzdeh/pazdeh şanzdeh hevdeh hejdeh nozdeh bîst sî çil pêncî şêst heftê heştê nod sed",
    "ckb": "- چوار پێنج شەش حەوت هەشت نۆ دە یازدە دوازدە سێزدە چواردە پازدە شازدە حەڤدە هەژدە"
    " نۆزدە بیست - چل پەنجا شەست حەفتا هەشتا نەوەد سەد",
    "ar": "ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني تسعة/تسع عشرة/عشر - - - - -"
    " - - - - عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين"
    " ثمانون/ثمانين تسعون/تسعين مئة/مائة",
}
# That are no number alone: one, two and what is rather another word, hundreds and thousands.
_JOINED: Final[Mapping[str, Mapping[int, str]]] = {
    "en": {1: "one", 2: "two", 1000: "thousand"},
    "fr": {1: "un", 2: "deux", 9: "neuf", 20: "vingts", 100: "cents", 1000: "mille"},
    "kmr": {1: "yek", 2: "du", 4: "çar", 1000: "hezar hezarî hezarê"},
    "ckb": {1: "یەک", 2: "دوو", 1000: "هەزار هەزاری"},
    "ar": {1: "أحد إحدى", 2: "اثنا اثني اثنتا اثنتي", 1000: "ألف ألفا آلاف"},
}
_AND: Final = {"en": ("and", 100), "fr": ("et", 10)}  # after what it joins; folded has no "û"
_NUMBERS: Final = {
    language: {
        bare(word): value
        for value, one in zip(_VALUES, spelled.split(), strict=True)
        for word in words(one.replace("/", " "))
    }
    for language, spelled in _SPELLED.items()
}
_TERMS: Final = {
    language: {bare(word): value for value, one in joined.items() for word in words(one)}
    | _NUMBERS[language]
    for language, joined in _JOINED.items()
}
_THOUSAND: Final = 1000
_CREDIT_WORDS: Final = 30  # words that a line has at most that says whose a text is
_SOURCE_WORDS: Final = 8  # of one that begins with "source"
_FIGURES: Final = 3  # that "thousand" may follow
_DIGITS: Final = re.compile(r"\d+")
_PAUSES: Final = re.compile(r"[,;:.!?،؛؟…—–()\n](?!\d)")
_THOUSANDS: Final = re.compile(r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))")


def folded(text: str) -> tuple[str, ...]:
    """Return a text's words in one spelling.

    As they are searched (`search.words`), and besides: without the marks of Kurdish letters;
    12,000 and 12.000 are 12000; single letters go, for in Sorani "and" and the izafe stand apart
    or not.
    """
    joined = _THOUSANDS.sub(r"\1", bare(" ".join(words(text))))
    return tuple(word for word in joined.split() if len(word) > 1 or word.isdigit())


def paused(text: str) -> tuple[str, ...]:
    """Return a text's words as `folded` does, and "" after each part between commas or stops."""
    return tuple(word for part in _PAUSES.split(text) for word in (*folded(part), ""))


def shingles(found: Sequence[str], size: int) -> tuple[int, ...]:
    """Return what stands for each run of so many words, each once, in the order of the text."""
    runs = (" ".join(found[at : at + size]) for at in range(len(found) - size + 1))
    return tuple(dict.fromkeys(zlib.crc32(run.encode("utf-8", "replace")) for run in runs))


def numbers(found: Iterable[str], language: str | None) -> tuple[str, ...]:
    """Return the numbers among words of `paused`, each once: figures, and words from three on.

    "Three hundred and forty" is 340, and "24 thousand" 24000.
    """
    alone, terms = _NUMBERS.get(language or "", {}), _TERMS.get(language or "", {})
    link, least = _AND.get(language or "", ("", 0))
    met: dict[str, None] = {}
    value = room = 0  # of the number that is being read, and what may still be added to it
    is_told = False
    for word in (*found, ""):
        if word and word == link and room >= least:
            continue
        term = terms.get(word, 0)
        if value and not term and language == "ar":  # "and" is written with what follows
            term = terms.get(word[1:], 0) if word[:1] == "و" else 0
        if grown := _grown(value, room, term, language):
            value, room = grown
            is_told = True
            continue
        if is_told:
            met[str(value)] = None
        value, room, is_told = term, _room(term, language), word in alone
        if not term and len(word) <= _FIGURES and _DIGITS.fullmatch(word):
            value, is_told = int(word), True
        elif not term:
            met.update((digits.lstrip("0") or "0", None) for digits in _DIGITS.findall(word))
    return tuple(met)


def _grown(value: int, room: int, term: int, language: str | None) -> tuple[int, int] | None:
    """Return the number with its next word, and what may be added; None: that begins another."""
    if not value or not term:
        return None
    unit = value % 100
    if term == _THOUSAND:
        return (value * term, term) if value < term else None
    if term == 100 and 1 < value % _THOUSAND < 10:
        return value + unit * 99, term
    if language == "fr" and (unit, term) == (4, 20):  # quatre-vingts
        return value + 76, 20
    if language == "ar" and unit in range(1, 10) and term in range(10, 100):  # the unit goes first
        return value + term, 0
    return (value + term, _room(term, language)) if term < room else None


def _room(term: int, language: str | None) -> int:
    """Return what is more than all that a number word may have after it: forty-nine, not -ten."""
    if language == "fr" and term in {10, 60}:  # dix-sept, soixante-dix
        return 10 if term == 10 else 20
    return term if term in {100, _THOUSAND} else 10 if term in range(20, 100) else 0


def shared(one: Collection[int], other: Collection[int]) -> float:
    """Return how much of the smaller of two collections is in the other: 0 to 1."""
    least = min(len(one), len(other))
    return len(set(one).intersection(other)) / least if least else 0.0


def phrases(spelled: str) -> re.Pattern[str]:
    """Return what matches any of some phrases as `folded` writes them; "/" parts them."""
    folds = (" ".join(folded(phrase)) for phrase in spelled.split("/"))
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrase for phrase in folds if phrase)})(?!\w)")


# How a copy says whose it is, before the text or after it.
_SOURCE: Final = phrases("source/çavkanî/سەرچاوە/المصدر/نقلا عن")
_CREDIT: Final = phrases(
    "first appeared/originally appeared/originally published/republished/read the original/"
    "read the full/publié à l origine/initialement publié/publié initialement/article original/"
    "lire la suite/lire l article/tevahiya nûçeyê/درێژەی هەواڵەکە/درێژەی بابەتەکە/"
    "نشر لأول مرة/نشر هذا المقال/للاطلاع على الخبر/لقراءة الخبر/لقراءة المقال/اقرأ المزيد"
)
# "BAGHDAD, Nov 24 (Agency) -": one paper has it and another has not.
_DATELINE: Final = re.compile(r"\A[^.!?؟\n]{2,70}?\s[-–—]{1,2}\s")


def unsigned(text: str) -> str:
    """Return a text without what says where it comes from: short lines around it, a dateline."""
    lines = text.split("\n")
    for end in (0, -1):
        if 2 * len(lines[end]) < len(text) and _is_credit(folded(lines[end])):
            del lines[end]
    return _DATELINE.sub("", "\n".join(lines))


def _is_credit(line: Sequence[str]) -> bool:
    said = " ".join(line)
    source = _SOURCE.match(said) and len(line) <= _SOURCE_WORDS
    return bool(source or (len(line) <= _CREDIT_WORDS and _CREDIT.search(said)))
