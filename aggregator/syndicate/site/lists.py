"""The pages that show several articles, or the way to them. Pure."""

from aggregator.model import (
    Counterpart,
    Document,
    Home,
    Listing,
    ListKind,
    Month,
    Shelf,
)
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.layout import Head, Layout, feed_links, render
from aggregator.syndicate.site.teasers import (
    language_shelves,
    month_shelves,
    shelves,
    shown_words,
    teaser,
)
from aggregator.syndicate.site.tongue import hreflang, own_name
from aggregator.text.language import direction, html_lang


def home_page(layout: Layout, home: Home, counterparts: tuple[Counterpart, ...] = ()) -> Document:
    """Lay out an edition's home page. The other editions' home pages are its counterparts."""
    edition = layout.frame.edition
    others = counterparts or tuple(
        Counterpart(tag=one.tag, path=addresses.home(one.tag))
        for one in layout.frame.editions
        if one.tag != edition.tag
    )
    return render(
        layout,
        "home.html",
        Head(
            title=edition.title,
            path=addresses.home(edition.tag),
            current="home",
            counterparts=others,
        ),
        teasers=[teaser(layout, article) for article in home.articles],
        languages=language_shelves(layout, home.languages),
        sources=shelves(layout, home.sources),
        categories=shelves(layout, home.categories),
        months=month_shelves(layout, home.months),
        older=layout.href(home.older) if home.older else "",
        archive=layout.href(addresses.archive(edition.tag)),
    )


def list_page(layout: Layout, listing: Listing) -> Document:
    """Lay out a page of articles of one edition, language, source, category or month."""
    tongue, name = layout.tongue, _name(layout, listing)
    page = ""
    if listing.page and listing.page > 1:
        page = tongue.say("Page {n}").replace("{n}", tongue.plain_number(listing.page))
    language = html_lang(listing.language) if listing.language else ""
    feeds = feed_links(
        layout.root,
        listing.feeds or "",
        f"{layout.common['brand']}: {name}",
        language or hreflang(layout.frame.edition),
    )
    return render(
        layout,
        "list.html",
        Head(
            title=f"{name} – {page}" if page else name,
            path=listing.path,
            current="archive" if listing.kind is ListKind.MONTH else "articles",
            counterparts=listing.counterparts,
            language=language,
            feeds=feeds if listing.feeds else (),
        ),
        name=name,
        lang=language,
        direction=direction(name, listing.language) if language else "",
        kind=str(listing.kind),
        crumbs=_crumbs(layout, listing),
        source=listing.source,
        shown=shown_words(layout.tongue, listing.source) if listing.source else "",
        page=page,
        teasers=[teaser(layout, article) for article in listing.articles],
        newer=layout.href(listing.newer) if listing.newer else "",
        older=layout.href(listing.older) if listing.older else "",
    )


def articles_page(
    layout: Layout,
    sources: tuple[Shelf, ...],
    categories: tuple[Shelf, ...],
    counterparts: tuple[Counterpart, ...] = (),
    *,
    languages: tuple[Shelf, ...] = (),
) -> Document:
    """Lay out the way to an edition's articles: all of them, by language, source, category.

    Args:
        layout: the edition's.
        sources: those that have articles in it.
        categories: likewise.
        counterparts: the same page of the other editions.
        languages: the edition's own lists by language, where it has several.
    """
    tag = layout.frame.edition.tag
    return render(
        layout,
        "articles.html",
        Head(
            title=layout.tongue.say("Articles"),
            path=addresses.articles(tag),
            current="articles",
            counterparts=counterparts,
        ),
        latest=layout.href(addresses.home(tag)),
        archive=layout.href(addresses.archive(tag)),
        languages=language_shelves(layout, languages),
        sources=shelves(layout, sources),
        categories=shelves(layout, categories),
    )


def archive_page(
    layout: Layout, months: tuple[Month, ...], counterparts: tuple[Counterpart, ...] = ()
) -> Document:
    """Lay out the years and months of an edition, the newest first."""
    tag, newest = layout.frame.edition.tag, _newest_first(months)
    years = dict.fromkeys(one.year for one in newest)
    return render(
        layout,
        "archive.html",
        Head(
            title=layout.tongue.say("Archive"),
            path=addresses.archive(tag),
            current="archive",
            counterparts=counterparts,
        ),
        years=[
            (
                layout.tongue.plain_number(year),
                layout.href(addresses.year(tag, year)),
                month_shelves(layout, tuple(one for one in newest if one.year == year)),
            )
            for year in years
        ],
    )


def year_page(
    layout: Layout,
    year: int,
    months: tuple[Month, ...],
    counterparts: tuple[Counterpart, ...] = (),
) -> Document:
    """Lay out the months of one year that have articles, the newest first."""
    tag, name = layout.frame.edition.tag, layout.tongue.plain_number(year)
    return render(
        layout,
        "year.html",
        Head(
            title=f"{layout.tongue.say('Archive')} {name}",
            path=addresses.year(tag, year),
            current="archive",
            counterparts=counterparts,
        ),
        name=name,
        crumbs=[(layout.tongue.say("Archive"), layout.href(addresses.archive(tag)))],
        months=month_shelves(layout, _newest_first(months)),
    )


# --- parts ----------------------------------------------------------------------------------


def _name(layout: Layout, listing: Listing) -> str:
    if listing.kind is ListKind.SOURCE and listing.source:
        return listing.source.name
    if listing.kind is ListKind.MONTH and listing.month:
        return layout.tongue.month(listing.month.year, listing.month.month)
    if listing.kind is ListKind.LANGUAGE and listing.language:
        return own_name(html_lang(listing.language))
    return listing.category or layout.tongue.say("Articles")


def _crumbs(layout: Layout, listing: Listing) -> list[tuple[str, str]]:
    """The pages above a list, from the widest: what they are called, and their addresses."""
    tag, say = layout.frame.edition.tag, layout.tongue.say
    if listing.kind is ListKind.MONTH and listing.month:
        year = listing.month.year
        return [
            (say("Archive"), layout.href(addresses.archive(tag))),
            (layout.tongue.plain_number(year), layout.href(addresses.year(tag, year))),
        ]
    return [(say("Articles"), layout.href(addresses.articles(tag)))]


def _newest_first(months: tuple[Month, ...]) -> tuple[Month, ...]:
    return tuple(sorted(months, key=lambda one: (one.year, one.month), reverse=True))
