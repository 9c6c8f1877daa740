"""A page as an RSS 2.0 document (rssboard.org/rss-specification). Pure.

feedgen makes it, as it makes Atom; what RSS says with modules, and what feedgen 1.0 does not know
or gets wrong, is put right in the two extensions below:

- it knows one atom:link, and no dc:creator of several people, no dc:language, no RFC 5005;
- titles that look like markup are left for readers to guess at;
- dates go through the process's locale; those of items never get there.

How plain text is written: RSS does not say whether a title is text or HTML, and most readers take
it for HTML. So what HTML would read as something else is escaped once more, and `&` and `<` are
written as the RSS Advisory Board's profile recommends, by hexadecimal references
(rssboard.org/rss-profile#data-types-characterdata).

What is left out: `author`, which wants an e-mail address (dc:creator does not), and `comments`.
"""

import re
from datetime import timedelta
from html import escape, unescape
from typing import Final

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model import Document, Edition, Enclosure, Item, Page
from aggregator.syndicate import credit, metadata
from aggregator.syndicate.article import article
from aggregator.text.characters import allowed
from aggregator.text.language import xml_lang
from aggregator.text.words import words_of

MEDIA_TYPE: Final = "application/rss+xml"
NAME: Final = "rss20.xml"  # of a subscription document, in the folder of what it shows

_NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
_DOCS: Final = "https://www.rssboard.org/rss-specification"
_TTL: Final = timedelta(hours=1)  # sources are asked hourly; more often nothing can be new

_REFERENCES: Final = {"&": "#x26", "<": "#x3C"}
_TAG: Final = re.compile(r"<[/!?\w]")
_DIVIDED: Final = re.compile(r"([&<])")
_NOT_IN_A_COMMENT: Final = re.compile(r"[()\\<>]")


