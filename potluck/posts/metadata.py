"""How something is meant: how far it is, what its author would like, until when it stands, under which licence; and
what its author says now who was wrong. Most posts say nothing of it and have no row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from potluck.lib.errors import Malformed
from potluck.lib.licences import LICENCES, Licence


class HowFar(models.TextChoices):
    """How far a thing is."""

    ALOUD = "aloud", _("thinking aloud")
    ROUGH = "rough", _("rough")
    WORKING = "working", _("working")
    POLISHED = "polished", _("polished")


class Wanted(models.TextChoices):
    """What its author would like to get."""

    ANSWER = "answer", _("an answer")
    BOARD = "board", _("a sounding board")
    CHALLENGE = "challenge", _("a challenge")


_TIMES = ("until", "told_at", "wrong_at")


class Manner(models.Model):
    """`until` is when it goes by itself, `told_at` when its author was reminded of that. `licence` is a key of
    LICENCES. `wrong` is what is right instead, in Markdown, said at `wrong_at`; `wrong_html` is made of it."""

    post = models.OneToOneField(
        "posts.Post", on_delete=models.CASCADE, primary_key=True, related_name="manner"
    )
    how_far = models.CharField(max_length=10, choices=HowFar.choices, blank=True)
    wanted = models.CharField(max_length=10, choices=Wanted.choices, blank=True)
    until = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    licence = models.CharField(max_length=10, blank=True)
    wrong_at = models.DateTimeField(null=True)
    wrong = models.TextField(blank=True)
    wrong_html = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], name="manner_until", condition=models.Q(until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"manner of {self.post_id}"

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Manner":
        """The row again, of what was kept of it with its times as text."""
        times = {name: datetime.fromisoformat(said[name]) for name in _TIMES if said.get(name)}
        return cls(**{**said, **times})

    @property
    def righted(self) -> Markup:
        """What stands at the head of what its author takes for wrong now."""
        said = (
            gettext("I was wrong here. What I know now:") if self.wrong_html else gettext("I was wrong here.")
        )
        right = Markup(self.wrong_html)  # noqa: S704 - cleaned when it was written
        return Markup('<div class="righted"><p>{}</p>{}</div>').format(said, right)

    @property
    def terms(self) -> Licence | None:
        """The licence it is under, if its author said."""
        return LICENCES.get(self.licence)


@dataclass(frozen=True, slots=True)
class Meant:
    """What an author says of how something is meant; `licence` is None where they left it as always."""

    how_far: str = ""
    wanted: str = ""
    until: datetime | None = None
    licence: str | None = None

    def checked(self) -> "Meant":
        """The same, or Malformed where a word is none of ours. What goes by itself is thought aloud."""
        known = self.how_far in ("", *HowFar.values) and self.wanted in ("", *Wanted.values)
        if not known or self.licence not in (None, "", *LICENCES):
            raise Malformed(gettext("Choose from what is offered, or leave it out."))
        aloud = self.until is not None and not self.how_far
        return replace(self, how_far=HowFar.ALOUD.value) if aloud else self


NOTHING_SAID = Meant()
