"""What the forms of the review page say, and what of it is an edit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

from aggregator.model import Edits, Entry, Ruling
from aggregator.text.html import clean_text

LARGEST: Final = 64_000  # bytes of a form
LONGEST_NAME: Final = 60
LONGEST_TITLE: Final = 500
LONGEST_STANDFIRST: Final = 2_000
LONGEST_REASON: Final = 500
MOST_CATEGORIES: Final = 10

_RULINGS: Final = {"approve": Ruling.PUBLISH, "reject": Ruling.DROP, "save": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says of an entry."""

    action: str  # "approve", "reject" or "save"
    title: str
    standfirst: str
    categories: str  # as written, separated by commas
    language: str  # "": not said
    why: str
    revision: str  # of the entry that they looked at

    @property
    def ruling(self) -> Ruling | None:
        """What is to happen with the entry; None: as before."""
        return _RULINGS[self.action]


def fields(body: bytes) -> dict[str, str]:
    """Read a form (application/x-www-form-urlencoded), the first of each name.

    Raises:
        ValueError: it is none, or has too many fields.
    """
    found: dict[str, str] = {}
    pairs = parse_qsl(
        body.decode("utf-8"), keep_blank_values=True, max_num_fields=50, errors="strict"
    )
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def said(form: Mapping[str, str]) -> Said | None:
    """Read what is said of an entry; None where it is not said what to do."""
    action = form.get("action", "")
    if action not in _RULINGS:
        return None
    return Said(
        action=action,
        title=clean_text(form.get("title", ""))[:LONGEST_TITLE],
        standfirst=clean_text(form.get("standfirst", ""))[:LONGEST_STANDFIRST],
        categories=clean_text(form.get("categories", "")),
        language=form.get("language", ""),
        why=clean_text(form.get("why", ""))[:LONGEST_REASON],
        revision=form.get("revision", ""),
    )


def as_it_is(entry: Entry, language: str | None, revision: int) -> Said:
    """Fill the form with an entry as it is."""
    return Said(
        action="save",
        title=entry.title,
        standfirst=entry.standfirst,
        categories=", ".join(entry.categories),
        language=language or "",
        why="",
        revision=str(revision),
    )


def edits(told: Said, before: Said) -> Edits | None:
    """Return what a person wrote otherwise than it was; None where that is nothing."""
    names = (clean_text(name) for name in told.categories.replace("،", ",").split(","))
    listed = tuple(dict.fromkeys(filter(None, names)))[:MOST_CATEGORIES]
    found = Edits(
        title=told.title if told.title != clean_text(before.title) else None,
        standfirst=(told.standfirst if told.standfirst != clean_text(before.standfirst) else None),
        categories=listed if told.categories != clean_text(before.categories) else None,
    )
    if told.language and told.language != before.language:
        found = replace(found, language=told.language)
    return found if found != Edits() else None
