"""Where a moderator says yes first: let somebody in, or not."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.kit.errors import Refused
from potluck.people.models import Person


def waiting() -> models.QuerySet[Person]:
    """Who wants to join and waits for a yes, first come first."""
    return Person.objects.filter(
        account__isnull=False, approved_at=None, suspended_at=None, removed_at=None
    ).order_by("id")


def approve(who: Person, *, by: Person) -> bool:
    """Let somebody in. Returns whether they were waiting."""
    _may(by)
    return bool(waiting().filter(pk=who.pk).update(approved_at=timezone.now()))


def turn_away(who: Person, *, by: Person) -> bool:
    """Let somebody not in: their account is closed. Returns whether they were waiting."""
    _may(by)
    return bool(waiting().filter(pk=who.pk).update(suspended_at=timezone.now()))


def wait_again(who: Person, *, by: Person) -> None:
    """Take either answer back."""
    _may(by)
    Person.objects.filter(pk=who.pk, account__isnull=False).update(approved_at=None, suspended_at=None)


def _may(by: Person) -> None:
    if not by.is_moderator:
        raise Refused(_("Only a moderator can say who may join."))
