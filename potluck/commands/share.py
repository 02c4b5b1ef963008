"""`potluck share`: share a web address or a text from the command line."""

import sys
from argparse import Namespace

from django.conf import settings

from potluck import door
from potluck.lib.errors import Malformed, Missing
from potluck.people.join import find
from potluck.people.models import Person
from potluck.posts.draft import Draft


def share(args: Namespace) -> None:
    """Share for a member, the host if none is named, and print where it can be seen."""
    if args.what != "-" and not args.what.startswith(("http://", "https://")):
        raise Malformed(f"{args.what} is not a web address. To share a text, write it to `potluck share -`.")
    author = find(args.person) if args.person else _host()
    text = sys.stdin.read() if args.what == "-" else args.what
    post = door.admit(Draft(author=author, text=text, whence="command"))
    print(f"{settings.ORIGIN}{post.page}")


def _host() -> Person:
    host = Person.objects.filter(account__is_superuser=True).order_by("id").first()
    if host is None:
        raise Missing("There is nobody here yet. `potluck person add` opens the first account.")
    return host
