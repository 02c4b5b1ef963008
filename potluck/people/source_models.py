"""Sources: the places outside where a person publishes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from potluck.lib.ids import new_id


class Source(models.Model):
    """A place outside, belonging to one person. How it is read is its channel's business; its health is here.

    `note` is a plain sentence on what is wrong, empty when all is well. `only_tags`, when not empty, lets in
    just the items that carry one of them. `proved_at` is when its page showed that it is theirs.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="sources")
    added_by = models.ForeignKey(
        "people.Person", on_delete=models.SET_NULL, null=True, related_name="sources_added"
    )
    channel = models.CharField(max_length=16, default="feeds")
    url = models.CharField(max_length=2000)
    home_url = models.CharField(max_length=2000, blank=True)
    title = models.CharField(max_length=300, blank=True)
    only_tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True)
    last_item_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "url"], name="one_source_a_person")]
        indexes = [
            models.Index(fields=["url"], name="source_url"),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def state(self) -> str:
        """One word: retired, paused, troubled, waiting (not looked at yet) or well."""
        if self.retired_at:
            return "retired"
        if self.paused_at:
            return "paused"
        if self.note:
            return "troubled"
        return "well" if self.looked_at else "waiting"
