"""Who cares for safety here, and for whom the door is closed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.audit import note
from potluck.events.models import Decision
from potluck.lib.errors import Refused
from potluck.people.models import Person


@transaction.atomic
def make_moderator(who: Person, *, by: Person | None) -> bool:
    """Ask somebody to care for safety. False if they do already. `by` None is the host at the command line."""
    may_moderate(by)
    if not who.is_member or who.is_suspended:
        raise Refused(_("Only a member whose account is open can be a moderator."))
    new = Person.objects.filter(pk=who.pk, moderator_since=None).update(moderator_since=timezone.now())
    return noted(Decision.MADE_MODERATOR, who, by, new)


@transaction.atomic
def suspend(who: Person, *, by: Person | None) -> bool:
    """Close the door for somebody; what they gave is kept, unseen. False if it is closed already."""
    may_moderate(by)
    if by is not None and by.pk == who.pk:
        raise Refused(_("You cannot suspend yourself."))
    if who.account is not None and who.account.is_superuser:
        raise Refused(_("The host cannot be suspended."))
    new = Person.objects.filter(pk=who.pk, suspended_at=None).update(suspended_at=timezone.now())
    return noted(Decision.SUSPENDED, who, by, new)


@transaction.atomic
def readmit(who: Person, *, by: Person | None) -> bool:
    """Open the door again; what they gave is seen again. False if it is open already."""
    may_moderate(by)
    new = Person.objects.filter(pk=who.pk, suspended_at__isnull=False).update(suspended_at=None)
    return noted(Decision.READMITTED, who, by, new)


def noted(what: Decision, who: Person, by: Person | None, new: int) -> bool:
    """Write a decision on somebody down if it changed anything; whether it did."""
    if new:
        note(what, by=by.id if by else None, whom=who.id)
    return bool(new)


def may_moderate(by: Person | None) -> None:
    """Raise Refused unless `by` cares for safety. None is the host at the command line."""
    if by is not None and not by.is_moderator:
        raise Refused(_("Only a moderator can do this."))
