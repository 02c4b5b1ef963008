"""How often something was done lately."""

from django.db import models


class Tally(models.Model):
    """How many times `who` did `what` in the window that began at `window` (seconds since 1970)."""

    pk = models.CompositePrimaryKey("what", "who", "window")
    what = models.CharField(max_length=32)
    who = models.CharField(max_length=100)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.who} {self.what} {self.count}"
