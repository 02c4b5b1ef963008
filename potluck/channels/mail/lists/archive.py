"""An archive of a mailing list (mbox): where each message lies in the file, and what it answers. Touches no database.

A file of any size is walked twice: first for the names of its messages, then message by message, parents first.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import Message as Parsed
from email.parser import BytesHeaderParser
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path
from typing import BinaryIO

from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.parse import MOST_BYTES, MOST_HEADER_BYTES, name_of

# "From somebody  Mon Jun  1 02:02:22 2015": programs do not all mask a line of text that begins so, nor all leave a
# blank line before it.
_SEPARATOR = re.compile(
    rb"From .{0,200}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{3,14}\d\d:\d\d(?::\d\d)?(?: [\w+-]{2,6})* \d{4}\s*\Z"
)
# After a blank line, a line that names a sender or a time and has any header below it; or else one of these below.
_SENDER = re.compile(rb"From (?:\S+@\S+|\S+ at \S+\.\S+|MAILER-DAEMON\b|-\s|.*\d:\d\d)")
_HEADER = re.compile(rb"(?:[!-9;-~]{1,76}[ \t]*:|>From )")
_OF_MAIL = re.compile(
    rb"(?:from|date|subject|to|received|return-path|message-id|mime-version|delivered-to|reply-to|sender|status"
    rb"|x-[\w-]+|content-[\w-]+|list-[\w-]+|arc-[\w-]+|dkim-signature|authentication-results|>From )[ \t]*:?",
    re.IGNORECASE,
)
# A line of text that begins with "From " is masked by one more ">" than it had (mboxrd).
_MASKED = re.compile(rb"^>(>*From )", re.MULTILINE)
_CONTENT_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)
_BOM = b"\xef\xbb\xbf"
_HEADERS = BytesHeaderParser(policy=policy.compat32)


@dataclass(frozen=True, slots=True)
class Place:
    """One message: where it lies, its name and those it refers to, the nearest last, and when it was written.

    `date` is its own, else that of the line that parts it from the one before, else of a server it came through, else
    of its neighbour in the file; None where no message of the file has any.
    """

    start: int
    size: int
    name: str
    references: tuple[str, ...]
    date: datetime | None = None


@dataclass(slots=True)
class _Piece:
    """A message as it is walked over: its separator, where it begins, its headers, and its size in bytes."""

    separator: bytes
    start: int
    head: bytearray
    size: int = 0


def places(path: Path) -> list[Place]:
    """Every message in the file, in its order, each name once."""
    found: dict[str, Place] = {}
    separators: dict[str, bytes] = {}
    latest = datetime.now(UTC) + timedelta(days=2)
    for piece in _pieces(path):
        head = bytes(piece.head)
        parsed = _HEADERS.parsebytes(head)
        name = name_of(parsed, head)
        if name.endswith("@digest.invalid") and separators.get(name, piece.separator) != piece.separator:
            # Without a Message-ID, two of one sender and subject differ by the line that parts them alone.
            name = f"{sha256(piece.separator + head).hexdigest()[:40]}@digest.invalid"
        separators.setdefault(name, piece.separator)
        date = _date(parsed, piece.separator, latest)
        found.setdefault(name, Place(piece.start, piece.size, name, headers.references(parsed), date))
    return list(_dated(found.values()))


def _date(parsed: Parsed, separator: bytes, latest: datetime) -> datetime | None:
    """When it was written, by its own words, its separator, or a server; nothing that is yet to come."""
    own = headers.date(parsed)
    if own and own < latest:
        return own
    ways = (_separator_date(separator), headers.received(parsed))
    return next((when for when in ways if when and when < latest), None)


def _separator_date(line: bytes) -> datetime | None:
    """The date in a "From " line, after its sender, in any of the forms that programs write."""
    said = line.decode("ascii", "replace").split()[1:20]
    for at, word in enumerate(said):
        rest = " ".join(said[at:])
        if word[0].isdigit() and "-" in word and (when := _iso_date(said[at:])):
            return when
        if (word[0].isdigit() or word[:1].isupper()) and (when := headers.moment(rest)):
            return when
    return None


def _iso_date(words: list[str]) -> datetime | None:
    for said in (" ".join(words[:2]), words[0]):
        try:
            when = datetime.fromisoformat(said)
        except ValueError:
            continue
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return None


def _dated(found: Iterable[Place]) -> Iterator[Place]:
    """Who has no date has that of the message before it in the file, else of the next that has one."""
    waiting: list[Place] = []
    before: datetime | None = None
    for place in found:
        before = place.date or before
        if before is None:
            waiting.append(place)
            continue
        yield from (replace(each, date=before) for each in waiting)
        waiting.clear()
        yield place if place.date else replace(place, date=before)
    yield from waiting


def _pieces(path: Path) -> Iterator[_Piece]:
    """The messages of the file, one after the other."""
    with path.open("rb") as file, path.open("rb") as ahead:
        piece: _Piece | None = None
        in_head, after_blank, at, said_end = False, True, 0, 0
        for line, below in pairwise(chain(file, (b"",))):
            bare = line.removeprefix(_BOM) if at == 0 else line
            if at >= said_end and _parts(bare, below, after_blank=after_blank):
                if piece:
                    piece.size = at - piece.start
                    yield piece
                piece, in_head = _Piece(bare[:300], at + len(line), bytearray()), True
            elif in_head and piece:
                if len(piece.head) < MOST_HEADER_BYTES:
                    piece.head += line
                in_head = bool(line.strip())
                if not in_head:
                    said_end = _said_end(ahead, piece.head, at + len(line))
            after_blank = not line.strip()
            at += len(line)
        if piece:
            piece.size = at - piece.start
            yield piece


def _parts(line: bytes, below: bytes, *, after_blank: bool) -> bool:
    """Whether a message begins after this line: it says who and when, or stands alone, and headers follow."""
    if not line.startswith(b"From ") or not _HEADER.match(below):
        return False
    if _SEPARATOR.match(line[:300]):
        return True
    return after_blank and bool(_SENDER.match(line[:300]) or _OF_MAIL.match(below))


def _said_end(file: BinaryIO, head: bytes | bytearray, at: int) -> int:
    """Where the body that begins `at` ends by its Content-Length (mboxcl), if a message or nothing follows there."""
    said = _CONTENT_LENGTH.search(head)
    if not said:
        return at
    end = at + int(said[1])
    file.seek(end)
    after = file.read(300)
    begins = after.lstrip(b"\r\n")
    is_end = file.seek(0, 2) >= end and not begins
    return end if is_end or begins.startswith(b"From ") else at


def raw_of(path: Path, found: list[Place]) -> Iterator[tuple[Place, bytes]]:
    """The bytes of these messages, lines that the archive masked as they were."""
    with path.open("rb") as file:
        for place in found:
            file.seek(place.start)
            raw = file.read(min(place.size, MOST_BYTES))
            yield place, _MASKED.sub(rb"\1", raw).rstrip(b"\r\n") + b"\n"


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
