"""Character and entity references made harmless and readable, before any parser sees them.

Documents declare entities in order to be read (`&nbsp;`, RDF's namespaces) and in order to do
harm (billion laughs, files of ours). None of their document type declaration gets through: what
is plain and short is declared again in one of our own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import name2codepoint

from aggregator.errors import FailureKind, SourceError

MAX_VALUE = 100  # characters of a declared entity's value
MAX_DECLARED = 100
MAX_GROWTH = 1_000_000  # characters that all references together may add

_CLOSINGS = {"<![CDATA[": "]]>", "<!--": "-->"}
_XML = frozenset({"lt", "gt", "amp", "quot", "apos"})
_DECLARATION = re.compile(
    r"""<!ENTITY\s+(%\s+)?([A-Za-z_][\w.-]{0,60})\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\b)"""
)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))(;?)")
_NAMED = re.compile(r"&([A-Za-z_][\w.-]{0,60});")
_AMPERSAND = re.compile(r"&(?!#[0-9]|#x[0-9a-fA-F]|[A-Za-z_][\w.-]{0,60};)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defused:
    """A document whose references are all declared, with what a lenient parser must be told."""

    text: str  # with a declaration that says UTF-8, and lines counted as they were
    entities: dict[str, str]  # the meaning of each declared name
    flaws: tuple[str, ...] = ()


def defuse(head: str, body: str) -> Defused:
    """Replace the document type and repair references.

    Args:
        head: all that stands before the root element.
        body: the root element.

    Raises:
        SourceError: TOO_COSTLY, where entities would blow the document up.
    """
    flaws: list[str] = []
    body, dropped = _drop_forbidden(body)
    if dropped:
        flaws.append(f"{dropped} character references dropped: XML does not allow them")
    declared = _declared(head, body, flaws)
    body, undefined = _repair(body, declared, flaws)
    names = {**declared, **{name: chr(name2codepoint[name]) for name in undefined}}
    if undefined:
        flaws.append("entities of HTML, undefined in XML: " + _list(undefined))
    doctype = "".join(f'<!ENTITY {name} "{value}">' for name, value in names.items())
    return Defused(
        text='<?xml version="1.0" encoding="utf-8"?>'
        + (f"<!DOCTYPE feed [{doctype}]>" if names else "")
        + "\n" * head.count("\n")
        + body,
        entities=names,
        flaws=tuple(flaws),
    )


def _drop_forbidden(body: str) -> tuple[str, int]:
    """Drop references to characters that XML forbids; one of them ends a strict parser."""
    if all(_is_sound(*found) for found in set(_REFERENCE.findall(body))):
        return body, 0
    dropped = 0

    def _replaced(found: re.Match[str]) -> str:
        nonlocal dropped
        if _is_sound(found.group(1), found.group(2), ";"):
            return f"{found.group().removesuffix(';')};"
        dropped += 1
        return ""

    return _REFERENCE.sub(_replaced, body), dropped


def _is_sound(hexadecimal: str | None, decimal: str | None, end: str) -> bool:
    digits = hexadecimal or decimal or ""
    return end == ";" and len(digits) <= 8 and _is_allowed(int(digits, 16 if hexadecimal else 10))


def _is_allowed(code: int) -> bool:
    """Whether XML 1.0 section 2.2 has a character."""
    return (
        code in {9, 10, 13}
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def _declared(head: str, body: str, flaws: list[str]) -> dict[str, str]:
    """Keep the entities that stand for a few plain characters, and no others."""
    kept: dict[str, str] = {}
    refused: dict[str, None] = {}
    for parameter, name, double, single in _DECLARATION.findall(head):
        value, _ = _drop_forbidden(double or single)
        value = _REFERENCE.sub(_character, value)
        plain = value and len(value) <= MAX_VALUE and not re.search('[<&%"]', value)
        if parameter or not plain or len(kept) == MAX_DECLARED:
            refused[name] = None
        elif name not in _XML:
            kept.setdefault(name, value)
    growth = sum(body.count(f"&{name};") * len(value) for name, value in kept.items())
    if growth > MAX_GROWTH:
        raise SourceError(
            FailureKind.TOO_COSTLY,
            f"the document's entities would add {growth:,} characters to it; at most"
            f" {MAX_GROWTH:,} are read",
        )
    if refused:
        flaws.append("entity declarations dropped: " + _list(refused))
    return {name: value for name, value in kept.items() if name not in refused}


def _character(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16) if found.group(1) else int(found.group(2)))


def _repair(body: str, declared: dict[str, str], flaws: list[str]) -> tuple[str, dict[str, None]]:
    """Escape lone ampersands outside CDATA, and list the entities of HTML met there."""
    undefined: dict[str, None] = {}
    unknown: dict[str, None] = {}
    escaped = 0

    def _named(found: re.Match[str]) -> str:
        return f"&amp;{found.group(1)};" if found.group(1) in unknown else found.group()

    pieces = []
    for piece, is_text in _pieces(body):
        if not is_text or "&" not in piece:
            pieces.append(piece)
            continue
        repaired, count = _AMPERSAND.subn("&amp;", piece)
        escaped += count
        names = sorted(set(_NAMED.findall(repaired)) - _XML - declared.keys())
        undefined.update(dict.fromkeys(name for name in names if name in name2codepoint))
        strange = dict.fromkeys(name for name in names if name not in name2codepoint)
        unknown.update(strange)
        pieces.append(_NAMED.sub(_named, repaired) if strange else repaired)
    if escaped:
        flaws.append(f"{escaped} ampersands escaped")
    if unknown:
        flaws.append("unknown entities taken as text: " + _list(unknown))
    return "".join(pieces), undefined


def _pieces(body: str) -> Iterator[tuple[str, bool]]:
    """Split at CDATA sections and comments; True marks what is neither."""
    at = 0
    ahead = {opening: body.find(opening) for opening in _CLOSINGS}
    while True:
        for opening, place in ahead.items():
            if 0 <= place < at:  # search only what was not searched before
                ahead[opening] = body.find(opening, at)
        start, opening = min(
            ((place, opening) for opening, place in ahead.items() if place >= 0),
            default=(-1, ""),
        )
        if start < 0:
            yield body[at:], True
            return
        yield body[at:start], True
        end = body.find(_CLOSINGS[opening], start + 4)
        at = end + 3 if end >= 0 else len(body)
        yield body[start:at], False


def _list(names: dict[str, None]) -> str:
    shown = ", ".join(f"&{name};" for name in list(names)[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
