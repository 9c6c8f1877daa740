"""What one run of publishing knows of all editions: their series, and where each page is. Acts.

Read from the store at the beginning of the run; addresses and neighbors of documents are worked
out from it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Final

from aggregator.config import Config
from aggregator.judge import rights
from aggregator.model import (
    Allowance,
    Counterpart,
    Edition,
    Extent,
    Item,
    Published,
    Rights,
    Series,
    SeriesKind,
    SeriesName,
    Source,
)
from aggregator.store import Store
from aggregator.syndicate import editions
from aggregator.syndicate import series as pieces
from aggregator.syndicate.site import addresses
from aggregator.text.urls import canonical

_NO_RIGHTS: Final = Rights(allows=Extent.HEADLINE)  # nobody answers for them any longer
_KEPT: Final = 10_000  # allowances that documents share
_AT_ONCE: Final = 500  # entries taken from the store
_EDITION: Final = SeriesName(kind=SeriesKind.EDITION, key="")


class Ledger:
    """The series of every edition as they are now, and the rights as they are at one moment.

    Args:
        config: what is published.
        store: what is remembered.
        now: the time of the run: rights hold for all of its documents as they do then.
    """

    def __init__(self, config: Config, store: Store, *, now: datetime) -> None:
        self.config = config
        self.store = store
        self.now = now
        self.followed = tuple(standing(source, now) for source in config.sources)
        known = (
            # Submitted articles' outlets; once they are configured, that counts.
            *store.outlets(config.default_rights),
            # What a disabled source brought keeps its name and its rights.
            *config.disabled,
        )
        self.sources: dict[str, Source] = {
            source.id: source
            for source in (*(standing(one, now) for one in known), *self.followed)
        }
        self._allowed: dict[tuple[int, int], Allowance] = {}
        self._cut_to = editions.cutter(config.site, self.sources, self.allow)
        # Addresses of one article in several languages, as the store compares them.
        self.translations = tuple(
            tuple(filter(None, map(canonical, group))) for group in config.translations
        )
        self.by_id: dict[int, Series] = {}
        self._named: dict[tuple[str, SeriesKind, str], Series] = {}
        for edition in config.editions:
            for one in store.series(edition.tag):
                if _is_of(edition, one):
                    self.by_id[one.id] = one
                    self._named[edition.tag, one.name.kind, one.name.key] = one

    def named(self, tag: str, name: SeriesName) -> Series | None:
        """The series of that name, where it has come into being and is shown."""
        found = self._named.get((tag, name.kind, name.key))
        return found if found is not None and is_shown(found) else None

    def main(self, tag: str) -> Series:
        """The series of all that an edition shows; one without entries where it has none yet."""
        return self.named(tag, _EDITION) or Series(id=0, edition=tag, name=_EDITION, count=0)

    @cached_property
    def shown(self) -> dict[str, dict[SeriesKind, tuple[Series, ...]]]:
        """The series of each edition that have pages, by kind, the longest first."""
        found: dict[str, dict[SeriesKind, list[Series]]] = {
            edition.tag: {kind: [] for kind in SeriesKind} for edition in self.config.editions
        }
        for one in self.by_id.values():
            if is_shown(one):
                found[one.edition][one.name.kind].append(one)
        return {
            tag: {
                kind: tuple(sorted(some, key=lambda one: (-one.count, one.name.key)))
                for kind, some in kinds.items()
            }
            for tag, kinds in found.items()
        }

    # --- how much is shown --------------------------------------------------------------------

    def allow(self, entry: Published) -> Allowance:
        """How much of an entry may be shown today; of a source that is no more, the headline."""
        # A person's words take no credit away that an agency has in the publisher's.
        read = entry.read or entry.entry
        # One entry stands in many documents. A visit may change it meanwhile: so not by number.
        key = entry.sequence, hash(read)
        if key not in self._allowed:
            if len(self._allowed) >= _KEPT:
                self._allowed.clear()
            source = self.sources.get(entry.source_id)
            held = source.rights if source else _NO_RIGHTS
            self._allowed[key] = rights.allowance(held, read, now=self.now)
        return self._allowed[key]

    def cut(self, entry: Published, most: Extent = Extent.FULL) -> Item:
        """Cut an entry to what may be shown of it, and to no more than `most`."""
        return self._cut_to(entry, most)

    def naming_others(self) -> Iterator[int]:
        """The sequences of entries that may name other outlets than their own source.

        It goes through everything: for when an outlet has another name, or is new or no more.
        """
        for edition in self.config.editions:
            one = self.main(edition.tag)
            for first in range(1, one.count + 1, _AT_ONCE):
                for entry in self.store.stretch(one.id, first, first + _AT_ONCE - 1):
                    if editions.may_name_others(entry, self.sources.get(entry.source_id)):
                        yield entry.sequence

    # --- the same thing elsewhere -----------------------------------------------------------

    def elsewhere(self, one: Series) -> tuple[Series, ...]:
        """The same series in the other editions, where they have it."""
        others = (
            self.named(edition.tag, one.name)
            for edition in self.config.editions
            if edition.tag != one.edition
        )
        return tuple(other for other in others if other is not None)

    def counterparts(self, one: Series) -> tuple[Counterpart, ...]:
        """The index pages of the same series in the other editions."""
        return tuple(
            Counterpart(tag=other.edition, path=index_path(other.edition, other.name))
            for other in self.elsewhere(one)
        )

    def pages_of(
        self, edition: Edition, entry: Published, translations: Iterable[Published]
    ) -> tuple[Counterpart, ...]:
        """An article's pages elsewhere: its translations, then itself in other editions.

        The last one for an edition is where the language switcher leads: rather the same words.
        """
        return tuple(
            Counterpart(
                tag=other.tag,
                path=addresses.article(other.tag, str(one.sequence)),
                language=one.language,
            )
            for one in (*translations, entry)
            for other in self.config.editions
            if one.language in other.languages
            and (other.tag != edition.tag or one.sequence != entry.sequence)
        )


def standing(source: Source, now: datetime) -> Source:
    """A source with its rights as they hold at a moment."""
    return replace(source, rights=rights.standing(source.rights, now=now))


def is_shown(one: Series) -> bool:
    """Whether a series has pages and feeds: a tag that was used once is no category."""
    return one.count >= least(one)


def least(one: Series) -> int:
    """How many entries make a series one that is shown."""
    return pieces.LEAST_OF_CATEGORY if one.name.kind is SeriesKind.CATEGORY else 1


def _is_of(edition: Edition, one: Series) -> bool:
    """Whether an edition has such lists now: of one language, where it shows several."""
    if one.name.kind is not SeriesKind.LANGUAGE:
        return True
    return len(edition.languages) > 1 and one.name.key in edition.languages


def folder(tag: str, name: SeriesName) -> str:
    """The folder that a series has its feeds in."""
    match name.kind:
        case SeriesKind.EDITION:
            return tag
        case SeriesKind.MONTH:
            return f"{tag}/archive/{name.key.replace('-', '/')}"
        case kind:
            return f"{tag}/{kind}/{name.key}"


def index_path(tag: str, name: SeriesName) -> str:
    """The page that shows the newest of a series."""
    return f"{folder(tag, name)}/index.html"


def page_path(tag: str, name: SeriesName, number: int) -> str:
    """A finished page of a series."""
    return f"{folder(tag, name)}/page/{number}.html"
