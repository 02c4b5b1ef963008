"""`potluck export`: everything somebody gave, in one archive."""

import sys
from argparse import Namespace
from pathlib import Path

from potluck.channels.feeds.export import export
from potluck.people import join


def take_out(args: Namespace) -> None:
    """Write a person's archive to a file, by way of a temporary name."""
    person = join.find(args.person)
    to = Path(args.file)
    draft = to.with_name(f".{to.name}.part")
    export(person, draft, told=lambda what: print(f"  {what}", file=sys.stderr))
    draft.replace(to)
    print(f"Everything @{person.handle} gave is in {to}.")
