"""What went out by mail: carried as the job would, into a box of files, and read as a mail program reads it."""

import email
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from potluck.channels.mail.outbound.send_job import carry_all

Post = Callable[[], list[EmailMessage]]


def taken(outbox: Path) -> list[EmailMessage]:
    """Carry all that waits, and take it out of the box."""
    carry_all(1)
    found = sorted(outbox.glob("carried/*.eml"))
    letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]
    for path in found:
        path.unlink()
    return letters


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())
