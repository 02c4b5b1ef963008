"""Read any message into one shape. What is broken is read as well as it can be; only a bomb is refused.

The plain text of a message is taken where there is one, else its HTML as Markdown; every other part is a file.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message as Parsed

import html2text
from django.utils.translation import gettext as _

from potluck.channels.mail.actions.to_markdown import masked
from potluck.channels.mail.inbound import headers, mime, tnef
from potluck.channels.mail.inbound.flowed import unflowed
from potluck.channels.mail.inbound.message import Enclosed, Message
from potluck.channels.mail.threading import known_as
from potluck.lib import html
from potluck.lib.errors import Malformed

MOST_BYTES = 25 * 1024 * 1024
# A message as people write it stays far below these; parsing takes time in their product.
MOST_BOUNDARIES, MOST_LINES, MOST_HEADER_BYTES, MOST_PARTS, DEEPEST = 60, 1_000_000, 256 * 1024, 200, 12
MOST_TEXT = 190_000
MOST_ENCLOSED = 60
# Of one part: HTML says little in many letters.
_MOST_READ = 4_000_000
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(rb"boundary\s*\*?0?\*?\s*=\s*\"?([^\"\r\n;]{0,100})", re.IGNORECASE)
_MESSAGE_PART = re.compile(rb"content-type\s*:\s*\"?message/", re.IGNORECASE)
# Parts that only programs read.
_OF_PROGRAMS = frozenset(
    (
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("text/x-amp-html", "application/applefile", "text/rfc822-headers", "message/delivery-status"),
        *("message/disposition-notification", "message/feedback-report", "application/pgp-encrypted"),
    )
)
# Texts that are data for a program: files, not words.
_DATA = frozenset(
    (
        *("text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript"),
        *("text/csv", "text/xml", "text/rtf"),
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
        parsed = mime.PARSER.parsebytes(raw)
        return _message(parsed, raw, depth=0, own_files=own_files)
    except (RecursionError, MemoryError):
        raise Malformed(_("This message is too tangled to be read.")) from None


def _bounded(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise Malformed(_("This message is larger than 25 MB. Share a link to what is large instead."))
    head = _HEAD_END.search(raw, 0, MOST_HEADER_BYTES)
    boundaries = _BOUNDARY.findall(raw)
    tangled = len(boundaries) > MOST_BOUNDARIES or raw.count(b"\n") > MOST_LINES
    tangled = tangled or len(_MESSAGE_PART.findall(raw)) > MOST_ENCLOSED
    if not tangled and (named := {each.strip() for each in boundaries if each.strip()}):
        delimiters = sum(raw.count(b"\n--" + each) for each in named)
        if delimiters > mime.MOST_DELIMITERS:
            raise Malformed(_("This message has more than a thousand parts. Send it in pieces."))
    if tangled or (head is None and len(raw) > MOST_HEADER_BYTES):
        raise Malformed(_("This message is too tangled to be read."))


def _message(
    parsed: Parsed, raw: bytes, *, depth: int, own_files: bool, budget: "_Budget | None" = None
) -> Message:
    found = _Found(own_files=own_files, budget=budget or _Budget())
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
        left=tuple(found.left),
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
class _Budget:
    """How many parts were looked at, of all that a message holds at any depth."""

    parts: int = 0

    def is_spent(self) -> bool:
        """Count one more. Whether that is too many."""
        self.parts += 1
        return self.parts > MOST_PARTS


@dataclass
class _Found:
    """What a walk over the parts of one message found. `left` says in a sentence each what could not be opened."""

    own_files: bool
    budget: _Budget
    texts: list[tuple[str, bool]] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)
    forwarded: Message | None = None
    left: list[str] = field(default_factory=list)

    def look(self, part: Parsed, depth: int) -> None:
        kind = part.get_content_type()
        if kind in _OF_PROGRAMS or depth > DEEPEST:
            return
        if self.budget.is_spent():
            if self.budget.parts == MOST_PARTS + 1:
                self.left.append(
                    _("Only the first %(most)s parts of your mail were read.") % {"most": MOST_PARTS}
                )
            return
        if kind == "message/rfc822":
            self._enclosed(mime.enclosed_in(part), depth)
        elif kind.startswith("multipart/"):
            self._many(part, kind, depth)
        elif kind.startswith("text/") and kind not in _DATA and not _is_file(part):
            self.texts.append(_text(part, kind))
        elif isinstance(part.get_payload(), list):
            for each in mime.parts_of(part):
                self.look(each, depth + 1)
        elif self.own_files:
            self._file(part, kind, depth)

    def _many(self, part: Parsed, kind: str, depth: int) -> None:
        inner = mime.parts_of(part)
        if not inner:
            # It said it has parts and has none: then what is there is what it says.
            self.texts.append((headers.decoded(mime.content(part)), False))
        elif kind == "multipart/alternative":
            self._alternatives(inner, depth)
        else:
            for each in inner:
                self.look(each, depth + 1)

    def _enclosed(self, inner: Parsed | None, depth: int) -> None:
        """A message within this one: the first is kept as such, the words of each are a file under its subject."""
        if inner is None:
            return
        enclosed = _message(inner, b"", depth=depth + 1, own_files=self.own_files, budget=self.budget)
        if self.forwarded is None:
            self.forwarded = enclosed
        if self.own_files and (words := words_of(enclosed)):
            self.files.append(Enclosed(_as_file_name(enclosed.subject), "text/plain", words, is_message=True))
        self.files += enclosed.files
        self.left += enclosed.left

    def _alternatives(self, inner: list[Parsed], depth: int) -> None:
        """One of them is read: the plain one, unless it says no more than that there is another."""
        ways = []
        for each in inner:
            one = _Found(own_files=self.own_files, budget=self.budget)
            one.look(each, depth + 1)
            self.files += one.files
            self.left += one.left
            self.forwarded = self.forwarded or one.forwarded
            ways += [said] if (said := one.said())[0].strip() else []
        plain = next((way for way in ways if not way[1]), None)
        marked = next((way for way in ways if way[1]), None)
        if plain and marked and len(plain[0].strip()) < len(marked[0].strip()) / 5 and len(marked[0]) > 300:
            plain = None
        self.texts += [way] if (way := plain or marked) else []

    def _file(self, part: Parsed, kind: str, depth: int) -> None:
        data, name = mime.content(part), _name(part, kind)
        inline = part.get("Content-ID") is not None and kind in ("image/gif", "image/png")
        if not data or (inline and len(data) < _LEAST_INLINE):
            return
        if tnef.is_tnef(kind, name, data):
            self._packed(Enclosed(name, kind, data))
        elif name.lower().endswith(".eml") and _HEADER_LINE.match(data.lstrip()):
            _bounded(data)
            self._enclosed(mime.PARSER.parsebytes(data.lstrip()), depth)
        else:
            self.files.append(Enclosed(name, kind, data))

    def _packed(self, file: Enclosed) -> None:
        """What Outlook packed: its files, and its text where the letter has no other."""
        opened = tnef.unpacked(file.data)
        if opened is None:
            self.files.append(file)
            self.left.append(
                _(
                    "Outlook packed a part of your mail as %(name)s, which others cannot open. To turn that off,"
                    " choose HTML or plain text as the format of your messages in Outlook."
                )
                % {"name": file.name}
            )
            return
        self.files += opened.files
        if opened.text.strip() and not self.said()[0].strip():
            text = markdown_of(opened.text) if opened.is_html else opened.text.replace("\r\n", "\n")
            self.texts.append((text, opened.is_html))

    def said(self) -> tuple[str, bool]:
        """All texts, one below the other; one that is HTML makes all of it Markdown."""
        texts = [text.strip("\n") for text, _marked in self.texts if text.strip()]
        return "\n\n".join(texts), any(marked for text, marked in self.texts if text.strip())


_HEADER_LINE = re.compile(
    rb"(?:from|to|subject|date|received|return-path|message-id|mime-version)\s*:", re.IGNORECASE
)


def words_of(message: Message) -> bytes:
    """An enclosed message as a text that anybody can read, without addresses; nothing where it says nothing."""
    if not (message.text.strip() or message.subject):
        return b""
    head = [
        _("Subject: %(subject)s") % {"subject": message.subject},
        *([_("From: %(name)s") % {"name": message.sender.name}] if message.sender.name else []),
        *([_("Date: %(date)s") % {"date": f"{message.date:%Y-%m-%d %H:%M}"}] if message.date else []),
    ]
    return masked("\n".join([*head, "", message.text.strip(), ""])).encode("utf-8", "replace")


def _as_file_name(subject: str) -> str:
    """The subject as the name of a text file."""
    plain = re.sub(r"[\\/:*?\"<>|\x00-\x1f]+", " ", masked(subject)).strip(" .")
    return f"{plain[:120] or _('Message')}.txt"


def _is_file(part: Parsed) -> bool:
    """Whether a text was attached, not written: it says so, or has a name."""
    disposition = part.get_content_disposition()
    named = part.get_filename() is not None and part.get_content_type() not in ("text/plain", "text/html")
    return disposition == "attachment" or named


def _text(part: Parsed, kind: str) -> tuple[str, bool]:
    charset = str(part.get_content_charset() or "")
    text = headers.decoded(mime.content(part), charset)[:_MOST_READ]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
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


def _name(part: Parsed, kind: str) -> str:
    """The file's name, decoded; else one made of what it is."""
    name = headers.file_name(part)
    return (
        name[:200]
        or f"{kind.partition('/')[0]}.{re.sub(r'[^a-z0-9]', '', kind.partition('/')[2])[:8] or 'bin'}"
    )
