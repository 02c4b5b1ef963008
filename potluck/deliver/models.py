"""What reached a person, and what waits to be carried to them."""

from django.db import models
from django.utils import timezone

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
