"""What the house takes when nobody is there: memory after a restart, and how long a second start takes."""

import time
from pathlib import Path

import psutil

from bench.house import House, serving
from bench.pages import Figures

SETTLED = 12.0


def idle(data: Path) -> Figures:
    """Started twice on a small network; the second time is looked at."""
    with serving(data):
        pass
    with serving(data) as house:
        time.sleep(SETTLED)
        return {"idle_memory": (_shared_out(house), "MB"), "second_start": (house.started, "s")}


def _shared_out(house: House) -> float:
    """Proportional memory (PSS) of everything under the parent, the parent too, in MB."""
    total = 0
    for process in (house.tree, *house.tree.children(recursive=True)):
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except (OSError, psutil.NoSuchProcess):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
