"""What only this channel needs to know: letters that came in, secret addresses, and people known by their address."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.channels.mail.outgoing_models import Mailbox, Never, Sending
from potluck.channels.mail.subscription_models import Bridge, Crossing, Newsletter
from potluck.lib.ids import new_id
from potluck.people.models import Person
from potluck.posts.models import Post

__all__ = [
    "Bridge",
    "Crossing",
    "Guest",
    "Letter",
    "Mailbox",
    "Never",
    "Newsletter",
    "SecretAddress",
    "Sending",
]
__all__ += ["State"]


class State(models.TextChoices):
    """How far a letter is. All but the first two are ends."""

    WAITING = "waiting", _("not looked at yet")
    UNCONFIRMED = "unconfirmed", _("its sender has to confirm an address first")
    DONE = "done", _("became a post, or was done as it said")
    REFUSED = "refused", _("its sender was told why not")
    IGNORED = "ignored", _("written by a machine, or a loop")


class Letter(models.Model):
    """One message that came in, by the name it has in the world (`message_id`, without angle brackets).

    `raw` is kept until the letter is handled, `sender` and `recipients` are those of the envelope; `peer` and `helo`
    are the network address and the name of the server that handed it in, where they are known. A message of an
    archive that was brought in has a letter too, without `raw`: by it replies find their thread.

    `writer` is the address in From, whoever wrote it there, and `digest` is of that and the text: another letter under
    a Message-ID that is known already is told from the same one by it. `asked_at` is when its writer was asked whether
    it is theirs; `is_of_stranger`: of somebody who has not shown any address to be theirs.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    message_id = models.CharField(max_length=500, unique=True)
    sender = models.CharField(max_length=320, blank=True)
    recipients = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    peer = models.CharField(max_length=45, blank=True)
    helo = models.CharField(max_length=255, blank=True)
    raw = models.BinaryField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="letters")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="letters")
    trouble = models.TextField(blank=True)
    arrived_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    writer = models.CharField(max_length=320, blank=True, default="", db_default="")
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    is_of_stranger = models.BooleanField(default=False, db_default=False)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="letter_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["post"], name="letter_post"),
            models.Index(fields=["person"], name="letter_person"),
            models.Index(fields=["writer"], name="letter_pending", condition=models.Q(raw__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id


class SecretAddress(models.Model):
    """The token of the address by which a member shares by mail: from addresses of theirs, and from `senders`, of which
    they said once that what comes from there is theirs."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="share_address"
    )
    token = models.CharField(max_length=32, unique=True)
    senders = ArrayField(models.CharField(max_length=320), default=list, blank=True, db_default=[])
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"share address of {self.person_id}"


class Guest(models.Model):
    """The mail address of somebody who has not joined: who wrote to us, or in an archive that was brought in.

    Nobody but the letters' own handling reads `address`. `confirmed_at` is when its owner showed that it is theirs.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mail_addresses")
    address = models.CharField(max_length=320, unique=True)
    confirmed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["person"], name="guest_person")]

    def __str__(self) -> str:
        return f"guest {self.person_id}"
