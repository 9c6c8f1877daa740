"""The shipped feeds.yaml: whom it follows, on what grounds, and what it chooses."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.judge.filters import screen
from aggregator.model import (
    Entry,
    Extent,
    Feed,
    FeedMeta,
    Listen,
    ParsedEntry,
    ParsedFeed,
    Source,
    Text,
)
from aggregator.text.words import WORDS

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SHIPPED = Path(__file__).parent.parent / "feeds.yaml"
TOPICS = Path(__file__).parent / "corpus" / "topics"
OWN_FOLDERS = ("theme",)  # which the comments in it name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for own in OWN_FOLDERS:
        (tmp_path / own).mkdir()
    return tmp_path


def test_the_shipped_file_has_no_mistake_and_warns_of_its_placeholders_only() -> None:
    config = load(SHIPPED)
    assert [warning.split(": ", 1)[1][:18] for warning in config.warnings] == [
        "`site.url` is stil",
        "`site.owner_email`",
    ]


def test_the_shipped_file_follows_some_35_sources_in_five_languages() -> None:
    sources = load(SHIPPED).sources
    assert len(sources) >= 35
    assert {source.language for source in sources} == set(WORDS)
    assert all(source.homepage for source in sources)
    assert next(s for s in sources if s.id == "shafaq-ckb").feeds[0].candidates == (
        "https://shafaq.com/rss/ku",
    )


def test_the_shipped_file_shows_whole_articles_only_with_the_grounds_named() -> None:
    for source in load(SHIPPED).sources:
        if source.rights.allows is not Extent.EXCERPT:
            assert source.rights.basis, source.id
        if source.rights.allows is Extent.FULL:
            assert source.rights.credit, source.id


HEADLINES = (TOPICS / "headlines.tsv").read_text("utf-8").splitlines()[1:]


def entry_titled(title: str, language: str) -> Entry:
    """An article of which the feed has no more than its title."""
    feed = Feed(key="", candidates=("https://h.test/feed",))
    source = Source(id="h", name="H", feeds=(feed,), language=language, language_decides=True)
    parsed = ParsedEntry(guid="1", link="https://h.test/1", title=Text(value=title, html=False))
    document = ParsedFeed(format="rss20", meta=FeedMeta(), entries=(parsed,))
    (item,) = identify("h", document, guids_unreliable=False)
    return normalize(item, source=source, feed=feed, meta=FeedMeta(), now=NOW)


@pytest.mark.parametrize("row", HEADLINES)
def test_the_topic_filter_keeps_what_speaks_of_the_kurds_and_drops_the_rest(row: str) -> None:
    language, about, title, why = row.split("\t")
    source = next(source for source in load(SHIPPED).sources if source.id == "al-jazeera-ar")
    screened = screen(entry_titled(title, language), source.rules, now=NOW)
    assert (screened.ruling is None) == (about == "yes"), (why, screened.reasons)


def test_the_topic_filter_is_for_wide_sources_only() -> None:
    filtered = {source.id for source in load(SHIPPED).sources if source.rules}
    assert len(filtered) >= 20
    kurdish = ("kurdistan24", "anf", "north-press", "rojava", "voa", "diyarname", "esta")
    assert not [one for one in filtered if one.startswith(kurdish)]
    for source in load(SHIPPED).sources:
        assert [rule.name for rule in source.rules] in ([], ["kurdish-topics"])


def test_the_source_in_the_comments_can_be_copied_as_the_comment_says(folder: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    block = re.search(r"^#  - id: my-outlet.*?(?=^#$)", text, re.MULTILINE | re.DOTALL)
    assert block
    extras = re.search(r"^#    interval: 6h.*?(?=^#$)", text, re.MULTILINE | re.DOTALL)
    assert extras
    added = re.sub(r"^#", "", block[0] + extras[0], flags=re.MULTILINE)
    Path("feeds.yaml").write_text(text + "\n" + added, "utf-8")
    config = load("feeds.yaml")
    assert [source.id for source in config.disabled] == ["my-outlet"]


def test_the_keys_in_the_comments_can_be_switched_on_as_the_comments_say(folder: Path) -> None:
    text = SHIPPED.read_text("utf-8")
    switched = re.sub(
        r"^#(?=(serve|review):|  (theme|hubs|host|port): )", "", text, flags=re.MULTILINE
    )
    Path("feeds.yaml").write_text(switched, "utf-8")
    config = load("feeds.yaml")
    assert (config.theme, config.listen) == (folder / "theme", Listen())
    assert config.review == Listen(port=8081)
    assert config.hubs == ("https://hub.example.org/",)
    assert config.search
