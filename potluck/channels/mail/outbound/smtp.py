"""The way out: one connection to the server that settings.SMTP names, for many letters; or files, where none is named.

What a server answers decides what becomes of a letter: 2xx is its from now on, 4xx is for later, 5xx never. With
PIPELINING (RFC 2920) a letter takes two round trips instead of four.
"""

import os
import re
import secrets
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from potluck.channels.mail.outbound.compose import Letter
from potluck.lib.errors import TryLater, Undeliverable

# Nobody waits for this but a job; a server that says nothing for so long is not well.
PATIENCE = 30.0
_NOT_NAME = re.compile(r"[^a-zA-Z0-9@._-]+")


class Relay(Protocol):
    """Takes a letter, or raises: TryLater, or Undeliverable; TryLater without a status is about all of them."""

    def hand_over(self, letter: Letter, signed: bytes) -> None: ...


@contextmanager
def relay() -> Iterator[Relay]:
    """A way out for a while. Raises TryLater where the server does not answer."""
    if not settings.SMTP:
        yield Outbox()
        return
    line = _connect()
    try:
        yield Smtp(line)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            line.quit()


class Outbox:
    """A file each, in a folder of its own beside the letters of accounts."""

    def __init__(self) -> None:
        self.folder = Path(settings.OUTBOX) / "carried"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def hand_over(self, letter: Letter, signed: bytes) -> None:
        to = _NOT_NAME.sub("_", letter.recipient)[:80]
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}-{to}.eml"
        draft = self.folder / f".{name}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(signed + letter.data)
        draft.rename(self.folder / name)


def forget_files(days: int) -> None:
    """Take what lay in the outbox so long away: it was for looking at."""
    before = time.time() - days * 86_400
    for path in (Path(settings.OUTBOX) / "carried").glob("*.eml"):
        with suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()


class Smtp:
    """One connection."""

    def __init__(self, line: smtplib.SMTP) -> None:
        self.line = line
        self.pipelines = line.has_extn("pipelining")

    def hand_over(self, letter: Letter, signed: bytes) -> None:
        try:
            self._envelope(_plain(letter.sender), _plain(letter.recipient))
            self.line.send(_dotted(signed + letter.data))
            code, said = self.line.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise TryLater(f"The mail server went away: {error}") from error
        _judge(code, said, of_whom=False)

    def _envelope(self, sender: str, recipient: str) -> None:
        commands = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"]
        if self.pipelines:
            self.line.send("".join(f"{command}\r\n" for command in commands))
            replies = [self.line.getreply() for _command in commands]
        else:
            replies = []
            for command in commands:
                self.line.send(f"{command}\r\n")
                replies.append(self.line.getreply())
                if replies[-1][0] >= 400:
                    break
        self._settle(replies)

    def _settle(self, replies: list[tuple[int, bytes]]) -> None:
        """Go on to the text, or leave the server as if nothing had been said and raise what it answered."""
        wrong = next((at for at, (code, _said) in enumerate(replies) if code >= 400), None)
        if wrong is None:
            return
        if len(replies) == 3 and replies[2][0] == 354:  # it takes a text for nobody: give it none
            self.line.send(b".\r\n")
            self.line.getreply()
        code, said = replies[wrong]
        if code != 421:
            self.line.rset()
        _judge(code, said, of_whom=wrong == 1)


def _judge(code: int, said: bytes, *, of_whom: bool) -> None:
    words = f"{code} {said.decode('utf-8', 'replace')}"[:300]
    if code == 421 or code < 0:
        raise TryLater(words)
    if 400 <= code < 500:
        raise TryLater(words, status=code)
    if code >= 500:
        raise Undeliverable(words, status=code if of_whom else None)


def _plain(address: str) -> str:
    """An address in ASCII. A local name beyond that needs SMTPUTF8, which not every server on the way has."""
    local, _at, domain = address.rpartition("@")
    try:
        local.encode("ascii")
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Undeliverable(f"No mail server takes the address {address}.", status=553) from error


def _dotted(data: bytes) -> bytes:
    """The text as SMTP carries it (RFC 5321, 4.5.2), with its end."""
    if data.startswith(b"."):
        data = b"." + data
    return data.replace(b"\r\n.", b"\r\n..") + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def _connect() -> smtplib.SMTP:
    parts = urlsplit(settings.SMTP)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    try:
        if secure:
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            line = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
        line.ehlo()
        if not secure and parts.port == 587:
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        if parts.username:
            line.login(unquote(parts.username), unquote(parts.password or ""))
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater(f"The mail server at {host} takes nothing now: {error}"[:300]) from error
    return line
