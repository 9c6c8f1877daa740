"""What stands around every page: its head, masthead and footer -> `Document`. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from aggregator.model import Counterpart, Document, Edition, Frame, OperatorPage, Picture, Site
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.theme import Theme
from aggregator.syndicate.site.tongue import Tongue, hreflang, own_name
from aggregator.text.characters import allowed
from aggregator.text.language import direction
from aggregator.text.words import words_of

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
"""What every page may load, in its head; servers send it too, with `frame-ancestors 'none'`."""

POLICY = Markup(CONTENT_SECURITY_POLICY)  # noqa: S704 - its quotes are not an attribute's

MEDIA_TYPE = "text/html"
NOINDEX = "noindex"
SEARCH = "search"  # the page that needs no search box above it

# Stands for an address in what is filled in once: no template and no message holds it (a Unicode
# noncharacter, which `allowed` keeps out of every page).
_PLACE = "\ufdd0{}\ufdd1"

# og:locale wants a territory; these are the ones that Open Graph's readers know.
_OG_LOCALES = {"en": "en_US", "fr": "fr_FR", "kmr": "ku_TR", "ckb": "cb_IQ", "ar": "ar_AR"}

_MENU = {
    "home": "Home",
    "articles": "Articles",
    "archive": "Archive",
    OperatorPage.CONTACT: "Contact",
    OperatorPage.BOOKS: "Books",
    OperatorPage.ABOUT: "About us",
}
"""The centre's menu, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One entry of the language switcher."""

    tag: str  # the edition's
    name: str  # in its own language
    lang: str
    direction: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a page offers."""

    href: str
    media_type: str
    format: str
    title: str
    language: str  # of its articles, as hreflang


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page says of itself. Addresses are whole, as others read them."""

    title: str
    path: str
    current: str = ""  # its entry in the menu
    description: str = ""
    robots: str = ""
    canonical: str = ""  # "": the page's own address, unless it is not to be indexed
    og_type: str = "website"
    picture: Picture | None = None
    published: str = ""
    modified: str = ""
    counterparts: tuple[Counterpart, ...] = ()
    translated: bool = True  # the counterparts say the same, in their languages
    language: str = ""  # "": the edition's
    feeds: tuple[FeedLink, ...] = ()  # before the edition's own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """An edition's pages to be: make it once, render every page with it."""

    theme: Theme
    frame: Frame
    tongue: Tongue
    root: str
    common: Mapping[str, Any]  # what every template is given
    ways: tuple[Way, ...]  # the switcher of a page without counterparts
    languages: Mapping[str, str]  # of the editions, by tag, as hreflang
    mastheads: Mapping[str, Markup]  # of such pages, by their entry in the menu
    unfilled: Mapping[str, Markup]  # the same without the addresses in the switcher

    def href(self, path: str) -> str:
        """The address of a document of ours, for links."""
        return addresses.address(self.root, path)

    def whole(self, path: str) -> str:
        """The address of a document of ours as the world knows it."""
        return addresses.address(self.frame.site.url, path)


def layout(theme: Theme, frame: Frame) -> Layout:
    """Prepare an edition's pages."""
    edition = frame.edition
    tongue, root = theme.tongue(edition.words), addresses.root(frame.site)
    menu = [
        ("home", addresses.home(edition.tag)),
        ("articles", addresses.articles(edition.tag)),
        ("archive", addresses.archive(edition.tag)),
        *((name, addresses.operator_page(edition.tag, name)) for name in frame.pages),
    ]
    order = list(_MENU)
    menu.sort(key=lambda entry: order.index(entry[0]))
    feeds = feed_links(root, edition.tag, edition.title, hreflang(edition))
    common: dict[str, Any] = {
        "_": tongue.say,
        "brand": brand(frame.site, edition),
        "edition": edition,
        "language": hreflang(edition),
        "feeds": feeds,
        "home": addresses.address(root, addresses.home(edition.tag)),
        "icon": f"{root}/{theme.favicon}",
        "menu": [
            (name, tongue.say(_MENU[name]), addresses.address(root, path)) for name, path in menu
        ],
        "og_locale": _OG_LOCALES.get(tongue.language, ""),
        "opml": f"{root}/{edition.tag}/{addresses.OPML}",
        "policy": POLICY,
        "publishers": addresses.address(root, addresses.bot(edition.tag)),
        "search": addresses.address(root, addresses.search(edition.tag)) if frame.search else "",
        "takedowns": (
            addresses.address(root, addresses.takedowns(edition.tag)) if frame.takedowns else ""
        ),
        "rights": words_of(edition.words)[1].rights,
        "root": root,
        "site": frame.site,
        "stylesheet": f"{root}/{theme.stylesheet}",
        "tongue": tongue,
    }
    common["offers"] = theme.fragment("offers.html", common)
    common["footer"] = theme.fragment("footer.html", common)
    switch = ways(frame.editions, root, current=edition.tag)
    return Layout(
        theme=theme,
        frame=frame,
        tongue=tongue,
        root=root,
        common=common,
        ways=switch,
        languages={way.tag: way.lang for way in switch},
        mastheads=_mastheads(theme, common, switch),
        unfilled=_mastheads(
            theme, common, tuple(replace(way, href=_PLACE.format(way.tag)) for way in switch)
        ),
    )


