"""What reached a person, and what waits to be carried to them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.people.models import Person
from potluck.posts.models import Post


class Place(models.IntegerChoices):
    """Where on the page it stands: what waits for an answer first, then people, then what came back."""

    WAITING = 0
    PEOPLE = 1
    GIFT = 2


class Arrival(models.Model):
    """One thing that reached one person: the home delivery itself.

    The same thing reaching somebody by several ways is one row with several `reasons`, each
    `{"code": …, "who": person id, …}`; how a reason reads is decided when it is shown. What came back for a post
    of one's own has the post's id below zero as its `thing`.
    """

    pk = models.CompositePrimaryKey("person_id", "thing")
    # No constraints and no more indexes than needed: a post to 10,000 people is 10,000 of these rows.
    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, related_name="arrivals", db_constraint=False, db_index=False
    )
    thing = models.BigIntegerField()
    post = models.ForeignKey(
        Post, on_delete=models.DO_NOTHING, related_name="arrivals", db_constraint=False, db_index=False
    )
    place = models.PositiveSmallIntegerField(choices=Place.choices, default=Place.PEOPLE)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    event = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        # It began as home's own.
        db_table = "home_arrival"
        indexes = [
            models.Index(fields=["person", "-at"], name="arrival_newest"),
            models.Index(fields=["thing"], name="arrival_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.thing} for {self.person_id}"


class Rhythm(models.IntegerChoices):
    """When what is of one kind is carried to a person."""

    NONE = 0, _("not at all")
    NOW = 1, _("at once")
    DAILY = 2, _("once a day")
    WEEKLY = 3, _("once a week")


class Wishes(models.Model):
    """How one person wishes to be brought things by mail. No row means what the fields say.

    A rhythm for each kind of match (`categories.py`); `hour` and `weekday` (Monday is 0) where the person is;
    `most` in one digest, where that is not what a day holds. `daily_at` and `weekly_at` are until when the last digests
    told. `off_at`: nothing at all, for now; `paused_at`: their mailbox takes nothing, says `trouble`. `told_at` is when
    they were told how to turn it.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="wishes")
    spoken = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.NOW)
    asked = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.NOW)
    found = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.NOW)
    followed = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.DAILY)
    gifts = models.PositiveSmallIntegerField(choices=Rhythm.choices, default=Rhythm.DAILY)
    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField(null=True)
    daily_at = models.DateTimeField(null=True)
    weekly_at = models.DateTimeField(null=True)
    off_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"wishes of {self.person_id}"


class Hush(models.Model):
    """One thing a person is not brought by mail, though it comes to their home: a thread, a tag, or a person."""

    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="hushes")
    thread = models.BigIntegerField(default=0)
    tag = models.CharField(max_length=100, blank=True)
    who = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "thread", "tag", "who"], name="hushed_once")]

    def __str__(self) -> str:
        return f"hush of {self.by_id}"


class Delivery(models.Model):
    """Something on its way to one person by one carrier: one post with its reasons, or a digest of many (`items`).

    Nobody is carried one `key` twice: it is the thing, or, for what came back to who shared it, the event below zero.
    `claimed_by` is the job that has it in its hands since `claimed_at`; `done_at` when it was handed over, or given up
    for what `trouble` says.
    """

    carrier = models.CharField(max_length=8)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="deliveries", null=True)
    key = models.BigIntegerField()
    event = models.BigIntegerField(default=0)
    place = models.PositiveSmallIntegerField(choices=Place.choices, default=Place.PEOPLE)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    items = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.BigIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "carrier", "key"], name="carried_once")]
        indexes = [
            models.Index(fields=["due"], name="delivery_waiting", condition=models.Q(done_at=None)),
            models.Index(fields=["done_at"], name="delivery_done", condition=~models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.key} for {self.person_id} by {self.carrier}"
