"""An open seat: what a member offers to those who come to learn beside them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How one may come by."""

    VISIT = "visit", _("visit")
    PAIR = "pair", _("work beside each other")
    CALL = "call", _("call")


class Seat(models.Model):
    """What one person offers, at least one way of it. Only members see it."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="seat")
    ways = ArrayField(models.CharField(max_length=5, choices=Way.choices))
    words = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} offers {' '.join(self.ways)}"

    @property
    def named_ways(self) -> list[str]:
        """The ways as words to read."""
        return [str(Way(way).label) for way in self.ways]
