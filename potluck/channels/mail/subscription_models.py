"""Tables of what an address of ours is subscribed to elsewhere: newsletters taken in, lists that are bridged."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id
from potluck.people.models import Person
from potluck.posts.models import Post


class Newsletter(models.Model):
    """A newsletter that a member takes in, by an address nobody else knows. `person` is whoever writes it.

    `sender` is the domain its letters came from so far; `leaving` what the last of them said of how to unsubscribe.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="newsletters")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="written_newsletters")
    token = models.CharField(max_length=32, unique=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    sender = models.CharField(max_length=255, blank=True)
    leaving = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"newsletter {self.id} of {self.by_id}"


class Bridge(models.Model):
    """A mailing list elsewhere whose threads are here too. `asked` is where we wrote to be subscribed.

    `servers` are the networks of which a moderator said that the list sends from there, where its domain does not say.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="bridges")
    address = models.CharField(max_length=320, unique=True)
    asked = models.CharField(max_length=320)
    servers = ArrayField(models.CharField(max_length=64), default=list, blank=True, db_default=[])
    token = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"bridge to {self.address}"


class Crossing(models.Model):
    """A post that crossed a bridge: it came from the list, or (`is_out`) goes there, once."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="crossing")
    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="crossings")
    thread = models.BigIntegerField()
    is_out = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True)
    due = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["thread"], name="crossing_thread"),
            models.Index(fields=["due"], name="crossing_waits", condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} over {self.bridge_id}"
