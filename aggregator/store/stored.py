"""Entries as they stand when a visit is recorded. Acts (reads)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from aggregator.model import Entry, Ruling
from aggregator.store.rows import batches, fingerprint
from aggregator.store.schema import entries, keys


@dataclass(slots=True)
class Stored:
    """An entry as it stands, in the batch that changes it too."""

    source_id: str
    feed_key: str
    revision: int
    updated_at: int
    updated_offset: int
    ruling: str
    reasons: str
    ruled: bool  # by a person
    sequence: int | None = None  # its emission
    withdrawn: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether documents may show it, once it is emitted."""
        return self.ruling == Ruling.PUBLISH and not self.withdrawn


def own_names(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return the names that are this entry's alone, by kind; its first guid comes first.

    A title and a time may be shared with another entry.
    """
    names = [("guid", guid) for guid in (entry.key.guid, *entry.also)]
    if entry.address is not None:
        names.append(("address", entry.address))
    return tuple((kind, fingerprint(kind, name)) for kind, name in names)


def named(
    connection: Connection, wanted: Mapping[str, Iterable[str]]
) -> dict[tuple[str, str], int]:
    """Return the entries of these names, by source and name."""
    return {
        (source, row.value): row.entry_id
        for source, names in wanted.items()
        for some in batches(sorted(names))
        for row in connection.execute(_NAMED, {"source": source, "some": some})
    }


_NAMED: Final = select(keys.c.value, keys.c.entry_id).where(
    keys.c.source_id == bindparam("source"),
    keys.c.value.in_(bindparam("some", expanding=True)),
)


def look_up(connection: Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Return entries by their ids."""
    return {
        row.id: Stored(
            source_id=row.source_id,
            feed_key=row.feed_key,
            revision=row.revision,
            updated_at=row.updated_at,
            updated_offset=row.updated_offset,
            ruling=row.ruling,
            reasons=row.reasons,
            ruled=row.ruling_id is not None,
            sequence=row.sequence,
            withdrawn=row.withdrawn_at is not None,
        )
        for some in batches(sorted(ids))
        for row in connection.execute(_ENTRIES, {"some": some})
    }


_ENTRIES: Final = select(
    entries.c.id,
    entries.c.source_id,
    entries.c.feed_key,
    entries.c.revision,
    entries.c.updated_at,
    entries.c.updated_offset,
    entries.c.ruling,
    entries.c.reasons,
    entries.c.ruling_id,
    entries.c.sequence,
    entries.c.withdrawn_at,
).where(entries.c.id.in_(bindparam("some", expanding=True)))
