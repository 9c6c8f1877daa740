"""Remember it: what was seen, decided and published, in SQLite or PostgreSQL.

    Store        the questions and commands that the other rooms' values go through
    outgoing     those of them that are the publisher's
    desk         those that are the editors'
    claims       enroll, claim, release, list: who visits what, and when
    clocks       unwind: what a clock that ran ahead left behind
    recalls      recall: what is known of a document's entries
    visits       record: each visit whole or not at all
    batch        what `visits` writes: rows, a statement a table
    stored       entries as they stand when a visit is recorded
    memory       alike, contents, standing, ruled_since: what else a visit asks
    rulings      rule, edit, history: what a person decided; how an entry changed
    edited       what a person wrote, laid over the publisher's
    queue        what waits for a person
    dossiers     find, dossier: all that is known of an entry
    takedowns    take_down, restore: hidden, and barred from coming back
    bars         what keeps it from coming back
    withdrawn    what publishers took back themselves
    outlets      articles taken by hand, and the outlets known by these alone
    decisions    undecided, redecide: what waits, judged anew
    comparing    compare: new entries with those of other sources
    clusters     one story told by several sources: who is named
    emissions    emit: ids given for ever
    series       place: positions given for ever, in lists that only grow
    windows      window: the newest of a series, and what changed in it
    published    emitted entries as they are now
    translations which of them are one article in several languages
    effects      what became of them: corrected, withdrawn, shown again
    outdated     which of them documents do not show as they are
    page_checks  articles whose own pages are asked whether they are still there
    pictures     lead images that are copied
    pings        hubs that are to be told
    hosts        hold, held: Retry-After, for a whole domain
    logs         the last visits of each feed
    counters     numbers that never come twice
    rows         values to columns and back
    schema       the tables, one text for both databases
    migrations   from any past schema to this one
    database     opening, checking, transactions; SQLite and PostgreSQL differ here alone
    lock         one process publishes at a time

Every command is one transaction, durable when it returns. All of it may be called from several
threads and processes at once.
"""

import os
import socket
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aggregator.model import Entry, Identified, Source, Visit
from aggregator.store import (
    claims,
    clocks,
    decisions,
    hosts,
    logs,
    recalls,
    visits,
)
from aggregator.store.claims import Claim, DomainOf, FeedRow
from aggregator.store.clocks import Clamp
from aggregator.store.clusters import Likeness
from aggregator.store.database import BUSY_SECONDS, Database
from aggregator.store.decisions import Decision
from aggregator.store.desk import Desk
from aggregator.store.dossiers import Dossier, Emission, Member
from aggregator.store.logs import LoggedVisit
from aggregator.store.memory import Memory
from aggregator.store.outdated import Outdated
from aggregator.store.outgoing import Outgoing
from aggregator.store.outlets import Outlets
from aggregator.store.page_checks import Checks, PageCheck
from aggregator.store.pictures import WantedPicture
from aggregator.store.pings import Ping
from aggregator.store.queue import Held
from aggregator.store.recalls import Recall
from aggregator.store.rulings import Revision, Ruled
from aggregator.store.takedowns import Takedown
from aggregator.store.visits import Recorded
from aggregator.store.windows import Window

__all__ = [
    "BUSY_SECONDS",
    "Claim",
    "Decision",
    "Dossier",
    "Emission",
    "FeedRow",
    "Held",
    "Likeness",
    "LoggedVisit",
    "Member",
    "Outdated",
    "PageCheck",
    "Ping",
    "Recall",
    "Recorded",
    "Revision",
    "Ruled",
    "Store",
    "Takedown",
    "WantedPicture",
    "Window",
]

MOST_UNDECIDED: Final = 1000  # entries that are judged again at once


