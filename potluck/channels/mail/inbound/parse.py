"""Read any message into one shape. What is broken is read as well as it can be; only a bomb is refused.

The plain text of a message is taken where there is one, else its HTML as Markdown; every other part is a file.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email import policy
from email.message import Message as Parsed
from email.parser import BytesParser

import html2text
from django.utils.translation import gettext as _

from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.flowed import unflowed
from potluck.channels.mail.inbound.message import Enclosed, Message
from potluck.channels.mail.threading import known_as
from potluck.lib import html
from potluck.lib.errors import Malformed

MOST_BYTES = 25 * 1024 * 1024
# A message as people write it stays far below these; parsing takes time in their product.
MOST_BOUNDARIES, MOST_LINES, MOST_HEADER_BYTES, MOST_PARTS, DEEPEST = 60, 1_000_000, 256 * 1024, 200, 12
MOST_TEXT = 190_000
_PARSER = BytesParser(policy=policy.compat32)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(rb"boundary\s*\*?0?\*?=", re.IGNORECASE)
# Parts that only programs read.
_OF_PROGRAMS = frozenset(
    (
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("text/x-amp-html", "application/applefile", "text/rfc822-headers", "message/delivery-status"),
    )
)
# A picture smaller than this counts readers or rules a line.
_LEAST_INLINE = 400
_KEPT_HEADERS = (
    *(
        "auto-submitted",
        "precedence",
        "list-id",
        "list-post",
        "list-unsubscribe",
        "archived-at",
        "return-path",
        "x-auto-response-suppress",
    ),
    *(
        "x-loop",
        "delivered-to",
        "x-autoreply",
        "x-autorespond",
        "content-language",
        "reply-to",
        "feedback-id",
    ),
)


def read(raw: bytes, *, own_files: bool = True) -> Message:
    """The message in these bytes. Malformed, with a sentence, if it is larger or more tangled than a letter is."""
    _bounded(raw)
    try:
        parsed = _PARSER.parsebytes(raw)
        return _message(parsed, raw, depth=0, own_files=own_files)
    except (RecursionError, MemoryError):
        raise Malformed(_("This message is too tangled to be read.")) from None


def _bounded(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise Malformed(_("This message is larger than 25 MB. Share a link to what is large instead."))
    head = _HEAD_END.search(raw, 0, MOST_HEADER_BYTES)
    tangled = len(_BOUNDARY.findall(raw)) > MOST_BOUNDARIES or raw.count(b"\n") > MOST_LINES
    if tangled or (head is None and len(raw) > MOST_HEADER_BYTES):
        raise Malformed(_("This message is too tangled to be read."))


def _message(parsed: Parsed, raw: bytes, *, depth: int, own_files: bool) -> Message:
    found = _Found(own_files=own_files)
    found.look(parsed, depth)
    text, is_marked = found.said()
    kept = {name: headers.value(parsed, name)[:1000] for name in _KEPT_HEADERS if name in parsed}
    recipients = [box.address for name in ("To", "Cc") for box in headers.people(parsed, name)]
    return Message(
        message_id=name_of(parsed, raw),
        sender=headers.sender(parsed),
        recipients=tuple(dict.fromkeys(recipients)),
        subject=headers.value(parsed, "Subject")[:500],
        date=headers.date(parsed),
        references=headers.references(parsed),
        text=text[:MOST_TEXT],
        is_marked=is_marked,
        files=tuple(found.files),
        headers=kept,
        results=tuple(map(headers.words, headers.all_raw(parsed, "Authentication-Results"))),
        forwarded=found.forwarded,
        language=kept.get("content-language", "")[:12].split(",")[0].strip().lower(),
    )


def name_of(parsed: Parsed, raw: bytes) -> str:
    """Its Message-ID as we keep it; where it has none, a digest of it."""
    named = headers.raw(parsed, "Message-ID").strip()
    if named.strip("<> "):
        return known_as(named)
    digest = hashlib.sha256(raw or str(list(parsed.raw_items())).encode("utf-8", "replace"))
    return f"{digest.hexdigest()[:40]}@digest.invalid"


@dataclass
class _Found:
    """What a walk over the parts of one message found."""

    own_files: bool
    texts: list[tuple[str, bool]] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)
    forwarded: Message | None = None
    parts: int = 0

    def look(self, part: Parsed, depth: int) -> None:
        self.parts += 1
        kind = part.get_content_type()
        if self.parts > MOST_PARTS or depth > DEEPEST or kind in _OF_PROGRAMS:
            return
        payload = part.get_payload()
        if isinstance(payload, list):
            self._many(part, kind, [each for each in payload if isinstance(each, Parsed)], depth)
        elif kind.startswith("text/") and not _is_file(part):
            self.texts.append(_text(part, kind))
        elif kind.startswith("multipart/"):
            # It said it has parts and has none: then what is there is what it says.
            self.texts.append((headers.decoded(_bytes(part)), False))
        elif self.own_files:
            self._file(part, kind)

    def _many(self, part: Parsed, kind: str, inner: list[Parsed], depth: int) -> None:
        if kind == "message/rfc822" and inner:
            enclosed = _message(inner[0], b"", depth=depth + 1, own_files=self.own_files)
            if self.forwarded is None:
                self.forwarded = enclosed
            self.files += enclosed.files
        elif kind == "multipart/alternative":
            self._alternatives(inner, depth)
        else:
            for each in inner:
                self.look(each, depth + 1)

    def _alternatives(self, inner: list[Parsed], depth: int) -> None:
        """One of them is read: the plain one, unless it says no more than that there is another."""
        ways = []
        for each in inner:
            one = _Found(own_files=self.own_files)
            one.look(each, depth + 1)
            self.files += one.files
            self.parts += one.parts
            ways += [said] if (said := one.said())[0].strip() else []
        plain = next((way for way in ways if not way[1]), None)
        marked = next((way for way in ways if way[1]), None)
        if plain and marked and len(plain[0].strip()) < len(marked[0].strip()) / 5 and len(marked[0]) > 300:
            plain = None
        self.texts += [way] if (way := plain or marked) else []

    def _file(self, part: Parsed, kind: str) -> None:
        data = _bytes(part)
        inline = part.get("Content-ID") is not None and kind in ("image/gif", "image/png")
        if data and not (inline and len(data) < _LEAST_INLINE):
            self.files.append(Enclosed(_name(part, kind), kind, data))

    def said(self) -> tuple[str, bool]:
        """All texts, one below the other; one that is HTML makes all of it Markdown."""
        texts = [text.strip("\n") for text, _marked in self.texts if text.strip()]
        return "\n\n".join(texts), any(marked for text, marked in self.texts if text.strip())


def _is_file(part: Parsed) -> bool:
    """Whether a text was attached, not written: it says so, or has a name."""
    disposition = part.get_content_disposition()
    named = part.get_filename() is not None and part.get_content_type() not in ("text/plain", "text/html")
    return disposition == "attachment" or named


def _text(part: Parsed, kind: str) -> tuple[str, bool]:
    charset = str(part.get_content_charset() or "")
    text = (
        headers.decoded(_bytes(part), charset).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    )
    if kind == "text/html":
        return markdown_of(text), True
    if str(part.get_param("format") or "").lower() == "flowed":
        text = unflowed(text, delete_space=str(part.get_param("delsp") or "").lower() == "yes")
    return text, False


def markdown_of(page: str) -> str:
    """A letter in HTML as Markdown, without its pictures: those that came with it are files."""
    writer = html2text.HTML2Text()
    writer.body_width = 0
    writer.ignore_images = True
    writer.ul_item_mark = "-"
    return str(writer.handle(html.clean(page, images="keep")))


def _bytes(part: Parsed) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    said = part.get_payload()
    return said.encode("utf-8", "surrogateescape") if isinstance(said, str) else b""


def _name(part: Parsed, kind: str) -> str:
    """The file's name, decoded; else one made of what it is."""
    try:
        name = headers.words(str(part.get_filename() or ""))
    except (ValueError, TypeError, LookupError):
        name = ""
    return (
        name[:200]
        or f"{kind.partition('/')[0]}.{re.sub(r'[^a-z0-9]', '', kind.partition('/')[2])[:8] or 'bin'}"
    )
