"""Pictures come out as they are seen, and with nothing else in them."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from potluck.lib.errors import Malformed
from potluck.lib.images import kind_of, safe_image

SIDE, PIXELS = 100, 1_000_000


def picture(kind="PNG", size=(20, 10), mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 90).save(out, kind, **options)
    return out.getvalue()


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "mime", "out"),
    [
        ("JPEG", "image/jpeg", "image/jpeg"),
        ("PNG", "image/png", "image/png"),
        ("GIF", "image/gif", "image/png"),
        ("WEBP", "image/webp", "image/webp"),
        ("AVIF", "image/avif", "image/webp"),
        ("BMP", "image/bmp", "image/png"),
    ],
)
def test_each_kind_is_known_by_its_bytes_and_written_anew(kind, mime, out):
    data = picture(kind)
    assert kind_of(data) == mime
    safe = safe_image(data, SIDE, PIXELS)
    assert (safe.mime, safe.width, safe.height) == (out, 20, 10)
    assert kind_of(safe.data) == out
    red, green, blue = opened(safe.data).convert("RGB").getpixel((5, 5))
    assert red > 240
    assert max(green, blue) < 15


def test_what_a_camera_tells_of_its_owner_does_not_survive():
    exif = Image.Exif()
    exif[0x010F] = "Ada's camera"
    exif[0x0112] = 6  # turned by a quarter
    data = picture("JPEG", exif=exif, comment=b"Ada's comment") + b"Ada's hidden tail"
    safe = safe_image(data, SIDE, PIXELS)
    assert b"Ada" not in safe.data
    assert (safe.width, safe.height) == (10, 20)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("PNG", "WEBP", "JPEG"):
        info = opened(safe_image(picture(kind, icc_profile=profile), SIDE, PIXELS).data).info
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(info)


def test_a_large_picture_is_made_smaller_and_a_huge_one_refused():
    safe = safe_image(picture(size=(400, 200)), SIDE, PIXELS)
    assert (safe.width, safe.height) == (100, 50)
    with pytest.raises(Malformed, match="too many pixels"):
        safe_image(picture(size=(1001, 1000)), SIDE, PIXELS)


def test_a_picture_that_claims_to_be_endless_is_not_read():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(Malformed):
        safe_image(bomb, SIDE, PIXELS)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "L"),
        ("PNG", "P"),
        ("JPEG", "CMYK"),
        ("PNG", "1"),
        ("PNG", "I;16"),
    ],
)
def test_every_way_of_holding_colours_is_read(kind, mode):
    out = BytesIO()
    Image.new(mode, (20, 10)).save(out, kind)
    assert safe_image(out.getvalue(), SIDE, PIXELS).width == 20


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_goes_on_moving_within_limits(kind):
    frames = [Image.new("RGB", (200, 100), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
    safe = safe_image(out.getvalue(), SIDE, PIXELS)
    assert (safe.mime, safe.width, opened(safe.data).n_frames) == ("image/webp", 100, 3)
    still = safe_image(out.getvalue(), SIDE, 30_000)
    assert getattr(opened(still.data), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "data",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><SVG>"],
)
def test_a_drawing_that_could_run_is_refused(data):
    assert kind_of(data) == "image/svg+xml"
    with pytest.raises(Malformed, match="SVG"):
        safe_image(data, SIDE, PIXELS)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"hello", b"<html>", b"%PDF-1.4", picture("TIFF"), b"BM" + b"\0" * 60]
)
def test_what_is_no_picture_is_answered_with_a_sentence(data):
    with pytest.raises(Malformed, match=r"\.$"):
        safe_image(data, SIDE, PIXELS)


WHOLE = [picture(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP")]


@settings(deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_a_broken_picture_is_answered_with_a_sentence(whole, draw):
    at = draw.draw(st.integers(0, len(whole)))
    broken = whole[:at] + draw.draw(st.binary(max_size=20)) + whole[at + draw.draw(st.integers(0, 10)) :]
    try:
        assert safe_image(broken, SIDE, PIXELS).width <= SIDE
    except Malformed as sentence:
        assert str(sentence).endswith(".")
