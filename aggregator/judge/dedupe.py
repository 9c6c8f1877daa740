"""Do two entries of different sources tell the same story, and whose was it first? Pure.

Precision goes before recall: a story shown twice is a blemish, one that is hidden behind another
that it is not the same as is lost. So whatever speaks against is looked at first (language,
numbers, a correction of the other, a series that looks alike every day), and every yes has its
reason in words.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import urlsplit

from aggregator.model import Entry, Identity
from aggregator.text import html, urls
from aggregator.text.likeness import folded, numbers, paused, phrases, shared, shingles, unsigned

READING: Final = 1  # another number whenever the same entry gives another sketch: they are stored
HEAD: Final = 300  # words of a text that are compared: copies are cut from the end
LETTERS: Final = 12  # that a word and its space have at most, on average
LEAD: Final = 20  # shingles of its beginning, where what is new stands
DATELINE: Final = 12  # words of a text among which the day may stand
RUN: Final = 3  # words of a shingle
ANCHOR: Final = 5  # words of what two texts must have in common to be compared at all
ANCHORS: Final = 8  # of the head, and as many of each lead: the smallest

TELLING: Final = 4  # letters of a word that may be a name
LONG_TITLE: Final = 20  # letters that make a title one story's own; "Daily briefing" is many's
OWN_TITLE: Final = 40  # letters of one that is enough where there is no text
HOURS: Final = timedelta(hours=12)  # in which that holds
NEAR_TITLE: Final = 0.5  # of the words of both

# Least share of the shorter text, by its shingles and how alike the titles are. A text that is no
# longer than that is too short to tell by.
_SAME_TITLE: Final = ((6, 0.5),)
_SIMILAR_TITLE: Final = ((100, 0.5), (10, 0.6))
_OTHER_TITLE: Final = ((100, 0.6), (50, 0.7), (25, 0.8))
_SERIES: Final = ((25, 0.95),)
_SAME_ADDRESS: Final = 0.2  # of text or title: an address that is used again each day has nothing
_LEAD_SHARED: Final = 0.5
_REFILLED: Final = 0.15  # of the shorter text: more is another filling of one form
_EXPLAINED: Final = 0.3  # of a title's words that its own text has; else it is not the article's


# Titles of which there is a new one each day or hour: the same title is not the same story.
_EACH_DAY: Final = phrases(
    "briefing/news in brief/in brief/the brief/weather/forecast/exchange rate/exchange rates/"
    "dollar price/dollar prices/gold price/gold prices/prayer times/horoscope/obituary/obituaries/"
    "what we know/live updates/live blog/as it happened/newsletter/press review/in pictures/"
    "in photos/front pages/timetable/roundup/"
    "en bref/brèves/en direct/météo/taux de change/cours du dollar/prix de l or/nécrologie/"
    "avis de décès/ce que l on sait/revue de presse/en images/horaires de prière/l essentiel/"
    "kurtenûçe/nûçe bi kurtî/bi kurtasî/rewşa hewayê/hewaya îro/nirxê dolar/bihayê dolar/"
    "bihayê zêr/demên nimêjê/serxweşî/zindî/bi wêneyan/"
    "کورتەهەواڵ/پوختەی هەواڵ/پوختەی هەواڵەکان/کەشوهەوا/کەش و هەوا/نرخی دۆلار/نرخی زێڕ/بەهای دۆلار/"
    "کاتەکانی بانگ/پرسە/سەرەخۆشی/ڕاستەوخۆ/بە وێنە/"
    "موجز/نشرة/نشرة الأخبار/حالة الطقس/الطقس/أسعار صرف/سعر صرف/أسعار الدولار/سعر الدولار/"
    "أسعار الذهب/مواقيت الصلاة/وفيات/نعي/مباشر/لحظة بلحظة/ماذا نعرف/ما نعرفه/بالصور/أبرز عناوين"
)
# What says of itself that it comes after another article.
_AFTER: Final = phrases(
    "correction/corrected/clarification/update/updated/retraction/"
    "rectificatif/correctif/précision/mise à jour/actualisé/erratum/"
    "sererastkirin/rastkirin/nûkirî/serrastkirin/"
    "ڕاستکردنەوە/ڕوونکردنەوە/نوێکراوە/"
    "تصحيح/توضيح/تحديث/محدث"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """An entry as far as telling whether another is the same story needs it."""

    source: str
    language: str | None
    published: datetime
    title: str = ""  # folded words
    shingles: tuple[int, ...] = ()  # of the text's head, in its order
    standfirst: int = 0  # how many of them are of a standfirst that the body does not begin with
    words: tuple[int, ...] = ()  # of the head
    anchors: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()  # of the head
    explained: bool = False  # the text has words of the title
    addresses: tuple[str, ...] = ()  # canonical: its own, or the one it was copied from
    reading: int = READING


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """How others name a source when they credit it."""

    name: str
    domains: frozenset[str] = field(default_factory=frozenset)  # registrable ones


def sketch(entry: Entry, *, published: datetime) -> Sketch:
    """Take from an entry what comparing it needs.

    Args:
        entry: in the article format.
        published: when; the entry itself may not say.
    """
    title = folded(_title(entry))
    parts = [paused(unsigned(part)[: HEAD * LETTERS]) for part in _parts(entry)]
    above, below = (tuple(filter(None, part)) for part in parts)
    head, said = (*above, *below)[:HEAD], (*parts[0], *parts[1])
    if head[: len(title)] == title:  # searches of Google News give the title once more as text
        above, head = above[len(title) :], head[len(title) :]
        said = head
    return Sketch(
        source=entry.key.source_id,
        language=entry.language,
        published=published.astimezone(UTC),
        title=" ".join(title),
        shingles=shingles(head, RUN),
        standfirst=len(shingles(head[: len(above) + RUN - 1], RUN)) if above else 0,
        words=shingles(head, 1),
        anchors=_anchors(head, len(above)),
        numbers=_numbers(said[: HEAD + said[:HEAD].count("")], entry.language, published),
        explained=_is_explained(title, head),
        addresses=_addresses(entry),
    )


def features(one: Sketch) -> tuple[str, ...]:
    """Return what a sketch may have in common with another: those that share none never match."""
    named = [f"address {address}" for address in one.addresses]
    if _letters(one.title) >= LONG_TITLE:
        named.append(f"title {one.title}")
    return (*named, *(f"text {anchor}" for anchor in one.anchors))


def same_story(one: Sketch, other: Sketch, *, within: timedelta | None) -> str | None:
    """Say why two entries are the same story; None: they are not.

    Args:
        one: an entry.
        other: another; the order of the two does not matter.
        within: the time between their publications that is possible; None: any.
    """
    if one.source == other.source or set(features(one)).isdisjoint(features(other)):
        return None  # what a source brings twice is its own affair
    common = shared(one.shingles, other.shingles)
    if reason := _by_address(one, other, common):
        return reason
    apart = abs(one.published - other.published)
    if one.language is None or one.language != other.language:
        return None  # a translation is another article
    if (within is not None and apart > within) or _contradict(one, other):
        return None
    reason = _by_words(one, other, common, apart)
    return reason if reason and (common == 1 or not _is_refilled(one, other)) else None


def _by_address(one: Sketch, other: Sketch, common: float) -> str | None:
    both = sorted(set(one.addresses).intersection(other.addresses))
    if not both:
        return None
    alike = max(common, _alike(one.title, other.title)) >= _SAME_ADDRESS
    # In two languages there is nothing to compare: the address alone tells.
    return f"the same address: {both[0]}" if alike or one.language != other.language else None


def _by_words(one: Sketch, other: Sketch, common: float, apart: timedelta) -> str | None:
    least = min(len(one.shingles), len(other.shingles))
    percent = f"{common:.0%} of the shorter text is in the other"
    if any(_EACH_DAY.search(each.title) for each in (one, other)):
        told = common >= _least(_SERIES, least) and set(one.numbers) == set(other.numbers)
        return f"one of a series, and {percent}" if told and apart <= HOURS else None
    if one.title == other.title and _letters(one.title) >= LONG_TITLE:
        if common >= _least(_SAME_TITLE, least):
            return f"the same title, and {percent}"
        # Where both have a text, and not the same, two outlets chose the same words.
        own = _letters(one.title) >= OWN_TITLE and least < _SAME_TITLE[-1][0]
        return "the same long title within hours" if own and apart <= HOURS else None
    if not (_begin_alike(one, other) or _begin_alike_below(one, other, apart)):
        return None
    if _alike(one.title, other.title) >= NEAR_TITLE and common >= _least(_SIMILAR_TITLE, least):
        return f"a similar title, and {percent}"
    # Another headline. A notice that is put in place of texts does not speak of the headline.
    is_copy = common >= _least(_OTHER_TITLE, least) and one.explained and other.explained
    return f"another title, but {percent}" if is_copy else None


def _least(rows: Sequence[tuple[int, float]], length: int) -> float:
    """Return the share that a text of so many shingles must have; of one too short, none has."""
    return next((share for least, share in rows if length >= least), 2.0)


def _begin_alike(one: Sketch, other: Sketch) -> bool:
    """Whether each one's beginning stands in the other: a later report repeats what is old."""
    return _leads(one.shingles, other) and _leads(other.shingles, one)


