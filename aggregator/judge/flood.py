"""Is this still the feed that we follow? Its profile, and what is unlike it. Pure.

Looked at is a whole visit, after known entries were found under whatever name: what is left as
new is compared with what the feed usually brings.

Floods. Entries that suddenly are new and carry dates from before the last visit were renumbered
or dug out; nearly all of a document with the time of now, or of one minute, was stamped by a new
system; many more than this feed ever brings in such a time are spam or undated old ones. A feed
that was not read for weeks, a busy day in a short feed, a first visit are none of that.

Hijacks. Entries lead to a domain, are in a language or a script where this feed had none, or
have none of its usual words.

What gives alarm is not learned from: it would be usual the next time.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

from aggregator.model import Change, ChangeKind, Profile, Ruling, Tallied, Verdict
from aggregator.text.html import plain
from aggregator.text.sameness import reading
from aggregator.text.script import Script, script_of
from aggregator.text.urls import registrable_domain

# --- floods -----------------------------------------------------------------------------------

SHARE: Final = 0.5
"""Of a document: so much of it has to be new before that is suspicious."""

FEW: Final = 5
"""Fewer new entries than this are no flood, whatever their share."""

STALE: Final = timedelta(days=1)
"""How long after its date an entry may appear: publishers set drafts live with their old dates."""

MIDNIGHT: Final = time()
JUST_NOW: Final = timedelta(minutes=5)
KNOWN: Final = 3
"""Documents after which it is known whether a feed brings many at once."""

MANY_AT_ONCE: Final = 8
"""An outlet sets five articles live in a minute; not eight of ten."""

MANY: Final = 20
"""Fewer new entries than this come on a busy day."""

TIMES: Final = 5
"""More than so many times the usual number is unusual."""

# --- hijacks ----------------------------------------------------------------------------------

LEARNED: Final = 10
"""Entries from which a feed is known."""

STRANGE: Final = 3
NEARLY_ALL: Final = 0.8
HARDLY_ANY: Final = 0.05
VOCABULARY: Final = 500  # words kept
OF_ONE_VISIT: Final = 200
FOREIGN: Final = 0.25  # of the usual share of usual words: another topic
UNUSUAL: Final = 0.5  # another topic, if something else speaks for it
TELLING: Final = 60  # words from which on a topic shows
CROWDED: Final = 2.0  # links to other domains in a hundred words; news has hardly any

MEMORY: Final = 200  # of what is tallied; then all counts are halved
SPAN: Final = timedelta(days=30)  # in which entries are counted; then all is halved

_SHORT: Final = (4, 3)
"""Letters of words that say little about a topic: in Latin and the like, and in Arabic script."""

_LINK: Final = re.compile(r'<a href="(https?://[^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a visit looks like, and what is to be remembered of it."""

    alarm: str | None  # why it does not look like this feed
    profile: Profile


def look(
    changes: Sequence[Change],
    profile: Profile | None,
    *,
    shown: int,
    asked: tuple[str, ...],
    last_read: datetime | None,
    now: datetime,
) -> Look:
    """Compare what a visit found with what its feed usually brings, and learn from it.

    Args:
        changes: what the visit found, known entries under new names among them.
        profile: what is known of the feed; None before its first document.
        shown: how many entries the document has.
        asked: the feed's addresses as configured. With others the operator knows that the
            publisher moved: all is learned anew.
        last_read: when the feed was last read, or last said that nothing is new.
        now: the time of the visit.
    """
    if profile is None or profile.asked != asked:
        profile = Profile(asked=asked, since=now)
    new = [c for c in changes if c.kind is ChangeKind.NEW and c.verdict.ruling is not Ruling.DROP]
    alarm = None
    if profile.documents and new:
        alarm = _flood(new, profile, shown, last_read, now) or _hijack(new, profile, changes)
    if alarm is not None:
        return Look(alarm=alarm, profile=profile)
    return Look(alarm=None, profile=_learned(profile, changes, new, now=now))


def anew(profile: Profile, approved: int) -> Profile:
    """Return the profile from which a feed is learned anew, since a person let it be other.

    Args:
        profile: as it was when it gave alarm.
        approved: how many entries of it were let in: so many at once are usual from now on.
    """
    return Profile(asked=profile.asked, most=approved, clocks=profile.clocks)


def held(changes: Iterable[Change], reason: str) -> tuple[Change, ...]:
    """Return the changes of a visit with the new entries held for a person."""
    return tuple(
        replace(
            change,
            verdict=Verdict(
                ruling=Ruling.HOLD, reasons=(f"quarantined: {reason}", *change.verdict.reasons)
            ),
            publish_at=None,
        )
        if change.kind is ChangeKind.NEW and change.verdict.ruling is not Ruling.DROP
        else change
        for change in changes
    )


# --- floods -----------------------------------------------------------------------------------


