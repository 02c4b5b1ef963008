"""Let somebody in by a link that any member can make."""

import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Missing, Refused
from potluck.people.models import Invitation, Person

# How long a link may hold, in days; the first is what is proposed.
DAYS = (14, 3, 60)


def invite(*, by: Person, note: str = "", days: int = DAYS[0]) -> Invitation:
    """Make a link that lets in whoever has it, until it expires or is withdrawn."""
    if by.is_suspended or by.approved_at is None:
        raise Refused(_("Your account cannot invite anybody now."))
    return Invitation.objects.create(
        token=secrets.token_urlsafe(24),
        by=by,
        note=note.strip()[:300],
        expires_at=timezone.now() + timedelta(days=days if days in DAYS else DAYS[0]),
    )


def withdraw(invitation: Invitation, *, by: Person) -> None:
    """Let nobody in by this link any more. Who came by it stays."""
    if invitation.by_id != by.id and not by.is_moderator:
        raise Refused(_("This is not your invitation."))
    Invitation.objects.filter(pk=invitation.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())


def restore(invitation: Invitation, *, by: Person) -> None:
    """Take back a withdrawal."""
    if invitation.by_id != by.id:
        raise Refused(_("This is not your invitation."))
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=None)


def standing_invitation(token: str) -> Invitation:
    """The invitation behind a link, if it holds; else Missing with a sentence."""
    row = Invitation.objects.select_related("by").filter(token=token).first()
    if row is None or row.withdrawn_at or row.expires_at <= timezone.now() or row.by.suspended_at:
        raise Missing(_("This invitation does not hold any more. Ask who gave it to you for a new one."))
    return row
