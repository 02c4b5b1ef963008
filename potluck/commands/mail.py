"""`potluck mail`: take one message from standard input, or listen for mail by SMTP or LMTP.

A message is acknowledged when it lies in the database; what becomes of it is the worker's.
"""

import asyncio
import os
import re
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections, connections

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound.parse import MOST_BYTES
from potluck.channels.mail.inbound.receive import receive
from potluck.lib.errors import Malformed, Refused, TryLater
from potluck.lib.sql import DATABASE_ERRORS

MOST_RECIPIENTS = 50
# What mail servers understand as "try again later", and as "this is not for us" (sysexits).
_LATER, _NOT_OURS = 75, 67
_CODED = re.compile(r"\+([0-9A-F]{2})")
_TAKEN, _LATER_SAID = "250 2.0.0 Taken", "451 4.3.0 Not now; please try again"


def mail(args: Namespace) -> None:
    """Take one message in; the exit code tells a mail server whether to try again."""
    to = args.to or [each for name in ("ORIGINAL_RECIPIENT", "RECIPIENT") if (each := os.environ.get(name))]
    if to and not any(map(is_ours, to)):
        print(f"{', '.join(to)} is no address of this network.", file=sys.stderr)
        sys.exit(_NOT_OURS)
    sender = args.sender if args.sender is not None else os.environ.get("SENDER", "")
    try:
        receive(sys.stdin.buffer.read(MOST_BYTES + 1), sender=sender, recipients=to)
    except (*DATABASE_ERRORS, TryLater) as error:
        print(f"It was not taken now: {error}", file=sys.stderr)
        sys.exit(_LATER)


@dataclass(frozen=True, slots=True)
class Door:
    """One address mail comes in by."""

    speaks: str
    host: str
    port: int


def doors() -> list[Door]:
    """What settings.MAIL_LISTEN names. Refused with a sentence where it is no such address."""
    found = []
    for each in settings.MAIL_LISTEN:
        parts = urlsplit(each)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in ("smtp", "lmtp") or not parts.hostname or not port:
            raise Refused(
                f"POTLUCK_MAIL_LISTEN names {each}, but an entry is like smtp://127.0.0.1:8025 or lmtp://…."
            )
        found.append(Door(parts.scheme, parts.hostname, port))
    return found


def listen(args: Namespace) -> None:
    """Take mail in until told to end."""
    if not settings.MAIL_LISTEN:
        raise Refused("Name in POTLUCK_MAIL_LISTEN where to listen, for example smtp://127.0.0.1:8025.")
    asyncio.run(_listen(doors()))


async def _listen(listened: Sequence[Door]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    servers = []
    for door in listened:
        try:
            servers.append(await loop.create_server(partial(_protocol, door, loop), door.host, door.port))
        except OSError as error:
            raise Refused(
                f"Mail cannot be taken in at {door.host}:{door.port} ({error.strerror})."
            ) from error
    await ended.wait()
    for server in servers:
        server.close()


def _protocol(door: Door, loop: asyncio.AbstractEventLoop) -> SMTP:
    kind = FromOurServer if door.speaks == "lmtp" else FromAnybody
    return kind(
        Taking(by_each=door.speaks == "lmtp"),
        hostname=settings.MAIL_DOMAIN,
        ident="Potluck",
        data_size_limit=MOST_BYTES,
        enable_SMTPUTF8=True,
        timeout=120,
        loop=loop,
    )


class Taking:
    """What is done with a message. `by_each`: LMTP wants an answer for each recipient (RFC 2033)."""

    def __init__(self, *, by_each: bool) -> None:
        self._by_each = by_each
        # Who handed the message to the server that hands it to us, as far as that says so.
        self.forwarded: dict[str, str] = {}

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say what we understand."""
        session.host_name = hostname
        more = ["250-XFORWARD NAME ADDR PROTO HELO"] if self._by_each else []
        return [*responses[:-1], *more, responses[-1]]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only what is for us, so that nobody sends mail on by us."""
        if not is_ours(address):
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Say that it is taken when it is in the database, and not before."""
        if self._by_each:
            peer, helo = self.forwarded.get("ADDR", ""), self.forwarded.get("HELO", "")
        else:
            peer, helo = str((session.peer or [""])[0]), session.host_name or ""
        said = await asyncio.to_thread(_take, envelope, peer, helo)
        return "\r\n".join([said] * len(envelope.rcpt_tos)) if self._by_each else said


# In bytes. RFC 5321 allows 1,000, and programs that send newsletters do not care.
LONGEST_LINE = 1 << 20


class FromAnybody(SMTP):
    """SMTP, by which the wide world hands messages in, or a server before us."""

    line_length_limit = LONGEST_LINE


class FromOurServer(LMTP):
    """LMTP, by which our own mail server hands messages in. It may say from whom it has them."""

    line_length_limit = LONGEST_LINE

    async def smtp_XFORWARD(self, arg: str | None) -> None:
        """XFORWARD as Postfix speaks it (its XFORWARD_README): NAME=value pairs, odd letters as +HH."""
        pairs = (each.partition("=") for each in (arg or "").split())
        said = {name.upper(): _plain(value) for name, _equals, value in pairs}
        self.event_handler.forwarded = {name: value for name, value in said.items() if value}
        await self.push("250 2.0.0 Ok")


def _plain(value: str) -> str:
    """What was said, without the coding; empty where the server did not know it."""
    if value.startswith("["):
        return ""
    value = value[5:] if value.upper().startswith("IPV6:") else value
    return _CODED.sub(lambda found: chr(int(found[1], 16)), value)


def _take(envelope: Envelope, peer: str, helo: str) -> str:
    content = envelope.original_content or b""
    close_old_connections()  # The database may have been started again meanwhile.
    try:
        receive(content, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos, peer=peer, helo=helo)
    except Malformed as error:
        return f"552 5.3.4 {error}"
    except TryLater as error:
        return f"451 4.7.1 {error}"
    except DATABASE_ERRORS as error:
        print(f"A message was not taken: {error}", file=sys.stderr)
        connections.close_all()
        return _LATER_SAID
    return _TAKEN
