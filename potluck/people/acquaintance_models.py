"""Two people who have met: one says so, and it holds once the other says it, too. It is between the two of them."""

from django.db import models
from django.utils import timezone


class Meeting(models.Model):
    """`by` says that they have met `who`."""

    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    who = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "who"], name="met_once")]

    def __str__(self) -> str:
        return f"{self.by_id} and {self.who_id}"
