"""Who is credited with an article: its first publisher, who brought it, who else has it. Pure.

A feed may carry what others published: a planet copies entries with `atom:source` (RFC 4287
section 4.2.11), RSS has its `source` element, FeedBurner stands between an outlet and its readers.
Credit goes to the first publisher, never to the transport. Where in doubt nobody but the
configured source is named: to credit a stranger is worse than to credit the one we read it from.

An address leads to whoever is credited: `Mention.link` of the first publisher is the article
where the entry's link leads there, else the outlet's site; that of the one we read it from is the
article where it stands at their own site.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from aggregator.model import Copy, Item, Mention, Origin, Person, Published, Rights, Source
from aggregator.text.characters import clean_text
from aggregator.text.language import direction
from aggregator.text.urls import absolute, canonical, registrable_domain

_LONGEST_NAME = 120  # characters; what is longer is a description

# They carry what others publish, and are nobody's outlet. An address there says nothing of whose
# an article is, though it may lead to it.
_TRANSPORTS = {
    "feedburner.com": "FeedBurner, feeds and redirects (feeds., rss., feeds2.)",
    "feedproxy.google.com": "FeedBurner, redirects",
    "news.google.com": "Google News, feeds of searches and redirects",
    "google.com": "Google Alerts (www.google.com/alerts/feeds, /url)",
    "feedblitz.com": "FeedBlitz",
    "feedsportal.com": "Mediafed, redirects of French and British papers",
    "rss.app": "feeds made of pages",
    "fetchrss.com": "feeds made of pages",
    "politepol.com": "feeds made of pages",
    "feed43.com": "feeds made of pages",
    "morss.it": "feeds made whole",
    "feedly.com": "a reader's redirects",
    "inoreader.com": "a reader's feeds",
    "follow.it": "feeds with advertising",
    "t.co": "X, short addresses",
    "bit.ly": "short addresses",
    "ift.tt": "IFTTT, short addresses",
    "dlvr.it": "dlvr.it, short addresses",
    "tinyurl.com": "short addresses",
}

# The last segment of an address that is a feed's, not a site's: RSS names the feed of its source.
_FEED = re.compile(
    r"(?:/(?:feeds?|rss|atom)\b|\.(?:xml|rss|rdf|atom|json)\b|\b(?:feed|format)=)", re.IGNORECASE
)
_WEB_ADDRESS = re.compile(r"(?:https?:|www\.|//)\S*|\S+\.[a-z]{2,}/\S*", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_PLACEHOLDER = re.compile(r"\{(outlet|author|date)\}")
_LANGUAGE_OF = {"kmr": "ku", "ckb": "ku"}  # what a line for all Kurdish is written under


# --- the first publisher --------------------------------------------------------------------


def outlet_of(
    entry: Published, source: Source, *, sources: Iterable[Source] = ()
) -> tuple[Mention | None, Mention | None]:
    """Say who published an entry first, and who brought it where that is somebody else.

    Args:
        entry: the entry. Its origin is `atom:source` or RSS's `source`, its link is already
            FeedBurner's `origLink` where there is one.
        source: the source whose feed it came in.
        sources: all that are configured: one that is the first publisher is named as it is
            there.

    Returns:
        The first publisher and the source that brought it; twice None where the source itself
        published it first, as far as anybody says.
    """
    link = absolute(entry.link, None)
    own = _own_domains(entry, source)
    origin = entry.entry.origin or Origin()
    site = _site(origin.link)
    home = _domain(site)
    if _is_itself(origin, home, entry, source, own):
        return None, None
    others = [one for one in sources if one.id != source.id]
    if not (origin.title or home):
        site, home = _elsewhere(link, entry, source, own, others)
        if home is None:
            return None, None
    named = _configured(origin, site or "", entry.language, others) if home else None
    name = named.name if named else _name(origin.title, home)
    if not name or _folded(name) == _folded(source.name):
        return None, None
    at_source = _domain(link) in own
    homepage = named.homepage if named and named.homepage else site
    outlet = Mention(name=name, link=homepage if at_source or link is None else link)
    theirs = absolute(source.homepage, None) or absolute(entry.source_meta.link, None)
    return outlet, Mention(name=source.name, link=link if at_source else theirs)


def _is_itself(
    origin: Origin, home: str | None, entry: Published, source: Source, own: frozenset[str]
) -> bool:
    """Whether the origin that an entry names is the very source that it was read from."""
    meta = entry.source_meta
    names = {_folded(name) for name in (source.name, meta.title) if name}
    return (
        (home is not None and home in own)
        or (origin.title is not None and _folded(origin.title) in names)
        or (origin.id is not None and origin.id in (meta.id, meta.self_link))
    )


def _elsewhere(
    link: str | None,
    entry: Published,
    source: Source,
    own: frozenset[str],
    others: Iterable[Source],
) -> tuple[str | None, str | None]:
    """Find the first publisher by the entry's link, where no origin is named.

    A link to a stranger's site may as well be another domain of the outlet, or what it writes
    about. It is believed where the site is another source's, and where the feed goes through a
    transport but not that of the site which the feed says it is of.
    """
    home = _domain(link)
    if link is None or home is None or home in own:
        return None, None
    known = any(home == _domain(one.homepage) for one in others)
    meta = entry.source_meta
    carried = _is_transport(meta.self_link) or any(
        _is_transport(address) for feed in source.feeds for address in feed.candidates
    )
    if not known and not (carried and own):
        return None, None
    return _root(link), home


def _own_domains(entry: Published, source: Source) -> frozenset[str]:
    meta = entry.source_meta
    addresses = (
        source.homepage,
        meta.link,
        meta.self_link,
        *(address for feed in source.feeds for address in feed.candidates),
    )
    return frozenset(filter(None, map(_domain, addresses)))


def _configured(origin: Origin, site: str, language: str, others: list[Source]) -> Source | None:
    """The configured source that an origin is: by name or feed, else by site and language.

    An outlet may be several sources at one domain, one a language.
    """
    home = _domain(site)
    found = [one for one in others if home is not None and home == _domain(one.homepage)]
    address = canonical(origin.link) if origin.link else None
    for one in found:
        if (origin.title and _folded(origin.title) == _folded(one.name)) or any(
            canonical(candidate) == address for feed in one.feeds for candidate in feed.candidates
        ):
            return one
    speaking = [one for one in found if one.language == language]
    if len(speaking) == 1:
        return speaking[0]
    return found[0] if len(found) == 1 else None


def _name(title: str | None, home: str | None) -> str:
    """An outlet's name as it writes it; where that is none, its host."""
    text = clean_text(title or "")
    usable = (
        len(text) <= _LONGEST_NAME
        and _LETTER.search(text)
        and not _WEB_ADDRESS.fullmatch(text)
        and "<" not in text
    )
    return text if usable else home or ""


