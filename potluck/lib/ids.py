"""Time-ordered 64-bit ids, so that lists page by key and any client can sort them.

An id is 48 bits of milliseconds since 1970 and 16 bits that tell apart what happened within one.
A moment given only to the second (feeds, bookmarks) has its milliseconds filled from the same counter,
so that thousands of things with one date do not meet.
"""

import itertools
import secrets
import threading
from datetime import UTC, datetime, timedelta

_LOW_BITS = 16
# The last moment that leaves 63 bits to an id, in the year 6429.
_LAST = (1 << 47) - 1000
_MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_counter = itertools.count(secrets.randbits(32))
_lock = threading.Lock()


def new_id(at: datetime | None = None) -> int:
    """An id for something that happened at `at` (aware; now if left out; before 1970 counts as 1970)."""
    at = at or datetime.now(UTC)
    milliseconds = _milliseconds(at)
    with _lock:
        count = next(_counter)
    if at.microsecond == 0:
        milliseconds += (count >> _LOW_BITS) % 1000
    return milliseconds << _LOW_BITS | count & 0xFFFF


def first_id(at: datetime) -> int:
    """The smallest id of that moment: everything since then has this id or a larger one."""
    return _milliseconds(at) << _LOW_BITS


def _milliseconds(at: datetime) -> int:
    return min(max(0, (at - EPOCH) // _MILLISECOND), _LAST)


def moment_of(key: int) -> datetime:
    """When the thing with this id happened, to the millisecond (or to the second, see above)."""
    return EPOCH + (key >> _LOW_BITS) * _MILLISECOND
