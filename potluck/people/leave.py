"""Leave the network, and come back while it can be taken back. What becomes of posts is in `posts/erase_account.py`."""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Refused
from potluck.people.leave_models import Leaving
from potluck.people.models import Account, Person

# So long it can be taken back.
GRACE = timedelta(days=7)


@transaction.atomic
def leave(person: Person, *, typed: str, keeps_posts: bool) -> Leaving:
    """Begin to leave. With their posts, a person is out of sight at once; all is carried out when the grace is over."""
    if typed.strip().lstrip("@").lower() != person.handle:
        raise Malformed(
            _("Type your handle, %(handle)s, to show that you mean it.") % {"handle": person.handle}
        )
    if person.account and person.account.is_superuser and not _another_host(person.account):
        raise Refused(
            _("You are the only host. Make somebody else a host first, or nobody could mind this network.")
        )
    row, _new = Leaving.objects.update_or_create(
        person=person, defaults={"asked_at": timezone.now(), "keeps_posts": keeps_posts}
    )
    Person.objects.filter(pk=person.pk).update(removed_at=None if keeps_posts else row.asked_at)
    return row


@transaction.atomic
def come_back(person: Person) -> None:
    """Stay after all: everything is as it was."""
    row = Leaving.objects.filter(person=person).first()
    if row is not None:
        row.delete()
        Person.objects.filter(pk=person.pk).update(removed_at=None)


def due() -> models.QuerySet[Leaving]:
    """Who asked to leave so long ago that it is carried out."""
    return Leaving.objects.filter(asked_at__lt=timezone.now() - GRACE).select_related("person__account")


def _another_host(account: Account) -> bool:
    return Account.objects.filter(is_superuser=True, is_active=True).exclude(pk=account.pk).exists()
