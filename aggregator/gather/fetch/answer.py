"""What comes back: header fields, and a body under caps of bytes, pieces and time.

Acts: it reads from the connection. httpx would undo every content coding without a cap, so the
body is taken as it comes over the wire.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import httpx

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch.inflate import inflater

Fields = Mapping[str, tuple[str, ...]]

SAMPLE: Final = 1 << 16  # bytes of an error's body that are read to say what it is
_PIECES: Final = 50_000  # of one body: a chunk of one byte costs as much time as one of 8 kB
_REST: Final = 1 << 14  # bytes read off an answer so that its connection can be kept
_REST_SECONDS: Final = 1.0


class Progress:
    """How far a request has come, for the report if it comes no further."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.received = 0
        self.pieces = 0
        self.status: int | None = None

    def receive(self, piece: bytes, *, most: int) -> bytes:
        """Count a piece of the body and hand it on.

        Raises:
            SourceError: TOO_LARGE beyond `most` bytes, PROTOCOL for a body in crumbs.
        """
        self.received += len(piece)
        self.pieces += 1
        if self.received > most:
            raise SourceError(FailureKind.TOO_LARGE, f"the body is larger than {most:,} bytes")
        if self.pieces > _PIECES:
            raise SourceError(
                FailureKind.PROTOCOL,
                f"{self.address} sends its body in more than {_PIECES:,} crumbs",
            )
        return piece


class Answer:
    """A response whose head has come; whoever made it closes it.

    Raises:
        SourceError: PROTOCOL for a head that frames its body in two ways.
    """

    def __init__(self, response: httpx.Response, progress: Progress) -> None:
        self._response = response
        self._progress = progress
        self.address = progress.address
        self.status = progress.status = response.status_code
        self.fields = _fields(response)
        if "transfer-encoding" in self.fields and "content-length" in self.fields:
            raise SourceError(  # RFC 9112 section 6.3: "ought to be handled as an error"
                FailureKind.PROTOCOL,
                f"{self.address} gives both Content-Length and Transfer-Encoding",
            )

    def one(self, name: str) -> str | None:
        """The first field of this name, in lowercase; every byte is kept, as latin-1."""
        values = self.fields.get(name)
        return values[0] if values else None

    async def body(self, *, max_wire: int, max_body: int) -> bytes:
        """The whole body, decoded.

        Args:
            max_wire: bytes that may come over the wire.
            max_body: bytes that it may have when it is decoded.

        Raises:
            SourceError: TOO_LARGE, BAD_ENCODING and PROTOCOL.
        """
        declared = self.one("content-length") or ""
        if declared.isdigit() and int(declared[:20]) > max_wire:
            raise SourceError(
                FailureKind.TOO_LARGE,
                f"{self.address} announces {int(declared[:20]):,} bytes; {max_wire:,} are allowed",
            )
        body = bytearray()
        try:
            decoder = inflater(self.fields.get("content-encoding", ()), limit=max_body)
            async for piece in self._pieces():
                body += decoder.feed(self._progress.receive(piece, most=max_wire))
            body += decoder.finish()
        except SourceError as error:
            if error.kind in (FailureKind.TOO_LARGE, FailureKind.BAD_ENCODING):
                raise SourceError(error.kind, f"{self.address}: {error.message}") from error
            raise
        return bytes(body)

    async def sample(self, *, seconds: float, max_wire: int) -> bytes:
        """The beginning of the body, decoded, as far as it can be had: it only explains."""
        sample = bytearray()
        with suppress(SourceError, httpx.HTTPError, TimeoutError):
            decoder = inflater(self.fields.get("content-encoding", ()), limit=4 * SAMPLE)
            async with asyncio.timeout(seconds):
                async for piece in self._pieces():
                    received = self._progress.receive(piece, most=max_wire)
                    sample += decoder.feed(received[:SAMPLE])
                    if self._progress.received >= SAMPLE:
                        break
        return bytes(sample)

    async def drain(self) -> None:
        """Read a short body to its end, so that the connection can be kept."""
        rest = 0
        with suppress(SourceError, httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(_REST_SECONDS):
                async for piece in self._pieces():
                    rest += len(piece)
                    if rest > _REST:
                        break

    def _pieces(self) -> httpx.AsyncByteStream:
        assert isinstance(self._response.stream, httpx.AsyncByteStream)
        return self._response.stream


def _fields(response: httpx.Response) -> Fields:
    """Header fields by lowercase name; values keep every byte, as latin-1."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in response.headers.raw:
        key = name.decode("latin-1").lower()
        fields[key] = (*fields.get(key, ()), value.decode("latin-1"))
    return fields
