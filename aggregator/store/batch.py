"""Turns the visits that are accepted into rows, and writes a statement a table. Acts.

What the store holds to, whatever a visit says: a name of an entry never moves to another entry,
`updated` never decreases, a person's ruling and the language that a person gave outlive later
visits, an entry that two feeds of a source found at the same time is stored once, one leaves its
feed only when that is retired, and what was taken down does not come back under another name.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, literal_column, update

from aggregator.model import Change, ChangeKind, Ruling, Visit
from aggregator.store import bars, clusters, counters, hosts, outdated, translations, withdrawn
from aggregator.store.database import run_many, upsert
from aggregator.store.effects import Effects
from aggregator.store.rows import (
    dump,
    fingerprint,
    micros,
    micros_or_none,
    offset,
    scheduled,
    sighting,
    text,
)
from aggregator.store.schema import entries, feeds, keys, revisions, visits
from aggregator.store.stored import Stored, look_up, named, own_names, text_name, title_names

KEPT: Final = 50  # visits of a feed in the log

_REVISED: Final = (ChangeKind.MATERIAL, ChangeKind.MINOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one visit added."""

    new: int
    changed: int
    held: int


def write(
    connection: Connection, rows: Mapping[tuple[str, str], Any], found: Sequence[Visit]
) -> list[Counts]:
    """Write visits, at most one a feed.

    Args:
        connection: a writer's, in a savepoint of its own.
        rows: the feeds' rows, by source and key.
        found: the visits.

    Raises:
        ValueError: a visit holds what cannot be stored; so do the errors of the database.
    """
    if not found:
        return []
    batch = _Batch(connection, rows, found)
    counts = [batch.add(visit) for visit in found]
    batch.flush()
    return counts


