"""The pages that show articles: one article, the home page, lists. Pure."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.model import (
    Article,
    Counterpart,
    Document,
    Extent,
    Home,
    Html,
    Item,
    Listing,
    ListKind,
    Month,
    Shelf,
    Source,
)
from aggregator.syndicate.article import (
    credit_line,
    label_html,
    license_line,
    turned_part,
    without_title,
)
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.body import (
    headings_in_order,
    local,
    picture,
    without_foreign_files,
)
from aggregator.syndicate.site.layout import NOINDEX, Head, Layout, feed_links, render
from aggregator.syndicate.site.tongue import Tongue, machine_time
from aggregator.text.html import escape, plain
from aggregator.text.language import direction, html_lang
from aggregator.text.words import words_of

_DESCRIPTION = 300  # characters; those who show one cut it below that


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """An article as a list shows it."""

    title: str
    href: str
    lang: str
    direction: str
    text: str  # the standfirst, else the opening
    outlet: str
    outlet_href: str
    time: str
    day: str
    image: str


def article_page(layout: Layout, article: Article) -> Document:
    """Lay out an article in the centre's format.

    Title, standfirst, date, byline, source, then the text as far as the item has it. Labels are
    in the article's language where we have words in it, else in the edition's.
    """
    item, site = article.item, layout.frame.site
    spoken, words = words_of(item.language, layout.frame.edition.words)
    tongue, lang = layout.theme.tongue(spoken), html_lang(item.language)
    seen = " ".join((item.title, item.summary, item.opening, plain(item.body)))
    side = direction(seen, item.language)
    image = picture(item, site)
    outlet = f"<bdi>{escape(item.source.name)}</bdi>"
    goes_on = item.link is not None and item.extent is not Extent.FULL
    return render(
        layout,
        "article.html",
        Head(
            title=item.title,
            path=article.path,
            description=_description(item),
            robots="" if layout.frame.index_copies else NOINDEX,
            canonical=(item.link or "") if layout.frame.index_copies else "",
            og_type="article",
            image=image.url if image else "",
            published=machine_time(item.published),
            modified=machine_time(item.updated),
            counterparts=article.counterparts,
            language=lang,
        ),
        article=article,
        item=item,
        lang=lang,
        direction=side,
        label_lang="" if spoken == item.language else tongue.tag,
        label_direction=tongue.direction,
        time=machine_time(item.published),
        day=tongue.day(item.published),
        authors=[person.name for person in item.authors if person.name != item.source.name],
        comma="، " if side == "rtl" else ", ",
        source_label=words.source,
        source_href=item.link or item.source_meta.link or item.source.homepage,
        corrected=_corrected(tongue, article.corrected),
        image=local(image.url) if image else "",
        opening=item.opening,
        body=_body(item, layout, side),
        goes_on=Html(escape(words.continue_reading).replace("{outlet}", outlet))
        if goes_on
        else "",
        credit=credit_line(item),
        license=Html(license_line(item, label_html(words.license, spoken, item.language))),
        translations=_translations(layout, article),
        others=tongue.say("In other languages"),
    )


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
        teasers=[_teaser(layout, article) for article in home.articles],
        sources=_shelves(layout, home.sources),
        categories=_shelves(layout, home.categories),
        months=_months(layout, home.months),
        older=layout.href(home.older) if home.older else "",
        archive=layout.href(addresses.archive(edition.tag)),
    )


def list_page(layout: Layout, listing: Listing) -> Document:
    """Lay out a page of articles of one edition, source, category or month."""
    name = _name(layout, listing)
    tongue, title = layout.tongue, name
    if listing.page and listing.page > 1:
        number = tongue.plain_number(listing.page)
        title = f"{name} – {tongue.say('Page {n}').replace('{n}', number)}"
    feeds = (
        feed_links(layout.root, listing.feeds, f"{layout.common['brand']}: {name}")
        if listing.feeds
        else ()
    )
    return render(
        layout,
        "list.html",
        Head(
            title=title,
            path=listing.path,
            current="archive" if listing.kind is ListKind.MONTH else "articles",
            counterparts=listing.counterparts,
            feeds=feeds,
        ),
        name=name,
        kind=str(listing.kind),
        source=listing.source,
        extent=layout.tongue.say(extent_words(listing.source)) if listing.source else "",
        number=listing.page if listing.page and listing.page > 1 else None,
        teasers=[_teaser(layout, article) for article in listing.articles],
        newer=layout.href(listing.newer) if listing.newer else "",
        older=layout.href(listing.older) if listing.older else "",
    )


def articles_page(
    layout: Layout,
    sources: tuple[Shelf, ...],
    categories: tuple[Shelf, ...],
    counterparts: tuple[Counterpart, ...] = (),
) -> Document:
    """Lay out the way to an edition's articles: all of them, by source, by category."""
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
        sources=_shelves(layout, sources),
        categories=_shelves(layout, categories),
    )


