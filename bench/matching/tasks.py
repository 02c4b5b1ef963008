"""Which task is measured on which data."""

import sys
from collections.abc import Sequence

from bench.matching import routing
from bench.matching.figures import Figure
from bench.matching.formats import Community, Threads


def measure(task: str, folders: Sequence[tuple[str, list[Community]]], *, tune: bool) -> list[Figure]:
    """The figures of a task over every folder that has data for it."""
    found: list[Figure] = []
    for name, communities in folders:
        for community in communities:
            if task == "routing" and isinstance(community, Threads) and not community.site:
                print(f"  {task} in {name}", file=sys.stderr, flush=True)
                found += routing.routing(community, tune=tune)[0]
    return found
