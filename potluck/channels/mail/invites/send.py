"""Send one thing to one person who is not here: one letter, which they may answer by mail; and that is all.

Nobody is subscribed. Whether an address is known here, or wants no letters, is told to nobody: whoever sends something
reads the same sentence either way.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound.message import Mailbox
from potluck.channels.mail.inbound.sender import guest
from potluck.channels.mail.outbound.carrier import CARRY, MAIL
from potluck.channels.mail.outgoing_models import Never, Sending
from potluck.deliver.models import Delivery
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.models import Person
from potluck.posts.models import Audience, Post
from potluck.safety import rate_limits

NOTE = 500
# Somebody who never wrote to us gets no more letters than these, whoever sends them.
MOST, WITHIN = 3, timedelta(days=30)
_SIGNER = signing.Signer(salt="potluck.mail.never")


@transaction.atomic
def send(post: Post, address: str, note: str, *, by: Person) -> None:
    """Send it, unless they had it, had enough, or want nothing. Raises Refused or Malformed with a sentence."""
    if post.audience != Audience.PUBLIC or post.held_at is not None:
        raise Refused(_("This is not for everybody, so it is not sent to somebody who is not here."))
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Malformed(_("This is not a mail address. It looks like name@example.org.")) from None
    if is_ours(address) or len(address) > 250:
        raise Malformed(_("This address is one of this network's own. Whose is theirs?"))
    rate_limits.take("send", by.id)
    if _had_enough(address):
        return
    to = guest(Mailbox(name="", address=address)).person
    if Sending.objects.filter(post=post, address=digest_of(address)).exists():
        return
    facts = {"by": by, "to": to, "note": note.replace("\x00", "").strip()[:NOTE]}
    row, new = Sending.objects.get_or_create(post=post, address=address, defaults=facts)
    if new:
        Delivery.objects.create(carrier=MAIL, person=to, key=-row.id, post=post, items={"sending": row.id})
        app.configure_task(CARRY, queue="carrying").defer()


def _had_enough(address: str) -> bool:
    if Never.objects.filter(digest=digest_of(address)).exists():
        return True
    return Sending.objects.filter(address=address, at__gt=timezone.now() - WITHIN).count() >= MOST


def forget_addresses(before: datetime) -> None:
    """Of what was sent before then, know only that it was: nobody's address lies about."""
    for row in Sending.objects.filter(at__lt=before, address__contains="@"):
        row.address = digest_of(row.address)
        row.save(update_fields=["address"])


def digest_of(address: str) -> str:
    """What is kept of an address whose owner wants nothing: it can be known again, not read."""
    return salted_hmac("potluck.mail.never", address.strip().lower(), algorithm="sha256").hexdigest()


def never_page(digest: str) -> str:
    """Where the owner of an address says that nothing of the kind is to come again."""
    return f"{settings.ORIGIN}/mail/never/{_SIGNER.sign(digest)}"


def read_never(token: str) -> str:
    """The digest of the address. Raises Missing."""
    try:
        return _SIGNER.unsign(token)
    except signing.BadSignature:
        raise Missing(_("This link is not whole. Copy all of it from the letter.")) from None


def never_again(digest: str) -> None:
    """No letter of this kind to this address any more."""
    Never.objects.get_or_create(digest=digest)


def after_all(digest: str) -> None:
    """Taken back."""
    Never.objects.filter(digest=digest).delete()
