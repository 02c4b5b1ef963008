"""An archive of a mailing list (mbox): where each message lies in the file, and what it answers. Touches no database.

A file of any size is walked twice: first for the names of its messages, then message by message, parents first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.parse import MOST_BYTES, MOST_HEADER_BYTES, name_of

# "From somebody  Mon Jun  1 02:02:22 2015": programs do not all mask a line of text that begins so, nor all leave a
# blank line before it.
_SEPARATOR = re.compile(
    rb"From .{0,200}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{3,14}\d\d:\d\d(?::\d\d)?(?: [\w+-]{2,6})* \d{4}\s*\Z"
)
_HEADERS = BytesHeaderParser(policy=policy.compat32)


@dataclass(frozen=True, slots=True)
class Place:
    """One message: where it lies, its name and those it refers to, the nearest last."""

    start: int
    size: int
    name: str
    references: tuple[str, ...]


def places(path: Path) -> list[Place]:
    """Every message in the file, in its order, each name once."""
    found: dict[str, Place] = {}
    for start, head, size in _pieces(path):
        parsed = _HEADERS.parsebytes(head)
        name = name_of(parsed, head)
        found.setdefault(name, Place(start, size, name, headers.references(parsed)))
    return list(found.values())


def _pieces(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Where each message begins after its separator, its headers, and its size in bytes."""
    with path.open("rb") as file:
        start, head, in_head, at = -1, bytearray(), False, 0
        for line in file:
            if line.startswith(b"From ") and _SEPARATOR.match(line[:300]):
                if start >= 0:
                    yield start, bytes(head), at - start
                start, head, in_head = at + len(line), bytearray(), True
            elif in_head and start >= 0:
                if len(head) < MOST_HEADER_BYTES:
                    head += line
                in_head = bool(line.strip())
            at += len(line)
        if start >= 0:
            yield start, bytes(head), at - start


def raw_of(path: Path, found: list[Place]) -> Iterator[tuple[Place, bytes]]:
    """The bytes of these messages, lines that the archive masked as they were."""
    with path.open("rb") as file:
        for place in found:
            file.seek(place.start)
            raw = file.read(min(place.size, MOST_BYTES))
            yield place, raw.replace(b"\n>From ", b"\nFrom ").rstrip(b"\n") + b"\n"


def generations(found: list[Place]) -> list[list[Place]]:
    """Messages by how far they are from the beginning of their thread: nobody is before whom they answer.

    Who refers to what is not in the file begins a thread of it, as far as the file knows. A circle is cut.
    """
    here = {place.name: place for place in found}
    depth: dict[str, int] = {}
    for place in found:
        line: list[str] = []
        name: str | None = place.name
        while name is not None and name not in depth and name not in line:
            line.append(name)
            name = parent_in(here[name], here)
        above = depth.get(name, -1) if name is not None else -1
        for step, each in enumerate(reversed(line), start=1):
            depth[each] = above + step
    levels: list[list[Place]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for place in found:
        levels[depth[place.name]].append(place)
    return levels


def parent_in(place: Place, here: dict[str, Place]) -> str | None:
    """The nearest message it refers to that is in the file."""
    return next((name for name in reversed(place.references) if name in here and name != place.name), None)
