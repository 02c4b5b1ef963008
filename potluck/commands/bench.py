"""`potluck bench`: measure how fast it is. What is measured, and how, lies beside the package in `bench/`."""

from argparse import Namespace
from importlib.util import find_spec
from pkgutil import resolve_name

from potluck.lib.errors import Missing


def bench(args: Namespace) -> None:
    """Measure the named things, or all, and print `name value unit` lines; `matching` goes by itself."""
    if find_spec("bench") is None:
        raise Missing("Measuring needs a checkout of Potluck; there is no bench folder here.")
    if "matching" in args.names:
        resolve_name("bench.matching.run:run")(args)
    else:
        resolve_name("bench.run:run")(args.names)
