"""Content codings are undone within bounds, whatever comes in and however it is cut."""

import gzip
import random
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch.inflate import inflater

TEXT = "Çavkanî: ajans. المصدر: وكالة. ".encode() * 400
NOISE = random.Random(7).randbytes(50_000)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def zstd_in_frames(data: bytes) -> bytes:
    half = len(data) // 2
    return zstandard.compress(data[:half]) + SKIPPABLE + zstandard.compress(data[half:])


SKIPPABLE = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
PACKERS = {
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate (bare)": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip (two members)": lambda data: gzip.compress(data[:99]) + gzip.compress(data[99:]),
    "zstd (frames)": zstd_in_frames,
}
CODED = [name for name in PACKERS if name != "identity"]


def undo(coding: str, body: bytes, *, limit: int = 1_000_000, cut: int = 65_536) -> bytes:
    decoder = inflater([coding.partition(" ")[0]], limit=limit)
    pieces = [decoder.feed(body[start : start + cut]) for start in range(0, len(body), cut)]
    return b"".join([*pieces, decoder.finish()])


def refused(coding: str, body: bytes, **how: int) -> SourceError:
    with pytest.raises(SourceError) as caught:
        undo(coding, body, **how)
    return caught.value


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 1000, 65_536])
@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_comes_out_as_it_went_in_wherever_it_is_cut(coding, cut):
    for data in (TEXT, NOISE[:3000], b"<", b""):
        assert undo(coding, PACKERS[coding](data), cut=cut) == data


@pytest.mark.parametrize("coding", CODED)
def test_no_bytes_at_all_are_an_empty_body_and_no_damage(coding):
    assert undo(coding, b"") == b""


@pytest.mark.parametrize("cut", [1, 65_536])
@pytest.mark.parametrize("coding", CODED)
def test_a_body_that_ends_early_is_an_error_wherever_it_ends(coding, cut):
    whole = PACKERS[coding](TEXT)
    for missing in (1, 2, 4, len(whole) // 3, len(whole) - 3):
        error = refused(coding, whole[:-missing], cut=cut)
        assert error.kind is FailureKind.BAD_ENCODING
        assert "ends in the middle" in error.message


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("body", [b"<?xml version='1.0'?><rss/>", NOISE], ids=["xml", "noise"])
def test_a_body_that_is_not_what_its_header_says_is_an_error(coding, body):
    assert refused(coding, body).kind is FailureKind.BAD_ENCODING


def test_a_flipped_bit_in_gzip_is_found_by_its_checksum():
    whole = bytearray(gzip.compress(NOISE))
    whole[25_000] ^= 1
    assert refused("gzip", bytes(whole)).kind is FailureKind.BAD_ENCODING


@pytest.mark.parametrize("cut", [1, 300, 65_536])
@pytest.mark.parametrize("coding", ["gzip", "gzip (two members)", "zstd", "zstd (frames)"])
@pytest.mark.parametrize("tail", [b"\0", b"\0" * 600, b"\x1f", b"\x28\xb5", b"garbage" * 100])
def test_what_follows_the_end_of_a_stream_is_ignored(coding, tail, cut):
    assert undo(coding, PACKERS[coding](TEXT) + tail, cut=cut) == TEXT


def test_what_follows_the_end_of_brotli_cannot_be_told_from_damage():
    assert refused("br", brotli.compress(TEXT) + b"garbage").kind is FailureKind.BAD_ENCODING


@pytest.mark.parametrize("cut", [1, 2, 65_536])
def test_gzip_that_nobody_announced_is_inflated(cut):
    for codings in ("", "identity"):
        decoder = inflater([codings], limit=100_000)
        body = gzip.compress(TEXT)
        pieces = [decoder.feed(body[start : start + cut]) for start in range(0, len(body), cut)]
        assert b"".join([*pieces, decoder.finish()]) == TEXT
    assert refused("identity", gzip.compress(TEXT)[:-5], cut=cut).kind is FailureKind.BAD_ENCODING


def test_one_coding_alone_is_undone_so_a_body_packed_twice_stays_packed():
    assert undo("gzip", gzip.compress(gzip.compress(TEXT))) == gzip.compress(TEXT)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (["gzip, gzip"], "more than once (gzip, gzip)"),
        (["gzip", "br"], "more than once (gzip, br)"),
        (["gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip"], "more than once"),
        (["zstd", "identity", "gzip"], "more than once (zstd, gzip)"),
        (["compress"], "'compress'; wanted gzip, br, zstd or none"),
        (["aes128gcm"], "'aes128gcm'"),
        (["utf-8"], "'utf-8'"),
        (["gzip;q=1"], "'gzip;q=1'"),
        (["x" * 9000], "'" + "x" * 40 + "'"),
    ],
)
def test_more_than_one_coding_and_unknown_ones_are_refused(fields, says):
    with pytest.raises(SourceError) as caught:
        inflater(fields, limit=10)
    assert caught.value.kind is FailureKind.BAD_ENCODING
    assert says in caught.value.message
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    "fields", [[], [""], ["identity"], [" , "], ["IDENTITY, identity"], ["", "identity"]]
)
def test_no_coding_is_said_in_several_ways(fields):
    decoder = inflater(fields, limit=10)
    assert decoder.feed(b"<rss/>") + decoder.finish() == b"<rss/>"


