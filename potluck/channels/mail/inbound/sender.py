"""Who wrote: a member by an address they have shown to be theirs, or a guest, who has a person here all the same."""

import hashlib
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from potluck.channels.mail.inbound.headers import in_small
from potluck.channels.mail.inbound.message import Mailbox
from potluck.channels.mail.models import Guest
from potluck.lib.ids import new_id
from potluck.people.join import as_handle
from potluck.people.models import Person


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who wrote. `confirmed`: the address was shown to be theirs."""

    person: Person
    address: str
    confirmed: bool


def known(address: str) -> Sender | None:
    """Whose address this is."""
    address = in_small(address)
    # The database takes "ſ" for "S" where it compares without case, and another's address for a member's.
    rows = EmailAddress.objects.filter(email__iexact=address, verified=True).order_by("id")
    row = next((each for each in rows if in_small(each.email) == address), None)
    member = Person.objects.select_related("account").filter(account=row.user_id).first() if row else None
    if member is not None:
        return Sender(member, address, confirmed=True)
    guest = (
        Guest.objects.select_related("person__account", "person__claimed_by__account")
        .filter(address=address)
        .first()
    )
    if guest is None:
        return None
    return Sender(guest.person.claimed_by or guest.person, address, confirmed=guest.confirmed_at is not None)


def known_by_list(bridge: str, box: Mailbox) -> Person:
    """Whoever a list calls so: somebody of their own, since the list may have been told anything."""
    digest = hashlib.sha256(f"{bridge} {box.address}".encode("utf-8", "replace")).hexdigest()
    return guest(Mailbox(box.name, f"{digest[:32]}@hidden.invalid")).person


def guest(box: Mailbox) -> Sender:
    """Whose address this is; somebody new is given a person, who is nobody's until the address is confirmed."""
    there = known(box.address)
    if there is not None:
        return there
    try:
        with transaction.atomic():
            row = Guest.objects.create(address=box.address, person=stage(box.name))
    except IntegrityError:
        return known(box.address) or guest(box)
    return Sender(row.person, box.address, confirmed=False)


def stage(name: str) -> Person:
    """A person who has not joined, known by mail. Their address is in no name of theirs."""
    key = new_id()
    name = shown_name(name)
    return Person.objects.create(
        id=key, name=name, handle=as_handle(name or "guest"), uri=f"{settings.ORIGIN}/people/{key}"
    )


def shown_name(name: str) -> str:
    """The name somebody bears in their mail, if it is one and not an address."""
    name = name.strip().strip("'\"").strip()
    return "" if "@" in name or " at " in name.lower() else name[:200]


def addresses_of(person: Person) -> set[str]:
    """Every address this person may write from, in small letters."""
    found = set(
        Guest.objects.filter(person__in=[person, *person.claims.all()]).values_list("address", flat=True)
    )
    if person.account_id:
        rows = EmailAddress.objects.filter(user=person.account_id, verified=True)
        found |= {email.lower() for email in rows.values_list("email", flat=True)}
    return found


def confirm(person: Person, address: str = "") -> list[str]:
    """Its owner has shown that an address is theirs, all of this person's where none is named. Returns which."""
    rows = Guest.objects.filter(person=person, **({"address": address} if address else {}))
    found = list(rows.values_list("address", flat=True))
    rows.filter(confirmed_at=None).update(confirmed_at=timezone.now())
    return found
