"""What only this channel needs to know of a source, which item became which post, and files being taken in."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id
from potluck.people.models import Person, Source
from potluck.posts.models import Post


class Subscription(models.Model):
    """How one feed address is read, once for everybody who named it.

    `etag` and `modified` go back to the server as they came; `digest` is of the last body, since many servers
    ignore both. `interval` is the rest between two looks, in seconds. `hash` numbers of items are in Item.
    """

    url = models.CharField(max_length=2000, unique=True)
    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    digest = models.BinaryField(default=b"")
    interval = models.PositiveIntegerField(default=3600)
    errors = models.PositiveIntegerField(default=0)
    next_look_at = models.DateTimeField(default=timezone.now, null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_look_at"],
                name="subscription_due",
                condition=models.Q(next_look_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.url


class Item(models.Model):
    """One item of one source. `identity` is a digest of its guid, `content` of what it said when last read.

    `missed_at` is when it was listed no more, and its page was asked whether it was taken back.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="items")
    identity = models.BinaryField(max_length=16)
    content = models.BinaryField(max_length=16)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="items")
    first_at = models.DateTimeField(default=timezone.now)
    missed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "identity"], name="one_item_each")]

    def __str__(self) -> str:
        return f"item of {self.source_id}"


class Bringing(models.Model):
    """A file a member brought, what of it they chose, and how far it is taken in.

    `chosen` are places in the file, all if empty; `place` is the next one. `mine` says that its feeds are the
    member's own, not whom they read. The counts are what `imports` tells. `body` is emptied when it is done.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="bringings")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=255, blank=True)
    body = models.BinaryField()
    brought_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    mine = models.BooleanField(default=False)
    chosen = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    place = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    notes = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"

    @property
    def page(self) -> str:
        return f"/you/sources/files/{self.id}"