class Store(Outgoing, Desk, Outlets, Memory, Checks):
    """What is remembered. Open it with `Store.open`, as a context manager."""

    def __init__(self, database: Database, created: datetime) -> None:
        self._database = database
        self.created = created
        self._clamp: Clamp = lambda state, _: state
        self._latest: datetime | None = None  # the time, when last a claim was made

    @classmethod
    def open(
        cls,
        location: str,
        *,
        now: datetime,
        check: bool = True,
        patience: float = BUSY_SECONDS,
    ) -> Self:
        """Open the store, making or migrating it where needed.

        Args:
            location: a path (SQLite), or ``postgresql://USER@HOST/DATABASE``.
            now: when a store that is made here is said to have been made.
            check: look for damage first; reads the whole file of a SQLite database.
            patience: seconds that a writer waits for another process, blocking this one. Less
                for who must stay able to end, and tries again on `StoreBusy`.

        Raises:
            StoreError: it cannot be reached or written, is damaged, another program's, or was
                made by a newer version of this one.
        """
        database = Database(location, patience=patience)
        try:
            return cls(database, database.prepare(now=now, check=check))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- commands -----------------------------------------------------------------------------

    def enroll(
        self,
        sources: Iterable[Source],
        *,
        now: datetime,
        domain_of: DomainOf,
        clamp: Clamp,
    ) -> None:
        """Make the feeds of feeds.yaml known; see `claims.enroll`.

        Before that, what a clock that ran ahead left behind is brought back (`clocks.unwind`).

        Args:
            sources: all that are configured; feeds of others are retired, not forgotten.
            now: the time.
            domain_of: the host that a feed asks next: what a Retry-After reaches, and where one
                visit is made at a time.
            clamp: gives a state whose last visit lies in the future the timers that it should
                have. Claims use it too, when they see the clock go back.
        """
        self._clamp = clamp
        with self._database.writing() as connection:
            clocks.unwind(connection, now, clamp)
            claims.enroll(connection, sources, now=now, domain_of=domain_of)
        self._latest = now

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        only: Collection[str] | None = None,
        force: bool = False,
        besides: Collection[tuple[str, str]] = (),
    ) -> tuple[Claim, ...]:
        """Take up to `limit` feeds that may be visited now, at most one of each domain.

        Committed before it returns; see `claims.claim`.
        """
        with self._database.writing() as connection:
            if self._latest is not None and now < self._latest - clocks.A_STEP_BACK:
                clocks.unwind(connection, now, self._clamp)
            claimed = claims.claim(
                connection,
                now,
                limit=limit,
                lease=lease,
                owner=f"{socket.gethostname()}:{os.getpid()}",
                only=only,
                force=force,
                besides=besides,
            )
        self._latest = now
        return claimed

    def release(self, held: Iterable[Claim]) -> None:
        """Give claims back unused: their feeds are as due as before."""
        with self._database.writing() as connection:
            claims.release(connection, held)

    def hold_host(self, domain: str, until: datetime, *, reason: str = "") -> None:
        """Let nothing of a domain be claimed before `until`; a hold never gets shorter.

        A visit's own `retry_at` does this when it is recorded.
        """
        with self._database.writing() as connection:
            hosts.hold(connection, [(domain, until, reason)])

    def record(self, found: Iterable[Visit]) -> tuple[Recorded, ...]:
        """Record visits, each whole or not at all, and give their claims back.

        Returns:
            One answer a visit, in order; a visit under an ended claim is refused.
        """
        with self._database.writing() as connection:
            return visits.record(connection, found)

    def redecide(self, decided: Iterable[Decision], *, now: datetime) -> int:
        """Record new verdicts on entries that `undecided` returned; see `decisions.redecide`.

        Returns:
            How many entries changed.
        """
        with self._database.writing() as connection:
            return decisions.redecide(connection, decided, now=now)

    # --- questions ----------------------------------------------------------------------------

    def recall(self, source_id: str, feed_key: str, items: Iterable[Identified]) -> Recall:
        """Look up what is known of the entries of one feed's document."""
        with self._database.reading() as connection:
            return recalls.recall(connection, source_id, feed_key, items)

    def undecided_sources(self) -> tuple[str, ...]:
        """Return the sources for which `undecided` has an answer."""
        with self._database.reading() as connection:
            return decisions.sources(connection)

    def undecided(
        self, source_id: str, *, before: int | None = None, limit: int = MOST_UNDECIDED
    ) -> tuple[tuple[int, Entry], ...]:
        """Return held entries that no person ruled on and nobody saw yet, the newest first.

        Args:
            source_id: whose.
            before: for the next ones, the id of the last entry that was returned.
            limit: how many.
        """
        with self._database.reading() as connection:
            return decisions.undecided(connection, source_id, before=before, most=limit)

    def holds(self, now: datetime) -> tuple[tuple[str, datetime], ...]:
        """Return the domains that asked to be left alone, each with the end of its hold."""
        with self._database.reading() as connection:
            return hosts.held(connection, now)

    def feeds(self, now: datetime) -> tuple[FeedRow, ...]:
        """Return all feeds with their state and counters, by source."""
        with self._database.reading() as connection:
            return claims.listed(connection, now)

    def visits(self, source_id: str, feed_key: str = "") -> tuple[LoggedVisit, ...]:
        """Return the last visits to a feed, the newest first."""
        with self._database.reading() as connection:
            return logs.read(connection, source_id, feed_key)

    def backup(self, target: Path) -> None:
        """Copy a SQLite store, as it is at this moment, to a file that appears whole.

        Raises:
            StoreError: it cannot be written, or the store is PostgreSQL.
        """
        self._database.copy(target)
