"""Letters shown to one person alone, before they are shared or dropped: mostly what a program wrote to them."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.actions.to_markdown import page_of
from potluck.channels.mail.addresses import read_subscribed
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.quoting import Parts
from potluck.channels.mail.inbound.receive import HANDLE
from potluck.channels.mail.models import Letter, State
from potluck.lib.errors import Malformed, Missing
from potluck.people.models import Person

_SHOWN, _LOOKED_AT = 10, 200


@dataclass(frozen=True, slots=True)
class Aside:
    """A letter that waits, and its text as a page shows it."""

    letter: Letter
    message: Message
    html: str


def asides(of: Person, address: str) -> list[Aside]:
    """What came to this address and waits for this person to look at, newest first."""
    rows = Letter.objects.filter(person=of, state=State.UNCONFIRMED, raw__isnull=False).order_by("-id")
    here = [row for row in rows[:_LOOKED_AT] if address in map(str.lower, row.recipients)]
    return [one for row in here[:_SHOWN] if (one := _aside(row))]


def one_of(letter: int, of: Person) -> Letter:
    """Such a letter, for whom it is. Missing for anybody else."""
    row = Letter.objects.filter(pk=letter, person=of, state=State.UNCONFIRMED, raw__isnull=False).first()
    if row is None or not any(map(read_subscribed, row.recipients)):
        raise Missing(_("This letter is not here any more."))
    return row


def _aside(row: Letter) -> Aside | None:
    try:
        message = read(bytes(row.raw or b""), own_files=False)
    except Malformed:
        return None
    return Aside(row, message, page_of(Parts(message.text), is_marked=message.is_marked)[1])


def let_in(row: Letter) -> None:
    """Share it after all."""
    if Letter.objects.filter(pk=row.pk, state=State.UNCONFIRMED).update(state=State.WAITING):
        app.configure_task(HANDLE, queue="mail").defer(letter=row.pk, vouched=True)


def drop(row: Letter) -> None:
    """It was not for here."""
    Letter.objects.filter(pk=row.pk, state=State.UNCONFIRMED).update(
        state=State.IGNORED, raw=None, handled_at=timezone.now(), trouble="It was dropped."
    )
