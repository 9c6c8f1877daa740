"""A body in another coding: the file beside it, or compressed here. Acts: disk.

A neighbor (`atom.xml.br`, `atom.xml.gz`) is used only when it unpacks to the very bytes: between
publishing a document and publishing its neighbor, the neighbor is that of the document before.
"""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

import brotli  # type: ignore[import-untyped]

from aggregator.serve import disk

_SUFFIXES: Final = {b"br": ".br", b"gzip": ".gz"}

# Brotli 5 is a tenth smaller than gzip 6 in less time; 11 takes a hundred times as long and is
# for whoever writes neighbors.
_BROTLI_QUALITY: Final = 5
_GZIP_LEVEL: Final = 6
_GZIP: Final = 31  # window bits: 15, with gzip's frame


def encode(root: Path, names: tuple[str, ...], body: bytes, coding: bytes) -> bytes | None:
    """Return `body`, the file at `names`, in a coding; None when it does not become smaller."""
    beside = (*names[:-1], names[-1] + _SUFFIXES[coding])
    coded = None
    with suppress(OSError):  # one that cannot be read is none
        neighbor = disk.read(root, beside, head=0, most=len(body))
        coded = neighbor.body if neighbor is not None else None
    if coded is None or not _unpacks_to(coded, body, coding):
        coded = _compress(body, coding)
    return coded if len(coded) < len(body) else None


def _compress(body: bytes, coding: bytes) -> bytes:
    if coding == b"br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY))
    # No time and no name in the frame: equal bytes in, equal bytes out.
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()


def _unpacks_to(coded: bytes, body: bytes, coding: bytes) -> bool:
    """Unpack no further than the body is long: a neighbor may be anything."""
    limit = len(body) + 1
    try:
        if coding == b"br":
            unbrotli = brotli.Decompressor()
            unpacked = unbrotli.process(coded, output_buffer_limit=limit)
            while len(unpacked) < limit and not unbrotli.can_accept_more_data():
                unpacked += unbrotli.process(b"", output_buffer_limit=limit)
            return bool(unpacked == body and unbrotli.is_finished())
        gunzip = zlib.decompressobj(_GZIP)
        return gunzip.decompress(coded, limit) == body and gunzip.eof and not gunzip.unused_data
    except (zlib.error, brotli.error):
        return False
