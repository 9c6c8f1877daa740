"""One database, whichever it is: opened, checked, brought up to date. Acts.

A path is SQLite, a ``postgresql://`` address is PostgreSQL; nothing else tells them apart outside
of this file. All of the drivers' errors become `StoreError` here, with what to do.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.counters import NAMES
from aggregator.store.rows import micros, moment
from aggregator.store.schema import REVISION, counters, meta

BUSY_SECONDS: Final = 30  # how long a writer waits for another one; the process is blocked
_SWITCHES: Final = 50  # tries to make a new file WAL, a tenth of a second apart
MANY: Final = 50  # rows; below, compiling anew costs more than it saves
OLDEST_SQLITE: Final = (3, 24, 0)  # the first with ON CONFLICT

_PRAGMAS: Final = (
    # NORMAL and OFF survive a kill -9 and lose commits when the power goes.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",  # kB
    "PRAGMA journal_size_limit = 67108864",
)

_RESTORE: Final = (
    "stop the daemon, move this file and its -wal and -shm away, and put the newest file of "
    "backups/ in its place"
)

# What SQLite's primary result codes mean for an operator (sqlite.org/rescode.html).
_SQLITE_ERRORS: Final = {
    sqlite3.SQLITE_BUSY: (
        "another process was writing to it all the time; nothing was written, try again when "
        "that one is done"
    ),
    sqlite3.SQLITE_READONLY: (
        "it cannot be written to: give the user that runs this program write access to the file "
        "and to its folder"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened: the folder must exist, and the user that runs this program must be "
        "able to write in it"
    ),
    sqlite3.SQLITE_PERM: "access to it is denied",
    sqlite3.SQLITE_FULL: (
        "the disk is full: free some space; what was committed before is safe, and what was not "
        "will be fetched again"
    ),
    sqlite3.SQLITE_IOERR: "the disk could not be read or written: look into the system's log",
    sqlite3.SQLITE_CORRUPT: f"it is damaged: {_RESTORE}",
    sqlite3.SQLITE_NOTADB: (
        f"it is not a database: see whether `store:` names the right file; if it does, {_RESTORE}"
    ),
}

_TABLE_OF_ALEMBIC: Final = "alembic_version"
_MIGRATION_LOCK: Final = 0x61676772  # an advisory lock of PostgreSQL: any constant number


class Database:
    """An engine, and transactions on it that raise `StoreError`.

    Args:
        location: a path, or the address of a PostgreSQL database.

    Raises:
        StoreError: the location is of neither kind, or its folder cannot be made.
    """

    def __init__(self, location: str, *, patience: float = BUSY_SECONDS) -> None:
        self.path = path_of(location)
        self._engine = _postgresql(location) if self.path is None else _sqlite(self.path, patience)
        self.name = str(self.path) if self.path is not None else str(self._engine.url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a snapshot to several questions; it sees no commit that comes later."""
        options: dict[str, Any] = {}
        if self.path is None:
            options["isolation_level"] = "REPEATABLE READ"
        with self._translating(), self._engine.connect() as opened:
            connection = opened.execution_options(**options)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed, durably, at the end; an error undoes all of it."""
        with self._translating(), self._engine.connect() as opened:
            connection = opened.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            kind = StoreBusy if _is_busy(error) else StoreError
            raise kind(f"{self.name}: {_explain(error)}") from error

    def prepare(self, *, now: datetime, check: bool) -> datetime:
        """Bring the database to this program's schema, making it where there is none.

        Args:
            now: when a new database is said to have been made.
            check: look for damage first; reads the whole file.

        Returns:
            When the database was made.

        Raises:
            StoreError: it is damaged, another program's, or made by a newer version.
        """
        with self.reading() as connection:
            if check and self.path is not None:
                self._check(connection)
            found = self._revision(connection)
        if found != REVISION:
            with self.writing() as connection:
                self._migrate(connection, now)
        with self.reading() as connection:
            created = connection.execute(select(meta.c.value).where(meta.c.name == "created_at"))
            return moment(int(created.scalar_one()))

    def _check(self, connection: Connection) -> None:
        (found,) = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars()
        if found != "ok":
            raise StoreError(f"{self.name}: it is damaged ({found}): {_RESTORE}")

    def _revision(self, connection: Connection) -> str | None:
        tables = inspect(connection).get_table_names()
        if _TABLE_OF_ALEMBIC in tables:
            found = connection.execute(text(f"SELECT version_num FROM {_TABLE_OF_ALEMBIC}"))  # noqa: S608
            return found.scalar_one_or_none()
        if tables:
            raise StoreError(
                f"{self.name}: it belongs to another program (it has a table {tables[0]!r}); "
                "give `store:` a place of its own"
            )
        return None

    def _migrate(self, connection: Connection, now: datetime) -> None:
        # Alembic takes a third of a second to import: only where there is something to do.
        from aggregator.store import migrations  # noqa: PLC0415

        if self.path is None:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        found = self._revision(connection)  # again: another process may have been faster
        if found is not None and not migrations.known(found):
            raise StoreError(
                f"{self.name}: it was made by a newer version of this program: its schema is "
                f"{found}, this version knows those up to {REVISION}; install that version, or "
                "restore a backup that is older"
            )
        migrations.upgrade(connection)
        for table, rows in (
            (counters, [{"name": name, "value": 0} for name in NAMES]),
            (meta, [{"name": "created_at", "value": str(micros(now))}]),
        ):
            known = set(connection.execute(select(table.c.name)).scalars())
            if missing := [row for row in rows if row["name"] not in known]:
                connection.execute(insert(table), missing)

    def copy(self, target: Path) -> None:
        """Copy a SQLite database as it is at this moment, while others go on writing.

        The copy appears whole or not at all.

        Raises:
            StoreError: the copy cannot be written, or the database is PostgreSQL.
        """
        if self.path is None:
            raise StoreError(f"{self.name}: back up PostgreSQL with its own pg_dump")
        partial = target.with_name(target.name + ".partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            with (
                contextlib.closing(sqlite3.connect(self.path)) as source,
                contextlib.closing(sqlite3.connect(partial)) as copy,
            ):
                source.backup(copy)
            _sync(partial)
            partial.replace(target)
            _sync(target.parent)
        except (OSError, sqlite3.Error) as error:
            partial.unlink(missing_ok=True)
            raise StoreError(f"{target}: the backup could not be written: {error}") from error


def path_of(location: str) -> Path | None:
    """Return the file of a SQLite database; None for the address of a PostgreSQL one.

    Raises:
        StoreError: the location is of neither kind.
    """
    if "://" not in location:
        return Path(location)
    if location.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
        return None
    scheme = location.partition("://")[0]
    raise StoreError(
        f"store: {scheme}:// is not known; wanted a path such as store/aggregator.db, or "
        "postgresql://USER@HOST/DATABASE"
    )


def upsert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that can be told what to do ON CONFLICT: the same text in both."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def run_many(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Run a statement once for each of the rows, if there are any.

    Many rows go straight to the driver: they are plain texts and numbers, and SQLAlchemy's own
    handling of each would take half as long again as the database does.
    """
    if len(rows) < MANY:
        if rows:
            connection.execute(statement, rows)
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    order = compiled.positiontup
    values: Any = list(rows) if order is None else list(map(itemgetter(*order), rows))
    connection.exec_driver_sql(compiled.string, values)


