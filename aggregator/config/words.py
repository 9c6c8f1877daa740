"""pydantic's errors -> mistakes with a place and a sentence for people.  Pure.

pydantic itself is heard only on what is missing, unknown or of another form (text, list, group);
the kinds bring sentences of their own. No word of its jargon gets out.
"""

from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails

from aggregator.config.addresses import named_host
from aggregator.config.forms import GROUP, LIST, TEXT
from aggregator.config.kinds import nearest, shown, simple
from aggregator.config.nodes import Mapping, Node, Place, Scalar, Sequence
from aggregator.config.shapes import fields_by_path
from aggregator.errors import Mistake

FIELDS = fields_by_path()

# Groups of one name that differ in their keys, and what is said of a key of the other one.
_TWINS: dict[tuple[str, ...], tuple[tuple[str, ...], str]] = {
    ("sources", "rules"): (
        ("rules",),
        "is for rules at the top of the file; this rule is for its source alone, so remove it",
    ),
    ("defaults", "rights"): (
        ("sources", "rights"),
        "is said of each source, in its own `rights`; here only allows and images can stand",
    ),
}

# What people write -> the keys that may be meant, in order. Only one that the group has is named.
_INSTEAD = {
    "action": ("then",),
    "address": ("url", "to", "host"),
    "author": ("byline",),
    "authors": ("byline",),
    "bind": ("host",),
    "contact": ("owner_email",),
    "content": ("body",),
    "cron": ("interval",),
    "database": ("store",),
    "db": ("store",),
    "dedupe": ("duplicates",),
    "delay": ("publish_delay",),
    "design": ("theme",),
    "dir": ("to",),
    "do": ("then",),
    "email": ("owner_email",),
    "embargo": ("publish_delay",),
    "every": ("interval",),
    "exclude": ("except", "unless"),
    "expiry": ("expires",),
    "feed": ("url", "sources"),
    "filter": ("rules",),
    "filters": ("rules",),
    "folder": ("to",),
    "frequency": ("interval",),
    "href": ("url",),
    "headline": ("title",),
    "hreflang": ("translations",),
    "if": ("when",),
    "inactive": ("disabled",),
    "lang": ("language", "languages", "words"),
    "layout": ("theme",),
    "licence": ("license",),
    "limit": ("entries", "max_body"),
    "link": ("url", "homepage", "address"),  # RSS's word; the planet family's for the homepage
    "listen": ("serve", "host"),
    "mail": ("owner_email",),
    "match": ("when",),
    "moderate": ("hold",),
    "moderation": ("review", "hold"),
    "not": ("unless",),
    "only": ("sources",),
    "outlets": ("sources",),
    "output": ("publish", "to"),
    "owner": ("owner_name",),
    "path": ("to",),
    "period": ("interval",),
    "pubsubhubbub": ("hubs",),
    "queue": ("review",),
    "refresh": ("interval",),
    "regex": ("pattern",),
    "regexp": ("pattern",),
    "remove": ("strip",),
    "rss": ("url",),
    "selector": ("strip",),
    "selectors": ("strip",),
    "server": ("serve",),
    "since": ("granted",),
    "skin": ("theme",),
    "summary": ("body",),
    "templates": ("theme",),
    "timeout": ("deadline",),
    "title": ("name",),
    "until": ("expires",),
    "uri": ("url", "address"),
    "url": ("address",),
    "urls": ("url",),
    "website": ("homepage", "site"),
    "websub": ("hubs",),
    "xmlurl": ("url",),
}


def guess_key(path: tuple[str, ...], written: str, group: Mapping) -> str | None:
    """The key of the group at `path` that was probably meant; one that is there is not."""
    if written in FIELDS.get((*path, "when"), ()):
        return None  # a condition, one group too high
    known = list(FIELDS[path])
    instead = _instead(path, written)
    there = {"url", *group.entries} if "feeds" in group.entries else set(group.entries)
    others = group.entries.keys() - FIELDS[path].keys() - {written} if instead[1:] else ()
    for other in others:
        there |= set(_instead(path, other)[:1])  # `feed` and `link`: the first is the url
    instead = [key for key in instead if key not in there] or instead
    word = _word(written)
    return instead[0] if instead else nearest(word, known, cutoff=0.6)


