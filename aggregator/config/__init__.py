"""feeds.yaml -> Config, or every mistake in it at once.  Acts: reads the one file.

    decode       bytes -> text, or where they are none
    nodes        text -> a tree that knows its lines and columns; the only file that meets YAML
    mend         what keeps a text from being YAML, found by trying what would mend it
    kinds        the kinds of values (texts, addresses, languages ...) and their sentences
    quantities   the kinds that are counted: lengths of time, sizes, numbers
    forms        what all groups of keys have in common
    shapes       which keys there are: the definition, also made into feeds.schema.json
    publishing   the same for what goes out: site, publish, serve, review, editions
    permissions  the same for rights
    selecting    the same for rules
    words        pydantic's errors -> sentences for people
    crosschecks  what several values must agree on, and whether folders named are there
    deskchecks   the same for rules, rights and the review page
    repeats      keys that stand twice, and the dash forgotten before them
    advice       warnings: what is allowed and perhaps not meant
    meaning      shapes -> model.Source, Edition, Site: Config
    languages    language codes, their names, and what is written instead of them
    addresses    what is wrong with a web address

A mistake is one line, `feeds.yaml:LINE:COLUMN: what is wrong; what was wanted; did you mean ...?`,
written for someone who has never seen YAML. docs/feeds-yaml.md is the operator's reference.
"""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aggregator.config.advice import advice_on
from aggregator.config.crosschecks import disagreements
from aggregator.config.decode import LARGEST, text_of
from aggregator.config.deskchecks import desk_disagreements
from aggregator.config.meaning import Config, Network, located, settle
from aggregator.config.mend import read_mending
from aggregator.config.nodes import Mapping, Node, Place, Scalar, Sequence
from aggregator.config.repeats import repeated_keys
from aggregator.config.shapes import FeedsYaml, schema
from aggregator.config.words import mistakes_of
from aggregator.errors import ConfigError, Mistake

__all__ = ["Config", "Network", "load", "schema"]

_START = Place(line=1, column=1)


def load(path: str | Path) -> Config:
    """Read the file at `path`; relative paths in it start from its folder.

    Raises:
        ConfigError: with every mistake in the file, in file order.
    """
    name, folder = str(path), located(Path(path)).parent
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a pipe will do as well
            body = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(name, (_START.mistake(_unreadable(error)),)) from error
    text, mistakes = text_of(body)
    if mistakes:
        raise ConfigError(name, mistakes)
    return _understood(text, name=name, path=Path(path), folder=folder)


def _understood(text: str, *, name: str, path: Path, folder: Path) -> Config:
    mended = read_mending(text)
    mistakes = list(mended.mistakes)
    shape = None
    if mended.sure:
        if isinstance(mended.root, Mapping):
            found = [
                *repeated_keys(mended.root),
                *disagreements(mended.root, folder),
                *desk_disagreements(mended.root),
            ]
            try:
                shape = FeedsYaml.model_validate(_plain(mended.root))
            except ValidationError as error:
                found += mistakes_of(error.errors(include_url=False), mended.root)
            mistakes += map(mended.original, found)
        else:
            mistakes.append(_no_keys(mended.root))
    if mistakes or shape is None:
        raise ConfigError(name, tuple(set(mistakes)))
    assert mended.root is not None
    warnings = ConfigError(name, tuple(set(advice_on(mended.root, shape, text)))).lines()
    return settle(shape, path=path, folder=folder, warnings=warnings)


def _plain(node: Node) -> Any:
    """What pydantic walks: dicts and lists, with the scalars as they are."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.entries.items()}
    return [_plain(item) for item in node.items] if isinstance(node, Sequence) else node


def _no_keys(root: Node | None) -> Mistake:
    how = "it should begin with keys, each on a line of its own: site:, editions:, sources:"
    if root is None or (isinstance(root, Scalar) and root.reads_as == "nothing"):
        return _START.mistake(f"the file is empty; {how}")
    found = "a list" if isinstance(root, Sequence) else "a text without a key"
    return root.place.mistake(f"the file begins with {found}; {how}")


def _unreadable(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return (
                "there is no such file; name yours with -c, or copy the feeds.yaml shipped with us"
            )
        case IsADirectoryError():
            return "this is a folder; name the file in it, such as feeds.yaml"
        case PermissionError():
            return "the file may not be read by this user; look at its owner and permissions"
        case OSError():
            return f"the file cannot be read: {error.strerror or error}"
        case _:
            return f"the file cannot be read: {error}"
