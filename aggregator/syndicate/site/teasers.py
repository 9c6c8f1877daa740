"""What lists are made of: an article in a few lines, and lists that one can go to. Pure."""

from dataclasses import dataclass

from markupsafe import Markup

from aggregator.model import Article, Extent, Images, Item, Month, Picture, Shelf, Source
from aggregator.syndicate import credit
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.layout import Layout
from aggregator.syndicate.site.theme import fill
from aggregator.syndicate.site.tongue import Tongue, machine_time, own_name
from aggregator.text.language import direction, html_lang
from aggregator.text.words import Words, words_of

_EXTENTS = {
    Extent.HEADLINE: "Headline, date and link",
    Extent.EXCERPT: "Excerpt and link",
    Extent.FULL: "Full text",
}
_IMAGES = {
    Images.NONE: "without images",
    Images.LINK: "images in our feeds, from the outlet's server",
    Images.COPY: "with a copy of the lead image",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """An article as a list shows it."""

    title: str
    href: str
    lang: str
    direction: str
    text: str  # the standfirst, else the opening
    outlet: str  # the first publisher
    via: Markup  # who brought it, where that is another
    outlet_href: str  # the list of the source that brought it
    time: str
    day: str
    image: str  # the address of `picture`
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageShelf:
    """The articles in one language of an edition, named as the language names itself."""

    name: str
    lang: str
    direction: str
    href: str
    count: str


def teaser(layout: Layout, article: Article) -> Teaser:
    """Take of an article what a list shows, in the digits of its own language."""
    item, edition = article.item, layout.frame.edition
    text = item.summary or item.opening
    spoken, words = words_of(item.language, edition.words)
    tongue = layout.theme.tongue(spoken)
    return Teaser(
        title=item.title,
        href=layout.href(article.path),
        lang=html_lang(item.language),
        direction=direction(f"{item.title} {text}", item.language),
        text=text,
        outlet=credit.credited(item).name,
        via=_via(words, layout.href(addresses.source(edition.tag, item.source.id)), item),
        outlet_href=layout.href(addresses.source(edition.tag, item.source.id)),
        time=machine_time(item.published),
        day=tongue.day(item.published),
        image=layout.href(item.picture.path) if item.picture else "",
        picture=item.picture,
    )


def _via(words: Words, href: str, item: Item) -> Markup:
    if item.via is None:
        return Markup()
    name = Markup('<a href="{}"><bdi>{}</bdi></a>').format(href, item.via.name)
    return fill(words.via, outlet=name)


def shelves(layout: Layout, entries: tuple[Shelf, ...]) -> list[tuple[str, str, str]]:
    """Name, address and size of each list that one can go to."""
    return [(one.name, layout.href(one.path), _size(layout, one)) for one in entries]


def language_shelves(layout: Layout, entries: tuple[Shelf, ...]) -> list[LanguageShelf]:
    """The lists by language in the edition's order, each name in its own script."""
    edition, known = layout.frame.edition, {one.path: one for one in entries}
    found = (
        (code, known.get(addresses.language(edition.tag, code))) for code in edition.languages
    )
    return [
        LanguageShelf(
            name=(name := own_name(html_lang(code))),
            lang=html_lang(code),
            direction=direction(name, code),
            href=layout.href(one.path),
            count=_size(layout, one),
        )
        for code, one in found
        if one
    ]


def month_shelves(layout: Layout, entries: tuple[Month, ...]) -> list[tuple[str, str, str]]:
    """Name, address and size of each month."""
    return [
        (
            layout.tongue.month(one.year, one.month),
            layout.href(one.path),
            layout.tongue.count("{n} article", "{n} articles", one.count),
        )
        for one in entries
    ]


def shown_words(tongue: Tongue, source: Source) -> str:
    """What we show of a source: how much of its text, and of its images."""
    rights = source.rights
    said = (tongue.say(_EXTENTS[rights.allows]), tongue.say(_IMAGES[rights.images]))
    return ("، " if tongue.direction == "rtl" else ", ").join(said)


def _size(layout: Layout, one: Shelf) -> str:
    return "" if one.count is None else layout.tongue.number(one.count)
