"""What hangs on a question. What is put before people besides questions lives in `offers.py`, what is between few and
what an answer was made from in `private.py`."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.lib.ids import new_id
from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.offers import Chance, FirstReader
from potluck.questions.private import Adaptation, Consent, Earlier, Quiet

__all__ = [
    "Adaptation",
    "Ask",
    "AskingWishes",
    "Chance",
    "Closure",
    "Consent",
    "Earlier",
    "FirstReader",
    "Found",
    "Learned",
    "Quiet",
    "Routing",
]
__all__ += ["MeToo", "Said", "Says", "Telling", "Verdict"]


class MeToo(models.Model):
    """Somebody else asks this, too, and hears what the asker hears."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="asks_too")
    question = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="asked_too")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="one_me_too_each")]

    def __str__(self) -> str:
        return f"{self.person_id} asks {self.question_id} too"


class Closure(models.Model):
    """The asker has what they need. `answer` is what answered it, if one thing did. Reopening takes the row away."""

    question = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="closure")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    answer = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="closes")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.question_id} closed"


class Routing(models.Model):
    """How far a question has gone: the rounds of people it was put before, and when the next is due."""

    question = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="routing")
    round = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    # Who would have been next, likeliest first: named where somebody says "somebody else".
    reserve = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # Who was looked at, and those of them for whom something speaks, both likeliest first.
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)
    fits = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # What spoke for each, in the order of `match.answerers.weights.FEATURES`, with this encoder: with who answers, it
    # teaches (`match/answerers/train_ranking.py`).
    cases = ArrayField(models.FloatField(), default=list, blank=True)
    encoder = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="routing_due", condition=~models.Q(next_at=None)),
            GinIndex(fields=["fits"], name="routing_fits"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}, round {self.round}"


class Learned(models.Model):
    """What the answers of this network taught: how much each thing counts in finding who may know.

    `powers` are weights in the order of `match.answerers.weights.FEATURES`, learned from so many answered `questions`.
    """

    encoder = models.CharField(max_length=40, primary_key=True)
    powers = ArrayField(models.FloatField())
    questions = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.encoder}, from {self.questions}"


class Said(models.TextChoices):
    """What one says to being asked. Nothing is an answer, too."""

    NOTHING = "", _("nothing yet")
    ON_IT = "on_it", _("I'm on it")
    NOT_NOW = "not_now", _("not now")
    NOT_ME = "not_me", _("not me")
    ELSE = "else", _("somebody else")


class Ask(models.Model):
    """One person a question was put before, with the reason; round 0 is whoever came by themselves."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="asks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="asked")
    round = models.PositiveSmallIntegerField(default=0)
    reason = models.JSONField(default=dict)
    score = models.FloatField(default=0)
    event = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    said = models.CharField(max_length=8, choices=Said.choices, blank=True)
    said_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="asked_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="ask_person"),
            models.Index(fields=["event"], name="ask_event"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} put before {self.person_id}"


class Telling(models.TextChoices):
    """How sure it was that something fits a question: told at once, or offered with the rest of the day."""

    TOLD = "told", _("told at once")
    OFFERED = "offered", _("offered")


class Found(models.Model):
    """Something shared that may answer an open question.

    `by` is who pointed to it; nobody where it was found. `chance` is how likely it was thought to, from 0 to 1;
    `case` the values it was thought from, in the order of `match.fits.FEATURES`: with what people say of it, they
    teach the gate.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="found")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="found_for")
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    passage = models.TextField(blank=True)
    chance = models.FloatField(default=0)
    score = models.FloatField(default=0)
    case = ArrayField(models.FloatField(), default=list, blank=True)
    told = models.CharField(max_length=8, choices=Telling.choices)
    event = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "post"], name="found_once")]
        indexes = [models.Index(fields=["event"], name="found_event")]

    def __str__(self) -> str:
        return f"{self.post_id} for {self.question_id}"


class Says(models.TextChoices):
    """What whoever asks says of something that may answer."""

    ANSWERS = "answers", _("answers it")
    HELPS = "helps", _("helps")
    NO = "no", _("no")


class Verdict(models.Model):
    """What the asker, or somebody who asks it too, says of one thing. It teaches what is found next."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="verdicts")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="judged")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="verdicts")
    says = models.CharField(max_length=8, choices=Says.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "post", "by"], name="one_verdict_each")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.says} {self.question_id}"


class AskingWishes(models.Model):
    """How much of each kind of match a person takes. No row means what the fields say; 0 is off.

    `topics_never` are topic words on which they are never asked, whatever they shared.
    """

    class Finds(models.TextChoices):
        ALL = "all", _("whatever may fit")
        SURE = "sure", _("only what very likely fits")
        NONE = "none", _("nothing; I look myself")

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="asking_wishes"
    )
    a_week = models.PositiveSmallIntegerField(default=3)
    topics_never = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    finds = models.CharField(max_length=4, choices=Finds.choices, default=Finds.ALL)
    firsts_a_week = models.PositiveSmallIntegerField(default=2)
    chances_a_day = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"wishes of {self.person_id}"