def _flood(
    new: Sequence[Change],
    profile: Profile,
    shown: int,
    last_read: datetime | None,
    now: datetime,
) -> str | None:
    whole = max(shown, len(new))
    return (
        _stale(new, whole, last_read)
        or _stamped(new, whole, profile, now)
        or _unusual(new, whole, profile, last_read, now)
    )


def _stale(new: Sequence[Change], whole: int, last_read: datetime | None) -> str | None:
    """Old entries that were not there at the last visit, and make up the document."""
    if last_read is None:
        return None
    dates = [change.entry.published for change in new if change.entry.published is not None]
    stale = sum(moment < last_read - STALE for moment in dates)
    enough, share = (FEW, SHARE) if whole >= 2 * FEW else (FEW - 1, NEARLY_ALL)
    if stale < max(enough, share * whole):
        return None
    return (
        f"{stale} of {whole} entries are new and dated before the last visit: they were "
        "renumbered, or old ones came back"
    )


def _stamped(new: Sequence[Change], whole: int, profile: Profile, now: datetime) -> str | None:
    """Nearly all of a document with one time: somebody carried it over."""
    if profile.documents < KNOWN:  # a feed may bring a whole issue at each visit
        return None
    dates = [change.entry.published for change in new if change.entry.published is not None]
    timed = [moment for moment in dates if moment.time() != MIDNIGHT]  # that is a mere date
    least = max(MANY_AT_ONCE, NEARLY_ALL * whole, 2 * profile.most + 1)
    current = sum(abs(now - moment) <= JUST_NOW for moment in timed)
    if current >= least:
        return f"{current} of {whole} entries are new and all carry the time of now"
    minute, same = _commonest(timed)
    if minute is None or same < least:
        return None
    return f"{same} of {whole} entries are new and all carry the time {minute:%Y-%m-%d %H:%M}"


def _unusual(
    new: Sequence[Change],
    whole: int,
    profile: Profile,
    last_read: datetime | None,
    now: datetime,
) -> str | None:
    """Many more entries than the feed brings in such a time, and hardly any that are known."""
    count = len(new)
    usual = max(_expected(profile, last_read, now), profile.most, 1)
    dated = any(change.entry.published is not None for change in new)
    least = max(MANY if dated else 2 * FEW, NEARLY_ALL * whole, TIMES * usual)
    if profile.documents < KNOWN or not _is_known(profile, now) or count < least:
        return None
    return f"{count} of {whole} entries are new at once: about {round(usual)} are usual"


def _commonest(moments: Sequence[datetime]) -> tuple[datetime | None, int]:
    """The minute that most moments share."""
    timed = Counter(moment.replace(second=0, microsecond=0) for moment in moments)
    return timed.most_common(1)[0] if timed else (None, 0)


def _expected(profile: Profile, last_read: datetime | None, now: datetime) -> float:
    """How many new entries the time since the last visit brings by this feed's rate."""
    if last_read is None or profile.since is None:
        return 0.0
    span = max(now - profile.since, timedelta(days=1))
    return profile.counted * (max(now - last_read, timedelta(0)) / span)


def _is_known(profile: Profile, now: datetime) -> bool:
    """Whether a feed was followed for long enough to have a rate."""
    followed = timedelta(0) if profile.since is None else now - profile.since
    return followed >= timedelta(days=2)


# --- hijacks ----------------------------------------------------------------------------------


def _hijack(new: Sequence[Change], profile: Profile, changes: Sequence[Change]) -> str | None:
    if profile.entries < LEARNED or len(new) < STRANGE:
        return None
    kept = [c for c in changes if c.kind is not ChangeKind.NEW]
    if not _lead_there_too(kept, new):
        found = _foreign(_domains(new), profile.domains, least=NEARLY_ALL)
        if found:
            was = profile.domains[0].name
            return f"its entries lead to {found} now, and led to {was}: was the feed taken over?"
    for name, tallied in (("language", profile.languages), ("script", profile.scripts)):
        found = _foreign(_languages(new) if name == "language" else _scripts(new), tallied)
        if found:
            return f"its new entries have another {name} ({found}, not {tallied[0].name})"
    return _off_topic(new, profile)


def _lead_there_too(kept: Sequence[Change], new: Sequence[Change]) -> bool:
    """Whether entries that are known lead where the new ones do: the publisher moved, with all."""
    places = set(_domains(new))
    return any(domain in places for domain in _domains(kept))


def _foreign(found: Sequence[str], usual: Sequence[Tallied], *, least: float = 0.0) -> str | None:
    """Name what nearly all have and the feed hardly ever had.

    Args:
        found: a value for each new entry that has one.
        usual: the feed's values.
        least: the share that the feed's commonest value must have for others to be strange.
    """
    total = sum(tallied.count for tallied in usual)
    if len(found) < STRANGE or total < LEARNED or usual[0].count < least * total:
        return None
    counts = {tallied.name: tallied.count for tallied in usual}
    strange = Counter(name for name in found if counts.get(name, 0) < HARDLY_ANY * total)
    if sum(strange.values()) < NEARLY_ALL * len(found):
        return None
    return strange.most_common(1)[0][0]


