"""Which series of its edition an entry stands in, and what is cut from each. Pure.

A series only grows at its end (`model.Series`), and documents are cut from it in pieces of fixed
size: what was cut once keeps its entries for ever, however many come later.

- An *archive document* (RFC 5005 section 4) holds `ARCHIVE` entries and is closed by the last of
  them. What came after the last closed archive, its *tail*, stands in the subscription document
  together with the newest entries of that archive, so that nothing falls between the two.
- A *finished page* of the site holds `PAGE` entries. The index page shows what came after the
  last finished page, and it always has at least `PAGE` itself.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from aggregator.model import Published, SeriesKind, SeriesName
from aggregator.text.html import clean_text

ARCHIVE: Final = 40  # entries
PAGE: Final = 20  # entries
MOST_CATEGORIES: Final = 10  # of one entry; who writes more than this writes keywords
LEAST_OF_CATEGORY: Final = 3  # entries; a tag that was used once is no category

_LONGEST_SLUG: Final = 48  # characters


def series_of(entry: Published) -> Iterator[SeriesName]:
    """Name the series of an edition that an entry takes its place in, once and for ever.

    A category that a later version of the article has is on its page and in the feeds; its place
    is where it first was.
    """
    yield SeriesName(kind=SeriesKind.EDITION, key="")
    # Also where the edition has one language: it may get another one later, and then two lists.
    yield SeriesName(kind=SeriesKind.LANGUAGE, key=entry.language)
    yield SeriesName(kind=SeriesKind.SOURCE, key=entry.source_id)
    day = entry.published
    yield SeriesName(kind=SeriesKind.MONTH, key=f"{day.year:04}-{day.month:02}")
    yield from categories(entry.entry.categories)


def categories(names: Iterable[str]) -> tuple[SeriesName, ...]:
    """Name the series of an entry's categories, each once."""
    found: dict[str, SeriesName] = {}
    for title in filter(None, map(clean_text, names)):
        key = slug(title)
        found.setdefault(key, SeriesName(kind=SeriesKind.CATEGORY, key=key, title=title))
    return tuple(found.values())[:MOST_CATEGORIES]


def slug(title: str) -> str:
    """Make a name for addresses of a category's title: a-z, 0-9 and "-".

    Titles that differ in case, spacing or accents have the same. Letters that a-z has no like of
    (Arabic script) are told apart by a fingerprint.
    """
    folded = " ".join(unicodedata.normalize("NFKC", title).casefold().split())
    parts = unicodedata.normalize("NFKD", folded)
    base = "".join(mark for mark in parts if not unicodedata.combining(mark))
    name = re.sub(r"[^a-z0-9]+", "-", base).strip("-")[:_LONGEST_SLUG].strip("-")
    lost = any(mark.isalnum() and not mark.isascii() for mark in base)
    if name and not lost and len(base) <= _LONGEST_SLUG:
        return name
    mark = hashlib.blake2b(base.encode(), digest_size=5).hexdigest()
    return f"{name}-{mark}" if name else f"c-{mark}"


# --- pieces -----------------------------------------------------------------------------------


def closed(count: int) -> int:
    """How many archive documents a series of so many entries has: none, or at least two.

    One alone would have no neighbor, and validators call an archive without one incomplete: the
    first is closed together with the second.
    """
    return full if (full := count // ARCHIVE) > 1 else 0


def finished(count: int) -> int:
    """How many finished pages a series of so many entries has."""
    return max(0, count // PAGE - 1)


def piece(number: int, size: int) -> tuple[int, int]:
    """The first and last position in the piece of that number, from 1."""
    return (number - 1) * size + 1, number * size


def archives_with(positions: Iterable[int], count: int) -> tuple[int, ...]:
    """The archives to write when the entries at `positions` came or changed.

    Besides their own that is the one before an archive that closes: it leads on to it now.
    """
    last, numbers = closed(count), set()
    for position in positions:
        number = -(-position // ARCHIVE)
        numbers.add(number)
        if position % ARCHIVE == 0:
            numbers.add(number - 1)
    return tuple(sorted(number for number in numbers if 1 <= number <= last))


def pages_with(positions: Iterable[int], count: int) -> tuple[int, ...]:
    """The finished pages to write when the entries at `positions` came or changed.

    Besides their own that are, where a page's worth is complete, the page that finishes and the
    one before it, which leads on to it now.
    """
    last, numbers = finished(count), set()
    for position in positions:
        number = -(-position // PAGE)
        numbers.add(number)
        if position % PAGE == 0:
            numbers |= {number - 1, number - 2}
    return tuple(sorted(number for number in numbers if 1 <= number <= last))
