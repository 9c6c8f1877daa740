r"""Regular expressions of operators, in time linear in the text: RE2. The only door to it.

    compile_pattern   what an operator wrote -> Pattern
    settled           a text -> what patterns are looked for in
    alternation       folded words -> Pattern, for `aggregator.text.keywords`

RE2 has neither look-around nor back-references; in exchange no pattern, whoever wrote it, takes
more than time in proportion to the text, nor more memory than it is given.

What operators write is read as people mean it, not as RE2 does:

- Case does not count; `(?-i)` makes it count.
- Arabic script is settled in pattern and text alike (the letters of `aggregator.text.search`):
  yeh, kaf, heh and alef of every keyboard are one letter each; tatweel, vowel marks, joiners and
  marks of direction are nowhere. So `كورد` finds کورد, and `كُرد` finds كرد. Within brackets a
  range keeps its letters and gets their settled forms beside them: `[ك-ل]` finds ک. Classes by
  name (`\p{Arabic}`) go on working, for settled letters are Arabic ones.
- Latin letters stay as they are, with their accents: `[êe]` says that either will do.
- `\w`, `\d` and `\s` are letters, digits and spaces of every script; to RE2 they are ASCII.
- `\b` is refused: RE2's knows no letters but a to z, and would find no word of Arabic script.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import category, normalize

import re2

from aggregator.text.search import letter

_MEMORY: Final = 4 << 20  # bytes that one pattern may use, compiled and at work

# Blocks of Arabic script (Unicode 16), and what has no place within its words.
_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_MARKS: Final = re.compile("[\u200b-\u200f\u2060\u061c\u00ad\ufeff]")

_LITERAL: Final = r"\\Q(?s:.*?)(?:\\E|\Z)"
_ESCAPE: Final = r"\\[pP]\{[^}]*\}|\\x\{[0-9A-Fa-f]+\}|(?s:\\.)"
_CLASS: Final = rf"\[\^?\]?(?:\[:[^\]]*:\]|{_ESCAPE}|[^\]\\])*\]"
_TOKEN: Final = re.compile(rf"{_LITERAL}|{_ESCAPE}|{_CLASS}|(?s:.)")
_MEMBER: Final = re.compile(rf"\[:[^\]]*:\]|({_ESCAPE}|(?s:.))(?:-({_ESCAPE}|[^\]]))?")
_ASCII_ONLY: Final = frozenset({r"\b", r"\B"})

_WIDER: Final = {  # what RE2 takes for ASCII alone
    r"\w": r"[\p{L}\p{M}\p{N}_]",
    r"\W": r"[^\p{L}\p{M}\p{N}_]",
    r"\d": r"\p{Nd}",
    r"\D": r"\P{Nd}",
    r"\s": r"[\s\p{Z}]",
    r"\S": r"[^\s\p{Z}]",
}


class _Settled(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _settle(chr(code))
        return found


def _settle(character: str) -> str:
    if _MARKS.match(character):
        return ""
    if not _ARABIC.match(character) or category(character)[0] in "PSZC":
        return character
    return letter(character)


_SETTLED: Final = _Settled()


def settled(text: str) -> str:
    """Return a text as patterns are looked for in it: in NFC, its Arabic script settled."""
    if text.isascii():
        return text
    return normalize("NFC", text).replace("ی\u0654", "ئ").translate(_SETTLED)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression."""

    _compiled: Any

    def find(self, text: str) -> str | None:
        """Return the first place that fits, which may be empty; None where there is none."""
        found = self._compiled.search(text.encode("utf-8", "replace"))
        if found is None:
            return None
        matched: bytes = found.group()
        return matched.decode("utf-8", "replace")


