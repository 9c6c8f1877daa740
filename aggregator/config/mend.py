"""Finds out what is wrong with text that is not YAML, by trying what would mend it.  Pure.

A YAML library says "mapping values are not allowed here" for a space forgotten one line above.
So each likely slip has a repair: the first one that lets the reading go on is the diagnosis, and
lets the rest of the file be checked in the same go. Nothing mended is ever used, only reported.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from aggregator.config.decode import lines_of
from aggregator.config.nodes import Node, Place, SyntaxProblem, read
from aggregator.errors import Mistake

MOST_REPAIRS = 20  # in one file; each costs some readings of it
MENDABLE = 300_000  # characters; in a larger file only the first slip is reported

_REST = "; the rest of the file is checked once this is mended"

_KEY = r"(?P<key>\s*(?:- +)*[\w-]+)"
_ODD = "\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{NARROW NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"
_BEFORE = re.compile(rf"[ \t{_ODD}]*(?:-[ {_ODD}]*)*(?:[\w-]+:[ {_ODD}]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repair:
    line: str  # as it may have been meant
    column: int  # of the slip
    message: str
    sure: bool = True  # what else the file says can be judged after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What could be read, and whether the rest of the file may be judged by it."""

    root: Node | None  # its places are those of the mended text: see `original`
    mistakes: tuple[Mistake, ...]
    sure: bool
    shifts: tuple[tuple[Place, int], ...] = ()  # after which place a line grew, by how much

    def original(self, mistake: Mistake) -> Mistake:
        """The mistake at its place in the text as it was."""
        return _unshifted(mistake, self.shifts)


def read_mending(text: str) -> Mended:
    """Reads `text`, and reports every slip that keeps it from being YAML."""
    text, slips = _ordinary_spaces(text)
    shifts: list[tuple[Place, int]] = []
    sure = True
    while True:
        try:
            root, mistakes = read(text)
        except SyntaxProblem as problem:
            found = None
            mendable = len(text) < MENDABLE and not problem.final
            if mendable and len(slips) < MOST_REPAIRS:
                found = _first_that_helps(text, problem)
            if found is None:
                last = problem.place.mistake(_unmended(problem) + _REST)
                slips.append(_unshifted(last, shifts))
                return Mended(root=None, mistakes=tuple(slips), sure=False)
            mended, slip, is_sure = found
            slips.append(_unshifted(slip, shifts))
            place = Place(line=slip.line, column=slip.column)
            shifts.append((place, len(mended) - len(text)))
            text, sure = mended, sure and is_sure
        else:
            if sure:
                slips += [_unshifted(mistake, shifts) for mistake in mistakes]
            else:
                slips[-1] = replace(slips[-1], message=slips[-1].message + _REST)
            return Mended(root=root, mistakes=tuple(slips), sure=sure, shifts=tuple(shifts))


def _unshifted(mistake: Mistake, shifts: Sequence[tuple[Place, int]]) -> Mistake:
    column = mistake.column
    for place, grown in reversed(shifts):
        if place.line == mistake.line and column > place.column:
            column = max(place.column, column - grown)
    return replace(mistake, column=column)


def _ordinary_spaces(text: str) -> tuple[str, list[Mistake]]:
    """The text with ordinary spaces around its keys; YAML takes others for part of a word."""
    lines = lines_of(text)
    slips: list[Mistake] = []
    for number, line in enumerate(lines):
        odd = [at for at in range(len(line)) if line[at] in _ODD]
        # Only where a space belongs: in front of a key, after a dash, after a key's colon.
        around = [at for at in odd if _BEFORE.fullmatch(line[:at])]
        if around:
            place = Place(line=number + 1, column=around[0] + 1)
            slips.append(
                place.mistake(
                    f"this looks like a space but is another sign (U+{ord(line[around[0]]):04X}), "
                    "perhaps copied from a web page; write ordinary spaces"
                )
            )
            lines[number] = "".join(" " if at in around else line[at] for at in range(len(line)))
    return "".join(lines), slips


def _first_that_helps(text: str, problem: SyntaxProblem) -> tuple[str, Mistake, bool] | None:
    lines = lines_of(text)
    for suggest in _REPAIRS:
        for number in _suspects(lines, problem):
            for repair in suggest(lines, number):
                tried = "".join([*lines[:number], repair.line, *lines[number + 1 :]])
                if _helps(tried, number, problem):
                    place = Place(line=number + 1, column=repair.column)
                    return tried, place.mistake(repair.message), repair.sure
    return None


