"""Keys that stand twice in one group, and the dash that is missing before them.  Pure."""

from collections.abc import Iterator

from aggregator.config.nodes import Mapping, Node, Scalar, Sequence
from aggregator.errors import Mistake


def repeated_keys(root: Mapping) -> Iterator[Mistake]:
    """Each key that is there again; those of a source without its dash are told as one."""
    listed = root.entries.get("sources")
    sources = {id(one) for one in (listed, *_below(listed))}
    seen: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias leads here once more
            continue
        seen.add(id(node))
        waiting += _below(node)
        if isinstance(node, Mapping):
            yield from _in_group(node, is_source=id(node) in sources)


def _below(node: Node | None) -> list[Node]:
    if isinstance(node, Mapping):
        return [*node.entries.values(), *(value for _, value in node.repeats)]
    return list(node.items) if isinstance(node, Sequence) else []


def _in_group(group: Mapping, *, is_source: bool) -> Iterator[Mistake]:
    for run in _runs(group.repeats):
        key, value = run[0]
        in_a_line = group.places[key.text].line == key.place.line  # {id: a, id: b}
        if is_source and not in_a_line and _begins_a_source([key.text for key, _ in run]):
            said = f"{key.text}: {value.text if isinstance(value, Scalar) else '...'}"
            dash = " " * max(0, key.place.column - 3)
            yield key.place.mistake(
                f"this begins another source; did you forget the dash: `{dash}- {said}`?"
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


def _begins_a_source(again: list[str]) -> bool:
    """A second `url` alone is a slip; with a second `name` it belongs to another source."""
    return "id" in again or len({"name", "url", "feeds"}.intersection(again)) > 1
