"""The feeds of a series: its archives and the document that one subscribes to. Acts: reads.

All formats are made of one `Page`, so none says more than another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from aggregator.config.languages import own_name
from aggregator.model import Document, Edition, Page, Published, Series, SeriesKind
from aggregator.press.ledger import Ledger, folder
from aggregator.syndicate import atom, editions, jsonfeed, rss
from aggregator.syndicate import series as pieces

FORMATS: Final = (atom, rss, jsonfeed)
SPAN: Final = timedelta(hours=48)  # a feed shows at least what two days brought

# Nobody fetches an archive twice, and it has to hold all of its entries: their texts are cut
# later than those of a document that is asked for every hour.
_ARCHIVE_LIMIT: Final = 4 * editions.LIMIT


def feeds(
    ledger: Ledger, edition: Edition, series: Series, archives: Iterable[int]
) -> Iterator[Document]:
    """Write the archives of these numbers, then the subscription document that leads to them."""
    title = None
    if series.name.kind is not SeriesKind.EDITION:
        title = f"{edition.title}: {name_of(ledger, series)}"
    for number in archives:
        yield from _formats(_archive(ledger, edition, series, number), series, title)
    yield from _formats(_subscription(ledger, edition, series), series, title)


def name_of(ledger: Ledger, series: Series) -> str:
    """What people call a series: the outlet, the category, the language by its own name."""
    match series.name.kind:
        case SeriesKind.SOURCE:
            source = ledger.sources.get(series.name.key)
            return source.name if source else series.name.key
        case SeriesKind.LANGUAGE:
            return own_name(series.name.key)
        case _:
            return series.name.title or series.name.key


def of_edition(edition: Edition, entries: Iterable[Published]) -> list[Published]:
    """Leave out what is in a language that the edition does not show any more."""
    return [entry for entry in entries if entry.language in edition.languages]


def _subscription(ledger: Ledger, edition: Edition, series: Series) -> Page:
    closed = pieces.closed(series.count)
    last = closed * pieces.ARCHIVE
    window = ledger.store.window(series.id, entries=ledger.config.entries, after=last, span=SPAN)
    shown = of_edition(edition, window.entries)
    tail = ledger.store.stretch(series.id, last + 1, series.count)
    page = editions.page(
        ledger.config.site,
        edition,
        shown,
        cut_to=ledger.cut,
        created=ledger.store.created,
        must={entry.sequence for entry in of_edition(edition, tail)},
        withdrawn=window.withdrawn,
    )
    return replace(
        page,
        hubs=ledger.config.hubs,
        prev_archive=_archive_folder(series, closed) if closed else None,
    )


def _archive(ledger: Ledger, edition: Edition, series: Series, number: int) -> Page:
    piece = pieces.piece(number, pieces.ARCHIVE)
    held = of_edition(edition, ledger.store.stretch(series.id, *piece))
    page = editions.page(
        ledger.config.site,
        edition,
        held,
        cut_to=ledger.cut,
        created=ledger.store.created,
        must={entry.sequence for entry in held},
        # Who has read the archive asks for it again only where its `updated` moved.
        withdrawn=ledger.store.withdrawals(series.id, *piece),
        limit=_ARCHIVE_LIMIT,
    )
    return replace(
        page,
        path=_archive_folder(series, number),
        archive=True,
        withdrawn=(),  # tombstones are for the subscription document, and end there one day
        prev_archive=_archive_folder(series, number - 1) if number > 1 else None,
        next_archive=(
            _archive_folder(series, number + 1) if number < pieces.closed(series.count) else None
        ),
        current=_folder(series),
    )


def _folder(series: Series) -> str:
    return folder(series.edition, series.name)


def _archive_folder(series: Series, number: int) -> str:
    return f"{_folder(series)}/archives/{number}"


def _formats(page: Page, series: Series, title: str | None) -> Iterator[Document]:
    """Write a page in every format. Its links name folders; each format has its own file there."""
    home = _folder(series)
    for one in FORMATS:
        yield one.render(
            replace(
                page,
                title=title,
                about=f"{home}/",
                path=f"{page.path if page.archive else home}/{one.NAME}",
                prev_archive=page.prev_archive and f"{page.prev_archive}/{one.NAME}",
                next_archive=page.next_archive and f"{page.next_archive}/{one.NAME}",
                current=page.current and f"{page.current}/{one.NAME}",
            )
        )
