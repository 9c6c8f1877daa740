"""The editors' half of `Store`: what waits, what people decide, what is taken down.

Each command is one transaction, each question one snapshot; what they do is in the modules.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from aggregator.model import Edits, Removal, Ruling
from aggregator.store import bars, dossiers, queue, rulings, takedowns, withdrawn
from aggregator.store.database import Database
from aggregator.store.dossiers import Dossier
from aggregator.store.queue import Held
from aggregator.store.rulings import Revision
from aggregator.store.takedowns import Takedown

MOST_HELD: Final = 50  # entries of the queue that are returned at once


class Desk:
    """What editors ask and decide."""

    _database: Database

    # --- questions ----------------------------------------------------------------------------

    def queue(
        self, *, source_id: str | None = None, before: int | None = None, limit: int = MOST_HELD
    ) -> tuple[Held, ...]:
        """Return what waits for a person, the newest first.

        Args:
            source_id: only of this source.
            before: for the next ones, the entry id of the last one that was returned.
            limit: how many.
        """
        with self._database.reading() as connection:
            return queue.waiting(connection, source_id=source_id, before=before, most=limit)

    def delayed(
        self, now: datetime, *, source_id: str | None = None, limit: int = MOST_HELD
    ) -> tuple[Held, ...]:
        """Return what is published by itself after `now`, the next one first."""
        with self._database.reading() as connection:
            return queue.delayed(connection, now, source_id=source_id, most=limit)

    def held(self, source_id: str | None = None) -> int:
        """Count what waits for a person, of one source or of all."""
        with self._database.reading() as connection:
            return queue.count(connection, source_id)

    def find(self, what: str) -> tuple[int, ...]:
        """Return the entries that go by a name: a number, an Atom id, a guid, an address."""
        with self._database.reading() as connection:
            return dossiers.find(connection, what)

    def entry_of(self, sequence: int) -> int | None:
        """Return the entry with a place in our own sequence, shown or not."""
        with self._database.reading() as connection:
            return dossiers.by_sequence(connection, sequence)

    def dossier(self, entry_id: int) -> Dossier | None:
        """Return all that is known of an entry; None where there is none."""
        with self._database.reading() as connection:
            return dossiers.dossier(connection, entry_id)

    def history(self, entry_id: int) -> tuple[Revision, ...]:
        """Return all revisions of an entry, a person's edits among them, the first one first."""
        with self._database.reading() as connection:
            return rulings.history(connection, entry_id)

    def takedowns(self) -> tuple[Takedown, ...]:
        """Return all takedowns, those that were undone too, the newest first."""
        with self._database.reading() as connection:
            return takedowns.listed(connection)

    def barred(
        self, source_id: str, items: Iterable[tuple[str | None, str]]
    ) -> dict[int, Takedown]:
        """Return which new entries of a source must not appear, by their index.

        Args:
            source_id: whose.
            items: of each its canonical address and the digest of its text.
        """
        wanted = [(source_id, address, digest) for address, digest in items]
        with self._database.reading() as connection:
            found = bars.barred(connection, wanted)
            known = {one.id: one for one in takedowns.listed(connection, found.values())}
        return {index: known[number] for index, number in found.items()}

    # --- what people decide -------------------------------------------------------------------

    def rule(
        self,
        entry_id: int,
        ruling: Ruling,
        *,
        who: str,
        why: str,
        now: datetime,
        edits: Edits | None = None,
    ) -> None:
        """Put a person's ruling on an entry into force; later visits do not undo it.

        Args:
            entry_id: whose.
            ruling: what is to happen with it.
            who: decided.
            why: they did.
            now: the time.
            edits: see `edit`.

        Raises:
            StoreError: there is no such entry; it is to be published and nobody said in what
                language it is; or the edits cannot be made.
        """
        self.rule_all([entry_id], ruling, who=who, why=why, now=now, edits=edits)

    def rule_all(
        self,
        entry_ids: Iterable[int],
        ruling: Ruling,
        *,
        who: str,
        why: str,
        now: datetime,
        edits: Edits | None = None,
    ) -> None:
        """Rule on several entries alike: on all of them, or on none; see `rule`."""
        with self._database.writing() as connection:
            for entry_id in entry_ids:
                rulings.rule(connection, entry_id, ruling, who=who, why=why, now=now, edits=edits)

    def edit(
        self,
        entry_id: int,
        edits: Edits,
        *,
        who: str,
        why: str,
        now: datetime,
        instead: bool = False,
    ) -> None:
        """Put what a person wrote in the publisher's place; later visits do not undo it.

        Of an entry that was published other words are a correction: `updated` moves to now.

        Args:
            entry_id: whose.
            edits: what is None stays as it is.
            who: edits.
            why: they do.
            now: the time.
            instead: earlier edits go; where nothing is said, the publisher's stands again.

        Raises:
            StoreError: there is no such entry, its title would be empty, or it was published
                and its language would change.
        """
        with self._database.writing() as connection:
            rulings.edit(connection, entry_id, edits, who=who, why=why, now=now, instead=instead)

    # --- what is taken down -------------------------------------------------------------------

    def take_down(
        self,
        *,
        entry_id: int | None = None,
        source_id: str | None = None,
        title: str = "",
        who: str,
        why: str,
        now: datetime,
    ) -> Takedown:
        """Hide an entry, or all that a source brings, and bar it from coming back.

        Args:
            entry_id: the entry; or
            source_id: the source.
            title: the source's name, for the log.
            who: takes it down.
            why: they do.
            now: the time.

        Returns:
            The takedown; `new` is False where it was in force before.

        Raises:
            StoreError: there is no such entry or source.
        """
        with self._database.writing() as connection:
            return takedowns.take_down(
                connection,
                entry_id=entry_id,
                source_id=source_id,
                title=title,
                who=who,
                why=why,
                now=now,
            )

    def restore(self, takedown_id: int, *, who: str, why: str, now: datetime) -> Takedown:
        """Undo a takedown: what it hid is shown again, and may come again.

        Returns:
            The takedown; `new` is False where it was undone before.

        Raises:
            StoreError: there is no such takedown.
        """
        with self._database.writing() as connection:
            return takedowns.restore(connection, takedown_id, who=who, why=why, now=now)

    # --- what publishers take back ------------------------------------------------------------

    def withdraw(self, removals: Iterable[Removal], now: datetime) -> tuple[int, ...]:
        """Hide what publishers took back; return the sequences that are not shown any more."""
        with self._database.writing() as connection:
            return tuple(sorted(withdrawn.apply(connection, removals, now)))

    def readmit(self, entry_ids: Iterable[int], why: str, now: datetime) -> tuple[int, ...]:
        """Show again what publishers had taken back; return the sequences that are shown again.

        A takedown stays in force.
        """
        with self._database.writing() as connection:
            return tuple(sorted(withdrawn.readmit(connection, entry_ids, why, now)))
