"""Tombstones in an Atom document: entries that their publisher took back (RFC 6721).

feedparser does not know them. A second, strict reading finds them in the few documents that name
their namespace; where the document is not well-formed, what was read before the flaw counts.
"""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from aggregator.gather.feed.quote import printable
from aggregator.model import DeletedEntry

NAMESPACE: Final = "http://purl.org/atompub/tombstones/1.0"
MOST: Final = 2_000
LONGEST: Final = 2_000  # characters of a ref; of a comment, what a person reads
_ATOM: Final = "http://www.w3.org/2005/Atom"


def tombstones(text: str) -> tuple[DeletedEntry, ...]:
    """Find the deleted entries of a document, each (ref, when) once.

    Args:
        text: the document, decoded and with harmless references.
    """
    if NAMESPACE not in text:
        return ()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root: Any = etree.fromstring(text.encode("utf-8"), parser)
    if root is None:  # there was nothing but flaws
        return ()
    found: dict[tuple[str, str], DeletedEntry] = {}
    for one in _read(root):
        found.setdefault((one.ref, one.when), one)
        if len(found) == MOST:
            break
    return tuple(found.values())


def _read(root: etree._Element) -> Iterator[DeletedEntry]:
    for element in root.iterchildren(f"{{{NAMESPACE}}}deleted-entry"):
        ref, when = (element.get(name, "").strip() for name in ("ref", "when"))
        if ref and when and len(ref) <= LONGEST and len(when) <= LONGEST:
            name = element.findtext(f"{{{NAMESPACE}}}by/{{{_ATOM}}}name")
            comment = element.find(f"{{{NAMESPACE}}}comment")
            yield DeletedEntry(
                ref=ref,
                when=when,
                by=_line(name),
                comment=None if comment is None else _line("".join(comment.itertext())),
            )


def _line(text: str | None) -> str | None:
    return printable(" ".join((text or "").split()), LONGEST) or None