def _instead(path: tuple[str, ...], written: str) -> list[str]:
    return [key for key in _INSTEAD.get(_word(written), ()) if key in FIELDS[path]]


def _word(written: str) -> str:
    return written.partition(":")[0].strip().lower().replace("-", "_")


def guessed_keys(path: tuple[str, ...], group: Mapping) -> set[str]:
    """Keys that are there under another name, so that they are not called missing as well."""
    unknown = [key for key in group.entries if key not in FIELDS[path]]
    return {guess for key in unknown if (guess := guess_key(path, key, group))}


def mistakes_of(errors: Iterable[ErrorDetails], root: Node) -> list[Mistake]:
    """Each error as a mistake at its place, without those that follow from another."""
    found = (_mistake(error, root) for error in errors)
    return [mistake for mistake in found if mistake]


def example(path: tuple[str, ...], *, item: bool = False) -> str:
    """One line as it could stand in the file: `interval: 1h`, or an item of a list: `- en`."""
    examples = FIELDS[path[:-1]][path[-1]].examples
    assert examples, path
    return f"- {_flow(examples[0][0])}" if item else f"{path[-1]}: {_flow(examples[0])}"


def subject(path: tuple[str, ...], group: Node) -> str:
    """What a group is, at the beginning of a sentence."""
    if not path:
        return "the file"
    if path == ("sources",) and isinstance(group, Mapping):
        name = group.entries.get("id") or group.entries.get("name")
        return f'the source "{name.text}"' if isinstance(name, Scalar) else "this source"
    if path[-1] == "rules" and isinstance(group, Mapping):
        name = group.entries.get("name")
        return f"the rule {shown(name.text)}" if isinstance(name, Scalar) else "this rule"
    return {("editions",): "this edition", ("sources", "feeds"): "this feed"}.get(
        path, f"`{dotted(path)}`"
    )


def dotted(path: tuple[str, ...]) -> str:
    """A key with the groups around it, but for the lists that all sources and editions are in."""
    inner = path[1:] if path[0] in {"sources", "editions"} and len(path) > 1 else path
    return ".".join(inner)


def _flow(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(part)}' for key, part in value.items())}}}"
    return str(value)


def _follow(root: Node, steps: tuple[int | str, ...]) -> tuple[Node, tuple[str, ...], Place]:
    """The node that a location leads to, its keys, and where the last key or item stands."""
    node, place = root, root.place
    path: tuple[str, ...] = ()
    for step in steps:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            path, place, node = (*path, step), node.places[step], node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
    return node, path, place


def _mistake(error: ErrorDetails, root: Node) -> Mistake | None:
    steps, kind = error["loc"], error["type"]
    if kind == "missing":
        return _missing(root, *_follow(root, steps[:-1]), key=str(steps[-1]))
    if kind == "extra_forbidden":
        group, path, _ = _follow(root, steps[:-1])
        key = str(steps[-1])
        assert isinstance(group, Mapping)
        return group.places[key].mistake(_unknown(path, key, group))
    node, path, _ = _follow(root, steps)
    if kind == "too_short" and isinstance(node, Sequence) and node.items:
        return None  # its items are there, but none without a mistake
    item = isinstance(steps[-1], int)
    ctx = error.get("ctx", {})
    sentence = ctx.get("sentence") or _other_form(kind, ctx, node, path, item=item)
    if isinstance(node, Scalar) and node.reads_as == "nothing" and not item:
        known = FIELDS.get(path[:-1], {}).get(path[-1])  # languages are keys without a definition
        sentence += ", or remove the key" if known is None or not known.is_required() else ""
    return node.place.mistake(f"`{dotted(path)}`: {sentence}")


def _missing(
    root: Node, node: Node, path: tuple[str, ...], place: Place, key: str
) -> Mistake | None:
    if isinstance(node, Mapping) and key in guessed_keys(path, node):
        return None
    made = _id_for(node, root) if (*path, key) == ("sources", "id") else None
    line = f"{key}: {made}" if made else example((*path, key))
    return place.mistake(f"{subject(path, node)} has no `{key}`; add a line such as {line}")


