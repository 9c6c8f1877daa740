"""The file: where it is, what is in it, by which program it was made. Acts: disk.

    about      by which program (`MADE_BY`), and up to what it was filled (the publisher's stamp)
    editions   a number for each tag
    languages  of an edition's articles
    articles   what is asked of many rows at once: day, language
    shown      what is asked of a page of results: path, and the item as a list shows it;
               and the article's words, to take them out again
    words      FTS5's index of the words, as `aggregator.text.search` spells them

The id of a row, in the last three, is its edition's number and its article's sequence: FTS5 finds
the articles of one edition by a range of ids.
"""

import contextlib
import functools
import hashlib
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aggregator.errors import AggregatorError

NAME: Final = "search.db"
APPLICATION_ID: Final = 0x61677366  # tells ours from any other file of SQLite's
_MAKERS: Final = (
    "search/database.py",
    "search/index.py",
    "search/rows.py",
    "text/search.py",
    "model/published.py",
)
HIGHEST: Final = (1 << 40) - 1  # of a sequence
_PATIENCE: Final = 5.0  # seconds that a writer waits for another

# FTS5's tokenizer `ascii` parts at spaces what has no other ASCII but letters and digits, as our
# words: `unicode61` knows only Unicode 6.1.
SCHEMA: Final = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE editions (number INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE);
CREATE TABLE languages (edition INTEGER, language TEXT, PRIMARY KEY (edition, language))
    WITHOUT ROWID;
CREATE TABLE articles (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, language TEXT NOT NULL);
CREATE TABLE shown (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, item BLOB NOT NULL, words BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (
    title, summary, body, names, marks, tokenize = 'ascii', content = ''
);
"""
TABLES: Final = ("words", "shown", "articles", "languages", "editions", "about")


class SearchError(AggregatorError):
    """The index cannot be written or read as it is."""


def location(store: str, publish_to: Path) -> Path:
    """Say where the index is: beside the store, or beside the published folder.

    Args:
        store: a path, or the URL of a database elsewhere.
        publish_to: the published folder.
    """
    return (publish_to if "://" in store else Path(store)).with_name(NAME)


@functools.cache
def made_by() -> str:
    """Name the program as far as it decides what is in the file.

    Its source, so that nobody has to remember a number; and Unicode, which decides on letters.
    """
    digest = hashlib.blake2b(unicodedata.unidata_version.encode(), digest_size=16)
    package = Path(__file__).parents[1]
    for path in _MAKERS:
        digest.update((package / path).read_bytes())
    return digest.hexdigest()


def connect(path: Path, *, mode: str, timeout: float = _PATIENCE) -> sqlite3.Connection:
    """Open the file in a mode of SQLite's URIs: "ro", "rwc", or "ro&immutable=1"."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Do it all, or nothing."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def about(connection: sqlite3.Connection, name: str) -> str | None:
    """Read what the file says of itself; None also where it says nothing."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchone():
        return None
    row = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def ids(number: int) -> tuple[int, int]:
    """Return the first and the last id that an article of an edition may have."""
    return number << 40, (number << 40) | HIGHEST
