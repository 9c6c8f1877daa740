"""What a person decided about an entry, and what became of it over time. Acts.

The newest ruling of a person holds, whatever later visits judge. What a person wrote in place of
the publisher's is laid over every later version. All rulings and edits are kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from aggregator.errors import StoreError
from aggregator.model import ChangeKind, Edits, Entry, Ruling
from aggregator.store import clusters, counters, outdated
from aggregator.store.edited import apply, load_edits, merge
from aggregator.store.effects import Effects
from aggregator.store.rows import dump, load, micros, moment, text
from aggregator.store.schema import emissions, entries, revisions, rulings


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An entry as it once was."""

    number: int
    seen: datetime  # when we read it, or a person edited it
    kind: ChangeKind
    entry: Entry  # with the edits that were in force
    edits: Edits | None = None
    note: str = ""  # why it is this kind of change, where that is not plain; who edited


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What a person decided."""

    ruling: Ruling  # what held from then on
    who: str
    why: str
    at: datetime
    edits: Edits | None = None  # all that were in force from then on, where the person edited


def rule(
    connection: Connection,
    entry_id: int,
    ruling: Ruling,
    *,
    who: str,
    why: str,
    now: datetime,
    edits: Edits | None = None,
) -> None:
    """Record a person's ruling on an entry and put it into force, with edits where there are any.

    Raises:
        StoreError: there is no such entry; it is to be published and nobody knows its language;
            or the edits cannot be made (see `edit`).
    """
    case = _Case(connection, entry_id, edits, instead=False)
    if ruling is Ruling.PUBLISH and case.language is None:
        raise StoreError(
            f"entry {entry_id} has no language yet, so no edition can show it; say which: "
            f"`aggregator queue approve {entry_id} --language en` (or fr, kmr, ckb, ar)"
        )
    case.record(ruling, who=who, why=why, now=now, edited=edits is not None, rules=True)


def edit(
    connection: Connection,
    entry_id: int,
    edits: Edits,
    *,
    who: str,
    why: str,
    now: datetime,
    instead: bool,
) -> None:
    """Put what a person wrote in the place of the publisher's, without another ruling.

    Args:
        connection: a writer's.
        entry_id: whose.
        edits: what is None stays as it is.
        who: edits.
        why: they do.
        now: the time.
        instead: earlier edits go; where nothing is said, the publisher's stands again.

    Raises:
        StoreError: there is no such entry; a title is empty; or the language of an entry that
            was published would change, which with its id and link is fixed for ever.
    """
    case = _Case(connection, entry_id, edits, instead=instead)
    case.record(Ruling(case.row.ruling), who=who, why=why, now=now, edited=True, rules=False)


class _Case:
    """An entry that a person decides about: as it is, and as it will be."""

    def __init__(
        self, connection: Connection, entry_id: int, edits: Edits | None, *, instead: bool
    ) -> None:
        # Before looking: a visit must not add a revision between the two.
        outdated.lock(connection)
        row = connection.execute(_ENTRY, {"entry": entry_id}).first()
        if row is None:
            raise StoreError(
                f"there is no entry {entry_id}; `aggregator queue list` shows what waits"
            )
        self.row: Any = row
        self._connection = connection
        self._entry_id = entry_id
        read = load(Entry, row.content)
        earlier = load_edits(row.edits)
        self._edits = merge(None if instead else earlier, edits) if edits is not None else earlier
        self._before, self._after = apply(read, earlier), apply(read, self._edits)
        self.language = row.emitted_language or self._after.language
        if edits is not None:
            self._check()

    def _check(self) -> None:
        if not self._after.title.strip() and self._before.title.strip():
            raise StoreError(f"entry {self._entry_id} needs a title; an empty one was given")
        emitted = self.row.emitted_language
        wanted = self._edits.language if self._edits is not None else None
        if emitted is not None and wanted not in (None, emitted):
            raise StoreError(
                f"entry {self._entry_id} was published in {emitted}, and subscribers have it "
                f"under that address: its language stays. To show it no more: "
                f"`aggregator queue reject {self._entry_id} --why ...`"
            )

    @property
    def _words_differ(self) -> bool:
        before, after = self._before, self._after
        return (before.title, before.standfirst) != (after.title, after.standfirst)

    def record(
        self, ruling: Ruling, *, who: str, why: str, now: datetime, edited: bool, rules: bool
    ) -> None:
        """Write the ruling, the edits, and what follows for what was emitted.

        Args:
            ruling: what holds.
            who: decided.
            why: they did.
            now: the time.
            edited: whether the person edited.
            rules: whether the ruling is the person's own, so that visits do not change it.
        """
        row = self.row
        number = row.revision + (self._before != self._after)
        (ruling_id,) = counters.take(self._connection, counters.RULING, 1)
        values: dict[str, Any] = {"revision": number}
        if rules:
            reasons = dump((text(f"ruled by {who}: {why}"),))
            values |= {"ruling": ruling.value, "reasons": reasons, "ruling_id": ruling_id}
        if edited:
            values["edits"] = None if self._edits is None else dump(self._edits)
        if row.sequence is None:
            values["language"] = self._after.language
        elif self._words_differ and micros(now) > row.updated_at:
            values |= {"updated_at": micros(now), "updated_offset": 0}
        if number > row.revision:
            self._revise(number, f"edited by {who}: {why}", now)
        change = update(entries).where(entries.c.id == self._entry_id)
        self._connection.execute(change.values(values))
        self._connection.execute(
            insert(rulings).values(
                id=ruling_id,
                entry_id=self._entry_id,
                ruling=ruling.value,
                who=text(who),
                why=text(why),
                ruled_at=micros(now),
                edits=dump(self._edits or Edits()) if edited else None,
                revision=number,
            )
        )
        self._follow(ruling, now)

    def _revise(self, number: int, note: str, now: datetime) -> None:
        """Keep what a reader saw before: an edit is a revision, of the same publisher's text."""
        kind = ChangeKind.MATERIAL if self._words_differ else ChangeKind.MINOR
        self._connection.execute(
            insert(revisions).values(
                entry_id=self._entry_id,
                number=number,
                seen_at=micros(now),
                kind=kind.value,
                content=self.row.content,
                note=text(note),
            )
        )

    def _follow(self, ruling: Ruling, now: datetime) -> None:
        row = self.row
        effects = Effects()
        if row.sequence is not None:
            may = row.withdrawn_at is None
            effects.change(
                row.sequence,
                before=may and row.ruling == Ruling.PUBLISH,
                now=may and ruling is Ruling.PUBLISH,
                at=micros(now),
            )
            if self._words_differ:
                effects.correct(row.sequence, micros(now))
        effects.touch(clusters.showing(self._connection, [self._entry_id]))
        effects.write(self._connection)


