"""`potluck demo`: the example, filled the first time, then served."""

import secrets
import sys
from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.db import connection

from potluck.commands import prepare
from potluck.commands.demo import script
from potluck.commands.demo.fill import fill
from potluck.commands.serve import serve
from potluck.lib.errors import Refused
from potluck.people.models import Account, Person
from potluck.store import server

PASSWORD = "demo-password"  # noqa: S105 -- the name of a file


def demo(args: Namespace) -> None:
    """Fill the example if its folder is empty, say how to sign in, and serve it."""
    reader = script.people()[0]
    with server.running(settings.DATA):
        prepare.tables()
        if not Person.objects.filter(handle=reader.handle).exists():
            _fill(reader.handle)
        connection.close()
    email = f"{reader.handle}@mending-table.example"
    print(
        f"This is an example: {len(script.people())} people and what they share, made up, in {settings.DATA}.\n"
        f"Look around as a visitor, or sign in as {reader.name}, its host, at {settings.ORIGIN}/accounts/login/\n"
        f"  by a code for {email} (the mail shows here), or\n"
        f"  by the password {_password_file().read_text().strip()}\n",
        file=sys.stderr,
        flush=True,
    )
    serve(args)


def _fill(reader: str) -> None:
    if Person.objects.exists():
        raise Refused(
            f"{settings.DATA} holds a network already, and not the example. Name another folder in POTLUCK_DATA."
        )
    print("Setting the table ...", file=sys.stderr, flush=True)
    fill()
    # Of its own for each copy, so that an example left running is no open door.
    path = _password_file()
    path.write_text(secrets.token_hex(5) + "\n")
    path.chmod(0o600)
    account = Account.objects.get(person__handle=reader)
    account.set_password(path.read_text().strip())
    account.save()


def _password_file() -> Path:
    return Path(settings.DATA, PASSWORD)
