"""What a document says that is not known yet, judged: the middle of the journey. Acts.

recall      which of its entries are known, by guid, address or story
normalize   only what is new or changed, and the rules on it, in the bounded child
alike       the one more question, for what is unknown: is it known under other names?
judge       renamed, rules, revise, welcome, flood, removed: pure

Nothing slow happens between recalling and recording, and one visit of a source at a time does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.judge import flood, removed, renamed, revise, rules, welcome
from aggregator.model import (
    Change,
    ChangeKind,
    EntryKey,
    Feed,
    FeedState,
    Identified,
    Known,
    Profile,
    Quarantine,
    Remembered,
    Removal,
    Ruling,
    Screened,
    Source,
)
from aggregator.store import Store
from aggregator.worker import Reading, WorkerPool

_A_MOMENT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a visit is to record of a document."""

    changes: tuple[Change, ...] = ()
    removals: tuple[Removal, ...] = ()
    returned: tuple[int, ...] = ()
    flaws: tuple[str, ...] = ()  # what the document says of itself and is not believed
    profile: Profile | None = None
    quarantine: Quarantine | None = None
    admitted: int = 0

    def remembered(self, state: FeedState) -> FeedState:
        """Return a feed's state with what was learned of it."""
        return replace(
            state, profile=self.profile, quarantine=self.quarantine, admitted=self.admitted
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visited:
    """What is looked at: a feed's document, and when."""

    source: Source
    feed: Feed
    state: FeedState
    reading: Reading
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """An entry of the document that is new or changed, with what is stored of it."""

    screened: Screened
    known: Known | None
    found: Remembered | None = None  # under other names
    why: str = ""


async def judge(
    store: Store,
    pool: WorkerPool,
    *,
    source: Source,
    feed: Feed,
    state: FeedState,
    reading: Reading,
    now: datetime,
) -> Judged:
    """Find out what a document says that is not known yet, and what to make of it.

    Raises:
        SourceError: its entries took too much time or memory.
    """
    visited = _Visited(source=source, feed=feed, state=state, reading=reading, now=now)
    recall = store.recall(source.id, feed.key, reading.items)
    known = {item.key: recall.find(item) for item in reading.items}
    news = tuple(
        item
        for item in reading.items
        if (was := known[item.key]) is None or was.digest != item.digest
    )
    # A rule judges the age that an entry had when it was first seen: corrected, it is no older.
    seen = {
        item.key.guid: was.seen
        for item in news
        if (was := known[item.key]) is not None and was.seen is not None
    }
    screened = await pool.normalize(
        news, source=source, feed=feed, meta=reading.feed.meta, now=now, seen=seen
    )
    ones = _recognized(store, visited, screened, known)
    changes, clocks = _revised(store, visited, ones)
    by_rule = frozenset(one.entry.key.guid for one in screened if one.ruling is Ruling.PUBLISH)
    greeted = welcome.greet(
        changes,
        source,
        first=state.last_success is None,
        admitted=_admitted(state),
        by_rule=by_rule,
        now=now,
    )
    looked = _looked(visited, greeted, clocks)
    shown = [(item, was) for item in reading.items if (was := known[item.key]) is not None]
    found = {one.known.entry_id for one in ones if one.known is not None}
    return _taken_back(store, visited, looked, shown, found)


def released(store: Store, state: FeedState) -> FeedState:
    """Return a feed's state without its quarantine, once nothing that it holds waits any more.

    What a person approved is what the feed brings now: its profile is learned anew. What was
    rejected is not, and the next of its kind gives alarm again.
    """
    if state.quarantine is None:
        return state
    release = store.ruled_since(state.source_id, state.feed_key, state.quarantine.since)
    if release.waiting:
        return state
    profile = state.profile
    if release.approved and profile is not None:
        profile = flood.anew(profile, release.approved)
    return replace(state, quarantine=None, profile=profile)


def _admitted(state: FeedState) -> int:
    followed = state.last_success is not None and state.profile is None and not state.admitted
    return welcome.ESTABLISHED if followed else state.admitted


# --- one by one -------------------------------------------------------------------------------


def _recognized(
    store: Store,
    visited: _Visited,
    screened: Sequence[Screened],
    known: dict[EntryKey, Known | None],
) -> list[_One]:
    """Put with each entry what is stored of it, under whatever name."""
    ones = [_One(screened=one, known=known[one.entry.key]) for one in screened]
    places = [place for place, one in enumerate(ones) if one.known is None]
    unknown = [ones[place].screened.entry for place in places]
    named = {was.entry_id for was in known.values() if was is not None}
    if not unknown:
        return ones
    wanted = [(entry, revise.text_digest(entry)) for entry in unknown]
    candidates = store.alike(visited.source.id, visited.feed.key, wanted)
    if not candidates:
        return ones
    # Without a digest this feed never brought the entry under the guid that it has now.
    kept = sum(was is not None and was.digest != "" for was in known.values())
    last_read = visited.state.last_success
    document = renamed.Document(
        named=named,
        last_read=last_read,
        moved=renamed.has_moved(
            unknown, kept=kept, new_names=len(named) - kept, last_read=last_read
        ),
    )
    for place, (found, why) in renamed.matched(unknown, candidates, document).items():
        one = ones[places[place]]
        ones[places[place]] = replace(one, known=found.known, found=found, why=why)
    return ones


def _revised(
    store: Store, visited: _Visited, ones: Sequence[_One]
) -> tuple[tuple[Change, ...], int]:
    """Return the changes, and how many of them are times of day that the feed prints."""
    home = visited.feed.key
    corrected = [
        (one.screened.entry, one.known)
        for one in ones
        if one.known is not None
        and revise.wants_words(one.screened.entry, one.known, feed_key=home)
    ]
    before = store.contents(known.entry_id for _, known in corrected) if corrected else {}
    clocks = revise.stamped(
        (before[known.entry_id], entry) for entry, known in corrected if known.entry_id in before
    )
    profile = visited.state.profile
    usual = profile.clocks if profile is not None else 0
    changes = []
    for order, one in enumerate(ones):
        entry, known = one.screened.entry, one.known
        verdict = rules.judge(one.screened, visited.source)
        if known is not None:
            verdict = welcome.kept(verdict, known.verdict.reasons)
        change = revise.revise(
            entry,
            known,
            verdict,
            feed_key=home,
            # Entries without dates were first seen in the document's order, a millisecond apart:
            # one time for all would be less than we know (RFC 4287 section 3.3).
            now=visited.now - order * _A_MOMENT,
            before=None if known is None else before.get(known.entry_id),
            renamed=one.found is not None,
            prints_times=max(clocks, usual) >= revise.SEVERAL,
        )
        if one.why:
            change = replace(change, note="; ".join(filter(None, (one.why, change.note))))
        changes.append(change)
    return tuple(changes), max(clocks if clocks >= revise.SEVERAL else 0, usual)


# --- all together -----------------------------------------------------------------------------


def _looked(visited: _Visited, greeted: welcome.Greeted, clocks: int) -> Judged:
    """Compare the visit with what the feed usually brings; hold what is new where it differs."""
    state, parsed = visited.state, visited.reading.feed
    quarantine, changes = state.quarantine, greeted.changes
    profile = state.profile
    if quarantine is None:
        look = flood.look(
            changes,
            profile,
            shown=len(visited.reading.items),
            asked=visited.feed.candidates,
            last_read=state.last_success,
            now=visited.now,
        )
        profile = look.profile
        if look.alarm is not None:
            quarantine = Quarantine(reason=look.alarm, since=visited.now)
    if quarantine is not None:
        changes = flood.held(changes, quarantine.reason)
    if profile is not None:
        profile = replace(profile, clocks=clocks, complete=parsed.complete)
    return Judged(
        changes=changes, profile=profile, quarantine=quarantine, admitted=greeted.admitted
    )


def _taken_back(
    store: Store,
    visited: _Visited,
    looked: Judged,
    shown: list[tuple[Identified, Known]],
    found: set[int],
) -> Judged:
    """Add what the publisher took back by signs of its feed, and what it shows again."""
    parsed, home, now = visited.reading.feed, visited.feed.key, visited.now
    removals: tuple[Removal, ...] = ()
    flaws: tuple[str, ...] = ()
    if parsed.deleted:
        known = store.guids(visited.source.id, [stone.ref for stone in parsed.deleted])
        removals = removed.deleted(parsed.deleted, known, shown, feed_key=home, now=now)
    before = visited.state.profile
    # Once complete, and twice: a feed that is cut off or starts to say so takes nothing away.
    if parsed.complete and before is not None and before.complete and not parsed.flaws:
        there = found | {known.entry_id for _, known in shown}
        gone, doubt = removed.absent(store.standing(visited.source.id, home), there, now=now)
        removals += gone
        flaws = () if doubt is None else (doubt,)
    back = removed.returned(shown, removals, feed_key=home)
    return replace(looked, removals=removals, flaws=flaws, returned=tuple(back))


def brought_news(changes: Sequence[Change]) -> bool:
    """Whether a visit found more than other names of what is known."""
    return any(change.kind is not ChangeKind.ALIAS for change in changes)
