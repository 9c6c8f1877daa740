"""A request's path becomes names below the published root, or is refused. Pure.

What is published has plain names, so the rule says what may pass and not what may not: after one
round of percent-decoding, each segment is made of letters, digits, `-` and `_` in parts joined by
single dots. That leaves no room for `..`, dotfiles, empty segments, encoded slashes, backslashes,
NUL, drive letters, streams (`x::$DATA`), short names (`X~1`), trailing dots or a second round of
decoding, in whatever encoding they come. Device names (`con`, `aux`) pass: on the systems we run
on they are names like others, and French has words among them.
"""

import re
from dataclasses import dataclass
from typing import Final

INDEX: Final = "index.html"
_LONGEST: Final = 1024  # bytes of a path; ours stay below 200

_LONGEST_NAME: Final = 255  # what file systems take

_SEGMENT = re.compile(rb"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a path leads.

    Attributes:
        names: folders and file below the root; the index where the path names a folder.
        folder: the path ended in a slash.
    """

    names: tuple[str, ...]
    folder: bool

    @property
    def path(self) -> str:
        """The file's path below the root."""
        return "/".join(self.names)


def resolve(raw: bytes) -> Place | None:
    """Say where a request's path leads; None when it cannot lead to anything of ours.

    Args:
        raw: the path as it came, percent-encoded, without query.
    """
    if not raw.startswith(b"/") or len(raw) > _LONGEST:
        return None
    # Split before decoding: an encoded slash is data and separates nothing (RFC 3986 section 2.2).
    *folders, last = raw[1:].split(b"/")
    names = [_decode(segment) for segment in folders]
    names.append(_decode(last) if last else INDEX)
    plain = tuple(name for name in names if name is not None)
    return Place(names=plain, folder=not last) if len(plain) == len(names) else None


def _decode(segment: bytes) -> str | None:
    decoded = _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), segment)
    if len(decoded) > _LONGEST_NAME or not _SEGMENT.fullmatch(decoded):
        return None
    return decoded.decode("ascii")
