"""The pages that stand whatever the news: operator's, for publishers, not found, gone. Pure."""

from dataclasses import dataclass
from typing import Any

from aggregator.model import (
    Bot,
    Counterpart,
    Document,
    Edition,
    OperatorPage,
    Site,
    Source,
)
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.layout import (
    MEDIA_TYPE,
    NOINDEX,
    POLICY,
    Head,
    Layout,
    render,
    ways,
)
from aggregator.syndicate.site.prose import prose
from aggregator.syndicate.site.teasers import shown_words
from aggregator.syndicate.site.theme import Theme
from aggregator.text.characters import allowed

_TITLES = {
    OperatorPage.CONTACT: "Contact",
    OperatorPage.BOOKS: "Books",
    OperatorPage.ABOUT: "About us",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One source in the table for publishers."""

    name: str
    homepage: str
    interval: str
    shown: str
    basis: str  # the operator's words
    license: str


def operator_page(
    layout: Layout,
    name: OperatorPage,
    markdown: str,
    counterparts: tuple[Counterpart, ...] = (),
) -> Document:
    """Lay out a page that the operator wrote in Markdown."""
    path = addresses.operator_page(layout.frame.edition.tag, name)
    written = prose(markdown, site=layout.frame.site, address=layout.whole(path))
    title = written.title or layout.tongue.say(_TITLES[name])
    return render(
        layout,
        "operator.html",
        Head(
            title=title,
            path=path,
            current=name,
            counterparts=counterparts,
        ),
        title=title,
        name=name,
        body=written.html,
    )


def bot_page(layout: Layout, bot: Bot) -> Document:
    """Tell publishers who asks their servers, how often, what is shown and how to stop it.

    The copy at `bot.path` that the User-Agent names, and those of the editions, are one page.
    """
    tongue = layout.tongue
    return render(
        layout,
        "bot.html",
        Head(
            title=tongue.say("For publishers"),
            path=bot.path,
            canonical=layout.whole(addresses.bot(layout.frame.edition.tag)),
            counterparts=bot.counterparts,
        ),
        user_agent=bot.user_agent,
        spacing=tongue.count(
            "Between two requests to one host it waits at least {n} second.",
            "Between two requests to one host it waits at least {n} seconds.",
            max(1, int(bot.spacing.total_seconds())),
        ),
        rows=[_row(layout, source) for source in bot.sources],
    )


def _row(layout: Layout, source: Source) -> Row:
    rights = source.rights
    return Row(
        name=source.name,
        homepage=source.homepage or "",
        interval=layout.tongue.every(source.interval),
        shown=shown_words(layout.tongue, source),
        basis=rights.basis or "",
        license=rights.license or "",
    )


# --- pages of all editions ------------------------------------------------------------------


def front_page(theme: Theme, site: Site, editions: tuple[Edition, ...]) -> Document:
    """Lay out the page at the root: the choice of a language."""
    return _for_all(theme, site, editions, "front.html", addresses.FRONT, "")


def not_found_page(theme: Theme, site: Site, editions: tuple[Edition, ...]) -> Document:
    """Lay out what a server shows with 404: in every language, for it does not know whose."""
    return _for_all(theme, site, editions, "notfound.html", addresses.NOT_FOUND, NOINDEX)


def gone_page(
    theme: Theme, site: Site, editions: tuple[Edition, ...], *, takedowns: bool = False
) -> Document:
    """Lay out what a server shows with 410: for an article that was withdrawn.

    With `takedowns` it leads to the log of what was withdrawn and why.
    """
    root = addresses.root(site)
    tags = [edition.tag for edition in editions] if takedowns else []
    log = {tag: addresses.address(root, addresses.takedowns(tag)) for tag in tags}
    return _for_all(theme, site, editions, "gone.html", addresses.GONE, NOINDEX, log=log)


def _for_all(
    theme: Theme,
    site: Site,
    editions: tuple[Edition, ...],
    template: str,
    path: str,
    robots: str,
    **context: Any,
) -> Document:
    root = addresses.root(site)
    tongues = [theme.tongue(edition.words) for edition in editions] or [theme.tongue("en")]
    switch = ways(editions, root, current="")
    text = theme.render(
        template,
        {
            "_": tongues[0].say,
            "alternates": [
                (lang, addresses.address(site.url, addresses.home(tag)))
                for lang, tag in {way.lang: way.tag for way in reversed(switch)}.items()
            ],
            "canonical": "" if robots else addresses.address(site.url, path),
            "icon": f"{root}/{theme.favicon}",
            "policy": POLICY,
            "publishers": addresses.address(root, addresses.BOT),
            "robots": robots,
            "root": root,
            "site": site,
            "stylesheet": f"{root}/{theme.stylesheet}",
            "tongue": tongues[0],
            "editions": switch,
            "voices": [  # each interface language once
                (way, own)
                for place, (way, own) in enumerate(zip(switch, tongues, strict=False))
                if own not in tongues[:place]
            ],
            **context,
        },
    )
    return Document(path=path, media_type=MEDIA_TYPE, body=allowed(text).encode())
