"""`potluck person ...`: the people who have an account."""

import sys
from argparse import Namespace

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from potluck.lib.errors import Malformed, Refused
from potluck.people import moderate
from potluck.people.join import find, join
from potluck.people.models import Account, Person


@transaction.atomic
def add(args: Namespace) -> None:
    """Open an account for somebody; they sign in with a code sent to their mail address."""
    email = args.email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Malformed(f"{args.email} is not a mail address.") from error
    if Account.objects.filter(email=email).exists():
        raise Refused(f"Somebody with the address {email} is here already.")
    account = Account.objects.create_user(email)
    EmailAddress.objects.create(user=account, email=email, primary=True, verified=True)
    person = join(account, name=args.name or args.handle, handle=args.handle)
    print(f"{person} can sign in with a code sent to {email}.")
    if account.is_superuser:
        print("This is the first account, so it is the host's.")


def list_all(args: Namespace) -> None:
    """A line for each member."""
    members = Person.objects.filter(account__isnull=False).select_related("account").order_by("id")
    if not members.exists():
        print("Nobody has an account yet. Whoever comes first is the host.", file=sys.stderr)
    for person in members.iterator():
        print(
            f"{person!s:34} {person.account.email if person.account else '':34} {_standing(person)}".rstrip()
        )


def moderator(args: Namespace) -> None:
    """Ask somebody to care for safety."""
    who = find(args.handle)
    new = moderate.make_moderator(who, by=None)
    print(f"{who} is a moderator now." if new else f"{who} is a moderator already.")


def suspend(args: Namespace) -> None:
    """Close the door for somebody, or open it again."""
    who = find(args.handle)
    if args.undo:
        new = moderate.readmit(who, by=None)
        print(f"{who} can sign in again." if new else f"{who} is not suspended.")
    else:
        new = moderate.suspend(who, by=None)
        print(f"{who} is suspended. --undo takes it back." if new else f"{who} is suspended already.")


def _standing(person: Person) -> str:
    words = [
        "host" if person.account and person.account.is_superuser else "",
        "moderator" if person.is_moderator else "",
        "suspended" if person.is_suspended else "",
        "waits for a yes" if person.approved_at is None and not person.is_suspended else "",
    ]
    return ", ".join(word for word in words if word)
