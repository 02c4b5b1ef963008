"""The network's own row: its name, its welcome, who may join."""

from potluck.lib.ttl_cache import Kept
from potluck.people.models import Network


def _read() -> Network:
    """The one row, made with its defaults when asked for first."""
    return Network.objects.get_or_create(pk=1)[0]


# Read often, changed a few times a year: each process looks again after some seconds.
the_network = Kept(_read, seconds=20)


def look_again() -> None:
    """Forget what this process read, after a change."""
    the_network.forget()
