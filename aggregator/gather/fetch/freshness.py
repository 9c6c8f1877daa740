"""When a server allows the next request: Cache-Control, Expires, Age, Date, Retry-After.

Pure. Fields come as one tuple of values per lowercase field name, in the order received.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

Fields = Mapping[str, tuple[str, ...]]

_FARTHEST: Final = timedelta(days=366)
"""No server means more: a longer time is cut (freshness) or not believed (Retry-After)."""

_DIRECTIVE: Final = re.compile(r'([^\s,;="]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,"]*)))?')
_HTTP_DATE: Final = re.compile(r"[A-Za-z]{3,9},? [\w ,:+-]{5,30}", re.ASCII)


def fresh_until(fields: Fields, *, now: datetime) -> datetime | None:
    """The moment until which the response is fresh (RFC 9111 section 4.2).

    Args:
        fields: of a 200 or a 304.
        now: when the response came.

    Returns:
        None where the response is stale at once or the server says nothing that can be used.
        At most a year ahead. `s-maxage` is not for us: we are no shared cache.
    """
    directives = _directives(fields.get("cache-control", ()))
    if "no-store" in directives or directives.get("no-cache") == "":  # no-cache=field: a part
        return None
    date = http_date(_first(fields, "date"))
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
    elif expires := http_date(_first(fields, "expires")):
        lifetime = expires - (date or now)
    else:
        return None
    if lifetime is None:
        return None
    apparent = max(timedelta(0), now - date) if date else timedelta(0)
    age = max(apparent, _seconds(_first(fields, "age")) or timedelta(0))
    left = min(lifetime - age, _FARTHEST)
    return now + left if left > timedelta(0) else None


def retry_at(fields: Fields, *, now: datetime) -> datetime | None:
    """The earliest moment of another request that `Retry-After` allows (RFC 9110 section 10.2.3).

    Returns:
        None where there is no such field or nothing in it that can be meant: negative numbers,
        text, a date that has passed, more than a year.
    """
    value = _first(fields, "retry-after")
    wait = _seconds(value)
    moment = http_date(value) if wait is None else now + wait
    return moment if moment is not None and now <= moment <= now + _FARTHEST else None


def http_date(text: str | None) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110 section 5.6.7); None for anything else."""
    if text is None or not _HTTP_DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # it raises all four
        return None


def _first(fields: Fields, name: str) -> str | None:
    values = fields.get(name, ())
    return values[0].strip() if values else None


def _seconds(text: str | None) -> timedelta | None:
    """Delta-seconds; more than we can count is 2^31, as RFC 9111 section 1.2.2 says."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=min(int(text[:40]), 2**31))


def _directives(values: tuple[str, ...]) -> dict[str, str]:
    """Cache-Control as a mapping; of a directive given twice the first counts (section 4.2.1)."""
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(",".join(values)[:4096]):
        name, quoted, token = match.groups()
        found.setdefault(name.lower(), quoted if quoted is not None else token or "")
    return found
