"""The bytes of feeds.yaml -> its text, or where they are no text.  Pure."""

import codecs
import re
from itertools import pairwise

from aggregator.config.nodes import Place
from aggregator.errors import Mistake

LARGEST = 10_000_000  # bytes: some 50,000 sources

_UNUSABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML 1.2 section 5.1
)
_BREAK = re.compile(r"\r\n|\r|\n")
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF16_LE, "UTF-16, which some editors call Unicode"),
    (codecs.BOM_UTF16_BE, "UTF-16, which some editors call Unicode"),
)
_SAVE = "save it again as UTF-8 (in Notepad: Save as, Encoding: UTF-8)"


def text_of(body: bytes) -> tuple[str, tuple[Mistake, ...]]:
    """The text, or "" and why there is none. A byte order mark is dropped, as is its column."""
    start = Place(line=1, column=1)
    if len(body) > LARGEST:
        size = f"more than {LARGEST:,} bytes"
        return "", (start.mistake(f"the file is too large ({size}); is this the right file?"),)
    for mark, name in _OTHER_ENCODINGS:
        if body.startswith(mark):
            return "", (start.mistake(f"the file is saved as {name}; {_SAVE}"),)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from after the mark that it dropped.
        body = body.removeprefix(codecs.BOM_UTF8)
        place = place_at(body[: error.start].decode("utf-8"), error.start)
        found = f"the byte 0x{body[error.start]:02X}"
        return "", (place.mistake(f"the file is not UTF-8 text ({found} stands here); {_SAVE}"),)
    mistakes = [
        place_at(text, found.start()).mistake(
            f"an invisible character (U+{ord(found[0]):04X}) stands here; remove it, or write "
            "the line again by hand"
        )
        for found in _UNUSABLE.finditer(text)
    ]
    return ("" if mistakes else text), tuple(mistakes[:20])


def lines_of(text: str) -> list[str]:
    """The lines as YAML counts them, each with its break."""
    cuts = [0, *(found.end() for found in _BREAK.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts) if a < b]


def place_at(text: str, offset: int) -> Place:
    """Line and column of a character."""
    before = lines_of(text[:offset])
    if not before:
        return Place(line=1, column=1)
    if before[-1].endswith(("\r", "\n")):
        return Place(line=len(before) + 1, column=1)
    return Place(line=len(before), column=len(before[-1]) + 1)
