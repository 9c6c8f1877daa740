"""In which documents a published entry stands, by its places in the series. Acts: reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.model import Edition, Series
from aggregator.press.feeds import FORMATS, SPAN, name_of
from aggregator.press.ledger import Ledger, folder, index_path, is_shown, page_path
from aggregator.store import Dossier
from aggregator.syndicate import series as pieces
from aggregator.syndicate.site import addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A document that shows an entry; feeds are in every format in their folder."""

    edition: str
    what: str  # in words
    path: str  # below the published root
    position: int | None = None  # in the series that the document is cut from


def places(ledger: Ledger, dossier: Dossier) -> tuple[Place, ...]:
    """List the documents that show an entry, once they are written; none of a hidden one."""
    if dossier.emission is None or not dossier.is_shown:
        return ()
    return tuple(_places(ledger, dossier, dossier.emission.sequence))


def _places(ledger: Ledger, dossier: Dossier, sequence: int) -> Iterator[Place]:
    shown = [e for e in ledger.config.editions if dossier.language in e.languages]
    for edition in shown:
        path = addresses.article(edition.tag, str(sequence))
        yield Place(edition=edition.tag, what="its own page", path=path)
    tags = {edition.tag for edition in shown}
    for series_id, position in dossier.placements:
        one = ledger.by_id.get(series_id)
        if one is not None and one.edition in tags and is_shown(one):
            yield from _of_series(ledger, one, sequence, position)


def _of_series(ledger: Ledger, one: Series, sequence: int, position: int) -> Iterator[Place]:
    tag, name = one.edition, one.name
    called = f"{name.kind} {name_of(ledger, one)}" if name.key else "all of the edition"
    page = -(-position // pieces.PAGE)
    if page <= pieces.finished(one.count):
        path = page_path(tag, name, page)
        yield Place(edition=tag, what=f"page {page} of {called}", path=path, position=position)
    else:
        path = index_path(tag, name)
        yield Place(edition=tag, what=f"newest of {called}", path=path, position=position)
    if not _has_feeds(one):
        return
    closed = pieces.closed(one.count)
    window = ledger.store.window(
        one.id, entries=ledger.config.entries, after=closed * pieces.ARCHIVE, span=SPAN
    )
    where = folder(tag, name)
    if any(entry.sequence == sequence for entry in window.entries):
        path = f"{where}/{FORMATS[0].NAME}"
        yield Place(edition=tag, what=f"feed of {called}", path=path, position=position)
    archive = -(-position // pieces.ARCHIVE)
    if archive <= closed:
        path = f"{where}/archives/{archive}/{FORMATS[0].NAME}"
        yield Place(
            edition=tag, what=f"archive {archive} of {called}", path=path, position=position
        )


def _has_feeds(one: Series) -> bool:
    return one.name.kind.value != "month"


def editions_of(ledger: Ledger, language: str | None) -> tuple[Edition, ...]:
    """Return the editions that show a language."""
    return tuple(e for e in ledger.config.editions if language in e.languages)
