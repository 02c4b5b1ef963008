"""What a room needs beside the posts: what changed in a thread, who said they are here, and what was sent already."""

from django.db import models
from django.utils import timezone

from potluck.people.models import Person
from potluck.posts.models import Post


class Change(models.Model):
    """A post came into a thread, was changed, or went. Written by the database itself (migration 0001), with the
    number of the transaction (`xid`) by which `changes.py` knows what somebody has not seen. `fresh`: it came."""

    thread = models.BigIntegerField()
    post = models.BigIntegerField()
    fresh = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="live_change_at")]

    def __str__(self) -> str:
        return f"{self.post} in {self.thread}"


class Here(models.Model):
    """Somebody who said they are in a room. It ends by itself unless their open page, or they, renew it."""

    thread = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="rooms")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="live_here_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.thread}"


class Said(models.Model):
    """What a page sent under a key of its own: the same key again is the same message."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    once = models.CharField(max_length=64)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "once"], name="live_said_once")]
        indexes = [models.Index(fields=["at"], name="live_said_at")]

    def __str__(self) -> str:
        return f"{self.once} of {self.person_id}"