def _sqlite(path: Path, patience: float) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old: this program needs "
            f"{'.'.join(map(str, OLDEST_SQLITE))} or newer"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent}: the folder cannot be made: {error.strerror}") from error
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": patience}
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        # The driver would begin by itself, late and not before DDL: we say BEGIN.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        _switch_to_wal(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that begins as a reader cannot wait for its turn: it would fail at once.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Make the file WAL. It stays so: only the very first process has something to do here.

    The busy timeout does not cover the switch: of several that find a new file at the same
    moment, all but one are refused at once.
    """
    for attempt in range(_SWITCHES):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == _SWITCHES - 1:
                raise
            time.sleep(0.1)
        else:
            return


def _postgresql(location: str) -> Engine:
    try:
        url = make_url(location).set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True)
    except (ArgumentError, ValueError):
        # The address itself is not repeated: it may hold a password.
        raise StoreError(
            "store: this is not the address of a database; wanted "
            "postgresql://USER@HOST/DATABASE, with a port that is a number"
        ) from None
    except ImportError as error:
        raise StoreError(
            "store: PostgreSQL needs psycopg; install it with: pip install aggregator[postgresql]"
        ) from error


def _is_busy(error: SQLAlchemyError) -> bool:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def _explain(error: SQLAlchemyError) -> str:
    # An error that ended the transaction makes the ROLLBACK fail too: the first is the reason.
    first: BaseException | None = error
    reason: BaseException = error
    while first is not None:
        if isinstance(first, DBAPIError) and first.orig is not None:
            reason = first.orig
        first = first.__context__
    code = getattr(reason, "sqlite_errorcode", None)
    said = " ".join(str(reason).split())
    if code is not None and (meaning := _SQLITE_ERRORS.get(code & 0xFF)):
        return f"{meaning} ({said})"
    return said


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
