"""Emitted entries as they are now, with all that documents need of them. Acts (reads)."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, select, tuple_

from aggregator.model import AtomId, Entry, FeedMeta, Picture, Published
from aggregator.store import clusters
from aggregator.store.edited import apply, load_edits
from aggregator.store.rows import batches, fingerprint, load, moment, moment_or_none
from aggregator.store.schema import (
    GONE,
    SHOWN,
    corrections,
    emissions,
    entries,
    feeds,
    picture_uses,
    pictures,
    revisions,
)

_ALL: Final = (
    select(
        emissions.c.sequence,
        emissions.c.atom_id,
        emissions.c.emitted_at,
        emissions.c.link,
        emissions.c.language,
        emissions.c.entry_id,
        entries.c.source_id,
        entries.c.feed_key,
        entries.c.edits,
        entries.c.published_at,
        entries.c.published_offset,
        entries.c.updated_at,
        entries.c.updated_offset,
        revisions.c.content,
        corrections.c.words_at,
    )
    .join(entries, entries.c.id == emissions.c.entry_id)
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .outerjoin(corrections, corrections.c.sequence == emissions.c.sequence)
    .where(emissions.c.sequence.in_(bindparam("some", expanding=True)))
)
_SHOWN: Final = _ALL.where(literal_column(f"({SHOWN})"))
_PICTURES: Final = (
    select(picture_uses.c.sequence, pictures)
    .join(pictures, pictures.c.key == picture_uses.c.key)
    .where(
        picture_uses.c.sequence.in_(bindparam("some", expanding=True)),
        pictures.c.path.is_not(None),
    )
)
_NO_META: Final = FeedMeta()


def read(
    connection: Connection, sequences: Iterable[int], *, hidden: bool = False
) -> tuple[Published, ...]:
    """Return emitted entries in the order of our own sequence.

    Args:
        connection: any.
        sequences: theirs.
        hidden: return those that may not be shown, too.
    """
    question = _ALL if hidden else _SHOWN
    rows: list[Any] = []
    led: dict[int, dict[str, Picture]] = {}
    for some in batches(sorted(set(sequences))):
        rows += connection.execute(question, {"some": some})
        for row in connection.execute(_PICTURES, {"some": some}):
            led.setdefault(row.sequence, {})[row.key] = picture(row)
    rows.sort(key=lambda row: int(row.sequence))
    brought = _feeds(connection, {(row.source_id, row.feed_key) for row in rows})
    told = clusters.copies(connection, [row.entry_id for row in rows])
    return tuple(
        replace(_published(row, brought, led.get(row.sequence)), copies=told.get(row.entry_id, ()))
        for row in rows
    )


def gone(connection: Connection, languages: Collection[str]) -> tuple[int, ...]:
    """Return the sequences of entries that were emitted and may not be shown any more."""
    some = select(entries.c.sequence).where(literal_column(f"{GONE}"))
    question = (
        select(emissions.c.sequence)
        .where(emissions.c.sequence.in_(some), emissions.c.language.in_(sorted(languages)))
        .order_by(emissions.c.sequence)
    )
    return tuple(connection.execute(question).scalars())


def picture(row: Any) -> Picture:
    """Return the picture of a row of `pictures` that is kept."""
    return Picture(
        path=row.path,
        media_type=row.media_type,
        length=row.length,
        width=row.width,
        height=row.height,
    )


def _published(
    row: Any,
    brought: dict[tuple[str, str], tuple[FeedMeta, datetime | None]],
    led: dict[str, Picture] | None,
) -> Published:
    read = load(Entry, row.content)
    entry = apply(read, edits := load_edits(row.edits))
    image = None
    if led and entry.lead_image is not None:  # another one may have led it before
        image = led.get(fingerprint(entry.lead_image.url))
    meta, updated = brought[row.source_id, row.feed_key]
    return Published(
        sequence=row.sequence,
        id=AtomId(row.atom_id),
        emitted=moment(row.emitted_at),
        link=row.link,
        language=row.language,
        published=moment(row.published_at, row.published_offset),
        updated=moment(row.updated_at, row.updated_offset),
        entry=entry,
        source_id=row.source_id,
        source_meta=meta,
        source_updated=updated,
        corrected=moment_or_none(row.words_at),
        picture=image,
        entry_id=row.entry_id,
        read=None if edits is None else read,
    )


def _feeds(
    connection: Connection, names: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[FeedMeta, datetime | None]]:
    question = select(feeds.c.source_id, feeds.c.feed_key, feeds.c.meta, feeds.c.newest_updated_at)
    return {
        (row.source_id, row.feed_key): (
            _NO_META if row.meta is None else load(FeedMeta, row.meta),
            moment_or_none(row.newest_updated_at),
        )
        for some in batches(sorted(names))
        for row in connection.execute(
            question.where(tuple_(feeds.c.source_id, feeds.c.feed_key).in_(some))
        )
    }
