"""What is published whatever the news: the theme, the operator's pages, lists of sources. Pure.

And what the pages of all editions are rendered with: their layouts, made once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from aggregator import __version__
from aggregator.config import Config
from aggregator.config.languages import own_name
from aggregator.model import (
    Bot,
    Counterpart,
    Document,
    Edition,
    Frame,
    OperatorPage,
    SeriesKind,
    SitemapEntry,
    Withdrawn,
)
from aggregator.press.ledger import Ledger, index_path
from aggregator.syndicate import opml, site
from aggregator.syndicate.site import addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """What the site is rendered with, read from the disk once."""

    theme: site.Theme
    written: dict[str, dict[OperatorPage, str]]  # the operator's pages of each edition, Markdown
    layouts: dict[str, site.Layout]  # of each edition


def furnish(config: Config) -> Furniture:
    """Read the theme and the operator's pages.

    Raises:
        ConfigError: a file of the operator's cannot be used.
    """
    theme = site.load_theme(config.theme)
    written = {edition.tag: site.load_pages(config.pages, edition) for edition in config.editions}
    layouts = {
        edition.tag: site.layout(
            theme,
            Frame(
                site=config.site,
                edition=edition,
                editions=config.editions,
                pages=tuple(written[edition.tag]),
                index_copies=config.index_copies,
                search=config.search,
                takedowns=config.public_takedowns,
            ),
        )
        for edition in config.editions
    }
    return Furniture(theme=theme, written=written, layouts=layouts)


def user_agent(config: Config) -> str:
    """Say who asks, where that is explained, and whom to write to (RFC 9110 section 10.1.5)."""
    return f"aggregator/{__version__} (+{config.site.url}/bot; {config.site.owner_email})"


def landmarks(config: Config) -> Iterator[str]:
    """Name some documents that are always there, of every folder that always is."""
    yield from (addresses.FRONT, addresses.NOT_FOUND, addresses.BOT, addresses.SITEMAP)
    for edition in config.editions:
        tag = edition.tag
        yield from (addresses.home(tag), addresses.articles(tag), addresses.archive(tag))
        yield from (f"{tag}/{name}" for name, _, _ in addresses.FEEDS)


def standing(ledger: Ledger, furniture: Furniture, gone: Iterable[str]) -> Iterator[Document]:
    """Write everything that shows no article.

    Args:
        ledger: of this run.
        furniture: what to render with.
        gone: the paths of articles that were withdrawn.
    """
    config, theme = ledger.config, furniture.theme
    yield from theme.files
    yield site.front_page(theme, config.site, config.editions)
    yield site.not_found_page(theme, config.site, config.editions)
    yield site.gone_page(theme, config.site, config.editions, takedowns=config.public_takedowns)
    yield Document(
        path="410.txt",
        media_type="text/plain",
        body="".join(f"/{path}\n" for path in sorted(gone)).encode(),
    )
    for edition in config.editions:
        yield from _of_edition(ledger, furniture, edition)
    yield opml.render(config.site, None, config.sources, language_name=own_name)
    yield site.robots_txt(theme, config.site)
    yield from site.sitemap(config.site, _indexable(ledger, furniture))


def _of_edition(ledger: Ledger, furniture: Furniture, edition: Edition) -> Iterator[Document]:
    config, tag = ledger.config, edition.tag
    layout, written = furniture.layouts[tag], furniture.written
    for name, text in written[tag].items():
        tags = (one.tag for one in config.editions if one.tag != tag and name in written[one.tag])
        counterparts = tuple(
            Counterpart(tag=other, path=addresses.operator_page(other, name)) for other in tags
        )
        yield site.operator_page(layout, name, text, counterparts)
    for path in (addresses.bot(tag), *((addresses.BOT,) if edition is config.editions[0] else ())):
        yield site.bot_page(
            layout,
            Bot(
                user_agent=user_agent(config),
                spacing=config.network.spacing,
                sources=ledger.followed,
                path=path,
                counterparts=_elsewhere(config, tag, addresses.bot),
            ),
        )
    if config.public_takedowns:
        others = _elsewhere(config, tag, addresses.takedowns)
        yield site.takedowns_page(layout, _withdrawn(ledger), others)
    yield opml.render(config.site, edition, config.sources, language_name=own_name)


def _elsewhere(config: Config, tag: str, path_of: Callable[[str], str]) -> tuple[Counterpart, ...]:
    """The same page in the other editions, each of which has it."""
    return tuple(
        Counterpart(tag=one.tag, path=path_of(one.tag))
        for one in config.editions
        if one.tag != tag
    )


def _withdrawn(ledger: Ledger) -> Iterator[Withdrawn]:
    """Tell the public log. Titles are left out: they may be what had to go."""
    for one in ledger.store.takedowns():
        source = ledger.sources.get(one.outlet)
        yield Withdrawn(
            at=one.taken,
            reason=one.why,
            outlet=source.name if source else one.outlet,
            whole=one.source_id is not None,
            restored=one.restored,
        )


def _indexable(ledger: Ledger, furniture: Furniture) -> Iterator[SitemapEntry]:
    """Name the pages that search engines may have: no copies, and of each list its first page."""
    yield SitemapEntry(path=addresses.FRONT)
    for edition in ledger.config.editions:
        tag = edition.tag
        yield from (
            SitemapEntry(path=path)
            for path in (
                addresses.home(tag),
                addresses.articles(tag),
                addresses.archive(tag),
                addresses.bot(tag),
                *(addresses.operator_page(tag, name) for name in furniture.written[tag]),
            )
        )
        for kind in SeriesKind:
            if kind is not SeriesKind.EDITION:
                for one in ledger.shown[tag][kind]:
                    yield SitemapEntry(path=index_path(tag, one.name))
