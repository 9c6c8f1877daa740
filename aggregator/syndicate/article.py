"""The article format as the HTML of a feed's entry, the same for every format. Pure.

In the centre's order: standfirst, date, byline, source, text; the title is the entry's own. The
attribution stands in the text because readers hide `atom:source`: the first publisher, who brought
it where that is another, who else has it, and when it was corrected. Nothing here decides how much
may be shown: an `Item` is already cut to its rights.
"""

import re
from datetime import datetime
from functools import lru_cache

from aggregator.model import Edition, Extent, Html, Item, Mention
from aggregator.syndicate import credit
from aggregator.text.html import escape, plain
from aggregator.text.language import direction, html_lang
from aggregator.text.words import Words, words_of

_LEADING_BLOCK = re.compile(r"\s*<(h[1-6]|p)(?:\s[^>]*)?>(.*?)</\1>", re.DOTALL)

# Blocks of prose that never hold another of their kind.
_PROSE = re.compile(r"<(p|h[1-6]|figcaption)((?:\s[^>]*)?)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")

# What people call the licences that most openly licensed outlets use.
_LICENSES = (
    (re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)\b"), "CC {} {}"),
    (re.compile(r"https?://creativecommons\.org/publicdomain/(zero)/([0-9.]+)\b"), "CC0 {1}"),
    (
        re.compile(r"https?://creativecommons\.org/publicdomain/(mark)/([0-9.]+)\b"),
        "Public Domain Mark {1}",
    ),
)


@lru_cache(maxsize=256)  # each format asks for the items of one page
def article(item: Item, edition: Edition) -> str:
    """Lay out an item as one `<div>` with its language and direction.

    Labels are in the item's language where we have words in it, else in the edition's.
    """
    spoken, words = words_of(item.language, edition.words)
    seen = " ".join((item.title, item.summary, item.opening, plain(item.body)))
    side = direction(seen, item.language)

    def turned(text: str) -> str:
        return turned_part(text, side, item.language)

    parts = (
        turned(_prose(item.summary)),
        _attribution(item, words, spoken, side),
        turned(_prose(credit.asked_line(item))),
        license_line(item, label_html(words.license, spoken, item.language)),
        turned(_prose(item.opening)),
        turned(without_title(item.body, item.title)),
        _continuation(item, words, spoken),
    )
    text = "\n".join(part for part in parts if part)
    return f'<div lang="{html_lang(item.language)}" dir="{side}">\n{text}\n</div>'


def _prose(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())


def _attribution(item: Item, words: Words, spoken: str, side: str) -> str:
    comma = "، " if side == "rtl" else ", "
    lines = [_time(item.published)]
    if names := credit.authors(item):
        lines.append(comma.join(f"<bdi>{escape(name)}</bdi>" for name in names))

    def said(label: str, *mentions: Mention) -> str:
        return f"{label_html(label, spoken, item.language)} {comma.join(map(_named, mentions))}"

    source = said(words.source, credit.credited(item))
    if item.via:
        source += comma + said_html(words.via, spoken, item.language, outlet=_named(item.via))
    lines.append(source)
    if found := credit.late(item):
        lines.append(said(words.original_at, *found))
    if found := credit.elsewhere(item):
        lines.append(said(words.also_at, *found))
    if item.corrected:
        day = _time(item.corrected)
        lines.append(said_html(words.corrected, spoken, item.language, date=day))
    return f"<p>{'<br>'.join(lines)}</p>"


def _time(day: datetime) -> str:
    """Write a day as the centre does, in its own offset: the day is the publisher's."""
    iso = f"{day.year:04}-{day.month:02}-{day.day:02}"
    return f'<time datetime="{iso}">{day.day:02}.{day.month:02}.{day.year:04}</time>'


def _named(mention: Mention) -> str:
    name = f"<bdi>{escape(mention.name)}</bdi>"
    return _link(mention.link, name) if mention.link else name


def label_html(text: str, spoken: str, language: str) -> str:
    """Isolate a label that is in another language than what surrounds it."""
    if spoken == language:
        return escape(text)
    return f'<bdi lang="{html_lang(spoken)}">{escape(text)}</bdi>'


def said_html(text: str, spoken: str, language: str, **places: str) -> str:
    """Fill markup into the places of a sentence of ours, and isolate it like a label."""
    filled = escape(text)
    for name, html in places.items():
        filled = Html(filled.replace(f"{{{name}}}", html))
    return filled if spoken == language else f'<bdi lang="{html_lang(spoken)}">{filled}</bdi>'


def _link(address: str, content: str) -> str:
    """Credit openly: no nofollow and no noreferrer, which links inside bodies carry."""
    return f'<a href="{escape(address)}">{content}</a>'


def license_line(item: Item, label: str) -> str:
    """Name the licence with a link to it; "" where none is known."""
    if item.license is None:
        return ""
    name = next(
        (
            form.format(*(part.upper() for part in found.groups()))
            for pattern, form in _LICENSES
            if (found := pattern.match(item.license))
        ),
        item.license,
    )
    return f"<p>{label} {_link(item.license, f'<bdi>{escape(name)}</bdi>')}</p>"


def _continuation(item: Item, words: Words, spoken: str) -> str:
    whole = item.extent is Extent.FULL and item.body  # a publisher may send only a summary
    if whole or item.extent is Extent.HEADLINE or item.link is None:
        return ""
    outlet = f"<bdi>{escape(credit.host(item))}</bdi>"
    text = said_html(words.continue_reading, spoken, item.language, outlet=outlet)
    return f"<p>{_link(item.link, text)}</p>"


def without_title(body: Html, title: str) -> str:
    """Leave out a first block that only repeats the title (many systems print it there)."""
    found = _LEADING_BLOCK.match(body)
    if found and _folded(plain(found[2])) == _folded(title):
        return body[found.end() :].lstrip()
    return body


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def turned_part(text: str, side: str, language: str) -> str:
    """Give paragraphs of the other direction their own `dir` (an English quote in Sorani)."""

    def turn(block: re.Match[str]) -> str:
        name, attributes, content = block.groups()
        own = direction(_TAG.sub("", content), language)
        if own == side or " dir=" in attributes:
            return block[0]
        return f'<{name} dir="{own}"{attributes}>{content}</{name}>'

    return _PROSE.sub(turn, text)
