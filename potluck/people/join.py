"""Becoming a member, and the people outside who have not."""

import re
import secrets
import unicodedata
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.ids import new_id
from potluck.lib.url_key import bounded_uri
from potluck.people.models import LONGEST_URI, Account, Invitation, Network, Person
from potluck.people.network import the_network

_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{1,30}\Z")
_NOT_HANDLE = re.compile(r"[^a-z0-9]+")
# Words that are addresses of ours, or that would pass for the people who run the place.
_RESERVED = """
about accounts admin administrator api archive ask everybody files fresh health help home host
image join kept live mail me moderation moderator network people postmaster posts potluck root
search share sources static support system tags welcome you
"""
RESERVED = frozenset(_RESERVED.split())


def as_handle(name: str) -> str:
    """A handle made of a name, free to take. Names in other scripts become `person-…`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _NOT_HANDLE.sub("-", plain).strip("-")[:24].strip("-")
    if len(base) < 2 or base in RESERVED:
        base = f"person-{secrets.token_hex(3)}"
    handle = base
    while Person.objects.filter(handle=handle).exists():
        handle = f"{base}-{secrets.token_hex(2)}"
    return handle


def check_handle(handle: str, *, of: Person | None = None) -> str:
    """The handle as it may be used, or Malformed with a sentence."""
    handle = handle.strip().lstrip("@").lower()
    if not _HANDLE.match(handle):
        raise Malformed(_("A handle has 2 to 31 small letters, digits, hyphens or underscores."))
    if handle in RESERVED:
        raise Malformed(_("This handle is kept for the network itself. Choose another."))
    if Person.objects.filter(handle=handle).exclude(pk=of.pk if of else 0).exists():
        raise Malformed(_("Somebody has this handle already. Choose another."))
    return handle


def may_join(invitation: Invitation | None) -> None:
    """Refuse with a sentence when nobody new, or nobody uninvited, may join now."""
    if not Account.objects.filter(is_superuser=True).exists():
        return
    joining = the_network().joining
    if joining == Network.Joining.CLOSED:
        raise Refused(_("This network takes nobody new for now."))
    if joining == Network.Joining.INVITED and invitation is None:
        raise Refused(_("One joins this network by invitation. Ask somebody you know here for a link."))


@transaction.atomic
def join(
    account: Account, *, name: str = "", handle: str = "", invitation: Invitation | None = None
) -> Person:
    """Give an account its person. The first one becomes the host. Harmless to repeat."""
    known = Person.objects.filter(account=account).first()
    if known:
        return known
    # One joins after the other, so that a form sent twice makes one person, and two at once not two hosts.
    Network.objects.select_for_update().get_or_create(pk=1)
    known = Person.objects.filter(account=account).first()
    if known:
        return known
    first = not Account.objects.filter(is_superuser=True).exists()
    waits = the_network().joining == Network.Joining.APPROVAL and not first and invitation is None
    key = new_id()
    person = Person.objects.create(
        id=key,
        account=account,
        name=name.strip(),
        handle=check_handle(handle) if handle else as_handle(name),
        uri=f"{settings.ORIGIN}/people/{key}",
        approved_at=None if waits else timezone.now(),
        moderator_since=timezone.now() if first else None,
        invited_by=invitation.by if invitation else None,
    )
    if first:
        account.is_superuser = True
        account.save(update_fields=["is_superuser"])
    return person


# An address nobody has confirmed is kept this long.
UNCONFIRMED = timedelta(days=2)


def account_to_be(email: str) -> Account | None:
    """An account for an address that a code goes to; its person comes when they sign in. None: it is closed."""
    defaults = {"password": make_password(None)}
    account, _new = Account.objects.get_or_create(email=email.lower(), defaults=defaults)
    return account if account.is_active else None


def forget_unconfirmed() -> None:
    """Drop accounts whose address nobody confirmed in time."""
    nobody = Account.objects.filter(person=None, last_login=None, is_superuser=False)
    nobody.filter(date_joined__lt=timezone.now() - UNCONFIRMED).delete()


def outside_person(url: str, *, name: str = "") -> Person:
    """The person outside whose page or feed this is; the same one however often it is asked."""
    uri = bounded_uri(url, LONGEST_URI)
    known = Person.objects.filter(uri=uri).first()
    if known:
        return known
    parts = urlsplit(url)
    host = (parts.hostname or "somewhere").removeprefix("www.")
    path = parts.path.strip("/").split("/")[0]
    hint = f"{host} {path}" if path.startswith(("@", "~")) else host
    said = {"name": name.strip()[:200], "url": url[:2000]}
    while True:
        handle = as_handle(hint)
        try:
            return Person.objects.get_or_create(uri=uri, defaults={**said, "handle": handle})[0]
        except IntegrityError:
            # Somebody else took the handle in between.
            if not Person.objects.filter(handle=handle).exists():
                raise


def find(handle: str) -> Person:
    """The person with this handle, or who claimed its page; Missing with a sentence if there is none."""
    named = (
        Person.objects.filter(handle=handle.strip().lstrip("@").lower()).select_related("claimed_by").first()
    )
    person = named and (named.claimed_by or named)
    if person is None or person.removed_at:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle.strip().lstrip("@")})
    return person
