"""What ties people: following, circles, who was put forward, and the ways to be left in peace."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from potluck.lib.ids import new_id


class Level(models.IntegerChoices):
    """How much of what is followed reaches a person."""

    MUTED = 0, _("muted")
    NORMAL = 1, _("normal")
    FIRST = 2, _("first post of a thread")
    ALL = 3, _("everything, replies too")
    QUIET = 4, _("found, but not brought home")


class Follow(models.Model):
    """A person's wish to hear from a person, a person on one topic, a tag, a source, a thread or a search.

    What is empty is not asked for: `who` with `tag` is one person on one topic, `query` alone a saved search.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="follows")
    who = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="followers")
    tag = models.CharField(max_length=100, blank=True, default="")
    source = models.ForeignKey("people.Source", on_delete=models.CASCADE, null=True, related_name="followers")
    thread = models.BigIntegerField(null=True)
    query = models.CharField(max_length=500, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.NORMAL)
    since = models.DateTimeField(default=timezone.now)
    # When it went quiet by itself, until its person says something to that; and when they last said how much.
    faded_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "who", "tag", "source", "thread", "query"],
                nulls_distinct=False,
                name="one_follow_each",
            )
        ]
        indexes = [
            models.Index(fields=["who"], name="follow_who", condition=models.Q(who__isnull=False)),
            models.Index(fields=["tag"], name="follow_tag", condition=~models.Q(tag="")),
            models.Index(fields=["source"], name="follow_source", condition=models.Q(source__isnull=False)),
            models.Index(fields=["thread"], name="follow_thread", condition=models.Q(thread__isnull=False)),
            # Asked for each person whom something new is for.
            models.Index(fields=["by"], name="follow_muted", condition=models.Q(level=0)),
        ]

    def __str__(self) -> str:
        return (
            f"{self.by_id} follows {self.who_id or self.tag or self.source_id or self.thread or self.query}"
        )


class Circle(models.Model):
    """A member's own short list of people, usable as an audience. Only its owner knows of it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="circles")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_circle_a_name")]

    def __str__(self) -> str:
        return self.name


class CircleMember(models.Model):
    """One person in one circle."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="in_circles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["circle", "person"], name="once_in_a_circle")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.circle_id}"


class Mute(models.Model):
    """`by` hears nothing of `who` any more, who is not told."""

    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="mutes")
    who = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="muted_by")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "who"], name="one_mute_each")]

    def __str__(self) -> str:
        return f"{self.by_id} mutes {self.who_id}"


class Block(models.Model):
    """Neither sees the other any more; it ends their follows both ways."""

    by = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="blocks")
    who = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="blocked_by")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "who"], name="one_block_each")]
        indexes = [models.Index(fields=["who", "by"], name="block_who")]

    def __str__(self) -> str:
        return f"{self.by_id} blocks {self.who_id}"


class PutForward(models.Model):
    """`who` was put forward to `person` for one post of theirs: the tags in common, or that it is near to one's own.

    The words are made when it is shown, so that they say nothing of a post that is seen no more.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="met")
    who = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="put_forward")
    post = models.BigIntegerField()
    tags = ArrayField(models.CharField(max_length=100), default=list)
    near = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "who"], name="put_forward_once")]

    def __str__(self) -> str:
        return f"{self.who_id} put forward to {self.person_id}"
