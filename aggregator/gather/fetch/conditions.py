"""What makes a request conditional, byte for byte (RFC 9110 sections 8.8 and 13.1).

Pure. Header bytes are carried in strings as latin-1, which loses none.
"""

import re
from collections.abc import Mapping
from typing import Final

from aggregator.model import Validators

Fields = Mapping[str, tuple[str, ...]]

# Wider than the grammar: plenty of servers send an etag without quotes and know it again. A bare
# "*" would ask for "not modified whatever it is".
_ETAG: Final = re.compile(
    r"(?!\*$)[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?"
)
_DATE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_LONGEST: Final = 1024  # bytes; honest ones have less than 100


def headers(validators: Validators | None, address: str) -> list[tuple[bytes, bytes]]:
    """The fields that make a request to `address` conditional; none for any other address."""
    if validators is None or validators.url != address:
        return []
    fields = (
        (b"If-None-Match", validators.etag, _ETAG),
        (b"If-Modified-Since", validators.last_modified, _DATE),
    )
    return [
        (name, value.encode("latin-1"))
        for name, value, legal in fields
        if value is not None and _fit(value, legal)
    ]


def learned(fields: Fields, address: str) -> Validators | None:
    """The validators of a 200: they replace both that were known."""
    etag = _only(fields, "etag", _ETAG)
    last_modified = _only(fields, "last-modified", _DATE)
    if etag is None and last_modified is None:
        return None
    return Validators(url=address, etag=etag, last_modified=last_modified)


def renewed(sent: Validators, fields: Fields) -> Validators:
    """The validators sent, updated by a 304's own (RFC 9111 section 3.2)."""
    return Validators(
        url=sent.url,
        etag=_only(fields, "etag", _ETAG) or sent.etag,
        last_modified=_only(fields, "last-modified", _DATE) or sent.last_modified,
    )


def _only(fields: Fields, name: str, legal: re.Pattern[str]) -> str | None:
    """The field's value where there is one alone, fit to be sent back."""
    values = set(fields.get(name, ()))
    if len(values) != 1:
        return None
    value = values.pop()
    return value if _fit(value, legal) else None


def _fit(value: str, legal: re.Pattern[str]) -> bool:
    return len(value) <= _LONGEST and legal.fullmatch(value) is not None
