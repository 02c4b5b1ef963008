"""Pictures made safe: read within limits, and written anew with nothing in them but what is seen.

What a camera tells of its owner (place, time, name) does not survive, nor anything hidden behind the picture.
"""

import struct
import zlib
from io import BytesIO
from typing import NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence

from potluck.lib.errors import Malformed

# We look at the size ourselves, before a pixel is read; Pillow's own check would only warn.
Image.MAX_IMAGE_PIXELS = None
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
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
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "image/svg+xml" if head.startswith(b"<") and b"<svg" in head else None


def safe_image(data: bytes, max_side: int, max_pixels: int) -> SafeImage:
    """The picture, upright, in sRGB, at most `max_side` pixels on each side; Malformed says why not.

    A picture of more than `max_pixels` as it comes is not read. One that moves goes on moving (as WebP) where
    all its frames together stay within `max_pixels`, and else stands still. SVG is a program, and refused.
    """
    kind = kind_of(data)
    if kind == "image/svg+xml":
        raise Malformed(_("Drawings in SVG cannot be shown here. Please save it as PNG."))
    if kind is None:
        raise Malformed(_("This is not a picture we can read. JPEG, PNG, GIF, WebP and AVIF are fine."))
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise Malformed(_("This picture has too many pixels. Please make it smaller first."))
            if _moves(image, max_pixels):
                return _moving(image, max_side)
            return _still(image, kind, max_side)
    except _BROKEN as error:
        raise Malformed(_("This picture is broken: it cannot be read to its end.")) from error


def _moves(image: Image.Image, max_pixels: int) -> bool:
    frames = int(getattr(image, "n_frames", 1))
    return 1 < frames <= MOST_FRAMES and frames * image.width * image.height <= max_pixels


def _still(image: Image.Image, kind: str, max_side: int) -> SafeImage:
    if kind == "image/jpeg":
        image.draft("RGB", (max_side, max_side))
    image.load()
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