def _suspects(lines: list[str], problem: SyntaxProblem) -> list[int]:
    """Indexes of the lines on which the slip may be, the likeliest first."""
    here = min(problem.place.line - 1, len(lines) - 1)
    before = [n for n in range(here) if lines[n].strip() and not lines[n].lstrip().startswith("#")]
    opened = [problem.opened.line - 1] if problem.opened else []
    return list(dict.fromkeys([here, *before[-1:], *opened]))


def _helps(tried: str, number: int, problem: SyntaxProblem) -> bool:
    try:
        read(tried)
    except SyntaxProblem as other:
        same = (other.place, other.problem, other.opened) == (
            problem.place,
            problem.problem,
            problem.opened,
        )
        return other.place.line - 1 > number and not same
    return True


def _tabs(lines: list[str], number: int) -> Iterator[_Repair]:
    line = lines[number]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        for spaces in ("  ", "    ", "        "):
            yield _Repair(
                line=indent.replace("\t", spaces) + line.lstrip(),
                column=indent.index("\t") + 1,
                message="a tab stands at the beginning of this line; use spaces only",
            )
    at = line.find("\t", len(indent))
    if at >= 0:
        ends = not line[at:].strip()
        yield _Repair(
            line=indent + line[len(indent) :].replace("\t", " "),
            column=at + 1,
            message=f"a tab stands here; {'remove it' if ends else 'use a space'}",
        )


def _space_after_colon(lines: list[str], number: int) -> Iterator[_Repair]:
    line = lines[number]
    found = re.match(rf"{_KEY}:(?=[^\s/])", line)
    if found:
        key = found["key"].lstrip(" -")
        yield _Repair(
            line=f"{found[0]} {line[found.end() :]}",
            column=found.end(),
            message=f"a space is missing after the colon; write `{key}: ` and then the value",
        )


def _space_after_dash(lines: list[str], number: int) -> Iterator[_Repair]:
    found = re.match(r"\s*-(?=[\w\"'])", lines[number])
    if found:
        yield _Repair(
            line=f"{found[0]} {lines[number][found.end() :]}",
            column=found.end(),
            message="a space is missing after the dash; write `- ` and then the value",
        )


_STARRED = re.compile(r"(?<=[\s\[{,])\*[^\s,\[\]{}\"']+")
_VALUE = re.compile(r"(?P<start>\s*(?:- +)*(?:[\w-]+:[ \t]+|(?<=- )))(?P<value>\S.*?)\s*")


def _quotes_around(lines: list[str], number: int) -> Iterator[_Repair]:
    found = _VALUE.fullmatch(lines[number])
    if not found or found["value"][0] in "\"'":
        return
    value, column = found["value"], found.start("value") + 1
    if value[0] in "@`%&*!?,{}[]":
        why = f"a text that begins with {value[0]} must be in quotes"
    elif colon := re.search(r":(\s|$)", value):
        why = "a text with a colon and a space in it must be in quotes"
        column += colon.start()
    else:
        return
    quoted = _in_single_quotes(value)
    yield _Repair(
        line=f"{found['start']}{quoted}\n",
        column=column,
        message=f"{why}: {quoted}",
    )


def _stars(lines: list[str], number: int) -> Iterator[_Repair]:
    """Words such as *kurd* in square or curly brackets; YAML takes them for aliases."""
    line = lines[number]
    alone = _VALUE.fullmatch(line)
    found = _STARRED.search(line)
    if found and not (alone and alone["value"].startswith("*")):
        yield _Repair(
            line=_STARRED.sub(r"'\g<0>'", line),
            column=found.start() + 1,
            message=f"a text that begins with * must be in quotes: '{found[0]}'",
        )


def _quotes_within(lines: list[str], number: int) -> Iterator[_Repair]:
    found = _VALUE.fullmatch(lines[number])
    if not found or found["value"][0] not in "\"'":
        return
    value = found["value"]
    inside = value[1:-1] if len(value) > 1 and value[0] == value[-1] else value
    quoted = _in_single_quotes(inside)
    yield _Repair(
        line=f"{found['start']}{quoted}\n",
        column=found.start("value") + 1,
        message=f"this text ends too early, at a quotation mark within it; write {quoted}",
    )


