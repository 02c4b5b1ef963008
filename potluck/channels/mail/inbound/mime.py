"""MIME as programs write it: headers of parts with their noise mended, bodies decoded, parts found (RFC 2045, 2046).

The library reads what keeps to the rules. Here is mended what does not, before it asks: then all its methods work.
"""

import re
from binascii import Error as NoBase64
from contextlib import suppress
from email import policy
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesParser
from io import BytesIO
from typing import Any

from potluck.channels.mail.inbound.headers import legible

# A header of a part that is longer is left as it is.
_LONGEST = 8_000
_OF_PARTS = frozenset(("content-type", "content-disposition", "content-transfer-encoding"))
_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|\([^()]*\)')
_TYPE = re.compile(r"\s*\"?([\w.+-]+)\s*/\s*([\w.+-]+)\"?")
# A parameter that begins without the semicolon before it.
_PARAMETER = re.compile(
    r'("(?:\\.|[^"\\])*")|(?<![;\s])[\s,]+(?=(?:boundary|charset|(?:file)?name|format|delsp|type|start|protocol'
    r"|micalg|method|report-type|size)(?:\*\d*)?\*?\s*=)",
    re.IGNORECASE,
)
_TYPES = {
    **dict.fromkeys(("text", "plain", "plain/text", "text/ascii", "text/text"), "text/plain"),
    **dict.fromkeys(("html", "text/htm", "html/text", "application/html"), "text/html"),
    "message/rfc-822": "message/rfc822",
    "message/global": "message/rfc822",
}
_ENCODINGS = {
    **dict.fromkeys(("quotedprintable", "qp", "q"), "quoted-printable"),
    **dict.fromkeys(("base64", "b64", "b", "xbase64"), "base64"),
    **dict.fromkeys(("xuuencode", "uuencode", "uue", "xuue"), "x-uuencode"),
}
_FIRST_DELIMITER = re.compile(
    rb"(?:\A|\n)--([^\s-][^\r\n]{0,68}?|-[^\r\n]{0,68}?[^\s-])[ \t]*\r?\n(?=[\w-]+:|\r?\n)"
)
_NOT_BASE64 = re.compile(r"\S[ \t]+\S|_{5}|-{5}|<")
# Delimiters in one body: letters of people have a few, and reading them takes time.
MOST_DELIMITERS = 1_000


class Part(Message):
    """A message or a part of one, whose headers about its kind are mended as they come in."""

    def set_raw(self, name: str, value: Any) -> None:
        """Store a header as the parser met it; those about the part, as they were meant."""
        if name.lower() in _OF_PARTS and len(value) <= _LONGEST:
            value = mended(name.lower(), legible(str(value)))
        self._headers.append((name, value))  # type: ignore[attr-defined]


PARSER = BytesParser(Part, policy=policy.compat32)


def mended(name: str, value: str) -> str:
    """The value of a header of a part on one line, without comments, with the semicolons and quotes it lacks."""
    value = " ".join(_COMMENT.sub(lambda found: found[1] or " ", " ".join(value.split())).split())
    if name == "content-transfer-encoding":
        return _encoding(value)
    if name == "content-type":
        value = _typed(value)
    value = _PARAMETER.sub(lambda found: found[1] or "; ", value)
    return f'{value}"' if value.replace('\\"', "").count('"') % 2 else value


def _encoding(value: str) -> str:
    bare = re.sub(r"[^a-z0-9-]", "", value.split(";")[0].lower())
    known = _ENCODINGS.get(bare.replace("-", ""), "")
    return known or ("quoted-printable" if "quoted" in bare and "print" in bare else bare)


def _typed(value: str) -> str:
    head = re.split(r"[;\s,]", value, maxsplit=1)[0].strip('"').lower()
    if head in _TYPES:
        return _TYPES[head] + value[len(head) :]
    found = _TYPE.match(value)
    return f"{found[1]}/{found[2]}{value[found.end() :]}" if found else value


def content(part: Message) -> bytes:
    """The bytes of a part, decoded as it says, as far as they can be."""
    said = part.get_payload()
    encoding = str(part.get("content-transfer-encoding", "")).lower()
    if isinstance(said, str) and encoding == "base64":
        return _of_base64(part, said)
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    return said.encode("utf-8", "surrogateescape") if isinstance(said, str) else b""


def _of_base64(part: Message, said: str) -> bytes:
    """Base64, and what a list wrote below it in plain letters; what is no base64 at all is what it says."""
    noise = _NOT_BASE64.search(said) if part.get_content_maintype() == "text" else None
    end = said.rfind("\n", 0, noise.start()) + 1 if noise else len(said)
    coded, tail = said[:end], said[end:]
    if noise and not coded.strip():
        return said.encode("utf-8", "surrogateescape")
    part.set_payload(coded)
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError, NoBase64):
        data = None
    finally:
        part.set_payload(said)
    plain = data if isinstance(data, bytes) else coded.encode("utf-8", "surrogateescape")
    return plain + (b"\n\n" + tail.encode("utf-8", "surrogateescape") if tail else b"")


def parts_of(part: Message) -> list[Message]:
    """The parts within a multipart; where it does not say what parts them, by the first line that does."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for each in payload if isinstance(each, Message)]
    data = content(part)
    stated = str(part.get_boundary() or "").encode("utf-8", "surrogateescape")
    if not stated or b"--" + stated not in data:
        found = _FIRST_DELIMITER.search(data)
        stated = found[1] if found else b""
    if not stated or b'"' in stated or data.count(b"--" + stated) > MOST_DELIMITERS:
        return []
    again = PARSER.parsebytes(b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % stated + data)
    inner = again.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def enclosed_in(part: Message) -> Message | None:
    """The message that a message/rfc822 part holds. Some programs encode it, though it may not be (RFC 2046, 5.2.1)."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    encoding = str(part.get("content-transfer-encoding", "")).lower()
    if encoding not in ("base64", "quoted-printable", "x-uuencode"):
        return inner if isinstance(inner, Message) else None
    raw = _written(inner).lstrip() if isinstance(inner, Message) else content(part)
    if isinstance(inner, Message):
        coded = Part()
        coded["Content-Type"], coded["Content-Transfer-Encoding"] = "application/octet-stream", encoding
        coded.set_payload(raw.decode("ascii", "surrogateescape"))
        data = content(coded)
        # It was encoded, or only said so.
        raw = data if b":" in data[:1000] else raw
    return PARSER.parsebytes(raw)


def _written(message: Message) -> bytes:
    out = BytesIO()
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        BytesGenerator(out, mangle_from_=False, maxheaderlen=0).flatten(message)
    return out.getvalue()
