"""The house rules that no linter knows (CONTRIBUTING.md)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "aggregator"
MODULES = sorted(PACKAGE.rglob("*.py"))
CODE = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
FORBIDDEN_NAMES = re.compile(r"(utils?|helpers?|managers?|base|misc|common)\.py")


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_file_hides_two_steps(path):
    lines = path.read_text().count("\n")
    assert lines <= 400, f"{name_of(path)} has {lines} lines; 400 are allowed"


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_function_hides_two_steps(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{name_of(path)}: {node.name} has {length} lines; 60 are allowed"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text())), f"{name_of(path)} has no docstring"
    assert not FORBIDDEN_NAMES.fullmatch(path.name)


@pytest.mark.parametrize(
    "room", sorted(p.parent for p in PACKAGE.rglob("__init__.py")), ids=name_of
)
def test_the_docstring_of_a_room_is_its_map(room):
    """Each `__init__` names every module beside it, so that the map cannot fall behind."""
    doc = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    steps = {p.stem for p in room.glob("*.py")} | {
        p.parent.name for p in room.glob("*/__init__.py")
    }
    missing = {s for s in steps - {"__init__", "__main__"} if not re.search(rf"\b{s}\b", doc)}
    assert not missing, f"{name_of(room)}/__init__.py does not name {sorted(missing)}"


def test_there_is_one_broad_except_in_the_package_at_the_grammar_door():
    broad = [
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id == "Exception"
    ]
    assert broad == ["aggregator/gather/feed/__init__.py"]


DOORS = {
    "feedparser": "aggregator/gather/feed/",
    "feedgen": "aggregator/syndicate/",
    "httpx": "aggregator/gather/fetch/",
    "httpcore": "aggregator/gather/fetch/",
    "apscheduler": "aggregator/daemon.py",
    "ruamel": "aggregator/config/",
    "pydantic": "aggregator/config/",
    "sqlalchemy": "aggregator/store/",
    "alembic": "aggregator/store/",
    "nh3": "aggregator/text/html.py",
    "PIL": "aggregator/gather/picture.py",
    "py3langid": "aggregator/text/language.py",
    "publicsuffixlist": "aggregator/text/urls.py",
    "typer": "aggregator/cli/",
    "jinja2": ("aggregator/syndicate/site/", "aggregator/serve/review/"),
    "markupsafe": "aggregator/syndicate/site/",
    "babel": "aggregator/syndicate/site/",
    "markdown_it": "aggregator/syndicate/site/",
    "starlette": "aggregator/serve/",
    "uvicorn": "aggregator/serve/",
    "uvloop": "aggregator/serve/",
    "httptools": "aggregator/serve/",
    "argon2": "aggregator/serve/",
    "re2": "aggregator/text/patterns.py",
    "cssselect": "aggregator/text/selectors.py",
    "trafilatura": "aggregator/gather/webpage.py",
    "protego": "aggregator/gather/robots.py",
}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_dependency_has_one_door(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            door = DOORS.get(name.partition(".")[0])
            assert door is None or name_of(path).startswith(door), (
                f"{name_of(path)} imports {name}; its door is {door}"
            )


def test_the_project_speaks_of_itself_alone():
    """No path of a development machine, nothing that users do not have."""
    telltale = re.compile(r"(^|[^\w.-])/(work|farm)/[A-Za-z.]|\.\./" + "shared")
    tracked = [
        *MODULES,
        *(p for p in ROOT.glob("*") if p.is_file() and p.suffix in {".md", ".toml", ".yaml", ""}),
        *(ROOT / "docs").rglob("*.md"),
    ]
    for path in tracked:
        assert not telltale.search(path.read_text()), name_of(path)
