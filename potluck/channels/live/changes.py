"""What changed in a thread since somebody last heard of it: nothing twice, nothing lost.

A place in the order of changes is a snapshot of the database: exactly the transactions that were over then. Numbers
or times would not do, since what began earlier may be over later. https://www.postgresql.org/docs/current/functions-info.html
"""

import re
import time
from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from potluck.channels.live.models import Change, Here, Said
from potluck.lib.sql import ask

# The notices of the database: the thread's number, or `here` and it.
CHANNEL = "potluck_live"
# Who was away for longer gets the page anew.
KEPT = timedelta(days=1)
_PLACE = re.compile(r"(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)@(\d{1,15})\Z", re.ASCII)
LONGEST = 2000

_NOW = "pg_current_snapshot()::text || '@' || (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
# Where we are now; whether `since` is of another life of the database; which posts changed in between, and which of
# them came in between.
CHANGED = f"""
SELECT {_NOW}, pg_snapshot_xmax(%(since)s::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()),
    COALESCE(array_agg(DISTINCT c.post) FILTER (WHERE c.post IS NOT NULL), '{{}}'),
    COALESCE(array_agg(DISTINCT c.post) FILTER (WHERE c.fresh), '{{}}')
FROM (SELECT) one LEFT JOIN live_change c
  ON c.thread = %(thread)s AND c.xid >= pg_snapshot_xmin(%(since)s::text::pg_snapshot)
     AND NOT pg_visible_in_snapshot(c.xid, %(since)s::text::pg_snapshot)
"""


def place_now() -> str:
    """Where in the order of changes we are. Ask before reading what is to be shown."""
    return str(ask(f"SELECT {_NOW}", [])[0][0])


def is_known(place: str) -> bool:
    """Whether this is a place, as the database will read it, and not longer ago than changes are kept."""
    found = _PLACE.match(place) if len(place) <= LONGEST else None
    if found is None or int(found[4]) / 1000 < time.time() - KEPT.total_seconds():
        return False
    least, end = int(found[1]), int(found[2])
    open_ = [int(one) for one in found[3].split(",")] if found[3] else []
    in_order = all(one < other for one, other in pairwise([*open_, end]))
    return 0 < least <= min([*open_, end]) and in_order and end < 2**63


def snapshot_of(place: str) -> str:
    """The part of a place that the database knows."""
    return place.partition("@")[0]


def forget_old() -> int:
    """Drop what nobody can ask for any more. Returns how many rows."""
    now = timezone.now()
    count = Change.objects.filter(at__lt=now - 2 * KEPT).delete()[0]
    count += Said.objects.filter(at__lt=now - 2 * KEPT).delete()[0]
    return count + Here.objects.filter(until__lt=now).delete()[0]
