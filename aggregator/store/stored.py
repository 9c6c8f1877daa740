"""Entries as they stand when a visit is recorded. Acts (reads)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from aggregator.model import Entry, Ruling
from aggregator.store.edited import load_edits
from aggregator.store.rows import batches, fingerprint, micros
from aggregator.store.schema import entries, keys
from aggregator.text.html import plain
from aggregator.text.sameness import stream

DAY: Final = 86_400_000_000  # microseconds

LEAST_TITLE: Final = 20
"""Letters that make a title one story's own; "Daily briefing" is many stories'."""

LEAST_TEXT: Final = 200
"""Letters that make a text one article's own; or else a title and a standfirst of five words."""


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
    language: str | None = None  # that a person gave it
    takedown: int | None = None  # that hides it

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


def text_name(entry: Entry, digest: str) -> str | None:
    """Return the name of an entry's words, where there are enough to tell them from others'.

    Args:
        entry: the entry.
        digest: of its words (`Change.text_digest`).
    """
    body = plain(entry.body)
    if sum(map(str.isalpha, body)) < LEAST_TEXT and (
        min(len(entry.title.split()), len(entry.standfirst.split())) < 5
    ):
        return None
    return fingerprint("text", digest)


def title_names(entry: Entry, published: datetime, *, around: int = 0) -> tuple[str, ...]:
    """Return the names of a long title on the day of its publication, in UTC.

    Args:
        entry: the entry.
        published: when.
        around: so many days before and after that day, too.
    """
    title = stream(entry.title)
    if sum(map(str.isalpha, title)) < LEAST_TITLE:
        return ()
    day = micros(published) // DAY
    return tuple(
        fingerprint("title", title, str(day + step)) for step in range(-around, around + 1)
    )


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
            language=None if (edits := load_edits(row.edits)) is None else edits.language,
            takedown=row.takedown_id,
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
    entries.c.takedown_id,
    entries.c.edits,
).where(entries.c.id.in_(bindparam("some", expanding=True)))
