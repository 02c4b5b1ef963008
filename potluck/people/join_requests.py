"""Where a moderator says yes first: let somebody in, or not."""

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.models import Decision
from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.people.moderate import noted


def waiting() -> models.QuerySet[Person]:
    """Who wants to join and waits for a yes, first come first."""
    return Person.objects.filter(
        account__isnull=False, approved_at=None, suspended_at=None, removed_at=None
    ).order_by("id")


@transaction.atomic
def approve(who: Person, *, by: Person) -> bool:
    """Let somebody in. Returns whether they were waiting."""
    _may(by)
    waited = waiting().filter(pk=who.pk).update(approved_at=timezone.now())
    return noted(Decision.APPROVED, who, by, waited)


@transaction.atomic
def turn_away(who: Person, *, by: Person) -> bool:
    """Let somebody not in: their account is closed. Returns whether they were waiting."""
    _may(by)
    waited = waiting().filter(pk=who.pk).update(suspended_at=timezone.now())
    return noted(Decision.TURNED_AWAY, who, by, waited)


@transaction.atomic
def wait_again(who: Person, *, by: Person) -> None:
    """Take either answer back."""
    _may(by)
    answered = Person.objects.filter(pk=who.pk, account__isnull=False)
    noted(Decision.WAITS_AGAIN, who, by, answered.update(approved_at=None, suspended_at=None))


def _may(by: Person) -> None:
    if not by.is_moderator:
        raise Refused(_("Only a moderator can say who may join."))
