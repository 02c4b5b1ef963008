"""What a room needs beside the posts: what changed in a thread, who said they are here, what was sent already. And the
devices on which people are told of things."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id
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


class Device(models.Model):
    """A browser that may be sent word, as the browser described itself: where its push service takes it, and the two
    keys only it can read with (RFC 8291). `trouble` is what its push service said last, if it said no."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    endpoint = models.CharField(max_length=2000, unique=True)
    key = models.CharField(max_length=100)
    secret = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    since = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"


def usual_kinds() -> list[str]:
    """What is worth a sound: what speaks to one, what one is asked, what answers."""
    return ["spoken", "asked", "found"]


class Knocking(models.Model):
    """Which categories of match (`deliver/categories.py`) are pushed to a person's devices, and their quiet hours in
    their own time zone. Whoever has a device and no row gets the defaults."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="knocking")
    kinds = ArrayField(models.CharField(max_length=10), default=usual_kinds)
    quiet_from = models.PositiveSmallIntegerField(null=True, default=22)
    quiet_until = models.PositiveSmallIntegerField(null=True, default=7)

    def __str__(self) -> str:
        return f"knocking of {self.person_id}"
