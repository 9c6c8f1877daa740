"""Keys that stand twice in one group, and the dash that is missing before them.  Pure."""

from collections.abc import Iterator

from aggregator.config.nodes import Mapping, Node, Scalar, Sequence
from aggregator.errors import Mistake


def repeated_keys(root: Mapping) -> Iterator[Mistake]:
    """Each key that is there again; those of a source or rule without its dash are told as one."""
    sources = _listed(root, "sources")
    rules = _listed(root, "rules")
    for source in _below(root.entries.get("sources")):
        rules |= _listed(source, "rules")
    seen: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias leads here once more
            continue
        seen.add(id(node))
        waiting += _below(node)
        if isinstance(node, Mapping):
            what = "source" if id(node) in sources else "rule" if id(node) in rules else None
            yield from _in_group(node, what)


def _listed(group: Node, key: str) -> set[int]:
    """The list under `key` and its items; a list of one without its dash is a group itself."""
    listed = group.entries.get(key) if isinstance(group, Mapping) else None
    return {id(one) for one in (listed, *_below(listed)) if one is not None}


def _below(node: Node | None) -> list[Node]:
    if isinstance(node, Mapping):
        return [*node.entries.values(), *(value for _, value in node.repeats)]
    return list(node.items) if isinstance(node, Sequence) else []


def _in_group(group: Mapping, what: str | None) -> Iterator[Mistake]:
    for run in _runs(group.repeats):
        key, value = run[0]
        in_a_line = group.places[key.text].line == key.place.line  # {id: a, id: b}
        if what and not in_a_line and _begins_another(what, [key.text for key, _ in run]):
            said = f"{key.text}: {value.text if isinstance(value, Scalar) else '...'}"
            dash = " " * max(0, key.place.column - 3)
            yield key.place.mistake(
                f"this begins another {what}; did you forget the dash: `{dash}- {said}`?"
            )
            continue
        for key, _ in run:
            line = group.places[key.text].line
            yield key.place.mistake(
                f"`{key.text}` is written twice in this group, first on line {line}; "
                "keep one of the two"
            )


def _runs(repeats: list[tuple[Scalar, Node]]) -> list[list[tuple[Scalar, Node]]]:
    """Cut where a key comes back once more: a third source begins."""
    runs: list[list[tuple[Scalar, Node]]] = []
    for key, value in repeats:
        if not runs or any(key.text == before.text for before, _ in runs[-1]):
            runs.append([])
        runs[-1].append((key, value))
    return runs


def _begins_another(what: str, again: list[str]) -> bool:
    """A second `url` alone is a slip; with a second `name` it belongs to another source."""
    if what == "rule":
        return "name" in again
    return "id" in again or len({"name", "url", "feeds"}.intersection(again)) > 1
