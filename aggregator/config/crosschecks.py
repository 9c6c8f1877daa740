"""What several values must agree on: ids, addresses, languages, places.

Acts only to see whether the folders that the operator names are there.

These checks walk the nodes and not the finished shapes, so that a slip in one value hides none of
another. A check that would only repeat a mistake already told stays silent.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pydantic_core import PydanticCustomError

from aggregator.config import kinds, languages
from aggregator.config.addresses import address_problem, literal, named_host
from aggregator.config.kinds import shown
from aggregator.config.nodes import Mapping, Node, Scalar, Sequence
from aggregator.config.words import guessed_keys, subject
from aggregator.errors import Mistake
from aggregator.gather.fetch.addresses import AllowList
from aggregator.text.urls import canonical

_FOLDERS: Final = frozenset({"bot", "images", "static"})  # published beside those of editions


def disagreements(root: Node, folder: Path) -> list[Mistake]:
    """All mistakes that lie between values; `folder` is what relative paths start from."""
    return [
        *_unique(groups(root, "sources"), "id", "source"),
        *_tags(root),
        *_where_to_ask(root),
        *_asked_once(root),
        *_inside_addresses(root),
        *_editions_name_languages(root),
        *_languages_are_shown(root),
        *_store_stays_private(root, folder),
        *_own_folders(root, folder),
        *_hubs_once(root),
        *_translations(root),
    ]


def child(node: Node | None, *keys: str) -> Node | None:
    """What stands under the keys, where all are there."""
    for key in keys:
        node = node.entries.get(key) if isinstance(node, Mapping) else None
    return node


def items(node: Node | None) -> list[Node]:
    """The items of a list; of what is no list, none."""
    return node.items if isinstance(node, Sequence) else []


def groups(root: Node, key: str) -> list[Mapping]:
    """The items of the top-level list `key` that are groups of keys."""
    return [item for item in items(child(root, key)) if isinstance(item, Mapping)]


def texts(node: Node | None) -> list[Scalar]:
    """The value, or the values of the list."""
    found = items(node) if isinstance(node, Sequence) else [node]
    return [one for one in found if isinstance(one, Scalar)]


def feeds_of(source: Mapping) -> list[list[Scalar]]:
    """The addresses of each feed of a source, as far as they can be made out."""
    feeds = [child(source, "url"), *items(child(source, "feeds"))]
    return [texts(child(feed, "url") if isinstance(feed, Mapping) else feed) for feed in feeds]


def hubs_of(root: Node) -> list[Scalar]:
    """The addresses of the hubs, as far as they can be made out."""
    return texts(child(root, "publish", "hubs"))


def allow_list(root: Node) -> AllowList | None:
    """What network.allow opens; None where it holds a mistake."""
    try:
        return AllowList.parse(entry.text for entry in texts(child(root, "network", "allow")))
    except ValueError:
        return None


def _unique(found: list[Mapping], key: str, what: str) -> Iterator[Mistake]:
    first: dict[str, Scalar] = {}
    for group in found:
        named = child(group, key)
        if not isinstance(named, Scalar) or named.reads_as == "nothing":
            continue
        if named.text in first:
            line = first[named.text].place.line
            yield named.place.mistake(
                f"`{key}`: another {what} is called {shown(named.text)} already, on line {line}; "
                "every one needs a name of its own"
            )
        first.setdefault(named.text, named)


def _tags(root: Node) -> Iterator[Mistake]:
    """Tags name the folders of editions: each its own, and none another folder of the site."""
    wrapped = [
        item
        if isinstance(item, Mapping)
        else Mapping(place=item.place, entries={"tag": item}, places={"tag": item.place})
        for item in items(child(root, "editions"))
    ]
    yield from _unique(wrapped, "tag", "edition")
    for edition in wrapped:
        tag = child(edition, "tag")
        if isinstance(tag, Scalar) and tag.text in _FOLDERS:
            yield tag.place.mistake(
                f"{shown(tag.text)} cannot be an edition's tag: the site has a folder of that "
                "name for other things; call it by its language, such as en"
            )


def _where_to_ask(root: Node) -> Iterator[Mistake]:
    for source in groups(root, "sources"):
        who = subject(("sources",), source)
        if "url" in source.entries and "feeds" in source.entries:
            line = source.places["url"].line
            yield source.places["feeds"].mistake(
                f"{who} has both `url` (line {line}) and `feeds`; keep `url` for one feed, or "
                "`feeds` for several"
            )
        elif not {"url", "feeds"} & (source.entries.keys() | guessed_keys(("sources",), source)):
            yield source.place.mistake(
                f"{who} has no `url`; add a line such as url: https://www.example.org/feed"
            )


def _asked_once(root: Node) -> Iterator[Mistake]:
    first: dict[str, tuple[Scalar, str]] = {}
    for source in groups(root, "sources"):
        who = subject(("sources",), source)
        for feed in feeds_of(source):
            here: dict[str, Scalar] = {}
            for address in feed:
                if address_problem(address.text):
                    continue
                key = canonical(address.text)
                before = here.get(address.text)
                if before:
                    yield _twice(address, f"in this list, on line {before.place.line}")
                elif key in first:
                    other, other_who = first[key]
                    place = f"on line {other.place.line}"
                    yield _twice(
                        address, place if other_who == who else f"by {other_who}, {place}"
                    )
                here[address.text] = address
            for text, address in here.items():
                first.setdefault(canonical(text), (address, who))


def _twice(address: Scalar, where: str) -> Mistake:
    return address.place.mistake(
        f"{shown(address.text)} is already asked for {where}; each feed stands in the file once"
    )


def _inside_addresses(root: Node) -> Iterator[Mistake]:
    allowed = allow_list(root)
    if allowed is None:
        return
    feeds = [feed for source in groups(root, "sources") for feed in feeds_of(source)]
    for address in (one for some in (*feeds, hubs_of(root)) for one in some):
        host, port = named_host(address.text) or ("", 0)
        target = literal(host)
        entry = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if target and (refusal := allowed.refusal(target, port, host)):
            yield address.place.mistake(
                f"{shown(address.text)} leads to a machine of your own network ({refusal}), "
                f'which is refused; if you want it, write "{entry}" into network.allow'
            )
        elif host and target is None and "." not in host and not allowed.entries:
            yield address.place.mistake(
                f"{shown(address.text)} has a host name without a dot; if it is a machine of "
                f'your own network, write "{entry}" into network.allow'
            )


def _shown_by(edition: Node) -> tuple[str, ...] | None:
    """The languages of an edition; None where they cannot be made out."""
    if isinstance(edition, Scalar):
        return languages.expand(edition.text) if edition.text in languages.NAMES else None
    listed = child(edition, "languages")
    if listed is None:
        tag = child(edition, "tag")
        return _shown_by(tag) if isinstance(tag, Scalar) else None
    codes = [one.text for one in texts(listed)]
    if not codes or not all(code in languages.NAMES for code in codes):
        return None
    return tuple(code for written in codes for code in languages.expand(written))


def _editions_name_languages(root: Node) -> Iterator[Mistake]:
    for edition in items(child(root, "editions")):
        listed, tag = child(edition, "languages"), child(edition, "tag")
        if isinstance(edition, Scalar):
            tag = edition
        if listed is None and isinstance(tag, Scalar) and _says_nothing(tag):
            guess = languages.guess(tag.text)
            long_form = f"{{tag: {tag.text}, languages: [{guess or 'en'}]}}"
            yield tag.place.mistake(
                f"{shown(tag.text)} is not a language code, so this edition does not say "
                "what it shows; "
                + (f"did you mean {guess}, or {long_form}?" if guess else f"write {long_form}")
            )
        seen: dict[str, str] = {}
        for one in texts(listed):
            for code in languages.expand(one.text):
                if code in seen:
                    yield one.place.mistake(
                        f"`languages`: {one.text} is already in this list"
                        + (f", as {seen[code]}" if seen[code] != one.text else "")
                    )
                    break
                seen[code] = one.text


def _says_nothing(tag: Scalar) -> bool:
    """Whether a tag names no language; of several in one, its kind tells."""
    return (
        tag.reads_as == "text"
        and tag.text not in languages.NAMES
        and not languages.several(tag.text)
    )


def shown_languages(root: Node) -> set[str] | None:
    """All languages that some edition shows; None where an edition holds a mistake."""
    shown_by = [_shown_by(edition) for edition in items(child(root, "editions"))]
    if not shown_by or None in shown_by:
        return None
    return {code for some in shown_by if some for code in some}


def priors(group: Node | None) -> list[Scalar]:
    """The language that a source, feed or the defaults name, where it is a code."""
    said = child(group, "language")
    code = child(said, "always") if isinstance(said, Mapping) else said
    is_code = isinstance(code, Scalar) and code.text in languages.NAMES
    return [code] if isinstance(code, Scalar) and is_code and code.reads_as == "text" else []


def _languages_are_shown(root: Node) -> Iterator[Mistake]:
    shown_codes = shown_languages(root)
    if shown_codes is None:
        return
    said = priors(child(root, "defaults"))
    for source in groups(root, "sources"):
        said += priors(source)
        for feed in items(child(source, "feeds")):
            said += priors(feed)
    for code in said:
        if not shown_codes & set(languages.expand(code.text)):
            hint = languages.OFTEN_MEANT_OTHERWISE.get(code.text)
            yield code.place.mistake(
                f"`language`: no edition shows {code.text} ({languages.NAMES[code.text]}), only "
                f"{', '.join(sorted(shown_codes))}; add an edition or change the language"
                + (f"; {hint}" if hint else "")
            )


def _store_stays_private(root: Node, folder: Path) -> Iterator[Mistake]:
    store, to = child(root, "store"), child(root, "publish", "to")
    said = store.text if isinstance(store, Scalar) else "store/aggregator.db"
    public = to.text if isinstance(to, Scalar) else "store/public"
    place = (to or store or root).place
    if "://" in said or not said or not public or "\0" in said + public:
        return
    if (folder / said).resolve().is_relative_to((folder / public).resolve()):
        yield place.mistake(
            f"`publish.to`: the database {shown(said)} would lie within {shown(public)}, open to "
            "everyone; write a folder of its own, such as store/public"
        )


def _own_folders(root: Node, folder: Path) -> Iterator[Mistake]:
    """The folders with files of the operator's, where they are named."""
    to = child(root, "publish", "to")
    public = _path(to) if to else "store/public"
    for key in ("theme", "pages"):
        named = child(root, "publish", key)
        said = _path(named)
        if named is None or said is None:
            continue
        own = folder / said
        if not _is(own.is_dir):
            where = "" if own == Path(said) else " beside this file"
            problem = (
                f"{shown(said)} is a file; write the folder that your files are in"
                if _is(own.exists)
                else f"there is no folder {shown(said)}{where}; make it, correct the path, or "
                "remove the key"
            )
            yield named.place.mistake(f"`publish.{key}`: {problem}")
        elif public is not None and own.resolve().is_relative_to((folder / public).resolve()):
            yield named.place.mistake(
                f"`publish.{key}`: {shown(said)} lies within {shown(public)} (`publish.to`), "
                "which the program fills and everyone can read; let the two lie apart"
            )


