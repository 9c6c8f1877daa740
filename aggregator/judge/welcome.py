"""New sources, and what waits by the operator's word: how entries are let in. Pure.

A source is new, feed by feed, until a feed of it was read once: only the newest of that first
document are published, the others are recorded so that they never come up. With several feeds
each has its share of the number, rounded up, so the order of the visits decides nothing. The
first entries that wait for a person are counted the same way, over as many visits as it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aggregator.model import Change, ChangeKind, Ruling, Source, Verdict

LATE: Final = "older than this source's first "
STANDING: Final = ("quarantined: ", "hold: ", "hold_first: ", LATE)
"""How the reasons begin that hold or drop an entry whatever its rules say of a later version."""

ESTABLISHED: Final = 1_000_000
"""Entries that a feed is said to have brought that was followed before anybody counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """The changes of a visit as they are to be recorded."""

    changes: tuple[Change, ...]
    admitted: int  # entries of the feed that no rule dropped, those of this visit among them


def greet(
    changes: Sequence[Change],
    source: Source,
    *,
    first: bool,
    admitted: int,
    by_rule: frozenset[str] = frozenset(),
    now: datetime,
) -> Greeted:
    """Let the new entries of a visit in as the operator wants it.

    Args:
        changes: of the visit, with the verdicts of the rules.
        source: the outlet: `new_entries`, `hold_first`, `hold`, `publish_delay`.
        first: no document of this feed was read before.
        admitted: how many entries it has brought so far that were not dropped.
        by_rule: guids of entries that a rule of the operator publishes: they wait for nobody.
        now: the time of the visit: a delay begins here.
    """
    new = [change for change in changes if _counts(change)]
    new.sort(key=lambda change: change.published)
    late = _late(new, source) if first else set()
    admissible = [change for change in new if id(change) not in late]
    share = -(-source.hold_first // len(source.feeds)) if source.feeds else 0
    waiting = {id(change) for change in admissible[: max(0, share - admitted)]}
    return Greeted(
        changes=tuple(
            _let_in(
                change,
                source,
                late=id(change) in late,
                early=id(change) in waiting,
                by_rule=change.entry.key.guid in by_rule,
                now=now,
            )
            for change in changes
        ),
        admitted=admitted + len(admissible),
    )


def kept(verdict: Verdict, before: Sequence[str]) -> Verdict:
    """Return the verdict on an entry that waits or was passed over by other than a rule's word.

    Args:
        verdict: what the rules say of it as it is now.
        before: the stored reasons of its ruling.
    """
    standing = tuple(reason for reason in before if reason.startswith(STANDING))
    if not standing or verdict.ruling is Ruling.DROP:
        return verdict
    late = any(reason.startswith(LATE) for reason in standing)
    ruling = Ruling.DROP if late else Ruling.HOLD
    return Verdict(ruling=ruling, reasons=(*standing, *verdict.reasons))


def _counts(change: Change) -> bool:
    return change.kind is ChangeKind.NEW and change.verdict.ruling is not Ruling.DROP


def _late(new: Sequence[Change], source: Source) -> set[int]:
    """The entries that are older than those that a new feed may bring; `new` is in order."""
    if source.new_entries is None:
        return set()
    share = -(-source.new_entries // max(1, len(source.feeds)))
    return {id(change) for change in new[: max(0, len(new) - share)]}


def _let_in(
    change: Change, source: Source, *, late: bool, early: bool, by_rule: bool, now: datetime
) -> Change:
    if not _counts(change):
        return change
    if late:
        reason = f"{LATE}{source.new_entries}"
        return _ruled(change, Ruling.DROP, reason)
    if source.hold and not by_rule:
        change = _ruled(change, Ruling.HOLD, "hold: every entry of this source waits for a person")
    elif early and not by_rule:
        reason = f"hold_first: the first {source.hold_first} of this source wait for a person"
        change = _ruled(change, Ruling.HOLD, reason)
    if source.publish_delay and change.verdict.ruling is Ruling.PUBLISH:
        change = replace(change, publish_at=now + source.publish_delay)
    return change


def _ruled(change: Change, ruling: Ruling, reason: str) -> Change:
    reasons = (reason, *change.verdict.reasons)
    return replace(change, verdict=Verdict(ruling=ruling, reasons=reasons))
