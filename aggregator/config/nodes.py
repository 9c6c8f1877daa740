"""YAML text -> a tree of nodes that know their line and column.  Pure.

The only file that meets ruamel.yaml. The tree is built from the parser's events, without
recursion and with bounds, because the library's own loaders stop at the first duplicate key and
recurse until they fall over on 20,000 opening brackets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from aggregator.errors import Mistake

DEEPEST = 20
MOST = 200_000  # nodes, where an alias counts as all that it stands for

_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?|[-+]?\.inf|\.nan", re.IGNORECASE)
_HEX_OR_OCTAL = re.compile(r"0(x[0-9a-f]+|o[0-7]+|b[01]+)", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?")
_NULLS = {"", "~", "null"}
_TRUE, _FALSE = {"true", "yes", "on", "y"}, {"false", "no", "off", "n"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands in the file. Lines and columns count from 1."""

    line: int
    column: int

    def mistake(self, message: str) -> Mistake:
        """A mistake at this place."""
        return Mistake(line=self.line, column=self.column, message=message)


@dataclass(slots=True, kw_only=True)
class Scalar:
    """One value as it is written."""

    place: Place
    text: str
    plain: bool = False  # without quotes, so that YAML may take it for no text

    @property
    def reads_as(self) -> str:
        """What YAML programs take it for: text, nothing, true, false, a number or a time.

        The traps of YAML 1.1 (`no`, `12:30:45`) count, since other programs and people's
        memory of them live on; dates stay text.
        """
        word = self.text.lower()
        if not self.plain:
            return "text"
        for kind, words in (("nothing", _NULLS), ("true", _TRUE), ("false", _FALSE)):
            if word in words:
                return kind
        if _SEXAGESIMAL.fullmatch(word):
            return "time"
        if _NUMBER.fullmatch(word) or _HEX_OR_OCTAL.fullmatch(word):
            return "number"
        return "text"


@dataclass(slots=True, kw_only=True)
class Sequence:
    """A list."""

    place: Place
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Mapping:
    """Keys with their values; `places` says where each key stands.

    A key that was there before is among the `repeats`, with its value, in file order.
    """

    place: Place
    entries: dict[str, "Node"] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    repeats: list[tuple[Scalar, "Node"]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


class SyntaxProblem(Exception):  # noqa: N818 - it is a problem of the text, not of ours
    """The text is not YAML, or goes beyond a bound (`final`: no mending helps).

    `opened` is where the part that is broken began.
    """

    def __init__(
        self, place: Place, problem: str, *, opened: Place | None = None, final: bool = False
    ) -> None:
        self.place = place
        self.problem = problem
        self.opened = opened
        self.final = final
        super().__init__(problem)


def read(text: str) -> tuple[Node | None, tuple[Mistake, ...]]:
    """The tree of the one document in `text`, and mistakes that leave a tree standing.

    Raises:
        SyntaxProblem: at the first place where the text cannot be understood.
    """
    builder = _Builder()
    for event in _events(text):
        if not builder.take(event):
            break
    return builder.root, tuple(builder.mistakes)


def _events(text: str) -> Iterator[Any]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else Place(line=1, column=1)
        opened = _place(error.context_mark) if error.context_mark else None
        problem = str(error.problem or error.context)
        raise SyntaxProblem(place, problem, opened=opened) from error


def _place(mark: Any) -> Place:
    return Place(line=mark.line + 1, column=mark.column + 1)


@dataclass(slots=True)
class _Open:
    """A collection that has begun and not ended."""

    node: Sequence | Mapping
    anchor: str | None
    key: Scalar | None = None  # of a mapping: the key that waits for its value
    skips: bool = False  # the waiting key cannot be used, nor can its value
    size: int = 1
    height: int = 1


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self.mistakes: list[Mistake] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._documents = 0

    def take(self, event: Any) -> bool:
        """The next event of the parser; False at the end of all that is read."""
        place = _place(event.start_mark)
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self.mistakes.append(
                        place.mistake(
                            "a second document begins here, with ---; feeds.yaml is one, so "
                            "remove this line"
                        )
                    )
                    return False
            case AliasEvent():
                self._alias(event.anchor, place)
            case ScalarEvent():
                tag = self._tagged(event, place)
                text = f"{tag} {event.value}" if tag else event.value
                plain = event.style is None and not tag
                self._add(Scalar(place=place, text=text, plain=plain), 1, 0, event.anchor)
            case CollectionStartEvent():
                self._tagged(event, place)
                self._not_too_deep(place, 1)
                kind = Mapping if isinstance(event, MappingStartEvent) else Sequence
                self._stack.append(_Open(kind(place=place), event.anchor))
            case CollectionEndEvent():
                ended = self._stack.pop()
                self._add(ended.node, ended.size, ended.height, ended.anchor)
            case _:
                pass
        return True

    def _tagged(self, event: Any, place: Place) -> str:
        """The tag in front of a node, "" where there is none; one is a mistake."""
        tag = str(event.ctag or "").replace("tag:yaml.org,2002:", "!!")
        if tag in {"", "None"}:
            return ""
        self.mistakes.append(
            place.mistake(
                f"`{tag}` in front of a value means something special in YAML that feeds.yaml "
                "does not use; remove it, or put the whole text in quotes"
            )
        )
        return tag

    def _alias(self, name: str, place: Place) -> None:
        if name not in self._anchors:
            raise SyntaxProblem(
                place,
                f"`*{name}` points to a value marked `&{name}` earlier in the file, and there is "
                "none; a text that begins with * must be in quotes",
            )
        node, size, height = self._anchors[name]
        self._not_too_deep(place, height)
        self._add(node, size, height, None)

    def _not_too_deep(self, place: Place, height: int) -> None:
        if len(self._stack) + height > DEEPEST:
            raise SyntaxProblem(
                place,
                f"lists and groups are nested more than {DEEPEST} deep here; "
                "feeds.yaml needs no more than 7",
                final=True,
            )

    def _add(self, node: Node, size: int, height: int, anchor: str | None) -> None:
        """Hang a finished node under the collection that is open, or make it the root."""
        if anchor:
            self._anchors[anchor] = (node, size, height)
        if not self._stack:
            self.root = node
            return
        above = self._stack[-1]
        above.size += size
        above.height = max(above.height, height + 1)
        if above.size > MOST:
            raise SyntaxProblem(
                node.place,
                f"the file grows beyond {MOST:,} values here; write fewer *aliases of lists",
                final=True,
            )
        if isinstance(above.node, Sequence):
            above.node.items.append(node)
        elif above.key is None and not above.skips:
            self._key(above, above.node, node)
        else:
            if above.key is not None:
                value = _nearer(node, above.key.place)
                if above.key.text in above.node.entries:
                    above.node.repeats.append((above.key, value))
                else:
                    above.node.entries[above.key.text] = value
            above.key, above.skips = None, False

    def _key(self, above: _Open, mapping: Mapping, node: Node) -> None:
        above.skips = True
        if not isinstance(node, Scalar):
            self.mistakes.append(
                node.place.mistake("a key must be one word such as `url`, not a list or a group")
            )
        else:
            above.key, above.skips = node, False
            mapping.places.setdefault(node.text, node.place)


def _nearer(node: Node, key: Place) -> Node:
    """A value that is not there is looked for at its key, not where the next line begins."""
    if isinstance(node, Scalar) and node.plain and not node.text:
        return Scalar(place=key, text="", plain=True)
    return node
