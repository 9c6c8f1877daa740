"""Content codings undone, piece by piece, with a cap on what comes out.

Pure. At most one coding is undone (a second one has no honest use); a body that ends early is an
error and not a shorter body. Memory stays near the cap whatever comes in: of zlib and brotli no
more is asked for than may still come, and zstd, which cannot be asked, gets small slices.

After the end of a gzip or zstd stream another may follow (RFC 1952 section 2.2, RFC 8878 section
3.1); anything else there is ignored, as gzip(1) and browsers do. brotli reports such a tail as
damage, and so do we.
"""

import zlib
from collections.abc import Iterable
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from aggregator.errors import FailureKind, SourceError

_STEP: Final = 1 << 20  # bytes out of brotli at a time; it overshoots about twice
_SLICE: Final = 256  # bytes into zstd at a time: 64 blocks of 128 kB at the very worst
_WINDOW: Final = 1 << 23  # the largest window of the coding (RFC 9659 section 3)
_MEMBERS: Final = 1000  # of one gzip body; each costs a copy of what follows it
_GZIP: Final = b"\x1f\x8b\x08"
_ZSTD_STARTS: Final = (
    b"\x28\xb5\x2f\xfd",
    *(bytes([0x50 | n]) + b"\x2a\x4d\x18" for n in range(16)),
)


class Inflater(Protocol):
    """Undoes one content coding. Both methods raise SourceError: BAD_ENCODING or TOO_LARGE."""

    def feed(self, piece: bytes) -> bytes:
        """What `piece` adds to the body."""

    def finish(self) -> bytes:
        """The last of the body; raises if the coding has not come to its end."""


def inflater(codings: Iterable[str], *, limit: int) -> Inflater:
    """The inflater for the values of Content-Encoding (RFC 9110 section 8.4).

    A body without a coding that starts as gzip is a file from a disk ("feed.xml.gz"): it is
    inflated as well, since no feed can start so.

    Args:
        codings: the values of all Content-Encoding fields.
        limit: the most bytes that may come out.

    Raises:
        SourceError: BAD_ENCODING for more than one coding and for one that we do not know.
    """
    names = [
        name
        for value in codings
        for name in (part.strip().lower() for part in value.split(","))
        if name not in ("", "identity")
    ]
    if len(names) > 1:
        raise SourceError(
            FailureKind.BAD_ENCODING,
            f"the body is encoded more than once ({', '.join(names[:8])}); wanted one at most",
        )
    if not names:
        return _Plain(limit)
    match names[0]:
        case "gzip" | "x-gzip":
            return _Zlib("gzip", zlib.MAX_WBITS | 16, limit)
        case "deflate":
            return _Deflate(limit)
        case "br":
            return _Brotli(limit)
        case "zstd":
            return _Zstd(limit)
        case other:
            raise SourceError(
                FailureKind.BAD_ENCODING,
                f"the body is encoded as {other[:40]!r}; wanted gzip, br, zstd or none",
            )


