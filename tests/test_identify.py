"""Identity: which rule names an entry, which entries are one, and what a digest covers."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.gather import identify as module
from aggregator.gather.identify import identify, shared_guids
from aggregator.model import (
    Alternate,
    Enclosure,
    FeedMeta,
    Identified,
    Origin,
    ParsedEntry,
    ParsedFeed,
    Person,
    Text,
)

CASES = sorted((Path(__file__).parent / "corpus" / "identify").glob("*.json"))


def feed(*entries: ParsedEntry, language: str | None = None) -> ParsedFeed:
    return ParsedFeed(format="rss20", meta=FeedMeta(language=language), entries=entries)


def entry(fields: dict[str, str]) -> ParsedEntry:
    texts = {name: Text(value=fields[name]) for name in ("title", "summary") if name in fields}
    return ParsedEntry(**{**fields, **texts})


def shown(item: Identified, wanted: dict[str, object]) -> dict[str, object]:
    found = {
        "guid": item.key.guid,
        "guid_length": len(item.key.guid),
        "identity": str(item.identity),
        "address": item.address,
        "also": list(item.also),
        "story": item.same_story is not None,
        "summary": item.parsed.summary.value if item.parsed.summary else None,
    }
    return {name: found[name] for name in wanted}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_entries_are_named_and_folded_as_the_case_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    document = feed(*map(entry, case["entries"]))
    found = identify("wire", document, guids_unreliable=case.get("unreliable", False))
    assert [shown(item, wanted) for item, wanted in zip(found, case["expect"], strict=True)] == (
        case["expect"]
    )
    assert shared_guids(document) is case.get("shared", False)
    assert len({item.key for item in found}) == len(found)


FULL = ParsedEntry(
    guid="a-1",
    link="https://wire.example.org/1",
    title=Text(value="Rain at last", base="https://wire.example.org/feed"),
    summary=Text(value="<p>It rained.</p>"),
    contents=(Text(value="<p>It rained for two days.</p>"),),
    published="2025-01-09T07:00:00Z",
    updated="2025-01-09T08:00:00Z",
    authors=(Person(name="A. Keane"),),
    categories=("Weather",),
    enclosures=(Enclosure(url="https://wire.example.org/1.jpg"),),
)
CHANGES = {
    "guid_is_permalink": True,
    "link": "https://wire.example.org/2",
    "orig_link": "https://wire.example.org/3",
    "title": Text(value="Rain at last!"),
    "summary": Text(value="<p>It rained.</p>", html=False),
    "contents": (Text(value="<p>It rained for three days.</p>"),),
    "published": "2025-01-09T07:00:01Z",
    "authors": (Person(name="A. Keane", uri="https://wire.example.org/keane"),),
    "categories": ("Weather", "Wheat"),
    "rights": "CC BY",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "language": "en",
    "enclosures": (Enclosure(url="https://wire.example.org/1.jpg", length=5),),
    "origin": Origin(title="Agency"),
    "alternates": (Alternate(href="https://wire.example.org/fr/1", language="fr"),),
    "robots": ("noarchive",),
}


def digest(parsed: ParsedEntry, language: str | None = None) -> str:
    (item,) = identify("wire", feed(parsed, language=language), guids_unreliable=False)
    return item.digest


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_any_raw_field_changes_the_digest(name: str) -> None:
    assert digest(dataclasses.replace(FULL, **{name: CHANGES[name]})) != digest(FULL)


def test_every_field_is_tried_above() -> None:
    names = {field.name for field in dataclasses.fields(ParsedEntry)}
    assert names == CHANGES.keys() | {"guid", "updated"}


def test_the_documents_address_and_the_publishers_clock_leave_the_digest_alone() -> None:
    moved = dataclasses.replace(
        FULL,
        title=dataclasses.replace(FULL.title, base="https://mirror.example.net/feed"),
        updated="2025-01-10T00:00:00Z",
    )
    assert digest(moved) == digest(FULL)


def test_the_language_of_the_feed_is_part_of_the_digest() -> None:
    assert digest(FULL, "fr") != digest(FULL)


def test_a_new_normalizer_is_told_by_the_version_alone(monkeypatch) -> None:
    version, _, hashed = digest(FULL).partition(":")
    monkeypatch.setattr(module, "NORMALIZER_VERSION", int(version) + 1)
    assert digest(FULL) == f"{int(version) + 1}:{hashed}"


def test_fields_that_came_later_leave_the_digests_of_stored_entries_alone() -> None:
    assert digest(FULL) == "2:c6c06da7f70f11f714827137e9a9b0e1"  # of a release without them


def test_an_alternate_in_another_language_changes_the_digest() -> None:
    one = dataclasses.replace(FULL, alternates=CHANGES["alternates"])
    (alternate,) = one.alternates
    others = [
        dataclasses.replace(one, alternates=(dataclasses.replace(alternate, language="ar"),)),
        dataclasses.replace(one, alternates=(dataclasses.replace(alternate, href="https://a/"),)),
        dataclasses.replace(one, alternates=(alternate, alternate)),
        FULL,
    ]
    assert digest(one) not in map(digest, others)
    assert len(set(map(digest, others))) == len(others)


def test_the_same_guid_of_another_source_is_another_key() -> None:
    (here,) = identify("wire", feed(FULL), guids_unreliable=False)
    (there,) = identify("other", feed(FULL), guids_unreliable=False)
    assert here.key != there.key
    assert here.digest == there.digest


WORDS = st.sampled_from(
    ("", "a", "Bridge over the Zab reopens to lorries", "Haberler", "x" * 2_500)
)
LINKS = st.sampled_from(
    (
        None,
        "https://wire.example.org/",
        "https://wire.example.org/1",
        "//[bad",
        "http://wire.example.org/1?a=b",
    )
)
ENTRIES = st.builds(
    ParsedEntry,
    guid=st.none() | WORDS,
    link=LINKS,
    orig_link=LINKS,
    title=st.none() | st.builds(Text, value=WORDS | st.text(max_size=30), html=st.booleans()),
    published=st.sampled_from((None, "2025-01-01", "never")),
    updated=st.sampled_from((None, "2025-01-02", "Thu, 02 Jan 2025 10:00:00 +0300")),
)


@settings(deadline=None)  # a busy machine is no defect
@given(entries=st.lists(ENTRIES, max_size=8), unreliable=st.booleans())
def test_keys_are_unique_and_say_the_same_at_every_poll(
    entries: list[ParsedEntry], *, unreliable: bool
) -> None:
    document = feed(*entries)
    found = identify("wire", document, guids_unreliable=unreliable)
    assert found == identify("wire", document, guids_unreliable=unreliable)
    assert len({item.key for item in found}) == len(found)
    addresses = [item.address for item in found if item.address]
    assert len(set(addresses)) == len(addresses)
    assert bool(found) is bool(entries)
