"""Which entries stand in an edition's feed, and how much of each. Pure.

Rights are enforced here and nowhere else: what a `Page` does not hold no format can say. They are
the source's of today, so a changed right changes what was already published; the id stays.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from aggregator.model import (
    Edition,
    Enclosure,
    Entry,
    Extent,
    FeedMeta,
    Html,
    Images,
    Item,
    Page,
    Person,
    Published,
    Rights,
    Site,
    Source,
    Text,
)
from aggregator.syndicate.mint import is_sound, minted
from aggregator.text import dates
from aggregator.text.excerpt import excerpt
from aggregator.text.html import clean_text, escape, paragraphs, plain, text_of, without_media
from aggregator.text.urls import absolute

LIMIT = 512_000  # bytes: what feed readers are known to take (issue 2, section 8)

_LONGEST_TITLE = 500  # characters
_LONGEST_SUMMARY = 1000  # characters; a longer standfirst is a text, and is cut like one
_LONGEST_STATEMENT = 500  # characters of a rights statement or a feed's subtitle
_MOST_AUTHORS = 10
_SHARE = 4  # no item may take more than this part of a document: it is cut to an excerpt


def page(
    site: Site,
    edition: Edition,
    entries: Iterable[Published],
    sources: Mapping[str, Source],
    *,
    created: datetime,
    limit: int = LIMIT,
) -> Page:
    """Lay out an edition's subscription document.

    Args:
        site: the republisher.
        edition: the edition.
        entries: its window: what was emitted last, in any order.
        sources: what is configured of each source now, by id. Of a source that is configured no
            more only headlines are shown: nobody answers for its rights any longer.
        created: `updated` of a document without entries.
        limit: the bytes that the finished document stays below. The entries emitted first are
            left out until it does; one entry always stays.

    Returns:
        The page, its items newest first by the date that readers see.
    """
    newest = sorted(entries, key=lambda entry: entry.sequence, reverse=True)
    shown: list[tuple[Published, Item]] = []
    room = limit - _weigh(site.title, edition.title, site.owner_name) - _FRAME
    for entry in newest:
        item = _cut_to_fit(entry, sources.get(entry.source_id), limit // _SHARE)
        room -= weight(item)
        if room < 0 and shown:
            break
        shown.append((entry, item))
    shown.sort(key=lambda pair: (pair[0].published, pair[0].sequence), reverse=True)
    moments = [moment for entry in newest for moment in (entry.emitted, entry.updated)]
    return Page(
        site=site,
        edition=edition,
        path=f"{edition.tag}/atom.xml",
        updated=max(moments, default=created).astimezone(UTC),
        items=tuple(item for _, item in shown),
    )


# --- rights ---------------------------------------------------------------------------------


def cut(entry: Published, source: Source | None) -> Item:
    """Cut one entry to what its source allows."""
    source = source or _forgotten(entry)
    return _item(entry, source, source.rights.allows)


def _forgotten(entry: Published) -> Source:
    meta = entry.source_meta
    return Source(
        id=entry.source_id,
        name=_one_line(meta.title) or entry.source_id,
        feeds=(),
        homepage=meta.link,
        rights=Rights(allows=Extent.HEADLINE),
    )


def _item(entry: Published, source: Source, extent: Extent) -> Item:
    article, meta = entry.entry, entry.source_meta
    link = absolute(entry.link, None)
    summary, opening, body = _text(article, extent, source.rights.images)
    return Item(
        id=entry.id,
        title=_title(entry, source, extent),
        link=link,
        language=entry.language,
        published=entry.published,
        updated=entry.updated,
        authors=_people(article.byline)
        or (Person(name=source.name, uri=_first_address(source.homepage)),),
        source=source,
        source_meta=_credited(meta, source),
        source_updated=_said(meta.updated) or entry.source_updated,
        extent=extent,
        summary=summary,
        opening=opening,
        body=body,
        enclosures=_media(article) if source.rights.images is Images.LINK else (),
        categories=tuple(dict.fromkeys(filter(None, map(clean_text, article.categories)))),
        rights=_one_line(article.rights or meta.rights)[:_LONGEST_STATEMENT] or None,
        license=_first_address(article.license, source.rights.license, meta.license),
        origin=article.origin,
    )


def _title(entry: Published, source: Source, extent: Extent) -> str:
    """Take the title, but where only headlines may be shown not one made from the text."""
    made_of_text = "title-missing" in entry.entry.flags
    if entry.entry.title and not (made_of_text and extent is Extent.HEADLINE):
        return entry.entry.title[:_LONGEST_TITLE]
    day = entry.published
    return f"{source.name}, {day.day:02}.{day.month:02}.{day.year:04}"


def _text(entry: Entry, extent: Extent, images: Images) -> tuple[str, str, Html]:
    """Return standfirst, opening and body as far as `extent` goes."""
    nothing = escape("")
    if extent is Extent.HEADLINE:
        return "", "", nothing
    summary = entry.standfirst
    if len(summary) > _LONGEST_SUMMARY:
        summary = excerpt(summary)
    if extent is Extent.FULL and entry.body:
        body = entry.body if images is Images.LINK else without_media(entry.body)
        return summary, "", body
    return summary, "" if summary else _opening(entry), nothing


def _opening(entry: Entry) -> str:
    lines = paragraphs(entry.body) or tuple(plain(entry.body).split("\n"))
    if lines[0].casefold() == entry.title.casefold():
        lines = lines[1:]
    return excerpt("\n".join(lines))  # a paragraph's end is a sentence's end


def _media(entry: Entry) -> tuple[Enclosure, ...]:
    """List every file once, the lead image first."""
    lead = (entry.lead_image,) if entry.lead_image else ()
    files = {file.url: file for file in (*lead, *entry.enclosures)}
    return tuple({**files, **{file.url: file for file in entry.enclosures}}.values())


# --- credit ---------------------------------------------------------------------------------


def _credited(meta: FeedMeta, source: Source) -> FeedMeta:
    """Make of what a feed says of itself what `atom:source` needs: id, title, addresses.

    The publisher wrote it and nobody has cleaned it yet. RSS has no feed id: the address of the
    feed is one, and where that is unknown too one is minted.
    """
    only = source.feeds[0].candidates[:1] if len(source.feeds) == 1 else ()
    address = _first_address(meta.self_link, *only)
    names = (meta.id, address)
    return FeedMeta(
        id=next((name for name in names if name and is_sound(name)), minted(source.id, "")),
        title=_one_line(meta.title)[:_LONGEST_TITLE] or source.name,
        subtitle=_one_line(meta.subtitle)[:_LONGEST_STATEMENT] or None,
        link=_first_address(meta.link, source.homepage),
        self_link=address,
        rights=_one_line(meta.rights)[:_LONGEST_STATEMENT] or None,
        authors=_people(meta.authors),
    )


def _said(updated: str | None) -> datetime | None:
    return dates.parse(updated) if updated else None


def _people(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Name people; their e-mail addresses stay with the publisher."""
    named = ((_one_line(person.name), absolute(person.uri, None)) for person in people)
    return tuple(Person(name=name, uri=uri) for name, uri in named if name)[:_MOST_AUTHORS]