def _id_for(source: Node, root: Node) -> str | None:
    """An id made from the source's name, or else from its host; none that is taken."""
    if not isinstance(source, Mapping):
        return None
    name, url = source.entries.get("name"), source.entries.get("url")
    if isinstance(url, Sequence) and url.items:
        url = url.items[0]
    host = (named_host(url.text) or ("", 0))[0] if isinstance(url, Scalar) else ""
    outlet = host.removeprefix("www.").rpartition(".")[0]
    made = (simple(name.text) if isinstance(name, Scalar) else None) or simple(outlet)
    listed = root.entries.get("sources") if isinstance(root, Mapping) else None
    others = listed.items if isinstance(listed, Sequence) else []
    ids = [other.entries.get("id") for other in others if isinstance(other, Mapping)]
    taken = {one.text for one in ids if isinstance(one, Scalar)}
    return f"{made}-2" if made in taken else made


def _unknown(path: tuple[str, ...], key: str, group: Mapping) -> str:
    if key == "<<":
        return "`<<` (merge) is not understood here; write the keys themselves"
    first, colon, rest = key.partition(":")
    if colon and rest and first in FIELDS[path]:
        return f"a space is missing after the colon; write `{first}: {rest}`"
    twin, hint = _TWINS.get(path, (path, ""))
    if hint and key in FIELDS[twin]:
        return f"`{key}` {hint}"
    guess = guess_key(path, key, group)
    if guess:
        return f"unknown key `{key}`; did you mean `{guess}`?"
    for elsewhere in [*((*path, below) for below in FIELDS[path]), path[:-1], *FIELDS]:
        if elsewhere != path and key in FIELDS.get(elsewhere, ()):
            return f"`{key}` does not belong here but {_where(elsewhere)}"
    return f"unknown key `{key}`; here one of these can stand: {_known(path, key, group)}"


def _known(path: tuple[str, ...], key: str, group: Mapping) -> str:
    value = group.entries[key]
    empty = isinstance(value, Scalar) and value.reads_as == "nothing"
    hint = "; is a colon or quotation mark missing?" if empty and " " in key else ""
    return ", ".join(FIELDS[path]) + hint


def _where(path: tuple[str, ...]) -> str:
    named: dict[tuple[str, ...], str] = {
        (): "at the top of the file, with no space in front of it"
    }
    named |= {("sources",): "among the keys of a source", ("editions",): "into an edition"}
    named |= {path: "among the keys of a rule" for path in FIELDS if path[-1:] == ("rules",)}
    return named.get(path) or f"inside `{dotted(path)}`, as in {path[-1]}: {{... }}"


_FORMS = {TEXT: "a text", LIST: "a list", GROUP: "a group of keys"}


def _other_form(
    kind: str, ctx: dict[str, Any], node: Node, path: tuple[str, ...], *, item: bool
) -> str:
    wanted = f"write it like this: {example(path, item=item)}"
    if kind == "too_short":
        return f"the list is empty; {wanted}"
    if isinstance(node, Scalar) and node.reads_as == "nothing":
        return f"there is nothing after the {'dash' if item else 'colon'}; {wanted}"
    if isinstance(node, Scalar):
        found = f"the text {shown(node.text)} stands here"
        key, colon, rest = node.text.partition(":")
        if colon and rest and key in FIELDS.get(path, ()):
            return f"a space is missing after the colon; write `{key}: {rest.strip()}`"
    else:
        found = (
            "a list stands here" if isinstance(node, Sequence) else "a group of keys stands here"
        )
    tags = {"model_type": GROUP, "tuple_type": LIST}.get(kind) or ctx.get("expected_tags", "")
    forms = " or ".join(name for tag, name in _FORMS.items() if tag in tags)
    if isinstance(node, Mapping) and tags == LIST:
        wanted += "; or begin each item on a line of its own, with a dash and a space"
    return f"{found} where {forms} was expected; {wanted}"
