"""feeds.yaml -> Config, or every mistake with its exact words.

A case is a file NAME.yaml in tests/corpus/config with either NAME.expect.txt (the lines of the
error, word for word) or NAME.expect.json (what it means, and the warnings).
"""

import dataclasses
import json
import os
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.config import Config, load, schema
from aggregator.config.decode import LARGEST
from aggregator.config.languages import NAMES, expand
from aggregator.config.quantities import spoken
from aggregator.config.shapes import fields_by_path
from aggregator.errors import ConfigError
from aggregator.judge.filters import compile_rule
from aggregator.model import Condition, Rule, RuleField

ROOT = Path(__file__).parent.parent
CORPUS = Path(__file__).parent / "corpus" / "config"
CASES = sorted(CORPUS.glob("*.yaml"))
MISTAKEN = [case for case in CASES if case.with_suffix(".expect.txt").exists()]
VALID = [case for case in CASES if case.with_suffix(".expect.json").exists()]
SHIPPED = ROOT / "feeds.yaml"
OWN_FOLDERS = ("theme", "texts")  # which some of the files name; they lie beside each


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for own in OWN_FOLDERS:
        (tmp_path / own).mkdir()
    return tmp_path


def mistakes_in(text: str | bytes) -> list[str]:
    Path("feeds.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load("feeds.yaml")
    return list(caught.value.lines())


def read_or_named(text: str | bytes) -> Config | tuple[str, ...]:
    Path("feeds.yaml").write_bytes(
        text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    )
    try:
        return load("feeds.yaml")
    except ConfigError as error:
        return error.lines()


def all_right(found: Config | tuple[str, ...]) -> bool:
    if isinstance(found, Config):
        return bool(found.sources or found.disabled)
    return bool(found) and all(re.match(r"feeds\.yaml:\d+:\d+: \S", line) for line in found)


def as_json(value: Any, folder: Path) -> Any:
    """A configuration in the form of the corpus: durations as written, paths from the folder."""
    match value:
        case timedelta():
            return spoken(value)
        case date():
            return value.isoformat()
        case Path() | str():
            own = str(value).startswith(str(folder.parent))
            return os.path.relpath(value, folder) if own else str(value)
        case tuple():
            return [as_json(part, folder) for part in value]
        case dict():
            return {key: as_json(part, folder) for key, part in value.items()}
        case _:
            return value


@pytest.mark.parametrize("case", MISTAKEN, ids=lambda case: case.stem)
def test_every_mistake_is_named_at_its_place_in_these_words(case: Path, folder: Path) -> None:
    found = mistakes_in(case.read_bytes())
    assert found == case.with_suffix(".expect.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.stem)
def test_a_file_without_mistakes_means_this(case: Path, folder: Path) -> None:
    Path("feeds.yaml").write_bytes(case.read_bytes())
    found = as_json(dataclasses.asdict(load("feeds.yaml")), folder)
    assert found == json.loads(case.with_suffix(".expect.json").read_text("utf-8"))


def test_rules_without_a_mistake_can_all_be_asked(folder: Path) -> None:
    for case in VALID:
        Path("feeds.yaml").write_bytes(case.read_bytes())
        config = load("feeds.yaml")
        for rule in (rule for source in config.sources for rule in source.rules):
            compile_rule(rule)
    for code in NAMES:
        by_language = Condition(field=RuleField.LANGUAGE, words=expand(code))
        compile_rule(Rule(name="r", when=(by_language,), language=expand(code)[0]))


def test_each_case_says_what_it_expects() -> None:
    assert len(MISTAKEN) >= 20
    assert len(VALID) >= 5
    assert sorted(MISTAKEN + VALID) == CASES


def test_no_word_of_the_libraries_gets_out() -> None:
    jargon = re.compile(
        r"pydantic|input should|valid (string|integer|tuple|dict)|mapping|scalar|"
        r"sequence|block end|NoneType|Traceback|ValidationError",
        re.IGNORECASE,
    )
    for case in MISTAKEN:
        text = case.with_suffix(".expect.txt").read_text("utf-8")
        assert not jargon.search(text), (case.stem, jargon.search(text))


def test_the_path_stands_in_front_as_the_operator_gave_it(folder: Path) -> None:
    (folder / "conf").mkdir()
    (folder / "conf" / "my feeds.yaml").write_text("site: {}\n")
    for given_path in ("conf/my feeds.yaml", str(folder / "conf" / "my feeds.yaml")):
        with pytest.raises(ConfigError) as caught:
            load(given_path)
        assert all(line.startswith(f"{given_path}:1:") for line in caught.value.lines())


def test_paths_start_from_the_folder_of_the_file(folder: Path) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "feeds.yaml").write_bytes((CORPUS / "ok-minimal.yaml").read_bytes())
    config = load("etc/feeds.yaml")
    assert config.store == str(folder / "etc" / "store" / "aggregator.db")
    assert config.publish_to == folder / "etc" / "store" / "public"


def test_folders_of_the_operator_are_looked_for_beside_the_file(folder: Path) -> None:
    (folder / "etc").mkdir()
    head = (CORPUS / "ok-minimal.yaml").read_text("utf-8")
    (folder / "etc" / "feeds.yaml").write_text(f"{head}publish: {{theme: theme, pages: texts}}\n")
    with pytest.raises(ConfigError) as caught:
        load("etc/feeds.yaml")
    assert len(caught.value.lines()) == len(OWN_FOLDERS)
    for own in OWN_FOLDERS:
        (folder / own).rename(folder / "etc" / own)
    config = load("etc/feeds.yaml")
    assert (config.theme, config.pages) == (folder / "etc" / "theme", folder / "etc" / "texts")


def test_a_missing_file_is_a_mistake_with_advice(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"^none\.yaml:1:1: there is no such file; name yours"):
        load("none.yaml")


def test_a_folder_is_a_mistake_with_advice(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r":1:1: this is a folder; name the file in it"):
        load(folder)


def test_a_file_too_large_to_be_meant_is_not_read_to_its_end(folder: Path) -> None:
    with pytest.raises(ConfigError, match="the file is too large"):
        load("/dev/zero")
    (line,) = mistakes_in(b"# " + b"x" * LARGEST)
    assert "is this the right file?" in line


def test_a_path_that_cannot_be_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="the file cannot be read"):
        load("feeds\0.yaml")


