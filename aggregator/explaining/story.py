"""An entry's journey in words, chapter by chapter. Pure: all that is known in, sentences out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.explaining.places import Place
from aggregator.model import Allowance, Edits, Identity, Outcome, Ruling, Screened, Source
from aggregator.store import Dossier, FeedRow, LoggedVisit
from aggregator.store.outlets import BY_HAND

_IDENTITY: Final = {
    Identity.GUID: "by its guid, which its publisher gives each entry and keeps",
    Identity.LINK: "by its address: it has no guid, or one that it shares",
    Identity.HASH: "by its words: it has neither guid nor address of its own",
}
# What a person calls the formats that the grammars name; feedparser's words for the first ones.
_FORMATS: Final = {
    **{f"rss{number}": "RSS 0.9x" for number in ("090", "091n", "091u", "092", "093", "094")},
    "rss10": "RSS 1.0 (RDF)",
    "rss20": "RSS 2.0",
    "rss": "RSS of no version",
    "atom03": "Atom 0.3",
    "atom10": "Atom 1.0",
    "json10": "JSON Feed 1.0",
    "json11": "JSON Feed 1.1",
}
_WAITS: Final = "waits for the next publishing"
_MOST: Final = 30  # documents that are listed one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of an entry."""

    dossier: Dossier
    source: Source | None  # None: it is not in feeds.yaml any more
    outlet: bool  # the source is known by submitted articles alone
    feed: FeedRow | None
    visit: LoggedVisit | None  # the last one to its feed; of a submitted article its own
    screened: Screened | None  # what the rules of today say; None: its source has none
    allowance: Allowance
    places: tuple[Place, ...]
    editions: tuple[str, ...]  # that show its language
    site: str  # its address
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One leg of the journey."""

    name: str
    lines: tuple[str, ...]


def story(known: Known) -> tuple[Chapter, ...]:
    """Tell an entry's journey, in its order."""
    legs = (
        ("read", _read),
        ("identity", _identity),
        ("language", _language),
        ("ruling", _ruling),
        ("people", _people),
        ("versions", _versions),
        ("same story", _cluster),
        ("rights", _rights),
        ("published", _published),
        ("documents", _documents),
    )
    told = ((name, tuple(tell(known))) for name, tell in legs)
    return tuple(Chapter(name=name, lines=lines) for name, lines in told if lines)


def state(dossier: Dossier, now: datetime) -> str:
    """Say in a word or two how an entry stands."""
    ruling, emission = dossier.verdict.ruling, dossier.emission
    embargo = dossier.publish_at is not None and dossier.publish_at > now
    ways = (
        (dossier.takedown is not None, "taken down"),
        (dossier.withdrawn is not None, "taken back by its publisher"),
        (ruling is Ruling.HOLD, "held"),
        (ruling is Ruling.DROP, "dropped"),
        (emission is not None, "published"),
        (dossier.shown_by is not None, "shown by another entry"),
        (embargo, "under an embargo"),
    )
    return next((said for holds, said in ways if holds), _WAITS)


# --- the legs -------------------------------------------------------------------------------


def _read(known: Known) -> Iterator[str]:
    dossier, feed, visit = known.dossier, known.feed, known.visit
    if known.source is None:
        yield f"source {dossier.source_id}: not in feeds.yaml any more"
    elif known.outlet:
        yield f"source {known.source.name} ({dossier.source_id}), by submitted articles alone"
    else:
        yield f"source {known.source.name} ({dossier.source_id})"
    yield f"address: {dossier.entry.link or 'none'}"
    if dossier.feed_key == BY_HAND:
        yield f"submitted by hand on {_at(dossier.first_seen)}; its page is not read again"
    else:
        name = dossier.feed_key or "its only feed"
        yield f"first seen on {_at(dossier.first_seen)}, brought by {name}"
    if feed is not None and dossier.feed_key != BY_HAND:
        polled = f"{feed.visits} visits to that feed"
        yield polled + (f"; retired on {_at(feed.retired_at)}" if feed.retired_at else "")
        if feed.state.format is not None:
            yield f"read as {_FORMATS.get(feed.state.format, feed.state.format)}"
        if feed.state.quarantine is not None:
            quarantine = feed.state.quarantine
            yield f"the feed is in quarantine since {_at(quarantine.since)}: {quarantine.reason}"
    if visit is not None:
        which = "asked" if dossier.feed_key == BY_HAND else "last visit"
        how = "failed" if visit.outcome is Outcome.FAILED else str(visit.outcome)
        why = f": {visit.failure.message}" if visit.failure else ""
        yield f"{which} on {_at(visit.at)}: {visit.url}: {how}{why}"
        yield from (f"flaw of that document: {flaw}" for flaw in visit.flaws)
    yield from (f"flag: {flag}" for flag in dossier.read.flags)
    if dossier.read.robots:
        yield f"its publisher asks of machines: {', '.join(dossier.read.robots)}"


def _identity(known: Known) -> Iterator[str]:
    dossier = known.dossier
    yield f"{_IDENTITY[dossier.read.identity]}: {dossier.read.key.guid}"
    if dossier.read.address:
        yield f"its address as it is compared: {dossier.read.address}"
    if dossier.names:
        yield "known by " + ", ".join(f"{count} {kind}" for kind, count in dossier.names)


