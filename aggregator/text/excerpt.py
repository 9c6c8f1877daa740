"""Excerpts: the first words of a text up to the end of a sentence, in any of our scripts.

    excerpt    about so many words, as we choose: a first sentence may be somewhat longer
    shortened  never more than somebody else allows, in words, paragraphs or characters

Where a sentence ends is decided against it when in doubt: to miss an end costs a few words, to
see one after "Dr." or in "12. meha" publishes a torso. No library fits: those that know
abbreviations know neither Kurdish nor Arabic, and the others cut at every full stop.
"""

import re
from collections.abc import Iterator

from aggregator.text.characters import clean_text

# Terminators (Latin, Arabic, Urdu) with the quotes and brackets that close after them; French
# sets a space before its guillemets, and one before "?" and "!" needs no rule.
_END = re.compile(r"""([.!?…؟۔]+)(?: ?[»›]|["'”’)\]])*(?=\s|$)""")
_OPENING = " \"'“”‘’«‹„([—–-"
_HANGING = " “‘«‹„([—–-,;:،؛.…"  # what only the words left out would justify
_WORD = re.compile(r"\w")
_TOKEN = re.compile(r"\S+")
_LAST_WORD = re.compile(r"[^\s(\[«“\"'’/-]*$")
# "U.S", "P.D.K", "J", "أ.د", "هـ": the last stop is not part of it.
_INITIALS = re.compile(r"[^\W\d_]ـ?(?:\.[^\W\d_]ـ?)*")
# Words of one letter that do end sentences: Kurmanji's "e" ("is"), "î", "û", French "y", "à".
_SHORT_WORDS = frozenset("aàeêiîoôuûy")

# A full stop after these ends no sentence: titles, and what stands before a name or capital.
_NEVER_LAST = frozenset(
    {
        *"Adm Amb Brig Capt Cdr Co Col Corp Det Dr Ft Gen Gov Hon Inc Jr Lt Ltd Maj".split(),
        *"Messrs Mr Mrs Ms Mt Pres Prof Pvt Rep Rev Sen Sgt Sr St Supt dr mr prof vs".split(),
        *"Cdt Cie Gal Me Mgr Mlle Mme Mmes MM Pr Ste Vve cf env".split(),
        *"Bnr bnr hwj mîn".split(),
    }
)
# Nor after these when a number follows. Lower case.
_BEFORE_NUMBERS = frozenset(
    {
        *"art arts ch chap fig no nos nr num n° p pp para paras sec vol".split(),
        *"jan feb mar apr jun jul aug sep sept oct nov dec".split(),
        *"janv févr avr juil déc av tél hej".split(),
    }
)

_LETTERS_A_WORD = 40  # more than any text has on average: the rest need not be looked at
# A paragraph as printed has no more; a whole article written as one is not what was meant.
_WORDS_A_PARAGRAPH = 120
_LONGEST_WORD = 200  # characters


def excerpt(text: str, *, words: int = 60) -> str:
    """Return the first sentences of `text` that are at most `words` words together, as one line.

    A text that is no longer comes back whole. If the first sentence alone is longer it is
    taken up to half as long again. If it is longer still, or what fits is less than a quarter
    of the words asked for, the text is cut after a word and ends with "…".

    Args:
        text: plain text; a line break ends a sentence, as between paragraphs.
        words: how many words are asked for; punctuation standing alone is none.
    """
    head = text[: words * _LETTERS_A_WORD]
    sentences = list(_sentences(head))
    whole = len(head) == len(text)
    taken: list[str] = []
    count = 0
    for number, sentence in enumerate(sentences, start=1):
        length = _count(sentence)
        if not whole and number == len(sentences):
            break  # it goes on after the head
        if count + length > words:
            if not taken and length <= words + words // 2:
                return sentence
            break
        taken.append(sentence)
        count += length
    else:
        return " ".join(taken)
    return " ".join(taken) if taken and count * 4 >= words else _cut(" ".join(sentences), words)


def shortened(
    text: str,
    *,
    words: int | None = None,
    paragraphs: int | None = None,
    characters: int | None = None,
) -> str:
    """Return the first sentences of `text` that keep within every bound that is given.

    If they are less than a quarter of what may be shown, or not even the first one fits, the text
    is cut after a word and ends with "…", which counts as a character.

    Args:
        text: plain text; a line is a paragraph.
        words: the most words; punctuation standing alone is none.
        paragraphs: the most paragraphs. One of more than 120 words counts as several.
        characters: the most characters, spaces and line breaks included.

    Returns:
        One line a paragraph; "" where no word fits.
    """
    whole_length = len(text)  # a bound that binds nobody
    most = whole_length if words is None else words
    if paragraphs is not None:
        most = min(most, paragraphs * _WORDS_A_PARAGRAPH)
    room = whole_length if characters is None else characters
    head = text[: min(most * _LETTERS_A_WORD, room + _LONGEST_WORD)]
    lines = [line for line in head.splitlines() if _WORD.search(line)]
    whole = len(head) == len(text)
    if paragraphs is not None and len(lines) > paragraphs:
        lines, whole = lines[:paragraphs], True
    found = [(sentence, first) for line in lines for first, sentence in _numbered(line)]
    if not whole:
        found = found[:-1]  # it goes on after the head
    taken = ""
    for sentence, first in found:
        longer = f"{taken}{_joint(taken, first=first)}{sentence}"
        if _count(longer) > most or len(longer) > room:
            break
        taken = longer
    else:
        if whole:
            return taken
    if _count(taken) * 4 >= most or len(taken) * 4 >= room:
        return taken
    return _cut("\n".join(map(clean_text, lines)), most, room)


def _numbered(line: str) -> Iterator[tuple[bool, str]]:
    """The sentences of one paragraph; whether each begins it."""
    for number, sentence in enumerate(_sentences(line)):
        yield number == 0, sentence


def _joint(before: str, *, first: bool) -> str:
    return "" if not before else "\n" if first else " "


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        paragraph = clean_text(line)
        start = 0
        for end in _END.finditer(paragraph):
            sentence = paragraph[start : end.end()]
            if _WORD.search(sentence) and _ends(paragraph, start, end):
                yield sentence.strip()
                start = end.end()
        if _WORD.search(paragraph, start):
            yield paragraph[start:].strip()


def _ends(paragraph: str, start: int, end: re.Match[str]) -> bool:
    """Whether a sentence that began at `start` really ends here."""
    after = paragraph[end.end() :].lstrip(_OPENING)[:1]
    if not after:
        return True
    if after.islower():  # scripts without case are never lower: there the mark decides alone
        return False
    if end[1] != ".":
        return True
    found = _LAST_WORD.search(paragraph, start, end.start())
    word = found[0] if found else ""
    if word.isdigit():
        return len(word) > 2  # "12. meha", "le 3. Bataillon": ordinals; years end sentences
    if word.lower() in _BEFORE_NUMBERS and after.isdigit():
        return False
    initials = _INITIALS.fullmatch(word) and word not in _SHORT_WORDS
    return word not in _NEVER_LAST and not initials


def _count(sentence: str) -> int:
    return sum(1 for token in sentence.split() if _WORD.search(token))


def _cut(text: str, words: int, room: int | None = None) -> str:
    """The first words with an ellipsis, all within so many characters."""
    kept = ""
    for token in _TOKEN.finditer(text):
        words -= bool(_WORD.search(token[0]))
        longer = text[: token.end()].rstrip(_HANGING) + "…"
        if words < 0 or (room is not None and len(longer) > room):
            break
        kept = longer
    return kept if _WORD.search(kept) else ""
