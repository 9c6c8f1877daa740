"""Reads the index: what a query finds, the best first. Acts: disk.

A connection is opened for each search: it takes a fraction of a millisecond, and an index that was
deleted and made anew meanwhile is found at its name.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.model import Item
from aggregator.search.database import SearchError, about, connect, ids, made_by, transaction
from aggregator.search.query import Reading, expression
from aggregator.search.rows import read_teaser

PATIENCE: Final = 1.0  # seconds
_OPERATIONS: Final = 1000  # of SQLite's machine between two looks at the clock

# An article that has the words in its title is about them. An outlet's or author's name, and a
# category, come between. Marks only choose.
_RANK: Final = "bm25(words, 10.0, 4.0, 1.0, 3.0, 0.0)"
# Of equal matches the newer is better: the newest is half as good again, one that is `_AGING` days
# older a quarter, one of years before hardly. bm25 is negative, the best lowest.
_AGING: Final = 90
# Of so many articles that match, only the newest are compared: the time of a search has an end.
_RANKED: Final = 10_000
_FOUND: Final = f"""
    SELECT ranked.id, shown.path, shown.item
    FROM (
        SELECT found.id AS id,
            found.rank * (1 + 0.5 * {_AGING} / (
                {_AGING} + max(articles.day) OVER () - articles.day
            )) AS score
        FROM (
            SELECT words.rowid AS id, {_RANK} AS rank
            FROM words {{join}}
            WHERE words MATCH :expression AND words.rowid BETWEEN :first AND :last {{condition}}
            ORDER BY words.rowid DESC LIMIT {_RANKED}
        ) AS found CROSS JOIN articles ON articles.id = found.id
        ORDER BY score, found.id DESC
        LIMIT :limit OFFSET :offset
    ) AS ranked JOIN shown ON shown.id = ranked.id
    ORDER BY ranked.score, ranked.id DESC
"""  # noqa: S608 - constants of ours
_COUNT: Final = """
    SELECT count(*) FROM words {join}
    WHERE words MATCH :expression AND words.rowid BETWEEN :first AND :last {condition}
"""
_ANY: Final = {"join": "", "condition": ""}
_OF_LANGUAGE: Final = {
    "join": "CROSS JOIN articles AS one ON one.id = words.rowid",
    "condition": "AND one.language = :language",
}


class NotReady(SearchError):  # noqa: N818 - reads as the state it reports
    """The index is not there, not yet filled, or of another version of the program."""


class TookTooLong(SearchError):  # noqa: N818 - reads as the state it reports
    """The search was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found.

    Attributes:
        sequence: its number.
        path: of its page, below the published root.
        item: as far as a list shows it: no body, categories or authors.
    """

    sequence: int
    path: str
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        total: articles in all.
        hits: those that were asked for, the best first.
    """

    total: int
    hits: tuple[Hit, ...] = ()


def find(
    path: Path,
    tag: str,
    query: str,
    *,
    limit: int = 20,
    offset: int = 0,
    language: str | None = None,
    patience: float = PATIENCE,
) -> Found:
    """Find articles of an edition. Any thread, any process; waits for no writer.

    Where no article has the words of the query, those count that have words that begin so.

    Args:
        path: the index.
        tag: the edition's.
        query: as it was typed (`aggregator.search.query`).
        limit: articles that are returned at most.
        offset: articles before them that are left out.
        language: only articles in this one.
        patience: seconds after which the search is given up.

    Raises:
        NotReady: there is no index that could be asked.
        TookTooLong: it was given up.
        SearchError: it cannot be read.
    """
    try:
        with _reading(path, time.monotonic() + patience) as connection:
            return _find(connection, tag, query, limit=limit, offset=offset, language=language)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TookTooLong(f"a search took longer than {patience:g} s") from error
        raise SearchError(f"the search index {path} cannot be read: {error}") from error
    except sqlite3.Error as error:
        raise SearchError(f"the search index {path} cannot be read: {error}") from error


@contextlib.contextmanager
def _reading(path: Path, deadline: float) -> Iterator[sqlite3.Connection]:
    """A view of the index as of one moment."""
    if not path.exists():
        raise NotReady(f"there is no search index {path} yet")
    connection = _opened(path)
    try:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _OPERATIONS)
        with transaction(connection, "BEGIN"):
            if about(connection, "made by") != made_by() or about(connection, "stamp") is None:
                raise NotReady(f"the search index {path} is being filled")
            yield connection
    finally:
        connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    """Open it to read, also where this user may not write the folder and nobody else has it open.

    SQLite reads a file in WAL mode only with the two files beside it, which go when the last
    connection closes (sqlite.org/wal.html#read_only_databases). Without them nobody is writing.
    """
    connection = connect(path, mode="ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return connect(path, mode="ro&immutable=1")
    return connection


def _find(
    connection: sqlite3.Connection,
    tag: str,
    query: str,
    *,
    limit: int,
    offset: int,
    language: str | None,
) -> Found:
    row = connection.execute("SELECT number FROM editions WHERE tag = ?", (tag,)).fetchone()
    if row is None:
        return Found(total=0)
    first, last = ids(row[0])
    languages = [
        code
        for (code,) in connection.execute("SELECT language FROM languages WHERE edition = ?", row)
        if language in (None, code)
    ]
    asked = {"first": first, "last": last, "language": language}
    which = _ANY if language is None else _OF_LANGUAGE
    for reading in Reading:
        asked["expression"] = expression(query, languages, reading)
        if not asked["expression"]:
            return Found(total=0)
        (total,) = connection.execute(_COUNT.format(**which), asked).fetchone()
        if total:
            break
    else:
        return Found(total=0)
    asked |= {"limit": limit, "offset": offset}
    rows = connection.execute(_FOUND.format(**which), asked).fetchall()
    return Found(
        total=total,
        hits=tuple(
            Hit(sequence=one - first, path=page, item=read_teaser(item))
            for one, page, item in rows
        ),
    )