class _Batch:
    """Turns visits into rows, looks up what it needs at once, writes a statement a table."""

    def __init__(
        self,
        connection: Connection,
        rows: Mapping[tuple[str, str], Any],
        found: Sequence[Visit],
    ) -> None:
        self._connection = connection
        self._feeds = rows
        if any(visit.changes for visit in found):
            outdated.lock(connection)
        self._own = {id(c): own_names(c.entry) for visit in found for c in visit.changes}
        self._barred = _barred(connection, found)
        known: set[int] = set()
        fresh: defaultdict[str, set[str]] = defaultdict(set)
        count = 0
        for visit in found:
            for change in visit.changes:
                if change.entry_id is not None:
                    known.add(change.entry_id)
                else:
                    count += 1
                    fresh[visit.source_id].update(name for _, name in self._own[id(change)])
        self._ids = iter(counters.take(connection, counters.ENTRY, count) if count else ())
        self._named = named(connection, fresh)
        self._stored = look_up(connection, known)
        self._moves_output = False
        self._effects = Effects()
        self._entries: list[dict[str, Any]] = []
        self._revised: list[dict[str, Any]] = []
        self._keys: dict[tuple[str, str], dict[str, Any]] = {}
        self._revisions: list[dict[str, Any]] = []
        self._visits: list[dict[str, Any]] = []
        self._states: list[dict[str, Any]] = []
        self._holds: list[tuple[str, datetime, str]] = []
        self._adopted: Counter[tuple[str, str]] = Counter()  # by the feed that lost them
        self._taken_back = tuple(visit for visit in found if visit.removals or visit.returned)

    def add(self, visit: Visit) -> Counts:
        """Take one visit in."""
        new = changed = adopted = 0
        touched: set[int] = set()
        newest = self._feeds[visit.source_id, visit.feed_key].newest_updated_at or 0
        for change in visit.changes:
            entry_id = self._known(visit, change)
            if entry_id is None:
                entry_id = self._insert(visit, change)
                new += 1
                touched.add(entry_id)
            elif change.entry_id is not None and change.kind in _REVISED:
                adopted += self._adopt(visit, entry_id)
                self._revise(visit, change, entry_id)
                changed += 1
                touched.add(entry_id)
            self._name(visit, change, entry_id)
            newest = max(newest, micros(change.updated))
        self._log(visit, new, changed)
        self._remember(visit, new + adopted, newest)
        self._moves_output |= bool(new or changed)
        held = sum(self._stored[entry_id].ruling == Ruling.HOLD for entry_id in touched)
        return Counts(new=new, changed=changed, held=held)

    # --- entries

    def _known(self, visit: Visit, change: Change) -> int | None:
        """Return the entry that is changed, or the one that came between recall and record."""
        if change.entry_id is not None:
            stored = self._stored.get(change.entry_id)
            if stored is None or stored.source_id != visit.source_id:
                raise ValueError(f"{visit.source_id} has no entry {change.entry_id}")
            return change.entry_id
        names = ((visit.source_id, name) for _, name in self._own[id(change)])
        return next((self._named[name] for name in names if name in self._named), None)

    def _insert(self, visit: Visit, change: Change) -> int:
        entry_id = next(self._ids)
        entry = change.entry
        self._stored[entry_id] = stored = Stored(
            source_id=visit.source_id,
            feed_key=visit.feed_key,
            revision=1,
            updated_at=micros(change.updated),
            updated_offset=offset(change.updated),
            ruling=change.verdict.ruling.value,
            reasons=dump(change.verdict.reasons),
            ruled=False,
            takedown=(takedown := self._barred.get(id(change))),
        )
        row = _columns(change, stored)
        row["takedown_id"] = takedown
        row["withdrawn_at"] = None if takedown is None else micros(visit.at)
        row["publish_at"] = micros_or_none(change.publish_at)
        row["id"] = entry_id
        row["source_id"] = visit.source_id
        row["guid"] = text(entry.key.guid)
        row["identity"] = entry.identity.value
        row["first_seen_at"] = micros(visit.at)
        self._entries.append(row)
        for _, name in self._own[id(change)]:
            self._named.setdefault((visit.source_id, name), entry_id)
        self._revision(visit, change, entry_id, ChangeKind.NEW)
        return entry_id

    def _adopt(self, visit: Visit, entry_id: int) -> bool:
        """Give an entry to the feed that changes it, if its own is not polled any more."""
        stored = self._stored[entry_id]
        home = stored.source_id, stored.feed_key
        row = self._feeds.get(home)
        if stored.feed_key == visit.feed_key or (row is not None and row.retired_at is None):
            return False
        stored.feed_key = visit.feed_key
        self._adopted[home] += 1
        return True

    def _revise(self, visit: Visit, change: Change, entry_id: int) -> None:
        stored = self._stored[entry_id]
        before = stored.is_shown
        stored.revision += 1
        if (updated := micros(change.updated)) >= stored.updated_at:
            stored.updated_at, stored.updated_offset = updated, offset(change.updated)
        if not stored.ruled:
            stored.ruling = change.verdict.ruling.value
            stored.reasons = dump(change.verdict.reasons)
        takedown = self._barred.get(id(change))
        if takedown is not None and stored.takedown is None:  # it has come to what is barred
            stored.takedown = takedown
            hidden = {"takedown_id": takedown}
            if not stored.withdrawn:
                hidden["withdrawn_at"] = micros(visit.at)
            self._connection.execute(_REVISE.values(hidden), {"_entry": entry_id})
            stored.withdrawn = True
        if stored.sequence is not None:
            self._affect(visit, change, stored, stored.sequence, before=before)
        self._revised.append(_columns(change, stored) | {"_entry": entry_id})
        self._revision(visit, change, entry_id, change.kind)

    def _affect(
        self, visit: Visit, change: Change, stored: Stored, sequence: int, *, before: bool
    ) -> None:
        """Note what becomes of an entry that was emitted."""
        at = micros(visit.at)
        self._effects.change(sequence, before=before, now=stored.is_shown, at=at)
        if change.kind is ChangeKind.MATERIAL:
            self._effects.correct(sequence, at)
        self._effects.renew(sequence, change.entry)
        self._effects.name(sequence, change.entry.translations)

    def _revision(self, visit: Visit, change: Change, entry_id: int, kind: ChangeKind) -> None:
        row = {
            "entry_id": entry_id,
            "number": self._stored[entry_id].revision,
            "seen_at": micros(visit.at),
            "kind": kind.value,
            "content": dump(change.entry),
            "note": text(change.note) or None,
        }
        self._revisions.append(row)

    def _name(self, visit: Visit, change: Change, entry_id: int) -> None:
        source, entry = visit.source_id, change.entry
        seen = sighting(visit.feed_key, entry.key.guid)
        kind = "sighting" if visit.feed_key else "guid"
        self._key(source, seen, kind, entry_id, text(entry.digest))
        for kind, name in self._own[id(change)]:
            self._key(source, name, kind, entry_id)
        if entry.same_story is not None:
            name = fingerprint("same_story", entry.same_story)
            self._key(source, name, "same_story", entry_id)
        if change.kind is ChangeKind.ALIAS:  # often shorter there
            return
        if (words := text_name(entry, change.text_digest)) is not None:
            self._key(source, words, "text", entry_id)
        for name in title_names(entry, change.published):
            self._key(source, name, "title", entry_id)

    def _key(self, source: str, value: str, kind: str, entry_id: int, digest: str = "") -> None:
        row = self._keys.get((source, value))
        if row is None:
            self._keys[source, value] = {
                "source_id": source,
                "value": value,
                "kind": kind,
                "entry_id": entry_id,
                "digest": digest,
            }
        elif row["entry_id"] == entry_id and digest:
            row["digest"] = digest

    # --- the visit itself

    def _log(self, visit: Visit, new: int, changed: int) -> None:
        number = self._feeds[visit.source_id, visit.feed_key].visits + 1
        failure = visit.failure
        self._visits.append(
            {
                "source_id": visit.source_id,
                "feed_key": visit.feed_key,
                "slot": number % KEPT,
                "number": number,
                "visited_at": micros(visit.at),
                "url": text(visit.url),
                "outcome": visit.outcome.value,
                "status": visit.status,
                "received": visit.received,
                "new_entries": new,
                "changed_entries": changed,
                "failure_kind": None if failure is None else failure.kind.value,
                "failure_message": None if failure is None else text(failure.message),
                "flaws": dump(visit.flaws),
            }
        )

    def _remember(self, visit: Visit, more: int, newest: int) -> None:
        row = self._feeds[visit.source_id, visit.feed_key]
        meta = row.meta if visit.meta is None else dump(visit.meta)
        self._moves_output |= meta != row.meta or newest > (row.newest_updated_at or 0)
        self._states.append(
            {
                "_source": visit.source_id,
                "_feed": visit.feed_key,
                "state": dump(visit.state),
                "meta": meta,
                "domain": visit.next_domain or row.domain,
                **scheduled(visit.state),
                "visits": row.visits + 1,
                "entries": row.entries + more,
                "newest_updated_at": newest or None,
                "fence": None,
                "lease_until": None,
                "lease_owner": None,
            }
        )
        if visit.retry_at is not None:
            host = visit.retry_host or row.domain
            self._holds.append((host, visit.retry_at, f"Retry-After of {visit.url}"))

    def flush(self) -> None:
        """Write all of it."""
        connection = self._connection
        run_many(connection, insert(entries), self._entries)
        run_many(connection, _REVISE, self._revised)
        run_many(connection, _name(connection.dialect.name), list(self._keys.values()))
        run_many(connection, insert(revisions), self._revisions)
        run_many(connection, _log(connection.dialect.name), self._visits)
        run_many(connection, _REMEMBER, self._states)
        lost = ({"_source": s, "_feed": f, "lost": n} for (s, f), n in self._adopted.items())
        run_many(connection, _LOSE, list(lost))
        hosts.hold(connection, self._holds)
        found = ((row, self._stored.get(row["entry_id"])) for row in self._keys.values())
        bars.follow(connection, ((row, one.takedown) for row, one in found if one is not None))
        addresses = [row["value"] for row in self._keys.values() if row["kind"] == "address"]
        paired = translations.find(connection, addresses)
        self._effects.touch(paired)
        # Who names an entry as another place that has the story names its link, if it may.
        self._effects.touch(clusters.showing(connection, {r["_entry"] for r in self._revised}))
        if self._moves_output or paired:
            self._effects.write(connection)
        for visit in self._taken_back:
            withdrawn.readmit(connection, visit.returned, "its feed shows it again", visit.at)
            withdrawn.apply(connection, visit.removals, visit.at)


