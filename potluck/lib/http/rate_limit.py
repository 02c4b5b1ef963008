"""How often we ask one host: the requests of this process to it are spread in time, whoever makes them."""

import threading
import time

from django.utils.translation import gettext as _

from potluck.lib.errors import TryLater

# A request that would wait longer than this for its turn is given back instead, in seconds.
LONGEST_WAIT = 30.0
_MANY = 10_000
_lock = threading.Lock()
_next: dict[str, float] = {}


def reserve(host: str, rate: float) -> float:
    """Seconds until it is our turn to ask this host, at `rate` requests a second; 0 is no limit.

    TryLater, with the wait as `after`, where the turn is too far off to stand in line for.
    """
    if rate <= 0:
        return 0.0
    now = time.monotonic()
    with _lock:
        turn = max(now, _next.get(host, now))
        if turn - now > LONGEST_WAIT:
            raise TryLater(
                _("We have much to ask of %(host)s and go slowly.") % {"host": host}, after=turn - now
            )
        if len(_next) > _MANY:
            _forget(now)
        _next[host] = turn + 1 / rate
    return turn - now


def _forget(now: float) -> None:
    for host in [host for host, turn in _next.items() if turn < now]:
        del _next[host]
