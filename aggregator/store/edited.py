"""What a person wrote in place of the publisher's, laid over an entry. Pure."""

from dataclasses import fields, replace
from typing import Final

from aggregator.model import Edits, Entry
from aggregator.store.rows import load

SAID: Final = "a person said so"
"""The reason of a language that a person gave."""


def load_edits(written: str | None) -> Edits | None:
    """Read `entries.edits`; None where nobody edited the entry."""
    edits = None if written is None else load(Edits, written)
    return None if edits == Edits() else edits


def apply(entry: Entry, edits: Edits | None) -> Entry:
    """Return an entry as it is to be shown: what a person wrote stands in its place."""
    if edits is None:
        return entry
    if edits.title is not None:
        # One that was made of the text is no more there, nor what is said of it.
        flags = tuple(flag for flag in entry.flags if flag != "title-missing")
        entry = replace(entry, title=edits.title, flags=flags)
    if edits.standfirst is not None:
        entry = replace(entry, standfirst=edits.standfirst)
    if edits.categories is not None:
        entry = replace(entry, categories=edits.categories)
    if edits.language is not None:
        entry = replace(entry, language=edits.language, language_reason=SAID)
    return entry


def merge(before: Edits | None, more: Edits) -> Edits | None:
    """Lay new edits over earlier ones; None where nothing is left of either."""
    said = {f.name: value for f in fields(more) if (value := getattr(more, f.name)) is not None}
    edits = replace(before or Edits(), **said)
    return None if edits == Edits() else edits
