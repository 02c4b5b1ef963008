"""A message as the rest of this channel knows it: plain data, whatever program wrote it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whom a message is from or to: a name, maybe empty, and an address in small letters."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with a message. `is_message`: the words of a message that was enclosed, as a text."""

    name: str
    type: str
    data: bytes
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """Who handed a message in by SMTP: the network address, the name given, and the sender of the envelope."""

    peer: str = ""
    helo: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `text` is what it says, in Markdown if `is_marked` (it came as HTML), else as it was typed.

    `message_id`, `in_reply_to` and `references` are names as `threads.known_as` gives them, the oldest first.
    `headers` has the first of each header, by its name in small letters, with line breaks taken out; `results` all
    of Authentication-Results, the newest first. `forwarded` is a message that was enclosed.
    `left` says in a sentence each what of it could not be read. `notices` are the types of parts that only programs
    write: reports of delivery and reading, and "text/calendar" with its method in small letters behind a space.
    """

    message_id: str
    sender: Mailbox
    recipients: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    references: tuple[str, ...] = ()
    text: str = ""
    is_marked: bool = False
    files: tuple[Enclosed, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    forwarded: "Message | None" = None
    language: str = ""
    left: tuple[str, ...] = ()
    notices: frozenset[str] = frozenset()
