"""What a web page says of its article in JSON-LD, in the words of schema.org. Pure.

Publishing software writes it for search engines, so it is the best kept part of a page: Yoast and
Rank Math write one graph whose nodes name each other by `@id`, others a node, a list of nodes, or
a script each. It is also written by hand, with line breaks in texts, commas before brackets, and
comments around it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aggregator.model import Person
from aggregator.text.urls import canonical

Node = Mapping[str, Any]

# https://schema.org/Article with its subtypes, and what blogs are. A "WebPage" is any page.
ARTICLES: Final = frozenset(
    "Article AdvertiserContentArticle AnalysisNewsArticle AskPublicNewsArticle"
    " BackgroundNewsArticle BlogPosting DiscussionForumPosting LiveBlogPosting NewsArticle"
    " OpinionNewsArticle Report ReportageNewsArticle ReviewNewsArticle SatiricalArticle"
    " ScholarlyArticle SocialMediaPosting TechArticle".split()
)

_MOST_SCRIPTS: Final = 40
_LARGEST: Final = 1_000_000  # characters of one script
_MOST_NODES: Final = 2_000
_DEPTH: Final = 8  # of nodes within nodes
_COMMENTS: Final = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)")
_ENDS: Final = re.compile(r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)?[\s;]*$")
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The nodes of a page."""

    articles: tuple[Node, ...]
    nodes: tuple[Node, ...]
    named: Mapping[str, Node]  # by `@id`
    flaws: tuple[str, ...] = ()

    def article(self, url: str) -> Node | None:
        """The one that is the page's own: the first that names its address, else the only one."""
        own = canonical(url)
        for node in self.articles:
            if own in {canonical(one) for one in self.addresses(node)}:
                return node
        return self.articles[0] if len(self.articles) == 1 else None

    def addresses(self, node: Node) -> tuple[str, ...]:
        """Which pages a node says that it is on."""
        held = (node.get("url"), node.get("mainEntityOfPage"), node.get("@id"))
        return tuple(text for one in held if (text := self.address(one)))

    def follow(self, value: Any) -> Any:
        """Look a node up that is only named: ``{"@id": "..."}``."""
        if isinstance(value, Mapping) and isinstance(value.get("@id"), str):
            found = self.named.get(value["@id"])
            if found is not None and len(found) > len(value):
                return found
        return value

    def each(self, value: Any) -> Iterator[Any]:
        """Go through what may be one value or a list of them."""
        for one in value if isinstance(value, list) else (value,):
            if one is not None:
                yield self.follow(one)

    def text(self, value: Any) -> str | None:
        """Read a text: the first of a list, the `@value` or name of a node."""
        for one in self.each(value):
            held = one
            if isinstance(one, Mapping):
                held = one.get("@value") or one.get("name") or one.get("alternateName")
                if isinstance(held, list):
                    held = held[0] if held else None
            if isinstance(held, str) and held.strip():
                return held.strip()
        return None

    def address(self, value: Any) -> str | None:
        """Read an address: a text, or the `url`, `contentUrl` or `@id` of a node."""
        for one in self.each(value):
            held = (
                (one.get("url"), one.get("contentUrl"), one.get("@id"))
                if isinstance(one, Mapping)
                else (one,)
            )
            for text in held:
                inner = text[0] if isinstance(text, list) and text else text
                if isinstance(inner, str) and inner.strip():
                    return inner.strip()
        return None

    def texts(self, value: Any) -> tuple[str, ...]:
        """Read several texts; one text with commas is a list, as of keywords."""
        found: list[str] = []
        for one in self.each(value):
            text = self.text(one)
            if text and isinstance(one, str):
                found += filter(None, (part.strip() for part in re.split("[,،;؛]", text)))
            elif text:
                found.append(text)
        return tuple(dict.fromkeys(found))

    def people(self, value: Any) -> tuple[Person, ...]:
        """Read authors in every form: names, nodes, nodes with a list of names."""
        found: dict[str, Person] = {}
        for one in self.each(value):
            names: Iterable[Any] = (self.text(one),)
            uri = None
            if isinstance(one, Mapping):
                uri = self.address(one.get("url"))
                if isinstance(one.get("name"), list):
                    names = one["name"]
            for name in names:
                if isinstance(name, str) and name.strip() and "://" not in name:
                    found.setdefault(name.strip(), Person(name=name.strip(), uri=uri))
        return tuple(found.values())


def read(scripts: Iterable[str]) -> Linked:
    """Read the scripts of a page; what cannot be read is left out and named."""
    flaws: list[str] = []
    nodes: list[Node] = []
    for number, script in enumerate(scripts, start=1):
        if number > _MOST_SCRIPTS:
            break
        try:
            nodes += _nodes(_loaded(script[:_LARGEST]), _DEPTH)
        except (ValueError, RecursionError):
            flaws.append(f"JSON-LD that cannot be read (script {number})")
        if len(nodes) > _MOST_NODES:
            break
    named: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(named.get(name, {})):
            named[name] = node
    articles = tuple(node for node in nodes if types(node) & ARTICLES and _says_something(node))
    return Linked(articles=articles, nodes=tuple(nodes), named=named, flaws=tuple(flaws))


def types(node: Node) -> set[str]:
    """Which types a node has, without the address of their vocabulary."""
    held = node.get("@type")
    names = held if isinstance(held, list) else [held]
    return {re.split("[/:#]", name)[-1] for name in names if isinstance(name, str)}


def _says_something(node: Node) -> bool:
    return any(node.get(name) for name in ("headline", "name", "articleBody", "description"))


def _loaded(script: str) -> Any:
    """Load a script, mended in the ways in which hand-written ones are broken."""
    text = _ENDS.sub("", _COMMENTS.sub("", script.strip()))
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return json.loads(_TRAILING_COMMA.sub(r"\1", text), strict=False)


def _nodes(value: Any, depth: int) -> Iterator[Node]:
    """Go through all nodes, the outer ones first."""
    if depth <= 0:
        return
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one, depth)
    elif isinstance(value, dict):
        if "@type" in value or "@id" in value:
            yield value
        for name, held in value.items():
            # What is only mentioned is another page's article.
            if name not in _OTHERS and isinstance(held, dict | list):
                yield from _nodes(held, depth - 1)


_OTHERS: Final = frozenset(
    {"itemListElement", "mentions", "relatedLink", "citation", "comment", "isBasedOn"}
    | {"liveBlogUpdate", "hasPart", "blogPost", "review", "about"}
)
