"""Publish what is stored: emit, lay out, cut to rights, render, write. Acts.

The other half of the journey, after `pipeline` has recorded. One process at a time does it: the
one that holds the store's lock.

    ledger      what one run knows of all editions: series, and where each page is
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

import structlog

from aggregator.config import Config
from aggregator.pictures import Gallery
from aggregator.press.ledger import Ledger
from aggregator.press.run import Run
from aggregator.press.searchable import Searchable, is_current
from aggregator.press.stamp import Stamp, agree
from aggregator.press.standing import Furniture, furnish, user_agent
from aggregator.search import Index, SearchError, location
from aggregator.store import Outdated, Store
from aggregator.syndicate import mint, publish, series

__all__ = ["Furniture", "Press", "furnish", "user_agent"]

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
        self.furniture = furnish(config)
        self.gallery = Gallery(config, store, clock=clock)
        # Of the files as they were read: those of a newer program are the next process's.
        self._making = Stamp.of(config)
        self._stop = threading.Event()

    async def publish(self) -> tuple[str, ...]:
        """Emit what may appear and write what changed; return the paths whose bytes changed.

        The work is done in a thread: the loop goes on meanwhile.

        Raises:
            PublishError: a document could not be written; the others were, and the error names
                them. Its old version stands, and it is tried again with the next call.
            StoreError: the database failed; what was written stands.
        """
        return await asyncio.to_thread(self._publish)

    def stop(self) -> None:
        """Let a call that is under way, and every later one, end soon; the rest is left to do."""
        self._stop.set()

    def is_published(self) -> bool:
        """Whether the tree is there: the published folder may be deleted at any time."""
        note = Stamp.read(publish.note(self._config.publish_to))
        return bool(note.tree) and note.tree == Stamp.read(self._store.stamp()).tree

    def _publish(self) -> tuple[str, ...]:
        languages = {code for edition in self._config.editions for code in edition.languages}
        self._store.emit(languages, now=self._clock(), mint=mint.mint)
        for edition in self._config.editions:
            label = partial(series.series_of, edition=edition)
            while not self._stop.is_set() and self._store.place(
                edition.tag, edition.languages, label
            ):
                pass
        before, now, outdated, whole = self._look()
        stamp = now.named("" if whole else before.tree)
        if whole:
            log.info("publishing-all", to=str(self._config.publish_to))
        with self._index() as index:
            refill = index is not None and not whole and not is_current(index, before)
            run = Run(
                ledger=Ledger(self._config, self._store),
                furniture=self.furniture,
                sequences=None if whole else outdated.sequences,
                editions=(*before.editions, *now.editions),
                searchable=Searchable(index, whole=whole or refill),
                gallery=self.gallery,
                stop=self._stop,
            )
            root = self._config.publish_to
            folder = publish.identity(root)
            changed = run.write(root)
            if refill:
                run.make_searchable()
            # A folder that was deleted meanwhile took documents with it: all is to do again.
            if not self._stop.is_set() and publish.identity(root) == folder:
                run.searchable.finish(now.editions, stamp)
                publish.leave_note(root, stamp.text())
                self._store.settle(outdated.generation, stamp.text())
        return changed

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

    def _look(self) -> tuple[Stamp, Stamp, Outdated, bool]:
        """Compare the tree as it was made last with how it is to be made now."""
        before = Stamp.read(self._store.stamp())
        now = self._making
        changed = before.changed_sources(now) if before.tree else ()
        if changed:
            self._store.mark_sources(changed)
        outdated = self._store.outdated()
        now = replace(now, generation=outdated.generation)
        note = Stamp.read(publish.note(self._config.publish_to))
        same = before.whole == now.whole and agree(before, note, generation=outdated.generation)
        return before, now, outdated, not same
