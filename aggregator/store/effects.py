"""What became of entries after they were emitted: corrected, withdrawn, shown again. Acts."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, delete, select, update

from aggregator.model import Alternate, Entry
from aggregator.store import outdated, translations
from aggregator.store.database import run_many, upsert
from aggregator.store.rows import fingerprint
from aggregator.store.schema import (
    corrections,
    emissions,
    entries,
    picture_uses,
    placements,
    withdrawals,
)


class Effects:
    """What a transaction does to entries that were emitted; written at its end."""

    def __init__(self) -> None:
        self._changed: set[int] = set()
        self._corrected: dict[int, int] = {}
        self._shown: dict[int, tuple[bool, bool, int]] = {}  # before, now, and since when
        self._articles: dict[int, Entry] = {}
        self._named: dict[int, tuple[Alternate, ...]] = {}

    def change(self, sequence: int, *, before: bool, now: bool, at: int) -> None:
        """Note a change of an entry.

        Args:
            sequence: the entry's.
            before: whether it might be shown before this change.
            now: whether it may be.
            at: when, in microseconds since 1970.
        """
        self._changed.add(sequence)
        first, _, _ = self._shown.get(sequence, (before, before, at))
        self._shown[sequence] = first, now, at

    def correct(self, sequence: int, at: int) -> None:
        """Note that an entry's words changed."""
        self._corrected[sequence] = at

    def renew(self, sequence: int, entry: Entry) -> None:
        """Note an entry as it is now."""
        self._articles[sequence] = entry

    def name(self, sequence: int, others: tuple[Alternate, ...]) -> None:
        """Note what an entry names as its translations now."""
        self._named[sequence] = others

    def touch(self, sequences: Iterable[int]) -> None:
        """Note entries that documents show otherwise now, though nothing of them changed."""
        self._changed.update(sequences)

    def write(self, connection: Connection) -> None:
        """Begin a new generation and write all of it."""
        self.touch(translations.record(connection, self._named))
        moved = [n for n, (before, now, _) in self._shown.items() if before != now]
        self.touch(translations.around(connection, moved))
        outdated.mark(connection, self._changed)
        again = {n: at for n, (before, now, at) in self._shown.items() if now > before}
        _show(connection, again)
        _date(connection, corrections, again | self._corrected)
        _say_corrected(connection, self._corrected)
        hidden = {n: at for n, (before, now, at) in self._shown.items() if before and not now}
        _date(connection, withdrawals, hidden)
        led = [
            {"_sequence": n, "_key": fingerprint(entry.lead_image.url) if entry.lead_image else ""}
            for n, entry in self._articles.items()
        ]
        run_many(connection, _LEAD, led)


def _show(connection: Connection, again: Mapping[int, int]) -> None:
    """Bring entries back that were gone, where subscribers see it.

    Who obeyed the tombstone takes an entry back when its `updated` is later (RFC 6721 section
    3). That it stands in the subscription document once more is what `corrections` is for,
    though its words are the same.
    """
    rows = [{"_sequence": number, "_at": at} for number, at in sorted(again.items())]
    gone = [{"_sequence": row["_sequence"]} for row in rows]
    run_many(connection, _SHOW, gone)
    run_many(connection, _SHOW_PLACED, gone)
    run_many(connection, _RENEW, rows)


_AT: Final[Any] = bindparam("_at", type_=BigInteger)
_SHOW: Final = delete(withdrawals).where(withdrawals.c.sequence == bindparam("_sequence"))
_SHOW_PLACED: Final = (
    update(placements)
    .where(placements.c.sequence == bindparam("_sequence"))
    .values(withdrawn_at=None)
)
_ENTRY: Final = (
    select(emissions.c.entry_id)
    .where(emissions.c.sequence == bindparam("_sequence"))
    .scalar_subquery()
)
_RENEW: Final = (
    update(entries)
    .where(entries.c.id == _ENTRY, entries.c.updated_at < _AT)
    .values(updated_at=_AT, updated_offset=0)
)
_LEAD: Final = delete(picture_uses).where(
    picture_uses.c.sequence == bindparam("_sequence"), picture_uses.c.key != bindparam("_key")
)


def unwind(connection: Connection, now: int) -> None:
    """Let what is said to happen later than now have happened now: a clock ran ahead."""
    outdated.lock(connection)
    ahead: set[int] = set()
    for table, column in _DATES:
        later = connection.execute(select(table.c.sequence).where(column > now)).scalars().all()
        _date(connection, table, dict.fromkeys(later, now))
        ahead.update(later)
    connection.execute(
        update(corrections).where(corrections.c.words_at > now).values(words_at=now)
    )
    if ahead:
        outdated.mark(connection, ahead)


_DATES: Final[Any] = (
    (corrections, corrections.c.corrected_at),
    (withdrawals, withdrawals.c.withdrawn_at),
)


def _say_corrected(connection: Connection, dates: Mapping[int, int]) -> None:
    """Write when the words of entries changed last."""
    rows = [{"_sequence": number, "_at": at} for number, at in sorted(dates.items())]
    run_many(connection, _SAY_CORRECTED, rows)


_SAY_CORRECTED: Final = (
    update(corrections)
    .where(corrections.c.sequence == bindparam("_sequence"))
    .values(words_at=_AT)
)


def _date(connection: Connection, table: Any, dates: Mapping[int, int]) -> None:
    """Write when entries were corrected or withdrawn last, also where they are placed."""
    column = table.columns.values()[1].name
    statement = upsert(connection.dialect.name, table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.sequence], set_={column: statement.excluded[column]}
    )
    rows = sorted(dates.items())
    run_many(connection, statement, [{"sequence": n, column: at} for n, at in rows])
    run_many(
        connection,
        update(placements)
        .where(placements.c.sequence == bindparam("_sequence"))
        .values({column: _AT}),
        [{"_sequence": number, "_at": at} for number, at in rows],
    )
