"""What stands around every page: its head, masthead and footer -> `Document`. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from aggregator.model import Counterpart, Document, Edition, Frame, OperatorPage, Site
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
    image: str = ""
    published: str = ""
    modified: str = ""
    counterparts: tuple[Counterpart, ...] = ()
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
    mastheads: Mapping[str, Markup]  # of such pages, by their entry in the menu

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
    feeds = feed_links(root, edition.tag, edition.title)
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
        "rights": words_of(edition.words)[1].rights,
        "root": root,
        "site": frame.site,
        "stylesheet": f"{root}/{theme.stylesheet}",
        "tongue": tongue,
    }
    switch = ways(frame.editions, root, current=edition.tag)
    common["offers"] = theme.fragment("offers.html", common)
    common["footer"] = theme.fragment("footer.html", common)
    return Layout(
        theme=theme,
        frame=frame,
        tongue=tongue,
        root=root,
        common=common,
        ways=switch,
        mastheads={
            current: theme.fragment(
                "masthead.html", {**common, "switch": switch, "current": current}
            )
            for current in ("", *_MENU)
        },
    )


def brand(site: Site, edition: Edition) -> str:
    """The site's name as the edition says it: its own title, where that is more than an addition.

    Without a title of the operator's an edition is called "the site's title — its language".
    """
    return site.title if edition.title.startswith(site.title) else edition.title


def feed_links(root: str, folder: str, title: str) -> tuple[FeedLink, ...]:
    """The three formats of one feed."""
    return tuple(
        FeedLink(
            href=f"{root}/{folder}/{file}",
            media_type=media_type,
            format=name,
            title=f"{title} ({name})",
        )
        for file, media_type, name in addresses.FEEDS
    )


def ways(
    editions: Iterable[Edition],
    root: str,
    *,
    current: str,
    counterparts: Iterable[Counterpart] = (),
) -> tuple[Way, ...]:
    """The language switcher: to the same page of an edition where it has one, else to its home."""
    known = {one.tag: one.path for one in counterparts}
    return tuple(
        Way(
            tag=edition.tag,
            name=own_name(language := hreflang(edition)),
            lang=language,
            direction=direction(own_name(language), language),
            href=addresses.address(root, known.get(edition.tag) or addresses.home(edition.tag)),
            current=edition.tag == current,
        )
        for edition in editions
    )


def render(layout: Layout, template: str, head: Head, **context: Any) -> Document:
    """Fill in a page's template."""
    frame = layout.frame
    switch, masthead = layout.ways, layout.mastheads[head.current]
    if head.counterparts:
        switch = ways(
            frame.editions,
            layout.root,
            current=frame.edition.tag,
            counterparts=(Counterpart(tag=frame.edition.tag, path=head.path), *head.counterparts),
        )
        masthead = layout.theme.fragment(
            "masthead.html", {**layout.common, "switch": switch, "current": head.current}
        )
    canonical = head.canonical or ("" if head.robots else layout.whole(head.path))
    text = layout.theme.render(
        template,
        {
            **layout.common,
            "head": head,
            "address": layout.whole(head.path),
            "canonical": canonical,
            "alternates": _alternates(layout, head),
            "switch": switch,
            "masthead": masthead,
            "own_feeds": head.feeds,
            **context,
        },
    )
    return Document(path=head.path, media_type=MEDIA_TYPE, body=allowed(text).encode())


def _alternates(layout: Layout, head: Head) -> tuple[tuple[str, str], ...]:
    """The page's translations with their languages, itself among them; each language once."""
    if not head.counterparts:
        return ()
    languages = {edition.tag: hreflang(edition) for edition in layout.frame.editions}
    own = head.language or languages.get(layout.frame.edition.tag) or layout.tongue.tag
    found = {own: layout.whole(head.path)}
    for one in head.counterparts:
        language = one.language or languages.get(one.tag)
        if language:
            found.setdefault(language, layout.whole(one.path))
    return tuple(found.items()) if len(found) > 1 else ()
