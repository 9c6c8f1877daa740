"""The kinds of values that can be counted: lengths of time, sizes, numbers.  Pure.

They are kinds like those in `kinds.py`, and speak the same way.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from aggregator.config.kinds import did_you_mean, shown, text, wrong
from aggregator.config.nodes import Scalar
from aggregator.model import Length

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


_LENGTH = re.compile(r"(?P<number>[0-9]{1,6}) ?(?P<unit>word|paragraph)s?")
_SPOKEN_LENGTH = re.compile(r"(?P<number>\d{1,4})\W*(?P<unit>w|p)[a-z]*\.?")


def spoken_length(said: str) -> str | None:
    """The length of an excerpt that was probably meant, as it is written in feeds.yaml."""
    found = _SPOKEN_LENGTH.fullmatch(said.strip().lower())
    if not found:
        return None
    unit = "word" if found["unit"] == "w" else "paragraph"
    return _plural(int(found["number"]), unit)


def _plural(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def length(value: Any) -> Length:
    """How long an excerpt may be: 40 words, 2 paragraphs."""
    how = "a number of words or paragraphs, such as 40 words or 2 paragraphs"
    if isinstance(value, Scalar) and value.reads_as == "number":
        guess = f"{value.text} words" if value.text.isdigit() else None
        raise wrong(f"{value.text} has no unit; write {how}{did_you_mean(guess)}")
    said = text(value, how).strip()
    found = _LENGTH.fullmatch(said)
    if not found:
        raise wrong(
            f"{shown(said)} is not the length of an excerpt; write {how}"
            f"{did_you_mean(spoken_length(said))}"
        )
    number, unit = int(found["number"]), found["unit"]
    low, high = (5, 500) if unit == "word" else (1, 10)
    if not low <= number <= high:
        raise wrong(
            f"{_plural(number, unit)} is out of bounds; write something from "
            f"{_plural(low, unit)} to {_plural(high, unit)}"
        )
    return Length(words=number) if unit == "word" else Length(paragraphs=number)


_MONTHS = "january february march april may june july august september october november december"
_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_BY_DAY = re.compile(r"(?P<day>\d{1,2})\s*(?P<sign>[./-])\s*(?P<month>\d{1,2})\W+(?P<year>\d{4})")
_BY_YEAR = re.compile(r"(?P<year>\d{4})\W(?P<month>\d{1,2})\W(?P<day>\d{1,2})(\D.*)?")
_BY_NAME = re.compile(r"(?P<day>\d{1,2})\.? (?P<name>[a-z]{3,9})\.?,? (?P<year>\d{4})")
_BY_NAME_FIRST = re.compile(r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})")


def day(value: Any) -> date:
    """A day of the calendar: 2026-03-03 (RFC 3339 section 5.6, full-date)."""
    how = "a day as year-month-day, such as 2026-03-03"
    if isinstance(value, Scalar) and value.reads_as == "number":
        raise wrong(f"{shown(value.text)} is not a whole date; write {how}")
    said = text(value, how).strip()
    found = _DAY.fullmatch(said)
    if not found:
        raise wrong(f"{shown(said)} is not written as a date; write {how}{_likely_day(said)}")
    year, month, number = map(int, found.groups())
    made = _calendar(year, month, number)
    if made is None:
        raise wrong(f"{shown(said)} is no day of the calendar; write {how}")
    if not 1990 <= year < 2200:
        raise wrong(f"{shown(said)} is a long way off; write {how}")
    return made


def _calendar(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _likely_day(said: str) -> str:
    """The day that was probably meant; none where day and month can be taken for each other."""
    for form in (_BY_YEAR, _BY_DAY, _BY_NAME, _BY_NAME_FIRST):
        found = form.fullmatch(said.lower())
        if not found:
            continue
        parts = found.groupdict()
        number = int(parts["day"])
        if "name" in parts:
            named = [m[: len(parts["name"])] for m in _MONTHS.split()]
            month = named.index(parts["name"]) + 1 if parts["name"] in named else 0
        else:
            month = int(parts["month"])
            if parts.get("sign") in {"/", "-"} and number <= 12 and number != month:
                if month <= 12:
                    return ""  # 3/4/2026 is another day in London than in New York
            elif month > 12 >= number:
                number, month = month, number
        made = _calendar(int(parts["year"]), month, number)
        return did_you_mean(made.isoformat() if made else None)
    return ""


def newest(value: Any) -> int | Literal["all"]:
    """So many of a new source's entries: a number, or all of them."""
    if isinstance(value, Scalar) and value.text == "all":
        return "all"
    if isinstance(value, Scalar) and value.reads_as not in {"number", "nothing"}:
        guess = "all" if value.text.lower() in {"true", "yes", "every", "everything"} else None
        raise wrong(
            f"{shown(value.text)} is not a whole number; write one such as 30, or all"
            f"{did_you_mean(guess)}"
        )
    return _newest(value)


def _newest(value: Any) -> int:
    found = whole(value, such_as=30)
    if found <= 10_000:
        return found
    raise wrong(f"{found} is out of bounds; write something from 0 to 10000, or all")


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
Delay = Annotated[
    timedelta,
    between(timedelta(0), timedelta(days=30), duration, spoken),
    _DURATION_SCHEMA,
]
Age = Annotated[
    timedelta,
    between(timedelta(minutes=1), timedelta(days=3650), duration, spoken),
    _DURATION_SCHEMA,
]
Window = Annotated[
    timedelta,
    between(timedelta(hours=1), timedelta(days=30), duration, spoken),
    _DURATION_SCHEMA,
]
ExcerptLength = Annotated[
    Length,
    BeforeValidator(length),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_LENGTH.pattern.replace('?P<number>', '').replace('?P<unit>', '')}$",
            "examples": ["40 words", "2 paragraphs"],
        }
    ),
]
Day = Annotated[
    date,
    BeforeValidator(day),
    WithJsonSchema(
        {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    ),
]
Waiting = Annotated[
    int,
    between(0, 10_000, partial(whole, such_as=10), str),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10_000}),
]
Newest = Annotated[
    int | Literal["all"],
    BeforeValidator(newest),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 10_000}, {"const": "all"}]}
    ),
]
WordCount = Annotated[
    int,
    between(1, 100_000, partial(whole, such_as=100), str),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100_000}),
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
