"""The grammars: each file of the corpus is read, or refused for the reason it expects.

A case is a document in corpus/feeds with NAME.expect.json: the `ParsedFeed` without its defaults
(durations in seconds), or {"error": kind, "message": text}. NAME.headers.json may give url,
content-type and content-language. A case in corpus/hostile is a recipe that a document is brewed
from, with what may come of it and within how many seconds of CPU.
"""

import io
import json
import os
import time
import warnings
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.feed import read
from aggregator.gather.feed.syndication import parsers
from aggregator.model import Fetched, ParsedFeed

CORPUS = Path(__file__).parent / "corpus"
NOTES = (".expect.json", ".headers.json")
FEEDS = sorted(p for p in (CORPUS / "feeds").iterdir() if not p.name.endswith(NOTES))
HOSTILE = [
    pytest.param(
        path, id=path.stem, marks=[pytest.mark.slow] if '"slow": true' in path.read_text() else []
    )
    for path in sorted((CORPUS / "hostile").glob("*.json"))
]


def fetched(body: bytes, **headers: str) -> Fetched:
    return Fetched(
        url=headers.get("url", "https://example.org/feed"),
        content_type=headers.get("content-type", "application/xml"),
        content_language=headers.get("content-language"),
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


def load(path: Path) -> Fetched:
    headers = path.with_name(f"{path.stem}.headers.json")
    return fetched(
        path.read_bytes(), **(json.loads(headers.read_text()) if headers.exists() else {})
    )


def plain(value: object) -> object:
    """Turn a value into JSON, leaving out what a field has by default."""
    if is_dataclass(value):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: plain(found) for field, found in pairs if found != field.default}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value.total_seconds() if isinstance(value, timedelta) else value


def outcome(document: Fetched) -> object:
    try:
        return plain(read(document))
    except SourceError as error:
        return {"error": str(error.kind), "message": error.message}


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_document_is_read_as_its_expectation_says(path: Path) -> None:
    expected = path.with_name(f"{path.stem}.expect.json")
    assert expected.exists(), f"write {expected.name}: what {path.name} should become"
    assert outcome(load(path)) == json.loads(expected.read_text(encoding="utf-8"))


def test_every_expectation_and_every_header_belongs_to_a_document() -> None:
    notes = [p for p in (CORPUS / "feeds").iterdir() if p.name.endswith(NOTES)]
    owners = {path.stem for path in FEEDS}
    assert [p.name for p in notes if p.name.rsplit(".", 2)[0] not in owners] == []


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_refusal_says_what_was_found_and_what_to_do(path: Path) -> None:
    found = outcome(load(path))
    if "error" not in found:
        assert len(found["entries"]) < 10
        return
    assert found["error"] not in {"internal", "too-costly"}
    assert found["message"].isprintable()
    assert 40 < len(found["message"]) < 900
    assert any(word in found["message"] for word in ("wanted", "wants", "feed", "taken from it"))


def brew(recipe: dict[str, object]) -> bytes:
    body = bytearray()
    for part in recipe["parts"]:
        if "text" in part:
            body += part["text"].encode()
        elif "bytes" in part:
            body += bytes.fromhex(part["bytes"])
        elif "{n}" in part["repeat"]:
            body += "".join(
                part["repeat"].replace("{n}", str(n)) for n in range(part["times"])
            ).encode()
        else:
            body += part["repeat"].encode() * part["times"]
    return bytes(body)


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_document_costs_little_and_does_no_harm(path: Path) -> None:
    recipe = json.loads(path.read_text(encoding="utf-8"))
    document = fetched(brew(recipe))
    start = time.process_time()
    try:
        found: ParsedFeed | SourceError = read(document)
    except SourceError as error:
        found = error
    assert time.process_time() - start < recipe["seconds"]
    if "error" in recipe:
        assert isinstance(found, SourceError), found
        assert found.kind == FailureKind(recipe["error"])
        assert recipe.get("message", "") in found.message
        assert len(found.message) < 900
        return
    assert isinstance(found, ParsedFeed), found
    assert len(found.entries) == recipe["entries"]
    for flaw in recipe.get("flaws", ()):
        assert any(flaw in said for said in found.flaws), found.flaws
    if recipe.get("flaws") == []:
        assert found.flaws == ()
    assert recipe.get("never", "\0") not in repr(found)
    if "title" in recipe:
        assert found.entries[0].title.value == recipe["title"]


