"""Which IRI names an entry, or the feed it came from, in what we publish. Pure.

RFC 4287 section 4.2.6: an id never changes when an entry is republished, so the publisher's own
id goes out where it can be used as one. It cannot where it is no IRI (RSS guids are any string),
where it is not in normal form (readers compare ids character by character, and an id that every
other tool on the way would rewrite is a second id waiting to happen), or where it visibly names
something else than this article in this world (a home page, a host on somebody's desk). Then one
is minted.
"""

import hashlib
import re
import unicodedata
import uuid
from urllib.parse import unquote

from aggregator.model import AtomId, Entry, Identity

# Fixed for ever: every minted id hangs on it.
_NAMESPACE = uuid.UUID("48564d26-dbaf-4592-810b-4c4c3aae3056")

_LONGEST = 2000  # characters; what is longer is a document, not a name

# RFC 3986 section 3, ASCII only: of IRIs beyond it every tool makes something else.
_CHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})"
_TAIL = rf"(?:\?(?:{_CHAR}|\?)*)?(?:#(?:{_CHAR}|\?)*)?"
_HTTP = re.compile(
    rf"https?://(?P<host>[a-z0-9]+(?:[.-]+[a-z0-9]+)*)(?P<port>:[1-9][0-9]*)?"
    rf"(?P<path>/{_CHAR}*)(?P<tail>{_TAIL})"
)
# RFC 4151 section 2.1.
_TAG = re.compile(
    rf"tag:(?:[a-z0-9._-]+@)?[a-z0-9][a-z0-9.-]*,\d{{4}}(?:-\d\d(?:-\d\d)?)?:{_CHAR}+{_TAIL}"
)
# RFC 8141 section 2, without the parts that RFC 2141 did not know.
_URN = re.compile(
    r"urn:(?!uuid:)[A-Za-z0-9][A-Za-z0-9-]{1,31}:(?:[A-Za-z0-9()+,.:=@;$_!*'-]|%[0-9A-F]{2})+"
)
_UUID = re.compile(r"urn:uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_DEFAULT_PORTS = {"http://": ":80", "https://": ":443"}

# Names that mean another machine to everybody: what a site was built on before it moved.
_INSIDE = re.compile(
    r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home|invalid)|[^.]*|[0-9.]*"
)


def mint(entry: Entry) -> tuple[AtomId, AtomId]:
    """Name an entry that is about to be published for the first time.

    Returns:
        The id to take where no other published entry has it, and the one to take otherwise:
        the second is derived from source id and guid, so it is this entry's alone.
    """
    fallback = minted(entry.key.source_id, entry.key.guid)
    if entry.identity is Identity.GUID and names_an_entry(entry.key.guid):
        return AtomId(entry.key.guid), fallback
    return fallback, fallback


def minted(source_id: str, guid: str) -> AtomId:
    """Derive a version 5 `urn:uuid:` (RFC 9562 section 5.5) from a source's id and a guid.

    Source ids hold no space (`[a-z0-9-]`), so one can divide the two.
    """
    name = f"{source_id} {guid}".encode("utf-8", "backslashreplace")  # lone surrogates too
    digest = hashlib.sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()
    return AtomId(uuid.UUID(bytes=digest[:16], version=5).urn)


def names_an_entry(guid: str) -> bool:
    """Whether a publisher's guid can go out as the id of its entry, unaltered."""
    if not is_sound(guid):
        return False
    found = _HTTP.fullmatch(guid)
    if found is None:
        return True
    is_homepage = found["path"] == "/" and not found["tail"].strip("?#")
    return not is_homepage and not _INSIDE.fullmatch(found["host"])


def is_sound(iri: str) -> bool:
    """Whether `iri` is an http, https, tag or urn IRI in normal form (RFC 3986 section 6.2.2)."""
    if len(iri) > _LONGEST or not _is_normally_escaped(iri):
        return False
    found = _HTTP.fullmatch(iri)
    if found is None:
        return any(pattern.fullmatch(iri) for pattern in (_TAG, _URN, _UUID))
    scheme = iri[: found.start("host")]
    has_dot_segment = not {".", ".."}.isdisjoint(found["path"].split("/"))
    return found["port"] != _DEFAULT_PORTS[scheme] and not has_dot_segment


def _is_normally_escaped(iri: str) -> bool:
    """Whether only what must be is escaped, and decodes as UTF-8 in NFC.

    An escaped percent sign is refused too: with what follows it may be unescaped twice.
    """
    if re.search(r"%(?:25|2D|2E|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", iri):
        return False
    try:
        return unicodedata.is_normalized("NFC", unquote(iri, errors="strict"))
    except UnicodeDecodeError:
        return False
