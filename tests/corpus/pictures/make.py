"""Makes the files beside it, all of them drawn here: python tests/corpus/pictures/make.py.

Each is the same drawing, unless its name says otherwise: a red corner above left, green above
right, blue below left, yellow below right, so that a test can tell which way is up and whether
the colors are right. `expect.tsv` says what becomes of each.
"""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

HERE = Path(__file__).parent
RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (40, 60, 180), (220, 200, 60)
WORDS = b"<script>alert(1)</script>"


def drawing(width=400, height=300):
    image = Image.new("RGB", (width, height), (235, 232, 226))
    draw = ImageDraw.Draw(image)
    w, h = width // 3, height // 3
    for color, (x, y) in {
        RED: (0, 0),
        GREEN: (width - w, 0),
        BLUE: (0, height - h),
        YELLOW: (width - w, height - h),
    }.items():
        draw.rectangle((x, y, x + w, y + h), fill=color)
    return image


def cut_out(width=400, height=300):
    image = drawing(width, height).convert("RGBA")
    hole = Image.new("L", image.size, 255)
    ImageDraw.Draw(hole).ellipse((width // 4, height // 4, 3 * width // 4, 3 * height // 4), 0)
    image.putalpha(hole)
    return image


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "A camera's maker"
    block[0x8825] = {1: "N", 2: (36.0, 11.0, 28.0), 3: "E", 4: (44.0, 0.0, 33.0)}  # GPS
    return block


def turned(orientation):
    """The drawing as a camera held that way stores it."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return drawing().transpose(back[orientation]) if orientation in back else drawing()


def swapped_profile():
    """A color profile by which red is blue and blue is red: sRGB with two tags renamed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    for number in range(count):
        at = 132 + 12 * number
        name = bytes(profile[at : at + 4])
        profile[at : at + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, bits, color, row, *chunks, rows=None):
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))
        + b"".join(chunks)
        + chunk(b"IDAT", zlib.compress((b"\0" + row) * (height if rows is None else rows), 9))
        + chunk(b"IEND", b"")
    )


def good():
    yield "photo.jpg", saved(drawing(), "JPEG", quality=70)
    yield "progressive.jpg", saved(drawing(), "JPEG", quality=70, progressive=True)
    yield "gray.jpg", saved(drawing().convert("L"), "JPEG", quality=70)
    yield "cmyk.jpg", saved(drawing().convert("CMYK"), "JPEG", quality=70)
    yield "wide.jpg", saved(drawing(2400, 1200), "JPEG", quality=20)
    yield "tall.jpg", saved(drawing(300, 3000), "JPEG", quality=20)
    yield "least.jpg", saved(drawing(100, 50), "JPEG", quality=70)
    for number in range(1, 9):
        yield (
            f"orientation-{number}.jpg",
            saved(turned(number), "JPEG", quality=60, exif=exif(number)),
        )
    lying = drawing(1200, 2400).transpose(Image.Transpose.ROTATE_90)
    yield "orientation-6-wide.jpg", saved(lying, "JPEG", quality=20, exif=exif(6))
    yield "orientation-of-99.jpg", saved(drawing(), "JPEG", quality=60, exif=exif(99))
    yield (
        "everything-hidden.jpg",
        saved(
            drawing(),
            "JPEG",
            quality=60,
            exif=exif(1),
            comment=WORDS,
            xmp=WORDS,
            icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        )
        + WORDS,
    )
    yield (
        "red-is-blue.jpg",
        saved(drawing(), "JPEG", quality=70, subsampling=0, icc_profile=swapped_profile()),
    )
    yield "broken-profile.jpg", saved(drawing(), "JPEG", quality=60, icc_profile=b"x" * 500)
    broken = b"Exif\0\0II*\0" + b"\xff" * 40
    yield "broken-exif.jpg", saved(drawing(), "JPEG", quality=60, exif=broken)
    yield "drawing.png", saved(drawing(), "PNG", optimize=True)
    text = PngInfo()
    text.add_text("Comment", WORDS.decode())
    yield "words-inside.png", saved(drawing(), "PNG", optimize=True, pnginfo=text)
    yield "opaque-alpha.png", saved(drawing().convert("RGBA"), "PNG", optimize=True)
    yield "cut-out.png", saved(cut_out(), "PNG", optimize=True)
    palette = drawing().quantize(16)
    yield "palette.png", saved(palette, "PNG", optimize=True)
    yield "palette-transparent.png", saved(palette, "PNG", optimize=True, transparency=0)
    yield "gray-16.png", png(200, 100, 16, 0, struct.pack(">H", 40000) * 200)
    yield "color-16.png", png(200, 100, 16, 2, struct.pack(">HHH", 50000, 10000, 10000) * 200)
    yield "alpha-16.png", png(200, 100, 16, 6, struct.pack(">HHHH", 50000, 9, 9, 30000) * 200)
    yield "black-and-white.png", saved(drawing().convert("1"), "PNG", optimize=True)
    yield "drawing.gif", saved(drawing().quantize(16), "GIF")
    frames = [Image.new("RGB", (200, 100), color).quantize(2) for color in (RED, GREEN, BLUE)]
    yield "animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "photo.webp", saved(drawing(), "WEBP", quality=70)
    yield "cut-out.webp", saved(cut_out(), "WEBP", quality=70)
    colors = [Image.new("RGB", (200, 100), color) for color in (RED, GREEN, BLUE)]
    yield "animated.webp", saved(colors[0], "WEBP", save_all=True, append_images=colors[1:])
    yield "photo.avif", saved(drawing(), "AVIF", quality=60)
    yield "cut-out.avif", saved(cut_out(), "AVIF", quality=60)