def _language(known: Known) -> Iterator[str]:
    dossier = known.dossier
    yield _told(dossier.language, dossier.entry.language_reason)
    if dossier.entry.language_reason != dossier.read.language_reason:
        yield f"before a person said so: {dossier.read.language_reason}"
    if dossier.emission is not None and dossier.read.language != dossier.language:
        yield "fixed when it was published; what is read now does not change it"
    if dossier.language is not None:
        shown = ", ".join(known.editions)
        yield f"shown by the editions {shown}" if shown else "no edition shows this language"


def _told(language: str | None, reason: str) -> str:
    """Say a language with its reason, which begins with it where the words decided."""
    if language is None or reason.startswith(f"{language}:"):
        return reason
    return f"{language}: {reason}"


def _ruling(known: Known) -> Iterator[str]:
    verdict = known.dossier.verdict
    whose = "a person's ruling" if known.dossier.by_person else "by the rules, at the last visit"
    yield f"{verdict.ruling} ({whose})"
    yield from verdict.reasons
    if known.screened is not None:
        would = known.screened.ruling or "nothing"
        yield f"the operator's rules as they are today say {would} of it"
        yield from (why for why in known.screened.reasons if why not in verdict.reasons)


def _people(known: Known) -> Iterator[str]:
    for one in known.dossier.rulings:
        edited = f", and edited {_edits(one.edits)}" if one.edits is not None else ""
        yield f"{_at(one.at)} {one.who}: {one.ruling}{edited}: {one.why}"


def _edits(edits: Edits) -> str:
    said = {
        "title": edits.title,
        "standfirst": edits.standfirst,
        "categories": None if edits.categories is None else ", ".join(edits.categories),
        "language": edits.language,
    }
    return ", ".join(f'{name} "{value}"' for name, value in said.items() if value is not None)


def _versions(known: Known) -> Iterator[str]:
    for one in known.dossier.revisions:
        note = f" ({one.note})" if one.note else ""
        yield f"{one.number}. {_at(one.seen)} {one.kind}{note}: {one.entry.title}"


def _cluster(known: Known) -> Iterator[str]:
    dossier = known.dossier
    for one in dossier.cluster:
        if one.entry_id != dossier.entry_id:
            number = f", published as number {one.sequence}" if one.sequence else ""
            yield (
                f"entry {one.entry_id} of {one.source_id}{number}: {one.title} ({one.reason};"
                f" since {_at(one.joined)})"
            )
    if dossier.shown_by is not None:
        yield f"entry {dossier.shown_by} is shown in its place"


def _rights(known: Known) -> Iterator[str]:
    allowance = known.allowance
    length = allowance.length
    limits = (
        (
            (f"{length.words} words", length.words is not None),
            (f"{length.paragraphs} paragraphs", length.paragraphs is not None),
            (f"{length.characters} characters", length.characters is not None),
        )
        if length is not None
        else ()
    )
    most = ", ".join(text for text, given in limits if given)
    yield f"{allowance.extent}{f' of at most {most}' if most else ''}, images: {allowance.images}"
    yield from allowance.reasons


def _published(known: Known) -> Iterator[str]:
    dossier, emission = known.dossier, known.dossier.emission
    if dossier.publish_at is not None and emission is None:
        over = "over" if dossier.publish_at <= known.now else "until then it waits"
        yield f"embargo until {_at(dossier.publish_at)}: {over}"
    if emission is None:
        yield "never"
    else:
        yield f"number {emission.sequence}, since {_at(emission.emitted)}"
        yield f"id, for ever: {emission.id}"
        yield f"link, for ever: {emission.link or 'none'}"
        yield f"its dates: published {_at(dossier.published)}, updated {_at(dossier.updated)}"
    if dossier.withdrawn_why is not None and dossier.withdrawn is not None:
        yield f"taken back by its publisher on {_at(dossier.withdrawn)}: {dossier.withdrawn_why}"
    if dossier.takedown is not None:
        down = dossier.takedown
        reach = f"of all of {down.source_id}" if down.source_id else "of this article"
        yield f"takedown T{down.id} {reach} on {_at(down.taken)} by {down.who}: {down.why}"


def _documents(known: Known) -> Iterator[str]:
    dossier = known.dossier
    if not known.places:
        yield _nowhere(known, dossier)
    for place in known.places[:_MOST]:
        position = f" (place {place.position})" if place.position is not None else ""
        yield f"{place.what}{position}: {known.site}/{place.path}"
    if len(known.places) > _MOST:
        yield f"and {len(known.places) - _MOST} more"


def _nowhere(known: Known, dossier: Dossier) -> str:
    if dossier.emission is None:
        if not known.editions and state(dossier, known.now) == _WAITS:
            return "in none: no edition shows its language"
        return f"in none: {state(dossier, known.now)}"
    if not dossier.is_shown:
        return (
            f"in none any more: {state(dossier, known.now)}; its page says that it is gone (410),"
            " and the feeds say so to who has it"
        )
    return "in none: no edition shows its language"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}" if moment else "an unknown day"
