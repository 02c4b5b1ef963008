"""What a host and moderators turn: the network's row, who moderates, who is suspended."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.kit.errors import Malformed, Refused
from potluck.people.models import Network, Person
from potluck.people.network import look_again


def settle_network(*, by: Person, name: str, tagline: str, joining: str, norms: str = "") -> Network:
    """Change the network's name, welcome, and who may join."""
    if by.account is None or not by.account.is_superuser:
        raise Refused(_("Only the host can change this."))
    if not name.strip():
        raise Malformed(_("Give the network a name."))
    if joining not in Network.Joining.values:
        raise Malformed(_("Choose who may join."))
    row, __ = Network.objects.get_or_create(pk=1)
    row.name, row.tagline, row.joining, row.norms = (
        name.strip()[:100],
        tagline.strip(),
        joining,
        norms.strip(),
    )
    row.save()
    look_again()
    return row


def make_moderator(who: Person, *, yes: bool = True) -> None:
    """Let somebody look after the network, or no longer. At the command line, or by the host."""
    if not who.is_member:
        raise Refused(_("Only a member can look after the network."))
    Person.objects.filter(pk=who.pk).update(moderator_since=timezone.now() if yes else None)


def suspend(who: Person, *, yes: bool = True) -> None:
    """Hide somebody and what they shared, and end their sessions; or let them back."""
    Person.objects.filter(pk=who.pk).update(suspended_at=timezone.now() if yes else None)
    if yes and who.account_id is not None:
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
            if session.get_decoded().get("_auth_user_id") == str(who.account_id):
                session.delete()
