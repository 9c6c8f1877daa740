"""An image file as a publisher sent it -> the copy that we serve. Pure; runs in the bounded child.

Nothing of the file itself is passed on: what it shows is decoded and encoded anew, upright, in
sRGB, no larger than a page needs and without any metadata, so without the place where it was
taken and without whatever else somebody hid in it. The same file gives the same bytes.

Photographs become JPEG. What is transparent stays so and becomes WebP: PNG would make a cut-out
photograph five to ten times as large, and every browser since 2020 shows WebP.
"""

import hashlib
import struct
import warnings
import zlib
from io import BytesIO
from typing import Final, NamedTuple

# Named one by one, so that Pillow does not import its other forty grammars at the first file.
from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from aggregator.errors import FailureKind, SourceError
from aggregator.model import Picture

MOST_BYTES: Final = 5_000_000  # of a file; what is larger is made for printing
MOST_PIXELS: Final = 25_000_000  # of a file, 6000 x 4000: decoding takes up to 17 bytes for each
WIDEST: Final = 1200  # pixels of a copy, upright: what the previews of links are made for
HIGHEST: Final = 2400
NARROWEST: Final = 100  # what is smaller is an icon or counts readers
LOWEST: Final = 50

_GRAMMARS: Final = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
        AvifImagePlugin.AvifImageFile,
    )
)
_QUALITY: Final = 82  # of 100; above it files grow faster than anyone sees
_ENDINGS: Final = {"image/jpeg": "jpg", "image/webp": "webp"}
_NAME: Final = 20  # hexadecimal digits of the digest
_ORIENTATION: Final = 0x0112  # EXIF 2.32, section 4.6.4 A: how the camera was held
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING: Final = (5, 6, 7, 8)  # width and height change places
_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

# What Pillow raises of files that are broken or made to break it.
_BROKEN: Final = (
    OSError,  # truncated, and whatever the codecs say
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,  # of the decoder of AVIF
    struct.error,
    zlib.error,
)

# Several threads would each reserve memory of their own.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Copy(NamedTuple):
    """An image made anew: plain values, as they come from the child."""

    body: bytes
    media_type: str
    width: int  # pixels
    height: int


def reencode(body: bytes) -> Copy:
    """Make the copy of an image file: of an animation, its first frame.

    Args:
        body: the file, whole.

    Raises:
        SourceError: TOO_LARGE by bytes or pixels; UNFIT_PICTURE where it is no raster image of a
            kind that we read, broken, or too small to show.
        MemoryError: decoding it takes more than the child may have.
    """
    if len(body) > MOST_BYTES:
        raise SourceError(
            FailureKind.TOO_LARGE,
            f"the image has {len(body):,} bytes; {MOST_BYTES:,} are allowed",
        )
    try:
        with warnings.catch_warnings():
            # Pillow warns of oddities and goes on; beyond its bound of pixels it must not.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _reencode(body)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SourceError(
            FailureKind.TOO_LARGE, f"the image has more than {MOST_PIXELS:,} pixels"
        ) from None
    except UnidentifiedImageError:
        raise _unfit("this is no JPEG, PNG, WebP, GIF or AVIF image" + _seems(body)) from None
    except _BROKEN as error:
        raise _unfit(f"the image is broken: {error}"[:300]) from error


def describe(copy: Copy) -> Picture:
    """Name a copy and its place below the published root: the name is made of its bytes.

    Raises:
        KeyError: it is of a type that we do not make.
    """
    digest = hashlib.sha256(copy.body).hexdigest()[:_NAME]
    return Picture(
        path=f"images/{digest}.{_ENDINGS[copy.media_type]}",
        media_type=copy.media_type,
        length=len(copy.body),
        width=copy.width,
        height=copy.height,
    )


def _unfit(message: str) -> SourceError:
    return SourceError(FailureKind.UNFIT_PICTURE, message)


def _seems(body: bytes) -> str:
    start = body[:1000].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if not start:
        return ": it is empty"
    if b"<svg" in start:
        return ": it is SVG, which can run scripts"
    return ": it is a page or another text" if start.startswith(b"<") else ""


def _reencode(body: bytes) -> Copy:
    with Image.open(BytesIO(body), formats=_GRAMMARS) as image:
        orientation = _orientation(image)
        width, height = _fitting(image.size, lying=orientation in _LYING)
        drawn = image.format in ("PNG", "GIF")
        # JPEG is decoded at half, a quarter or an eighth where that is still twice what we need.
        image.draft(None, (width * 2, height * 2))
        small = _plain(image).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        profile = image.info.get("icc_profile")
    painted = _opaque(_in_srgb(small, profile))
    if orientation in _TURNS:
        painted = painted.transpose(_TURNS[orientation])
    painted.info.clear()  # Pillow would write a comment on
    out = BytesIO()
    if painted.mode == "RGBA":
        painted.save(out, "WEBP", quality=_QUALITY, method=4)
        media_type = "image/webp"
    else:
        # Colors at half the resolution spare a third of a photograph's bytes and blur the edges
        # of what was drawn.
        sampling = "4:4:4" if drawn else "4:2:0"
        painted.save(
            out, "JPEG", quality=_QUALITY, progressive=True, optimize=True, subsampling=sampling
        )
        media_type = "image/jpeg"
    return Copy(out.getvalue(), media_type, painted.width, painted.height)


def _orientation(image: Image.Image) -> int:
    """Read which way is up; a broken EXIF block says nothing, and the image may still be good."""
    try:
        written = image.getexif().get(_ORIENTATION)
    except _BROKEN:
        return 1
    return written if isinstance(written, int) else 1


def _fitting(size: tuple[int, int], *, lying: bool) -> tuple[int, int]:
    """Shrink a size to what a page can use; as the file has it, before it is turned."""
    width, height = size
    widest, highest = (HIGHEST, WIDEST) if lying else (WIDEST, HIGHEST)
    scale = min(1.0, widest / width, highest / height)
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    narrowest, lowest = (LOWEST, NARROWEST) if lying else (NARROWEST, LOWEST)
    if width < narrowest or height < lowest:
        shown = (height, width) if lying else (width, height)
        raise _unfit(
            f"the image is too small to show: {shown[0]} x {shown[1]} pixels; "
            f"at least {NARROWEST} x {LOWEST} are wanted"
        )
    return width, height


def _plain(image: Image.Image) -> Image.Image:
    """Decode, to a mode that can be shrunk and keeps the transparency."""
    if image.mode.startswith("I"):  # 16 bits a pixel, of which Pillow would only take the lowest
        image.info.pop("transparency", None)
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("1", "P") else image


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Convert by the color profile; one that does not fit the image is passed over."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile and image.mode in ("L", "RGB", "RGBA", "CMYK"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode=mode
            )
        except (ImageCms.PyCMSError, *_BROKEN):
            converted = None
        if converted is not None:
            return converted
    return image.convert(mode)


def _opaque(image: Image.Image) -> Image.Image:
    """Drop an alpha channel that hides nothing: most of those that publishers send."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB")
    return image
