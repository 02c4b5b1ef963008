"""What is to become of a letter: by the address it came to, by who wrote it, and by what it says."""

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.channels.mail.actions import reply_or_share
from potluck.channels.mail.actions.commands import Spoken, obey, spoken
from potluck.channels.mail.actions.confirm import ask_owner, ask_to_confirm, confirmed
from potluck.channels.mail.actions.join import join_by_mail
from potluck.channels.mail.actions.post_commands import act_on
from potluck.channels.mail.actions.to_draft import own
from potluck.channels.mail.addresses import (
    allow_sender,
    local_of,
    read_act,
    read_bounce,
    read_reply,
    read_share,
    read_subscribed,
    senders_of,
)
from potluck.channels.mail.inbound.authentication import UNPROVED, Evidence, Proof
from potluck.channels.mail.inbound.autoreply import Made, made
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.quoting import trim
from potluck.channels.mail.inbound.sender import Sender, addresses_of, confirm, known
from potluck.channels.mail.lists import bridge
from potluck.channels.mail.models import Letter, State
from potluck.channels.mail.newsletters import subscribe
from potluck.channels.mail.outbound import bounces
from potluck.channels.mail.threading import posts_of
from potluck.lib.errors import Missing, Refused
from potluck.people.models import Person
from potluck.safety import rate_limits


def decide(row: Letter, message: Message, raw: bytes, *, found: Evidence) -> Outcome:
    """Do what the letter asks for. Refused, Missing or Malformed with a sentence for its sender.

    `found` is how sure it is who it is from.
    """
    address = _main_address(row.recipients)
    returned = read_bounce(address)
    if returned is not None:
        bounces.take(returned, raw)
        return Outcome(state=State.IGNORED, why="It came back.")
    if bounces.is_returned(message.subject, raw):
        return Outcome(state=State.IGNORED, why="A letter of ours came back.")
    by = made(message, row.sender)
    if (subscribed := read_subscribed(address)) and by is not Made.BY_US:
        kind, token = subscribed
        return (
            bridge.take(row, message, token, found)
            if kind == "list"
            else subscribe.take(row, message, token, found.author)
        )
    if by in (Made.BY_US, Made.BY_A_MACHINE) or not message.sender.address:
        return Outcome(state=State.IGNORED, why=f"It was made {by.value}.")
    owner = read_share(address)
    if owner is not None:
        return _share(row, message, owner, found.author)
    if by is Made.BY_A_LIST:
        return Outcome(state=State.IGNORED, why=f"It was made {by.value}.")
    if (act := read_act(address)) is not None:
        return _act(*act, row, message, found.author)
    if local_of(address).startswith(("reply+", "share+")) and read_reply(address) is None:
        raise Missing(_("This address is not known here any more. Perhaps it was cut off: copy all of it."))
    return _from_somebody(row, message, address, found.author)


def _main_address(recipients: list[str]) -> str:
    """Of the addresses of ours it came to, the one that says most: with a token before one without."""
    return max(recipients, key=lambda each: bool(read_subscribed(each)) or "+" in local_of(each), default="")


def _share(row: Letter, message: Message, owner: Person, found: Proof) -> Outcome:
    """What came to a member's secret address: a secret may be stolen, so a new sender is asked about once."""
    sender, own = message.sender.address, addresses_of(owner)
    if found is Proof.VOUCHED and sender not in own:
        allow_sender(owner, sender)
    elif found in UNPROVED or sender not in own | senders_of(owner):
        return ask_owner(row, owner, message)
    rate_limits.take("letter", sender)
    return reply_or_share.share(message, owner)


def _act(verb: str, about: int, person: int, row: Letter, message: Message, found: Proof) -> Outcome:
    if verb == "confirm":
        return confirmed(_person(person) if person else None, about)
    who = _person(person)
    if message.sender.address not in addresses_of(who):
        raise Refused(_not_theirs())
    if found in UNPROVED:
        return ask_to_confirm(row, Sender(who, message.sender.address, confirmed=True), message, found)
    rate_limits.take("letter", message.sender.address)
    return Outcome(said=act_on(verb, about, who), person=who)


def _from_somebody(row: Letter, message: Message, address: str, found: Proof) -> Outcome:
    """A letter of a person: a word of command, a reply, or something asked."""
    replied = read_reply(address)
    sender = _of_token(replied[1], message, found) if replied else known(message.sender.address)
    name = local_of(address)
    parts = trim(message.text, own=own())
    said = "" if parts.is_empty else parts.kept
    # The subject of an answer to a post is the post's title.
    subject = "" if said.strip() and posts_of(message.references) else message.subject
    word = spoken(said, subject, on_post=replied is not None)
    if name in ("join", "help") and word is None:
        word = Spoken(name)
    if found in UNPROVED or sender is None or not (sender.confirmed or found is Proof.VOUCHED):
        return ask_to_confirm(row, sender, message, found)
    rate_limits.take("letter", message.sender.address)
    if word is not None and word.verb == "join" and not sender.person.is_member:
        return join_by_mail(sender)
    if word is not None:
        return obey(word, sender.person, post=replied[0] if replied else 0)
    if replied:
        return reply_or_share.reply(message, replied[0], sender.person, has_token=True)
    parent = reply_or_share.meant(message, sender.person)
    return (
        reply_or_share.reply(message, parent, sender.person)
        if parent
        else reply_or_share.question(message, sender.person)
    )


def _of_token(person: int, message: Message, found: Proof) -> Sender:
    """Who may use a reply address: the person it was made for. To have it shows that the address is theirs."""
    who = _person(person)
    address = message.sender.address
    if address not in addresses_of(who):
        raise Refused(_not_theirs())
    if not who.is_member and found not in UNPROVED:
        confirm(who, address)
    return Sender(who, address, confirmed=True)


def _person(key: int) -> Person:
    who = Person.objects.select_related("account", "claimed_by__account").filter(pk=key).first()
    if who is None:
        raise Missing(_("Whoever this address was for is not here any more."))
    return who.claimed_by or who


def _not_theirs() -> str:
    """Nobody is named, nor what it was about: whoever wrote may have found the address somewhere."""
    return _(
        "You answered a mail from an address that it was not sent to. Write from the address the mail came to, or add"
        " this one at %(page)s."
    ) % {"page": f"{settings.ORIGIN}/accounts/email/"}