@pytest.mark.parametrize("fields", [["GZIP"], [" gzip "], ["identity, gzip"], ["gzip,"]])
def test_one_coding_is_said_in_several_ways(fields):
    decoder = inflater(fields, limit=10)
    assert decoder.feed(gzip.compress(b"<rss/>")) + decoder.finish() == b"<rss/>"


@pytest.mark.parametrize("coding", PACKERS)
def test_the_cap_is_exact(coding):
    packed = PACKERS[coding](NOISE)
    assert undo(coding, packed, limit=len(NOISE)) == NOISE
    error = refused(coding, packed, limit=len(NOISE) - 1)
    assert error.kind is FailureKind.TOO_LARGE
    assert "49,999 bytes" in error.message


# --- bombs: a few kB that become a thousand times as much -------------------------------------

GIB = 1 << 30


def gzip_bomb(wbits: int = 31) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    block = bytes(1 << 20)
    return b"".join([packer.compress(block) for _ in range(64)]) + packer.flush()


def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=3)
    block = bytes(1 << 20)
    return b"".join([packer.process(block) for _ in range(128)]) + packer.finish()


def zstd_bomb() -> bytes:
    """Blocks of one byte repeated 128 kB: the densest that the format allows."""
    frame = b"\x28\xb5\x2f\xfd" + bytes([0x00, 0x58])
    block = ((128 * 1024) << 3 | 0b010).to_bytes(3, "little") + b"\0"
    return frame + block * (GIB // (128 * 1024)) + (1).to_bytes(3, "little")


BOMBS = {
    "gzip": gzip_bomb,
    "deflate": lambda: gzip_bomb(zlib.MAX_WBITS),
    "deflate (bare)": lambda: gzip_bomb(-zlib.MAX_WBITS),
    "br": brotli_bomb,
    "zstd": zstd_bomb,
    "identity": gzip_bomb,
}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_costs_no_more_memory_than_the_cap_and_a_little(coding):
    bomb = BOMBS[coding]()
    tracemalloc.start()
    try:
        error = refused(coding, bomb, limit=8 << 20, cut=len(bomb))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.kind is FailureKind.TOO_LARGE
    assert peak < 40 << 20


def test_a_window_beyond_what_the_coding_allows_is_refused():
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(TEXT) + packer.flush()
    assert refused("zstd", body).kind is FailureKind.BAD_ENCODING


def test_thousands_of_streams_in_one_gzip_body_are_refused():
    assert undo("gzip", gzip.compress(b"x") * 900) == b"x" * 900
    error = refused("gzip", gzip.compress(b"") * 5000)
    assert error.kind is FailureKind.BAD_ENCODING
    assert "a thousand streams" in error.message
