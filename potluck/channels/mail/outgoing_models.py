"""Tables of mail going out: how each mailbox does, and whom something was sent to who is not here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id
from potluck.people.models import Person
from potluck.posts.models import Post


class Mailbox(models.Model):
    """What came back from one person's mailbox lately. A person without a row has no trouble."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="mailbox")
    score = models.FloatField(default=0)
    last_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"mailbox of {self.person_id}"


class Sending(models.Model):
    """One post that a member sent to one person who is not here, with a line of their own. They get one letter.

    `also` is what else the letter names, where it is one of a set that a host brought.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sendings")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="sendings")
    to = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sent_to_me")
    address = models.CharField(max_length=320)
    note = models.CharField(max_length=500, blank=True)
    also = ArrayField(models.BigIntegerField(), null=True)
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "address"], name="sent_once")]

    def __str__(self) -> str:
        return f"{self.post_id} to {self.to_id}"


class Never(models.Model):
    """An address whose owner wants no letter from here ever again: only a digest of it is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:8]
