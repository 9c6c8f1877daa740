"""Keeps the search index in step with the tree. Acts: disk.

The index is derived like the tree, and made anew where it is not of the same making. Trouble with
it is told and never keeps an article from being published.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from aggregator.model import Article, Published
from aggregator.press.stamp import Stamp, agree
from aggregator.search import Index, SearchError

log = structlog.get_logger()


class Searchable:
    """The index during one run; None in its place: pages have no search box.

    Args:
        index: opened for writing, or None.
        whole: everything is put in, and nothing else is to stay. Until then people find what
            was there before.
    """

    def __init__(self, index: Index | None, *, whole: bool) -> None:
        self._index = index
        self._put: defaultdict[str, set[int]] | None = defaultdict(set) if whole else None

    def put(self, tag: str, articles: Iterable[tuple[Published, Article]]) -> None:
        """Let articles be found in an edition."""
        if (index := self._index) is not None:
            found = [(tag, entry.sequence, one.item, one.path) for entry, one in articles]
            if self._put is not None:
                self._put[tag].update(sequence for _, sequence, _, _ in found)
            self._try(lambda: index.put(found))

    def remove(self, tag: str, sequences: Iterable[int]) -> None:
        """Let articles be found no more."""
        if (index := self._index) is not None:
            self._try(lambda: index.remove(tag, sequences))

    def finish(self, tags: Iterable[str], stamp: Stamp) -> None:
        """Note of which making it is: without that it is filled anew.

        Args:
            tags: of the editions that there are and were.
            stamp: of this making.
        """
        if self._put is not None:
            for tag in tags:
                if (index := self._index) is not None:
                    self._try(partial(index.prune, tag, self._put[tag]))
        if (index := self._index) is not None:
            self._try(partial(index.set_stamp, stamp.text()))

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except SearchError as error:
            log.error("search-index", message=str(error))
            self._index = None  # its stamp stays behind, so the next run fills it anew


def is_current(index: Index, before: Stamp) -> bool:
    """Whether an index is of the making that the store remembers."""
    try:
        return agree(before, Stamp.read(index.stamp()))
    except SearchError:
        return False
