"""From bytes to text, whatever the server, the declaration and the bytes disagree about.

The order follows RFC 7303 section 3 (byte order mark, then the charset parameter, then the XML
declaration) with one change that every browser and reader makes: bytes that are valid UTF-8 are
UTF-8, whatever was declared, because no other encoding's text is so by accident.
"""

import codecs
import re
from dataclasses import dataclass

# What a label means in practice: https://encoding.spec.whatwg.org/#names-and-labels. Labels are
# looked up here and nowhere else, so that none of Python's other codecs (zip, idna, utf-7,
# unicode_escape) can be asked for by a document. UTF-16 and UTF-32 are told by their bytes.
CODECS = {
    **{f"{prefix}125{n}": f"cp125{n}" for n in range(9) for prefix in ("windows-", "cp", "x-cp")},
    **{
        f"{prefix}{n}": f"iso8859-{n}"
        for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)
        for prefix in ("iso-8859-", "iso8859-", "iso-ir-8859-")
    },
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620", "windows-874"), "cp874"),
    **dict.fromkeys(("arabic", "asmo-708", "ecma-114"), "iso8859-6"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987", "windows-949"), "cp949"),
    **dict.fromkeys(("koi8-r", "koi8"), "koi8-r"),
    "koi8-u": "koi8-u",
    "ibm866": "cp866",
    "macintosh": "mac-roman",
    "big5": "big5hkscs",
    "euc-jp": "euc-jp",
    "iso-2022-jp": "iso2022-jp",
}

UTF_8 = frozenset({"utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"})

# What web servers add by default; a document that names its own encoding knows better
# (Apache's AddDefaultCharset, and RFC 2616 section 3.7.1 before RFC 7231 took it back).
SERVER_DEFAULTS = frozenset({"iso-8859-1", "us-ascii"})

# When nothing usable is declared: the Windows code page of the language that the feed names.
CODE_PAGES = {"ar": "cp1256", "fa": "cp1256", "ckb": "cp1256", "tr": "cp1254", "ku": "cp1254"}

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# XML 1.0 appendix F.1: without a mark, by the zeros around the first "<" (or "{", for JSON).
ZEROS = (
    (re.compile(rb"[<{]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{]"), "utf-32-be"),
    (re.compile(rb"[<{]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{]\0[^\0]"), "utf-16-be"),
)

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""(?:<language>\s*|xml:lang=["'])([a-z]{2,3})""", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]+")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")  # XML 1.0 Char
_BEYOND_1252 = re.compile(
    "[^\x00-\xff\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_MANY = 8  # mis-decoded characters that make a double encoding certain
_RUNS_OF_LETTERS = 2.5  # mean length of runs of high bytes: Latin text has single ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of a body, with what had to be repaired."""

    text: str  # without a byte order mark and without characters that XML 1.0 forbids
    flaws: tuple[str, ...] = ()


def decode(body: bytes, content_type: str) -> Decoded:
    """Decode a body; never fails.

    Args:
        body: the bytes as they were sent, after inflation.
        content_type: the Content-Type header as received.
    """
    flaws: list[str] = []
    text = _text(body, content_type, flaws)
    text = _undo_double_encoding(text, flaws)
    dropped = sum(len(found) for found in _ILLEGAL.findall(text))
    if dropped:
        text = _ILLEGAL.sub("", text)
        flaws.append(f"{dropped} control characters dropped: XML does not allow them")
    return Decoded(text=text.lstrip("\ufeff"), flaws=tuple(flaws))


def _text(body: bytes, content_type: str, flaws: list[str]) -> str:
    for mark, codec in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _by(codec, body[len(mark) :], flaws)
    for pattern, codec in ZEROS:
        if pattern.match(body):
            return _by(codec, body, flaws)
    labels = _labels(body, content_type)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        wrong = [label for label in labels if label in CODECS and not text.isascii()]
        if wrong:
            flaws.append(f"declared as {wrong[0]}, but it is UTF-8")
        elif unknown := [label for label in labels if label not in {*CODECS, *UTF_8}]:
            flaws.append(f"declared as {unknown[0]}, read as UTF-8")
        return text
    return _not_quite_utf8(body, labels, flaws)


def _labels(body: bytes, content_type: str) -> list[str]:
    """List the declared encodings, the weightiest first."""
    charset = _CHARSET.search(content_type)
    declared = _DECLARED.match(body[:1000])
    labels = [
        found.lower().replace("_", "-")
        for found in (
            charset.group(1) if charset else "",
            declared.group(1).decode("ascii", "replace") if declared else "",
        )
        if found
    ]
    if len(labels) == 2 and labels[0] in SERVER_DEFAULTS:
        labels.reverse()
    return labels


def _not_quite_utf8(body: bytes, labels: list[str], flaws: list[str]) -> str:
    """Tell UTF-8 with a few bad bytes from another encoding.

    feedparser 6.0.14 reads the former as ISO 8859-2 and spoils every letter beyond ASCII.
    """
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd") - body.count("\ufffd".encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    others = [label for label in labels if label in CODECS]
    if good >= bad * 10 or (good >= bad and not others):
        flaws.append(f"{bad} bytes that are not UTF-8 replaced")
        return re.sub("\ufffd+", "\ufffd", text)
    if others:
        if others[0] != labels[0]:
            flaws.append(f"declared as {labels[0]}, read as {others[0]}")
        return _by(CODECS[others[0]], body, flaws)
    codec = _guess(body)
    flaws.append(f"declared as {labels[0] if labels else 'nothing'}, read as {codec}: a guess")
    return _by(codec, body, flaws)


def _guess(body: bytes) -> str:
    """Guess a code page: by the language named, else by how letters beyond ASCII cluster."""
    language = _LANGUAGE.search(body[:20_000])
    if language and (page := CODE_PAGES.get(language.group(1).decode().lower())):
        return page
    runs = _HIGH.findall(body[:500_000])
    mean = sum(len(run) for run in runs) / (len(runs) or 1)
    return "cp1256" if mean >= _RUNS_OF_LETTERS else "cp1252"


def _by(codec: str, body: bytes, flaws: list[str]) -> str:
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd")
    if bad and codec != "utf-8":
        flaws.append(f"{bad} bytes that are not {codec} replaced")
    elif bad > body.count("\ufffd".encode()):
        flaws.append(f"{bad - body.count(chr(0xFFFD).encode())} bytes that are not UTF-8 replaced")
    return text


def _undo_double_encoding(text: str, flaws: list[str]) -> str:
    """Undo UTF-8 read as Windows-1252 and encoded again, where the whole document proves it.

    Text that was never mistreated cannot pass: its accented letters are no valid UTF-8.
    """
    if text.isascii() or _BEYOND_1252.search(text):
        return text
    octets = bytearray()
    for piece in re.split("([\x80-\x9f]+)", text):
        octets += piece.encode("latin-1" if "\x80" <= piece[:1] <= "\x9f" else "cp1252")
    try:
        repaired = octets.decode("utf-8")
    except UnicodeDecodeError:
        return text
    if len(text) - len(repaired) < _MANY:
        return text
    flaws.append("encoded as UTF-8 twice")
    return repaired
