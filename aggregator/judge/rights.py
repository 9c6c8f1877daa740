"""How much of an entry may be shown, and why no more? Pure: `now` is an argument.

    standing     what the operator wrote of a source -> what of it holds today
    allowance    that, and what the entry itself forbids -> `Allowance`
    next_change  when does the first of these change by itself?
    warnings     what an operator has to see to, in words

The strictest one wins. What an entry says of itself can take away and never give: an open licence
in a feed is the publisher's word, what we rely on is the operator's. An allowance depends on the
time only through the standing, so documents stay as they are as long as that does.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from aggregator.model import Allowance, Entry, Extent, Html, Images, Length, Rights, Source, Status
from aggregator.text import agencies
from aggregator.text.html import paragraphs
from aggregator.text.reserved import ban

SOON: Final = timedelta(days=30)  # before a permission ends one is warned

_ORDER: Final = (Extent.HEADLINE, Extent.EXCERPT, Extent.FULL)
_YES: Final = (Status.GRANTED, Status.LICENSED, Status.PUBLIC_DOMAIN)
_SAID: Final = {
    Status.QUOTED: "nobody was asked: what may be quoted, an excerpt",
    Status.ASKED: "the publisher was asked and has not answered: an excerpt at most",
    Status.REFUSED: "the publisher refused: the headline and the link",
}
_BEGINNING: Final = 2500  # characters of a body, in which its first lines are
_END: Final = 1000
_SNIPPET: Final = re.compile(r"max-snippet\s*[:=]\s*(-?\d{1,9})")
_PREVIEW: Final = re.compile(r"max-image-preview\s*[:=]\s*none")


# --- the source -----------------------------------------------------------------------------


def standing(rights: Rights, *, now: datetime) -> Rights:
    """Apply the status of a permission and its dates; standing twice is standing once.

    Without a yes that holds today there are no images, no translations and no licence, and an
    excerpt at most. A yes that does not hold is none: its status goes.

    Args:
        rights: as configured.
        now: the time, aware. `expires` is the last day and `granted` the first, in UTC.
    """
    yes = rights.status in (None, *_YES)
    if yes and _lapsed(rights, now) is None:
        return rights
    most = Extent.HEADLINE if rights.status is Status.REFUSED else Extent.EXCERPT
    return replace(
        rights,
        status=None if yes else rights.status,
        allows=_stricter(rights.allows, most),
        images=Images.NONE,
        translate=False,
        license=None,
    )


def _lapsed(rights: Rights, now: datetime) -> str | None:
    """Why a permission does not hold today; None: it does, as far as its dates go."""
    if rights.expires is not None and now >= _after(rights.expires):
        return f"the permission ended on {rights.expires}: an excerpt at most, no images"
    if rights.granted is not None and now < _begin(rights.granted):
        return f"the permission begins on {rights.granted}: until then an excerpt at most"
    return None


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _after(day: date) -> datetime:
    """The first moment after a day; no date is the last one of the calendar."""
    return _begin(min(day, date.max - timedelta(days=1))) + timedelta(days=1)


def next_change(rights: Iterable[Rights], now: datetime) -> datetime | None:
    """Say when the standing of one of these changes next; None: never by itself."""
    moments = (moment for one in rights for moment in _changes(one) if moment > now)
    return min(moments, default=None)


def _changes(rights: Rights) -> Iterator[datetime]:
    tick = timedelta(microseconds=1)
    for moment in (
        *((_begin(rights.granted),) if rights.granted else ()),
        *((_after(rights.expires),) if rights.expires else ()),
    ):
        if standing(rights, now=moment) != standing(rights, now=moment - tick):
            yield moment


def warnings(sources: Iterable[Source], now: datetime) -> tuple[str, ...]:
    """Say which permissions end within 30 days, have ended, or have not begun."""
    return tuple(text for source in sources for text in _warnings(source, now))


def _warnings(source: Source, now: datetime) -> Iterator[str]:
    rights = source.rights
    if rights.status is Status.REFUSED:
        return
    if rights.expires is not None and rights.status in (None, *_YES):
        left = (_after(rights.expires) - now).days
        if now >= _after(rights.expires):
            yield (
                f"{source.id}: the permission ended on {rights.expires}; now at most an excerpt "
                "is shown, no images and no translations. Ask for it anew and write the new date, "
                "or write what may be shown without it"
            )
        elif _after(rights.expires) - now <= SOON:
            yield (
                f"{source.id}: the permission ends on {rights.expires}, {_in_days(left)}; after "
                "that at most an excerpt is shown, no images and no translations"
            )
    if rights.granted is not None and now < _begin(rights.granted):
        yield (
            f"{source.id}: the permission begins on {rights.granted}; until then at most an "
            "excerpt is shown, no images and no translations"
        )


def _in_days(left: int) -> str:
    return "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"


# --- the entry ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """One thing that an entry forbids."""

    extent: Extent = Extent.FULL
    characters: int | None = None
    images: bool = True
    reason: str


def allowance(rights: Rights, entry: Entry, *, now: datetime) -> Allowance:
    """Say how much of an entry may be shown: the strictest of its source's word and its own.

    Args:
        rights: of its source, as configured or as standing.
        entry: the entry.
        now: the time, aware.

    Returns:
        What may be shown, with all reasons, also those that do not bind.
    """
    held = standing(rights, now=now)
    limits = tuple(_limits(held, entry))
    extent, images, length = held.allows, held.images, held.length
    for limit in limits:
        extent = _stricter(extent, limit.extent)
        images = images if limit.images else Images.NONE
        length = _within(length, limit.characters)
    return Allowance(
        extent=extent,
        length=length if extent is Extent.EXCERPT else None,
        images=images,
        reasons=(*_reasons(rights, now), *(limit.reason for limit in limits)),
    )


def _reasons(rights: Rights, now: datetime) -> Iterator[str]:
    yield f"feeds.yaml allows: {rights.allows}, images: {rights.images}" + _grounds(rights)
    if rights.status in _SAID:
        yield _SAID[rights.status]
    elif lapsed := _lapsed(rights, now):
        yield lapsed


def _grounds(rights: Rights) -> str:
    grounds = ", ".join(filter(None, (rights.status, rights.basis)))
    return f" ({grounds})" if grounds else ""


def _limits(held: Rights, entry: Entry) -> Iterator[_Limit]:
    yield from _agency(entry)
    yield from _robots(entry.robots)
    if entry.rights:
        yield from _banned(entry.rights, asked=held.status is Status.GRANTED)


def _agency(entry: Entry) -> Iterator[_Limit]:
    """An agency's text is the agency's: the outlet that prints it cannot let others print it."""
    where, name, pictures = _credit(entry)
    if name is not None:
        kept = "pictures" if pictures else "text"
        yield _Limit(
            extent=Extent.FULL if pictures else Extent.EXCERPT,
            images=False,
            reason=f"its {kept} may be an agency's, whose leave we lack: {name}, {where}",
        )


def _credit(entry: Entry) -> tuple[str, str | None, bool]:
    """Where an agency is credited, which one, and whether for the pictures alone."""
    if name := agencies.of_byline(person.name for person in entry.byline):
        return "in the byline", name, False
    origin = entry.origin
    if origin and origin.title and (name := agencies.of_name(origin.title)):
        return "which published it first", name, False
    title = entry.title.casefold()
    for text in (entry.standfirst.splitlines(), _ends_of(entry.body)):
        lines = [line for line in text if line.casefold() != title]
        if name := agencies.of_text(lines):
            return "at the beginning or end of the text", name, False
    name, pictures = agencies.of_statement(entry.rights or "")
    return "in its statement of rights", name, pictures


def _ends_of(body: Html) -> tuple[str, ...]:
    """The first and the last lines of a body; those between may be missing."""
    if len(body) <= _BEGINNING + _END:
        return paragraphs(body)
    first, last = body[:_BEGINNING], body[-_END:]
    return (*paragraphs(Html(first))[:3], "", *paragraphs(Html(last[last.find(">") + 1 :]))[-3:])


def _robots(directives: Iterable[str]) -> Iterator[_Limit]:
    """What a publisher asks of those who show its pages (the robots meta tag's words)."""
    parts = (part.strip() for one in directives for part in one.lower().split(","))
    for directive in dict.fromkeys(parts):
        reason = f"the publisher asks of machines: {directive}"
        snippet = _SNIPPET.fullmatch(directive)
        if directive == "noarchive":
            yield _Limit(extent=Extent.EXCERPT, reason=reason)
        elif directive == "nosnippet" or (snippet and int(snippet[1]) == 0):
            yield _Limit(extent=Extent.HEADLINE, reason=reason)
        elif snippet and int(snippet[1]) > 0:
            yield _Limit(extent=Extent.EXCERPT, characters=int(snippet[1]), reason=reason)
        elif directive == "noimageindex" or _PREVIEW.fullmatch(directive):
            yield _Limit(images=False, reason=reason)


def _banned(statement: str, *, asked: bool) -> Iterator[_Limit]:
    """A statement that forbids to reproduce; not "without permission" where we have it."""
    found = ban(statement)
    if found is None or (found.without_leave and asked):
        return
    yield _Limit(
        extent=Extent.HEADLINE if found.whole_or_part else Extent.EXCERPT,
        images=False,
        reason="its statement of rights forbids to reproduce it"
        + (", in whole or in part" if found.whole_or_part else ""),
    )


def _stricter(one: Extent, other: Extent) -> Extent:
    return min(one, other, key=_ORDER.index)


def _within(length: Length | None, characters: int | None) -> Length | None:
    if characters is None:
        return length
    length = length or Length()
    known = length.characters
    return replace(length, characters=characters if known is None else min(known, characters))