def _path(node: Node | None) -> str | None:
    """A path without a mistake in it."""
    try:
        return kinds.path(node) if isinstance(node, Scalar) else None
    except PydanticCustomError:
        return None


def _is(ask: Callable[[], bool]) -> bool:
    """What the system says of a path; of one that it cannot follow, no."""
    try:
        return ask()
    except OSError:
        return False


def _hubs_once(root: Node) -> Iterator[Mistake]:
    first: dict[str, Scalar] = {}
    for hub in hubs_of(root):
        if address_problem(hub.text):
            continue
        before = first.get(canonical(hub.text))
        if before:
            yield hub.place.mistake(
                f"`publish.hubs`: {shown(hub.text)} is already in this list, on line "
                f"{before.place.line}; each hub stands in it once"
            )
        first.setdefault(canonical(hub.text), hub)


def _translations(root: Node) -> Iterator[Mistake]:
    first: dict[str, tuple[Scalar, int]] = {}
    for number, group in enumerate(items(child(root, "translations"))):
        if len(items(group)) == 1:
            yield group.place.mistake(
                "`translations`: this article has one address; write two or more, one for each "
                "language, or remove it"
            )
        for address in (one for one in items(group) if isinstance(one, Scalar)):
            if address_problem(address.text):
                continue
            key = canonical(address.text)
            if key in first:
                before, where = first[key]
                whose = "this" if where == number else "another"
                yield address.place.mistake(
                    f"`translations`: {shown(address.text)} is already an address of {whose} "
                    f"article, on line {before.place.line}; each stands in the list once"
                )
            first.setdefault(key, (address, number))
