"""Which emitted entries documents do not show as they are, and the turns of those who act. Acts.

Whoever changes an emitted entry says so here in the same transaction; the publisher takes the
marks away once the documents are written. A crash between the two leaves the marks, and the
documents are written again.

All that changes what is published takes turns (`lock`): a mark then never bears a generation that
the publisher has seen already.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    Connection,
    delete,
    insert,
    literal,
    select,
    update,
)

from aggregator.store import counters
from aggregator.store.database import run_many, upsert
from aggregator.store.rows import batches
from aggregator.store.schema import (
    entries,
    meta,
    outdated,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """The emitted entries that documents do not show as they are at a generation."""

    generation: int
    sequences: tuple[int, ...]  # ascending


def lock(connection: Connection) -> None:
    """Keep others from changing what is published until the transaction ends.

    Taken after the locks of feeds and before all others, so that no two can deadlock.
    """
    counters.lock(connection, counters.GENERATION)


def mark(connection: Connection, sequences: Collection[int]) -> None:
    """Begin a new generation, in which these entries are not what documents show."""
    (generation,) = counters.take(connection, counters.GENERATION, 1)
    statement = upsert(connection.dialect.name, outdated)
    statement = statement.on_conflict_do_update(
        index_elements=[outdated.c.sequence],
        set_={"generation": statement.excluded.generation},
    )
    run_many(
        connection,
        statement,
        [{"sequence": number, "generation": generation} for number in sorted(sequences)],
    )


def mark_sources(connection: Connection, source_ids: Iterable[str]) -> int:
    """Mark all emitted entries of sources; return how many."""
    lock(connection)
    sequences = [
        sequence
        for some in batches(sorted(set(source_ids)))
        for sequence in connection.execute(
            select(entries.c.sequence).where(
                entries.c.source_id.in_(some), entries.c.sequence.is_not(None)
            )
        ).scalars()
    ]
    if sequences:
        mark(connection, sequences)
    return len(sequences)


# --- what the publisher asks and says ---------------------------------------------------------

_STAMP: Final = "published"
_READ_STAMP: Final = select(meta.c.value).where(meta.c.name == literal(_STAMP))


def pending(connection: Connection) -> Outdated:
    """Return the present generation and all that is marked up to it."""
    rows = connection.execute(select(outdated.c.sequence).order_by(outdated.c.sequence))
    return Outdated(
        sequences=tuple(rows.scalars()),
        generation=counters.read(connection, counters.GENERATION),
    )


def settle(connection: Connection, generation: int, stamp: str) -> None:
    """Take the marks away that were there at a generation, and remember the publisher's stamp."""
    lock(connection)
    connection.execute(delete(outdated).where(outdated.c.generation <= generation))
    known = read_stamp(connection)
    if known is None:
        connection.execute(insert(meta).values(name=_STAMP, value=stamp))
    elif known != stamp:
        connection.execute(update(meta).where(meta.c.name == _STAMP).values(value=stamp))


def read_stamp(connection: Connection) -> str | None:
    """Return what the publisher remembered last."""
    stamp: str | None = connection.execute(_READ_STAMP).scalar_one_or_none()
    return stamp
