"""Take a message in: it lies in the database, with the job that handles it, before anybody is told that it is taken."""

import hashlib
import re
from collections.abc import Sequence
from email import policy
from email.parser import BytesHeaderParser

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.admission import take_in_turn
from potluck.channels.mail.inbound.parse import MOST_BYTES, MOST_HEADER_BYTES, name_of
from potluck.channels.mail.models import Letter
from potluck.lib.errors import Malformed

HANDLE = "potluck.mail.handle"
# The end of the name that we give a letter whose own name another one bears.
AGAIN = "@again.invalid"
_MOST_RECIPIENTS = 50
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def receive(
    raw: bytes, *, sender: str = "", recipients: Sequence[str] = (), peer: str = "", helo: str = ""
) -> Letter:
    """Keep a message until it is handled; the same one again is the one known already.

    `sender` and `recipients` are those of the envelope. Without them (a pipe) the headers say whom it is for.
    `peer` and `helo` are who handed it in, if that is known. Raises TryLater where there is no room for it now.
    """
    if len(raw) > MOST_BYTES:
        raise Malformed("This message is larger than 25 MB.")
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    ours = [each for each in recipients or _recipients(raw) if is_ours(each)][:_MOST_RECIPIENTS]
    writer = headers.sender(parsed).address[:320]
    sender = sender.strip().strip("<>").lower()[:320]
    draft = Letter(
        message_id=name_of(parsed, raw),
        sender=sender,
        recipients=ours,
        raw=raw,
        peer=peer[:45],
        helo=helo[:255],
        writer=writer,
        digest=digest_of(writer, raw),
    )
    if (known := _known(draft)) is not None:
        return _came_again(known, ours)
    draft.is_of_stranger = take_in_turn(len(raw), writer=writer, recipients=ours, peer=peer)
    return _keep(draft)


def digest_of(writer: str, raw: bytes) -> str:
    """What tells a letter from another: who it says it is from, and its text. Headers change on the way."""
    body = b"\n".join(line.rstrip() for line in _HEAD_END.split(raw, maxsplit=1)[-1].splitlines())
    return hashlib.sha256(writer.encode("utf-8", "replace") + b"\0" + body.strip()).hexdigest()


def _known(draft: Letter) -> Letter | None:
    """The same letter, if it came before. Another one under its name gets a name of its own: anybody can give any."""
    row = Letter.objects.filter(message_id=draft.message_id).first()
    if row is not None and not _is_same(row, draft):
        named = hashlib.sha256(f"{draft.message_id} {draft.digest}".encode("utf-8", "replace"))
        draft.message_id = f"{named.hexdigest()[:40]}{AGAIN}"
        row = Letter.objects.filter(message_id=draft.message_id).first()
    return row


def _is_same(row: Letter, draft: Letter) -> bool:
    # What came before digests were kept, or with an archive, has none.
    return row.digest == draft.digest if row.digest else row.sender in ("", draft.sender)


def is_repeated(row: Letter) -> bool:
    """Whether it bears a Message-ID that another letter had before."""
    return row.message_id.endswith(AGAIN)


def _keep(draft: Letter) -> Letter:
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            app.configure_task(HANDLE, queue="mail").defer(letter=draft.id)
    except IntegrityError:  # One of this name came at the same moment.
        known = _known(draft)
        return _keep(draft) if known is None else _came_again(known, draft.recipients)
    return draft


def _came_again(letter: Letter, ours: list[str]) -> Letter:
    if more := [each for each in ours if each not in letter.recipients]:
        # It came by a bridged list as well, say: then it need not go there.
        letter.recipients = [*letter.recipients, *more][:_MOST_RECIPIENTS]
        letter.save(update_fields=["recipients"])
    return letter


def _recipients(raw: bytes) -> list[str]:
    """Whom the headers of a message say it came for."""
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    names = ("X-Original-To", "Delivered-To", "To", "Cc")
    found = [box.address for name in names for box in headers.people(parsed, name)]
    return [each[:320] for each in dict.fromkeys(found)]
