"""Articles of `corpus/pairs/`: two by two, as two sources bring them."""

import tomllib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aggregator.model import Entry, EntryKey, Identity, Origin
from aggregator.text import html, urls

FOLDER = Path(__file__).parent / "corpus" / "pairs"
DAY = "2026-11-24T"


@dataclass(frozen=True)
class Pair:
    name: str
    expect: str
    why: str
    reason: str
    found: bool
    one: Entry
    other: Entry


def pairs():
    """All pairs of all files."""
    return [pair for path in sorted(FOLDER.glob("*.toml")) for pair in _read(path)]


def _read(path):
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    for number, row in enumerate(said["pairs"], start=1):
        articles = [
            entry(row[which], source, said["language"], said.get("paragraphs", {}))
            for which, source in (("one", "first"), ("other", "second"))
        ]
        yield Pair(
            name=f"{path.stem} {number}: {row['why'][:50]}",
            expect=row["expect"],
            why=row["why"],
            reason=row.get("reason", ""),
            found=row.get("found", row["expect"] == "same"),
            one=articles[0],
            other=articles[1],
        )


def entry(article, source, language="en", paragraphs=None, at="08:00"):
    """An article of a file, or one like it, in the article format."""
    texts = [
        (paragraphs or {})[text[1:]] if text.startswith("@") else text
        for text in article.get("text", ())
    ]
    at = article.get("at", at)
    published = datetime.fromisoformat(at if "T" in at else f"{DAY}{at}:00+00:00")
    guid = article.get("guid", f"{source} {article['title']} {at}")
    link = article.get("link", f"https://{source}.example/{zlib.crc32(guid.encode())}")
    return Entry(
        key=EntryKey(source_id=source, guid=guid),
        identity=Identity.GUID,
        digest=f"2:{guid}",
        address=urls.canonical(link),
        same_story=None,
        link=link,
        title=article["title"],
        standfirst=article.get("standfirst", ""),
        body=html.from_plain("\n\n".join(texts)),
        published=published.astimezone(UTC),
        updated=None,
        byline=(),
        lead_image=None,
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        language=article.get("language", language),
        language_reason="the file says so",
        origin=Origin(title=article["origin"]) if "origin" in article else None,
    )
