"""Ask whoever seems to have written whether they did; an answer, or one press on a page, is enough."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.actions.autoresponse import tell
from potluck.channels.mail.addresses import act_address, at_home, local_of, read_act, read_subscribed
from potluck.channels.mail.inbound.authentication import Proof
from potluck.channels.mail.inbound.message import Mailbox, Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.receive import HANDLE
from potluck.channels.mail.inbound.sender import Sender, confirm, guest
from potluck.channels.mail.models import Letter, State
from potluck.lib.errors import Missing, Refused
from potluck.lib.visitors import network_of
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.safety import rate_limits

# Whoever was not asked about a letter since they did not answer another is asked about it after this time.
ASKED_AGAIN = timedelta(days=1)


def ask_to_confirm(row: Letter, sender: Sender | None, message: Message, found: Proof) -> Outcome:
    """Keep the letter, and ask the address it bears: once a day, until it answers. Nobody is asked about a stranger's
    letter of which its domain says that it is forged.
    """
    is_known = sender is not None and sender.confirmed
    if not is_known and found is Proof.FAILED:
        return Outcome(state=State.REFUSED, why="The domain of its sender says that it is forged.")
    person = sender.person if sender is not None and is_known else None
    pending = Outcome(state=State.UNCONFIRMED, person=person)
    if not may_ask(message.sender.address, is_known=is_known):
        return pending
    why = _forged(message.sender.address) if is_known else _("This is asked once for an address.")
    address = act_address("confirm", row.id, person.id if person else 0)
    said = _did_you(message, why, page_of(address))
    return Outcome(state=State.UNCONFIRMED, person=person, said=said, reply_to=address)


def ask_owner(row: Letter, owner: Person, message: Message) -> Outcome:
    """Ask a member of something that came to their secret address from where nothing of theirs came before."""
    email = owner.account.email if owner.account else ""
    pending = Outcome(state=State.UNCONFIRMED, person=owner)
    if email and may_ask(email, is_known=True):
        row.asked_at = timezone.now()
        why = _("It came to your own address for sharing, but bears %(address)s as its sender.") % {
            "address": message.sender.address
        }
        page = page_of(act_address("confirm", row.id, owner.id))
        tell(owner, _("Did you send this?"), _did_you(message, why, page), row.id)
    return pending


def may_ask(address: str, *, is_known: bool) -> bool:
    """Whether an address is asked today: people who never wrote are asked so often in all, too."""
    try:
        rate_limits.take("confirmation", _counted(address))
        if not is_known:
            rate_limits.take("confirmations", "")
    except Refused:
        return False
    return True


def _counted(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def page_of(address: str) -> str:
    """The page on which the same is done by a press."""
    return f"{settings.ORIGIN}/mail/confirm/{local_of(address).partition('+')[2]}"


def _did_you(message: Message, why: str, page: str) -> str:
    return _(
        "Did you write “%(subject)s” to %(network)s? Then answer this mail, nothing need stand in it, or press the"
        " button on this page:\n%(page)s\n\n%(why)s If it was not you, do nothing, and it is forgotten."
    ) % {
        "why": why,
        "subject": message.subject[:100] or _("a mail without a subject"),
        "network": the_network().name,
        "page": page,
    }


def _forged(address: str) -> str:
    return _("It did not come by a way that %(domain)s vouches for, so we ask.") % {
        "domain": address.rpartition("@")[2]
    }


def confirmed(who: Person | None, letter: int) -> Outcome:
    """The letter is theirs, and so is the address: what waited goes on its way. Without `who`, of somebody new.

    Of a member it is this one letter. Of somebody new all that one server handed in: another may have it from others.
    """
    waiting = Letter.objects.filter(state=State.UNCONFIRMED, raw__isnull=False)
    row = waiting.filter(pk=letter, person=who).first()
    if row is None:
        return Outcome(person=who)
    if who is None:
        found = read(bytes(row.raw or b""), own_files=False)
        who = guest(Mailbox(found.sender.name, row.writer)).person
        if not who.is_member:
            confirm(who, row.writer)
        keys = [key for key, peer in _of_writer(row) if network_of(peer) == network_of(row.peer)]
    else:
        keys = [row.id]
    waiting.filter(pk__in=keys).update(state=State.WAITING)
    for key in sorted(keys):
        app.configure_task(HANDLE, queue="mail").defer(letter=key, vouched=True)
    _ask_next(row, who)
    return Outcome(person=who)


def _of_writer(row: Letter) -> list[tuple[int, str]]:
    same = Letter.objects.filter(writer=row.writer, person=None, state=State.UNCONFIRMED, raw__isnull=False)
    return list(same.values_list("id", "peer"))


def _ask_next(row: Letter, who: Person) -> None:
    """Who answered may be asked about the next one at once."""
    for address in {row.writer, who.account.email if who.account else ""} - {""}:
        rate_limits.give_back("confirmation", _counted(address))
    left = Q(writer=row.writer) | Q(person=who)
    for key in unasked(timezone.now(), left)[:1]:
        handle_again(key)


def unasked(before: datetime, of: Q | None = None) -> list[int]:
    """Letters (by id) that came before then and wait, of which nobody was asked yet, the oldest first."""
    rows = Letter.objects.filter(
        state=State.UNCONFIRMED, asked_at=None, arrived_at__lt=before, raw__isnull=False
    )
    found = rows.filter(of or Q()).order_by("id").values_list("id", "recipients")[:50]
    # What came to an address that is subscribed to something is shown to its member, and asked of nobody.
    return [key for key, recipients in found if not any(map(read_subscribed, recipients))]


def handle_again(letter: int) -> None:
    """Look at it as if it had just come."""
    if Letter.objects.filter(pk=letter, state=State.UNCONFIRMED).update(state=State.WAITING):
        app.configure_task(HANDLE, queue="mail").defer(letter=letter)


def read_token(token: str) -> tuple[Person | None, int]:
    """Whose confirmation this is, and the letter it is about. Missing, with a sentence, if it is none."""
    found = read_act(at_home(f"confirm+{token}"))
    who = Person.objects.filter(pk=found[2]).first() if found and found[0] == "confirm" else None
    if found is None or found[0] != "confirm" or (who is None and found[2]):
        raise Missing(_("This link is not whole. Copy all of it from the mail."))
    return who, found[1]
