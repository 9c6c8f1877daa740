"""One run of publishing: which documents are to be written, and their writing. Acts.

First the feeds: a correction or a withdrawal is to reach subscribers before anything else. In a
chain of archives, and of pages, the newest is written first and what one begins to read with last:
whoever comes from there, at whatever moment, is led to nothing that is not there.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from aggregator.errors import PublishError
from aggregator.model import Document, Edition, Published, Series, SeriesKind
from aggregator.pictures import Gallery
from aggregator.press.feeds import feeds
from aggregator.press.ledger import Ledger, is_shown, least
from aggregator.press.pages import Pages
from aggregator.press.searchable import Searchable
from aggregator.press.standing import Furniture, standing
from aggregator.syndicate import publish
from aggregator.syndicate import series as pieces
from aggregator.syndicate.site import addresses

_AT_ONCE: Final = 100  # entries taken from the store
_OURS: Final = ("bot", "images", "static")  # folders, beside those of editions
_FEW: Final = 8  # entries whose documents are each brought to the disk; more: all at the end


@dataclass(slots=True)
class _Part:
    """What is to be written of one edition."""

    pages: Pages
    touched: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    sequences: set[int] = field(default_factory=set)
    years: set[int] = field(default_factory=set)


@dataclass(kw_only=True, slots=True)
class Run:
    """Writes what is outdated, or everything.

    Args:
        ledger: of this run.
        furniture: what the site is rendered with.
        sequences: entries that documents do not show as they are now; None: write everything.
        editions: tags of those that there are and were: their folders are ours.
        searchable: the index of what can be searched.
        gallery: the images that were copied.
        stop: set when the run is to end soon.
        changed: gets the paths whose bytes changed, also where the run comes to no good end.
    """

    ledger: Ledger
    furniture: Furniture
    sequences: tuple[int, ...] | None
    editions: tuple[str, ...]
    searchable: Searchable
    gallery: Gallery
    stop: threading.Event
    changed: list[str]
    _problems: list[str] = field(default_factory=list)
    _written: set[str] = field(default_factory=set)

    def write(self, root: Path) -> None:
        """Write below `root`.

        Raises:
            PublishError: some could not be written; the others were.
        """
        durable = self.sequences is not None and len(self.sequences) <= _FEW
        for document in self.documents():
            if self.stop.is_set():
                return
            if self.sequences is None:
                self._written.add(document.path)
            try:
                if publish.write(root, document, durable=durable):
                    self.changed.append(document.path)
            except PublishError as error:
                self._problems.append(str(error))
        self._take_away(root)
        if not durable:
            publish.settle()
        if self._problems:
            raise PublishError("; ".join(self._problems[:5]))

    def documents(self) -> Iterator[Document]:
        """Render what is to be written. No clock: equal entries, equal bytes."""
        parts = {
            edition.tag: _Part(pages=Pages(self.ledger, self.furniture.layouts[edition.tag]))
            for edition in self.ledger.config.editions
        }
        self._find(parts)
        for edition in self.ledger.config.editions:
            yield from self._feeds(edition, parts[edition.tag])
        for tag, part in parts.items():
            yield from self._articles(tag, part)
        for tag, part in parts.items():
            yield from self._lists(tag, part)
        yield from standing(self.ledger, self.furniture, self._gone())

    # --- what is outdated -------------------------------------------------------------------

    def _find(self, parts: dict[str, _Part]) -> None:
        """Find the places of outdated entries in the series of each edition."""
        if self.sequences is None:
            for one in self.ledger.by_id.values():
                if is_shown(one):
                    parts[one.edition].touched[one.id] = set()
            return
        for some in _batches(self.sequences):
            for one, sequence, position in self._places(some):
                part = parts[one.edition]
                part.sequences.add(sequence)
                if is_shown(one):
                    part.touched[one.id].add(position)
        self._with_translations(parts)
        new = [
            one
            for part in parts.values()
            for one, positions in self._touched(part)
            if least(one) in positions
        ]
        for one in new:
            self._with_links_to(one, parts)

    def _places(self, sequences: Iterable[int]) -> Iterator[tuple[Series, int, int]]:
        """Find where entries stand: series, sequence and position."""
        for sequence, places in self.ledger.store.placements(sequences).items():
            for series_id, position in places:
                found = self.ledger.by_id.get(series_id)
                if found is not None:
                    yield found, sequence, position

    def _with_translations(self, parts: dict[str, _Part]) -> None:
        """Write the pages of articles that the operator calls translations of these.

        The store marks what publishers call so; feeds.yaml it does not know.
        """
        groups = self.ledger.translations
        for some in _batches(self.sequences or ()) if groups else ():
            others = self.ledger.store.translations(some, groups).values()
            for one, sequence, _ in self._places(set().union(*others)):
                parts[one.edition].sequences.add(sequence)

    def _with_links_to(self, new: Series, parts: dict[str, _Part]) -> None:
        """Write what leads to a series that has just come into being, or may have.

        The articles of a category link to it, the same list in other editions to its first page,
        and the page of a year to that of other editions.
        """
        if new.name.kind is SeriesKind.CATEGORY:
            entries = self.ledger.store.stretch(new.id, 1, new.count)
            parts[new.edition].sequences.update(entry.sequence for entry in entries)
        for one in self.ledger.elsewhere(new):
            parts[one.edition].touched.setdefault(one.id, set())
        if new.name.kind is SeriesKind.MONTH:
            for part in parts.values():
                part.years.add(int(new.name.key[:4]))

    def make_searchable(self) -> None:
        """Fill the index with everything, where this run writes only what is outdated."""
        for edition in self.ledger.config.editions:
            pages = Pages(self.ledger, self.furniture.layouts[edition.tag])
            for entries in self._all_of(self.ledger.main(edition.tag)):
                if self.stop.is_set():
                    return
                self.searchable.put(edition.tag, pages.searchable(entries))

    def _touched(self, part: _Part) -> Iterator[tuple[Series, set[int]]]:
        for series_id in sorted(part.touched):
            yield self.ledger.by_id[series_id], part.touched[series_id]

    # --- documents --------------------------------------------------------------------------

    def _feeds(self, edition: Edition, part: _Part) -> Iterator[Document]:
        main = self.ledger.main(edition.tag)
        if not main.count:
            yield from feeds(self.ledger, edition, main, ())
        for one, positions in self._touched(part):
            if one.name.kind is not SeriesKind.MONTH:
                numbers: Sequence[int] = range(1, pieces.closed(one.count) + 1)
                if self.sequences is not None:
                    numbers = pieces.archives_with(positions, one.count)
                yield from feeds(self.ledger, edition, one, reversed(numbers))

    def _articles(self, tag: str, part: _Part) -> Iterator[Document]:
        for entries in self._entries(part):
            articles = list(part.pages.articles(entries))
            self.searchable.put(tag, articles)
            self.gallery.want((entry, self.ledger.allow(entry).images) for entry, _ in articles)
            pictures = [one.item.picture for _, one in articles if one.item.picture is not None]
            self._written.update(picture.path for picture in pictures)
            yield from self.gallery.documents(pictures)
            for _, article in articles:
                yield part.pages.article_page(article)

    def _entries(self, part: _Part) -> Iterator[tuple[Published, ...]]:
        if self.sequences is not None:
            yield from map(self.ledger.store.published, _batches(sorted(part.sequences)))
            return
        for one, _ in self._touched(part):
            if one.name.kind is SeriesKind.EDITION:
                yield from self._all_of(one)

    def _all_of(self, one: Series) -> Iterator[tuple[Published, ...]]:
        for first in range(1, one.count + 1, _AT_ONCE):
            yield self.ledger.store.stretch(one.id, first, first + _AT_ONCE - 1)

    def _lists(self, tag: str, part: _Part) -> Iterator[Document]:
        main = self.ledger.main(tag)
        if not main.count:
            yield from part.pages.lists(main, ())
        for one, positions in self._touched(part):
            numbers: Sequence[int] = range(1, pieces.finished(one.count) + 1)
            if self.sequences is not None:
                numbers = pieces.pages_with(positions, one.count)
            yield from part.pages.lists(one, reversed(numbers))
            if one.name.kind is SeriesKind.MONTH:
                part.years.add(int(one.name.key[:4]))
        yield from part.pages.overviews(part.years)

    # --- what is not to be there any more ---------------------------------------------------

    def _gone(self) -> Iterator[str]:
        for edition in self.ledger.config.editions:
            for sequence in self.ledger.store.gone(edition.languages):
                yield addresses.article(edition.tag, str(sequence))

    def _take_away(self, root: Path) -> None:
        """Take away the pages of withdrawn articles, or whatever this run did not write."""
        if self.sequences is None:
            for folder in sorted({*self.editions, *_OURS}):
                self._note(publish.sweep(root, folder, self._written))
            self._note(self._tidy(root))
            return
        before = len(self.changed)
        for path in self._withdraw(set(self.sequences)):
            self._note(_removed(root, path))
        if len(self.changed) > before or self.gallery.untidy:
            self._note(self._tidy(root))

    def _note(self, taken: Iterator[str]) -> None:
        """Note what is taken away. One file that cannot be does not save the others."""
        try:
            self.changed.extend(taken)
        except PublishError as error:
            self._problems.append(str(error))

    def _tidy(self, root: Path) -> Iterator[str]:
        """Take away the images that no article shows any more."""
        for path in self.gallery.tidy():
            yield from _removed(root, path)

    def _withdraw(self, among: set[int]) -> Iterator[str]:
        for edition in self.ledger.config.editions:
            gone = among.intersection(self.ledger.store.gone(edition.languages))
            if gone:
                self.searchable.remove(edition.tag, gone)
            for sequence in sorted(gone):
                yield addresses.article(edition.tag, str(sequence))


def _removed(root: Path, path: str) -> Iterator[str]:
    if publish.remove(root, path):
        yield path


def _batches(sequences: Iterable[int]) -> Iterator[tuple[int, ...]]:
    rest = iter(sequences)
    while some := tuple(islice(rest, _AT_ONCE)):
        yield some
