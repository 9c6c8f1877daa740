"""From what the publisher wrote to the article format. Pure; runs in the bounded child.

Only new and changed entries come here. The order of the fields is that of the article format:
title, standfirst, date, byline, source, body.
"""

import mimetypes
from dataclasses import replace
from datetime import datetime

from aggregator.model import (
    Alternate,
    Enclosure,
    Entry,
    Feed,
    FeedMeta,
    Html,
    Identified,
    Origin,
    ParsedEntry,
    Person,
    Source,
    Text,
)
from aggregator.text import dates, html, language, selectors, urls
from aggregator.text.excerpt import excerpt
from aggregator.text.tags import normalize_tag

STANDFIRST_LENGTH = 400  # characters; a longer description is the article, not its standfirst
# Python's own table: mimetypes.guess_type() also reads the machine's files, and differs with them.
MEDIA_TYPES = mimetypes.MimeTypes()
for _subtype in ("webp", "avif"):  # in that table from Python 3.13 on
    MEDIA_TYPES.add_type(f"image/{_subtype}", f".{_subtype}")
MAX_CATEGORIES = 20
LONGEST_CATEGORY = 100  # characters; what is longer is a text, that rights are to be asked for
MAX_NAMES = 10
MAX_TRANSLATIONS = 30  # the European Union has 24 languages

# Names that publishing software fills in when nobody signed; the outlet is the author then.
NOBODY = frozenset(
    {
        "admin",  # WordPress's first account
        "administrator",  # Joomla, Drupal
        "editor",  # WordPress roles
        "webmaster",
        "root",
        "unknown",
        "anonymous",
        "noreply@blogger.com",
    }
)

# Categories that say that nobody chose one (WordPress's default category, by its locale).
UNCATEGORIZED = frozenset(
    {"uncategorized", "uncategorised", "non classé", "non classifié(e)", "غير مصنف", "genel"}
)


def normalize(
    item: Identified,
    strip: tuple[str, ...] = (),
    *,
    source: Source,
    feed: Feed,
    meta: FeedMeta,
    now: datetime,
) -> Entry:
    """Bring one identified entry into the article format.

    Args:
        item: the raw entry with its key and digest.
        strip: CSS selectors of what is taken out of its body first, as the publisher wrote it.
        source: the outlet; its language is the prior of the decision.
        feed: the feed of it that was read; its own prior goes first.
        meta: what the feed says of itself: language, rights, licence.
        now: the time of the visit, against which dates are judged.

    Returns:
        The entry; what could not be had is None or empty and named in `flags`.
    """
    parsed = item.parsed
    title, standfirst, body, flags = _words(_stripped(parsed, strip) if strip else parsed)
    published, updated, date_flags = _dates(parsed, now)
    decision = language.decide(
        title=title,
        text=_text_of(standfirst, body),
        prior=feed.language or source.language,
        always=source.language_decides and feed.language is None,
        entry_tag=parsed.language or _language_of(parsed),
        feed_tag=meta.language,
    )
    enclosures = _enclosures(parsed)
    return Entry(
        key=item.key,
        identity=item.identity,
        digest=item.digest,
        address=item.address,
        same_story=item.same_story,
        also=item.also,
        link=_link(parsed),
        title=title,
        standfirst=standfirst,
        body=body,
        published=published,
        updated=updated,
        byline=_byline(parsed, meta),
        lead_image=_lead_image(enclosures, body),
        enclosures=enclosures,
        categories=_categories(parsed),
        rights=_rights(parsed, meta),
        license=urls.absolute(parsed.license, None),
        language=decision.language,
        language_reason=decision.reason,
        origin=_origin(parsed.origin),
        flags=flags + date_flags,
        translations=_translations(parsed),
        robots=parsed.robots,
    )


def decide_again(entry: Entry, *, source: Source) -> Entry:
    """Decide the language of an entry again, from its words and what the operator says now."""
    decision = language.decide(
        title=entry.title,
        text=_text_of(entry.standfirst, entry.body),
        prior=source.language,
        always=source.language_decides,
    )
    return replace(entry, language=decision.language, language_reason=decision.reason)


def _text_of(standfirst: str, body: Html) -> str:
    return " ".join((standfirst, html.plain(body)))


def _stripped(parsed: ParsedEntry, strip: tuple[str, ...]) -> ParsedEntry:
    """Take out of the texts what the operator's selectors name: classes and ids are gone later."""

    def less(text: Text) -> Text:
        if not text.html:
            return text
        return replace(text, value=selectors.strip(html.unwrapped(text.value), strip))

    return replace(
        parsed,
        contents=tuple(map(less, parsed.contents)),
        summary=less(parsed.summary) if parsed.summary else None,
    )


def _words(parsed: ParsedEntry) -> tuple[str, str, Html, tuple[str, ...]]:
    """Title, standfirst and body, each said once."""
    flags = []
    title = html.text_of(parsed.title) if parsed.title else ""
    summary = parsed.summary
    summary_text = html.text_of(summary) if summary else ""
    body = _body(parsed.contents)
    standfirst = ""
    if body:
        standfirst = "" if _repeats(summary_text, html.plain(body)) else summary_text
    elif summary is not None and _is_standfirst(summary, summary_text):
        standfirst = summary_text
    elif summary is not None:
        body = _body((summary,))
    if _repeats(standfirst, title):
        standfirst = ""
    if len(standfirst) > STANDFIRST_LENGTH:
        standfirst = excerpt(standfirst)
    if not title and (words := standfirst or html.plain(body)):
        title = excerpt(words, words=12)
        flags.append("title-missing")
        if _repeats(standfirst, title):
            standfirst = ""
    return title, standfirst, body, tuple(flags)