def _qualified(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local


# The order in which people read a raw item. The W3C validator wants the description first of the
# two texts; to a feed reader it is all the same.
_ORDER: Final = {
    _qualified(name): place
    for place, name in enumerate(
        (
            "title",
            "link",
            "guid",
            "pubDate",
            "dc:creator",
            "dc:language",
            "category",
            "dc:rights",
            "source",
            "atom:link",
            "description",
            "content:encoded",
            "enclosure",
            "media:content",
        )
    )
}


def render(page: Page) -> Document:
    """Write a page as an RSS document. The same page gives the same bytes."""
    site, edition = page.site, page.edition
    feed = FeedGenerator()
    feed.title(metadata.title(page))
    feed.description(allowed(site.title))
    feed.link(href=metadata.homepage(page), rel="alternate")
    feed.language(metadata.language(edition))
    feed.copyright(words_of(edition.words)[1].rights)
    feed.managingEditor(_contact(site.owner_name, site.owner_email))
    feed.docs(_DOCS)
    feed.generator(f"{metadata.GENERATOR} {metadata.VERSION}")
    feed.ttl(int(_TTL / timedelta(minutes=1)))
    feed.updated(page.updated)
    feed.register_extension("completed", _ChannelExtension, None)
    feed.completed.page = page
    for item in page.items:
        feed.add_entry(_item(item, edition), order="append")
    return Document(path=page.path, media_type=MEDIA_TYPE, body=feed.rss_str(pretty=True))


def _item(item: Item, edition: Edition) -> FeedEntry:
    entry = FeedEntry()
    entry.title(metadata.headline(item))
    if item.link:
        entry.link(href=item.link)
    entry.guid(item.id, permalink=False)
    entry.description(_description(item, edition))
    entry.content(allowed(article(item, edition)))
    entry.register_extension("completed", _ItemExtension)
    entry.completed.item = item
    return entry


def _description(item: Item, edition: Edition) -> str:
    """Return the summary as HTML, which a description is; for a headline say whose it is."""
    text = metadata.abstract(item)
    if not text:
        label = words_of(item.language, edition.words)[1].source
        text = f"{label} {allowed(credit.credited(item).name)}"
    return escape(text, quote=False)


def _contact(name: str, email: str) -> str:
    """Write an address as RSS does, with the name as a comment (RFC 822 section 3.4.3)."""
    comment = " ".join(_NOT_IN_A_COMMENT.sub(" ", allowed(name)).split())
    return f"{email} ({comment})"


# --- what feedgen leaves out ----------------------------------------------------------------


class _ChannelExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Completes the head of a document."""

    page: Page

    def extend_ns(self) -> dict[str, str]:
        return _NAMESPACES

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        page = self.page
        channel = _the(feed, "channel")
        _character_data(_the(channel, "title"), metadata.title(page))
        _character_data(_the(channel, "description"), page.site.title)
        _the(channel, "lastBuildDate").text = metadata.rfc822(page.updated)
        itself = metadata.address(page, page.path)
        _link(channel, itself, "self").set("type", MEDIA_TYPE)
        for relation, address in metadata.relations(page):
            _link(channel, address, relation)
        if page.archive:
            _add(channel, "fh:archive")
        return feed


class _ItemExtension(BaseEntryExtension):  # type: ignore[misc]
    """Completes one item."""

    item: Item

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        item = self.item
        _character_data(_the(entry, "title"), metadata.headline(item))
        _add(entry, "pubDate").text = metadata.rfc822(item.published)
        for person in item.authors:
            _add(entry, "dc:creator").text = metadata.name(person)
        _add(entry, "dc:language").text = xml_lang(item.language)
        for category in filter(None, map(allowed, item.categories)):
            _character_data(_add(entry, "category"), category)
        if item.rights and allowed(item.rights).strip():
            _character_data(_add(entry, "dc:rights"), item.rights)
        _source(entry, item)
        if item.license:
            _link(entry, item.license, "license")
        _files(entry, metadata.files(item))
        entry[:] = sorted(entry, key=lambda child: _ORDER[str(child.tag)])
        return entry


def _source(entry: etree._Element, item: Item) -> None:
    """Say what the item was copied from: the feed, where its address is known, else its site.

    Atom links say the rest: the origin that this feed names for an entry it copied itself.
    """
    meta = item.source_meta
    read_from = meta.self_link or meta.link
    if read_from:
        source = _add(entry, "source")
        source.set("url", read_from)
        _character_data(source, meta.title or item.source.name)
    for address in metadata.via(item):
        if address != read_from:
            _link(entry, address, "via")


def _files(entry: etree._Element, files: tuple[Enclosure, ...]) -> None:
    """Write one file as the enclosure, for there can be one, and the others by Media RSS.

    Players look for the enclosure: it is the first recording, else the first file.
    """
    recordings = (file for file in files if metadata.medium(file) in {"audio", "video"})
    chosen = next(recordings, files[0] if files else None)
    for file in files:
        if file is chosen:
            enclosure = _add(entry, "enclosure")
            enclosure.set("url", file.url)
            enclosure.set("length", str(file.length or 0))  # 0: unknown
            enclosure.set("type", metadata.media_type(file) or metadata.UNKNOWN_TYPE)
            continue
        content = _add(entry, "media:content")
        content.set("url", file.url)
        if file.length:
            content.set("fileSize", str(file.length))
        if media_type := metadata.media_type(file):
            content.set("type", media_type)
        if medium := metadata.medium(file):
            content.set("medium", medium)


# --- elements and text ----------------------------------------------------------------------


def _the(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(name)
    assert found is not None, f"feedgen wrote no {name}"
    return found


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _qualified(name))


def _link(parent: etree._Element, address: str, relation: str) -> etree._Element:
    link = _add(parent, "atom:link")
    link.set("href", address)
    link.set("rel", relation)
    return link


def _character_data(element: etree._Element, text: str) -> None:
    """Fill an element that may be read as text or as HTML, leaving as little doubt as can be."""
    text = allowed(text)
    if _TAG.search(text) or unescape(text) != text:
        text = escape(text, quote=False)
    first, *rest = _DIVIDED.split(text)
    element.text = first
    for character, following in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[character])
        reference.tail = following
        element.append(reference)
