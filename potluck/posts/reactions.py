"""The two ways to acknowledge a gift, "thank you" and "I used this, here"; and keeping one for later."""

from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id


class Thanks(models.Model):
    """One person thanks another for one post."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    helper = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="thanked_for")
    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="thanked")
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="thanks")
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post"], name="one_thanks_each")]

    def __str__(self) -> str:
        return f"{self.by_id} thanks {self.helper_id}"


class Use(models.Model):
    """One person tells what they did with a post, and where it can be seen."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="uses")
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="uses")
    story = models.TextField(blank=True)
    where = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.by_id} used {self.post_id}"


class Kept(models.Model):
    """What a person keeps for later, seen by nobody else; `remind_at` brings it back on that day."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="kept")
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="kept_by")
    at = models.DateTimeField(default=timezone.now)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "post"], name="kept_once")]
        indexes = [
            models.Index(
                fields=["remind_at"],
                name="kept_due",
                condition=models.Q(remind_at__isnull=False, reminded_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} kept by {self.person_id}"