def _body(contents: tuple[Text, ...]) -> Html:
    """Take the longest of the texts offered: some feeds carry a teaser and the article."""
    best = max(contents, key=lambda text: len(text.value), default=None)
    if best is None:
        return Html("")
    if not best.html:
        return html.from_plain(best.value)
    return html.sanitize(best.value, base=best.base)


def _is_standfirst(summary: Text, text: str) -> bool:
    """Whether a description is a standfirst: short, and without markup that makes paragraphs."""
    if len(text) > STANDFIRST_LENGTH:
        return False
    return not summary.html or len(html.paragraphs(html.sanitize(summary.value, base=None))) <= 1


def _repeats(short: str, long: str) -> bool:
    """Whether `short` only says how `long` begins (publishing software cuts it and adds dots)."""
    cut = short.rstrip().removesuffix("[…]").removesuffix("[...]").rstrip(" .…")
    return not cut or " ".join(long.split()).startswith(" ".join(cut.split()))


def _language_of(parsed: ParsedEntry) -> str | None:
    texts = (parsed.title, *parsed.contents, parsed.summary)
    return next((text.language for text in texts if text is not None and text.language), None)


def _dates(
    parsed: ParsedEntry, now: datetime
) -> tuple[datetime | None, datetime | None, tuple[str, ...]]:
    """Dates that can be used; for the others a flag, and first-seen takes their place."""
    found: list[datetime | None] = []
    flags = []
    for name, written in (("published", parsed.published), ("updated", parsed.updated)):
        moment = dates.parse(written) if written else None
        problem = dates.plausible(moment, now) if moment else None
        if written and moment is None:
            flags.append(f"{name}-unreadable: {html.clean_text(written)[:60]}")
        elif problem:
            flags.append(f"{name}-{problem}: {html.clean_text(written or '')[:60]}")
            moment = None
        found.append(moment)
    return found[0], found[1], tuple(flags)


def _link(parsed: ParsedEntry) -> str | None:
    link = urls.absolute(parsed.orig_link, None) or urls.absolute(parsed.link, None)
    return urls.without_tracking(link) if link else None


def _translations(parsed: ParsedEntry) -> tuple[Alternate, ...]:
    """Take the same article's pages in other languages, each address once.

    Left out are "x-default", which is no language, and front pages, where publishing software
    leads when an article was not translated.
    """
    own = {urls.canonical(link) for link in (parsed.link, parsed.orig_link) if link}
    found: dict[str, Alternate] = {}
    for alternate in parsed.alternates:
        href, code = urls.absolute(alternate.href, None), normalize_tag(alternate.language)
        if href is None or code is None or urls.is_homepage(href):
            continue
        address = urls.canonical(href)
        if address not in own:
            found.setdefault(address, Alternate(href=address, language=code))
    return tuple(found.values())[:MAX_TRANSLATIONS]


def _byline(parsed: ParsedEntry, meta: FeedMeta) -> tuple[Person, ...]:
    """Take the entry's authors, else its origin's, else the feed's (RFC 4287 section 4.2.1)."""
    origin = parsed.origin or Origin()
    return _named(next(filter(None, (parsed.authors, origin.authors, meta.authors)), ()))


def _named(authors: tuple[Person, ...]) -> tuple[Person, ...]:
    """Keep names as signed; their e-mail addresses stay with the publisher."""
    people: dict[str, Person] = {}
    for person in authors:
        name = _line(person.name) or ""
        if name and name.casefold() not in NOBODY:
            people.setdefault(name, Person(name=name, uri=urls.absolute(person.uri, None)))
    return tuple(people.values())[:MAX_NAMES]


def _rights(parsed: ParsedEntry, meta: FeedMeta) -> str | None:
    """Take the entry's statement, else its origin's, else the feed's (RFC 4287 4.2.11)."""
    origin = parsed.origin or Origin()
    return next(filter(None, map(_line, (parsed.rights, origin.rights, meta.rights))), None)


def _line(written: str | None) -> str | None:
    return html.text_of(Text(value=written or "", html=False)) or None


def _enclosures(parsed: ParsedEntry) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for enclosure in parsed.enclosures:
        url = urls.absolute(enclosure.url, None)
        if url is None:
            continue
        guessed = MEDIA_TYPES.guess_type(url.partition("?")[0])[0]
        media_type = (enclosure.media_type or guessed or "").partition(";")[0].strip().lower()
        found.setdefault(
            url,
            Enclosure(
                url=url,
                media_type=media_type if media_type.count("/") == 1 else guessed,
                length=enclosure.length if (enclosure.length or 0) > 0 else None,
                medium=enclosure.medium,
            ),
        )
    return tuple(found.values())


def _lead_image(enclosures: tuple[Enclosure, ...], body: Html) -> Enclosure | None:
    for enclosure in enclosures:
        if (enclosure.media_type or f"{enclosure.medium}/").startswith("image/"):
            return enclosure
    return next((Enclosure(url=url) for url in html.images(body)), None)


def _categories(parsed: ParsedEntry) -> tuple[str, ...]:
    names = dict.fromkeys(html.clean_text(name) for name in parsed.categories)
    chosen = (
        name
        for name in names
        if name and len(name) <= LONGEST_CATEGORY and name.casefold() not in UNCATEGORIZED
    )
    return tuple(chosen)[:MAX_CATEGORIES]


def _origin(origin: Origin | None) -> Origin | None:
    if origin is None:
        return None
    return Origin(
        title=html.clean_text(origin.title or "") or None,
        id=origin.id,
        link=urls.absolute(origin.link, None),
        updated=origin.updated,
        rights=_line(origin.rights),
        authors=_named(origin.authors),
    )
