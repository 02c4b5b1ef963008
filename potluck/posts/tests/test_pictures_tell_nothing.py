"""A picture or a film that somebody attaches tells nothing of its owner, whatever its name says."""

import struct
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.files import take_in

SECRET = b"Ada's garden gate"


def camera() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET.decode(), 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif


def picture(kind: str, **told: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 20), "green").save(out, kind, **told)
    return out.getvalue()


def with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    info.add_text("Comment", SECRET.decode(), zip=True)
    return picture("PNG", exif=camera(), pnginfo=info)


PICTURES = {
    "jpeg": picture("JPEG", exif=camera(), comment=SECRET),
    "png": with_text(),
    "webp": picture("WEBP", exif=camera(), xmp=SECRET),
    "gif": picture("GIF", comment=SECRET),
    "avif": picture("AVIF", exif=camera(), xmp=SECRET),
}


def kept(name: str, data: bytes, by: Person, settings: object) -> tuple[str, bytes]:
    row = take_in(SimpleUploadedFile(name, data), by=by)
    return row.type, Path(settings.MEDIA_ROOT, row.path).read_bytes()


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    "name", ["IMG_0001", "notes.txt", "a.pdf", "a.svg", "a.html", "a.mp4", "a.jpg.exe", "a.JPG"]
)
@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_known_by_its_bytes_and_written_anew(kind: str, name: str, ada: Person) -> None:
    mime, data = kept(name, PICTURES[kind], ada, settings)
    with Image.open(BytesIO(data)) as image:
        assert mime == Image.MIME[image.format or ""] and not image.getexif()
        assert image.size == ((20, 40) if kind in ("jpeg", "png", "webp", "avif") else (40, 20))
    assert SECRET not in data and b"Exif" not in data


@pytest.mark.parametrize("name", ["IMG_0001", "a.heic", "a.tif", "a.jpg"])
@pytest.mark.parametrize(
    "start", [b"II*\0", b"MM\0*", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypmif1", b"8BPS", b"\xff\x0a"]
)
def test_a_picture_we_cannot_write_anew_is_refused_with_a_sentence(
    start: bytes, name: str, ada: Person
) -> None:
    with pytest.raises(Malformed, match="not a picture we can read"):
        take_in(SimpleUploadedFile(name, start + SECRET + bytes(100)), by=ada)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "film", "a.txt"])
def test_a_film_keeps_its_frames_and_loses_its_place(name: str, ada: Person) -> None:
    frames = b"frames of the film" * 10
    told = box(b"udta", box(b"\xa9xyz", SECRET)) + box(b"meta", SECRET)
    track = box(b"trak", box(b"tkhd", bytes(4) + b"time" * 2 + bytes(20)) + told)
    film = (
        box(b"ftyp", b"isom" + bytes(12))
        + box(b"moov", track + told)
        + box(b"uuid", SECRET)
        + box(b"mdat", frames)
    )
    _mime, data = kept(name, film, ada, settings)
    assert SECRET not in data and b"time" not in data
    assert len(data) == len(film) and data.endswith(box(b"mdat", frames))


def test_a_broken_film_is_kept_as_it_is(ada: Person) -> None:
    film = box(b"ftyp", b"isom" + bytes(12)) + struct.pack(">I", 2**31) + b"moov" + b"x" * 50
    assert kept("a.mp4", film, ada, settings)[1] == film
