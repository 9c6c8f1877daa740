"""The bundled sources as data: what each has published at a step of the world's life. Pure.

And what else is bundled: their pictures, and pages as an operator writes them.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final, Literal

Format = Literal["rss20", "rss10", "atom10", "json11"]
Behavior = Literal["plain", "slow", "broken", "challenge", "moved", "unstable"]
DateStyle = Literal["rfc822", "rfc3339", "levantine", "maghreb", "kurmanji", "none"]
Fate = Literal["copy", "drop", "hold", "late", "excerpt"]

UNSEEN: Final[frozenset[Fate]] = frozenset({"copy", "drop", "hold"})
"""What becomes of articles that have no page of their own with us, unless somebody approves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a bundled source, as it is told at some step."""

    guid: str
    path: str
    title: str
    standfirst: str
    body: str
    byline: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime
    updated: datetime | None = None
    image: str | None = None  # its path
    translations: tuple[tuple[str, str], ...] = ()  # language and path, as the feed says it
    fate: Fate | None = None  # what our rules, rights and duplicates make of it; None: shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """An article that its outlet took back."""

    guid: str
    path: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A bundled source: an outlet of the demo world."""

    id: str
    name: str
    language: str  # the operator's prior in feeds.yaml
    declares: str | None  # the tag that its feed carries, right or wrong
    format: Format
    behavior: Behavior
    date_style: DateStyle
    utc_offset: timedelta
    rights: dict[str, Any]
    copyright: str | None
    tagline: str
    stories: tuple[dict[str, Any], ...]
    settings: dict[str, Any] = field(default_factory=dict)  # further keys in feeds.yaml

    def articles(self, step: int, start: datetime) -> tuple[Article, ...]:
        """Tell what is published at `step`, newest first.

        Args:
            step: the world's age in steps; 0 is its first moment.
            start: when the world began; ages in the data count back from it.
        """
        told = [
            _tell(story, step, start)
            for story in self.stories
            if story.get("appears", 0) <= step < story.get("disappears", step + 1)
            and not _is_withdrawn(story, step)
        ]
        return tuple(sorted(told, key=lambda article: article.published, reverse=True))

    def deleted(self, step: int, start: datetime) -> tuple[Deleted, ...]:
        """Tell what was taken back until `step`; see `articles`."""
        return tuple(
            Deleted(
                guid=story["guid"],
                path=story["path"],
                when=start + STEP * story["withdrawn"]["step"],
            )
            for story in self.stories
            if _is_withdrawn(story, step)
        )


def _is_withdrawn(story: dict[str, Any], step: int) -> bool:
    return "withdrawn" in story and step >= story["withdrawn"]["step"]


STEP = timedelta(seconds=15)  # how long a step of the living world lasts


def _tell(story: dict[str, Any], step: int, start: datetime) -> Article:
    appears = story.get("appears", 0)
    published = start + STEP * appears - timedelta(minutes=story.get("minutes_ago", 0))
    article = Article(
        guid=story["guid"],
        path=story["path"],
        title=story["title"],
        standfirst=story.get("standfirst", ""),
        body=story.get("body", "").strip(),
        byline=tuple(story.get("byline", ())),
        categories=tuple(story.get("categories", ())),
        published=published,
        image=story.get("image"),
        translations=tuple(story.get("hreflang", {}).items()),
        fate=story.get("fate"),
    )
    correction = story.get("correction")
    if correction is None or step < correction["step"]:
        return article
    return replace(
        article,
        title=correction.get("title", article.title),
        standfirst=correction.get("standfirst", article.standfirst),
        body=correction.get("body", article.body).strip(),
        updated=start + STEP * correction["step"],
    )


def stations() -> tuple[Station, ...]:
    """Read all bundled sources, in the order of their file names."""
    folder = files("aggregator.demo") / "sources"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(_station(tomllib.loads((folder / name).read_text("utf-8"))) for name in names)


def picture(path: str) -> bytes:
    """Read the bundled picture that a source has at a path such as `/images/dam.webp`.

    They were drawn for the demo, by a program.
    """
    return (files("aggregator.demo") / "pictures" / path.rpartition("/")[2]).read_bytes()


def operator_pages() -> Iterator[tuple[str, str]]:
    """Read the pages that the operator of the demo wrote: file name and Markdown of each."""
    for file in (files("aggregator.demo") / "pages").iterdir():
        if file.name.endswith(".md"):
            yield file.name, file.read_text("utf-8")


def same_stories(stations: Iterable[tuple[Station, str]]) -> list[list[str]]:
    """Tell which articles are one in several languages, where only the operator knows it.

    Args:
        stations: each with scheme, host and port of its server.

    Returns:
        For each story the addresses of its articles, two or more.
    """
    told: defaultdict[str, list[str]] = defaultdict(list)
    for station, origin in stations:
        for story in station.stories:
            if "same_story" in story:
                told[story["same_story"]].append(origin + story["path"])
    return [addresses for addresses in told.values() if len(addresses) > 1]


def _station(data: dict[str, Any]) -> Station:
    return Station(
        id=data["id"],
        name=data["name"],
        language=data["language"],
        declares=data.get("declares"),
        format=data["format"],
        behavior=data.get("behavior", "plain"),
        date_style=data.get("date_style", "rfc822"),
        utc_offset=timedelta(hours=data.get("utc_offset", 3)),
        rights=data.get("rights", {"allows": "excerpt"}),
        copyright=data.get("copyright"),
        tagline=data.get("tagline", ""),
        stories=tuple(data.get("articles", ())),
        settings=data.get("settings", {}),
    )
