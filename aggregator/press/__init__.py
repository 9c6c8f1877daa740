"""Publish what is stored: emit, lay out, cut to rights, render, write. Acts.

The other half of the journey, after `pipeline` has recorded. One process at a time does it: the
one that holds the store's lock.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.config import Config
from aggregator.config.languages import own_name
from aggregator.errors import PublishError
from aggregator.model import Document
from aggregator.store import Store
from aggregator.syndicate import atom, editions, jsonfeed, mint, opml, publish, rss

FORMATS: Final = (atom, rss, jsonfeed)  # all of one page, so none says more than another
WINDOW_SPAN: Final = timedelta(hours=48)  # a feed shows at least what two days brought


class Press:
    """Writes every document below the published root.

    Args:
        config: what is published, and the rights of today.
        store: what is remembered.
        clock: the time of an emission.
    """

    def __init__(self, config: Config, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        # A disabled source is not polled, and what it brought keeps its name and its rights.
        self._sources = {source.id: source for source in (*config.sources, *config.disabled)}
        self._paths: tuple[str, ...] = ()  # of the documents that were published last

    async def publish(self) -> tuple[str, ...]:
        """Emit what may appear and write every document; return the paths whose bytes changed.

        Raises:
            PublishError: a document could not be written; the others were, and its old version
                stands.
            StoreError: the database failed; what was written stands.
        """
        languages = {code for edition in self._config.editions for code in edition.languages}
        self._store.emit(languages, now=self._clock(), mint=mint.mint)
        changed, problems, paths = [], [], []
        for document in self.documents():
            paths.append(document.path)
            try:
                # Writing may wait for the next second: Last-Modified strictly increases.
                if await asyncio.to_thread(publish.write, self._config.publish_to, document):
                    changed.append(document.path)
            except PublishError as error:
                problems.append(str(error))
        self._paths = tuple(paths)
        if problems:
            raise PublishError("; ".join(problems))
        return tuple(changed)

    def is_published(self) -> bool:
        """Whether every document is there: the published folder may be deleted at any time."""
        return all((self._config.publish_to / path).exists() for path in self._paths)

    def documents(self) -> Iterator[Document]:
        """Render every document from what is stored. No clock: equal entries, equal bytes."""
        config = self._config
        for edition in config.editions:
            entries = self._store.window(
                edition.languages, entries=config.entries, span=WINDOW_SPAN
            )
            page = editions.page(
                config.site, edition, entries, self._sources, created=self._store.created
            )
            for format_ in FORMATS:
                yield format_.render(replace(page, path=f"{edition.tag}/{format_.NAME}"))
            yield opml.render(config.site, edition, config.sources, language_name=own_name)
        yield opml.render(config.site, None, config.sources, language_name=own_name)