def _site(link: str | None) -> str | None:
    """The page of an outlet for people: of the address of its feed, the site; None: unknown."""
    address = absolute(link, None)
    if address is None or _is_transport(address):
        return None
    return _root(address) if _FEED.search(address.partition("//")[2]) else address


def _root(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


@lru_cache(maxsize=4096)
def _domain(address: str | None) -> str | None:
    """The domain that one party registered; None where there is none, or only a transport's."""
    whole = absolute(address, None)
    if whole is None or _is_transport(whole):
        return None
    parts = urlsplit(whole)
    domain = registrable_domain(parts.hostname or "")
    # Behind an address or a name of one label each port is somebody else's.
    return domain if "." in domain and not parts.port else parts.netloc


@lru_cache(maxsize=4096)
def _is_transport(address: str | None) -> bool:
    host = urlsplit(absolute(address, None) or "").hostname or ""
    return any(host == one or host.endswith(f".{one}") for one in _TRANSPORTS)


# --- the line that the publisher asks for ---------------------------------------------------


def credit_line(
    rights: Rights, language: str, *, outlet: str, authors: Iterable[Person], published: datetime
) -> str | None:
    """Fill in the credit line that a publisher asks for.

    Args:
        rights: the source's; a line in the language of the article goes before the one for all.
        language: the program's code of the article. Kurmanji and Sorani may share a line `ku`.
        outlet: whom the attribution names.
        authors: as they are shown; without any the outlet stands for `{author}`.
        published: for `{date}`: DD.MM.YYYY, the day of its own offset.

    Returns:
        The line, or None where the publisher asks for none.
    """
    lines = dict(rights.credits)
    line = lines.get(language) or lines.get(_LANGUAGE_OF.get(language, "")) or rights.credit
    if not line:
        return None
    comma = "، " if direction("", language) == "rtl" else ", "
    filled = {
        "outlet": outlet,
        "author": comma.join(person.name for person in authors) or outlet,
        "date": f"{published.day:02}.{published.month:02}.{published.year:04}",
    }
    return clean_text(_PLACEHOLDER.sub(lambda found: filled[found[1]], line)) or None


# --- who else has it ------------------------------------------------------------------------


def also_at(
    copies: Iterable[Copy], sources: Mapping[str, Source], own: str
) -> tuple[Mention, ...]:
    """Name the others that have the same story, the original first.

    Args:
        copies: the same story's other entries.
        sources: all that are configured, by id.
        own: the id of the source whose copy is shown. Its own second address is no other place.

    Returns:
        Each outlet once, in the order of `copies`.
    """
    found: dict[str, Mention] = {}
    for copy in sorted(copies, key=lambda copy: not copy.original):
        link = absolute(copy.link, None)
        source = sources.get(copy.source_id)
        name = source.name if source else _domain(link)
        if copy.source_id != own and link and name:
            found.setdefault(name, Mention(name=name, link=link, original=copy.original))
    return tuple(found.values())


# --- as it is shown -------------------------------------------------------------------------


def credited(item: Item) -> Mention:
    """Whom the visible line names: the first publisher, else the source, with the address.

    That is rather its own page of the article, where it is known, than one that leads there.
    """
    if item.outlet:
        own = (one.link for one in originals(item) if one.name == item.outlet.name)
        link = next(own, item.outlet.link or item.link)
        return Mention(name=item.outlet.name, link=link)
    source = item.source
    address = item.link or item.source_meta.link or absolute(source.homepage, None)
    return Mention(name=source.name, link=address)


def host(item: Item) -> str:
    """Whose site the item's link leads to: what "Continue reading at ..." names."""
    if item.outlet and item.outlet.link == item.link:
        return item.outlet.name
    return item.source.name


def authors(item: Item) -> tuple[str, ...]:
    """The names of the byline: an outlet that signs itself is named in the next line anyway."""
    outlets = {item.source.name, credited(item).name}
    return tuple(person.name for person in item.authors if person.name not in outlets)


def asked_line(item: Item) -> str:
    """The credit line of the publisher, where it is not just the name that stands there."""
    line = item.credit or ""
    return "" if _folded(line) == _folded(credited(item).name) else line


def originals(item: Item) -> tuple[Mention, ...]:
    """Where the first publisher has the story that is shown as another brought it."""
    return tuple(one for one in item.also if _is_original(one, item))


def late(item: Item) -> tuple[Mention, ...]:
    """The originals that the visible line does not name yet."""
    named = credited(item).name
    return tuple(one for one in originals(item) if one.name != named)


def elsewhere(item: Item) -> tuple[Mention, ...]:
    """Where others have the same story."""
    return tuple(one for one in item.also if not _is_original(one, item))


def _is_original(one: Mention, item: Item) -> bool:
    return one.original or (item.outlet is not None and one.name == item.outlet.name)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
