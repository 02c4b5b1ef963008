"""Answers by return: one short plain letter each, never to a machine, never more than a few a day to one address."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound.message import Message
from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.safety import rate_limits

ANSWER = "potluck.mail.answer"
_MOST_SUBJECT = 200


def answer(message: Message, name: str, said: str, *, reply_to: str = "") -> bool:
    """Answer a message, in the caller's transaction, by a name of its own. Returns whether anybody is."""
    to = message.sender.address
    if not to or is_ours(to) or not _is_new_to(to):
        return False
    subject = (
        message.subject
        if message.subject[:3].lower() == "re:"
        else f"Re: {message.subject or _('your mail')}"
    )
    headers: dict[str, JSONValue] = {
        "Message-ID": f"<answer.{name}@{settings.MAIL_DOMAIN}>",
        "In-Reply-To": f"<{message.message_id}>",
        "References": " ".join(f"<{name}>" for name in (*message.references[-10:], message.message_id)),
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
    }
    if reply_to:
        headers["Reply-To"] = reply_to
    app.configure_task(ANSWER, queue="mail").defer(
        to=to, subject=subject[:_MOST_SUBJECT], said=said, headers=headers
    )
    return True


def _is_new_to(address: str) -> bool:
    """Two programs that answer each other stop here."""
    try:
        rate_limits.take("mail answer", address)
    except Refused:
        return False
    return True


@app.task(name=ANSWER, queue="mail", retry=RetryStrategy(max_attempts=12, exponential_wait=3))
def send(to: str, subject: str, said: str, headers: dict[str, str], sender: str = "") -> None:
    """Hand one answer over. Done twice it bears the same name, so that it is known as the same.

    `sender`: the address of ours it comes from, where that is not the network's own; then a program reads it.
    """
    if sender:
        EmailMessage(subject, said, sender, [to], headers=headers).send()
        return
    network = the_network().name
    sender = formataddr((network, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    body = f"{said.strip()}\n\n-- \n{network}\n{settings.ORIGIN}\n"
    EmailMessage(subject, body, sender, [to], headers=headers).send()


def tell(to: Person, subject: str, said: str, name: int) -> None:
    """Write to a member, in the caller's transaction, by a name of its own; not more than a few a day."""
    address = to.account.email if to.account else ""
    if address and _is_new_to(address):
        headers: dict[str, JSONValue] = {
            "Message-ID": f"<answer.{name}.told@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        }
        app.configure_task(ANSWER, queue="mail").defer(
            to=address, subject=subject[:_MOST_SUBJECT], said=said, headers=headers
        )


def write_to_program(to: str, subject: str, said: str, name: str, *, sender: str, answers: str = "") -> None:
    """Write to a program that reads mail, from an address of ours that it knows, in the caller's transaction."""
    headers: dict[str, JSONValue] = {"Message-ID": f"<letter.{name}@{settings.MAIL_DOMAIN}>"}
    if answers:
        headers["In-Reply-To"] = headers["References"] = f"<{answers}>"
    app.configure_task(ANSWER, queue="mail").defer(
        to=to, subject=subject[:_MOST_SUBJECT], said=said, headers=headers, sender=sender
    )