def _in_single_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _backslashes(lines: list[str], number: int) -> Iterator[_Repair]:
    found = re.search(r'"(?P<inside>[^"]*\\[^"]*)"', lines[number])
    if found:
        quoted = _in_single_quotes(found["inside"])
        yield _Repair(
            line=lines[number][: found.start()] + quoted + lines[number][found.end() :],
            column=found.start() + 1,
            message='inside "..." a backslash begins a special sign; '
            f"write it in single quotes: {quoted}",
        )


def _close(lines: list[str], number: int) -> Iterator[_Repair]:
    found = re.match(r"(?P<text>.*?)(?P<rest>\s*(?:\s#.*)?)$", lines[number].rstrip("\r\n"))
    if not found:
        return
    text, rest = found["text"], found["rest"]
    for opening, closing in (('"', '"'), ("'", "'"), ("[", "]"), ("{", "}")):
        odd = text.count(opening) > (text.count(closing) if opening != closing else 0)
        if opening == closing:
            odd = text.count(opening) % 2 == 1
        if odd:
            name = "quotation mark" if opening == closing else "bracket"
            yield _Repair(
                line=f"{text}{closing}{rest}\n",
                column=text.index(opening) + 1,
                message=f"the {name} {opening} is not closed on this line; "
                f"put a {closing} after the value",
            )


def _colon(lines: list[str], number: int) -> Iterator[_Repair]:
    found = re.match(rf"{_KEY}(?=\s+\S|\s*$)(?!:)", lines[number])
    if found and lines[number].strip() != "---":
        key = found["key"].lstrip(" -")
        yield _Repair(
            line=f"{found[0]}:{lines[number][found.end() :]}",
            column=found.end() + 1,
            message=f"a colon is missing here; write `{key}: ` and then the value",
            sure=False,
        )


def _indentation(lines: list[str], number: int) -> Iterator[_Repair]:
    line = lines[number]
    now = len(line) - len(line.lstrip(" "))
    for other in range(number - 1, max(-1, number - 12), -1):
        above = re.match(r"(?P<spaces> *)(?P<dash>- +)?[\w-]+:|(?P<item> *)- ", lines[other])
        if not above:
            continue
        begins = {len(above["item"])} if above["item"] is not None else {above.end("spaces")}
        if above["dash"]:
            begins.add(above.end("dash"))
        for indent in sorted(begins, reverse=True):
            if indent != now:
                yield _Repair(
                    line=" " * indent + line.lstrip(" "),
                    column=now + 1,
                    message=f"this line has {_spaces(now)} in front; lines of one group begin "
                    f"exactly below each other, here with {_spaces(indent)} as on "
                    f"line {other + 1}",
                    sure=False,
                )


def _spaces(count: int) -> str:
    return {0: "no space", 1: "1 space"}.get(count, f"{count} spaces")


_REPAIRS: tuple[Callable[[list[str], int], Iterator[_Repair]], ...] = (
    _tabs,
    _space_after_colon,
    _space_after_dash,
    _backslashes,
    _close,
    _stars,
    _quotes_around,
    _quotes_within,
    _colon,
    _indentation,
)


# The library's words -> ours, for what no repair explains.
_SAID = (
    ("nested more than", "{}"),
    ("grows beyond", "{}"),
    ("points to a value marked", "{}"),
    (
        "mapping values are not allowed",
        "a colon cannot stand here; a text with a colon in it needs quotes, a key its own line",
    ),
    (
        "sequence entries are not allowed",
        "a list cannot begin here; put `- ` on a line of its own",
    ),
    ("could not find expected ':'", "a colon is missing here or on the line above"),
    ("but got '<stream end>'", "a bracket is not closed before the end of the file"),
    (
        "found '-'",
        "a list begins here without a key such as `sources:` above it, or with other spaces",
    ),
    ("", "this does not fit what stands above it; look at the spaces, quotes and brackets here"),
)


def _unmended(problem: SyntaxProblem) -> str:
    """What is left to say where no repair helps."""
    text = next(said for found, said in _SAID if found in problem.problem)
    text = text.format(problem.problem)
    if problem.opened and problem.opened.line < problem.place.line:
        text += f" (it belongs to what begins on line {problem.opened.line})"
    return text
