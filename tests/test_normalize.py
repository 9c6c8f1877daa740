"""Normalizing: from a document to the article format, as each case of the corpus says.

A case in corpus/normalize has `entry`, the lines of one item or entry, what stands before it in
its `feed`, the `format` (rss or atom), the operator's `language`, and the fields to `expect`: an
entry's, with people by name and files by address. The time of the visit is 15 June 2025, noon.
"""

import json
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.gather.feed import read
from aggregator.gather.identify import identify
from aggregator.gather.normalize import (
    MAX_CATEGORIES,
    MAX_NAMES,
    MAX_TRANSLATIONS,
    STANDFIRST_LENGTH,
    normalize,
)
from aggregator.model import (
    Entry,
    Feed,
    FeedMeta,
    Fetched,
    ParsedEntry,
    ParsedFeed,
    Source,
    Text,
)

FOLDER = Path(__file__).parent / "corpus" / "normalize"
CASES = sorted(FOLDER.glob("*.json"))
NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
    "<channel>{feed}<item>{entry}</item></channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{feed}<entry>{entry}</entry></feed>'


def entry_of(case: dict[str, object]) -> Entry:
    frame = ATOM if case.get("format") == "atom" else RSS
    body = frame.format(feed=case.get("feed", ""), entry="\n".join(case["entry"])).encode()
    parsed = read(
        Fetched(
            url="https://wire.example.org/feed",
            content_type="application/xml; charset=utf-8",
            content_language=None,
            body=body,
            received=len(body),
            validators=None,
            fresh_until=None,
            moved_to=None,
            conditional=False,
        )
    )
    feed = Feed(key="", candidates=("https://wire.example.org/feed",))
    source = Source(id="wire", name="Wire", feeds=(feed,), language=case.get("language"))
    (item,) = identify("wire", parsed, guids_unreliable=False)
    return normalize(item, source=source, feed=feed, meta=parsed.meta, now=NOW)


def shown(entry: Entry, name: str) -> object:
    value = getattr(entry, name)
    if name in {"published", "updated"}:
        return value and value.isoformat()
    if name == "byline":
        return [person.name for person in value]
    if name == "enclosures":
        return [file.url for file in value]
    if name == "lead_image":
        return value and value.url
    if name == "origin":
        return value and {
            "title": value.title,
            "link": value.link,
            "rights": value.rights,
            "authors": [person.name for person in value.authors],
        }
    if isinstance(value, tuple):
        value = [asdict(part) if is_dataclass(part) else part for part in value]
    return value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_entry_becomes_what_the_case_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    entry = entry_of(case)
    assert {name: shown(entry, name) for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_mail_address_and_no_script_gets_past_here(path: Path) -> None:
    entry = entry_of(json.loads(path.read_text(encoding="utf-8")))
    people = (*entry.byline, *(entry.origin.authors if entry.origin else ()))
    assert [person for person in people if person.email or not person.name] == []
    assert "<script" not in entry.body
    assert len(entry.standfirst) <= STANDFIRST_LENGTH


def test_every_language_of_the_project_is_among_the_cases() -> None:
    expected = (json.loads(path.read_text(encoding="utf-8"))["expect"] for path in CASES)
    languages = {case.get("language") for case in expected}
    assert languages >= {"en", "fr", "kmr", "ckb", "ar", None}


def test_lists_without_end_are_cut() -> None:
    many = range(100)
    entry = entry_of(
        {
            "entry": [
                "<title>Everybody wrote about everything</title>",
                *(f"<dc:creator>Author {n}</dc:creator>" for n in many),
                *(f"<category>Topic {n}</category>" for n in many),
                *(
                    f'<atom:link rel="alternate" hreflang="fr" href="https://wire.example/{n}"/>'
                    for n in many
                ),
            ]
        }
    )
    assert [person.name for person in entry.byline] == [f"Author {n}" for n in many[:MAX_NAMES]]
    assert entry.categories == tuple(f"Topic {n}" for n in many[:MAX_CATEGORIES])
    assert [other.href for other in entry.translations] == [
        f"wire.example/{n}" for n in many[1 : MAX_TRANSLATIONS + 1]
    ]


def test_what_a_publisher_asks_of_machines_goes_along() -> None:
    parsed = ParsedEntry(guid="1", title=Text(value="Rain"), robots=("noindex", "noarchive"))
    document = ParsedFeed(format="rss20", meta=FeedMeta(), entries=(parsed,))
    (item,) = identify("wire", document, guids_unreliable=False)
    feed = Feed(key="", candidates=("https://wire.example.org/feed",))
    source = Source(id="wire", name="Wire", feeds=(feed,), language="en")
    entry = normalize(item, source=source, feed=feed, meta=FeedMeta(), now=NOW)
    assert entry.robots == ("noindex", "noarchive")
