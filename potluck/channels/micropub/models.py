"""The keys by which programs share for their owners."""

from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id
from potluck.people.models import Person


class Key(models.Model):
    """A program's key. Only what it hashes to (SHA-256) is kept; `used_at` is when it was shared with last."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"
