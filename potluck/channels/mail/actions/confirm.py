"""Ask whoever seems to have written whether they did; an answer, or one press on a page, is enough."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import act_address, at_home, local_of, read_act
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.receive import HANDLE
from potluck.channels.mail.inbound.sender import Sender, confirm
from potluck.channels.mail.models import Guest, Letter, State
from potluck.lib.errors import Missing
from potluck.people.models import Person
from potluck.people.network import the_network

# One mail asks for all that somebody wrote within this time.
_ONCE = timedelta(hours=1)


def ask_to_confirm(row: Letter, sender: Sender, message: Message) -> Outcome:
    """Keep the letter, and ask the address it bears, once for several."""
    asked = Guest.objects.filter(address=sender.address, asked_at__gt=timezone.now() - _ONCE)
    if not sender.confirmed and asked.exists():
        return Outcome(state=State.UNCONFIRMED, person=sender.person)
    Guest.objects.filter(address=sender.address).update(asked_at=timezone.now())
    address = act_address("confirm", row.id, sender.person.id)
    said = _(
        "Did you write “%(subject)s” to %(network)s? Then answer this mail, nothing need stand in it, or press the"
        " button on this page:\n%(page)s\n\n%(why)s If it was not you, do nothing, and it is forgotten."
    ) % {
        "why": _forged(sender.address) if sender.confirmed else _("This is asked once for an address."),
        "subject": message.subject[:100] or _("a mail without a subject"),
        "network": the_network().name,
        "page": f"{settings.ORIGIN}/mail/confirm/{local_of(address).partition('+')[2]}",
    }
    return Outcome(state=State.UNCONFIRMED, person=sender.person, said=said, reply_to=address)


def _forged(address: str) -> str:
    return _("It did not come by a way that %(domain)s vouches for, so we ask.") % {
        "domain": address.rpartition("@")[2]
    }


def confirmed(who: Person, letter: int) -> Outcome:
    """The address is theirs, and so is the letter: all that waited for it goes on its way."""
    if not who.is_member:
        confirm(who)
    waiting = Letter.objects.filter(person=who, state=State.UNCONFIRMED, raw__isnull=False)
    if who.is_member:
        waiting = waiting.filter(pk=letter)
    keys = list(waiting.order_by("id").values_list("id", flat=True))
    waiting.update(state=State.WAITING)
    for key in keys:
        app.configure_task(HANDLE, queue="mail").defer(letter=key, vouched=True)
    return Outcome(person=who)


def read_token(token: str) -> tuple[Person, int]:
    """Whose confirmation this is, and the letter it is about. Missing, with a sentence, if it is none."""
    found = read_act(at_home(f"confirm+{token}"))
    who = Person.objects.filter(pk=found[2]).first() if found and found[0] == "confirm" else None
    if found is None or who is None:
        raise Missing(_("This link is not whole. Copy all of it from the mail."))
    return who, found[1]
