"""Values of ours as JSON has them. Acts: prints."""

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum


def plain(value: object) -> object:  # noqa: PLR0911 - one a shape
    """Make dicts, lists, texts and numbers of a value; what is empty is left out of a dict."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        held = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: plain(one) for name, one in held if one is not None and one != ()}
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(one) for one in value]
    return value


def print_json(value: object) -> None:
    """Print a report for machines."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201
