"""Who is put forward to a member as somebody to follow, and the ways to say no. Whom: `match/suggestions/weekly.py`."""

from django.utils import timezone

from potluck.people.models import Person, PutForward


def decline(who: Person, *, by: Person) -> None:
    """Not for me: they are not shown any more, nor told."""
    PutForward.objects.filter(person=by, who=who).update(declined_at=timezone.now())


def take_back(who: Person, *, by: Person) -> None:
    """Show them again, for what is left of the week."""
    PutForward.objects.filter(person=by, who=who).update(declined_at=None)


def wish_for_people(person: Person, wanted: bool) -> None:
    """Whether anybody is put forward at all."""
    person.meets = wanted
    person.save(update_fields=["meets"])
