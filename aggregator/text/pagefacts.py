"""What a web page says of the article on it: JSON-LD, OpenGraph, meta elements, microdata. Pure.

Each fact has an order of places in which it is looked for, a row of `first(...)`: what publishing
software writes for machines comes before what it shows, and what names one article before what
names the site.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from lxml import etree, html

from aggregator.model import Alternate, Person
from aggregator.text import jsonld, urls

_MOST_VALUES: Final = 60  # of one kind of meta element, of authors, of keywords
_LONGEST: Final = 20_000  # characters of one fact; the text of the article may be longer
_ARTICLE_TYPES: Final = frozenset({"article", "news", "blog", "newsarticle"})
_NO_OPS: Final = frozenset(
    {"all", "follow", "index", "max-snippet:-1", "max-video-preview:-1"}
    | {"max-image-preview:large", "max-image-preview:standard"}
)
_VALUED: Final = ("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after")
_PRODUCTS: Final = frozenset({"robots", "aggregator"})
# Metered and closed articles, as publishing software marks them in the page itself.
_WALLS: Final = re.compile(
    r"paywall|piano-offer|tp-modal|subscriber-only|subscribers-only|premium-content|"
    r"article-locked|locked-content|metered-content|regwall",
    re.IGNORECASE,
)
_EDGES: Final = re.compile(
    r"^\s*(?:by|par|von|بقلم|كتب|كتبت|نووسینی|ji aliyê)\s*:?\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What one page says, as written: nothing of it is trusted or cleaned."""

    title: str | None = None
    description: str | None = None
    text: str | None = None  # the whole article as plain text, where JSON-LD has it
    site_name: str | None = None
    home: str | None = None
    canonical: str | None = None
    authors: tuple[Person, ...] = ()
    published: str | None = None
    modified: str | None = None
    language: str | None = None
    image: str | None = None
    categories: tuple[str, ...] = ()
    license: str | None = None
    rights: str | None = None
    robots: tuple[str, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    is_article: bool = False  # it says so
    is_closed: bool = False  # it says that it is for subscribers
    has_wall: bool = False  # something in it looks like the offer of a subscription
    is_live: bool = False  # a live blog: its text goes on growing
    flaws: tuple[str, ...] = ()


@dataclass(slots=True)
class _Page:
    """A page taken apart once."""

    url: str
    tree: Any
    meta: dict[str, list[str]] = field(default_factory=dict)  # by name or property, lower case
    links: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)  # by rel
    props: dict[str, list[str]] = field(default_factory=dict)  # microdata

    def said(self, *names: str) -> str | None:
        return first(*(value for name in names for value in self.meta.get(name, ())))

    def all(self, *names: str) -> tuple[str, ...]:
        return tuple(value for name in names for value in self.meta.get(name, ()))

    def link(self, rel: str) -> str | None:
        return first(*(link.get("href") for link in self.links.get(rel, ())))

    def prop(self, *names: str) -> str | None:
        return first(*(value for name in names for value in self.props.get(name, ())))


def first(*found: str | None) -> str | None:
    """Return the first text that says something."""
    return next((text.strip()[:_LONGEST] for text in found if text and text.strip()), None)


def read(page: str, *, url: str, asked: Iterable[str] = ()) -> PageFacts:
    """Read what a page says of its article.

    Args:
        page: the document, decoded; of any quality.
        url: where it came from, after redirects.
        asked: values of X-Robots-Tag that came with it.
    """
    taken = _taken_apart(page, url)
    if taken is None:
        return PageFacts()
    linked = jsonld.read(_scripts(taken.tree))
    node = linked.article(url) or linked.article(taken.link("canonical") or url) or {}
    site = _site(taken, linked, node)
    return PageFacts(
        title=_title(taken, linked, node, site),
        description=first(
            linked.text(node.get("description")),
            taken.said("og:description", "description", "twitter:description"),
            taken.prop("description"),
        ),
        text=_whole(linked, node, taken),
        site_name=site,
        home=first(linked.address(_publisher(linked, node).get("url")), None),
        canonical=first(
            taken.link("canonical"), taken.said("og:url"), linked.address(node.get("url"))
        ),
        authors=_authors(taken, linked, node, site),
        published=_published(taken, linked, node),
        modified=first(
            linked.text(node.get("dateModified")),
            taken.said("article:modified_time", "og:updated_time", "last-modified"),
            taken.prop("datemodified"),
        ),
        language=_language(taken, linked, node),
        image=_image(taken, linked, node),
        categories=_categories(taken, linked, node),
        license=first(linked.address(node.get("license")), taken.link("license")),
        rights=first(
            linked.text(node.get("copyrightNotice")),
            taken.said("dcterms.rights", "dc.rights", "copyright"),
        ),
        robots=_robots(taken, asked),
        alternates=_alternates(taken),
        is_article=_is_article(taken, node),
        is_closed=_is_closed(taken, node),
        has_wall=_has_wall(taken),
        is_live="LiveBlogPosting" in jsonld.types(node),
        flaws=linked.flaws,
    )


