"""Whose is an address? The sources at its registrable domain. Pure.

Rights hang on the source, so the smallest unit that one party registered counts (the Public
Suffix List), and whoever needs one source of several has to ask.
"""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from aggregator.model import Source
from aggregator.text.urls import registrable_domain


def domain_of(url: str) -> str:
    """Return the registrable domain of an address; "" where it has no host."""
    return registrable_domain(urlsplit(url).hostname or "")


def is_at(domain: str, source: Source) -> bool:
    """Whether the homepage or a feed of a source is at a domain."""
    feeds = (url for feed in source.feeds for url in feed.candidates)
    return domain in map(domain_of, filter(None, (source.homepage, *feeds)))


def at(
    domain: str, sources: Iterable[Source], whereabouts: Mapping[str, Collection[str]]
) -> tuple[Source, ...]:
    """Return the sources at a domain: by homepage and feeds, else by where their entries are.

    Args:
        domain: a registrable one.
        sources: that may be it.
        whereabouts: by source id, addresses of its entries. A feed may be served by a company
            for feeds.
    """
    some = tuple(sources)
    found = tuple(source for source in some if is_at(domain, source))
    return found or tuple(
        one for one in some if domain in map(domain_of, whereabouts.get(one.id, ()))
    )
