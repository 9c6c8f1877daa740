"""An image file becomes the copy that we serve; what is dangerous or useless does not.

The cases are the files of corpus/pictures, with a row each in expect.tsv.
"""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.picture import MOST_BYTES, describe, reencode
from aggregator.worker import WorkerPool

CORPUS = Path(__file__).parent / "corpus" / "pictures"
ROWS = [
    line.split("\t")
    for line in (CORPUS / "expect.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
GOOD = [(name, kind, said) for name, kind, said in ROWS if "/" in kind]
BAD = [(name, kind, said) for name, kind, said in ROWS if "/" not in kind]

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (40, 60, 180), (220, 200, 60)
PLAIN = {"alpha-16.png", "animated.gif", "animated.webp", "color-16.png", "gray-16.png"}
UNCOLORED = {"gray.jpg", "black-and-white.png"}
DRAWN = [name for name, _, _ in GOOD if name not in PLAIN | UNCOLORED | {"red-is-blue.jpg"}]


def copy_of(name):
    return reencode((CORPUS / name).read_bytes())


def shown(name):
    return Image.open(BytesIO(copy_of(name).body))


def near(color, wanted, by=24):
    return all(abs(one - other) <= by for one, other in zip(color[:3], wanted, strict=True))


def corners(image):
    right, low = image.width - 8, image.height - 8
    rgb = image.convert("RGB")
    return [rgb.getpixel(place) for place in ((8, 8), (right, 8), (8, low), (right, low))]


def test_every_file_is_a_case():
    files = {path.name for path in CORPUS.iterdir() if path.suffix not in {".py", ".tsv"}}
    assert {name for name, _, _ in ROWS} == files


@pytest.mark.parametrize(("name", "media_type", "size"), GOOD, ids=lambda value: value)
def test_a_copy_is_of_a_kind_that_browsers_show_and_of_a_size_that_pages_need(
    name, media_type, size
):
    copy = copy_of(name)
    image = Image.open(BytesIO(copy.body))
    assert (copy.media_type, f"{copy.width} x {copy.height}") == (media_type, size)
    assert image.size == (copy.width, copy.height)
    assert image.get_format_mimetype() == media_type
    assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("name", DRAWN)
def test_a_copy_is_upright_and_in_its_colors(name):
    found = corners(shown(name))
    for color, wanted in zip(found, (RED, GREEN, BLUE, YELLOW), strict=True):
        assert near(color, wanted), f"{found} in {name}"


@pytest.mark.parametrize(("name", "_kind", "_size"), GOOD, ids=lambda value: value)
def test_nothing_is_passed_on_but_what_the_image_shows(name, _kind, _size):
    copy = copy_of(name)
    image = Image.open(BytesIO(copy.body))
    image.load()
    harmless = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive"}
    harmless |= {"progression", "loop", "background", "timestamp", "duration"}
    assert set(image.info) <= harmless
    assert not image.getexif()
    assert b"script" not in copy.body
    assert b"camera" not in copy.body


@pytest.mark.parametrize(("name", "_kind", "_size"), GOOD, ids=lambda value: value)
def test_one_file_gives_one_name(name, _kind, _size):
    first, second = describe(copy_of(name)), describe(copy_of(name))
    assert first == second
    assert first.length == len(copy_of(name).body)


def test_photographs_are_progressive():
    assert shown("photo.jpg").info["progressive"]


def test_a_color_profile_is_applied():
    red, green, blue, _ = corners(shown("red-is-blue.jpg"))
    assert near(red, RED[::-1], by=40)
    assert near(green, GREEN[::-1], by=40)
    assert near(blue, BLUE[::-1], by=40)


def test_sixteen_bits_become_eight_and_not_white():
    assert near(shown("gray-16.png").convert("RGB").getpixel((50, 50)), (155, 155, 155))
    assert near(shown("color-16.png").getpixel((50, 50)), (195, 39, 39))


@pytest.mark.parametrize("name", ["cut-out.png", "cut-out.webp", "cut-out.avif"])
def test_what_is_transparent_stays_so(name):
    image = shown(name)
    assert image.getpixel((image.width // 2, image.height // 2))[3] == 0
    assert image.getpixel((8, 8))[3] == 255


def test_of_an_animation_the_first_frame_is_shown():
    for name in ("animated.gif", "animated.webp"):
        assert near(shown(name).getpixel((50, 50)), RED)


@pytest.mark.parametrize(("name", "kind", "said"), BAD, ids=lambda value: value)
def test_what_cannot_be_shown_is_refused_with_the_reason(name, kind, said):
    with pytest.raises(SourceError) as caught:
        copy_of(name)
    assert caught.value.kind == kind
    assert said in caught.value.message


def test_a_file_that_is_too_large_is_not_even_opened():
    with pytest.raises(SourceError) as caught:
        reencode((CORPUS / "photo.jpg").read_bytes() + bytes(MOST_BYTES))
    assert caught.value.kind is FailureKind.TOO_LARGE


def test_broken_files_of_any_kind_are_failures_and_no_crashes():
    """Every good file cut off anywhere and with any byte changed is a copy or a `SourceError`."""
    for name, _, _ in GOOD:
        body = (CORPUS / name).read_bytes()
        for number in range(12):
            place = (number * 2654435761) % len(body)
            changed = body[:place] + bytes([body[place] ^ (1 << number % 8)]) + body[place + 1 :]
            for damaged in (body[:place], changed):
                try:
                    copy = reencode(damaged)
                except SourceError as error:
                    assert error.kind in (FailureKind.UNFIT_PICTURE, FailureKind.TOO_LARGE)  # noqa: PT017
                else:
                    assert copy.width <= 1200


# --- in the child ---------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_largest_files_of_every_kind_fit_into_the_child():
    largest = []
    flat = Image.new("RGBA", (5000, 5000), (200, 40, 40, 128))
    for kind, image, options in (
        ("PNG", flat, {"compress_level": 1}),
        ("WEBP", flat, {"lossless": True, "method": 0}),
        ("GIF", Image.new("P", flat.size, 3), {}),
        ("JPEG", Image.new("CMYK", flat.size, (200, 30, 40, 0)), {"progressive": True}),
        ("AVIF", Image.new("RGB", flat.size, RED), {"speed": 10}),
    ):
        out = BytesIO()
        image.save(out, kind, **options)
        largest.append(out.getvalue())
    del flat, image
    async with WorkerPool(1) as pool:
        for body in largest:
            picture, copy = await pool.picture(body)
            assert (picture.width, picture.height) == (1200, 1200)
            assert picture.length == len(copy)


@pytest.mark.anyio
async def test_an_image_that_takes_too_much_memory_is_a_failure_and_the_next_one_is_copied():
    out = BytesIO()
    Image.new("RGBA", (5000, 5000), (200, 40, 40, 128)).save(out, "PNG", compress_level=1)
    async with WorkerPool(1, memory_limit=160 * 1024 * 1024) as pool:
        with pytest.raises(SourceError) as caught:
            await pool.picture(out.getvalue())
        assert caught.value.kind is FailureKind.TOO_COSTLY
        picture, _ = await pool.picture((CORPUS / "photo.jpg").read_bytes())
        (child,) = pool._children
        assert child._process.pid != os.getpid()
    assert picture.path.startswith("images/")