_ENTRY: Final = (
    select(
        entries.c.sequence,
        entries.c.ruling,
        entries.c.revision,
        entries.c.updated_at,
        entries.c.withdrawn_at,
        entries.c.edits,
        emissions.c.language.label("emitted_language"),
        revisions.c.content,
    )
    .join(
        revisions,
        (revisions.c.entry_id == entries.c.id) & (revisions.c.number == entries.c.revision),
    )
    .outerjoin(emissions, emissions.c.entry_id == entries.c.id)
    .where(entries.c.id == bindparam("entry"))
)


# --- what became of it ------------------------------------------------------------------------


def history(connection: Connection, entry_id: int) -> tuple[Revision, ...]:
    """Return all revisions of an entry, the first one first; none where there is no entry.

    An edit is a revision of its own; those of the publisher that follow it bear it.
    """
    edits = connection.execute(_EDITS, {"entry": entry_id}).all()
    question = (
        select(revisions).where(revisions.c.entry_id == entry_id).order_by(revisions.c.number)
    )
    found = []
    for row in connection.execute(question):
        # Rulings are numbered in the order in which they came into force.
        laid = [load_edits(one.edits) for one in edits if one.revision <= row.number]
        force = laid[-1] if laid else None
        found.append(
            Revision(
                number=row.number,
                seen=moment(row.seen_at),
                kind=ChangeKind(row.kind),
                entry=apply(load(Entry, row.content), force),
                edits=force,
                note=row.note or "",
            )
        )
    return tuple(found)


_RULINGS: Final = (
    select(rulings).where(rulings.c.entry_id == bindparam("entry")).order_by(rulings.c.id)
)
_EDITS: Final = _RULINGS.where(rulings.c.edits.is_not(None))


def ruled(connection: Connection, entry_id: int) -> tuple[Ruled, ...]:
    """Return what people decided about an entry, the first one first."""
    return tuple(
        Ruled(
            ruling=Ruling(row.ruling),
            who=row.who,
            why=row.why,
            at=moment(row.ruled_at),
            edits=None if row.edits is None else load(Edits, row.edits),
        )
        for row in connection.execute(_RULINGS, {"entry": entry_id})
    )
