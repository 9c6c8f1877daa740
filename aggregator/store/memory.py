"""What else a visit asks, of few entries: their words, what looks like them, what stands. Acts.

`recalls` answers for every entry of every document, and is narrow; these are for entries that it
did not find, or that changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from aggregator.model import Entry, Known, Release, Remembered, Ruling
from aggregator.store.database import Database
from aggregator.store.recalls import KNOWN, as_known
from aggregator.store.rows import batches, fingerprint, load, load_texts, micros, moment
from aggregator.store.schema import entries, keys, revisions
from aggregator.store.stored import named, text_name, title_names

AROUND: Final = 2
"""Days before and after an entry's own on which its title is looked for."""

QUARANTINED: Final = "quarantined: "

_CONTENT: Final = (
    select(entries.c.id, revisions.c.content)
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(entries.c.id.in_(bindparam("some", expanding=True)))
)


class Memory:
    """What `Store` answers about single entries of a source."""

    _database: Database

    def contents(self, entry_ids: Iterable[int]) -> dict[int, Entry]:
        """Return entries as their publisher last wrote them, by id."""
        with self._database.reading() as connection:
            return _contents(connection, entry_ids)

    def alike(
        self, source_id: str, feed_key: str, wanted: Sequence[tuple[Entry, str]]
    ) -> dict[int, tuple[Remembered, ...]]:
        """Return stored entries that have the words of some entries, or their title and day.

        Args:
            source_id: whose.
            feed_key: the feed that asks; as in `recall`, entries of a retired feed are its own.
            wanted: entries, each with the digest of its words.

        Returns:
            By place in `wanted`, those with the same words first.
        """
        with self._database.reading() as connection:
            return _alike(connection, source_id, feed_key, wanted)

    def guids(self, source_id: str, guids: Iterable[str]) -> dict[str, Known]:
        """Return the stored entries of a source that have these guids."""
        with self._database.reading() as connection:
            names = {fingerprint("guid", guid): guid for guid in guids}
            found = named(connection, {source_id: names})
            known = _known(connection, found.values(), None)
            return {
                names[name]: known[entry_id]
                for (_, name), entry_id in found.items()
                if entry_id in known
            }

    def standing(self, source_id: str, feed_key: str) -> frozenset[int]:
        """Return the entries that a feed brought and that nothing withdrew."""
        # By way of `keys`, which is in order of sources: `entries` has no index for this.
        own = select(keys.c.entry_id).where(keys.c.source_id == source_id)
        question = select(entries.c.id).where(
            entries.c.id.in_(own),
            entries.c.feed_key == feed_key,
            entries.c.withdrawn_at.is_(None),
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(question).scalars())

    def reasons(self, entry_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return why entries are held, dropped or published, by id."""
        question = select(entries.c.id, entries.c.reasons)
        with self._database.reading() as connection:
            return {
                row.id: load_texts(row.reasons)
                for some in batches(sorted(set(entry_ids)))
                for row in connection.execute(question.where(entries.c.id.in_(some)))
            }

    def first_seen(self, entry_ids: Iterable[int]) -> dict[int, datetime]:
        """Return when entries were first seen, by id."""
        question = select(entries.c.id, entries.c.first_seen_at)
        with self._database.reading() as connection:
            return {
                row.id: moment(row.first_seen_at)
                for some in batches(sorted(set(entry_ids)))
                for row in connection.execute(question.where(entries.c.id.in_(some)))
            }

    def ruled_since(self, source_id: str, feed_key: str, since: datetime) -> Release:
        """Say what people did with the entries of a feed that came since its quarantine."""
        own = select(keys.c.entry_id).where(keys.c.source_id == source_id)
        question = (
            select(
                entries.c.ruling,
                entries.c.ruling_id.is_(None).label("nobody"),
                func.count().label("found"),
            )
            .where(
                entries.c.id.in_(own),
                entries.c.feed_key == feed_key,
                entries.c.first_seen_at >= micros(since),
                entries.c.reasons.contains(QUARANTINED) | entries.c.ruling_id.is_not(None),
            )
            .group_by(entries.c.ruling, entries.c.ruling_id.is_(None))
        )
        with self._database.reading() as connection:
            rows = connection.execute(question).all()
        return Release(
            waiting=sum(row.found for row in rows if row.nobody and row.ruling == Ruling.HOLD),
            approved=sum(
                row.found for row in rows if not row.nobody and row.ruling == Ruling.PUBLISH
            ),
        )


def _contents(connection: Connection, entry_ids: Iterable[int]) -> dict[int, Entry]:
    return {
        row.id: load(Entry, row.content)
        for some in batches(sorted(set(entry_ids)))
        for row in connection.execute(_CONTENT, {"some": some})
    }


def _known(
    connection: Connection, entry_ids: Iterable[int], feed_key: str | None
) -> dict[int, Known]:
    """Return entries; those of a retired feed are the asking one's, where one asks."""
    rows: list[Any] = [
        row
        for some in batches(sorted(set(entry_ids)))
        for row in connection.execute(KNOWN, {"some": some})
    ]
    return {
        row.id: as_known(
            row, row.feed_key if feed_key is None or row.retired_at is None else feed_key, ""
        )
        for row in rows
    }


def _alike(
    connection: Connection, source_id: str, feed_key: str, wanted: Sequence[tuple[Entry, str]]
) -> dict[int, tuple[Remembered, ...]]:
    names: dict[int, list[str]] = {}
    for place, (entry, digest) in enumerate(wanted):
        words = text_name(entry, digest)
        names[place] = [] if words is None else [words]
        if entry.published is not None:
            names[place] += title_names(entry, entry.published, around=AROUND)
    found = named(connection, {source_id: {name for some in names.values() for name in some}})
    known = _known(connection, found.values(), feed_key)
    words_of = _contents(connection, known)
    ids = {
        place: dict.fromkeys(found[source_id, name] for name in some if (source_id, name) in found)
        for place, some in names.items()
    }
    return {
        place: tuple(Remembered(known=known[n], entry=words_of[n]) for n in some if n in words_of)
        for place, some in ids.items()
        if some
    }
