"""Which source an article's page belongs to: one of feeds.yaml, or one made for it. Acts: reads.

Rights hang on the source, so nothing is guessed: a source is recognized by its registrable domain,
and where several are at one domain the language decides, or the person.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from aggregator.config import Config, languages
from aggregator.judge import owners
from aggregator.model import FeedMeta, Source
from aggregator.store import Store
from aggregator.store.outlets import outlet_id
from aggregator.submitting.words import Refused
from aggregator.text.html import clean_text

_LONGEST = 120  # characters of an outlet's name


def source_of(
    link: str,
    *,
    config: Config,
    store: Store,
    called: str | None,
    language: str | None,
    site: FeedMeta,
) -> tuple[Source, bool]:
    """Recognize the source of a page, or make one.

    Args:
        link: the article's address.
        config: the sources, and the rights of those that are not among them.
        store: where a source's entries are, and the outlets known by submitted articles.
        called: what the person calls it: an id, or a name.
        language: of the article, where it is known.
        site: what the page says of its site.

    Returns:
        The source, and whether it is one that is not in feeds.yaml.

    Raises:
        Refused: several could be it, or the one that could writes in other languages.
    """
    configured = (*config.sources, *config.disabled)
    outlets = store.outlets(config.default_rights)
    domain = owners.domain_of(link)
    if called is not None:
        for sources, outlet in ((configured, False), (outlets, True)):
            if named := [one for one in sources if _is_called(one, called)]:
                return _only(named, called, domain), outlet
    elif found := owners.at(domain, configured, _whereabouts(configured, store)):
        return _fitting(found, language, domain), False
    here = tuple(one for one in outlets if owners.is_at(domain, one))
    if here and called is None:
        return _fitting(here, language, domain), True
    name = clean_text(called or site.title or "")[:_LONGEST]
    made = Source(
        id=outlet_id(domain, name if here else ""),
        name=name or (urlsplit(link).hostname or "").removeprefix("www."),
        feeds=(),
        homepage=site.link,
        rights=config.default_rights,
    )
    return made, True


def _whereabouts(sources: tuple[Source, ...], store: Store) -> dict[str, tuple[str, ...]]:
    return store.whereabouts([source.id for source in sources])


def _is_called(source: Source, name: str) -> bool:
    return name == source.id or name.strip().casefold() == source.name.casefold()


def _only(found: Sequence[Source], name: str, domain: str) -> Source:
    if len(found) == 1:
        return found[0]
    at = [source for source in found if owners.is_at(domain, source)]
    if len(at) == 1:
        return at[0]
    raise Refused(f"several sources are called '{name}': {_listed(found)}; name one by its id")


def _fitting(found: Sequence[Source], language: str | None, domain: str) -> Source:
    """The one source at a domain that writes in a language.

    Rights are granted outlet by outlet: one that shares its domain with a source is no part of it.
    """
    fit = [s for s in found if language is None or not (own := _spoken(s)) or language in own]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        what = "writes" if len(found) == 1 else "write"
        raise Refused(
            f"{domain} is the address of {_listed(found)}, which {what} in other languages than"
            f" {language}; say whose it is: --source with the id of one, or with the name of"
            " another outlet"
        )
    raise Refused(f"{domain} is the address of {_listed(fit)}; say whose it is with --source")


def _spoken(source: Source) -> frozenset[str]:
    said = {source.language, *(feed.language for feed in source.feeds)} - {None}
    return frozenset(code for one in said if one for code in languages.expand(one))


def _listed(sources: Sequence[Source]) -> str:
    return ", ".join(source.id for source in sources)
