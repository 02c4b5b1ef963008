"""The network's own row: its name, its welcome, who may join."""

import time

from potluck.people.models import Network

# Read often, changed a few times a year: each process looks again after this many seconds.
FRESH = 20.0
_seen: tuple[float, Network] | None = None


def the_network() -> Network:
    """The one row, made with its defaults when asked for first."""
    global _seen
    now = time.monotonic()
    if _seen is None or now - _seen[0] > FRESH:
        row, _ = Network.objects.get_or_create(pk=1)
        _seen = (now, row)
    return _seen[1]


def look_again() -> None:
    """Forget what this process read, after a change."""
    global _seen
    _seen = None
