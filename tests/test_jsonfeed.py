"""What subscribers get as JSON Feed 1.1, byte for byte, and the rules that it keeps."""

import json
import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.gather.feed import read
from aggregator.model import Enclosure, Fetched
from aggregator.syndicate.jsonfeed import MEDIA_TYPE, NAME, render
from aggregator.syndicate.metadata import files

HERE = Path(__file__).parent
CASES = sorted((HERE / "corpus" / "pages").glob("*.json"))
GOLDEN = HERE / "golden"
REGENERATE = bool(os.environ.get("REGENERATE_GOLDEN"))
EN, ARCHIVED, SUBSCRIBED = (
    HERE / f"corpus/pages/{name}.json" for name in ("en", "archived", "subscribed")
)

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ADDRESS = re.compile(r"https?://[!-~]+")
FEED = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "next_url": str,
    "language": str,
    "authors": list,
    "hubs": list,
    "items": list,
}
ITEM = {
    "id": str,
    "url": str,
    "title": str,
    "summary": str,
    "content_html": str,
    "date_published": str,
    "date_modified": str,
    "language": str,
    "authors": list,
    "tags": list,
    "image": str,
    "attachments": list,
    "_source": dict,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_we_publish_is_what_stands_in_golden(laid_out, case):
    document = render(laid_out(case, NAME))
    golden = GOLDEN / f"{case.stem}.feed.json"
    if REGENERATE:
        golden.write_bytes(document.body)
    assert document.body.decode() == golden.read_bytes().decode()


def test_every_golden_document_has_its_case():
    goldens = {file.name for file in GOLDEN.glob("*.feed.json")}
    assert goldens == {f"{case.stem}.feed.json" for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_same_page_gives_the_same_bytes(laid_out, case):
    assert render(laid_out(case, NAME)) == render(laid_out(case, NAME))


def shaped(found, shape):
    """Every member is known, of its type, and not empty but for the items."""
    for key, value in found.items():
        assert isinstance(value, shape[key]), key
        assert value or key == "items", key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_document_keeps_the_rules_of_json_feed_11(laid_out, case):
    page = laid_out(case, NAME)
    document = render(page)
    assert (document.path, document.media_type) == (page.path, MEDIA_TYPE)
    feed = json.loads(document.body)
    shaped(feed, FEED)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{page.site.url}/{page.path}"
    assert feed.get("next_url") != feed["feed_url"]
    assert all(ADDRESS.fullmatch(feed[key]) for key in ("home_page_url", "feed_url"))
    assert ADDRESS.fullmatch(feed.get("next_url", feed["feed_url"]))
    assert all(hub.keys() == {"type", "url"} for hub in feed.get("hubs", ()))
    assert all(author.keys() <= {"name", "url"} for author in feed["authors"])
    assert [item["id"] for item in feed["items"]] == [item.id for item in page.items]
    for found, item in zip(feed["items"], page.items, strict=True):
        shaped(found, ITEM)
        assert {"id", "title", "content_html", "date_published", "_source"} <= found.keys()
        for key, date in (("date_published", item.published), ("date_modified", item.updated)):
            assert RFC3339.fullmatch(found[key])
            assert datetime.fromisoformat(found[key]) == date
        assert all(author["name"] for author in found["authors"])
        assert all(author.keys() <= {"name", "url"} for author in found["authors"])
        assert len(set(found.get("tags", ()))) == len(found.get("tags", ()))
        assert all(ADDRESS.fullmatch(found[key]) for key in {"url", "image"} & found.keys())
        for file in found.get("attachments", []):
            assert file.keys() <= {"url", "mime_type", "size_in_bytes"}
            assert file["mime_type"].count("/") == 1
            assert ADDRESS.fullmatch(file["url"])
            assert file.get("size_in_bytes", 1) > 0
        assert found["_source"]["name"]
        assert found["_source"]["name"] in page_names(item)


def page_names(item):
    return {item.source.name, item.source.name.replace("\u202e", "")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_written_is_read_back_by_our_own_grammar(laid_out, case):
    page = laid_out(case, NAME)
    document = render(page)
    parsed = read(
        Fetched(
            url=f"{page.site.url}/{page.path}",
            content_type=MEDIA_TYPE,
            content_language=None,
            body=document.body,
            received=len(document.body),
            validators=None,
            fresh_until=None,
            moved_to=None,
            conditional=False,
        )
    )
    assert (parsed.format, parsed.flaws, parsed.hubs) == ("json11", (), page.hubs)
    for entry, item in zip(parsed.entries, page.items, strict=True):
        assert (entry.guid, entry.guid_is_permalink) == (
            item.id,
            entry.link is not None and not item.link,
        )
        assert datetime.fromisoformat(entry.published) == item.published
        assert {file.url for file in entry.enclosures} == {file.url for file in files(item)}


def test_the_publishers_page_is_the_url_of_an_item(laid_out):
    page = laid_out(EN, NAME)
    items = json.loads(render(page).body)["items"]
    assert [item.get("url") for item in items] == [item.link for item in page.items]
    assert not any("external_url" in item for item in items)


def test_an_archive_leads_to_the_one_before_it(laid_out):
    page = laid_out(ARCHIVED, NAME)
    feed = json.loads(render(page).body)
    assert feed["next_url"] == f"{page.site.url}/fr/archive/1/feed.json"
    assert "next_url" not in json.loads(render(replace(page, prev_archive=None)).body)


def test_hubs_are_named(laid_out):
    page = laid_out(SUBSCRIBED, NAME)
    hubs = json.loads(render(page).body)["hubs"]
    assert hubs == [{"type": "WebSub", "url": hub} for hub in page.hubs]


PICTURE = Enclosure(url="https://a.example/p.jpg", media_type="image/jpeg")
SECOND = Enclosure(url="https://a.example/q", medium="image")
SOUND = Enclosure(url="https://a.example/s.mp3", media_type="audio/mpeg", length=7)
FILES = [
    ((), None, []),
    ((PICTURE,), "p.jpg", []),
    ((SOUND, PICTURE, SECOND), "p.jpg", ["s.mp3", "q"]),
    ((SOUND,), None, ["s.mp3"]),
]


@pytest.mark.parametrize(("enclosed", "image", "attached"), FILES)
def test_the_first_image_is_the_image_and_all_else_is_attached(
    laid_out, enclosed, image, attached
):
    page = laid_out(EN, NAME)
    page = replace(page, items=(replace(page.items[0], enclosures=enclosed),))
    (item,) = json.loads(render(page).body)["items"]
    assert item.get("image") == (f"https://a.example/{image}" if image else None)
    assert [file["url"].rpartition("/")[2] for file in item.get("attachments", [])] == attached
