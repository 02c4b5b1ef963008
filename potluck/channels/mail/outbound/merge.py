"""A letter to many, built once: all that is the same for everybody is encoded, the rest has its places.

Each place is one character of the private use area, so that whatever a template or an encoder does leaves it whole.
A body is quoted-printable, cut at its places by soft line breaks: what is filled in needs only its own encoding.
"""

import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

# The names of what differs from reader to reader, each with the character that stands for it.
PLACES = ("reply", "thanks", "on-it", "not-now", "not-me", "off", "first", "entry")
MARKS: dict[str, str] = {name: chr(0xE000 + number) for number, name in enumerate(PLACES)}
_NAMES = {mark: name for name, mark in MARKS.items()}
_CUT = re.compile(f"([{MARKS[PLACES[0]]}-{MARKS[PLACES[-1]]}])")
_STRANGE = dict.fromkeys(map(ord, MARKS.values()))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SOFT_BREAK = b"=\r\n"


def without_marks(text: str) -> str:
    """What somebody wrote, without the characters that are our places."""
    return text.translate(_STRANGE)


@dataclass(frozen=True, slots=True)
class Mould:
    """Headers that are the same for all, and the body as encoded pieces, names of places between them."""

    headers: bytes
    pieces: tuple[bytes | str, ...]

    def body(self, fill: Mapping[str, str]) -> bytes:
        """The body for one reader: what stands at each place, as plain text that is HTML where the place is in HTML.

        `fill` has "name" for the text part, and "name:html" where that differs.
        """
        encoded: dict[str, bytes] = {}
        parts: list[bytes] = []
        for piece in self.pieces:
            if isinstance(piece, bytes):
                parts.append(piece)
            else:
                if piece not in encoded:
                    value = fill.get(piece)
                    encoded[piece] = printable(fill[piece.removesuffix(":html")] if value is None else value)
                parts.append(encoded[piece])
        return b"".join(parts)


def mould(headers: Sequence[tuple[str, str]], text: str, html: str) -> Mould:
    """A letter of two equal parts, plain and HTML. Header values are encoded and folded as their kind asks."""
    border = f"=_potluck_{secrets.token_hex(12)}"
    kind = f'multipart/alternative; boundary="{border}"'
    block = b"".join(
        header(name, value) for name, value in [*headers, ("MIME-Version", "1.0"), ("Content-Type", kind)]
    )
    pieces: list[bytes | str] = []
    for subtype, content in (("plain", text), ("html", html)):
        pieces.append(
            f"--{border}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        )
        pieces += _cut(content, ":html" if subtype == "html" else "")
        pieces.append(b"\r\n")
    pieces.append(f"--{border}--\r\n".encode())
    return Mould(block, tuple(_joined(pieces)))


def _cut(content: str, suffix: str) -> list[bytes | str]:
    pieces: list[bytes | str] = []
    for part in _CUT.split(content):
        if part in _NAMES:
            pieces += [_SOFT_BREAK, _NAMES[part] + suffix, _SOFT_BREAK]
        elif part:
            pieces.append(printable(part))
    return pieces


def _joined(pieces: Sequence[bytes | str]) -> list[bytes | str]:
    joined: list[bytes | str] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def printable(text: str) -> bytes:
    """Text as quoted-printable (RFC 2045, 6.7), lines ended as mail ends them."""
    data = text.replace("\r\n", "\n").encode("utf-8", "replace")
    return binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")


# What Python's own folding would wrongly encode when it is long: addresses and names in angle brackets.
_FOLDED = frozenset(
    ("In-Reply-To", "References", "Message-ID", "List-Unsubscribe", "Content-Type", "List-Id")
)


def header(name: str, value: str) -> bytes:
    """One header, folded and encoded, with the end of its line."""
    value = _CONTROL.sub(" ", value)
    if name in _FOLDED and value.isascii():
        return f"{name}: {value}".replace("> <", ">\r\n <").replace(">, <", ">,\r\n <").encode() + b"\r\n"
    if value.isascii() and len(name) + len(value) < 76 and name != "From":
        return f"{name}: {value}\r\n".encode()
    message = EmailMessage(policy=SMTP)
    message[name] = value
    return message.as_bytes().partition(b"\r\n\r\n")[0] + b"\r\n"


def mailbox(name: str, address: str) -> str:
    """A name with an address, for From and To."""
    said = " ".join(_CONTROL.sub(" ", name).split())[:100]
    local, _at, domain = address.rpartition("@")
    return str(Address(display_name=said, username=local, domain=domain))


def date(at: datetime) -> str:
    return format_datetime(at)
