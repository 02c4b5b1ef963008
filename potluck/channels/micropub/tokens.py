"""Make a key for a program, know whose one is, take one back."""

import secrets
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.channels.micropub.models import Key
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.models import Account, Person

MOST = 20


@transaction.atomic
def make_key(person: Person, name: str) -> str:
    """A new key of this name. It is told this once: nobody can read it here again."""
    Person.objects.select_for_update().get(pk=person.pk)
    if not name.strip():
        raise Malformed(_("Give it a name, so that you know it again."))
    if Key.objects.filter(person=person).count() >= MOST:
        raise Refused(_("You have %(most)d keys. Take one back first.") % {"most": MOST})
    told = secrets.token_urlsafe(32)
    Key.objects.create(person=person, name=name.strip()[:80], digest=_digest(told))
    return told


def take_back(key: int, *, by: Person) -> None:
    """Nothing can be shared with it any more."""
    if not Key.objects.filter(pk=key, person=by).delete()[0]:
        raise Missing(_("This key is not there any more."))


def end_keys(account: Account) -> int:
    """A new password: whoever knew the old one may have made keys, so none outlives it. Returns how many ended."""
    return Key.objects.filter(person__account=account).delete()[0]


def whose(told: str) -> Person | None:
    """The member who made this key, if their account is open; it is noted that it was used."""
    key = Key.objects.filter(digest=_digest(told), person__account__is_active=True).first()
    if key is None:
        return None
    Key.objects.filter(pk=key.pk).update(used_at=timezone.now())
    return Person.objects.select_related("account").get(pk=key.person_id)


def _digest(told: str) -> str:
    # The key itself is 256 random bits: there is nothing to guess that a slow hash would guard.
    return sha256(told.encode()).hexdigest()
