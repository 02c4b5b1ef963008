"""Take a message in: it lies in the database, with the job that handles it, before anybody is told that it is taken."""

from collections.abc import Sequence
from email import policy
from email.parser import BytesHeaderParser

from django.db import transaction
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound import headers
from potluck.channels.mail.inbound.parse import MOST_BYTES, MOST_HEADER_BYTES, name_of
from potluck.channels.mail.models import Letter
from potluck.lib.errors import Malformed

HANDLE = "potluck.mail.handle"
_MOST_RECIPIENTS = 50


@transaction.atomic
def receive(
    raw: bytes, *, sender: str = "", recipients: Sequence[str] = (), peer: str = "", helo: str = ""
) -> Letter:
    """Keep a message until it is handled; the same one again is the one known already.

    `sender` and `recipients` are those of the envelope. Without them (a pipe) the headers say whom it is for.
    `peer` and `helo` are who handed it in, if that is known.
    """
    if len(raw) > MOST_BYTES:
        raise Malformed("This message is larger than 25 MB.")
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER_BYTES])
    ours = [each for each in recipients or _recipients(raw) if is_ours(each)][:_MOST_RECIPIENTS]
    letter, new = Letter.objects.get_or_create(
        message_id=name_of(parsed, raw),
        defaults={
            "sender": sender.strip().strip("<>").lower()[:320],
            "recipients": ours,
            "raw": raw,
            "peer": peer[:45],
            "helo": helo[:255],
        },
    )
    if new:
        app.configure_task(HANDLE, queue="mail").defer(letter=letter.id)
    elif more := [each for each in ours if each not in letter.recipients]:
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