def test_a_defect_of_a_grammar_is_a_failed_visit_that_names_its_place(monkeypatch) -> None:
    def defective(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("aggregator.gather.feed.decode.decode", defective)
    with pytest.raises(SourceError, match=r"ZeroDivisionError in test_feed\.py:\d+") as met:
        read(fetched(b"<rss></rss>"))
    assert met.value.kind is FailureKind.INTERNAL


def test_a_want_of_memory_is_the_documents_fault(monkeypatch) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("aggregator.gather.feed.decode.decode", greedy)
    with pytest.raises(SourceError) as met:
        read(fetched(b"<rss></rss>"))
    assert met.value.kind is FailureKind.TOO_COSTLY


def test_each_handler_of_ours_takes_the_place_of_one_that_feedparser_has() -> None:
    # Handlers are found by name: one that feedparser renamed would be lost without a word.
    ours = {name for name in vars(parsers._AsWritten) if not name.startswith("__")}
    new = {
        "_start_hour",
        "_end_hour",
        "_start_day",
        "_end_day",
        "_start_fh_complete",
        "_end_fh_complete",
        "_start_xhtml_meta",
        "_end_xhtml_meta",
        "_start_dc_date",
        "_end_dc_date",
        "_elements",
        "resolve_relative_uris",
        "sanitize_html",
    }
    for parser in (parsers.StrictFeedParser, parsers.LooseFeedParser):
        assert {name for name in ours - new if not hasattr(parser, name)} == set()
    assert hasattr(parsers.StrictFeedParser, "startElementNS")
    assert hasattr(parsers.StrictFeedParser, "endElementNS")


def with_feedparser(body: bytes) -> feedparser.FeedParserDict:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # feedparser's own, of its deprecated mapping
        return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


XML_FEEDS = [
    p
    for p in FEEDS
    if p.suffix == ".xml"
    and (expected := p.with_name(f"{p.stem}.expect.json")).exists()
    and '"entries"' in expected.read_text()
]


@pytest.mark.parametrize("path", XML_FEEDS, ids=lambda path: path.name)
def test_no_entry_is_lost_that_plain_feedparser_finds(path: Path) -> None:
    document = load(path)
    found = len(read(document).entries)
    try:
        theirs = len(with_feedparser(document.body).entries)
    except (TypeError, UnicodeEncodeError):  # feedparser fails on two of them; we must not
        theirs = found or -1
    assert found == theirs


MARKUP = st.sampled_from(
    [
        *("<rss version='2.0'>", "</rss>", "<channel>", "</channel>", "<item>", "</item>"),
        *("<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>", "<entry>", "</entry>"),
        *("<title>", "</title>", "<link>", "</link>", "<link href='x'/>", "<guid>", "</guid>"),
        *("<description>", "</description>", "<content type='xhtml'>", "</content>", "<div>"),
        *("<media:content url='a'>", "</media:content>", "<media:thumbnail/>", "<image>"),
        *("<georss:point>", "</georss:point>", "<psc:chapter/>", "<dcterms:valid>x=1;y"),
        *(
            "<author>",
            "<name>",
            "</name>",
            "</author>",
            "<category term='a'/>",
            "<source url='b'>",
        ),
        *("<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE x [", "]>", "<?xml version='1.0'?>"),
        *("&", "&#", "&#x;", "&#56320", "&#x110000;", "&nbsp;", "&foo;", '"', "'", "<", ">", "/>"),
        *("<pubDate>", "</pubDate>", "<updated>", "<ttl>9</ttl>", "<skipHours><hour>", "svg>"),
        *("<a\x00b>", "سەرەتا", "\ud800", "\ufffe", " ", "\n", "1e999", "{", "}", "[", "]"),
        *('"version": "https://jsonfeed.org/version/1"', '"items": [', '"id": 1', ", "),
    ]
)


def failure(body: bytes) -> FailureKind | None:
    try:
        read(fetched(body))
    except SourceError as error:
        return error.kind
    return None


FRAMES = (
    "{}",
    "<rss version='2.0'><channel><item>{}</item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry>{}</entry></feed>",
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MARKUP | st.text(max_size=5), max_size=40), st.sampled_from(FRAMES))
def test_whatever_is_written_is_read_or_refused(pieces: list[str], frame: str) -> None:
    text = frame.replace("{}", "".join(pieces))
    assert failure(text.encode("utf-8", "surrogatepass")) is not FailureKind.INTERNAL


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FEEDS), st.data())
def test_a_damaged_document_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    body = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        if body:
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    assert failure(bytes(body)) is not FailureKind.INTERNAL
    assert failure(bytes(body[:cut])) is not FailureKind.INTERNAL


def recorded() -> list[Path]:
    folder = os.environ.get("AGGREGATOR_RECORDED")
    return sorted(p for p in Path(folder).iterdir() if p.is_file()) if folder else []


@pytest.mark.trial
def test_recorded_feeds_give_every_entry_that_feedparser_finds() -> None:
    paths = recorded()
    if not paths:
        pytest.skip("AGGREGATOR_RECORDED names no folder of recorded feeds: nothing was compared")
    differing = {}
    for path in paths:
        body = path.read_bytes()
        feed = read(fetched(body))
        theirs = len(with_feedparser(body).entries)
        if not feed.format.startswith("json") and len(feed.entries) != theirs:
            differing[path.name] = (len(feed.entries), theirs)
        assert feed.entries, path.name
    assert differing == {}
