"""Which coding a client gets, and whether it has the bytes already (RFC 9110). Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

IDENTITY: Final = b"identity"
CODINGS: Final = (b"br", b"gzip")  # ours, best first
_ALIASES: Final = {b"x-gzip": b"gzip"}  # RFC 9110 section 8.4.1.3

_LONGEST: Final = 256  # bytes of a field that is read and remembered

_WEIGHT = re.compile(rb"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_ENTITY_TAG = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')

ASKED: Final = frozenset(
    {
        b"accept-encoding",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-unmodified-since",
    }
)


def asked(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Pick the fields that decide an answer; a field sent twice is one list (section 5.3)."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in ASKED:
            fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def acceptable(accept: bytes | None) -> tuple[bytes, ...]:
    """Order the codings a client takes, best first (section 12.5.3); identity is always there.

    Where weights tie, the smaller representation wins. A client that takes none of what there is,
    identity included, gets identity: an answer serves it better than a 406. An absurdly long
    field is not read.
    """
    return (IDENTITY,) if accept is None or len(accept) > _LONGEST else _ranked(accept)


@lru_cache(maxsize=512)
def _ranked(accept: bytes) -> tuple[bytes, ...]:
    weights = _weights(accept)
    anything = weights.get(b"*")
    ranked = []
    for preference, coding in enumerate((*CODINGS, IDENTITY)):
        # Identity that is not mentioned is acceptable, and less so than what is.
        unsaid = 0.0 if coding != IDENTITY else 0.0005
        weight = weights.get(coding, unsaid if anything is None else anything)
        if weight > 0:
            ranked.append((-weight, preference, coding))
    order = tuple(coding for _, _, coding in sorted(ranked))
    return order if IDENTITY in order else (*order, IDENTITY)


def _weights(accept: bytes) -> dict[bytes, float]:
    weights: dict[bytes, float] = {}
    for item in accept.lower().split(b","):
        coding, *parameters = (part.strip() for part in item.split(b";"))
        weight = 1.0
        if parameters:
            match = _WEIGHT.fullmatch(parameters[0])
            if match is None:
                continue  # what cannot be read is not asked for
            weight = float(match[1])
        if coding:
            weights[_ALIASES.get(coding, coding)] = weight
    return weights


def status(fields: Mapping[bytes, bytes], *, etag: bytes, modified: bytes) -> int:
    """Evaluate a GET's conditions in the order of section 13.2.2: 200, 304 or 412.

    Args:
        fields: what was asked.
        etag: of the representation that would be sent; strong.
        modified: its Last-Modified, as it is sent.
    """
    match = fields.get(b"if-match")
    if match is not None:
        if not _matches(match, etag, weak=False):
            return 412
    else:
        unmodified = fields.get(b"if-unmodified-since")
        if unmodified is not None and _since(unmodified, modified) is False:
            return 412
    none_match = fields.get(b"if-none-match")
    if none_match is not None:  # If-Modified-Since is ignored beside it (section 13.1.3)
        return 304 if none_match == etag or _matches(none_match, etag, weak=True) else 200
    since = fields.get(b"if-modified-since")
    if since is not None and (since == modified or _since(since, modified)):
        return 304
    return 200


def _matches(field: bytes, etag: bytes, *, weak: bool) -> bool:
    """Compare a list of entity tags (section 8.8.3.2); proxies that compress make ours weak."""
    if field.strip() == b"*":
        return True
    return any(
        match[2] == etag and (weak or not match[1]) for match in _ENTITY_TAG.finditer(field)
    )


def _since(field: bytes, modified: bytes) -> bool | None:
    """Say whether nothing changed since the date in `field`; None when it is no date."""
    then = _seconds(field) if len(field) <= _LONGEST else None
    last = _seconds(modified)
    return None if then is None or last is None else last <= then


@lru_cache(maxsize=512)
def _seconds(date: bytes) -> float | None:
    """Read a date in one of the three forms of section 5.6.7; None for anything else."""
    try:
        read = parsedate_to_datetime(date.decode("ascii"))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