def compile_pattern(pattern: str, *, boundaries: bool = False) -> Pattern:
    r"""Compile what an operator wrote.

    Args:
        pattern: in the syntax of RE2.
        boundaries: let `\b` pass, for texts that are ASCII.

    Raises:
        ValueError: a sentence about what is wrong with it.
    """
    _compile(pattern)  # its message is about what was written
    if r"\C" in _TOKEN.findall(pattern):
        raise ValueError(r"the pattern cannot be used: `\C` is a single byte, no letter")
    if not boundaries and _ASCII_ONLY & set(_TOKEN.findall(pattern)):
        raise ValueError(
            r"the pattern cannot be used: `\b` knows no letters but a to z, so it "
            "finds no word of Kurdish or Arabic; write words instead of a pattern: they are found "
            "whole in every script"
        )
    written = normalize("NFC", pattern).replace("ی\u0654", "ئ")
    return _compile("".join(map(_rewritten, _TOKEN.findall(written))))


def alternation(folded: Iterable[str]) -> Pattern | None:
    """Compile words that are expressions already, of folded letters, each between spaces."""
    found = "|".join(dict.fromkeys(folded))
    return _compile(f" (?:{found}) ", memory=4 * _MEMORY) if found else None


def _compile(pattern: str, *, memory: int = _MEMORY) -> Pattern:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    options.max_mem = memory
    try:
        return Pattern(re2.compile(pattern.encode("utf-8", "replace"), options))
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        if "invalid perl operator" in reason or re.search(r"sequence: \\\d", reason):
            reason += " (RE2 has no look-around and no back-references)"
        raise ValueError(f"the pattern cannot be used: {reason}") from None


def _rewritten(token: str) -> str:
    """A token of a pattern as RE2 is to read it."""
    if token.startswith(r"\Q"):
        return "".join(map(_literal, token[2:].removesuffix(r"\E")))
    if token[0] == "[" and len(token) > 1:
        return _class(token)
    if token[0] == "\\":
        meant = _character(token)
        return _WIDER.get(token, token) if meant is None else _literal(meant)
    return _outside(token)


def _literal(character: str) -> str:
    return re.escape(character) if character.isascii() else _outside(character)


def _outside(character: str) -> str:
    """A letter that stands by itself: a dropped one leaves what a quantifier may follow."""
    if character.isascii():
        return character
    becomes = _SETTLED[ord(character)]
    return becomes if len(becomes) == 1 else f"(?:{becomes})"


def _character(escape: str) -> str | None:
    r"""The character beyond ASCII that `\x{...}` means."""
    if not escape.startswith(r"\x{"):
        return None
    code = int(escape[3:-1], 16)
    return chr(code) if 0x7F < code < 0x110000 and not 0xD800 <= code < 0xE000 else None


def _class(token: str) -> str:
    start = re.match(r"\[\^?", token)
    assert start is not None
    members = token[start.end() : -1]
    return f"{start[0]}{''.join(map(_member, _MEMBER.finditer(members)))}]"


def _member(member: re.Match[str]) -> str:
    """A member of a class, with the settled forms of its letters."""
    first, last = member[1], member[2]
    if first is None:
        return member[0]
    if first in {r"\W", r"\S"}:
        raise ValueError(
            f"the pattern cannot be used: `{first}` cannot stand within brackets; wanted: [^...]"
        )
    if first in _WIDER:
        dash = "" if last is None else rf"\-{last}"  # after a class it is a dash
        return _WIDER[first].removeprefix("[").removesuffix("]") + dash
    if last is not None:
        return member[0] + _forms(first, last)
    meant = first if len(first) == 1 else _character(first)
    becomes = "" if meant is None or meant.isascii() else _SETTLED[ord(meant)]
    return becomes if len(becomes) == 1 else first


def _forms(first: str, last: str) -> str:
    """What the Arabic letters of a range become that are not themselves."""
    ends = [end if len(end) == 1 else _character(end) for end in (first, last)]
    if None in ends:
        return ""
    low, high = (ord(end or "") for end in ends)
    letters = map(chr, range(max(low, 0x600), min(high, 0xFEFC) + 1))
    forms = (_SETTLED[ord(one)] for one in letters if _ARABIC.match(one))
    return "".join(dict.fromkeys(form for form in forms if len(form) == 1 and _ARABIC.match(form)))
