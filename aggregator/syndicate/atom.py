"""A page as an Atom 1.0 document (RFC 4287). Pure.

feedgen makes it; what feedgen 1.0 gets wrong or leaves out is put right in one place, the two
extensions below, by its own mechanism:

- links of entries lose rel, type, hreflang and length (a loop variable is shadowed), so no link
  goes through it;
- `source()` knows neither id nor updated;
- no xml:lang on entries;
- dates with an offset in seconds come out as RFC 3339 forbids;
- one control character, lone surrogate or U+FFFE raises and the whole feed is lost;
- titles that look like markup are left for readers to guess at.

Its dates default to the time of the call and its generator to itself; both are always set here,
so that the same page gives the same bytes.
"""

from collections.abc import Iterable
from html import escape

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model import Document, Edition, Enclosure, Item, Page, Person
from aggregator.syndicate import metadata
from aggregator.syndicate.article import article
from aggregator.text.characters import allowed
from aggregator.text.language import xml_lang
from aggregator.text.words import words_of

MEDIA_TYPE = "application/atom+xml"
NAME = "atom.xml"  # of a subscription document, in the folder of what it shows

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HISTORY = "http://purl.org/syndication/history/1.0"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

# The order in which people read a raw entry; to a feed reader it is all the same.
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            "id",
            "title",
            "updated",
            "published",
            "author",
            "link",
            "category",
            "rights",
            "source",
            "summary",
            "content",
        )
    )
}


def render(page: Page) -> Document:
    """Write a page as an Atom document. The same page gives the same bytes.

    An archive has the id of its subscription document: both are parts of one feed (RFC 5005
    section 4).
    """
    site, edition = page.site, page.edition
    feed = FeedGenerator()
    itself = metadata.address(page, page.path)
    feed.id(metadata.address(page, page.current or page.path))
    feed.title(metadata.title(page))
    feed.updated(page.updated)
    feed.language(metadata.language(edition))
    feed.author(name=allowed(site.owner_name), email=site.owner_email)
    feed.link(href=itself, rel="self", type=MEDIA_TYPE)
    feed.link(href=metadata.homepage(page), rel="alternate", type="text/html")
    for relation, address in metadata.relations(page):
        feed.link(href=address, rel=relation)
    feed.rights(words_of(edition.words)[1].rights)
    feed.generator(metadata.GENERATOR, version=metadata.VERSION)
    feed.register_extension("completed", _FeedExtension, None)
    feed.completed.page = page
    for item in page.items:
        feed.add_entry(_entry(item, edition), order="append")
    return Document(path=page.path, media_type=MEDIA_TYPE, body=feed.atom_str(pretty=True))


def _entry(item: Item, edition: Edition) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(metadata.headline(item))
    entry.updated(item.updated)
    entry.published(item.published)
    for category in filter(None, map(allowed, item.categories)):
        entry.category(term=category)
    entry.content(allowed(article(item, edition)), type="html")
    entry.register_extension("completed", _EntryExtension)
    entry.completed.item = item
    return entry


# --- what feedgen leaves out ----------------------------------------------------------------


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Completes the head of a document."""

    page: Page

    def extend_ns(self) -> dict[str, str]:
        spaces = {"fh": _HISTORY} if self.page.archive else {}
        return spaces | ({"at": _TOMBSTONES} if self.page.withdrawn else {})

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        _plain_text(_the(feed, "title"), metadata.title(self.page))
        _the(feed, "updated").text = metadata.rfc3339(self.page.updated)
        if self.page.archive:
            etree.SubElement(feed, f"{{{_HISTORY}}}archive")
        for one in self.page.withdrawn:  # RFC 6721 section 3
            etree.SubElement(
                feed,
                f"{{{_TOMBSTONES}}}deleted-entry",
                {"ref": one.id, "when": metadata.rfc3339(one.at)},
            )
        return feed


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Completes one entry."""

    item: Item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        item = self.item
        entry.set(_XML_LANG, xml_lang(item.language))
        _plain_text(_the(entry, "title"), metadata.headline(item))
        _the(entry, "updated").text = metadata.rfc3339(item.updated)
        _the(entry, "published").text = metadata.rfc3339(item.published)
        _people(entry, item.authors)
        _links(entry, item)
        _add(entry, "rights", item.rights)
        _summary(entry, item)
        _source(entry, item)
        entry[:] = sorted(entry, key=lambda child: _ORDER[str(child.tag)])
        return entry


def _links(entry: etree._Element, item: Item) -> None:
    """Write the links of an entry, each address once a relation.

    No hreflang on the alternate: RFC 4287 section 4.2.7.4 reads the two together as "here is a
    translation".
    """
    if item.link:
        _link(entry, item.link, "alternate", "text/html")
    for address in metadata.via(item):
        _link(entry, address, "via")
    if item.license:
        _link(entry, item.license, "license")
    for file in metadata.files(item):
        _enclosure(entry, file)


def _enclosure(entry: etree._Element, file: Enclosure) -> None:
    link = _link(entry, file.url, "enclosure", metadata.media_type(file))
    if file.length:  # 0 is what software writes that does not know
        link.set("length", str(file.length))


def _source(entry: etree._Element, item: Item) -> None:
    """Say what the entry was copied from (RFC 4287 section 4.2.11)."""
    meta = item.source_meta
    source = etree.SubElement(entry, "source")
    etree.SubElement(source, "id").text = meta.id
    _add(source, "title", meta.title or item.source.name)
    _add(source, "subtitle", meta.subtitle)
    updated = item.source_updated or item.updated
    etree.SubElement(source, "updated").text = metadata.rfc3339(updated)
    _people(source, meta.authors)
    if meta.link:
        _link(source, meta.link, "alternate", "text/html")
    if meta.self_link:
        _link(source, meta.self_link, "self")
    _add(source, "rights", meta.rights)


def _summary(entry: etree._Element, item: Item) -> None:
    """Write the summary, as HTML although it is plain text.

    Readers that prefer plain text (rss2email as it comes) would take it for the whole article,
    without the credit that stands in `content`. As HTML it is second to that everywhere.
    """
    if summary := metadata.abstract(item):
        _html(etree.SubElement(entry, "summary"), summary)


def _people(parent: etree._Element, people: Iterable[Person]) -> None:
    for person in people:
        author = etree.SubElement(parent, "author")
        etree.SubElement(author, "name").text = metadata.name(person)
        if person.uri:
            etree.SubElement(author, "uri").text = person.uri


def _link(
    parent: etree._Element, address: str, relation: str, media_type: str | None = None
) -> etree._Element:
    link = etree.SubElement(parent, "link", href=address, rel=relation)
    if media_type:
        link.set("type", media_type)
    return link


# --- text -----------------------------------------------------------------------------------


def _the(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(name)
    assert found is not None, f"feedgen wrote no {name}"
    return found


def _plain_text(construct: etree._Element, text: str) -> None:
    """Fill a text construct (section 3.1), leaving no reader in doubt that it is plain text."""
    text = allowed(text)
    if metadata.looks_like_markup(text):
        _html(construct, text)
    else:
        construct.text = text


def _html(construct: etree._Element, text: str) -> None:
    """Fill a text construct with plain text that is written as HTML, apostrophes as they are."""
    construct.set("type", "html")
    construct.text = escape(text, quote=False)


def _add(parent: etree._Element, name: str, text: str | None) -> None:
    """Add a text construct, where there is a text for it."""
    if text and allowed(text).strip():
        _plain_text(etree.SubElement(parent, name), text)
