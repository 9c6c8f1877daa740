"""Values to columns and back: moments, fingerprints, JSON. Pure.

What a value becomes in JSON is read off its dataclass, so that a new field of `aggregator.model`
needs no line here: a field that an old row lacks gets its default, one that the program does not
know any more is passed over.
"""

import binascii
import functools
import hashlib
import itertools
import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Final, TypeVar, cast

from aggregator.model import FeedState

T = TypeVar("T")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
# A day inside what `datetime` can hold, so that no offset leads out of it again.
EARLIEST: Final = (datetime(1, 1, 2, tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST: Final = (datetime(9999, 12, 31, tzinfo=UTC) - EPOCH) // MICROSECOND

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def batches(values: Iterable[T], size: int = 500) -> Iterator[tuple[T, ...]]:
    """Cut many values into statements' worth of them: databases limit their parameters."""
    rest = iter(values)
    while batch := tuple(itertools.islice(rest, size)):
        yield batch


# --- moments ----------------------------------------------------------------------------------


def micros(moment: datetime) -> int:
    """Count the microseconds since 1970 UTC.

    Raises:
        ValueError: it lies on the first or last day that Python knows.
    """
    count = (moment - EPOCH) // MICROSECOND
    if not EARLIEST <= count <= LATEST:
        raise ValueError(f"{moment.isoformat()} cannot be stored")
    return count


def micros_or_none(moment: datetime | None) -> int | None:
    """Count, where there is a moment."""
    return None if moment is None else micros(moment)


def offset(moment: datetime) -> int:
    """Return the offset from UTC in whole minutes, as RFC 3339 writes it."""
    return (moment.utcoffset() or timedelta(0)) // MINUTE


def moment(count: int, minutes: int = 0) -> datetime:
    """Turn microseconds into a moment in UTC, or at an offset in minutes."""
    utc = EPOCH + timedelta(microseconds=count)
    return utc.astimezone(timezone(timedelta(minutes=minutes))) if minutes else utc


def moment_or_none(count: int | None) -> datetime | None:
    """Turn microseconds into a moment, where there are any."""
    return None if count is None else moment(count)


def scheduled(state: FeedState) -> dict[str, object]:
    """Return the columns of a feed's state that `claim` asks for. Due at 0 is due at once."""
    return {
        "next_due_at": 0 if state.next_due is None else micros(state.next_due),
        "not_before_at": micros_or_none(state.not_before),
        "stopped": None if state.stopped is None else text(state.stopped),
    }


# --- text -------------------------------------------------------------------------------------


def fingerprint(*parts: str) -> str:
    """Return 22 letters that stand for `parts`, whatever their length and characters."""
    raw = "\0".join(parts).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(raw, digest_size=16).digest()
    return binascii.b2a_base64(digest, newline=False)[:22].decode("ascii")


def sighting(feed_key: str, guid: str) -> str:
    """Name the place that keeps the raw digest of a guid as one feed brings it.

    Section feeds of an outlet show the same guid with other words around it: each is compared
    with what it brought itself. Where there is one feed the guid's own place serves.
    """
    return fingerprint("sighting", feed_key, guid) if feed_key else fingerprint("guid", guid)


def text(value: str) -> str:
    """Make a text storable: JSON can bring lone surrogates and NUL, which PostgreSQL refuses.

    They become U+FFFD. The JSON of the same value keeps them as escapes.
    """
    return value if value.isprintable() else _UNSTORABLE.sub("\ufffd", value)


# --- JSON -------------------------------------------------------------------------------------


def dump(value: object) -> str:
    """Write a value of `aggregator.model`, or a tuple of texts, as JSON."""
    written = _ENCODER.encode(value)
    try:
        written.encode()
    except UnicodeEncodeError:  # lone surrogates: they can be stored as escapes only
        return _ASCII_ENCODER.encode(value)
    return written


def load(kind: type[T], written: str) -> T:
    """Read a value that `dump` wrote."""
    value: T = _reader(cast("Any", kind))(json.loads(written))
    return value


def load_texts(written: str) -> tuple[str, ...]:
    """Read a tuple of texts."""
    return tuple(json.loads(written))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // MICROSECOND
    return {
        name: held
        for name, empty in _layout(cast("Any", type(value)))
        if (held := getattr(value, name)) is not empty
    }


@functools.cache
def _layout(kind: Any) -> tuple[tuple[str, object], ...]:
    """List the fields with the value that need not be written: None and () where default."""
    return tuple(
        (f.name, f.default if f.default is None or f.default == () else MISSING)
        for f in fields(kind)
    )


_ENCODER: Final = json.JSONEncoder(
    default=_plain, ensure_ascii=False, check_circular=False, separators=(",", ":")
)
_ASCII_ENCODER: Final = json.JSONEncoder(
    default=_plain, ensure_ascii=True, check_circular=False, separators=(",", ":")
)


@functools.cache
def _reader(hint: Any) -> Callable[[Any], Any]:  # noqa: PLR0911 - one a shape
    hint = getattr(hint, "__supertype__", hint)  # NewType
    if _is_plain(hint):
        return lambda value: value
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = (arg for arg in typing.get_args(hint) if arg is not types.NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if typing.get_origin(hint) is tuple:
        inner, _ = typing.get_args(hint)
        if _is_plain(inner):
            return tuple
        read = _reader(inner)
        return lambda value: tuple(map(read, value))
    if hint is datetime:
        return datetime.fromisoformat
    if hint is timedelta:
        return lambda value: timedelta(microseconds=value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_reader(hint)
    raise TypeError(f"no way to read {hint!r} from JSON")


def _is_plain(hint: Any) -> bool:
    return getattr(hint, "__supertype__", hint) in (str, int, bool, float)


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    names = frozenset(hints)
    composed = tuple(
        (name, _reader(hint))
        for name, hint in hints.items()
        if not _is_plain(hint) and hint != str | None
    )

    def read(value: dict[str, Any]) -> Any:
        for name, inner in composed:
            if (held := value.get(name)) is not None:
                value[name] = inner(held)
        if not value.keys() <= names:
            value = {name: held for name, held in value.items() if name in names}
        return kind(**value)

    return read
