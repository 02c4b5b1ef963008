"""What the house takes when nobody is there: memory after a restart, and how long a second start takes."""

import time
from pathlib import Path

from bench.house import memory_of, serving
from bench.pages import Figures

SETTLED = 12.0


def idle(data: Path) -> Figures:
    """Started twice on a small network; the second time is looked at."""
    with serving(data):
        pass
    with serving(data) as house:
        time.sleep(SETTLED)
        return {"idle_memory": (memory_of(house), "MB"), "second_start": (house.started, "s")}
