"""Excerpts: the first words of a text up to the end of a sentence, in any of our scripts.

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


def _cut(text: str, words: int) -> str:
    """The first words with an ellipsis."""
    kept: list[str] = []
    for token in text.split():
        words -= bool(_WORD.search(token))
        if words < 0:
            break
        kept.append(token)
    return " ".join(kept).rstrip(_HANGING) + "…" if kept else ""
