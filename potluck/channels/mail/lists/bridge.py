"""Bridge a mailing list elsewhere: what is said there is said here, by people outside, in the threads it belongs to.

We subscribe an address of our own to it, as a person would. What the list's program says to that address (such as
"confirm that you want to subscribe") waits for the host. What members answer goes back by `post_to_list.py`.
"""

import hashlib
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from potluck import door
from potluck.channels.mail.actions.autoresponse import tell, write_to_program
from potluck.channels.mail.actions.to_draft import archived
from potluck.channels.mail.addresses import is_ours, list_address, secret
from potluck.channels.mail.inbound.message import Mailbox, Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.sender import guest
from potluck.channels.mail.models import Bridge, Crossing, Letter, State
from potluck.channels.mail.threading import posts_of
from potluck.lib.errors import Malformed, PotluckError, Refused
from potluck.people.models import Person
from potluck.people.moderate import may_moderate
from potluck.posts.models import Audience, Post

# Lists whose senders forbid others to write in their name say "Ada via Garden <list@...>".
_VIA = re.compile(r"\s+(?:via|por|über|--)\s.*\Z", re.IGNORECASE)


@transaction.atomic
def make(address: str, asked: str, *, by: Person) -> Bridge:
    """Subscribe an address of ours to a list. Malformed with a sentence where it cannot be one."""
    may_moderate(by)
    address, asked = _fit(address), asked.strip().lower()
    local, _at, domain = address.rpartition("@")
    asked = _fit(asked) if asked else f"{local}-request@{domain}"
    row, new = Bridge.objects.get_or_create(
        address=address, defaults={"by": by, "asked": asked, "token": secret()}
    )
    if not new and row.retired_at is None:
        raise Refused(_("There is a bridge to this list already."))
    Bridge.objects.filter(pk=row.pk).update(retired_at=None, by=by, asked=asked)
    _say(row, asked, "subscribe")
    return row


@transaction.atomic
def stop(row: Bridge, *, by: Person) -> None:
    """Nothing goes over it any more, and the list is told; what came stays."""
    may_moderate(by)
    if Bridge.objects.filter(pk=row.pk, retired_at=None).update(retired_at=timezone.now()):
        _say(row, row.asked, "unsubscribe")


@transaction.atomic
def answer(row: Letter, bridge: Bridge, *, by: Person) -> None:
    """Answer what the list's program asked, as lists want it: the same subject, nothing else."""
    may_moderate(by)
    message = read(bytes(row.raw or b""), own_files=False)
    to = message.headers.get("reply-to", "").strip() or message.sender.address
    write_to_program(
        to,
        f"Re: {message.subject}",
        "\n",
        f"{row.id}.yes",
        sender=list_address(bridge.token),
        answers=message.message_id,
    )
    Letter.objects.filter(pk=row.pk).update(state=State.DONE, raw=None, handled_at=timezone.now())


def _say(row: Bridge, to: str, word: str) -> None:
    name = f"{row.token[:8]}.{word}.{timezone.now():%Y%m%d%H%M%S}"
    write_to_program(to, word, f"{word}\n", name, sender=list_address(row.token))


def _fit(address: str) -> str:
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Malformed(_("This is not a mail address. It looks like name@example.org.")) from None
    if is_ours(address):
        raise Malformed(_("This address is one of this network's own. What is the list's?"))
    return address


def take(row: Letter, message: Message, token: str) -> Outcome:
    """What came to the address a list knows us by. Nobody is answered but by the host."""
    bridge = Bridge.objects.select_related("by__account").filter(token=token).first()
    if bridge is None or bridge.retired_at:
        return Outcome(state=State.IGNORED, why="There is no bridge any more.")
    if not _is_said(message, bridge):
        _tell(row, bridge, message)
        return Outcome(
            state=State.UNCONFIRMED,
            person=bridge.by,
            why="It is from the list's program, or from nobody of it.",
        )
    try:
        post = _share(message, bridge)
    except PotluckError as error:
        return Outcome(state=State.IGNORED, why=str(error))
    return Outcome(post=post, person=post.author)


def _is_said(message: Message, bridge: Bridge) -> bool:
    """Whether somebody said it on the list, and not the list's program to us."""
    local, _at, domain = bridge.address.rpartition("@")
    program = re.compile(rf"(?:mailer-daemon@|{re.escape(local)}-[^@]+@{re.escape(domain)}\Z)", re.IGNORECASE)
    to_list = (
        bridge.address in message.recipients or bridge.address in message.headers.get("list-post", "").lower()
    )
    return to_list and not program.match(message.sender.address)


def _share(message: Message, bridge: Bridge) -> Post:
    writer = _writer(message, bridge)
    if not writer.address:
        raise Malformed(_("It does not say who wrote it."))
    named = posts_of(message.references)
    nearest = next((named[name] for name in reversed(message.references) if name in named), 0)
    parent = Post.objects.filter(pk=nearest, deleted_at=None, audience=Audience.PUBLIC).first()
    draft = archived(message, by=guest(writer).person, to=parent, before=False)
    post = door.admit_all([draft])[0]
    Crossing.objects.create(post=post, bridge=bridge, thread=post.thread, done_at=timezone.now())
    return post


def _writer(message: Message, bridge: Bridge) -> Mailbox:
    """Who wrote it, also where the list put itself into From."""
    if message.sender.address != bridge.address:
        return message.sender
    name = _VIA.sub("", message.sender.name)
    address = message.headers.get("reply-to", "").partition("<")[2].partition(">")[0].strip().lower()
    if "@" in address and address != bridge.address:
        return Mailbox(name, address)
    digest = hashlib.sha256(f"{bridge.address} {name.lower()}".encode()).hexdigest()
    return Mailbox(name, f"{digest[:32]}@hidden.invalid" if name else "")


def _tell(row: Letter, bridge: Bridge, message: Message) -> None:
    with override(bridge.by.language or None):
        said = _(
            "“%(subject)s” came from the list %(list)s. Perhaps it asks to confirm. Read it here:\n%(page)s"
        ) % {
            "subject": message.subject[:100] or _("a mail without a subject"),
            "list": bridge.address,
            "page": f"{settings.ORIGIN}/moderation/bridges",
        }
        tell(bridge.by, _("A letter from the list %(list)s") % {"list": bridge.address}, said, row.id)
