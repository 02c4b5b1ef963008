"""Say that one has met somebody, say yes to that, or take it back."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from potluck.lib.errors import Refused
from potluck.people.acquaintance_models import Meeting
from potluck.people.directory import shown_to
from potluck.people.models import Person


def meet(who: Person, *, by: Person) -> bool:
    """Say that one has met a member whom one may see. Returns whether both have said so now."""
    if who == by or not who.is_member or not shown_to(by).filter(pk=who.pk).exists():
        raise Refused(_("Only of another member can you say that you have met."))
    Meeting.objects.get_or_create(by=by, who=who)
    return Meeting.objects.filter(by=who, who=by).exists()


def unmeet(who: Person, *, by: Person) -> None:
    """Take it back, or say that it is not so: for both."""
    between(who, by).delete()


def between(one: Person, other: Person) -> QuerySet[Meeting]:
    """What the two have said of it."""
    return Meeting.objects.filter(Q(by=one, who=other) | Q(by=other, who=one))


def waiting_for(person: Person) -> Sequence[Person]:
    """Whoever says that they have met this member and waits for a word, the latest first."""
    said = Meeting.objects.filter(by=OuterRef("who"), who=OuterRef("by"))
    rows = Meeting.objects.filter(~Exists(said), who=person, by__in=shown_to(person)).order_by("-at", "-id")
    return [row.by for row in rows.select_related("by")[:20]]
