"""The kinds of values that can be counted: lengths of time, sizes, numbers.  Pure.

They are kinds like those in `kinds.py`, and speak the same way.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from aggregator.config.kinds import did_you_mean, shown, text, wrong
from aggregator.config.nodes import Scalar

T = TypeVar("T")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"(?:\d{1,6}[smhd])+")
_SPOKEN = re.compile(r"(?P<number>\d{1,6})\s*(?P<unit>s|sec|m|min|h|hour|hr|d|day)[a-z]*\.?")
_SIZES = {"kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_SIZE = re.compile(r"(?P<number>\d{1,6})\s?(?P<unit>kb|mb|gb)", re.IGNORECASE)


def duration(value: Any) -> timedelta:
    """A length of time: 90s, 30m, 6h, 7d, 1h30m."""
    how = "a number with s, m, h or d after it, such as 30m, 6h or 7d"
    if isinstance(value, Scalar) and value.reads_as in {"number", "time"}:
        found = value.text
        guess = f"{found}m" if found.isdigit() and int(found) else None
        raise wrong(f"{found} has no unit; write {how}{did_you_mean(guess)}")
    said = text(value, how).strip()
    if not _DURATION.fullmatch(said):
        spoken = _SPOKEN.fullmatch(said.lower())
        guess = f"{int(spoken['number'])}{spoken['unit'][0]}" if spoken else None
        raise wrong(f"{shown(said)} is not a length of time; write {how}{did_you_mean(guess)}")
    seconds = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smhd])", said))
    return timedelta(seconds=seconds)


def size(value: Any) -> int:
    """A number of bytes: 500kB, 10MB."""
    how = "a number with kB or MB after it, such as 10MB"
    if isinstance(value, Scalar) and value.reads_as == "number":
        raise wrong(f"{value.text} has no unit; write {how}")
    said = text(value, how).strip()
    found = _SIZE.fullmatch(said)
    if not found:
        raise wrong(f"{shown(said)} is not a size; write {how}")
    return int(found["number"]) * _SIZES[found["unit"].lower()]


def whole(value: Any, such_as: int = 40) -> int:
    """A whole number."""
    if isinstance(value, int):
        return value
    how = f"a whole number such as {such_as}"
    if isinstance(value, Scalar) and re.fullmatch(r"\d{1,9}", value.text):
        return int(value.text)
    if isinstance(value, Scalar) and value.reads_as != "nothing":
        raise wrong(f"{shown(value.text)} is not a whole number; write one such as {such_as}")
    text(value, how)
    raise AssertionError(value)


def port(value: Any) -> int:
    """A TCP port; 0 stands for any free one."""
    return whole(value, such_as=8080)


def between(low: Any, high: Any, check: Callable[[Any], T], show: Callable[[T], str]) -> Any:
    """The same kind, within bounds."""

    def bounded(value: Any) -> T:
        found = check(value)
        if low <= found <= high:
            return found
        raise wrong(
            f"{show(found)} is out of bounds; write something from {show(low)} to {show(high)}"
        )

    return BeforeValidator(bounded)


def spoken(length: timedelta) -> str:
    """A duration as it is written in feeds.yaml."""
    seconds = int(length.total_seconds())
    parts = ""
    for unit, worth in sorted(_UNITS.items(), key=lambda row: -row[1]):
        count, seconds = divmod(seconds, worth)
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"


def _megabytes(count: int) -> str:
    return f"{count // 1_000_000}MB" if count >= 1_000_000 else f"{count // 1_000}kB"


_DURATION_SCHEMA = WithJsonSchema(
    {"type": "string", "pattern": "^([0-9]+[smhd])+$", "examples": ["30m", "6h", "7d", "1h30m"]}
)

Interval = Annotated[
    timedelta,
    between(timedelta(seconds=1), timedelta(days=90), duration, spoken),
    _DURATION_SCHEMA,
]
Deadline = Annotated[
    timedelta,
    between(timedelta(seconds=1), timedelta(minutes=10), duration, spoken),
    _DURATION_SCHEMA,
]
Spacing = Annotated[
    timedelta,
    between(timedelta(0), timedelta(hours=1), duration, spoken),
    _DURATION_SCHEMA,
]
Bytes = Annotated[
    int,
    between(10_000, 100_000_000, size, _megabytes),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]+ ?[kKmMgG][bB]$",
            "examples": ["10MB", "500kB"],
        }
    ),
]
Entries = Annotated[
    int,
    between(1, 500, whole, str),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 500}),
]
Concurrency = Annotated[
    int,
    between(1, 64, whole, str),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 64}),
]
Port = Annotated[
    int,
    between(0, 65_535, port, str),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 65_535}),
]