@pytest.mark.parametrize("sign", ["[", "{", "- ", "? ", "[{a: ", "&a [", "!x ["])
def test_endless_nesting_ends_early(sign: str, folder: Path) -> None:
    start = time.monotonic()
    assert mistakes_in("sources: " + sign * 200_000)
    assert time.monotonic() - start < 5


def test_nesting_through_aliases_ends_early(folder: Path) -> None:
    chain = "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5_000))
    (line,) = mistakes_in(f"a0: &a0 [x]\n{chain}")
    assert "nested more than 20 deep" in line


def test_a_thousand_sources_are_read_in_seconds(folder: Path) -> None:
    head = SHIPPED.read_text("utf-8").partition("\nrules:\n")[0] + "\nsources:\n"
    sources = "".join(
        f"  - id: s{n}\n    name: Source {n}\n    url: https://s{n}.example.net/feed\n"
        for n in range(1_000)
    )
    Path("feeds.yaml").write_text(head + sources, "utf-8")
    start = time.monotonic()
    assert len(load("feeds.yaml").sources) == 1_000
    assert time.monotonic() - start < 10


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_done_to_a_file_it_is_read_or_its_mistakes_are_named(
    data: st.DataObject, folder: Path
) -> None:
    lines = data.draw(st.sampled_from(VALID)).read_bytes().splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        odd = ["\t", " ", ":", ": ", "- ", "'", '"', "[", "]", "{", "}", "#", "&a ", "*a", "!"]
        odd += ["\n", "", "~", "|\n", "%", "\x00", "\xa0", "\u202e", "---\n", "? ", "<<", "no"]
        put = data.draw(st.sampled_from(odd) | st.text(max_size=4))
        take = data.draw(st.integers(0, 12))
        lines[at] = (
            lines[at][:cut] + put.encode("utf-8", "surrogatepass") + lines[at][cut + take :]
        )
    assert all_right(read_or_named(b"".join(lines)))


