"""An article's page. Pure."""

import re
from datetime import datetime

from markupsafe import Markup

from aggregator.model import Article, Document, Extent, Html, Item, Mention
from aggregator.syndicate import credit
from aggregator.syndicate.article import (
    label_html,
    license_line,
    turned_part,
    without_title,
)
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.body import headings_in_order, without_foreign_files
from aggregator.syndicate.site.changes import changes_of
from aggregator.syndicate.site.layout import NOINDEX, Head, Layout, render
from aggregator.syndicate.site.theme import fill
from aggregator.syndicate.site.tongue import Tongue, machine_time, own_name
from aggregator.text.language import direction, html_lang
from aggregator.text.words import Words, words_of

_TAG = re.compile(r"<[^>]*>")
_DESCRIPTION = 300  # characters; those who show one cut it below that


def article_page(layout: Layout, article: Article) -> Document:
    """Lay out an article in the centre's format.

    Title, standfirst, date, byline, source, what changed since, then the text as far as the item
    has it. Labels are in the article's language where we have words in it, else in the edition's.
    """
    item = article.item
    spoken, words = words_of(item.language, layout.frame.edition.words)
    tongue, lang = layout.theme.tongue(spoken), html_lang(item.language)
    seen = " ".join((item.title, item.summary, item.opening, _TAG.sub("", item.body)))
    side = direction(seen, item.language)
    outlet = _isolated(credit.credited(item).name)
    label_lang = "" if spoken == item.language else tongue.tag
    # Many feeds bring a standfirst alone, also where we may show all: the text is at the outlet.
    goes_on = item.link is not None and (item.extent is not Extent.FULL or not item.body)
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
            picture=item.picture,
            published=machine_time(item.published),
            modified=machine_time(item.updated),
            counterparts=article.counterparts,
            language=lang,
        ),
        article=article,
        item=item,
        lang=lang,
        direction=side,
        label_lang=label_lang,
        label_direction=tongue.direction,
        time=machine_time(item.published),
        day=tongue.day(item.published),
        authors=credit.authors(item),
        comma="، " if side == "rtl" else ", ",
        credits=_credits(item, words),
        via=fill(words.via, outlet=_named(item.via)) if item.via else "",
        more=fill(tongue.say("More from {outlet}"), outlet=_isolated(item.source.name)),
        more_href=layout.href(addresses.source(layout.frame.edition.tag, item.source.id)),
        corrected=_corrected(words, tongue, article.corrected or item.corrected),
        changes=changes_of(article, tongue, label_lang),
        changes_label=tongue.say("What changed"),
        image=layout.href(item.picture.path) if item.picture else "",
        image_credit=fill(tongue.say("Image: {outlet}"), outlet=outlet) if item.picture else "",
        opening=item.opening,
        body=_body(item, layout, side),
        goes_on=(
            fill(words.continue_reading, outlet=_isolated(credit.host(item))) if goes_on else ""
        ),
        credit=credit.asked_line(item),
        license=Html(license_line(item, label_html(words.license, spoken, item.language))),
        translations=_translations(layout, article),
        others=tongue.say("In other languages"),
    )


# --- parts ----------------------------------------------------------------------------------


def _description(item: Item) -> str:
    text = item.summary or item.opening
    return text if len(text) <= _DESCRIPTION else text[:_DESCRIPTION].rsplit(" ", 1)[0] + "…"


def _isolated(name: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(name)


def _named(mention: Mention) -> Markup:
    name = _isolated(mention.name)
    return Markup('<a href="{}">{}</a>').format(mention.link, name) if mention.link else name


def _credits(item: Item, words: Words) -> list[tuple[str, list[Markup]]]:
    """The lines that say whose it is and who else has it: a label, and names with links."""
    lines = (
        (words.source, (credit.credited(item),)),
        (words.original_at, credit.late(item)),
        (words.also_at, credit.elsewhere(item)),
    )
    return [(label, list(map(_named, mentions))) for label, mentions in lines if mentions]


def _corrected(words: Words, tongue: Tongue, moment: datetime | None) -> Markup:
    if moment is None:
        return Markup()
    time = Markup('<time datetime="{}">{}</time>').format(machine_time(moment), tongue.day(moment))
    return fill(words.corrected, date=time)


def _body(item: Item, layout: Layout, side: str) -> Html:
    if not item.body:
        return item.body
    body = Html(without_title(item.body, item.title))
    fitting = headings_in_order(without_foreign_files(body, layout.frame.site))
    return Html(turned_part(fitting, side, item.language))


def _translations(layout: Layout, article: Article) -> list[tuple[str, str, str, str]]:
    """The article in other languages; the same words in another edition are no translation."""
    ways = {way.tag: way for way in layout.ways}
    found: dict[str, tuple[str, str, str, str]] = {}
    for one in article.counterparts:
        way, language = ways.get(one.tag), one.language
        if way is None or language == article.item.language:
            continue
        # Each language once, rather in an edition of just that one than of several.
        if language is not None and layout.languages.get(one.tag) != language:
            name = own_name(language)
            shown = (name, html_lang(language), direction(name, language), layout.href(one.path))
            found.setdefault(language, shown)
        else:
            found[language or way.lang] = (
                way.name,
                way.lang,
                way.direction,
                layout.href(one.path),
            )
    return list(found.values())
