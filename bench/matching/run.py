"""Measure the tasks a folder has the data for, in a database that lives as long as this."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from bench.house import TOP, environment

TASKS = (
    "stackfaq",
    "semeval",
    "routing",
    "standing",
    "alerts",
    "serendipity",
    "replay",
    "golden",
    "cold-start",
)
# What an encoder that is named is tried on.
OF_ENCODERS = ("stackfaq", "semeval", "standing", "routing", "golden", "cold-start")

_HOW = "`make run` installs what is missing."


def run(args: argparse.Namespace) -> None:
    """Measure in a process of its own, on a folder of its own."""
    if not args.data:
        raise SystemExit("Where is the data? Say --data FOLDER.")
    scratch = Path(tempfile.mkdtemp(prefix="potluck-matching-", dir=os.environ.get("POTLUCK_BENCH")))
    scratch.chmod(0o711)  # PostgreSQL passes through here as another user when this runs as root.
    words = [sys.executable, "-m", "bench.matching.run", "--data", str(Path(args.data).absolute())]
    words += ["--task", args.task] if args.task else []
    words += ["--tune"] if args.tune else []
    words += ["--encoder", args.encoder] if args.encoder else []
    known = environment(scratch / "data")
    if args.encoder:
        known["POTLUCK_ENCODER"] = args.encoder
    try:
        if subprocess.run(words, cwd=TOP, env=known).returncode:
            raise SystemExit(1)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Start the database, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--encoder")
    args = parser.parse_args(argv)
    import django

    django.setup()
    _has(args.encoder)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from potluck.store import server, tuning

    with server.start(settings.DATA, tied=True, extra=tuning.CARELESS):
        call_command("migrate", interactive=False, verbosity=0)
        _measure(args)
        connection.close()


def _has(encoder: str | None) -> None:
    """End with a sentence where the encoder is not here: words alone would be measured as its work."""
    from potluck.search import encoder as encoders

    if not encoder or encoder == encoders.NONE:
        return
    try:
        found = encoders.encoder()
        if found is not None and found.encode(["Is it here?"], surely=True).any():
            return
    except (ImportError, PackageNotFoundError, OSError):
        pass
    raise SystemExit(f"The encoder {encoder} is not installed here, so there is nothing to measure. {_HOW}")


def _measure(args: argparse.Namespace) -> None:
    from bench.matching.formats import communities
    from bench.matching.tasks import measure

    wanted = [args.task] if args.task else list(OF_ENCODERS if args.encoder else TASKS)
    found = communities(args.data)
    for task in wanted:
        began = time.monotonic()
        for figure in measure(task, found, tune=args.tune):
            print(figure, flush=True)
        print(f"  {task}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
