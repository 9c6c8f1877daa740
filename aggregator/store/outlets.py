"""Articles that a person submits, and the outlets that are known by these alone. Acts.

An article that was taken by hand is an entry like any other, of a feed that is never polled: it
is enrolled as one that is not in feeds.yaml any more. So a feed of the same source that brings
the article later takes it over, with its corrections.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, select

from aggregator.errors import StoreError
from aggregator.model import (
    Change,
    Edits,
    Extent,
    FeedMeta,
    FeedState,
    Outcome,
    Rights,
    Ruling,
    Source,
    Visit,
)
from aggregator.store import counters, rulings, visits
from aggregator.store.database import Database, upsert
from aggregator.store.rows import dump, load, micros, scheduled, text
from aggregator.store.schema import entries, feeds, keys, outlets
from aggregator.store.stored import own_names

BY_HAND: Final = "by-hand"
"""The feed of a source that brings what was submitted; no address, so no feed of feeds.yaml."""

_SAMPLE: Final = 40  # names of a source that are looked up for where its articles are
_NOT_POLLED: Final = "it brings what is submitted by hand, and is never asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article taken by hand, ready to be recorded."""

    source: Source
    outlet: bool  # the source is not in feeds.yaml: it is to be remembered with the article
    url: str  # what was asked
    received: int  # bytes on the wire
    meta: FeedMeta  # what the page says of its site
    change: Change  # new; its verdict holds until a person rules
    flaws: tuple[str, ...] = ()


def outlet_id(domain: str, name: str = "") -> str:
    """Name the source of articles from a domain that no source of feeds.yaml owns.

    A hyphen is written twice and what else an id cannot hold becomes one, so that two domains
    have two ids.

    Args:
        domain: a registrable one.
        name: of an outlet that shares its domain with another (medium.com).
    """
    made = "hand-" + re.sub(r"[^a-z0-9-]", "-", domain.lower().replace("-", "--"))
    if not name:
        return made
    return f"{made}-{hashlib.blake2b(name.casefold().encode(), digest_size=4).hexdigest()}"


class Outlets:
    """What is submitted by hand; a part of `Store`."""

    _database: Database

    def outlets(self, rights: Rights | None = None) -> tuple[Source, ...]:
        """Return the sources that are known by submitted articles alone, by id.

        Args:
            rights: what may be shown of them; None: headlines.
        """
        with self._database.reading() as connection:
            return listed(connection, rights or Rights(allows=Extent.HEADLINE))

    def whereabouts(self, source_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return addresses that are a source's: of some of its entries, and its feeds' homes."""
        with self._database.reading() as connection:
            return whereabouts(connection, source_ids)

    def record_submitted(
        self,
        submission: Submission,
        *,
        ruling: Ruling,
        edits: Edits | None,
        who: str,
        why: str,
        now: datetime,
    ) -> int:
        """Record a submitted article, held for a person or to be published; return its entry.

        Args:
            submission: the article and its source, which becomes known where it was not.
            ruling: of the person: hold it for another one, or publish it. It is a ruling either
                way, so that no visit and no change of feeds.yaml decides meanwhile.
            edits: what the person wrote in place of the publisher's.
            who: submits it.
            why: they do.
            now: the time.

        Raises:
            StoreError: it cannot be stored, is known already, or has no language to be published
                in.
        """
        with self._database.writing() as connection:
            entry_id = record(connection, submission, now=now)
            rulings.rule(connection, entry_id, ruling, who=who, why=why, now=now, edits=edits)
            return entry_id


# --- questions --------------------------------------------------------------------------------


def listed(connection: Connection, rights: Rights) -> tuple[Source, ...]:
    """Return the outlets as sources that have no feeds."""
    return tuple(
        Source(id=row.source_id, name=row.name, homepage=row.homepage, feeds=(), rights=rights)
        for row in connection.execute(select(outlets).order_by(outlets.c.source_id))
    )


def whereabouts(connection: Connection, source_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each source, the addresses of some entries and the homes that feeds name."""
    found: dict[str, tuple[str, ...]] = {}
    for source_id in sorted(set(source_ids)):
        links = connection.execute(_LINKS, {"source": source_id}).scalars().all()
        metas = connection.execute(_METAS, {"source": source_id}).scalars().all()
        homes = (load(FeedMeta, meta).link for meta in metas)
        found[source_id] = tuple(dict.fromkeys(filter(None, (*links, *homes))))
    return found


# --- recording --------------------------------------------------------------------------------


def record(connection: Connection, submission: Submission, *, now: datetime) -> int:
    """Enroll the feed that brings it, record a visit with this one entry, return the entry.

    Raises:
        StoreError: it is known already, or cannot be stored.
    """
    source, entry = submission.source, submission.change.entry
    (fence,) = counters.take(connection, counters.FENCE, 1)
    names = [name for _, name in own_names(entry)]
    asked = {"source": source.id, "some": names}
    known = connection.execute(_NAMED, asked).scalars().first()
    if known is not None:
        raise StoreError(f"{entry.link} is entry {known} already")
    if submission.outlet:
        _remember(connection, source, now)
    visit = Visit(
        source_id=source.id,
        feed_key=BY_HAND,
        fence=fence,
        at=now,
        url=submission.url,
        outcome=Outcome.CHANGED,
        status=200,
        received=submission.received,
        state=_enroll(connection, submission, fence, now),
        meta=submission.meta,
        changes=(submission.change,),
        flaws=submission.flaws,
    )
    (answer,) = visits.record(connection, (visit,))
    if not answer.accepted:
        raise StoreError(f"{entry.link} was not recorded: {answer.reason}")
    return int(connection.execute(_NAMED, asked).scalars().one())


def _remember(connection: Connection, source: Source, now: datetime) -> None:
    """Keep an outlet under the name that it was given first."""
    row = {
        "source_id": source.id,
        "name": text(source.name),
        "homepage": source.homepage,
        "added_at": micros(now),
    }
    statement = upsert(connection.dialect.name, outlets).on_conflict_do_nothing()
    connection.execute(statement, row)


def _enroll(
    connection: Connection, submission: Submission, fence: int, now: datetime
) -> FeedState:
    """Make the feed known that brings what is submitted, retired from the beginning."""
    state = FeedState(
        source_id=submission.source.id,
        feed_key=BY_HAND,
        last_visit=now,
        last_success=now,
        stopped=_NOT_POLLED,
        iri=submission.meta.id,
    )
    row = {
        "source_id": submission.source.id,
        "feed_key": BY_HAND,
        "candidates": "[]",
        "domain": urlsplit(submission.url).hostname or "",
        "state": dump(state),
        **scheduled(state),
        "enrolled_at": micros(now),
        "retired_at": micros(now),
        "fence": fence,
        "visits": 0,
        "entries": 0,
    }
    statement = upsert(connection.dialect.name, feeds)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(feeds.primary_key), set_={"fence": statement.excluded.fence}
        ),
        row,
    )
    return state


# --- statements -------------------------------------------------------------------------------

_NAMED: Final = (
    select(keys.c.entry_id)
    .where(
        keys.c.source_id == bindparam("source"),
        keys.c.value.in_(bindparam("some", expanding=True)),
    )
    .distinct()
)
_METAS: Final = select(feeds.c.meta).where(
    feeds.c.source_id == bindparam("source"), feeds.c.meta.is_not(None)
)
# By the names that a source has, which are sorted by source: its entries are not.
_LINKS: Final = select(entries.c.link).where(
    entries.c.id.in_(
        select(keys.c.entry_id).where(keys.c.source_id == bindparam("source")).limit(_SAMPLE)
    )
)
