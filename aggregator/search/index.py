"""Writes the index: puts articles in, takes them out. Acts: disk."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from aggregator.model import Item
from aggregator.search.database import (
    APPLICATION_ID,
    SCHEMA,
    TABLES,
    SearchError,
    about,
    connect,
    ids,
    made_by,
    transaction,
)
from aggregator.search.rows import columns, pack, teaser, unpack

_CACHE: Final = 16 * 1024  # kB that writing may take
_LARGEST_WAL: Final = 32 * 1024 * 1024  # bytes that the file beside keeps after a large writing
_IN: Final = (
    "INSERT INTO words (rowid, title, summary, body, names, marks) VALUES (?, ?, ?, ?, ?, ?)"
)
# A table without content wants to be told what it had (sqlite.org/fts5.html section 6.3).
_OUT: Final = (
    "INSERT INTO words (rowid, title, summary, body, names, marks, words) "
    "VALUES (?, ?, ?, ?, ?, ?, 'delete')"
)
_DAY: Final = 24 * 60 * 60


class Index:
    """The index, opened for writing by the one process that publishes.

    Each call is whole or absent. Searches go on meanwhile and see what was there before.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the index at `path`, or make it.

        One that another version of the program made, or that is damaged, is emptied: `stamp` is
        None then.

        Raises:
            SearchError: the file cannot be made or written, or is a database but no index.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return cls(path, _opened(path))
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged; what is in it can be made anew
                for suffix in ("", "-wal", "-shm"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
                return cls(path, _opened(path))
        except (sqlite3.Error, OSError) as error:
            raise _failed(path, error) from error

    def close(self) -> None:
        """Leave it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what it is filled with -------------------------------------------------------------

    def put(self, items: Iterable[tuple[str, int, Item, str]]) -> None:
        """Put articles in; one that is there already is replaced.

        Args:
            items: of each its edition's tag, its sequence, what is shown of it, and the path of
                its page below the published root.

        Raises:
            SearchError: nothing was put in.
        """
        with self._writing() as connection:
            known: dict[str, int] = {}
            for tag, sequence, item, path in items:
                if tag not in known:
                    known[tag] = _edition(connection, tag)
                _put(connection, known[tag], sequence, item, path)

    def remove(self, tag: str, sequences: Iterable[int]) -> None:
        """Take articles out of an edition; those that are not there are passed over.

        Raises:
            SearchError: nothing was taken out.
        """
        with self._writing() as connection:
            first, _ = ids(_edition(connection, tag))
            for sequence in sequences:
                _take_out(connection, first | sequence)

    def prune(self, tag: str, kept: Collection[int]) -> None:
        """Take out of an edition all articles but these.

        Raises:
            SearchError: nothing was taken out.
        """
        with self._writing() as connection:
            first, last = ids(_edition(connection, tag))
            rows = connection.execute(
                "SELECT id FROM articles WHERE id BETWEEN ? AND ?", (first, last)
            )
            for one in [one for (one,) in rows if one - first not in kept]:
                _take_out(connection, one)

    # --- up to what -------------------------------------------------------------------------

    def stamp(self) -> str | None:
        """Return what `set_stamp` was told; None: fill it anew.

        Raises:
            SearchError: it cannot be read.
        """
        try:
            return about(self._connection, "stamp")
        except sqlite3.Error as error:
            raise _failed(self._path, error) from error

    def set_stamp(self, stamp: str) -> None:
        """Remember up to what the index was filled; until then searches find it not ready.

        The first stamp also settles the index into its fastest form, which takes seconds for
        100,000 articles.

        Raises:
            SearchError: the stamp is the one from before.
        """
        with self._writing() as connection:
            if about(connection, "stamp") is None:
                connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            connection.execute("INSERT OR REPLACE INTO about VALUES ('stamp', ?)", (stamp,))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with transaction(self._connection, "BEGIN IMMEDIATE"):
                yield self._connection
        except sqlite3.Error as error:
            raise _failed(self._path, error) from error


# --- the file ---------------------------------------------------------------------------------


def _opened(path: Path) -> sqlite3.Connection:
    connection = connect(path, mode="rwc")
    try:
        _refuse_others(connection, path)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",  # what a loss of power takes is made anew
            f"cache_size = -{_CACHE}",
            f"journal_size_limit = {_LARGEST_WAL}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        with transaction(connection, "BEGIN IMMEDIATE"):
            if about(connection, "made by") != made_by():
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                _make(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_others(connection: sqlite3.Connection, path: Path) -> None:
    """Take nothing that may be somebody's: what is emptied here cannot be brought back."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and tables:
        raise SearchError(
            f"{path} is a database, and not a search index of this program: move it away, or "
            "give `store:` another folder"
        )


def _make(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute("INSERT INTO about VALUES ('made by', ?)", (made_by(),))


def _failed(path: Path, error: Exception) -> SearchError:
    return SearchError(
        f"the search index {path} cannot be used: {error}. It may be deleted at any time: it is "
        "made anew"
    )


# --- rows -------------------------------------------------------------------------------------


def _edition(connection: sqlite3.Connection, tag: str) -> int:
    connection.execute("INSERT OR IGNORE INTO editions (tag) VALUES (?)", (tag,))
    (number,) = connection.execute("SELECT number FROM editions WHERE tag = ?", (tag,)).fetchone()
    return int(number)


def _put(
    connection: sqlite3.Connection, edition: int, sequence: int, item: Item, path: str
) -> None:
    first, last = ids(edition)
    one, found = first | sequence, columns(item)
    if not first < one <= last:
        raise ValueError(f"{sequence} is no sequence")
    day = int(item.published.timestamp()) // _DAY
    _take_out(connection, one)
    connection.execute("INSERT OR IGNORE INTO languages VALUES (?, ?)", (edition, item.language))
    connection.execute("INSERT INTO articles VALUES (?, ?, ?)", (one, day, item.language))
    connection.execute(
        "INSERT INTO shown VALUES (?, ?, ?, ?)", (one, path, teaser(item), pack(found))
    )
    connection.execute(_IN, (one, *found))


def _take_out(connection: sqlite3.Connection, one: int) -> None:
    row = connection.execute("SELECT words FROM shown WHERE id = ?", (one,)).fetchone()
    if row is None:
        return
    connection.execute(_OUT, (one, *unpack(row[0])))
    connection.execute("DELETE FROM shown WHERE id = ?", (one,))
    connection.execute("DELETE FROM articles WHERE id = ?", (one,))
