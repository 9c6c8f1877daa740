"""The sources as an outline that feed readers import (OPML 2.0, opml.org/spec2.opml). Pure.

Grouped by the language that the operator gave them, in its own name; what has none stands at the
end, outside of the groups.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Final

from lxml import etree

from aggregator.model import Document, Edition, Feed, Site, Source
from aggregator.syndicate import metadata
from aggregator.text.characters import allowed
from aggregator.text.language import xml_lang
from aggregator.text.urls import absolute

MEDIA_TYPE: Final = "text/x-opml"
NAME: Final = "feeds.opml"


def render(
    site: Site,
    edition: Edition | None,
    sources: Iterable[Source],
    *,
    language_name: Callable[[str], str] = xml_lang,
    updated: datetime | None = None,
) -> Document:
    """Write a list of sources as OPML. The same sources give the same bytes.

    Args:
        site: the republisher.
        edition: whose sources; None: all that there are. A source belongs to an edition by the
            language that the operator gave it or its feed: one without any is in the whole list
            alone, for nobody knows where its next article will stand.
        sources: those that are followed, in the order in which they are to be listed.
        language_name: how a language calls itself, by the program's code.
        updated: when the list last changed; None leaves it unsaid.
    """
    document = etree.Element("opml", version="2.0")
    head = etree.SubElement(document, "head")
    title = edition.title if edition else site.title
    etree.SubElement(head, "title").text = _html(title)
    if updated is not None:
        etree.SubElement(head, "dateModified").text = metadata.rfc822(updated)
    etree.SubElement(head, "ownerName").text = _html(site.owner_name)
    etree.SubElement(head, "ownerEmail").text = site.owner_email
    body = etree.SubElement(document, "body")
    for language, outlines in _grouped(_outlines(edition, sources)):
        parent = body
        if language is not None:
            parent = etree.SubElement(body, "outline", text=_html(language_name(language)))
        for attributes in outlines:
            etree.SubElement(parent, "outline", attributes)
    if not len(body):  # a body has one outline or more
        etree.SubElement(body, "outline", text=_html(title))
    return Document(
        path=f"{edition.tag}/{NAME}" if edition else NAME,
        media_type=MEDIA_TYPE,
        body=etree.tostring(document, pretty_print=True, encoding="UTF-8", xml_declaration=True),
    )


_Outline = dict[str, str]


def _outlines(
    edition: Edition | None, sources: Iterable[Source]
) -> Iterator[tuple[str | None, _Outline]]:
    """Describe each feed, with the language it is listed under."""
    for source in sources:
        for feed in source.feeds:
            language = feed.language or source.language
            if edition is None or _shows(edition, language):
                yield from _outline(source, feed, language)


def _outline(
    source: Source, feed: Feed, language: str | None
) -> Iterator[tuple[str | None, _Outline]]:
    address = next(filter(None, (absolute(url, None) for url in feed.candidates)), None)
    if address is None:
        return
    name = _html(source.name)
    outline = {"type": "rss", "text": name, "title": name, "xmlUrl": address}
    if homepage := absolute(source.homepage, None):
        outline["htmlUrl"] = homepage
    if language is not None:
        outline["language"] = xml_lang(language)
    yield language, outline


def _shows(edition: Edition, language: str | None) -> bool:
    """Whether entries in a language are an edition's; `ku` stands for each kind of Kurdish."""
    if language is None:
        return False
    return language in edition.languages or any(
        xml_lang(code).startswith(f"{language}-") for code in edition.languages
    )


def _grouped(
    outlines: Iterable[tuple[str | None, _Outline]],
) -> Iterator[tuple[str | None, list[_Outline]]]:
    groups: defaultdict[str | None, list[_Outline]] = defaultdict(list)
    for language, outline in outlines:
        groups[language].append(outline)
    unsaid = groups.pop(None, [])
    yield from groups.items()
    yield None, unsaid


def _html(text: str) -> str:
    """Write plain text where HTML is allowed, but is not expected: escape only what must be."""
    text = allowed(text)
    return escape(text, quote=False) if metadata.looks_like_markup(text) else text
