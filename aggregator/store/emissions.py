"""What was published: ids given for ever, and the newest of an edition. Acts.

An emission gives an entry its place in our own sequence, its final Atom id, its link and its
language, and is committed before any file is written. Nothing ever changes it.
"""

import heapq
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import (
    Connection,
    bindparam,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from aggregator.model import AtomId, Entry, FeedMeta, Published
from aggregator.store import counters
from aggregator.store.database import run_many
from aggregator.store.rows import (
    batches,
    fingerprint,
    load,
    micros,
    moment,
    moment_or_none,
)
from aggregator.store.schema import PENDING, SHOWN, emissions, entries, feeds, revisions

Mint = Callable[[Entry], tuple[AtomId, AtomId]]

# --- emit -------------------------------------------------------------------------------------


def emit(connection: Connection, languages: Collection[str], *, now: datetime, mint: Mint) -> int:
    """Give what may appear and has not yet its sequence and final id, the oldest first.

    Args:
        connection: a writer's.
        languages: those that some edition shows.
        now: the time.
        mint: returns the id that an entry should have, and one to use where another entry has
            that one already.

    Returns:
        How many entries were emitted.
    """
    # Before looking: on PostgreSQL a second publisher waits here, and then finds nothing to do.
    counters.take(connection, counters.SEQUENCE, 0)
    question = (
        select(entries.c.id, entries.c.link, entries.c.language, revisions.c.content)
        .join(
            revisions,
            (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
        )
        .where(entries.c.language.in_(sorted(languages)), literal_column(PENDING))
        .order_by(entries.c.published_at, entries.c.id)
    )
    pending = connection.execute(question).all()
    if not pending:
        return 0
    ids = _ids(connection, pending, mint)
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
    counters.take(connection, counters.GENERATION, 1)
    return len(rows)


def _ids(connection: Connection, pending: Sequence[Any], mint: Mint) -> list[AtomId]:
    """Choose an id for each, so that none comes twice, whatever publishers write as guid."""
    offers = [mint(load(Entry, row.content)) for row in pending]
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

# --- window -----------------------------------------------------------------------------------

# One language at a time, and the limit before the join: only then either database reads no more
# of the index than a page, however many there are and whatever its statistics say.
_PAGE: Final = (
    select(emissions.c.sequence, emissions.c.emitted_at, emissions.c.entry_id)
    .where(
        emissions.c.language == bindparam("language"),
        emissions.c.sequence < bindparam("before"),
    )
    .order_by(emissions.c.sequence.desc())
    .limit(bindparam("size"))
    .subquery("page")
)
_NEWEST: Final = (
    select(_PAGE.c.sequence, _PAGE.c.emitted_at, literal_column(f"({SHOWN})").label("shown"))
    .join(entries, entries.c.id == _PAGE.c.entry_id)
    .order_by(_PAGE.c.sequence.desc())
)
_CONTENT: Final = (
    select(
        emissions.c.sequence,
        emissions.c.atom_id,
        emissions.c.emitted_at,
        emissions.c.link,
        emissions.c.language,
        entries.c.source_id,
        entries.c.feed_key,
        entries.c.published_at,
        entries.c.published_offset,
        entries.c.updated_at,
        entries.c.updated_offset,
        revisions.c.content,
    )
    .join(entries, entries.c.id == emissions.c.entry_id)
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .where(emissions.c.sequence.in_(bindparam("some", expanding=True)))
)
_NO_META: Final = FeedMeta()


def window(
    connection: Connection,
    languages: Collection[str],
    *,
    least: int,
    span: timedelta,
    most: int,
) -> tuple[Published, ...]:
    """Return what an edition shows, by our own sequence, the newest first.

    Args:
        connection: a reader's.
        languages: the edition's.
        least: so many entries at least, where there are as many.
        span: and on from there those emitted within this time of the newest emission: not of
            the clock, so that equal entries give equal bytes at any time of day.
        most: never more than this.
    """
    codes = sorted(set(languages))
    lasts = [last for code in codes if (last := _last(connection, code)) is not None]
    if not lasts:
        return ()
    newest = max(lasts, key=lambda row: int(row.sequence))
    since = micros(moment(newest.emitted_at) - span)
    streams = [_stream(connection, code, least) for code in codes]
    shown: list[int] = []
    for row in heapq.merge(*streams, key=lambda row: -row.sequence):
        if len(shown) >= most or (len(shown) >= least and row.emitted_at < since):
            break
        shown.append(row.sequence)
    return _published(connection, shown)


def _last(connection: Connection, language: str) -> Any | None:
    question = (
        select(emissions.c.sequence, emissions.c.emitted_at)
        .where(emissions.c.language == language)
        .order_by(emissions.c.sequence.desc())
        .limit(1)
    )
    return connection.execute(question).first()


def _stream(connection: Connection, language: str, size: int) -> Iterator[Any]:
    before = 2**62
    while True:
        page = connection.execute(
            _NEWEST, {"language": language, "before": before, "size": size}
        ).all()
        yield from (row for row in page if row.shown)
        if len(page) < size:
            return
        before = page[-1].sequence


def _published(connection: Connection, sequence: Sequence[int]) -> tuple[Published, ...]:
    rows = [
        row for some in batches(sequence) for row in connection.execute(_CONTENT, {"some": some})
    ]
    rows.sort(key=lambda row: -row.sequence)
    brought = _feeds(connection, {(row.source_id, row.feed_key) for row in rows})
    return tuple(
        Published(
            sequence=row.sequence,
            id=AtomId(row.atom_id),
            emitted=moment(row.emitted_at),
            link=row.link,
            language=row.language,
            published=moment(row.published_at, row.published_offset),
            updated=moment(row.updated_at, row.updated_offset),
            entry=load(Entry, row.content),
            source_id=row.source_id,
            source_meta=brought[row.source_id, row.feed_key][0],
            source_updated=brought[row.source_id, row.feed_key][1],
        )
        for row in rows
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
