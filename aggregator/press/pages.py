"""The pages of one edition that show articles: which of them stand on which page. Acts: reads."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from aggregator.model import (
    Article,
    ChangeKind,
    Counterpart,
    Document,
    Edition,
    Extent,
    Home,
    Item,
    Listing,
    ListKind,
    Month,
    Published,
    Series,
    SeriesKind,
    Shelf,
)
from aggregator.press.feeds import name_of, of_edition
from aggregator.press.ledger import Ledger, folder, index_path, page_path
from aggregator.syndicate import series as pieces
from aggregator.syndicate import site
from aggregator.syndicate.site import addresses
from aggregator.text import difference
from aggregator.text.html import paragraphs

_SHELVES_AT_HOME: Final = 20  # of sources, of categories
_MONTHS_AT_HOME: Final = 6
_CATEGORIES: Final = 200  # on the page that leads to all articles
_KEPT: Final = 2000  # articles that lists and pages share

_KINDS: Final = {
    SeriesKind.EDITION: ListKind.ALL,
    SeriesKind.LANGUAGE: ListKind.LANGUAGE,
    SeriesKind.SOURCE: ListKind.SOURCE,
    SeriesKind.CATEGORY: ListKind.CATEGORY,
    SeriesKind.MONTH: ListKind.MONTH,
}


class Pages:
    """Renders an edition's pages from what the store has."""

    def __init__(self, ledger: Ledger, layout: site.Layout) -> None:
        self._ledger = ledger
        self._layout = layout
        self._edition: Edition = layout.frame.edition
        self._tag = self._edition.tag
        self._articles: dict[int, Article] = {}

    # --- articles ---------------------------------------------------------------------------

    def articles(self, entries: Iterable[Published]) -> Iterator[tuple[Published, Article]]:
        """Prepare articles for their own pages, with what they are called elsewhere."""
        shown = of_edition(self._edition, entries)
        sequences = [entry.sequence for entry in shown]
        translated = self._translations(sequences)
        places = self._ledger.store.placements(sequences)
        for entry in shown:
            ways = self._ledger.pages_of(self._edition, entry, translated.get(entry.sequence, ()))
            article = self._compared(entry, self._article(entry))
            shelves = self._categories(article, {one for one, _ in places[entry.sequence]})
            yield entry, replace(article, categories=shelves, counterparts=ways)

    def _compared(self, entry: Published, article: Article) -> Article:
        """Say what changed in an article since it was first published, where its words did.

        Only what both versions may show by the rights of today is compared. Where that is an
        excerpt it is the titles alone: the words of two excerpts are more than one.
        """
        first = self._first_version(entry) if entry.corrected is not None else None
        if first is None:
            return article
        now = article.item
        then = self._ledger.cut(first, most=now.extent)
        whole = then.extent is now.extent is Extent.FULL
        if not whole and "title-missing" in (*entry.entry.flags, *first.entry.flags):
            return article  # a title that was made of the text is text
        before, after = (_paragraphs(one) if whole else (one.title,) for one in (then, now))
        found = difference.differences(before, after)
        if difference.is_rewritten(found):
            return replace(article, rewritten=True)
        return replace(article, changes=difference.changed(found))

    def _first_version(self, entry: Published) -> Published | None:
        """The entry as it was when it was emitted; None where its words are still the same."""
        history = self._ledger.store.history(entry.entry_id)
        known = [revision for revision in history if revision.seen <= entry.emitted]
        first = known[-1] if known else next(iter(history), None)
        later = (revision for revision in history if first and revision.number > first.number)
        if first is None or not any(one.kind is ChangeKind.MATERIAL for one in later):
            return None
        return replace(entry, entry=first.entry, read=None)

    def _categories(self, article: Article, places: Collection[int]) -> tuple[Shelf, ...]:
        """Lead to its categories, but not where the article is not found.

        That is one which a later version of it brought: its place is where it first was.
        """
        named = pieces.categories(article.item.categories)
        found = (self._ledger.named(self._tag, name) for name in named)
        return tuple(self._shelf(one) for one in found if one is not None and one.id in places)

    def article_page(self, article: Article) -> Document:
        """Lay out an article's own page."""
        return site.article_page(self._layout, article)

    def searchable(self, entries: Iterable[Published]) -> list[tuple[Published, Article]]:
        """Prepare articles for the search index: what is shown of them."""
        return [(entry, self._article(entry)) for entry in of_edition(self._edition, entries)]

    def _article(self, entry: Published) -> Article:
        """Make what a list shows of an entry."""
        if entry.sequence in self._articles:
            return self._articles[entry.sequence]
        item = self._ledger.cut(entry)
        article = Article(
            item=item,
            path=addresses.article(self._tag, str(entry.sequence)),
            corrected=entry.corrected,
        )
        if len(self._articles) >= _KEPT:
            self._articles.clear()
        self._articles[entry.sequence] = article
        return article

    def _translations(self, sequences: Collection[int]) -> dict[int, tuple[Published, ...]]:
        store = self._ledger.store
        found = store.translations(sequences, self._ledger.translations)
        wanted = {other for others in found.values() for other in others}
        entries = {entry.sequence: entry for entry in store.published(sorted(wanted))}
        return {
            sequence: tuple(entries[other] for other in others if other in entries)
            for sequence, others in found.items()
        }

    # --- lists ------------------------------------------------------------------------------

    def lists(self, series: Series, numbers: Iterable[int]) -> Iterator[Document]:
        """Lay out finished pages of a series, then its index page."""
        for number in numbers:
            yield site.list_page(self._layout, self._listing(series, number))
        if series.name.kind is SeriesKind.EDITION:
            yield self._home(series)
        else:
            yield site.list_page(self._layout, self._listing(series, None))

    def _listing(self, series: Series, number: int | None) -> Listing:
        name = series.name
        month = None
        if name.kind is SeriesKind.MONTH:
            month = date(int(name.key[:4]), int(name.key[5:]), 1)
        has_feeds = name.kind not in (SeriesKind.EDITION, SeriesKind.MONTH)
        return Listing(
            kind=_KINDS[name.kind],
            path=(page_path(self._tag, name, number) if number else index_path(self._tag, name)),
            articles=self._shown(series, number),
            language=name.key if name.kind is SeriesKind.LANGUAGE else "",
            source=(
                self._ledger.sources.get(name.key) if name.kind is SeriesKind.SOURCE else None
            ),
            category=name_of(self._ledger, series),
            month=month,
            page=number,
            newer=self._newer(series, number),
            older=self._older(series, number),
            feeds=folder(self._tag, name) if has_feeds else None,
            counterparts=() if number else self._ledger.counterparts(series),
        )

    def _shown(self, series: Series, number: int | None) -> tuple[Article, ...]:
        if number:
            first, last = pieces.piece(number, pieces.PAGE)
        else:
            first, last = pieces.finished(series.count) * pieces.PAGE + 1, series.count
        entries = of_edition(self._edition, self._ledger.store.stretch(series.id, first, last))
        entries.sort(key=lambda entry: (entry.published, entry.sequence), reverse=True)
        return tuple(map(self._article, entries))

    def _newer(self, series: Series, number: int | None) -> str | None:
        if number is None:
            return None
        if number < pieces.finished(series.count):
            return page_path(self._tag, series.name, number + 1)
        return index_path(self._tag, series.name)

    def _older(self, series: Series, number: int | None) -> str | None:
        older = pieces.finished(series.count) if number is None else number - 1
        return page_path(self._tag, series.name, older) if older else None

    # --- pages that lead to others ----------------------------------------------------------

    def _home(self, series: Series) -> Document:
        shown = self._ledger.shown[self._tag]
        return site.home_page(
            self._layout,
            Home(
                articles=self._shown(series, None),
                languages=self._shelves(shown[SeriesKind.LANGUAGE]),
                sources=self._shelves(shown[SeriesKind.SOURCE][:_SHELVES_AT_HOME]),
                categories=self._shelves(shown[SeriesKind.CATEGORY][:_SHELVES_AT_HOME]),
                months=self.months()[:_MONTHS_AT_HOME],
                older=self._older(series, None),
            ),
        )

    def overviews(self, years: Collection[int]) -> Iterator[Document]:
        """Lay out the ways to all articles and to the months, and the pages of these years."""
        shown = self._ledger.shown[self._tag]
        yield site.articles_page(
            self._layout,
            self._shelves(shown[SeriesKind.SOURCE]),
            self._shelves(shown[SeriesKind.CATEGORY][:_CATEGORIES]),
            self._same(addresses.articles),
            languages=self._shelves(shown[SeriesKind.LANGUAGE]),
        )
        months = self.months()
        yield site.archive_page(self._layout, months, self._same(addresses.archive))
        for year in sorted(years):
            of_year = tuple(month for month in months if month.year == year)
            if of_year:  # it may be another edition's
                yield site.year_page(self._layout, year, of_year, self._year_elsewhere(year))

    def months(self) -> tuple[Month, ...]:
        """The months that have articles, the newest first."""
        found = self._ledger.shown[self._tag][SeriesKind.MONTH]
        return tuple(
            Month(
                year=int(one.name.key[:4]),
                month=int(one.name.key[5:]),
                path=index_path(self._tag, one.name),
                count=one.count,
            )
            for one in sorted(found, key=lambda one: one.name.key, reverse=True)
        )

    def _same(self, path_of: Callable[[str], str]) -> tuple[Counterpart, ...]:
        """The same page in the other editions, each of which has it."""
        return tuple(
            Counterpart(tag=edition.tag, path=path_of(edition.tag))
            for edition in self._ledger.config.editions
            if edition.tag != self._tag
        )

    def _year_elsewhere(self, year: int) -> tuple[Counterpart, ...]:
        return tuple(
            Counterpart(tag=edition.tag, path=addresses.year(edition.tag, year))
            for edition in self._ledger.config.editions
            if edition.tag != self._tag
            and any(
                one.name.key.startswith(f"{year:04}-")
                for one in self._ledger.shown[edition.tag][SeriesKind.MONTH]
            )
        )

    def _shelves(self, found: Iterable[Series]) -> tuple[Shelf, ...]:
        return tuple(map(self._shelf, found))

    def _shelf(self, series: Series) -> Shelf:
        return Shelf(
            name=name_of(self._ledger, series),
            path=index_path(self._tag, series.name),
            count=series.count,
        )


def _paragraphs(item: Item) -> tuple[str, ...]:
    return item.title, item.summary, item.opening, *paragraphs(item.body)
