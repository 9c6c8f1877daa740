"""The publisher's half of `Store`: what is emitted and placed, how it stands, what is beside it.

Each command is one transaction, each question one snapshot; what they do is in the modules.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import Picture, Published, Series, SeriesName, Withdrawal
from aggregator.store import (
    comparing,
    counters,
    emissions,
    outdated,
    pictures,
    pings,
    published,
    series,
    translations,
    windows,
)
from aggregator.store.clusters import Likeness
from aggregator.store.database import Database
from aggregator.store.emissions import Mint
from aggregator.store.outdated import Outdated
from aggregator.store.pictures import WantedPicture
from aggregator.store.pings import Ping
from aggregator.store.windows import Window

MOST_SHOWN: Final = 500  # entries in a document, however many came in two days
MOST_PLACED: Final = 1000  # entries in one transaction
MOST_ERRANDS: Final = 100  # pings, or pictures, that are handed out at once


class Outgoing:
    """What the publisher asks and says."""

    _database: Database

    # --- what grows ---------------------------------------------------------------------------

    def compare(self, likeness: Likeness, *, now: datetime, limit: int = MOST_PLACED) -> int:
        """Find out which of the next entries tell a story that another source tells, too.

        Args:
            likeness: how entries are compared, and within which time.
            now: the time.
            limit: how many entries at most; call again until fewer were looked at.

        Returns:
            How many entries were looked at.
        """
        with self._database.writing() as connection:
            return comparing.compare(connection, likeness, now=now, most=limit)

    def emit(
        self,
        languages: Collection[str],
        *,
        now: datetime,
        mint: Mint,
        limit: int | None = None,
        order: Sequence[str] | None = None,
    ) -> int:
        """Give what may appear its place in the sequence and its id, for ever.

        Args:
            languages: those that some edition shows.
            now: the time.
            mint: for an entry, the id that it should have and the one to use where another
                entry has that one already.
            limit: how many entries at most; call again until none is left. None: all.
            order: the sources, in the operator's order: of a story that several tell, one entry
                is emitted, and only what was compared. None: each is emitted for itself.

        Returns:
            How many entries were dealt with: emitted, or shown by another.
        """
        with self._database.writing() as connection:
            return emissions.emit(
                connection, languages, now=now, mint=mint, most=limit, order=order
            )

    def next_emission(self, now: datetime) -> datetime | None:
        """Return when the next embargo ends, after which something may be emitted."""
        with self._database.reading() as connection:
            return emissions.next_emission(connection, now)

    def place(
        self,
        edition: str,
        languages: Collection[str],
        label: Callable[[Published], Iterable[SeriesName]],
        *,
        limit: int = MOST_PLACED,
    ) -> int:
        """Give emissions their positions in an edition's series, for ever.

        Args:
            edition: its tag.
            languages: the edition's.
            label: names the series that an entry belongs to; a series is made, with the title
                that it has there, when it is named first. A key is at most 200 letters long.
            limit: how many entries at most; call again until none is left.

        Returns:
            How many entries were placed.
        """
        with self._database.writing() as connection:
            return series.place(connection, edition, languages, label, most=limit)

    # --- how it stands ------------------------------------------------------------------------

    def series(self, edition: str) -> tuple[Series, ...]:
        """Return the series of an edition, by kind and key."""
        with self._database.reading() as connection:
            return series.listed(connection, edition)

    def placements(self, sequences: Iterable[int]) -> dict[int, tuple[tuple[int, int], ...]]:
        """Return the places of entries: for each that has any, series id and position in it."""
        with self._database.reading() as connection:
            return series.positions(connection, sequences)

    def stretch(self, series_id: int, first: int, last: int) -> tuple[Published, ...]:
        """Return what may be shown of a series between two positions, both included, in order."""
        with self._database.reading() as connection:
            return series.stretch(connection, series_id, first, last)

    def withdrawals(self, series_id: int, first: int, last: int) -> tuple[Withdrawal, ...]:
        """Return what is gone of a series between two positions, both included, in order."""
        with self._database.reading() as connection:
            return windows.withdrawals(connection, series_id, first, last)

    def window(
        self,
        series_id: int,
        *,
        entries: int,
        after: int,
        span: timedelta,
        limit: int = MOST_SHOWN,
    ) -> Window:
        """Return what a series' subscription document shows; see `windows.window`."""
        with self._database.reading() as connection:
            return windows.window(
                connection, series_id, least=entries, after=after, span=span, most=limit
            )

    def published(self, sequences: Iterable[int]) -> tuple[Published, ...]:
        """Return those of these entries that may be shown, by our own sequence."""
        with self._database.reading() as connection:
            return published.read(connection, sequences)

    def gone(self, languages: Collection[str]) -> tuple[int, ...]:
        """Return the sequences of entries that were emitted and may not be shown any more."""
        with self._database.reading() as connection:
            return published.gone(connection, languages)

    def translations(
        self, sequences: Iterable[int], groups: Collection[Collection[str]] = ()
    ) -> dict[int, tuple[int, ...]]:
        """Return the entries that are the same articles in other languages.

        Args:
            sequences: of emitted entries; it does not matter whether they may be shown.
            groups: what the operator says: canonical addresses, those of one article together.

        Returns:
            For each of the sequences, those of its translations that may be shown, ascending.
        """
        with self._database.reading() as connection:
            return translations.read(connection, sequences, groups)

    # --- what documents show ------------------------------------------------------------------

    def generation(self) -> int:
        """Return a number that grows with every commit that may change what is published."""
        with self._database.reading() as connection:
            return counters.read(connection, counters.GENERATION)

    def outdated(self) -> Outdated:
        """Return the emitted entries that documents do not show yet as they are now."""
        with self._database.reading() as connection:
            return outdated.pending(connection)

    def mark_sources(self, source_ids: Iterable[str]) -> int:
        """Mark all emitted entries of sources as outdated; return how many there are."""
        with self._database.writing() as connection:
            return outdated.mark_sources(connection, source_ids)

    def settle(self, generation: int, stamp: str) -> None:
        """Say that documents show everything as it was at a generation.

        Args:
            generation: of the `Outdated` that was worked off. What changed since stays marked.
            stamp: what else the documents were made of, as the publisher wishes to remember it.
        """
        with self._database.writing() as connection:
            outdated.settle(connection, generation, stamp)

    def stamp(self) -> str | None:
        """Return what `settle` was told last."""
        with self._database.reading() as connection:
            return outdated.read_stamp(connection)

    # --- hubs ---------------------------------------------------------------------------------

    def want_pings(self, topics: Iterable[tuple[str, str]], now: datetime) -> None:
        """Let hubs be told of topics: pairs of a hub's address and a document's."""
        with self._database.writing() as connection:
            pings.want(connection, topics, now)

    def due_pings(self, now: datetime, limit: int = MOST_ERRANDS) -> tuple[Ping, ...]:
        """Return the pings that are due, the longest due first."""
        with self._database.reading() as connection:
            return pings.due(connection, now, limit)

    def ping_done(self, ping: Ping) -> None:
        """Forget a ping; not if it was asked for again since it was returned."""
        with self._database.writing() as connection:
            pings.done(connection, ping)

    def ping_failed(self, ping: Ping, due: datetime | None) -> None:
        """Try a ping again at `due`, or never; not if it was asked for again meanwhile."""
        with self._database.writing() as connection:
            pings.failed(connection, ping, due)

    # --- pictures -----------------------------------------------------------------------------

    def want_pictures(self, uses: Iterable[tuple[str, int]], now: datetime) -> None:
        """Let images be fetched: pairs of an address and the sequence of the entry it leads."""
        with self._database.writing() as connection:
            pictures.want(connection, uses, now)

    def unwant_pictures(self, sequences: Iterable[int]) -> None:
        """Let these entries use no image any more, kept or wanted: rights do not allow it now."""
        with self._database.writing() as connection:
            pictures.unwant(connection, sequences)

    def due_pictures(self, now: datetime, limit: int = MOST_ERRANDS) -> tuple[WantedPicture, ...]:
        """Return the images that are to be fetched now, the longest due first."""
        with self._database.reading() as connection:
            return pictures.due(connection, now, limit)

    def keep_picture(self, url: str, picture: Picture) -> None:
        """Remember the copy of an image; the entries that it leads become outdated."""
        with self._database.writing() as connection:
            pictures.keep(connection, url, picture)

    def picture_failed(self, url: str, due: datetime | None) -> None:
        """Try to fetch an image again at `due`, or never."""
        with self._database.writing() as connection:
            pictures.failed(connection, url, due)

    def pictures(self) -> tuple[Picture, ...]:
        """Return all images that were copied, one of each path."""
        with self._database.reading() as connection:
            return pictures.kept(connection)

    def lost_pictures(self, paths: Iterable[str], now: datetime) -> int:
        """Let images whose files are not there any more be fetched again; return how many."""
        with self._database.writing() as connection:
            return pictures.lost(connection, paths, now)

    def unused_pictures(self) -> tuple[tuple[str, Picture], ...]:
        """Return the copied images, with their addresses, that no entry may show any more."""
        with self._database.reading() as connection:
            return pictures.unused(connection)

    def drop_picture(self, url: str) -> None:
        """Forget an image and who used it."""
        with self._database.writing() as connection:
            pictures.drop(connection, url)
