"""What was published: ids given for ever. Acts.

An emission gives an entry its place in our own sequence, its final Atom id, its link and its
language, and is committed before any file is written. Nothing ever changes it.

Of a story that several sources tell one entry is emitted; it shows the others (`shown_by`). What
was emitted before stays: a better copy that comes late is named in it.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from aggregator.model import AtomId, Entry, Ruling
from aggregator.store import clusters, counters, outdated, translations
from aggregator.store.database import run_many
from aggregator.store.rows import (
    batches,
    fingerprint,
    load,
    micros,
    moment_or_none,
)
from aggregator.store.schema import (
    PENDING,
    cluster_entries,
    emissions,
    entries,
    revisions,
    takedowns,
)
from aggregator.store.schema import clusters as stories

Mint = Callable[[Entry], tuple[AtomId, AtomId]]

# --- emit -------------------------------------------------------------------------------------


def emit(
    connection: Connection,
    languages: Collection[str],
    *,
    now: datetime,
    mint: Mint,
    most: int | None = None,
    order: Sequence[str] | None = None,
) -> int:
    """Give what may appear and has not yet its sequence and final id, the oldest first.

    Args:
        connection: a writer's.
        languages: those that some edition shows.
        now: the time; what is under an embargo beyond it waits.
        mint: returns the id that an entry should have, and one to use where another entry has
            that one already.
        most: how many entries at most; None: all.
        order: the sources, those first that are shown where several tell a story. Only what was
            compared is emitted then. None: stories of several sources are of no concern.

    Returns:
        How many entries were dealt with: emitted, or shown by another.
    """
    # Before looking: on PostgreSQL a second publisher waits here, and then finds nothing to do.
    outdated.lock(connection)
    compared = None
    _free(connection)
    if order is not None:
        compared = counters.read(connection, counters.COMPARED)
    scope = _Scope(languages, micros(now), compared)
    pending = _pending(connection, scope, most)
    if not pending:
        return 0
    aside: dict[int, int] = {}
    chosen = pending
    if order is not None:
        chosen, aside = _choose(connection, pending, scope, order)
    marked = _emit(connection, chosen, now=now, mint=mint) if chosen else set()
    run_many(
        connection, _SHOW_BY, [{"_entry": one, "shown_by": lead} for one, lead in aside.items()]
    )
    outdated.mark(connection, marked | clusters.showing(connection, aside.keys()))
    return len(pending)


def _emit(
    connection: Connection, pending: Sequence[Any], *, now: datetime, mint: Mint
) -> set[int]:
    """Write the emissions; return the sequences of all that documents show otherwise now."""
    offers, others = [], []
    for row in pending:
        entry = load(Entry, row.content)
        offers.append(mint(entry))
        others.append(entry.translations)
    ids = _ids(connection, offers)
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
    named = {number: these for number, these in zip(sequence, others, strict=True) if these}
    translations.record(connection, named)
    return {*sequence, *translations.around(connection, sequence)}


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be emitted, besides what `PENDING` says."""

    languages: Collection[str]
    now: int
    compared: int | None  # the last entry that was

    def holds(self) -> Iterator[Any]:
        """Return the conditions."""
        yield literal_column(PENDING)
        yield entries.c.language.in_(sorted(self.languages))
        yield or_(entries.c.publish_at.is_(None), entries.c.publish_at <= self.now)
        if self.compared is not None:
            yield entries.c.id <= self.compared


def _pending(connection: Connection, scope: _Scope, most: int | None) -> Sequence[Any]:
    """Return what may appear and has not yet, the oldest first."""
    question = (
        _ENTRIES.where(*scope.holds()).order_by(entries.c.published_at, entries.c.id).limit(most)
    )
    return connection.execute(question).all()


