"""One table: what happened."""

from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id


class Kind(models.TextChoices):
    """What can happen. `about` is a post unless it says otherwise."""

    SHARED = "shared"  # a new post; `about` is the post
    BEFORE = "before"  # a post older than our knowing its source: archived, brought to nobody
    REPLIED = "replied"  # `about` is the reply
    PASSED_ON = "passed_on"  # `about` is the new post, whose `via` is the old one
    THANKED = "thanked"  # `about` is what helped, `to` whom it thanks
    USED = "used"  # the same, with the story in posts.Use
    EDITED = "edited"
    DELETED = "deleted"
    FOLLOWED = "followed"  # `to` is who is followed
    ME_TOO = "me_too"  # `about` is the question, `to` who asked it first
    ON_IT = "on_it"  # `about` is the question somebody took on, `to` who asked it
    SUGGESTED = "suggested"  # `about` is the question, `to` whom somebody named for it
    WIDENED = "widened"  # `about` is a question that is put before more people
    ANSWERED_IT = "answered_it"  # `about` is what answered a question (questions.Verdict), `to` who shared it
    HELPED = "helped"  # the same, where it helped
    POINTED = (
        "pointed"  # `about` is what somebody says answers a question (questions.Found), `to` who asked it
    )
    CLOSED = "closed"  # `about` is the question
    FURTHER = "further"  # `about` is a newcomer's share that is put before one more person
    PROPOSED = (
        "proposed"  # `about` is a private answer that `by` would let everybody read, `to` whom it needs, too
    )
    PUBLISHED = "published"  # the same, once both have said yes
    ADAPTED = "adapted"  # `about` is an answer made from a post of `to`'s
    CORRECTED = "corrected"  # whoever wrote `about` says that it was wrong
    FADING = "fading"  # `about` goes by itself soon, as its author `to` wished
    REOPENED = "reopened"


class Event(models.Model):
    """Something happened. `handled_at` is set in the transaction that wrote its matches."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    by = models.BigIntegerField(null=True)
    about = models.BigIntegerField(null=True)
    to = models.BigIntegerField(null=True)
    whence = models.CharField(max_length=24, default="web")
    at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="events_waiting", condition=models.Q(handled_at=None)),
            models.Index(fields=["about"], name="events_about"),
            models.Index(fields=["to", "id"], name="events_to", condition=models.Q(to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.kind} {self.about}"


class Decision(models.TextChoices):
    """What somebody may decide for others."""

    SUSPENDED = "suspended"
    READMITTED = "readmitted"
    MADE_MODERATOR = "made_moderator"
    APPROVED = "approved"  # somebody who wanted to join
    TURNED_AWAY = "turned_away"
    WAITS_AGAIN = "waits_again"  # either answer was taken back
    RELEASED = "released"  # what the screen held
    REFUSED = "refused"  # the same, given back to its author
    TAKEN_AWAY = "taken_away"  # what somebody else wrote
    BROUGHT_BACK = "brought_back"
    REMOVED = "removed"  # somebody who is not a member
    RETURNED = "returned"
    MERGED = "merged"  # `words` are both tags
    SETTLED = "settled"  # `words` are what was changed of the network


class AuditEntry(models.Model):
    """One decision: `by` whom (nobody: the host, at the command line), on whom, about which post.

    It outlives those it names, so it holds their ids and no more of them.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    what = models.CharField(max_length=16, choices=Decision.choices)
    by = models.BigIntegerField(null=True)
    whom = models.BigIntegerField(null=True)
    about = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.by} {self.what} {self.whom or self.about or self.words}"
