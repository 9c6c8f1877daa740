"""Publish what is stored: emit, lay out, cut to rights, render, write. Acts.

The other half of the journey, after `pipeline` has recorded. One process at a time does it: the
one that holds the store's lock.

    alike       how entries of different sources are compared, before they are emitted
    ledger      what one run knows of all editions: series, where each page is, rights of today
    feeds         archives and subscription documents of a series
    pages         the site's pages that show articles
    standing      what shows none: theme, operator's pages, lists of sources
    searchable    the search index, kept in step
    run         which documents are to be written now, and writes them
    stamp       by what the tree was made: is all of it to be made anew?

Usually only what changed is written: the store marks every published entry that documents do not
show yet as it is now, and the marks are taken away when the files are on the disk. All of it is
written when the configuration, the theme or the program changed, or the tree is not the one that
was written last.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from aggregator.config import Config
from aggregator.errors import PublishError
from aggregator.judge import rights
from aggregator.model import Edition
from aggregator.pictures import Gallery
from aggregator.press import alike
from aggregator.press.ledger import Ledger
from aggregator.press.run import Run
from aggregator.press.searchable import Searchable, is_current
from aggregator.press.stamp import Stamp, agree
from aggregator.press.standing import Furniture, furnish, landmarks, user_agent
from aggregator.search import Index, SearchError, location
from aggregator.store import Outdated, Store
from aggregator.syndicate import mint, publish, series

__all__ = ["Furniture", "Press", "furnish", "user_agent"]

_AT_ONCE: Final = 500  # entries that are emitted, or placed, in one transaction
_TURN: Final = 0.1  # seconds between two of them

log = structlog.get_logger()


class Press:
    """Writes every document below the published root.

    Args:
        config: what is published, and the rights of today.
        store: what is remembered.
        clock: the time of an emission.

    Raises:
        ConfigError: a file of the operator's theme or pages cannot be used.
    """

    def __init__(self, config: Config, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        # Before the files are read: one that changes then, or later, is the next process's.
        self._making = Stamp.of(config)
        self.furniture = furnish(config)
        self.gallery = Gallery(config, store, clock=clock)
        self._stop = threading.Event()
        self._changed: list[str] = []  # and not told yet

    async def publish(self) -> tuple[str, ...]:
        """Emit what may appear and write what changed; return the paths whose bytes changed.

        The work is done in a thread: the loop goes on meanwhile.

        Raises:
            PublishError: a document could not be written; the others were, and the error names
                them. Its old version stands, and it is tried again with the next call.
            StoreError: the database failed; what was written stands, and the next call that does
                not fail so tells it too.
        """
        try:
            await asyncio.to_thread(self._publish)
        except PublishError as error:
            raise PublishError(str(error), changed=self._told()) from error
        return self._told()

    def _told(self) -> tuple[str, ...]:
        told = tuple(dict.fromkeys(self._changed))
        self._changed.clear()
        return told

    def stop(self) -> None:
        """Let a call that is under way, and every later one, end soon; the rest is left to do."""
        self._stop.set()

    def next_moment(self, after: datetime) -> datetime | None:
        """Say when what is published changes by itself next; None: not before somebody acts.

        That is when a permission begins or ends, and when an article has waited long enough.

        Args:
            after: the time of the last publishing.

        Raises:
            StoreError: the database failed.
        """
        sources = (*self._config.sources, *self._config.disabled)
        held = (*(source.rights for source in sources), self._config.default_rights)
        turn = rights.next_change(held, after)
        emission = self._store.next_emission(after)
        return min((moment for moment in (turn, emission) if moment is not None), default=None)

    def is_published(self) -> bool:
        """Whether the tree that was written last is there: it may be deleted at any time."""
        return self._is_there(Stamp.read(self._store.stamp()))

    def _is_there(self, stored: Stamp) -> bool:
        root = self._config.publish_to
        if not agree(stored, Stamp.read(publish.note(root))):
            return False
        # Who empties the folder may leave the note: its name is hidden.
        return all((root / path).is_file() for path in landmarks(self._config))

    def _publish(self) -> None:
        languages = {code for edition in self._config.editions for code in edition.languages}
        now = self._clock()
        order, likeness = alike.order(self._config), alike.likeness(self._config)
        self._in_steps(lambda: self._store.compare(likeness, now=now, limit=_AT_ONCE))
        emit = partial(self._store.emit, languages, now=now, mint=mint.mint, order=order)
        self._in_steps(lambda: emit(limit=_AT_ONCE))
        for edition in self._config.editions:
            self._in_steps(partial(self._place, edition))
        ledger = Ledger(self._config, self._store, now=now)
        before, making, outdated, whole = self._look(ledger)
        stamp = making.named("" if whole else before.tree)
        if whole:
            log.info("publishing-all", to=str(self._config.publish_to))
        with self._index() as index:
            refill = index is not None and not whole and not is_current(index, before)
            run = Run(
                ledger=ledger,
                furniture=self.furniture,
                sequences=None if whole else outdated.sequences,
                editions=(*before.editions, *making.editions),
                searchable=Searchable(index, whole=whole or refill),
                gallery=self.gallery,
                stop=self._stop,
                changed=self._changed,
            )
            root = self._config.publish_to
            folder = publish.identity(root)
            run.write(root)
            if refill:
                run.make_searchable()
            # A folder that was deleted meanwhile took documents with it: all is to do again.
            if not self._stop.is_set() and publish.identity(root) == folder:
                run.searchable.finish(run.editions, stamp)
                self._store.settle(outdated.generation, stamp.text())
                # Last: a note that says more than the store is of another day, whatever happens.
                publish.leave_note(root, stamp.text())

    def _place(self, edition: Edition) -> int:
        return self._store.place(edition.tag, edition.languages, series.series_of, limit=_AT_ONCE)

    def _in_steps(self, step: Callable[[], int]) -> None:
        """Repeat a writing while it has as much to do as it may, or until the run is to end.

        Between two steps others get their turn, such as visits that are recorded: whoever waits
        for SQLite looks only ten times a second whether it is free.
        """
        while not self._stop.is_set() and step() == _AT_ONCE:
            self._stop.wait(_TURN)

    @contextlib.contextmanager
    def _index(self) -> Iterator[Index | None]:
        """Open the search index where there is to be one; its trouble is not that of the pages."""
        if not self._config.search:
            yield None
            return
        try:
            index = Index.open(location(self._config.store, self._config.publish_to))
        except SearchError as error:
            log.error("search-index", message=str(error))
            yield None
            return
        with index:
            yield index

    def _look(self, ledger: Ledger) -> tuple[Stamp, Stamp, Outdated, bool]:
        """Compare the tree as it was made last with how it is to be made now."""
        before = Stamp.read(self._store.stamp())
        making = self._making.at(ledger.sources.values())
        changed = before.changed_sources(making) if before.tree else ()
        if changed:
            self._store.mark_sources(changed)
        outdated = self._store.outdated()
        now = replace(making, generation=outdated.generation)
        same = before.whole == now.whole and self._is_there(before)
        if same and before.outlets != now.outlets:
            others = set(outdated.sequences).union(ledger.naming_others())
            outdated = replace(outdated, sequences=tuple(sorted(others)))
        return before, now, outdated, not same
