"""By what the published tree was made, to notice when all of it is to be made anew. Acts: disk.

Two halves that have to agree: one in the store, one in the tree. A tree that was deleted, or
brought back from another day, or a store that was, is noticed by that.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self
from uuid import uuid4

import aggregator
from aggregator.config import Config
from aggregator.model import Source

_PROGRAM = Path(aggregator.__file__).parent
# Whoever changes one of these rooms changes documents.
_ROOMS = ("config", "judge", "model", "press", "store", "syndicate", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What made the tree as it stands."""

    tree: str = ""  # a name for this tree, new whenever all of it was made
    generation: int = 0  # of the store, that the tree shows
    whole: str = ""  # fingerprint of what every document depends on
    sources: dict[str, str] = field(default_factory=dict)  # of what each source's articles do
    outlets: str = ""  # of what all articles say of other outlets than their own
    editions: tuple[str, ...] = ()  # whose folders there are

    @classmethod
    def of(cls, config: Config) -> Self:
        """What makes the tree, from the files as they are now; `sources` are added `at` a time."""
        return cls(
            whole=_fingerprint(
                repr(
                    (
                        config.site,
                        config.editions,
                        config.entries,
                        config.index_copies,
                        config.hubs,
                        config.search,
                        config.public_takedowns,
                        config.translations,
                    )
                ).encode(),
                *_files(config),
            ),
            outlets=_outlets((*config.sources, *config.disabled)),
            editions=tuple(edition.tag for edition in config.editions),
        )

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Read one; anything else is one that agrees with nothing."""
        try:
            found = json.loads(text or "")
            return cls(**{**found, "editions": tuple(found["editions"])})
        except (ValueError, TypeError, KeyError):
            return cls()

    def text(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def named(self, tree: str = "") -> "Stamp":
        """Give it the name of its tree; "": a new one."""
        return replace(self, tree=tree or uuid4().hex)

    def at(self, sources: Iterable[Source]) -> "Stamp":
        """Say what is shown of each source.

        Args:
            sources: with their rights as they hold at that time.
        """
        return replace(self, sources={source.id: _source(source) for source in sources})

    def changed_sources(self, now: "Stamp") -> tuple[str, ...]:
        """Sources whose articles look different now, or are looked at differently."""
        ids = self.sources.keys() | now.sources.keys()
        return tuple(sorted(i for i in ids if self.sources.get(i) != now.sources.get(i)))


def agree(stored: Stamp, found: Stamp) -> bool:
    """Whether the tree, or the search index, is the one that the store remembers.

    Args:
        stored: the store's half.
        found: the other. Of another generation it is from another day, or the store is; or a crash
            came in the moment between the two, which cannot be told from that.
    """
    return bool(stored.tree) and (stored.tree, stored.generation) == (found.tree, found.generation)


def _source(source: Source) -> str:
    """What an article shows of its source. What the operator only notes is not among it."""
    rights = source.rights
    seen = (
        (source.name, source.homepage, [feed.candidates for feed in source.feeds]),
        (rights.allows, rights.length, rights.images, rights.translate),
        (rights.license, rights.credit, rights.credits),
        rights.status,  # decides what an article's own statement of rights means
    )
    return _fingerprint(repr(seen).encode())


def _outlets(sources: Iterable[Source]) -> str:
    """By what articles of one source name another: as first publisher, or as one that has it."""
    seen = [
        (one.id, one.name, one.homepage, one.language, [feed.candidates for feed in one.feeds])
        for one in sources
    ]
    return _fingerprint(repr(sorted(seen, key=str)).encode())


def _files(config: Config) -> Iterable[bytes]:
    """The operator's files and the program's own, as far as documents are made with them."""
    folders = [config.theme, config.pages, *(_PROGRAM / room for room in _ROOMS)]
    for folder in filter(None, folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield path.relative_to(folder).as_posix().encode()
                with suppress(OSError):  # whoever has use for it says so
                    yield path.read_bytes()


def _fingerprint(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