def _barred(connection: Connection, found: Sequence[Visit]) -> dict[int, int]:
    """Return the takedowns that entries come under now, by the identity of their changes."""
    new = [
        (visit.source_id, change)
        for visit in found
        for change in visit.changes
        if change.entry_id is None or change.kind in _REVISED
    ]
    wanted = [(source, change.entry.address, change.text_digest) for source, change in new]
    barred = bars.barred(connection, wanted) if wanted else {}
    return {id(new[place][1]): takedown for place, takedown in barred.items()}


_REVISE: Final = update(entries).where(entries.c.id == bindparam("_entry"))
_REMEMBER: Final = update(feeds).where(
    feeds.c.source_id == bindparam("_source"), feeds.c.feed_key == bindparam("_feed")
)

_LOSE: Final = _REMEMBER.values(entries=feeds.c.entries - bindparam("lost"))


@functools.cache
def _name(dialect: str) -> Any:
    """Add a name, or renew the digest of one that is this entry's; leave another's alone."""
    statement = upsert(dialect, keys)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[keys.c.source_id, keys.c.value],
        set_={"digest": new.digest},
        where=(new.digest != literal_column("''")) & (new.entry_id == keys.c.entry_id),
    )


@functools.cache
def _log(dialect: str) -> Any:
    """Write over the oldest visit in the ring."""
    statement = upsert(dialect, visits)
    return statement.on_conflict_do_update(
        index_elements=list(visits.primary_key),
        set_={c.name: statement.excluded[c.name] for c in visits.columns if not c.primary_key},
    )


def _columns(change: Change, stored: Stored) -> dict[str, Any]:
    entry = change.entry
    return {
        "feed_key": stored.feed_key,
        "text_digest": text(change.text_digest),
        "title": text(entry.title),
        "link": None if entry.link is None else text(entry.link),
        "language": stored.language or entry.language,
        "published_at": micros(change.published),
        "published_offset": offset(change.published),
        "updated_at": stored.updated_at,
        "updated_offset": stored.updated_offset,
        "publisher_updated_at": micros_or_none(entry.updated),
        "revision": stored.revision,
        "ruling": stored.ruling,
        "reasons": stored.reasons,
    }
