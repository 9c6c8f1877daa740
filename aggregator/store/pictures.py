"""Lead images that are copied: which are wanted, kept, given up, and used by whom. Acts.

The store remembers; it holds no image. A use ends when an entry gets another lead image.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    select,
    update,
)

from aggregator.model import Picture
from aggregator.store import outdated
from aggregator.store.database import run_many, upsert
from aggregator.store.published import picture
from aggregator.store.rows import batches, fingerprint, micros, micros_or_none, text
from aggregator.store.schema import SHOWN, emissions, entries, picture_uses, pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPicture:
    """An image that is to be fetched."""

    url: str
    tries: int  # that failed


def want(connection: Connection, uses: Iterable[tuple[str, int]], now: datetime) -> None:
    """Let images be fetched that lead emitted entries.

    Args:
        connection: a writer's.
        uses: address of an image, sequence of an entry that it leads. Those that are known
            already cost little.
        now: the time: when new images are due.
    """
    wanted = {(fingerprint(url), sequence): url for url, sequence in uses}
    if not wanted:
        return
    outdated.lock(connection)
    kept = {key: row.path is not None for key, row in _known(connection, wanted).items()}
    fresh = {key: url for (key, _), url in wanted.items() if key not in kept}
    run_many(
        connection,
        insert(pictures),
        [
            {"key": key, "url": text(url), "tries": 0, "due_at": micros(now)}
            for key, url in sorted(fresh.items())
        ],
    )
    used = {
        (row.key, row.sequence)
        for some in batches(sorted({sequence for _, sequence in wanted}))
        for row in connection.execute(_USES, {"some": some})
    }
    added = sorted(wanted.keys() - used)
    run_many(
        connection,
        insert(picture_uses),
        [{"key": key, "sequence": sequence} for key, sequence in added],
    )
    if changed := {sequence for key, sequence in added if kept.get(key)}:
        outdated.mark(connection, changed)


def _known(connection: Connection, wanted: Iterable[tuple[str, int]]) -> dict[str, Any]:
    question = select(pictures.c.key, pictures.c.path)
    return {
        row.key: row
        for some in batches(sorted({key for key, _ in wanted}))
        for row in connection.execute(question.where(pictures.c.key.in_(some)))
    }


_USES: Final = select(picture_uses).where(
    picture_uses.c.sequence.in_(bindparam("some", expanding=True))
)


def unwant(connection: Connection, sequences: Iterable[int]) -> None:
    """End the uses of images by these entries: they may be led by no copy."""
    outdated.lock(connection)
    for some in batches(sorted(set(sequences))):
        connection.execute(delete(picture_uses).where(picture_uses.c.sequence.in_(some)))


def due(connection: Connection, now: datetime, most: int) -> tuple[WantedPicture, ...]:
    """Return the images to be fetched that an entry uses, the longest due first."""
    question = (
        select(pictures.c.url, pictures.c.tries)
        .where(
            pictures.c.due_at <= micros(now),
            exists(select(1).where(picture_uses.c.key == pictures.c.key)),
        )
        .order_by(pictures.c.due_at, pictures.c.key)
        .limit(most)
    )
    return tuple(
        WantedPicture(url=row.url, tries=row.tries) for row in connection.execute(question)
    )


def keep(connection: Connection, url: str, image: Picture) -> None:
    """Remember an image that was copied; the entries that it leads are to be written anew."""
    outdated.lock(connection)
    key = fingerprint(url)
    row = {
        "key": key,
        "url": text(url),
        "tries": 0,
        "due_at": None,
        "path": image.path,
        "media_type": image.media_type,
        "length": image.length,
        "width": image.width,
        "height": image.height,
    }
    connection.execute(_keep(connection.dialect.name), row)
    _mark_uses(connection, [key])


@functools.cache
def _keep(dialect: str) -> Any:
    # An image that was dropped meanwhile comes back without a use, and is dropped again.
    statement = upsert(dialect, pictures)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[pictures.c.key],
        set_={c.name: new[c.name] for c in pictures.columns if c.name not in ("key", "url")},
    )


def failed(connection: Connection, url: str, until: datetime | None) -> None:
    """Try again at `until`, or never."""
    connection.execute(
        update(pictures)
        .where(pictures.c.key == fingerprint(url), pictures.c.path.is_(None))
        .values(tries=pictures.c.tries + 1, due_at=micros_or_none(until))
    )


# --- the files --------------------------------------------------------------------------------


def kept(connection: Connection) -> tuple[Picture, ...]:
    """Return all that were copied, one of each path."""
    question = select(pictures).where(pictures.c.path.is_not(None)).order_by(pictures.c.path)
    found = {row.path: picture(row) for row in connection.execute(question)}
    return tuple(found.values())


def lost(connection: Connection, paths: Iterable[str], now: datetime) -> int:
    """Let images whose files are not there any more be fetched again; return how many."""
    outdated.lock(connection)
    keys = [
        key
        for some in batches(sorted(set(paths)))
        for key in connection.execute(
            select(pictures.c.key).where(pictures.c.path.in_(some))
        ).scalars()
    ]
    for some in batches(keys):
        connection.execute(
            update(pictures)
            .where(pictures.c.key.in_(some))
            .values(path=None, tries=0, due_at=micros(now))
        )
    _mark_uses(connection, keys)
    return len(keys)


def _mark_uses(connection: Connection, keys: Iterable[str]) -> None:
    """Mark the entries that are led by these images; one that is hidden shows none."""
    used = {
        sequence
        for some in batches(keys)
        for sequence in connection.execute(_LED, {"some": some}).scalars()
    }
    if used:
        outdated.mark(connection, used)


_LED: Final = (
    select(picture_uses.c.sequence)
    .join(emissions, emissions.c.sequence == picture_uses.c.sequence)
    .join(entries, entries.c.id == emissions.c.entry_id)
    .where(picture_uses.c.key.in_(bindparam("some", expanding=True)), literal_column(f"({SHOWN})"))
)


def unused(connection: Connection) -> tuple[tuple[str, Picture], ...]:
    """Return the kept images, with their addresses, whose files no entry may show any more."""
    return tuple((row.url, picture(row)) for row in connection.execute(_UNUSED))


_same: Final = pictures.alias("same")
_UNUSED: Final = (
    select(pictures)
    .where(
        pictures.c.path.is_not(None),
        # Of the same bytes, whatever their address.
        ~exists(
            select(1)
            .select_from(_same)
            .join(picture_uses, picture_uses.c.key == _same.c.key)
            .join(emissions, emissions.c.sequence == picture_uses.c.sequence)
            .join(entries, entries.c.id == emissions.c.entry_id)
            .where(_same.c.path == pictures.c.path, literal_column(f"({SHOWN})"))
        ),
    )
    .order_by(pictures.c.path, pictures.c.url)
)


def drop(connection: Connection, url: str) -> None:
    """Forget an image and its uses."""
    outdated.lock(connection)
    key = fingerprint(url)
    _mark_uses(connection, [key])
    connection.execute(delete(picture_uses).where(picture_uses.c.key == key))
    connection.execute(delete(pictures).where(pictures.c.key == key))
