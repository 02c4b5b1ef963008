"""On the way out: who asked to leave, when, and what becomes of what they shared."""

from django.db import models
from django.utils import timezone


class Leaving(models.Model):
    """A member who asked to leave. Until it is carried out, signing in and saying so takes it back."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="leaving")
    asked_at = models.DateTimeField(default=timezone.now)
    keeps_posts = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.person_id} leaves"