# --- the page -------------------------------------------------------------------------------


def _taken_apart(page: str, url: str) -> _Page | None:
    try:
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=_parser())
    except (etree.ParserError, ValueError):  # nothing in it
        return None
    taken = _Page(url=url, tree=tree)
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv")
        content = element.get("content")
        if name and content:
            values = taken.meta.setdefault(name.strip().lower(), [])
            if len(values) < _MOST_VALUES:
                values.append(content)
    for element in tree.iter("link", "a"):
        for rel in (element.get("rel") or "").lower().split():
            if rel in ("canonical", "license", "alternate") and element.get("href"):
                taken.links.setdefault(rel, []).append(dict(element.attrib))
    _microdata(taken)
    return taken


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", remove_pis=True, no_network=True)


def _scripts(tree: Any) -> Iterator[str]:
    for element in tree.iter("script"):
        if (element.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            yield element.text or ""


def _microdata(taken: _Page) -> None:
    """Read the properties of the page's article, not those of what is within it but people."""
    for root in taken.tree.iter():
        kind = root.get("itemtype") if isinstance(root.tag, str) else None
        if not kind or re.split("[/#]", kind.strip())[-1] not in jsonld.ARTICLES:
            continue
        for element in root.iter():
            names = element.get("itemprop") if isinstance(element.tag, str) else None
            for name in (names or "").lower().split():
                values = taken.props.setdefault(name, [])
                if len(values) < _MOST_VALUES and (value := _value(element, name)):
                    values.append(value)
        return


def _value(element: Any, name: str) -> str:
    """Read a property (HTML Standard 5.2.4); of a person or picture its name or address."""
    inner = element.find(".//*[@itemprop]") if element.get("itemscope") is not None else None
    if inner is not None:
        wanted = "url" if name == "image" else "name"
        found = element.find(f".//*[@itemprop='{wanted}']")
        return _value(found, wanted) if found is not None else ""
    for attribute in ("content", "datetime", "src", "href"):
        if attribute == "href" and name not in ("url", "image", "license"):
            continue
        if held := element.get(attribute):
            return str(held)
    if name == "articlebody":
        return ""  # the page's text is read elsewhere, with its paragraphs
    return " ".join("".join(element.itertext()).split())


def _time_of(tree: Any) -> str | None:
    """Take the first moment that the article names: in its <article>, else on the whole page."""
    roots = list(tree.iter("article"))[:1] or [tree]
    for element in roots[0].iter("time", "abbr"):
        is_old = element.tag == "abbr" and "published" in (element.get("class") or "").split()
        if held := element.get("title") if is_old else element.get("datetime"):
            return str(held)  # hAtom: <abbr class="published" title="...">
    return None


# --- the facts ------------------------------------------------------------------------------


def _publisher(linked: jsonld.Linked, node: jsonld.Node) -> jsonld.Node:
    found = next(linked.each(node.get("publisher")), None)
    return found if isinstance(found, Mapping) else {}


def _site(taken: _Page, linked: jsonld.Linked, node: jsonld.Node) -> str | None:
    sites = (one for one in linked.nodes if "WebSite" in jsonld.types(one))
    return first(
        taken.said("og:site_name"),
        linked.text(node.get("publisher")),
        *(linked.text(one.get("name")) for one in sites),
        taken.said("application-name", "publisher", "dc.publisher"),
    )


def _title(taken: _Page, linked: jsonld.Linked, node: jsonld.Node, site: str | None) -> str | None:
    shown = [_words(one) for one in taken.tree.iter("h1")]
    named = [_words(one) for one in taken.tree.iter("title")][:1]
    # Some software writes references into JSON, where they mean nothing.
    said = first(linked.text(node.get("headline")), taken.prop("headline"))
    headline = unescape(said) if said else None
    heading = shown[0] if len(shown) == 1 else None
    own = first(
        headline,
        taken.said("og:title", "twitter:title", "dc.title"),
        heading,
        linked.text(node.get("name")),
        *named,
    )
    # Search engines once took 110 characters of a headline, and software cuts it there.
    cut = own.rstrip(".… ") if own and own.endswith(("…", "...")) else None
    whole = [
        t for t in (heading, taken.said("og:title"), *named) if cut and t and len(t) > len(cut)
    ]
    own = next((text for text in whole if text.startswith(cut or "")), own)
    return _without_site(own, site)


def _without_site(title: str | None, site: str | None) -> str | None:
    """Cut off what software adds to titles: " | The Site", " - The Site"."""
    if not title or not site:
        return title
    ending = re.compile(rf"\s+[|\-–—·•«»:]+\s+{re.escape(site)}\s*$", re.IGNORECASE)
    return ending.sub("", title) or title


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _whole(linked: jsonld.Linked, node: jsonld.Node, taken: _Page) -> str | None:
    body = linked.text(node.get("articleBody"))
    return body or taken.prop("articlebody")


def _published(taken: _Page, linked: jsonld.Linked, node: jsonld.Node) -> str | None:
    return first(
        linked.text(node.get("datePublished")),
        taken.said("article:published_time", "datepublished", "dc.date.issued", "dcterms.date"),
        taken.said("dc.date", "date", "pubdate", "publish-date", "parsely-pub-date"),
        taken.prop("datepublished"),
        _time_of(taken.tree),
        linked.text(node.get("dateCreated")),
    )


def _language(taken: _Page, linked: jsonld.Linked, node: jsonld.Node) -> str | None:
    return first(
        linked.text(node.get("inLanguage")),
        taken.tree.get("lang") or taken.tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        taken.said("og:locale", "content-language", "dc.language"),
    )


def _image(taken: _Page, linked: jsonld.Linked, node: jsonld.Node) -> str | None:
    return first(
        linked.address(node.get("image")),
        taken.said("og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
        taken.prop("image"),
        linked.address(node.get("thumbnailUrl")),
    )


def _is_article(taken: _Page, node: jsonld.Node) -> bool:
    kind = (taken.said("og:type") or "").lower()
    written = bool(jsonld.types(node) & jsonld.ARTICLES) or "headline" in taken.props
    return written or kind in _ARTICLE_TYPES


def _has_wall(taken: _Page) -> bool:
    return any(
        _WALLS.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in taken.tree.iter("div", "section", "aside")
    )


def _authors(
    taken: _Page, linked: jsonld.Linked, node: jsonld.Node, site: str | None
) -> tuple[Person, ...]:
    """Take who signed; a page signed by its own outlet is signed by nobody."""
    named = linked.people(node.get("author")) or linked.people(node.get("creator"))
    if not named:
        written = (
            *taken.all("author", "article:author", "dc.creator", "parsely-author"),
            *taken.props.get("author", ()),
        )
        named = tuple(Person(name=text) for text in written if "://" not in text)
    people = (Person(name=_EDGES.sub("", one.name).strip(), uri=one.uri) for one in named)
    found = {one.name.casefold(): one for one in people if one.name}
    found.pop((site or "").casefold(), None)
    return tuple(found.values())[:_MOST_VALUES]


def _categories(taken: _Page, linked: jsonld.Linked, node: jsonld.Node) -> tuple[str, ...]:
    sections = (
        *linked.texts(node.get("articleSection")),
        *taken.all("article:section"),
        *taken.props.get("articlesection", ()),
    )
    words = linked.texts(node.get("keywords")) or taken.all("article:tag")
    found = {text.strip().casefold(): text.strip() for text in (*sections, *words)}
    found.pop("", None)
    return tuple(found.values())[:_MOST_VALUES]


def _robots(taken: _Page, asked: Iterable[str]) -> tuple[str, ...]:
    """List what the page asks of all machines, or of us: "noarchive", "max-snippet:50"."""
    values = [value for name in _PRODUCTS for value in taken.meta.get(name, ())]
    for value in asked:
        name, colon, rest = value.partition(":")
        who = name.strip().lower()
        if not colon or "," in who or who in _VALUED:
            values.append(value)  # of everybody
        elif who in _PRODUCTS:
            values.append(rest)
    words = ("".join(word.split()).lower() for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word and word not in _NO_OPS))[:20]


def _alternates(taken: _Page) -> tuple[Alternate, ...]:
    found = []
    for link in taken.links.get("alternate", ())[:_MOST_VALUES]:
        href = urls.absolute(link.get("href"), taken.url)
        if href and link.get("hreflang"):
            found.append(Alternate(href=href, language=str(link.get("hreflang"))))
    return tuple(found)


def _is_closed(taken: _Page, node: jsonld.Node) -> bool:
    """Whether the page says that its text is for subscribers: in schema.org's word, or Meta's."""
    free = node.get("isAccessibleForFree")
    if free is not None:
        return str(free).strip().lower().rpartition("/")[2] in ("false", "no", "0")
    tier = taken.said("article:content_tier", "og:article:content_tier") or ""
    return tier.strip().lower() in ("locked", "metered")