def _off_topic(new: Sequence[Change], profile: Profile) -> str | None:
    usual = set(profile.words.split())
    each = [_content(change) for change in new]
    if len(usual) < VOCABULARY / 2 or sum(map(len, each)) < TELLING:
        return None
    familiar = _familiar(each, usual)
    links = _density(new)
    crowded = links > CROWDED and links > 3 * profile.links
    least = UNUSUAL if crowded else FOREIGN if len(new) >= FEW else 0.0
    if familiar < least * profile.familiar:
        also = f", and {links:.0f} links in a hundred words" if crowded else ""
        return (
            f"its new entries have hardly any of its usual words ({familiar:.0%}, usually "
            f"{profile.familiar:.0%}){also}: another topic"
        )
    return None


# --- what entries have ------------------------------------------------------------------------


def _domains(changes: Iterable[Change]) -> list[str]:
    links = (change.entry.link for change in changes)
    return [registrable_domain(urlsplit(link).hostname or "") for link in links if link]


def _languages(changes: Iterable[Change]) -> list[str]:
    return [change.entry.language for change in changes if change.entry.language]


def _scripts(changes: Iterable[Change]) -> list[str]:
    found = (script_of(_text(change)) for change in changes)
    return [script.label for script in found if script is not Script.NONE]


def _text(change: Change) -> str:
    entry = change.entry
    return f"{entry.title}\n{entry.standfirst}\n{plain(entry.body)[:5000]}"


def _content(change: Change) -> frozenset[str]:
    """The words of an entry that may say what it is about: the long ones, each once."""
    found = reading(_text(change))
    return frozenset(w for w in found if len(w) > _SHORT[w >= "\u0600"] and not w[0].isdigit())


def _familiar(each: Sequence[frozenset[str]], usual: set[str]) -> float:
    """Which share of their words is usual, on the average."""
    shares = [len(words & usual) / len(words) for words in each if words]
    return sum(shares) / len(shares) if shares else 0.0


def _density(changes: Iterable[Change]) -> float:
    """Links to other domains in a hundred words."""
    words = links = 0
    for change in changes:
        own = set(_domains((change,)))
        words += len(_text(change).split())
        there = (urlsplit(found).hostname or "" for found in _LINK.findall(change.entry.body))
        links += sum(registrable_domain(host) not in own for host in there)
    return 100 * links / max(words, 100)


# --- learning ---------------------------------------------------------------------------------


def _learned(
    profile: Profile, changes: Sequence[Change], new: Sequence[Change], *, now: datetime
) -> Profile:
    since = min(profile.since or now, now)
    counted = profile.counted + (len(new) if profile.documents else 0)
    most = max(profile.most - 1, len(new)) if profile.documents and new else profile.most
    if now - since > SPAN:
        since, counted = now - (now - since) / 2, counted // 2
    profile = replace(
        profile,
        since=since,
        counted=counted,
        most=most,
        documents=profile.documents + 1,
        domains=_tallied(profile.domains, _domains(changes)),
    )
    if not new:
        return profile
    usual = profile.words.split()
    each = [_content(change) for change in new]
    met = Counter(word for words in each for word in sorted(words))
    latest = [word for word, _ in met.most_common(OF_ONE_VISIT if usual else VOCABULARY)]
    # Of the first document, the words that several of its entries have stand for the usual ones.
    share = _familiar(each, set(usual or (word for word, count in met.items() if count > 1)))
    weight = min(len(new) / (profile.entries + len(new)), 0.5) if profile.familiar else 1.0
    density = _density(new)
    return replace(
        profile,
        entries=profile.entries + len(new),
        languages=_tallied(profile.languages, _languages(new)),
        scripts=_tallied(profile.scripts, _scripts(new)),
        words=" ".join(list(dict.fromkeys((*latest, *usual)))[:VOCABULARY]),
        familiar=round(profile.familiar + weight * (share - profile.familiar), 4),
        links=round(max(density, profile.links + weight * (density - profile.links)), 4),
    )


def _tallied(before: Sequence[Tallied], found: Iterable[str]) -> tuple[Tallied, ...]:
    """Add to what was counted; the rarest go when there are many, and the past fades."""
    counts = Counter({tallied.name: tallied.count for tallied in before})
    counts.update(found)
    if counts.total() > MEMORY:
        counts = Counter({name: count // 2 for name, count in counts.items() if count > 1})
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return tuple(Tallied(name=name, count=count) for name, count in best)
