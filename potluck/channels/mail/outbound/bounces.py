"""What could not be delivered comes back here: to whom it did not get, and whether it never will.

One bounce is no reason to stop: mailboxes are full for a day. Each is a point, or half of one where the trouble may
pass; a week without any forgets them. From the first point on, the web tells the member; mail is paused only when it
kept coming back for some days after.
"""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import compat32

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from flufl.bounce import all_failures

from potluck.channels.mail.inbound import headers
from potluck.channels.mail.outgoing_models import Mailbox
from potluck.deliver.models import Wishes
from potluck.deliver.preferences import pause, warn
from potluck.people.models import Person

ENOUGH, HARD, SOFT = 4.0, 1.0, 0.5
FORGOTTEN, WARNED = timedelta(days=7), timedelta(days=3)


# What programs put above a letter that they send back.
_RETURNED = re.compile(
    r"returned mail|undeliver|unzustellbar|non[- ]?(?:remis|delivery)|mail (?:delivery|error)"
    r"|delivery (?:status|fail|warn|has)|(?:could|can)\s?not be delivered|failure notice|user unknown"
    r"|permanent delivery",
    re.IGNORECASE,
)


def is_returned(subject: str, raw: bytes) -> bool:
    """Whether a letter that came to no such address is one of ours, sent back by a program that took another way."""
    return _RETURNED.search(subject) is not None and any(
        all_failures(message_from_bytes(raw, policy=compat32))
    )


def take(address_key: int, raw: bytes) -> bool:
    """What came to a VERP address; the key says whom it did not get to. False if no program wrote it as a bounce.

    A notice in which nobody's address can be read counts as trouble that may pass.
    """
    parsed = message_from_bytes(raw, policy=compat32)
    temporary, permanent = all_failures(parsed)
    if not (temporary or permanent or _RETURNED.search(headers.value(parsed, "Subject"))):
        return False
    bounced(address_key, bool(permanent), _("Their mail server sent it back."))
    return True


@transaction.atomic
def bounced(address_key: int, hard: bool, said: str) -> None:
    """Count it. One a day counts, however many letters went out that day."""
    person = Person.objects.select_for_update().filter(pk=address_key).first()
    if person is None:
        return
    now = timezone.now()
    box, new = Mailbox.objects.get_or_create(person=person)
    if not new and box.last_at and box.last_at.date() == now.date():
        return
    if box.last_at is None or now - box.last_at > FORGOTTEN:
        box.score, box.warned_at = 0.0, None
    box.score += HARD if hard else SOFT
    box.last_at, box.said = now, said[:300]
    if box.score >= HARD and box.warned_at is None:
        box.warned_at = now
    box.save()
    _tell(person, box)


def _tell(person: Person, box: Mailbox) -> None:
    """Say it where they will see it; stop when that did not help."""
    if box.warned_at is None:
        return
    with override(person.language or None):
        if box.score >= ENOUGH and timezone.now() - box.warned_at >= WARNED:
            pause(
                person,
                _(
                    "Your mailbox kept sending our letters back, so we have stopped for now. Is the address right?"
                ),
            )
        elif not Wishes.objects.filter(person=person, paused_at__isnull=False).exists():
            warn(
                person,
                _(
                    "A letter to you came back. Look whether your mailbox is full, or the address another now."
                ),
            )


def fine_again(person: Person) -> None:
    """The member says that their mailbox takes letters again."""
    Mailbox.objects.filter(person=person).delete()
