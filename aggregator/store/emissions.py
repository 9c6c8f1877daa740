"""What was published: ids given for ever. Acts.

An emission gives an entry its place in our own sequence, its final Atom id, its link and its
language, and is committed before any file is written. Nothing ever changes it.
"""

import itertools
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import (
    Connection,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)

from aggregator.model import AtomId, Entry
from aggregator.store import counters, outdated, translations
from aggregator.store.database import run_many
from aggregator.store.rows import (
    batches,
    fingerprint,
    load,
    micros,
)
from aggregator.store.schema import PENDING, emissions, entries, revisions

Mint = Callable[[Entry], tuple[AtomId, AtomId]]

# --- emit -------------------------------------------------------------------------------------


def emit(
    connection: Connection,
    languages: Collection[str],
    *,
    now: datetime,
    mint: Mint,
    most: int | None = None,
) -> int:
    """Give what may appear and has not yet its sequence and final id, the oldest first.

    Args:
        connection: a writer's.
        languages: those that some edition shows.
        now: the time.
        mint: returns the id that an entry should have, and one to use where another entry has
            that one already.
        most: how many entries at most; None: all.

    Returns:
        How many entries were emitted.
    """
    # Before looking: on PostgreSQL a second publisher waits here, and then finds nothing to do.
    outdated.lock(connection)
    pending = _pending(connection, languages, most)
    if not pending:
        return 0
    offers, others = [], []
    for row in pending:
        entry = load(Entry, row.content)
        offers.append(mint(entry))
        others.append(entry.translations)
    ids = _ids(connection, offers)
    sequence = counters.take(connection, counters.SEQUENCE, len(pending))
    rows = [
        {
            "sequence": number,
            "entry_id": row.id,
            "atom_id": atom_id,
            "atom_key": fingerprint(atom_id),
            "link": row.link,
            "language": row.language,
            "emitted_at": micros(now),
        }
        for number, row, atom_id in zip(sequence, pending, ids, strict=True)
    ]
    run_many(connection, insert(emissions), rows)
    run_many(
        connection,
        update(entries).where(entries.c.id == bindparam("_entry")),
        [{"_entry": row["entry_id"], "sequence": row["sequence"]} for row in rows],
    )
    named = {number: these for number, these in zip(sequence, others, strict=True) if these}
    translations.record(connection, named)
    outdated.mark(connection, {*sequence, *translations.around(connection, sequence)})
    return len(rows)


def _pending(
    connection: Connection, languages: Collection[str], most: int | None
) -> Sequence[Any]:
    """Return what may appear and has not yet, the oldest first."""
    question = (
        select(entries.c.id, entries.c.link, entries.c.language, revisions.c.content)
        .join(
            revisions,
            (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
        )
        .where(entries.c.language.in_(sorted(languages)), literal_column(PENDING))
        .order_by(entries.c.published_at, entries.c.id)
        .limit(most)
    )
    return connection.execute(question).all()


def _ids(connection: Connection, offers: Sequence[tuple[AtomId, AtomId]]) -> list[AtomId]:
    """Choose an id for each, so that none comes twice, whatever publishers write as guid."""
    names = {offer: fingerprint(offer) for both in offers for offer in both}
    taken = {
        name
        for some in batches(sorted(set(names.values())))
        for name in connection.execute(_TAKEN, {"some": some}).scalars()
    }
    chosen = []
    for both in offers:
        atom_id = next((offer for offer in both if names[offer] not in taken), None)
        if atom_id is None:  # somebody uses an id of ours as a guid
            atom_id = _another(connection, both[-1], taken)
            names[atom_id] = fingerprint(atom_id)
        taken.add(names[atom_id])
        chosen.append(atom_id)
    return chosen


def _another(connection: Connection, fallback: AtomId, taken: Collection[str]) -> AtomId:
    for number in itertools.count(1):  # pragma: no branch
        atom_id = AtomId(uuid5(NAMESPACE_URL, f"{fallback}#{number}").urn)
        name = fingerprint(atom_id)
        if name not in taken and not connection.execute(_TAKEN, {"some": [name]}).first():
            break
    return atom_id


_TAKEN: Final = select(emissions.c.atom_key).where(
    emissions.c.atom_key.in_(bindparam("some", expanding=True))
)
