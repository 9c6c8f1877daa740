"""Published articles whose own pages are asked whether they are still there. Acts.

Only of sources that the operator chose (`watch_removals`). What is asked, when, and what an answer
means is decided by `aggregator.watch`; here it is remembered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from aggregator.store.database import Database, run_many
from aggregator.store.rows import batches, micros, micros_or_none, moment, moment_or_none
from aggregator.store.schema import emissions, entries, page_checks


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCheck:
    """An article's page that is to be asked."""

    entry_id: int
    source_id: str
    link: str
    emitted: datetime
    gone_since: datetime | None  # 404 or 410 at every visit since
    gone: int  # how often in a row
    withdrawn: bool  # it was withdrawn because of that


class Checks:
    """What is asked and said of article pages; a part of `Store`."""

    _database: Database

    def watch_pages(
        self, source_ids: Collection[str], *, since: datetime, first: datetime, limit: int
    ) -> int:
        """Let the pages of published articles be asked that are not asked yet.

        Args:
            source_ids: whose; the pages of others are asked no more.
            since: only articles emitted after this.
            first: when they are asked for the first time.
            limit: how many at most; call again until it returns less.

        Returns:
            How many were added.
        """
        with self._database.writing() as connection:
            return watch(connection, source_ids, since=since, first=first, most=limit)

    def due_pages(self, now: datetime, limit: int = 100) -> tuple[PageCheck, ...]:
        """Return the pages that are to be asked now, the longest due first."""
        with self._database.reading() as connection:
            return due(connection, now, limit)

    def page_asked(
        self, entry_id: int, *, due: datetime | None, gone_since: datetime | None, gone: int
    ) -> None:
        """Remember how a page was found, and when it is asked again; None: not any more."""
        with self._database.writing() as connection:
            asked(connection, entry_id, due=due, gone_since=gone_since, gone=gone)


def watch(
    connection: Connection,
    source_ids: Collection[str],
    *,
    since: datetime,
    first: datetime,
    most: int,
) -> int:
    """See `Checks.watch_pages`."""
    _forget(connection, source_ids)
    found: list[int] = []
    for some in batches(sorted(source_ids)):
        question = (
            select(entries.c.id)
            .join(emissions, emissions.c.entry_id == entries.c.id)
            .outerjoin(page_checks, page_checks.c.entry_id == entries.c.id)
            .where(
                entries.c.source_id.in_(some),
                emissions.c.emitted_at > micros(since),
                emissions.c.link.is_not(None),
                entries.c.withdrawn_at.is_(None),
                page_checks.c.entry_id.is_(None),
            )
            .order_by(emissions.c.sequence)
            .limit(most - len(found))
        )
        found += connection.execute(question).scalars()
    rows = [{"entry_id": one, "due_at": micros(first), "gone": 0} for one in found]
    run_many(connection, insert(page_checks), rows)
    return len(found)


def _forget(connection: Connection, source_ids: Collection[str]) -> None:
    """Ask no more of sources that the operator does not watch any longer."""
    watched = select(entries.c.id).where(entries.c.source_id.in_(sorted(source_ids)))
    connection.execute(delete(page_checks).where(page_checks.c.entry_id.not_in(watched)))


def due(connection: Connection, now: datetime, most: int) -> tuple[PageCheck, ...]:
    """See `Checks.due_pages`. What was taken down, or a person withdrew, is not asked."""
    question = (
        select(
            page_checks,
            entries.c.source_id,
            entries.c.withdrawn_at,
            emissions.c.link,
            emissions.c.emitted_at,
        )
        .join(entries, entries.c.id == page_checks.c.entry_id)
        .join(emissions, emissions.c.entry_id == entries.c.id)
        .where(
            page_checks.c.due_at <= micros(now),
            entries.c.ruling == "publish",
            or_(entries.c.withdrawn_at.is_(None), page_checks.c.gone_since.is_not(None)),
            entries.c.takedown_id.is_(None),
        )
        .order_by(page_checks.c.due_at, page_checks.c.entry_id)
        .limit(most)
    )
    return tuple(
        PageCheck(
            entry_id=row.entry_id,
            source_id=row.source_id,
            link=row.link,
            emitted=moment(row.emitted_at),
            gone_since=moment_or_none(row.gone_since),
            gone=row.gone,
            withdrawn=row.withdrawn_at is not None,
        )
        for row in connection.execute(question)
    )


def asked(
    connection: Connection,
    entry_id: int,
    *,
    due: datetime | None,
    gone_since: datetime | None,
    gone: int,
) -> None:
    """See `Checks.page_asked`."""
    if due is None:
        # Not forgotten: it would be found again and asked from the beginning.
        due = _NEVER
    connection.execute(
        _ASKED,
        {
            "_entry": entry_id,
            "due_at": micros(due),
            "gone_since": micros_or_none(gone_since),
            "gone": gone,
        },
    )


_NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
_ASKED: Final = update(page_checks).where(page_checks.c.entry_id == bindparam("_entry"))
