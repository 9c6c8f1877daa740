"""Cut an entry to its `Allowance`: the only place where text is left out because of rights. Pure.

How much may be shown is judged elsewhere, today anew each time. What an `Item` does not hold no
format can say.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from aggregator.model import (
    Allowance,
    Enclosure,
    Entry,
    Extent,
    FeedMeta,
    Html,
    Images,
    Item,
    Length,
    Mention,
    Person,
    Picture,
    Published,
    Rights,
    Site,
    Source,
    Text,
)
from aggregator.syndicate.credit import also_at, credit_line, outlet_of
from aggregator.syndicate.mint import is_sound, minted
from aggregator.text.excerpt import excerpt, shortened
from aggregator.text.html import clean_text, escape, paragraphs, plain, text_of, without_media
from aggregator.text.urls import absolute, registrable_domain

EXTENTS: Final = (Extent.HEADLINE, Extent.EXCERPT, Extent.FULL)  # from less to more

_LONGEST_TITLE = 500  # characters
_LONGEST_SUMMARY = 1000  # characters; a longer standfirst is a text, and is cut like one
_LONGEST_STATEMENT = 500  # characters of a rights statement or a feed's subtitle
_MOST_AUTHORS = 10
_NOBODY: Final[Mapping[str, Source]] = MappingProxyType({})

Cut = Callable[[Published, Extent], Item]
"""Cuts an entry to what may be shown of it, and to no more than an extent."""


def cut(
    entry: Published,
    source: Source | None,
    allowance: Allowance,
    *,
    site: Site,
    sources: Mapping[str, Source] = _NOBODY,
) -> Item:
    """Cut one entry to what may be shown of it.

    Args:
        entry: the entry.
        source: what is configured of its source now; None: nothing any more.
        allowance: how much of it may be shown.
        site: the copy of an image is at an address of it.
        sources: all that are configured, by id: those that have the same story are named as
            there.
    """
    source = source or _forgotten(entry)
    article, meta = entry.entry, entry.source_meta
    summary, opening, body = _text(article, allowance)
    picture = entry.picture if allowance.images is Images.COPY else None
    # Outlets that are known by a submitted article alone have no feeds.
    followed = (one for one in sources.values() if one.feeds)
    outlet, via = outlet_of(entry, source, sources=followed)
    signed = _signature(source, outlet)
    authors = _people(article.byline) or (signed,)
    return Item(
        id=entry.id,
        title=_title(entry, source, allowance),
        link=absolute(entry.link, None),
        language=entry.language,
        published=entry.published,
        updated=entry.updated,
        authors=authors,
        source=source,
        source_meta=_credited(meta, source),
        source_updated=entry.source_updated,
        extent=allowance.extent,
        summary=summary,
        opening=opening,
        body=body,
        enclosures=_media(article, allowance.images, picture, site),
        picture=picture,
        categories=tuple(dict.fromkeys(filter(None, map(clean_text, article.categories)))),
        rights=_one_line(article.rights or meta.rights)[:_LONGEST_STATEMENT] or None,
        license=_first_address(article.license, source.rights.license, meta.license),
        origin=article.origin,
        corrected=entry.corrected,
        outlet=outlet,
        via=via,
        also=also_at(entry.copies, sources, source.id),
        credit=credit_line(
            source.rights,
            entry.language,
            outlet=signed.name,
            authors=_people(article.byline),
            published=entry.published,
        ),
    )


def cutter(
    site: Site, sources: Mapping[str, Source], allow: Callable[[Published], Allowance]
) -> Cut:
    """Return what cuts entries of these sources to what `allow` says of each."""

    def cut_to(entry: Published, most: Extent) -> Item:
        allowance = allow(entry)
        extent = min(allowance.extent, most, key=EXTENTS.index)
        return cut(
            entry,
            sources.get(entry.source_id),
            replace(allowance, extent=extent),
            site=site,
            sources=sources,
        )

    return cut_to


def may_name_others(entry: Published, source: Source | None) -> bool:
    """Whether what is configured of other sources may change how an entry is credited."""
    link = absolute(entry.link, None)
    home = absolute((source or _forgotten(entry)).homepage, None)
    elsewhere = link is not None and (home is None or _domain(link) != _domain(home))
    return elsewhere or entry.entry.origin is not None or bool(entry.copies)


def _domain(address: str) -> str:
    return registrable_domain(urlsplit(address).hostname or "")


def _forgotten(entry: Published) -> Source:
    meta = entry.source_meta
    return Source(
        id=entry.source_id,
        name=_one_line(meta.title) or entry.source_id,
        feeds=(),
        homepage=meta.link,
        rights=Rights(allows=Extent.HEADLINE),
    )


def _title(entry: Published, source: Source, allowance: Allowance) -> str:
    """Take the title; one made from the text is text, and counts as that."""
    title = entry.entry.title[:_LONGEST_TITLE]
    if "title-missing" in entry.entry.flags:
        title = "" if allowance.extent is Extent.HEADLINE else _within(title, allowance.length)
    if title:
        return title
    day = entry.published
    return f"{source.name}, {day.day:02}.{day.month:02}.{day.year:04}"


def _text(entry: Entry, allowance: Allowance) -> tuple[str, str, Html]:
    """Return standfirst, opening and body as far as the allowance goes."""
    nothing = escape("")
    if allowance.extent is Extent.HEADLINE:
        return "", "", nothing
    summary = entry.standfirst
    if allowance.extent is Extent.FULL and entry.body:
        body = entry.body if allowance.images is Images.LINK else without_media(entry.body)
        return _usual(summary), "", body
    length = allowance.length
    asked = length is not None and (length.words is not None or length.paragraphs is not None)
    summary = _within(summary if asked else _usual(summary), length)
    if entry.standfirst:  # though none of it may fit
        return summary, "", nothing
    text = _beginning(entry)
    return "", _within(text if asked else excerpt(text), length), nothing


def _usual(summary: str) -> str:
    """A standfirst is shown whole, but where it is as long as an article."""
    return excerpt(summary) if len(summary) > _LONGEST_SUMMARY else summary


def _within(text: str, length: Length | None) -> str:
    if length is None:
        return text
    return shortened(
        text,
        words=length.words,
        paragraphs=length.paragraphs,
        characters=length.characters,
    )


def _beginning(entry: Entry) -> str:
    """The text of a body, a line each paragraph, without a title that it begins with."""
    lines = paragraphs(entry.body) or tuple(plain(entry.body).split("\n"))
    if lines[0].casefold() == entry.title.casefold():
        lines = lines[1:]
    return "\n".join(lines)  # a paragraph's end is a sentence's end


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


def _signature(source: Source, outlet: Mention | None) -> Person:
    """Who signs what nobody signed: the first publisher, else the source."""
    if outlet is not None:
        return Person(name=outlet.name, uri=_first_address(outlet.link))
    return Person(name=source.name, uri=_first_address(source.homepage))


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

_ITEM_FRAME = 1400  # bytes of markup, dates and labels that every item has
_ELEMENT = 120  # bytes of markup around a person, a file or a category


def weight(item: Item) -> int:
    """Estimate from above the bytes that an item takes in a document of any format.

    Estimating needs no rendering, and one page then serves every format. Texts count as often
    as the wordiest format, Atom, writes them: in elements of its own and in the entry's HTML.
    """
    meta, source = item.source_meta, item.source
    people = (*item.authors, *meta.authors)
    named = tuple(filter(None, (item.outlet, item.via, *item.also)))
    once = (
        *(item.id, item.title, item.rights),
        *(meta.id, meta.title, meta.subtitle, meta.rights),
        *(person.uri for person in people),
        *(file.url for file in item.enclosures),
        *(file.media_type for file in item.enclosures),
        *item.categories,
        item.origin.link if item.origin else None,
    )
    twice = (
        *(item.summary, item.opening, item.credit, meta.self_link),
        *(person.name for person in people),
        *(text for one in named for text in (one.name, one.link)),
    )
    thrice = (source.name, item.link, item.license, meta.link)
    elements = len(people) + len(named) + len(item.enclosures) + len(item.categories)
    # The tags of a body are escaped once, and each may get a `dir`.
    escaped = max(sum(map(item.body.count, marks)) for marks in ("&<>", '"\\\n\t'))  # XML, JSON
    body = len(item.body.encode()) + 6 * escaped
    markup = _ITEM_FRAME + _ELEMENT * elements + body
    return markup + weigh(*once) + 2 * weigh(*twice) + 3 * weigh(*thrice)


def weigh(*texts: str | None) -> int:
    """Count bytes in UTF-8 with what is escaped twice: HTML's `&quot;` is XML's `&amp;quot;`."""
    present = [text for text in texts if text]
    return sum(
        len(text.encode("utf-8", "replace")) + 9 * sum(map(text.count, "&<>\"'"))
        for text in present
    )
