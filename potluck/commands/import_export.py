"""`potluck import` and `potluck export`: what somebody brings along, and everything they gave, in one archive."""

import sys
from argparse import Namespace
from pathlib import Path

from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.publishing.export import export
from potluck.channels.mail.lists import mbox_import as archive
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people import join

# The readers look at no more of a file than this, and would not notice that the rest is missing.
MOST_BYTES = 16 * 1024 * 1024


def bring_in(args: Namespace) -> None:
    """Take a file in for a person, batch by batch; what is left out is said with why. Mail is its writers'."""
    if args.kind == "mbox":
        _bring_mail(Path(args.file))
        return
    if not args.person:
        raise Malformed(f"Say whose these {args.kind} are, with --person.")
    person = join.find(args.person)
    if not person.is_member:
        raise Refused(f"{person} is not a member. Only members can bring files.")
    path = Path(args.file)
    if path.stat().st_size > MOST_BYTES:
        raise Malformed(f"{path} is larger than 16 MB. Split it, and bring in the parts.")
    found = import_file.read(args.kind, path.read_bytes())
    brought, done = import_file.Brought(skipped=list(found.skipped)), 0
    for batch in import_file.batches(found.entries):
        brought.add(import_file.bring(batch, person, mine=args.mine))
        done += len(batch)
        print(f"  {done} of {len(found.entries)} ...", file=sys.stderr)
    for skipped in brought.skipped:
        print(f"  Left out: {skipped.what}. {skipped.why}", file=sys.stderr)
    print(f"new {brought.new} known {brought.known} skipped {len(brought.skipped)}")


def _bring_mail(path: Path) -> None:
    """An archive of a list, of any size. Brought again, it goes on where it stopped."""
    brought = archive.bring(path, told=lambda done, total: print(f"  {done} of {total} ...", file=sys.stderr))
    for left_out in brought.skipped:
        print(f"  Left out: {left_out}", file=sys.stderr)
    print(f"new {brought.new} known {brought.known} skipped {len(brought.skipped)}")


def take_out(args: Namespace) -> None:
    """Write a person's archive to a file, by way of a temporary name."""
    person = join.find(args.person)
    to = Path(args.file)
    if not to.parent.is_dir():
        raise Missing(f"There is no folder {to.parent} to write to.")
    draft = to.with_name(f".{to.name}.part")
    export(person, draft, told=lambda what: print(f"  {what}", file=sys.stderr))
    draft.replace(to)
    print(f"Everything @{person.handle} gave is in {to}.")
