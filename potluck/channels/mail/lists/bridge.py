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
from potluck.channels.mail.addresses import is_ours, list_address, read_subscribed, secret
from potluck.channels.mail.inbound.authentication import (
    Evidence,
    Proof,
    handed_of,
    sent_by,
    vouched_in,
)
from potluck.channels.mail.inbound.message import Mailbox, Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.parse import read
from potluck.channels.mail.inbound.sender import guest, known, known_by_list
from potluck.channels.mail.inbound.sender_policy import comes_from, is_public, sealed_results
from potluck.channels.mail.models import Bridge, Crossing, Letter, State
from potluck.channels.mail.newsletters import pending
from potluck.channels.mail.threading import posts_of
from potluck.lib.errors import Malformed, PotluckError, Refused
from potluck.lib.visitors import network_of
from potluck.people.models import Person
from potluck.people.moderate import may_moderate
from potluck.posts.models import Audience, Post

# Lists whose senders forbid others to write in their name say "Ada via Garden <list@...>".
_MOST_SERVERS = 20
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


def own_look(row: Letter | None) -> bool | None:
    """Whether the list sent what came to its address, as far as we find out ourselves. None: it is not known."""
    bridge = _bridge_of(row) if row is not None else None
    if row is None or bridge is None or settings.MAIL_SERVERS or not is_public(row.peer):
        return None
    if network_of(row.peer) in bridge.servers:
        return True
    return comes_from(_domain_of(bridge), bytes(row.raw or b""), handed_of(row))


def _bridge_of(row: Letter) -> Bridge | None:
    found = [
        each[1] for address in row.recipients if (each := read_subscribed(address)) and each[0] == "list"
    ]
    return Bridge.objects.filter(token__in=found, retired_at=None).first()


def _domain_of(bridge: Bridge) -> str:
    return bridge.address.rpartition("@")[2]


def take(row: Letter, message: Message, token: str, found: Evidence) -> Outcome:
    """What came to the address a list knows us by. Nobody is answered but by the host."""
    bridge = Bridge.objects.select_related("by__account").filter(token=token).first()
    if bridge is None or bridge.retired_at:
        return Outcome(state=State.IGNORED, why="There is no bridge any more.")
    by_list = sent_by(message, _domain_of(bridge)) if found.by_list is None else found.by_list
    why = "" if _is_said(message, bridge) else "It is from the list's program, or from nobody of it."
    if by_list is False and found.author is not Proof.PASSED:
        # Everybody on the list has read our address there.
        why = why or "Nothing shows that the list sent it."
    if why and found.author is not Proof.VOUCHED:
        _tell(row, bridge, message)
        return Outcome(state=State.UNCONFIRMED, person=bridge.by, why=why)
    if _is_echo(row, message):
        return Outcome(state=State.IGNORED, why="It came by another way before.")
    try:
        post = _share(message, bridge, _author(row, message, bridge, found.author, by_list=by_list is True))
    except PotluckError as error:
        return Outcome(state=State.IGNORED, why=str(error))
    return Outcome(post=post, person=post.author)


def let_in(row: Letter, bridge: Bridge, *, by: Person) -> None:
    """A moderator says that the list sent it; what the same server hands in next is believed to be from the list."""
    may_moderate(by)
    if is_public(row.peer) and network_of(row.peer) not in bridge.servers:
        servers = [*bridge.servers, network_of(row.peer)][-_MOST_SERVERS:]
        Bridge.objects.filter(pk=bridge.pk).update(servers=servers)
    pending.let_in(row)


def _is_echo(row: Letter, message: Message) -> bool:
    """Whether the list brings what its writer sent here as well, with a footer of its own below it."""
    first = (
        Letter.objects.filter(message_id=message.message_id).exclude(pk=row.pk).select_related("post").first()
    )
    if first is None or first.post is None or first.writer != row.writer:
        return False
    if _plain(first.post.text) not in _plain(message.text):
        return False
    Letter.objects.filter(pk=first.pk).update(recipients=[*first.recipients, *row.recipients][:50])
    return True


def _plain(text: str) -> str:
    return " ".join(text.split())


def _author(row: Letter, message: Message, bridge: Bridge, found: Proof, *, by_list: bool) -> Person:
    """Whose words they are: the author's own only where their domain, or the list's seal, says so.

    Lists change letters, so that most signatures do not hold any more, and put themselves into From. Then it is
    somebody outside, known by this list; somebody of its archive, if the list sent it. Never a member.
    """
    writer = _writer(message, bridge)
    if not writer.address:
        raise Malformed(_("It does not say who wrote it."))
    domain = writer.address.rpartition("@")[2]
    is_own = writer.address == message.sender.address
    sealed = (
        by_list and is_own and vouched_in(sealed_results(_domain_of(bridge), bytes(row.raw or b"")), domain)
    )
    if is_own and (found is Proof.PASSED or sealed):
        return guest(writer).person
    there = known(writer.address) if by_list else None
    if there is not None and not there.confirmed and not there.person.is_member:
        return there.person
    return known_by_list(bridge.address, writer)


def _is_said(message: Message, bridge: Bridge) -> bool:
    """Whether somebody said it on the list, and not the list's program to us."""
    local, _at, domain = bridge.address.rpartition("@")
    program = re.compile(rf"(?:mailer-daemon@|{re.escape(local)}-[^@]+@{re.escape(domain)}\Z)", re.IGNORECASE)
    to_list = (
        bridge.address in message.recipients or bridge.address in message.headers.get("list-post", "").lower()
    )
    return to_list and not program.match(message.sender.address)


def _share(message: Message, bridge: Bridge, author: Person) -> Post:
    named = posts_of(message.references)
    nearest = next((named[name] for name in reversed(message.references) if name in named), 0)
    parent = Post.objects.filter(pk=nearest, deleted_at=None, audience=Audience.PUBLIC).first()
    draft = archived(message, by=author, to=parent, before=False)
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
