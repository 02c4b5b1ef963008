"""What Outlook packs into winmail.dat (TNEF): the text and the files, read by a library; None where it cannot be."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from potluck.channels.mail.inbound.headers import decoded
from potluck.channels.mail.inbound.message import Enclosed

TYPES = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_SIGNATURE = 0x223E9F78
_HEAD, _CODE_PAGE, _BODY, _PROPERTIES = 6, 0x9007, 0x800C, 0x9003
_OF_FILES = frozenset((0x9002, 0x9005, 0x8010, 0x800F))
_RENDERING = 0x9002
# The library copies what is left at each attribute.
_MOST_ATTRIBUTES, _MOST_FILES = 400, 50


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was within: text, as HTML if `is_html`, and files."""

    text: str
    is_html: bool
    files: tuple[Enclosed, ...]


def is_tnef(kind: str, name: str, data: bytes) -> bool:
    """Whether a file is one, by what it says it is and by its first bytes."""
    return (kind in TYPES or name.lower() == "winmail.dat") or data[:4] == struct.pack("<I", _SIGNATURE)


def unpacked(data: bytes) -> Unpacked | None:
    """What is in it; None where it is no TNEF, damaged, or empty."""
    # Few letters have one.
    from tnefparse import TNEF

    if data[:4] != struct.pack("<I", _SIGNATURE):
        return None
    try:
        opened = TNEF(data[:_HEAD] + b"".join(_needed(data)), do_checksum=False)
        text, is_html = _words(opened.body, opened.htmlbody, opened.rtfbody)
        files = tuple(
            _file(each.long_filename(), each.data) for each in opened.attachments[:_MOST_FILES] if each.data
        )
    except (ValueError, LookupError, TypeError, AttributeError, NameError, OverflowError, struct.error):
        return None
    return Unpacked(text, is_html, files) if text.strip() or files else None


def _needed(data: bytes) -> Iterator[bytes]:
    """The attributes that hold text or files, the code page before all; whoever else got the letter is left out."""
    at = _HEAD
    found: list[bytes] = []
    pages: list[bytes] = []
    while at + 11 < len(data) and len(found) < _MOST_ATTRIBUTES:
        name, _kind, size = struct.unpack_from("<HHI", data, at + 1)
        if at + 11 + size > len(data):
            raise ValueError("It is cut off.")
        if name == _CODE_PAGE:
            pages.append(data[at : at + 11 + size])
        elif name in _OF_FILES or name in (_BODY, _PROPERTIES):
            found.append(data[at : at + 11 + size])
        at += 11 + size
    yield (
        pages[0] if pages else struct.pack("<BHHIIIH", 1, _CODE_PAGE, 6, 8, 1252, 0, 1252 // 256 + 1252 % 256)
    )
    is_open = False
    for each in found:
        name = struct.unpack_from("<H", each, 1)[0]
        if name in _OF_FILES and not is_open and name != _RENDERING:
            yield struct.pack("<BHHIH", 2, _RENDERING, 6, 14, 0)[:9] + bytes(14) + b"\0\0"
        is_open = is_open or name in _OF_FILES
        yield each


def _words(body: object, page: object, rich: object) -> tuple[str, bool]:
    """The text: HTML where there is any, else plain, else what the rich text says."""
    if page:
        return _text(page), True
    if body:
        return _text(body), False
    if rich:
        return _of_rich_text(_text(rich))
    return "", False


def _of_rich_text(rich: str) -> tuple[str, bool]:
    """RTF as plain text; where HTML was wrapped in it (MS-OXRTFEX), without what stands only for that."""
    from striprtf.striprtf import rtf_to_text

    rich = re.sub(r"\{\\\*\\htmltag[^{}]*\}", "", rich)
    return str(rtf_to_text(rich, errors="ignore")), False  # type: ignore[no-untyped-call]


def _text(said: object) -> str:
    if isinstance(said, list | tuple):
        said = said[0] if said else b""
    return (decoded(said) if isinstance(said, bytes) else str(said)).replace("\x00", "")


def _file(name: object, data: bytes) -> Enclosed:
    return Enclosed((_text(name).strip() or "file.bin")[:200], "application/octet-stream", data)
