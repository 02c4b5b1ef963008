"""Write a picture anew, with nothing in it but what is seen. As a program: one picture in, one out, within bounds of
memory and time.

Nothing of Django is imported here, so that the process for a large picture is a small one.
"""

import json
import resource
import struct
import sys
import zlib
from enum import StrEnum
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps, ImageSequence

# We look at the size ourselves, before a pixel is read; Pillow's own check would only warn.
Image.MAX_IMAGE_PIXELS = None
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
READ = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"})
# Of what must be decoded whole, four bytes each, and twice that where it is made smaller.
MOST_DECODED = 24_000_000
_MADE_SMALLER = ("RGB", "RGBA", "L", "LA", "CMYK", "YCbCr")
# Of the process for one picture: bytes of address space, of which half is the program, and seconds.
MEMORY, SECONDS = 768 * 1024 * 1024, 30
# Pictures that cannot be written anew here, by what stands at their beginning or after the size of their first box.
_OTHERS = {
    **dict.fromkeys((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "image/tiff"),
    **{b"8BPS": "image/vnd.adobe.photoshop", b"\0\0\1\0": "image/x-icon", b"\xff\x0a": "image/jxl"},
}
_BOXES = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
}
# A moving picture of more frames than this stands still.
MOST_FRAMES = 300
_QUALITY = 85
# What Pillow's readers raise on files that are broken, by accident or by intent.
_BROKEN = (
    *(
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        MemoryError,
    ),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)


class Why(StrEnum):
    """Why a picture is not taken."""

    DRAWING = "drawing"
    UNKNOWN = "unknown"
    LARGE = "large"
    BROKEN = "broken"


class Unfit(Exception):
    """A picture that is not taken; its first argument is a Why."""


class SafeImage(NamedTuple):
    """A picture written by us: its bytes, its media type, its sides in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def kind_of(data: bytes) -> str | None:
    """The media type of a picture by its first bytes, whatever its name says; None if it is none we know."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    if data.startswith(b"BM") and data[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"):
        return "image/bmp"
    if data[4:8] == b"ftyp" and data[8:12] in _BOXES:
        return _BOXES[data[8:12]]
    if data[4:8] in (b"JXL ", b"jP  "):
        return "image/jxl" if data[4:8] == b"JXL " else "image/jp2"
    for start, kind in _OTHERS.items():
        if data.startswith(start):
            return kind
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "image/svg+xml" if head.startswith(b"<") and b"<svg" in head else None


def pixels_of(data: bytes) -> int:
    """How many pixels are decoded for it; 0 where that is not known."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return image.width * image.height
    except _BROKEN:
        return 0


def written_anew(data: bytes, max_side: int, max_pixels: int) -> SafeImage:
    """The picture, upright, in sRGB, at most `max_side` pixels on each side; Unfit says why not.

    A picture of more than `max_pixels` as it comes is not read, nor one that has to be decoded whole to be made
    smaller and has more than MOST_DECODED. One that moves goes on moving (as WebP) where all its frames together stay
    within that, and else stands still.
    """
    kind = kind_of(data)
    if kind == "image/svg+xml":
        raise Unfit(Why.DRAWING)
    if kind not in READ:
        raise Unfit(Why.UNKNOWN)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            # A baseline JPEG is decoded at a half, a quarter or an eighth of its size.
            smaller = kind == "image/jpeg" and not image.info.get("progressive")
            if image.width * image.height > (max_pixels if smaller else min(max_pixels, MOST_DECODED)):
                raise Unfit(Why.LARGE)
            if _moves(image, min(max_pixels, MOST_DECODED)):
                return _moving(image, max_side)
            return _still(image, kind, max_side)
    except _BROKEN as error:
        raise Unfit(Why.BROKEN) from error


def _moves(image: Image.Image, max_pixels: int) -> bool:
    frames = int(getattr(image, "n_frames", 1))
    return 1 < frames <= MOST_FRAMES and frames * image.width * image.height <= max_pixels


def _still(image: Image.Image, kind: str, max_side: int) -> SafeImage:
    if kind == "image/jpeg":
        image.draft("RGB", (max_side, max_side))
    image.load()
    if max(image.size) > max_side and image.mode in _MADE_SMALLER:
        # First of all, as each further step copies what there is.
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    plain = _in_srgb(upright, _profile(image))
    if max(plain.size) > max_side:
        plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    out = BytesIO()
    if kind == "image/jpeg":
        plain.convert("RGB").save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    elif kind in ("image/webp", "image/avif"):
        kind = "image/webp"
        plain.save(out, "WEBP", quality=_QUALITY, method=3)
    else:
        kind = "image/png"
        plain.save(out, "PNG", optimize=plain.width * plain.height < 1_000_000)
    return SafeImage(out.getvalue(), kind, *plain.size)


def _moving(image: Image.Image, max_side: int) -> SafeImage:
    scale = min(1.0, max_side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        # A frame without a time, or of none, is shown as browsers do: a tenth of a second.
        durations.append(int(frame.info.get("duration") or 100))
        frames.append(frame.convert("RGBA").resize(size, Image.Resampling.BILINEAR))
    out = BytesIO()
    loop = int(image.info.get("loop", 0) or 0)
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=loop,
        quality=75,
        method=0,
    )
    return SafeImage(out.getvalue(), "image/webp", *size)


def _profile(image: Image.Image) -> bytes | None:
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else None


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A fresh picture of pixels alone, in sRGB, as the profile that names another space goes."""
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            turned = None
        image = turned or image
    seen = _has_alpha(image)
    fresh = image.convert("RGBA" if seen else "L" if image.mode in ("1", "L") else "RGB")
    fresh.info = {}
    return fresh


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _alone() -> None:
    """One picture from standard input to standard output: a line of JSON, and the bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    max_side, max_pixels = map(int, sys.argv[1:3])
    try:
        made = written_anew(sys.stdin.buffer.read(), max_side, max_pixels)
        line, body = {"mime": made.mime, "width": made.width, "height": made.height}, made.data
    except Unfit as unfit:
        line, body = {"unfit": str(unfit.args[0])}, b""
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n" + body)


if __name__ == "__main__":
    _alone()
