"""`potluck migrate|doctor|backup|restore|manage`: keeping the house."""

import sys
from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.core.management import ManagementUtility

from potluck.channels.mail.outbound.queue_report import letters
from potluck.commands import prepare
from potluck.lib.errors import Missing, Refused
from potluck.search.embedding_backlog import meaning
from potluck.store import backup as backups
from potluck.store import doctor as doctors
from potluck.store import server


def migrate(args: Namespace) -> None:
    """Bring the tables up to date, saying each step."""
    prepare.migrate(print)
    print("The database is up to date.")


def doctor(args: Namespace) -> None:
    """Print what was looked at, and how to mend what is wrong; exit code 1 if anything is."""
    findings = doctors.examine(prepare.unapplied_migrations, [meaning, letters])
    for finding in findings:
        print(f"{'ok   ' if finding.is_well else 'WRONG'} {finding.what}: {finding.said}")
        if finding.mend:
            print(f"      {finding.mend}")
    wrong = sum(not finding.is_well for finding in findings)
    if wrong:
        raise Refused("One thing is wrong." if wrong == 1 else f"{wrong} things are wrong.")
    print("All is well.")


def backup(args: Namespace) -> None:
    """Write everything into one file."""
    if not Path(args.file).absolute().parent.is_dir():
        raise Missing(f"There is no folder {Path(args.file).parent} to write to.")
    backups.backup(Path(args.file), settings.DATA, _say)


def restore(args: Namespace) -> None:
    """Bring such a file back into an empty network, and up to date."""
    if not Path(args.file).is_file():
        raise Missing(f"There is no file {args.file}.")
    with server.running(settings.DATA):
        backups.restore(Path(args.file), settings.DATA, prepare.known_migrations(), _say)
        prepare.tables()


def manage(args: Namespace) -> None:
    """Django's own commands, such as `shell` or `check`."""
    ManagementUtility(["potluck manage", *args.rest]).execute()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
