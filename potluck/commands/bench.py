"""`potluck bench`: runs the measurements of `bench/` in the checkout, in a data folder of their own."""

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from potluck.kit.errors import Missing, Refused

CHECKOUT = Path(__file__).resolve().parents[2]


def bench(args: Namespace) -> None:
    """Run `python -m bench NAME ...`; each prints lines of `name value unit`. Never touches the network's data."""
    if not (CHECKOUT / "bench").is_dir():
        raise Missing("The measurements lie in the source of Potluck, and this is an installed one.")
    data = CHECKOUT / ".cache" / "bench"
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench", *args.names]
    done = subprocess.run(  # noqa: S603 -- our own program
        command, cwd=CHECKOUT, env=os.environ | {"POTLUCK_DATA": str(data)}, check=False
    )
    if done.returncode:
        raise Refused("Not everything could be measured. The reason is above.")
