"""Finds published articles: a file beside the store, made of what is shown, kept by SQLite. Acts.

    query     what somebody typed -> an expression of FTS5          pure
    database  the file: where it is, what is in it, by which program it was made
    rows      an article -> its words, and what a list shows of it  pure
    index     writes it: puts articles in, takes them out
    finding   reads it: what a query finds, the best first

The file is derived: it may be deleted at any time, and whoever publishes fills it anew. One
process writes, any number read meanwhile (SQLite's WAL): each sees the articles as of one moment.

An article is found by the words of its `Item` and no others, so an excerpt is not found by what
its source does not let us show.
"""

from aggregator.search.database import SearchError, location
from aggregator.search.finding import Found, Hit, NotReady, TookTooLong, find
from aggregator.search.index import Index
from aggregator.search.query import LONGEST

__all__ = [
    "LONGEST",
    "Found",
    "Hit",
    "Index",
    "NotReady",
    "SearchError",
    "TookTooLong",
    "find",
    "location",
]
