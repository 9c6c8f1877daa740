"""Which emitted entries are one article in several languages. Acts.

An entry names the addresses of its translations (hreflang, RFC 4287 section 4.2.7.4). These are
kept, and paired with the entries that have them among their names: entries of any source, since
many outlets are followed as one source a language. Whichever comes first, the pair is made when
the second comes: `record` looks for entries at the addresses that an entry names, `find` for
entries that name an address which is new.

Both are called while what is published is locked (`outdated.lock`), or two that come at the same
time would miss each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, literal_column, select

from aggregator.model import Alternate
from aggregator.store.database import run_many
from aggregator.store.rows import batches, fingerprint
from aggregator.store.schema import (
    SHOWN,
    alternates,
    emissions,
    entries,
    feeds,
    keys,
    translations,
)

Groups = Collection[Collection[str]]
"""Canonical addresses, those of one article in several languages together."""


# --- what entries say -------------------------------------------------------------------------


def record(connection: Connection, named: Mapping[int, Sequence[Alternate]]) -> set[int]:
    """Record the translations that emitted entries name now, in the place of those before.

    Args:
        connection: a writer's.
        named: by the entry's sequence; addresses are canonical.

    Returns:
        The emitted entries that this gives other translations, or takes some from.
    """
    before = _rows(connection, _NAMED, named)
    now = {
        (fingerprint("address", other.href), sequence)
        for sequence, others in named.items()
        for other in others
    }
    moved = {sequence for _, sequence in before ^ now}
    affected = around(connection, moved)
    gone = [{"_sequence": sequence} for sequence in {row[1] for row in before} & moved]
    run_many(connection, _FORGET, gone)
    run_many(connection, _UNPAIR, gone)
    added = sorted(name for name in now if name[1] in moved)
    run_many(
        connection,
        insert(alternates),
        [{"value": value, "sequence": sequence} for value, sequence in added],
    )
    return affected | _pair(connection, added)


def find(connection: Connection, values: Iterable[str]) -> set[int]:
    """Look for addresses that have become names of entries among those that entries name.

    Args:
        connection: a writer's, after `keys` was written.
        values: their fingerprints.

    Returns:
        The emitted entries that this gives a translation.
    """
    return _pair(connection, _rows(connection, _NAMING, values))


def around(connection: Connection, sequences: Iterable[int]) -> set[int]:
    """Return the emitted entries that name one of these or are named by one."""
    return {other for _, other in _pairs(connection, sequences)}


def _pair(connection: Connection, named: Collection[tuple[str, int]]) -> set[int]:
    """Find the entries of named addresses; return the emitted ones whose translations moved."""
    if not named:
        return set()
    owners = _owners(connection, {value for value, _ in named})
    naming = {sequence for _, sequence in named}
    found = {(sequence, entry) for value, sequence in named for entry in owners.get(value, ())}
    new = sorted(found - _rows(connection, _PAIRED, naming))
    run_many(
        connection,
        insert(translations),
        [{"sequence": sequence, "entry_id": entry} for sequence, entry in new],
    )
    met = _rows(connection, _SEQUENCES, {entry for _, entry in new})
    return {sequence for sequence, _ in new} | {sequence for sequence, _ in met}


def _owners(connection: Connection, values: Collection[str]) -> dict[str, set[int]]:
    """Return the entries, of whatever source, that have addresses among their names."""
    owners = defaultdict(set)
    # The sources are named, since `keys` has no index but the one that begins with them.
    sources = connection.execute(_SOURCES).scalars().all()
    for some in batches(sorted(values)):
        for these in batches(sources):
            for row in connection.execute(_KEYS, {"sources": these, "some": some}):
                owners[row.value].add(row.entry_id)
    return owners


# --- what is asked ----------------------------------------------------------------------------


def read(
    connection: Connection, sequences: Iterable[int], groups: Groups = ()
) -> dict[int, tuple[int, ...]]:
    """Return the translations of emitted entries.

    Args:
        connection: a reader's.
        sequences: theirs; it does not matter whether they may be shown.
        groups: what the operator says.

    Returns:
        For each of the sequences those of its translations, ascending: entries that name it or
        are named by it, or stand in a group with it, that may be shown and are in another
        language.
    """
    wanted = set(sequences)
    pairs = _pairs(connection, wanted) | _grouped(connection, wanted, groups)
    languages = dict(_rows(connection, _LANGUAGES, {one for one, _ in pairs}))
    shown = dict(_rows(connection, _SHOWN, {other for _, other in pairs}))
    found: dict[int, list[int]] = {sequence: [] for sequence in wanted}
    for one, other in sorted(pairs):
        if other in shown and shown[other] != languages[one]:
            found[one].append(other)
    return {sequence: tuple(others) for sequence, others in found.items()}


def _pairs(connection: Connection, sequences: Iterable[int]) -> set[tuple[int, int]]:
    """Return each of these with each emitted entry that names it or is named by it."""
    wanted = set(sequences)
    return _rows(connection, _NAMED_BY, wanted) | _rows(connection, _NAMES, wanted)


def _grouped(
    connection: Connection, sequences: Collection[int], groups: Groups
) -> set[tuple[int, int]]:
    """Return each of these with each emitted entry that stands in a group with it."""
    values = [{fingerprint("address", address) for address in group} for group in groups]
    owners = _owners(connection, set().union(*values)) if sequences else {}
    emitted = {
        entry: sequence
        for sequence, entry in _rows(connection, _SEQUENCES, set().union(*owners.values()))
    }
    pairs = set()
    for group in values:
        these = {emitted[e] for value in group for e in owners.get(value, ()) if e in emitted}
        pairs |= {(one, other) for one in these & set(sequences) for other in these - {one}}
    return pairs


# --- statements -------------------------------------------------------------------------------


def _rows(connection: Connection, question: Any, wanted: Iterable[Any]) -> set[tuple[Any, ...]]:
    """Ask for some of a table, by as many values as there are."""
    return {
        tuple(row)
        for some in batches(sorted(wanted))
        for row in connection.execute(question, {"some": some})
    }


_SOME: Final[Any] = bindparam("some", expanding=True)

_NAMED: Final = select(alternates.c.value, alternates.c.sequence).where(
    alternates.c.sequence.in_(_SOME)
)
_NAMING: Final = select(alternates.c.value, alternates.c.sequence).where(
    alternates.c.value.in_(_SOME)
)
_FORGET: Final = delete(alternates).where(alternates.c.sequence == bindparam("_sequence"))
_UNPAIR: Final = delete(translations).where(translations.c.sequence == bindparam("_sequence"))
_PAIRED: Final = select(translations.c.sequence, translations.c.entry_id).where(
    translations.c.sequence.in_(_SOME)
)
_NAMES: Final = (
    select(translations.c.sequence, emissions.c.sequence)
    .join(emissions, emissions.c.entry_id == translations.c.entry_id)
    .where(translations.c.sequence.in_(_SOME))
)
_NAMED_BY: Final = (
    select(emissions.c.sequence, translations.c.sequence)
    .join(translations, translations.c.entry_id == emissions.c.entry_id)
    .where(emissions.c.sequence.in_(_SOME))
)
_SEQUENCES: Final = select(emissions.c.sequence, emissions.c.entry_id).where(
    emissions.c.entry_id.in_(_SOME)
)
_LANGUAGES: Final = select(emissions.c.sequence, emissions.c.language).where(
    emissions.c.sequence.in_(_SOME)
)
_SHOWN: Final = (
    select(emissions.c.sequence, emissions.c.language)
    .join(entries, entries.c.id == emissions.c.entry_id)
    .where(emissions.c.sequence.in_(_SOME), literal_column(f"({SHOWN})"))
)
_SOURCES: Final = select(feeds.c.source_id).distinct().order_by(feeds.c.source_id)
_KEYS: Final = select(keys.c.value, keys.c.entry_id).where(
    keys.c.source_id.in_(bindparam("sources", expanding=True)), keys.c.value.in_(_SOME)
)
