"""What was put before somebody who did not ask for it: a newcomer's first share, and something from far away."""

from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id


class FirstReader(models.Model):
    """One of the few people a newcomer's share was put before."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="first_readers")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="read_first")
    reason = models.JSONField(default=dict)
    event = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="first_reader_once")]
        indexes = [models.Index(fields=["person", "-at"], name="first_reader_person")]

    def __str__(self) -> str:
        return f"{self.post_id} first put before {self.person_id}"


class Chance(models.Model):
    """Something by somebody a person does not follow, put before them on one day."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="chances")
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="chances")
    day = models.DateField()
    reason = models.JSONField(default=dict)
    turned_down_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "post"], name="one_chance_each")]
        indexes = [models.Index(fields=["person", "-day"], name="chance_day")]

    def __str__(self) -> str:
        return f"{self.post_id} for {self.person_id} on {self.day}"