def _mastheads(
    theme: Theme, common: Mapping[str, Any], switch: tuple[Way, ...]
) -> Mapping[str, Markup]:
    return {
        current: theme.fragment("masthead.html", {**common, "switch": switch, "current": current})
        for current in ("", SEARCH, *_MENU)
    }


def brand(site: Site, edition: Edition) -> str:
    """The site's name as the edition says it: its own title, where that is more than an addition.

    Without a title of the operator's an edition is called "the site's title — its language".
    """
    return site.title if edition.title.startswith(site.title) else edition.title


def feed_links(root: str, folder: str, title: str, language: str) -> tuple[FeedLink, ...]:
    """The three formats of one feed."""
    return tuple(
        FeedLink(
            href=f"{root}/{folder}/{file}",
            media_type=media_type,
            format=name,
            title=f"{title} ({name})",
            language=language,
        )
        for file, media_type, name in addresses.FEEDS
    )


def ways(editions: Iterable[Edition], root: str, *, current: str) -> tuple[Way, ...]:
    """The language switcher that leads to the home pages."""
    return tuple(
        Way(
            tag=edition.tag,
            name=(name := own_name(language := hreflang(edition))),
            lang=language,
            direction=direction(name, language),
            href=addresses.address(root, addresses.home(edition.tag)),
            current=edition.tag == current,
        )
        for edition in editions
    )


def render(layout: Layout, template: str, head: Head, **context: Any) -> Document:
    """Fill in a page's template."""
    switch = _switch(layout, head)
    canonical = head.canonical or ("" if head.robots else layout.whole(head.path))
    text = layout.theme.render(
        template,
        {
            **layout.common,
            "head": head,
            "address": layout.whole(head.path),
            "canonical": canonical,
            "og_image": layout.whole(head.picture.path) if head.picture else "",
            "alternates": _alternates(layout, head),
            "switch": switch,
            "masthead": _masthead(layout, head.current, switch),
            "own_feeds": head.feeds,
            **context,
        },
    )
    return Document(path=head.path, media_type=MEDIA_TYPE, body=allowed(text).encode())


def _switch(layout: Layout, head: Head) -> tuple[Way, ...]:
    """To the same page of an edition where it has one, else to its home page."""
    if not head.counterparts:
        return layout.ways
    known = {layout.frame.edition.tag: head.path}
    known |= {one.tag: one.path for one in head.counterparts}
    return tuple(
        replace(way, href=layout.href(known[way.tag])) if way.tag in known else way
        for way in layout.ways
    )


def _masthead(layout: Layout, current: str, switch: tuple[Way, ...]) -> Markup:
    """Fill addresses into what was made once: most of a page's time would go into it."""
    if switch is layout.ways:
        return layout.mastheads[current]
    text = str(layout.unfilled[current])
    for way in switch:
        text = text.replace(_PLACE.format(way.tag), str(escape(way.href)))
    return Markup(text)  # noqa: S704 - a template's output and escaped addresses


def _alternates(layout: Layout, head: Head) -> tuple[tuple[str, str], ...]:
    """The page's translations with their languages, itself among them; each language once."""
    if not head.counterparts or not head.translated:
        return ()
    languages = layout.languages
    own = head.language or languages.get(layout.frame.edition.tag) or layout.tongue.tag
    found = {own: layout.whole(head.path)}
    # Rather in an edition of just that language than in one of several.
    for one in sorted(
        head.counterparts, key=lambda one: one.language not in (None, languages.get(one.tag))
    ):
        language = one.language or languages.get(one.tag)
        if language:
            found.setdefault(language, layout.whole(one.path))
    return tuple(found.items()) if len(found) > 1 else ()
