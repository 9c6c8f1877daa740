"""Which entries stand in an edition's feed, and how much of each. Pure.

Rights are enforced here and nowhere else: what a `Page` does not hold no format can say. They are
the source's of today, so a changed right changes what was already published; the id stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
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
    Picture,
    Published,
    Rights,
    Site,
    Source,
    Text,
    Withdrawal,
)
from aggregator.syndicate.mint import is_sound, minted
from aggregator.text.excerpt import excerpt
from aggregator.text.html import clean_text, escape, paragraphs, plain, text_of, without_media
from aggregator.text.urls import absolute

LIMIT = 512_000  # bytes: what feed readers are known to take (issue 2, section 8)

_LONGEST_TITLE = 500  # characters
_LONGEST_SUMMARY = 1000  # characters; a longer standfirst is a text, and is cut like one
_LONGEST_STATEMENT = 500  # characters of a rights statement or a feed's subtitle
_MOST_AUTHORS = 10
_EXTENTS = (Extent.HEADLINE, Extent.EXCERPT, Extent.FULL)
_SHARE = 4  # no item may take more than this part of a document: it is cut to an excerpt


def page(
    site: Site,
    edition: Edition,
    entries: Iterable[Published],
    sources: Mapping[str, Source],
    *,
    created: datetime,
    must: Collection[int] | None = None,
    withdrawn: tuple[Withdrawal, ...] = (),
    limit: int = LIMIT,
) -> Page:
    """Lay out a document of entries: a subscription document or an archive.

    It has the path of the edition's own feed; documents of other series replace it.

    Args:
        site: the republisher.
        edition: the edition.
        entries: what may stand in it, in any order.
        sources: what is configured of each source now, by id. Of a source that is configured no
            more only headlines are shown: nobody answers for its rights any longer.
        created: `updated` of a document without entries.
        must: sequence numbers of entries that have to stay, because no other document of the
            chain has them. To keep below the limit their texts are shortened, the oldest first.
            None: one entry stays, whichever is the newest.
        withdrawn: entries that may not be shown any more.
        limit: the bytes that the finished document stays below. Entries that need not stay are
            left out until it does, those emitted first before others.

    Returns:
        The page, its items newest first by the date that readers see.
    """
    newest = sorted(entries, key=lambda entry: entry.sequence, reverse=True)
    kept = {entry.sequence for entry in newest[:1]} if must is None else set(must)
    room = limit - _weigh(site.title, edition.title, site.owner_name) - _FRAME
    cuts = {entry.sequence: _cut_to_fit(entry, sources, site, limit // _SHARE) for entry in newest}
    room -= _shorten([entry for entry in newest if entry.sequence in kept], cuts, site, room)
    shown = []
    for entry in newest:
        if entry.sequence not in kept:
            room -= weight(cuts[entry.sequence])
        if room >= 0 or entry.sequence in kept:
            shown.append(entry)
    shown.sort(key=lambda entry: (entry.published, entry.sequence), reverse=True)
    moments = [moment for entry in newest for moment in _changes(entry)]
    moments += [one.at for one in withdrawn]
    return Page(
        site=site,
        edition=edition,
        path=f"{edition.tag}/atom.xml",
        updated=max(moments, default=created).astimezone(UTC),
        items=_of_one_document([cuts[entry.sequence] for entry in shown]),
        withdrawn=withdrawn,
    )


def _changes(entry: Published) -> tuple[datetime, ...]:
    """When an entry appeared and changed: as its publisher says, and when we learned of it."""
    return entry.emitted, entry.updated, entry.corrected or entry.emitted


def _shorten(
    entries: Sequence[Published],
    cuts: dict[int, Item],
    site: Site,
    room: int,
) -> int:
    """Shorten what has to stay until it fits, the oldest first; return what it weighs."""
    total = sum(weight(cuts[entry.sequence]) for entry in entries)
    for extent in (Extent.EXCERPT, Extent.HEADLINE):
        for entry in reversed(entries):
            if total <= room:
                return total
            item = cuts[entry.sequence]
            if _EXTENTS.index(item.extent) > _EXTENTS.index(extent):
                total -= weight(item)
                cuts[entry.sequence] = item = _item(entry, item.source, site, extent)
                total += weight(item)
    return total


def _of_one_document(items: Sequence[Item]) -> tuple[Item, ...]:
    """Say of each feed that it was updated when the newest of its entries here was.

    Not when the feed itself says: it says something else at every visit, and an archive that
    changes with it would not be one. What a document says depends on its entries alone.
    """
    newest: dict[str, datetime] = {}
    for item in items:
        feed = item.source_meta.id or ""
        newest[feed] = max(item.updated, newest.get(feed, item.updated))
    return tuple(replace(item, source_updated=newest[item.source_meta.id or ""]) for item in items)


# --- rights ---------------------------------------------------------------------------------


def cut(entry: Published, source: Source | None, *, site: Site) -> Item:
    """Cut one entry to what its source allows; the copy of an image is at an address of `site`."""
    source = source or _forgotten(entry)
    return _item(entry, source, site, source.rights.allows)


def _forgotten(entry: Published) -> Source:
    meta = entry.source_meta
    return Source(
        id=entry.source_id,
        name=_one_line(meta.title) or entry.source_id,
        feeds=(),
        homepage=meta.link,
        rights=Rights(allows=Extent.HEADLINE),
    )


def _item(entry: Published, source: Source, site: Site, extent: Extent) -> Item:
    article, meta = entry.entry, entry.source_meta
    link = absolute(entry.link, None)
    summary, opening, body = _text(article, extent, source.rights.images)
    picture = entry.picture if source.rights.images is Images.COPY else None
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
        source_updated=entry.source_updated,
        extent=extent,
        summary=summary,
        opening=opening,
        body=body,
        enclosures=_media(article, source.rights.images, picture, site),
        picture=picture,
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


def _media(
    entry: Entry, images: Images, picture: Picture | None, site: Site
) -> tuple[Enclosure, ...]:
    """List every file once, the lead image first; where images are copied, our copy alone."""
    if picture is not None:
        return (
            Enclosure(
                url=f"{site.url}/{picture.path}",
                media_type=picture.media_type,
                length=picture.length,
                medium="image",
            ),
        )
    if images is not Images.LINK:
        return ()
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


def _cut_to_fit(entry: Published, sources: Mapping[str, Source], site: Site, limit: int) -> Item:
    item = cut(entry, sources.get(entry.source_id), site=site)
    if item.extent is Extent.FULL and weight(item) > limit:
        return _item(entry, item.source, site, Extent.EXCERPT)
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