class _Budget:
    """How much may still come out."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    def spend(self, piece: bytes) -> bytes:
        self.left -= len(piece)
        if self.left < 0:
            raise SourceError(
                FailureKind.TOO_LARGE,
                f"the body is larger than {self.limit:,} bytes when it is decoded",
            )
        return piece


def _damaged(coding: str, detail: object) -> SourceError:
    return SourceError(FailureKind.BAD_ENCODING, f"the body is damaged {coding} ({detail})")


def _truncated(coding: str) -> SourceError:
    return SourceError(FailureKind.BAD_ENCODING, f"the body ends in the middle of its {coding}")


class _Plain:
    """No coding, or gzip that nobody announced."""

    def __init__(self, limit: int) -> None:
        self._budget = _Budget(limit)
        self._head: bytes | None = b""  # until it is known what the body starts with
        self._gzip: _Zlib | None = None

    def feed(self, piece: bytes) -> bytes:
        if self._gzip:
            return self._gzip.feed(piece)
        if self._head is not None:
            piece = self._head + piece
            if len(piece) < len(_GZIP) and _GZIP.startswith(piece):
                self._head = piece
                return b""
            self._head = None
            if piece.startswith(_GZIP):
                self._gzip = _Zlib("gzip", zlib.MAX_WBITS | 16, self._budget.limit)
                return self._gzip.feed(piece)
        return self._budget.spend(piece)

    def finish(self) -> bytes:
        return self._gzip.finish() if self._gzip else self._head or b""


class _Zlib:
    """gzip and the two kinds of deflate; of gzip any number of members."""

    def __init__(self, coding: str, wbits: int, limit: int) -> None:
        self._coding = coding
        self._wbits = wbits
        self._budget = _Budget(limit)
        self._stream = zlib.decompressobj(wbits)
        self._started = False
        self._members = 1
        self._tail: bytes | None = b""  # after a member: the start of another; None: not ours

    def feed(self, piece: bytes) -> bytes:
        out: list[bytes] = []
        while piece and self._tail is not None:
            self._started = True
            if self._stream.eof:
                piece, self._tail = self._tail + piece, b""
                if not self._another(piece):
                    break
                self._stream = zlib.decompressobj(self._wbits)
            try:
                out.append(self._stream.decompress(piece, self._budget.left + 1))
            except zlib.error as error:
                raise _damaged(self._coding, error) from error
            self._budget.spend(out[-1])
            piece = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        return b"".join(out)

    def _another(self, piece: bytes) -> bool:
        if self._coding == "gzip" and piece.startswith(_GZIP[:2]):
            self._members += 1
            if self._members > _MEMBERS:
                raise _damaged(self._coding, "a thousand streams in one body")
            return True
        could = self._coding == "gzip" and _GZIP.startswith(piece)
        self._tail = piece if could else None
        return False

    def finish(self) -> bytes:
        if self._started and not self._stream.eof:
            raise _truncated(self._coding)
        return b""


class _Deflate:
    """zlib's format as the RFC says, or bare deflate as some servers send (RFC 9110 8.4.1.2)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._head = b""
        self._zlib: _Zlib | None = None

    def feed(self, piece: bytes) -> bytes:
        if self._zlib is None:
            self._head += piece
            if len(self._head) < 2:
                return b""
            piece = self._head
            is_zlib = piece[0] & 0x0F == zlib.DEFLATED and (piece[0] << 8 | piece[1]) % 31 == 0
            wbits = zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
            self._zlib = _Zlib("deflate", wbits, self._limit)
        return self._zlib.feed(piece)

    def finish(self) -> bytes:
        if self._zlib is not None:
            return self._zlib.finish()
        if self._head:
            raise _truncated("deflate")
        return b""


class _Brotli:
    def __init__(self, limit: int) -> None:
        self._budget = _Budget(limit)
        self._stream = brotli.Decompressor()
        self._started = False

    def feed(self, piece: bytes) -> bytes:
        if not piece:
            return b""
        self._started = True
        out = [self._step(piece)]
        while not self._stream.can_accept_more_data():
            out.append(self._step(b""))
        return b"".join(out)

    def _step(self, piece: bytes) -> bytes:
        limit = min(_STEP, self._budget.left + 1)
        try:
            return self._budget.spend(self._stream.process(piece, output_buffer_limit=limit))
        except brotli.error as error:
            raise _damaged("brotli", error) from error

    def finish(self) -> bytes:
        if self._started and not self._stream.is_finished():
            raise _truncated("brotli")
        return b""


class _Zstd:
    def __init__(self, limit: int) -> None:
        self._budget = _Budget(limit)
        self._context = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._stream = self._context.decompressobj()
        self._started = False
        self._tail: bytes | None = b""  # after a frame: the start of another; None: not ours

    def feed(self, piece: bytes) -> bytes:
        return b"".join(
            self._slice(piece[start : start + _SLICE]) for start in range(0, len(piece), _SLICE)
        )

    def _slice(self, piece: bytes) -> bytes:
        out: list[bytes] = []
        while piece and self._tail is not None:
            self._started = True
            if self._stream.eof:
                piece, self._tail = self._tail + piece, b""
                if not self._another(piece):
                    break
                self._stream = self._context.decompressobj()
            try:
                out.append(self._budget.spend(self._stream.decompress(piece)))
            except zstandard.ZstdError as error:
                raise _damaged("zstd", error) from error
            piece = self._stream.unused_data if self._stream.eof else b""
        return b"".join(out)

    def _another(self, piece: bytes) -> bool:
        if piece.startswith(_ZSTD_STARTS):
            return True
        could = any(start.startswith(piece) for start in _ZSTD_STARTS)
        self._tail = piece if could else None
        return False

    def finish(self) -> bytes:
        if self._started and not self._stream.eof:
            raise _truncated("zstd")
        return b""