_ENTRIES: Final = select(
    entries.c.id,
    entries.c.link,
    entries.c.language,
    entries.c.published_at,
    revisions.c.content,
).join(
    revisions,
    (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
)
_SHOW_BY: Final = update(entries).where(entries.c.id == bindparam("_entry"))


def next_emission(connection: Connection, now: datetime) -> datetime | None:
    """Return when the next embargo ends of what may appear after it."""
    question = select(func.min(entries.c.publish_at)).where(
        literal_column(PENDING), entries.c.publish_at > micros(now)
    )
    return moment_or_none(connection.execute(question).scalar_one())


# --- one of several ---------------------------------------------------------------------------


def _choose(
    connection: Connection, pending: Sequence[Any], scope: _Scope, order: Sequence[str]
) -> tuple[Sequence[Any], dict[int, int]]:
    """Choose one of each story.

    Returns:
        What is to be emitted; and of what is not, which entry shows it.
    """
    of = clusters.clusters_of(connection, [row.id for row in pending])
    if not of:
        return pending, {}
    told: defaultdict[int, list[Any]] = defaultdict(list)
    for some in batches(sorted(set(of.values()))):
        for row in connection.execute(_TOLD, {"some": some}):
            told[row.cluster_id].append(row)
    waiting = {
        one
        for some in batches(member.id for members in told.values() for member in members)
        for one in connection.execute(
            select(entries.c.id).where(entries.c.id.in_(some), *scope.holds())
        ).scalars()
    }
    places = {source: place for place, source in enumerate(order)}
    aside: dict[int, int] = {}
    for members in told.values():
        aside |= _set_aside(members, waiting, places)
    here = {row.id for row in pending}
    wanted = waiting - aside.keys() - here  # chosen, and not yet read
    more = [
        row
        for some in batches(sorted(wanted))
        for row in connection.execute(_ENTRIES.where(entries.c.id.in_(some)))
    ]
    chosen = [row for row in (*pending, *more) if row.id not in aside]
    return sorted(chosen, key=lambda row: (row.published_at, row.id)), aside


def _set_aside(
    members: Sequence[Any], waiting: Collection[int], places: Mapping[str, int]
) -> dict[int, int]:
    """Say who of a story's entries are shown by another, and by which."""
    those = [member for member in members if member.id in waiting]
    # A person's no to one is a no to the story; the others wait behind it, should it become a yes.
    ahead = [
        member
        for member in members
        if member.sequence is not None
        and (_is_shown(member) or (member.ruling_id and member.ruling != Ruling.PUBLISH))
    ]
    ahead.sort(key=lambda member: (not _is_shown(member), member.sequence))
    if not ahead and those:
        ahead.append(
            min(
                those,
                key=lambda member: (
                    member.id != member.original_id,
                    places.get(member.source_id, len(places)),
                    member.published_at,
                    member.id,
                ),
            )
        )
    found = {}
    for member in those:
        # What a source itself tells twice is two articles: nothing but another's copy links them.
        leads = (lead.id for lead in ahead if lead.source_id != member.source_id)
        if (lead := next(leads, None)) is not None:
            found[member.id] = lead
    return found


def _is_shown(member: Any) -> bool:
    return member.ruling == Ruling.PUBLISH and member.withdrawn_at is None


_TOLD: Final = (
    select(
        cluster_entries.c.cluster_id,
        stories.c.original_id,
        entries.c.id,
        entries.c.source_id,
        entries.c.sequence,
        entries.c.ruling,
        entries.c.ruling_id,
        entries.c.withdrawn_at,
        entries.c.published_at,
    )
    .join(entries, entries.c.id == cluster_entries.c.entry_id)
    .join(stories, stories.c.id == cluster_entries.c.cluster_id)
    .where(cluster_entries.c.cluster_id.in_(bindparam("some", expanding=True)))
    .order_by(entries.c.id)
)


def _free(connection: Connection) -> None:
    """Let those wait again whom an entry showed that is not shown itself any more.

    Not where a person said no to the story; nor where that entry was taken down, but of what a
    person ruled on: a takedown does not reach that.
    """
    freed = connection.execute(_UNSHOWN).scalars().all()
    run_many(connection, _SHOW_BY, [{"_entry": one, "shown_by": None} for one in freed])


_LEAD: Final = entries.alias("lead")
_UNSHOWN: Final = (
    select(entries.c.id)
    .join(_LEAD, _LEAD.c.id == entries.c.shown_by)
    .outerjoin(takedowns, takedowns.c.id == _LEAD.c.takedown_id)
    .where(
        entries.c.shown_by.is_not(None),
        or_(takedowns.c.entry_id.is_(None), entries.c.ruling_id.is_not(None)),
        or_(_LEAD.c.ruling == Ruling.PUBLISH.value, _LEAD.c.ruling_id.is_(None)),
        or_(_LEAD.c.withdrawn_at.is_not(None), _LEAD.c.ruling != Ruling.PUBLISH.value),
    )
)

# --- ids --------------------------------------------------------------------------------------


def _ids(connection: Connection, offers: Sequence[tuple[AtomId, AtomId]]) -> list[AtomId]:
    """Choose an id for each, so that none comes twice, whatever publishers write as guid."""
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