def bad():
    whole = saved(drawing(), "JPEG", quality=70)
    yield "truncated.jpg", whole[: len(whole) // 2]
    yield "truncated.png", saved(drawing(), "PNG", optimize=True)[:-300]
    yield "truncated.webp", saved(drawing(), "WEBP", quality=70)[:-600]
    yield "only-a-header.jpg", whole[:20]
    yield "empty.jpg", b""
    yield "page.jpg", b"<!DOCTYPE html><title>Just a moment...</title><p>Checking your browser."
    script = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>'
    yield "script.svg", b'<?xml version="1.0"?>\n' + script + b"</svg>\n"
    yield "drawing.tiff", saved(drawing(120, 60), "TIFF", compression="tiff_deflate")
    yield "drawing.bmp", saved(Image.new("1", (120, 60)), "BMP")
    yield "drawing.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 300\nshowpage\n"
    yield "pixel.gif", saved(Image.new("P", (1, 1)), "GIF")
    yield "icon.png", saved(drawing(64, 64), "PNG", optimize=True)
    yield "just-too-low.png", saved(drawing(100, 49), "PNG", optimize=True)
    yield "lying-just-too-low.jpg", saved(drawing(49, 100), "JPEG", exif=exif(6))
    yield "ruler.png", saved(Image.new("1", (200, 9000)), "PNG", optimize=True)
    yield "bomb.png", png(9000, 9000, 1, 0, bytes(1125))
    yield "bomb-just-over.png", png(5001, 5000, 1, 0, bytes(626))
    yield "header-of-a-bomb.png", png(60_000, 60_000, 8, 6, b"", rows=1)
    yield "bomb.webp", saved(Image.new("RGBA", (16_000, 16_000)), "WEBP", lossless=True, method=0)
    yield (
        "bomb.gif",
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
    )
    words = b"Comment\0\0" + zlib.compress(b"a" * 8_000_000, 9)
    yield "bomb-of-words.png", png(200, 100, 8, 0, bytes(200), chunk(b"zTXt", words))


def main():
    for name, body in (*good(), *bad()):
        (HERE / name).write_bytes(body)
        print(f"{len(body):8,} {name}")


if __name__ == "__main__":
    main()
