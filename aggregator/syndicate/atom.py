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

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator import __version__
from aggregator.model import Document, Edition, Enclosure, Item, Page, Person
from aggregator.syndicate.article import article
from aggregator.text.characters import allowed
from aggregator.text.html import escape
from aggregator.text.language import xml_lang
from aggregator.text.words import words_of

MEDIA_TYPE = "application/atom+xml"

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Plain text that a reader could take for markup.
_LOOKS_LIKE_MARKUP = re.compile(r"<[/!?\w]|&[#\w]")

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

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
    """Write a page as an Atom document. The same page gives the same bytes."""
    site, edition = page.site, page.edition
    feed = FeedGenerator()
    address = f"{site.url}/{page.path}"
    feed.id(address)
    feed.title(allowed(edition.title))
    feed.updated(page.updated)
    feed.language(_language(edition))
    feed.author(name=allowed(site.owner_name), email=site.owner_email)
    feed.link(href=address, rel="self", type=MEDIA_TYPE)
    feed.link(href=f"{site.url}/", rel="alternate", type="text/html")
    feed.rights(words_of(edition.words)[1].rights)
    feed.generator("aggregator", version=__version__)
    feed.register_extension("completed", _FeedExtension, None)
    feed.completed.page = page
    for item in page.items:
        feed.add_entry(_entry(item, edition), order="append")
    return Document(path=page.path, media_type=MEDIA_TYPE, body=feed.atom_str(pretty=True))


def _entry(item: Item, edition: Edition) -> FeedEntry:
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(_title(item))
    entry.updated(item.updated)
    entry.published(item.published)
    for category in filter(None, map(allowed, item.categories)):
        entry.category(term=category)
    entry.content(allowed(article(item, edition)), type="html")
    entry.register_extension("completed", _EntryExtension)
    entry.completed.item = item
    return entry


def _language(edition: Edition) -> str:
    """Return the feed's xml:lang: of all its languages where they share one, else its words'.

    The edition `ku` shows ku-Latn and ku-Arab: it is ku.
    """
    tags = [xml_lang(language) for language in edition.languages]
    if len(tags) == 1:
        return tags[0]
    primary = {tag.partition("-")[0] for tag in tags}
    return primary.pop() if len(primary) == 1 else xml_lang(edition.words)


# --- what feedgen leaves out ----------------------------------------------------------------


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Completes the head of a document."""

    page: Page

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        _plain_text(_the(feed, "title"), self.page.edition.title)
        _the(feed, "updated").text = _rfc3339(self.page.updated)
        return feed


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Completes one entry."""

    item: Item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        item = self.item
        entry.set(_XML_LANG, xml_lang(item.language))
        _plain_text(_the(entry, "title"), _title(item))
        _the(entry, "updated").text = _rfc3339(item.updated)
        _the(entry, "published").text = _rfc3339(item.published)
        _people(entry, item.authors)
        _links(entry, item)
        _add(entry, "rights", item.rights)
        _add(entry, "summary", item.summary or item.opening)
        _source(entry, item)
        entry[:] = sorted(entry, key=lambda child: _ORDER[str(child.tag)])
        return entry


def _links(entry: etree._Element, item: Item) -> None:
    """Write the links of an entry, each address once a relation.

    No hreflang on the alternate: RFC 4287 section 4.2.7.4 reads the two together as "here is a
    translation". `via` names where the words came from: the feed that we read, and the origin
    that this feed names for an entry it copied itself.
    """
    if item.link:
        _link(entry, item.link, "alternate", "text/html")
    read_from = item.source_meta.self_link or item.source_meta.link
    origin = item.origin.link if item.origin else None
    for address in dict.fromkeys((read_from, origin)):
        if address and address != item.link:
            _link(entry, address, "via")
    if item.license:
        _link(entry, item.license, "license")
    for file in item.enclosures:
        _enclosure(entry, file)


def _enclosure(entry: etree._Element, file: Enclosure) -> None:
    known = file.media_type and _MEDIA_TYPE.fullmatch(file.media_type)
    link = _link(entry, file.url, "enclosure", file.media_type if known else None)
    if file.length:  # 0 is what software writes that does not know
        link.set("length", str(file.length))


def _source(entry: etree._Element, item: Item) -> None:
    """Say what the entry was copied from (RFC 4287 section 4.2.11)."""
    meta = item.source_meta
    source = etree.SubElement(entry, "source")
    etree.SubElement(source, "id").text = meta.id
    _add(source, "title", meta.title or item.source.name)
    _add(source, "subtitle", meta.subtitle)
    etree.SubElement(source, "updated").text = _rfc3339(item.source_updated or item.updated)
    _people(source, meta.authors)
    if meta.link:
        _link(source, meta.link, "alternate", "text/html")
    if meta.self_link:
        _link(source, meta.self_link, "self")
    _add(source, "rights", meta.rights)


def _people(parent: etree._Element, people: Iterable[Person]) -> None:
    for person in people:
        author = etree.SubElement(parent, "author")
        etree.SubElement(author, "name").text = _name(person.name) or "?"
        if person.uri:
            etree.SubElement(author, "uri").text = person.uri


def _link(
    parent: etree._Element, address: str, relation: str, media_type: str | None = None
) -> etree._Element:
    link = etree.SubElement(parent, "link", href=address, rel=relation)
    if media_type:
        link.set("type", media_type)
    return link


# --- text and dates -------------------------------------------------------------------------


def _title(item: Item) -> str:
    """Return a title with something in it: RFC 4287 section 4.1.1.1, and feedgen insists."""
    return allowed(item.title).strip() or allowed(item.source.name)


def _the(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(name)
    assert found is not None, f"feedgen wrote no {name}"
    return found


def _plain_text(construct: etree._Element, text: str) -> None:
    """Fill a text construct (section 3.1), leaving no reader in doubt that it is plain text."""
    text = allowed(text)
    if _LOOKS_LIKE_MARKUP.search(text):
        construct.set("type", "html")
        text = escape(text)
    construct.text = text


def _add(parent: etree._Element, name: str, text: str | None) -> None:
    """Add a text construct, where there is a text for it."""
    if text and allowed(text).strip():
        _plain_text(etree.SubElement(parent, name), text)


def _name(name: str) -> str:
    """Return a person's name as its element can hold it, which has no `type`: without markup."""
    return " ".join(re.sub(r"&(?=[#\w])", " & ", re.sub(r"<[^>]*>?", " ", allowed(name))).split())


def _rfc3339(moment: datetime) -> str:
    """Write a date with the publisher's offset (RFC 3339); one with seconds in it cannot be."""
    offset = moment.utcoffset()
    if not offset or offset % timedelta(minutes=1):
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()
