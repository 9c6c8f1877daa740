"""All that is known of one entry, and how a person finds it. Acts (reads)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from aggregator.model import AtomId, Edits, Entry, Ruling, Verdict
from aggregator.store import rulings, series, takedowns
from aggregator.store.edited import apply, load_edits
from aggregator.store.rows import fingerprint, load, load_texts, moment, moment_or_none
from aggregator.store.rulings import Revision, Ruled
from aggregator.store.schema import (
    cluster_entries,
    emissions,
    entries,
    feeds,
    keys,
    revisions,
)
from aggregator.store.takedowns import Takedown
from aggregator.text.urls import absolute, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What an entry was given when it was published: for ever."""

    sequence: int
    id: AtomId
    link: str | None
    language: str
    emitted: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entry that tells the same story, among them the entry itself."""

    entry_id: int
    source_id: str
    title: str
    link: str | None
    reason: str  # why it is the same story
    joined: datetime
    sequence: int | None  # where it was published itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is known of an entry."""

    entry_id: int
    source_id: str
    feed_key: str
    entry: Entry  # as it is to be shown
    read: Entry  # as its publisher wrote it last
    edits: Edits | None
    verdict: Verdict  # what holds, and why
    by_person: bool  # the verdict is a person's, so that visits do not change it
    language: str | None  # the one that it is, or will be, published in
    first_seen: datetime
    published: datetime
    updated: datetime
    revisions: tuple[Revision, ...]  # the first one first
    rulings: tuple[Ruled, ...]  # likewise
    names: tuple[tuple[str, int], ...]  # kinds of names, and how many of each it is known by
    cluster: tuple[Member, ...] = ()
    takedown: Takedown | None = None  # the one that hides it
    emission: Emission | None = None
    placements: tuple[tuple[int, int], ...] = ()  # series ids and the positions in them
    withdrawn: datetime | None = None
    withdrawn_why: str | None = None  # where its publisher took it back
    publish_at: datetime | None = None  # an embargo
    shown_by: int | None = None  # the entry that is shown in its place

    @property
    def is_shown(self) -> bool:
        """Whether documents show it, once they are written."""
        may = self.verdict.ruling is Ruling.PUBLISH and self.withdrawn is None
        return self.emission is not None and may


def find(connection: Connection, what: str) -> tuple[int, ...]:
    """Return the entries that go by a name: a number, an Atom id, a guid, an address.

    A number is an entry's own, whoever uses it as a guid.
    """
    what = what.strip()
    # Not int(): it takes digits of any script, and a number no database holds.
    if what.isascii() and what.isdigit() and len(what) < len(str(2**63)):
        found = connection.execute(_NUMBER, {"entry": int(what)}).scalars().all()
        if found:
            return tuple(found)
    ids = set(connection.execute(_ATOM_ID, {"key": fingerprint(what)}).scalars())
    names = [fingerprint("guid", what)]
    address = absolute(what, None)
    names += [fingerprint("address", canonical(address))] if address is not None else []
    for source in connection.execute(_SOURCES).scalars().all():
        ids.update(connection.execute(_NAMED, {"source": source, "some": names}).scalars())
    return tuple(sorted(ids))


def by_sequence(connection: Connection, sequence: int) -> int | None:
    """Return the entry with a place in our own sequence: the number in its page's address."""
    found = select(emissions.c.entry_id).where(emissions.c.sequence == sequence)
    return connection.execute(found).scalar_one_or_none()


def dossier(connection: Connection, entry_id: int) -> Dossier | None:
    """Return all that is known of an entry; None where there is none."""
    row = connection.execute(_ENTRY, {"entry": entry_id}).first()
    if row is None:
        return None
    read, edits = load(Entry, row.content), load_edits(row.edits)
    emission = _emission(row)
    entry = apply(read, edits)
    down = takedowns.listed(connection, [row.takedown_id]) if row.takedown_id else ()
    places = {} if emission is None else series.positions(connection, [emission.sequence])
    return Dossier(
        entry_id=entry_id,
        source_id=row.source_id,
        feed_key=row.feed_key,
        entry=entry,
        read=read,
        edits=edits,
        verdict=Verdict(ruling=Ruling(row.ruling), reasons=load_texts(row.reasons)),
        by_person=row.ruling_id is not None,
        language=emission.language if emission is not None else row.language,
        first_seen=moment(row.first_seen_at),
        published=moment(row.published_at, row.published_offset),
        updated=moment(row.updated_at, row.updated_offset),
        revisions=rulings.history(connection, entry_id),
        rulings=rulings.ruled(connection, entry_id),
        names=_names(connection, row.source_id, entry_id),
        cluster=_cluster(connection, entry_id),
        takedown=down[0] if down else None,
        emission=emission,
        placements=places[emission.sequence] if emission and places else (),
        withdrawn=moment_or_none(row.withdrawn_at),
        withdrawn_why=row.withdrawn_why,
        publish_at=moment_or_none(row.publish_at),
        shown_by=row.shown_by,
    )


def _emission(row: Any) -> Emission | None:
    if row.sequence is None:
        return None
    return Emission(
        sequence=row.sequence,
        id=AtomId(row.atom_id),
        link=row.emitted_link,
        language=row.emitted_language,
        emitted=moment(row.emitted_at),
    )


def _names(connection: Connection, source_id: str, entry_id: int) -> tuple[tuple[str, int], ...]:
    kinds = connection.execute(_KINDS, {"source": source_id, "entry": entry_id}).scalars()
    return tuple(sorted(Counter(kinds).items()))


def _cluster(connection: Connection, entry_id: int) -> tuple[Member, ...]:
    return tuple(
        Member(
            entry_id=row.entry_id,
            source_id=row.source_id,
            title=row.title,
            link=row.link,
            reason=row.reason,
            joined=moment(row.joined_at),
            sequence=row.sequence,
        )
        for row in connection.execute(_MEMBERS, {"entry": entry_id})
    )


# --- statements -------------------------------------------------------------------------------

_NUMBER: Final = select(entries.c.id).where(entries.c.id == bindparam("entry"))
_ATOM_ID: Final = select(emissions.c.entry_id).where(emissions.c.atom_key == bindparam("key"))
_SOURCES: Final = select(feeds.c.source_id).distinct().order_by(feeds.c.source_id)
_NAMED: Final = select(keys.c.entry_id).where(
    keys.c.source_id == bindparam("source"),
    keys.c.value.in_(bindparam("some", expanding=True)),
)
_KINDS: Final = select(keys.c.kind).where(
    keys.c.source_id == bindparam("source"), keys.c.entry_id == bindparam("entry")
)
_MEMBERS: Final = (
    select(
        cluster_entries.c.entry_id,
        cluster_entries.c.reason,
        cluster_entries.c.joined_at,
        entries.c.source_id,
        entries.c.title,
        entries.c.link,
        entries.c.sequence,
    )
    .join(entries, entries.c.id == cluster_entries.c.entry_id)
    .where(
        cluster_entries.c.cluster_id.in_(
            select(cluster_entries.c.cluster_id).where(
                cluster_entries.c.entry_id == bindparam("entry")
            )
        )
    )
    .order_by(cluster_entries.c.entry_id)
)
_ENTRY: Final = (
    select(
        entries,
        revisions.c.content,
        emissions.c.atom_id,
        emissions.c.emitted_at,
        emissions.c.link.label("emitted_link"),
        emissions.c.language.label("emitted_language"),
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .outerjoin(emissions, emissions.c.entry_id == entries.c.id)
    .where(entries.c.id == bindparam("entry"))
)
