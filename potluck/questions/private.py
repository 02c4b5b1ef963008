"""What is asked or answered between few: a question put before some alone, a yes to let everybody read an answer; what
an answer was made from; and what was asked before it came here."""

from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id


class Quiet(models.Model):
    """A question that was asked quietly: for those alone before whom it is put, who are its named readers.

    The row goes when it is asked of everybody, or published with an answer.
    """

    question = models.OneToOneField(
        "posts.Post", on_delete=models.CASCADE, primary_key=True, related_name="quiet"
    )
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.question_id}, quietly"


class Earlier(models.Model):
    """A question that was asked elsewhere before it came here, and since when it is here; see `open_filter.py`.

    The row goes when somebody here takes it up.
    """

    question = models.OneToOneField(
        "posts.Post", on_delete=models.CASCADE, primary_key=True, related_name="earlier"
    )
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.question_id}, asked earlier"


class Consent(models.Model):
    """Who asked, or who answered, would let everybody read a private answer. With both it is published."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    answer = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="consents")
    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "by"], name="one_consent_each")]

    def __str__(self) -> str:
        return f"{self.by_id} would publish {self.answer_id}"


class Adaptation(models.Model):
    """An answer that was made from something shared before, whose author has the credit."""

    answer = models.OneToOneField(
        "posts.Post", on_delete=models.CASCADE, primary_key=True, related_name="adapted"
    )
    of = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="adaptations")

    def __str__(self) -> str:
        return f"{self.answer_id} from {self.of_id}"