def archive_page(
    layout: Layout, months: tuple[Month, ...], counterparts: tuple[Counterpart, ...] = ()
) -> Document:
    """Lay out the years and months of an edition, the newest first."""
    newest = sorted(months, key=lambda one: (one.year, one.month), reverse=True)
    years = dict.fromkeys(one.year for one in newest)
    return render(
        layout,
        "archive.html",
        Head(
            title=layout.tongue.say("Archive"),
            path=addresses.archive(layout.frame.edition.tag),
            current="archive",
            counterparts=counterparts,
        ),
        years=[
            (
                layout.tongue.plain_number(year),
                _months(layout, tuple(one for one in newest if one.year == year)),
            )
            for year in years
        ],
    )


def extent_words(source: Source) -> str:
    """What we show of a source, as a message of the catalogs."""
    return {
        Extent.HEADLINE: "Headline, date and link",
        Extent.EXCERPT: "Excerpt and link",
        Extent.FULL: "Full text",
    }[source.rights.allows]


# --- parts ----------------------------------------------------------------------------------


def _description(item: Item) -> str:
    text = item.summary or item.opening
    return text if len(text) <= _DESCRIPTION else text[:_DESCRIPTION].rsplit(" ", 1)[0] + "…"


def _corrected(tongue: Tongue, moment: datetime | None) -> Html:
    if moment is None:
        return Html("")
    time = f'<time datetime="{machine_time(moment)}">{tongue.day(moment)}</time>'
    return Html(escape(tongue.say("Corrected on {date}")).replace("{date}", time))


def _body(item: Item, layout: Layout, side: str) -> Html:
    if not item.body:
        return item.body
    body = Html(without_title(item.body, item.title))
    fitting = headings_in_order(without_foreign_files(body, layout.frame.site))
    return Html(turned_part(fitting, side, item.language))


def _translations(layout: Layout, article: Article) -> list[tuple[str, str, str, str]]:
    """The article in other languages; the same words in another edition are no translation."""
    names = {way.tag: way for way in layout.ways}
    return [
        (way.name, way.lang, way.direction, layout.href(one.path))
        for one in article.counterparts
        if (way := names.get(one.tag)) and one.language != article.item.language
    ]


def _teaser(layout: Layout, article: Article) -> Teaser:
    item = article.item
    text = item.summary or item.opening
    image = picture(item, layout.frame.site)
    return Teaser(
        title=item.title,
        href=layout.href(article.path),
        lang=html_lang(item.language),
        direction=direction(f"{item.title} {text}", item.language),
        text=text,
        outlet=item.source.name,
        outlet_href=layout.href(addresses.source(layout.frame.edition.tag, item.source.id)),
        time=machine_time(item.published),
        day=layout.tongue.day(item.published),
        image=local(image.url) if image else "",
    )


def _shelves(layout: Layout, shelves: tuple[Shelf, ...]) -> list[tuple[str, str, str]]:
    return [
        (
            one.name,
            layout.href(one.path),
            "" if one.count is None else layout.tongue.number(one.count),
        )
        for one in shelves
    ]


def _months(layout: Layout, months: tuple[Month, ...]) -> list[tuple[str, str, str]]:
    return [
        (
            layout.tongue.month(one.year, one.month),
            layout.href(one.path),
            layout.tongue.count("{n} article", "{n} articles", one.count),
        )
        for one in months
    ]


def _name(layout: Layout, listing: Listing) -> str:
    if listing.kind is ListKind.SOURCE and listing.source:
        return listing.source.name
    if listing.kind is ListKind.MONTH and listing.month:
        return layout.tongue.month(listing.month.year, listing.month.month)
    return listing.category or layout.tongue.say("Articles")
