"""Trying rules on a document before anything is stored: `parse URL|FILE --source S`."""

import json

import pytest

from aggregator.config import load
from aggregator.preview import preview

pytestmark = pytest.mark.anyio

SOURCES = """\
  - id: wide
    name: Wide World
    url: https://wide.example/feed
    language: en
    rules:
      - {name: sport, when: {category: Sport*}, tag: Sport}
      - name: topics
        unless: {text: [Kurd*, Rojava]}
        then: drop
      - {name: analysis, when: {title: Analysis}, then: hold}
"""
ITEM = (
    "<item><title>{title}</title><guid>{title}</guid><category>{category}</category>"
    "<description>Rain at last over the fields of the north.</description></item>"
)


@pytest.fixture
def document(tmp_path):
    items = (
        ITEM.format(title="Kurdish farmers", category="Economy"),
        ITEM.format(title="Cup final", category="Sports"),
        ITEM.format(title="Analysis: Rojava and rain", category="Economy"),
    )
    path = tmp_path / "feed.xml"
    path.write_text(
        f"<rss version='2.0'><channel><title>W</title>{''.join(items)}</channel></rss>"
    )
    return path


@pytest.fixture
def configured(tmp_path, config):
    (tmp_path / "feeds.yaml").write_text(config + SOURCES, encoding="utf-8")
    return load(tmp_path / "feeds.yaml")


async def test_parse_says_which_rules_fit_each_article_and_what_they_did(
    document, configured, capsys
):
    await preview(str(document), config=configured, source_id="wide", as_json=False)
    printed = capsys.readouterr().out
    kurdish, cup, analysis = printed.split("\n\n")[1:]
    assert "\nrule " not in kurdish
    assert "publish: " in kurdish
    assert "rule sport: category has “Sports” -> tag “Sport”" in cup
    assert "rule topics: text has none of “Kurd*”, “Rojava” -> drop" in cup
    assert "drop: by that rule" in cup
    assert "rule analysis: title has “Analysis” -> hold" in analysis


async def test_parse_says_the_same_to_programs(document, configured, capsys):
    await preview(str(document), config=configured, source_id="wide", as_json=True)
    articles = json.loads(capsys.readouterr().out)["articles"]
    assert [article["ruling"] for article in articles] == ["publish", "drop", "hold"]
    assert articles[0]["rules"] == []
    assert articles[2]["rules"] == ["rule analysis: title has “Analysis” -> hold"]
    assert articles[1]["categories"] == ["Sports", "Sport"]


async def test_a_document_of_no_source_is_read_without_rules(document, configured, capsys):
    await preview(str(document), config=configured, source_id=None, as_json=True)
    articles = json.loads(capsys.readouterr().out)["articles"]
    assert [article["rules"] for article in articles] == [[], [], []]
