"""What a document and its items say of themselves, the same in every format. Pure.

Each format has its own words for it; what is said is decided here, once. The text of an item is
`article`'s.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aggregator import __version__
from aggregator.model import Edition, Enclosure, Item, Page, Person
from aggregator.syndicate import credit
from aggregator.text.characters import allowed
from aggregator.text.language import xml_lang

GENERATOR = "aggregator"
VERSION = __version__

UNKNOWN_TYPE = "application/octet-stream"
"""What RFC 2046 section 4.5.1 calls a file of which no more is known."""

# Plain text that a reader could take for markup.
_LOOKS_LIKE_MARKUP = re.compile(r"<[/!?\w]|&[#\w]")

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

# A name without a dot is some machine's own: a site in production names its pictures at
# http://localhost:4000, where it was built. Nobody else has them.
_SHARED = re.compile(r"https?://[^/?#]*\.[^/?#]*")

_HALF_AN_HOUR = timedelta(minutes=30)


# --- the document ---------------------------------------------------------------------------


def title(page: Page) -> str:
    """Return the title of a document."""
    return allowed(page.title or page.edition.title)


def language(edition: Edition) -> str:
    """Return the tag of a document: of all its languages where they share one, else its words'.

    The edition `ku` shows ku-Latn and ku-Arab: it is ku.
    """
    tags = [xml_lang(code) for code in edition.languages]
    if len(tags) == 1:
        return tags[0]
    primary = {tag.partition("-")[0] for tag in tags}
    return primary.pop() if len(primary) == 1 else xml_lang(edition.words)


def address(page: Page, path: str) -> str:
    """Return the address of what is published at `path`."""
    return f"{page.site.url}/{path}"


def homepage(page: Page) -> str:
    """Return the address of the page where people read what the document holds."""
    return address(page, page.about or "")


def relations(page: Page) -> Iterator[tuple[str, str]]:
    """Name what a document belongs to, as pairs of relation and address.

    First the hubs (WebSub section 4), then its neighbors (RFC 5005 section 4). What is none of
    them (itself, the page for people) each format says in its own way.
    """
    for hub in page.hubs:
        yield "hub", hub
    chain = {
        "current": page.current,
        "prev-archive": page.prev_archive,
        "next-archive": page.next_archive,
    }
    for relation, path in chain.items():
        if path is not None:
            yield relation, address(page, path)


# --- an item --------------------------------------------------------------------------------


def headline(item: Item) -> str:
    """Return a title with something in it: RFC 4287 section 4.1.1.1."""
    return allowed(item.title).strip() or allowed(credit.credited(item).name)


def abstract(item: Item) -> str:
    """Return the summary, in plain text; "" for a headline."""
    text = allowed(item.summary or item.opening)
    return text if text.strip() else ""


def name(person: Person) -> str:
    """Return a person's name as an element without a `type` can hold it: without markup."""
    text = re.sub(r"&(?=[#\w])", " & ", re.sub(r"<[^>]*>?", " ", allowed(person.name)))
    return " ".join(text.split()) or "?"


def via(item: Item) -> tuple[str, ...]:
    """Name where the words came from, each address once.

    That is the feed that we read, the origin that it names for an entry it copied itself, and the
    first publisher's page, where what is shown is another's.
    """
    read_from = item.source_meta.self_link or item.source_meta.link
    origin = item.origin.link if item.origin else None
    first = (one.link for one in credit.originals(item))
    found = dict.fromkeys((read_from, origin, *first))
    return tuple(where for where in found if where and where != item.link)


def files(item: Item) -> tuple[Enclosure, ...]:
    """List the files that go with an item and that others than its publisher can reach."""
    return tuple(file for file in item.enclosures if _SHARED.match(file.url))


def media_type(file: Enclosure) -> str | None:
    """Return a file's media type, where what was declared is one."""
    declared = file.media_type
    return declared if declared and _MEDIA_TYPE.fullmatch(declared) else None


def medium(file: Enclosure) -> str | None:
    """Say whether a file is an image, audio or video; None: something else, or nobody knows."""
    kinds = ((file.media_type or "").partition("/")[0], file.medium)
    return next((kind for kind in kinds if kind in {"image", "audio", "video"}), None)


# --- text and dates -------------------------------------------------------------------------


def looks_like_markup(text: str) -> bool:
    """Whether a reader could take this plain text for markup."""
    return _LOOKS_LIKE_MARKUP.search(text) is not None


def rfc3339(moment: datetime) -> str:
    """Write a date with the publisher's offset (RFC 3339); one with seconds in it cannot be."""
    offset = moment.utcoffset()
    if not offset or offset % timedelta(minutes=1):
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()


def rfc822(moment: datetime) -> str:
    """Write a date with the publisher's offset (RFC 822, with the year of RFC 2822).

    Offsets of other than half hours (Nepal's +0545) become GMT: the W3C validator calls them
    problematical, after readers that stumbled.
    """
    offset = moment.utcoffset()
    if not offset or offset % _HALF_AN_HOUR:
        return format_datetime(moment.astimezone(UTC), usegmt=True)
    return format_datetime(moment)
