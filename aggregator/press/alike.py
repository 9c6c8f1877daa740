"""How entries of different sources are compared before they are emitted, as configured. Pure.

The store keeps what is found and `judge.dedupe` says what is the same: neither knows the other.
"""

from functools import partial
from urllib.parse import urlsplit

from aggregator.config import Config
from aggregator.judge import dedupe
from aggregator.judge.dedupe import Outlet
from aggregator.model import Source
from aggregator.store import Likeness
from aggregator.text import urls


def likeness(config: Config) -> Likeness:
    """Return what the store is to compare entries by."""
    outlets = {source.id: _outlet(source) for source in config.sources}
    return Likeness(
        sketch=dedupe.sketch,
        features=dedupe.features,
        same_story=dedupe.same_story,
        original=partial(dedupe.original, outlets=outlets),
        within=config.duplicates,
    )


def order(config: Config) -> tuple[str, ...] | None:
    """Return the sources, those first that are shown where several tell a story; None: each is."""
    if config.duplicates is None:
        return None
    return tuple(source.id for source in config.sources)


def _outlet(source: Source) -> Outlet:
    """Say how others name a source: by its site, for a feed may lie with a service for feeds."""
    feeds = (address for feed in source.feeds for address in feed.candidates)
    addresses = [source.homepage] if source.homepage else feeds
    hosts = (urlsplit(address).hostname for address in addresses)
    return Outlet(
        name=source.name,
        domains=frozenset(urls.registrable_domain(host) for host in hosts if host),
    )
