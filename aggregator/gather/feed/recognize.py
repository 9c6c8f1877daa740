"""What a document is, told by its first element and its last, before any parser sees it.

Only the outermost markup counts: a feed whose articles quote HTML, captchas or other feeds is a
feed still.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.feed.quote import tail

FEED_ROOTS = frozenset({"rss", "feed", "rdf"})
_RDF_OF_A_FEED = re.compile(r"<(?:[\w.-]+:)?(?:channel|item)\b")
_PUT_BEFORE = 4_000  # characters of PHP warnings and the like that may stand before a feed

_SPACE = " \t\r\n\ufeff\u200b"
_OPENING = re.compile(r"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)")
_LATER_START = re.compile(r"<\?xml\s|<rss\b|<(?:[\w.-]+:)?(?:feed|RDF)\b", re.IGNORECASE)
_INSIDE = re.compile(r"</?(?:[\w.-]+:)?(?:item|entry|channel)\b", re.IGNORECASE)
_TRAILING_OK = re.compile(r"(?:\s|\ufeff|<!--(?:[^-]|-(?!->))*-->|<\?[^>]*\?>)*\Z")


class Kind(StrEnum):
    """Which grammar a document belongs to."""

    XML = "xml"
    JSON = "json"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document cut to its first and last markup."""

    kind: Kind
    body: str  # from the root element to its end; all of the text where there is no feed
    head: str = ""  # what stands before the root element: declaration, doctype, comments
    root: str = ""  # the root element's local name, in lower case
    flaws: tuple[str, ...] = ()


def recognize(text: str) -> Document:
    """Find out what a text is and cut away what stands before and after it.

    Raises:
        SourceError: EMPTY, or TRUNCATED where the root element never ends.
    """
    trimmed = text.strip(_SPACE)
    if not trimmed:
        raise SourceError(
            FailureKind.EMPTY, "the answer has no body; an RSS, Atom or JSON feed was wanted"
        )
    if trimmed[0] in "{[":
        return Document(kind=Kind.JSON, body=trimmed)
    flaws = []
    if _leading(text, "<?xml"):
        flaws.append("white space before the XML declaration")
    document = _markup(trimmed)
    if document.kind is Kind.NONE and document.root not in {"html", "!doctype html"}:
        later = _LATER_START.search(trimmed, 1, _PUT_BEFORE)
        if later and (found := _markup(trimmed[later.start() :])).kind is Kind.XML:
            flaws.append(f"{later.start()} characters before the feed dropped")
            document = found
    if document.kind is Kind.NONE:
        return document
    body, after = _to_the_end(document)
    if after:
        flaws.append(f"{len(after)} characters after the feed dropped")
    return Document(
        kind=Kind.XML, body=body, head=document.head, root=document.root, flaws=tuple(flaws)
    )


def _leading(text: str, start: str) -> bool:
    return text[:1] in " \t\r\n" and text.lstrip(_SPACE).startswith(start)


def _markup(text: str) -> Document:
    """Walk over declaration, doctype, comments and instructions to the root element."""
    at = 0
    doctype_html = False
    while True:
        while text[at : at + 1] and text[at] in _SPACE:
            at += 1
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            at = end + 3 if end >= 0 else len(text)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
            at = end + 2 if end >= 0 else len(text)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            doctype_html = text[at + 9 : at + 40].strip().lower().startswith("html")
            at = _doctype_end(text, at)
        else:
            break
    opening = _OPENING.match(text, at)
    name = opening.group(2).lower() if opening else ""
    if doctype_html:
        name = "html"
    is_feed = name in FEED_ROOTS and (name != "rdf" or _RDF_OF_A_FEED.search(text, at))
    if not is_feed:
        return Document(kind=Kind.NONE, body=text, root=name)
    return Document(kind=Kind.XML, body=text[at:], head=text[:at], root=name)


def _doctype_end(text: str, at: int) -> int:
    """Find the end of a document type declaration, its internal subset included."""
    close = text.find(">", at)
    bracket = text.find("[", at)
    if 0 <= bracket < close:
        inner = text.find("]", bracket)
        close = text.find(">", inner) if inner >= 0 else -1
    return close + 1 if close >= 0 else len(text)


def _to_the_end(document: Document) -> tuple[str, str]:
    """Split at the root element's end; what follows may only be noise."""
    opening = _OPENING.match(document.body)
    name = opening.group(0)[1:] if opening else ""
    ends = re.compile(rf"</\s*{re.escape(name)}\s*>", re.IGNORECASE)
    cut = -1
    # From the back, in growing windows: the end tag is at the end, or the document is broken.
    window = 4_096
    while cut < 0:
        start = max(0, len(document.body) - window)
        for found in ends.finditer(document.body, start):
            cut = found.end()
        if start == 0:
            break
        window *= 16
    after = document.body[cut:] if cut >= 0 else ""
    if cut < 0 and _is_closed_at_once(document.body):
        return document.body, ""
    in_cdata = document.body.rfind("<![CDATA[", 0, cut) > document.body.rfind("]]>", 0, cut)
    if cut < 0 or in_cdata or _INSIDE.search(after):
        raise SourceError(
            FailureKind.TRUNCATED,
            f"the document breaks off: its first element <{name}> is never closed"
            f' (it ends with "{tail(document.body)}"); nothing was taken from it',
        )
    return document.body[:cut], "" if _TRAILING_OK.match(after) else after.strip()


def _is_closed_at_once(body: str) -> bool:
    return body.find("/>") == body.find(">") - 1 and body.find(">") > 0
