"""Characters: which may leave this program, and plain text on one line.

XML 1.0 section 2.2 names the characters that a feed may hold; one other anywhere and the whole
feed is lost. On top of that go characters that do harm in somebody else's page: bidirectional
controls that reorder what follows them (Unicode UAX 9 section 2), noncharacters, and U+FFFD,
which is what a broken encoding left of a letter. Marks that spell words stay: ZWNJ and ZWJ
(Persian, Sorani), LRM, RLM and ALM.
"""

import re
from unicodedata import normalize

_PLANES = "".join(
    chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(1, 17)
)
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff9-\uffff\ud800-\udfff"
    f"{_PLANES}]"
)
# windows-1252 read as ISO 8859-1 leaves C1 controls where quotes and dashes were. HTML reads
# "&#146;" the same way (html.spec.whatwg.org 13.2.5.80).
_REPAIRED = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)} | {
    "\r": "\n",
    "\x0b": " ",
    "\x0c": " ",
}
# Invisible, and without a meaning in one line of text: zero width space, soft hyphen, word joiner.
_IDLE = re.compile("[\u200b\u00ad\u2060]")


def allowed(text: str) -> str:
    """Return `text` with only the characters that may be published.

    C1 controls become the windows-1252 characters they stand for, CR becomes LF.
    """
    # Looking at every character with `re` costs 30 ns each, `isprintable` 1: most text is
    # printable but for white space and, in Sorani and Persian, ZWNJ. U+FFFD is, too.
    rest = text.replace("\n", "").replace("\t", "").replace("\u200c", "")
    if rest.isprintable() and "\ufffd" not in rest:
        return text
    return _UNWANTED.sub(lambda match: _REPAIRED.get(match[0], ""), text)


def clean_text(text: str) -> str:
    """Return `text` as one line of plain text in NFC.

    Runs of whitespace, no-break spaces among them, become one space; there is none at the
    ends. Character references are not decoded: what looks like one is text.
    """
    return normalize("NFC", " ".join(_IDLE.sub("", allowed(text)).split()))