def _begin_alike_below(one: Sketch, other: Sketch, apart: timedelta) -> bool:
    """Whether they do below the standfirsts: a copy has another, or none.

    So has a later report whose only news stands there. But its headline speaks of that news; and
    it takes its time, if the report before it had a standfirst too.
    """
    if not (one.standfirst or other.standfirst):
        return False
    if (one.standfirst and other.standfirst and apart > HOURS) or (
        _names_another(one, other) or _names_another(other, one)
    ):
        return False
    bodies = [each.shingles[each.standfirst :] for each in (one, other)]
    return all(bodies) and _leads(bodies[0], other) and _leads(bodies[1], one)


def _leads(text: Sequence[int], other: Sketch) -> bool:
    lead = text[: min(LEAD, len(other.shingles))]
    return len(set(lead).intersection(other.shingles)) >= _LEAD_SHARED * len(lead)


def _is_refilled(one: Sketch, other: Sketch) -> bool:
    """Whether many words within one text stand where others do in the other text.

    A copy is cut, added to, or has a word changed here and there; what is written into a form
    (a brief, a condolence, the rates of a day) differs in whole passages between the same words.
    """
    first, second = sorted((one.shingles, other.shingles))  # the steps depend on the order
    steps = SequenceMatcher[int](None, first, second, autojunk=False).get_opcodes()
    fills = (min(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps[1:-1] if tag == "replace")
    filled = sum(max(0, fill - RUN + 1) for fill in fills)  # one word is in RUN shingles
    return filled > _REFILLED * min(len(first), len(second))


def _names_another(one: Sketch, other: Sketch) -> bool:
    """Whether one's headline names what its text speaks of, and the other does not at all.

    Where both do so they fill one form: who was received, where people marched, who died.
    """
    fresh = set(one.title.split()) - set(other.title.split())
    said = shingles([word for word in fresh if len(word) >= TELLING], 1)
    return bool(set(said).intersection(one.words).difference(other.words))


def _contradict(one: Sketch, other: Sketch) -> bool:
    """Whether they speak of other numbers, or one of them comes after the other."""
    if bool(_AFTER.search(one.title)) != bool(_AFTER.search(other.title)):
        return True
    titles = [set(numbers(each.title.split(), each.language)) for each in (one, other)]
    said = [{*each.numbers, *title} for each, title in zip((one, other), titles, strict=True)]
    # "Rises to 12", "rises to 30": but where both tell of both, each headline chose one of them.
    is_nested = titles[0] <= titles[1] or titles[1] <= titles[0]
    if not (is_nested or (titles[0] <= said[1] and titles[1] <= said[0])):
        return True
    if _names_another(one, other) and _names_another(other, one):
        return True
    return not (said[1].issuperset(one.numbers) or said[0].issuperset(other.numbers))


# --- what a sketch is made of -----------------------------------------------------------------


def _title(entry: Entry) -> str:
    """Return an entry's title without the name of its first publisher (Google News adds it)."""
    name = entry.origin.title if entry.origin else None
    return entry.title.removesuffix(f" - {name}") if name else entry.title


def _parts(entry: Entry) -> tuple[str, str]:
    """Return what is below a title: the standfirst, unless the body begins with it, and that."""
    body = html.plain(entry.body)
    if not body or entry.standfirst.rstrip(" .…") in body[: 2 * len(entry.standfirst)]:
        return "", body or entry.standfirst
    return entry.standfirst, body


def _numbers(head: Sequence[str], language: str | None, published: datetime) -> tuple[str, ...]:
    """Return the numbers of a text; the day it came out on, at its beginning, says nothing."""
    opening = set(numbers(head[:DATELINE], language))
    days = [published + timedelta(days=shift) for shift in (-1, 0, 1)]
    dates = {str(part) for day in days for part in (day.day, day.month, day.year)}
    is_dated = str(published.year) in opening
    rest = numbers(head[DATELINE if is_dated else 0 :], language)
    return tuple(sorted({*rest, *(opening - dates if is_dated else ())}))


def _anchors(head: Sequence[str], body: int) -> tuple[int, ...]:
    """Choose a few runs of words so that two copies choose the same: the smallest (min-wise).

    Of the whole, of its beginning, and of that of the body.
    """
    parts = [shingles(head, ANCHOR)]
    parts += [shingles(head[start:], ANCHOR)[:LEAD] for start in {0, body}]
    return tuple(sorted({run for part in parts for run in sorted(part)[:ANCHORS]}))


def _is_explained(title: Sequence[str], text: Sequence[str]) -> bool:
    """Whether some of a title's words stand in the text, in whatever form."""
    stems = {word.removeprefix("ال")[:4] for word in title if len(word) > 3} or set(title)
    all_of_it = " ".join(text)
    return sum(stem in all_of_it for stem in stems) >= _EXPLAINED * len(stems)


def _addresses(entry: Entry) -> tuple[str, ...]:
    """Return the addresses of the article itself; `link` is the origLink where it has one."""
    written = [entry.link]
    if entry.identity is Identity.GUID:
        written.append(entry.key.guid)  # RSS calls it a permalink
    pages = [page for page in written if page and urls.absolute(page, None)]
    found = {urls.canonical(page) for page in pages if not urls.is_homepage(page)}
    return tuple(sorted(found | ({entry.address} if entry.address else set())))


def _letters(title: str) -> int:
    return sum(map(str.isalpha, title))


def _alike(one: str, other: str) -> float:
    """Return how many of the words of two titles they share (Jaccard)."""
    these, those = set(one.split()), set(other.split())
    return len(these & those) / len(these | those) if these and those else 0.0


# --- whose was it first -----------------------------------------------------------------------

_HREF: Final = re.compile(r'\bhref="([^"]+)"')


def original(entries: Sequence[Entry], outlets: Mapping[str, Outlet]) -> int | None:
    """Say which of some entries that tell one story is the first publisher's.

    It is the one that others credit: by a link to its site, as the origin of the entry, or by its
    name among their words; and that itself credits none of them.

    Args:
        entries: all that tell it.
        outlets: the sources, by id.

    Returns:
        The place among the entries; None: nobody is credited.
    """
    given = [_credits(entry, entries, outlets) for entry in entries]
    received = {one for these in given for one in these}
    first = sorted(
        (entry.published is None, entry.published or datetime.max.replace(tzinfo=UTC), place)
        for place, entry in enumerate(entries)
        if entry.key.source_id in received and not given[place]
    )
    return first[0][-1] if first else None


def _credits(
    entry: Entry, entries: Sequence[Entry], outlets: Mapping[str, Outlet]
) -> Collection[str]:
    """Return the sources of the others that an entry credits."""
    own = outlets.get(entry.key.source_id)
    origin = entry.origin
    linked = [entry.link, *_HREF.findall(entry.body)]
    linked += [origin.link, origin.id] if origin else []
    domains = {_domain(link) for link in linked if link} - (own.domains if own else set())
    said = [
        *_parts(entry),
        origin.title or "" if origin else "",
        *(one.name for one in entry.byline),
    ]
    words = f" {' '.join(' '.join(folded(part)) for part in said)} "
    found = set()
    for other in {each.key.source_id for each in entries} - {entry.key.source_id}:
        outlet = outlets.get(other)
        if outlet is None:
            continue
        name = " ".join(folded(outlet.name))
        if not domains.isdisjoint(outlet.domains) or (len(name) > 3 and f" {name} " in words):
            found.add(other)
    return found


def _domain(link: str) -> str:
    return urls.registrable_domain(urlsplit(urls.absolute(link, None) or "").hostname or "")
