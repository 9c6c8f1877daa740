"""What keeps things that were taken down from coming back: bars on addresses and texts. Acts.

A bar is a fingerprint, as in `keys`: it reaches what any source brings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select

from aggregator.model import Entry
from aggregator.store.database import run_many, upsert
from aggregator.store.rows import batches, fingerprint
from aggregator.store.schema import keys, takedown_bars, takedowns
from aggregator.store.stored import text_name

# --- raised and lifted ------------------------------------------------------------------------


def of_entry(connection: Connection, entry_id: int, entry: Entry, text_digest: str) -> set[str]:
    """Return what bars an entry: all its addresses, and its text where that is its own."""
    named = {"source": entry.key.source_id, "entry": entry_id}
    names = connection.execute(_NAMES, named).all()
    values = {name.value for name in names if name.kind == "address"}
    if entry.address is not None:
        values.add(fingerprint("address", entry.address))
    if (words := text_name(entry, text_digest)) is not None:
        values |= {name.value for name in names if name.kind == "text"} | {words}
    return values


def raise_all(connection: Connection, values: Iterable[str], number: int) -> None:
    """Bar what has these fingerprints, by a takedown."""
    rows = [{"value": value, "takedown_id": number} for value in sorted(values)]
    run_many(connection, insert(takedown_bars), rows)


def raise_around(connection: Connection, source_id: str, number: int) -> None:
    """Bar all addresses of a source's entries, by a takedown.

    Not its texts: what an agency wrote is another paper's, too.
    """
    connection.execute(_BAR_SOURCE, {"source": source_id, "takedown": number})


def follow(connection: Connection, names: Iterable[tuple[Mapping[str, Any], int | None]]) -> None:
    """Bar what is taken down under the names that it has got since.

    Args:
        connection: a writer's.
        names: rows of `keys`, each with the takedown that hides its entry.
    """
    held = [(row, number) for row, number in names if number is not None]
    if not held:
        return
    numbers = sorted({number for _, number in held})
    about = {
        row.id: row
        for some in batches(numbers)
        for row in connection.execute(_ABOUT, {"some": some})
    }
    rows = {
        (row["value"], number): {"value": row["value"], "takedown_id": number}
        for row, number in held
        if row["kind"] in ("address", "text")
        and (
            row["entry_id"] == about[number].entry_id
            # Not of its texts, as above.
            or (row["source_id"] == about[number].source_id and row["kind"] == "address")
        )
    }
    statement = upsert(connection.dialect.name, takedown_bars).on_conflict_do_nothing()
    run_many(connection, statement, [rows[name] for name in sorted(rows)])


def lift(connection: Connection, number: int) -> None:
    """Take the bars of a takedown away."""
    connection.execute(delete(takedown_bars).where(takedown_bars.c.takedown_id == number))


# --- what they reach --------------------------------------------------------------------------


def reached(connection: Connection, source_id: str, number: int) -> set[int]:
    """Return the entries of a source that the bars of a takedown reach."""
    values = {"source": source_id, "takedown": number}
    return set(connection.execute(_REACHED, values).scalars())


def barred(
    connection: Connection, wanted: Sequence[tuple[str, str | None, str]]
) -> dict[int, int]:
    """Return which new entries must not appear.

    Args:
        connection: any.
        wanted: of each its source, its canonical address and the digest of its text.

    Returns:
        By index, the takedown that reaches it: of its source, else of its address, else of its
        text.
    """
    whole = {row[0]: row[1] for row in connection.execute(_SOURCES_DOWN)}
    found = {n: whole[source] for n, (source, _, _) in enumerate(wanted) if source in whole}
    values: dict[str, list[int]] = {}
    for number, (_, address, digest) in enumerate(wanted):
        if number not in found:
            if address is not None:
                values.setdefault(fingerprint("address", address), []).append(number)
            values.setdefault(fingerprint("text", digest), []).append(number)
    for some in batches(sorted(values)):
        for value, takedown in connection.execute(_BARS, {"some": some}):
            for number in values[value]:
                found.setdefault(number, takedown)
    return found


def others(connection: Connection, released: Sequence[Any]) -> dict[int, int]:
    """Return which takedown in force reaches each of some rows of `entries`."""
    found: dict[int, int] = {}
    ids = {row.id for row in released}
    for source in sorted({row.source_id for row in released}):
        reaching = connection.execute(_REACHING, {"source": source})
        found |= {entry: number for entry, number in reaching if entry in ids}
    texts = {row.id: fingerprint("text", row.text_digest) for row in released}
    for some in batches(sorted(set(texts.values()))):
        bars = {row[0]: row[1] for row in connection.execute(_BARS, {"some": some})}
        found |= {entry: bars[value] for entry, value in texts.items() if value in bars}
    whole = {row[0]: row[1] for row in connection.execute(_SOURCES_DOWN)}
    found |= {row.id: whole[row.source_id] for row in released if row.source_id in whole}
    for some in batches(sorted(ids)):
        found |= {row[0]: row[1] for row in connection.execute(_OWN, {"some": some})}
    return found


# --- statements -------------------------------------------------------------------------------

_NAMES: Final = select(keys.c.value, keys.c.kind).where(
    keys.c.source_id == bindparam("source"), keys.c.entry_id == bindparam("entry")
)
_BARS: Final = (
    select(takedown_bars.c.value, takedown_bars.c.takedown_id)
    .where(takedown_bars.c.value.in_(bindparam("some", expanding=True)))
    .order_by(takedown_bars.c.takedown_id)
)
_BAR_SOURCE: Final = insert(takedown_bars).from_select(
    ["value", "takedown_id"],
    # Not of its texts: what an agency wrote is another paper's, too.
    select(keys.c.value, bindparam("takedown", type_=BigInteger)).where(
        keys.c.source_id == bindparam("source"), keys.c.kind == "address"
    ),
)
_SOURCES_DOWN: Final = select(takedowns.c.source_id, takedowns.c.id).where(
    takedowns.c.restored_at.is_(None), takedowns.c.source_id.is_not(None)
)
_ABOUT: Final = select(takedowns.c.id, takedowns.c.entry_id, takedowns.c.source_id).where(
    takedowns.c.id.in_(bindparam("some", expanding=True))
)
_OWN: Final = select(takedowns.c.entry_id, takedowns.c.id).where(
    takedowns.c.restored_at.is_(None),
    takedowns.c.entry_id.in_(bindparam("some", expanding=True)),
)
_UNDER: Final = (
    select(keys.c.entry_id, takedown_bars.c.takedown_id)
    .join(takedown_bars, takedown_bars.c.value == keys.c.value)
    .where(keys.c.source_id == bindparam("source"))
)
_REACHING: Final = _UNDER.order_by(takedown_bars.c.takedown_id)
_REACHED: Final = _UNDER.where(takedown_bars.c.takedown_id == bindparam("takedown"))