def _one_line(text: str | None) -> str:
    return text_of(Text(value=text or "", html=False))


def _first_address(*candidates: str | None) -> str | None:
    return next((url for text in candidates if (url := absolute(text, None))), None)


# --- size -----------------------------------------------------------------------------------

_FRAME = 4000  # bytes of markup around the items of a document
_ITEM_FRAME = 1400  # bytes of markup, dates and labels that every item has
_ELEMENT = 120  # bytes of markup around a person, a file or a category


def _cut_to_fit(entry: Published, source: Source | None, limit: int) -> Item:
    item = cut(entry, source)
    if item.extent is Extent.FULL and weight(item) > limit:
        return _item(entry, item.source, Extent.EXCERPT)
    return item


def weight(item: Item) -> int:
    """Estimate from above the bytes that an item takes in a document of any format.

    Estimating needs no rendering, and one page then serves every format. Texts count as often
    as the wordiest format, Atom, writes them: in elements of its own and in the entry's HTML.
    """
    meta, source = item.source_meta, item.source
    people = (*item.authors, *meta.authors)
    once = (
        *(item.id, item.title, item.rights, source.rights.credit),
        *(meta.id, meta.title, meta.subtitle, meta.rights),
        *(person.uri for person in people),
        *(file.url for file in item.enclosures),
        *(file.media_type for file in item.enclosures),
        *item.categories,
        item.origin.link if item.origin else None,
    )
    twice = (item.summary, item.opening, meta.self_link, *(person.name for person in people))
    thrice = (source.name, item.link, item.license, meta.link)
    elements = len(people) + len(item.enclosures) + len(item.categories)
    # The tags of a body are escaped once, and each may get a `dir`.
    escaped = max(sum(map(item.body.count, marks)) for marks in ("&<>", '"\\\n\t'))  # XML, JSON
    body = len(item.body.encode()) + 6 * escaped
    markup = _ITEM_FRAME + _ELEMENT * elements + body
    return markup + _weigh(*once) + 2 * _weigh(*twice) + 3 * _weigh(*thrice)


def _weigh(*texts: str | None) -> int:
    """Count bytes in UTF-8 with what is escaped twice: HTML's `&quot;` is XML's `&amp;quot;`."""
    present = [text for text in texts if text]
    return sum(
        len(text.encode("utf-8", "replace")) + 9 * sum(map(text.count, "&<>\"'"))
        for text in present
    )