WHOLE = {
    "site": {"title": "T", "url": "https://n.test", "owner_name": "O", "owner_email": "o@n.test"},
    "store": "s.db",
    "publish": {
        "to": "public",
        "entries": 40,
        "theme": "theme",
        "pages": "texts",
        "index_copies": False,
        "hubs": ["https://h.test/"],
        "search": True,
    },
    "serve": {"host": "127.0.0.1", "port": 8080},
    "review": {"host": "127.0.0.1", "port": 8081},
    "takedowns": "public",
    "duplicates": {"within": "3d"},
    "editions": ["en", {"tag": "ku", "title": "K", "languages": ["ku"], "words": "kmr"}],
    "network": {"allow": ["127.0.0.1:80"], "deadline": "60s", "concurrency": 1, "max_body": "1MB"},
    "defaults": {
        "interval": "1h",
        "language": "en",
        "rights": {"allows": "full"},
        "hold": False,
        "hold_first": 10,
        "new_source_entries": 30,
        "publish_delay": "1h",
        "watch_removals": True,
    },
    "rules": [
        {
            "name": "r",
            "sources": ["a"],
            "when": {"text": ["k*", "*k"], "title": "k", "language": ["ku"]},
            "unless": {"address": {"pattern": "x|y"}},
            "longer": 1,
            "shorter": 100,
            "older": "1d",
            "newer": "7d",
            "then": "hold",
            "tag": ["t"],
            "category": "c",
            "language": "kmr",
            "strip": ["div.x"],
        },
        {"name": "s", "except": "b", "when": {"body": "k"}, "then": "drop"},
    ],
    "sources": [
        {"id": "a", "name": "A", "url": ["https://a.test"], "language": {"always": "en"}},
        {
            "id": "b",
            "name": "B",
            "feeds": ["https://b.test", ["https://c.test"], {"url": "https://d.test"}],
            "rights": {
                "allows": {"excerpt": "40 words"},
                "images": "link",
                "license": "https://l.test",
                "status": "granted",
                "basis": "b",
                "proof": "p",
                "granted": "2026-03-03",
                "expires": "2027-03-02",
                "translate": True,
                "credit": {"en": "{outlet}", "ku": "{date}"},
            },
            "rules": [{"name": "q", "when": {"byline": "k", "category": "c"}, "strip": "p"}],
            "hold": True,
            "hold_first": 3,
            "new_source_entries": "all",
            "publish_delay": "2h",
            "watch_removals": False,
            "disabled": False,
        },
    ],
    "translations": [["https://a.test/en/1", "https://a.test/ku/1"]],
}
ODD_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [
            "",
            "no",
            "ku",
            "1h",
            "x: y",
            "*",
            "(",
            "{outlet}",
            "2 words",
            "https://a.test",
            "https://[::1]",
            "~/x",
        ]
    )
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["always", "url", "tag", "id", "language", "allows", "when", "name", "fr", ""]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_value_of_any_form_in_any_place_is_read_or_named(
    data: st.DataObject, folder: Path
) -> None:
    whole = json.loads(json.dumps(WHOLE))
    group = whole
    while True:
        key = data.draw(st.sampled_from(sorted(group) if isinstance(group, dict) else [0]))
        if not isinstance(group[key], dict | list) or data.draw(st.booleans()):
            break
        group = group[key]
    group[key] = data.draw(ODD_VALUES)
    assert all_right(read_or_named(json.dumps(whole, ensure_ascii=False)))


def test_the_schema_beside_the_shipped_file_is_the_one_of_the_definition() -> None:
    first_line = SHIPPED.read_text("utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=feeds.schema.json"
    stored = json.loads((ROOT / "feeds.schema.json").read_text("utf-8"))
    assert stored == schema(), "run: aggregator check --schema > feeds.schema.json"


def test_every_key_has_a_description_an_example_and_a_line_for_operators() -> None:
    reference = (ROOT / "docs" / "feeds-yaml.md").read_text("utf-8")
    for path, fields in fields_by_path().items():
        for key, info in fields.items():
            assert info.description, (path, key)
            assert info.examples, (path, key)
            assert re.search(rf"`([\w.]+\.)?{key}`|## .*\b{key}\b|{{{key}:", reference), (
                path,
                key,
            )


def test_the_schema_allows_no_key_to_be_left_empty_but_serve_and_review() -> None:
    whole = schema()
    for key in ("serve", "review"):
        assert '"null"' in json.dumps(whole["properties"].pop(key))
    assert '"null"' not in json.dumps(whole)
