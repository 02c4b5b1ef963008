"""Streams: one small process that tells open pages what came, by server-sent events.

`server.py` is that process and the seam (`Stream`) a channel fills; `client.py` is one open page, `queue.py` what is
to be looked at, `database.py` the one connection that hears of changes and the one that asks. It reads no sessions: a
ticket (`ticket.py`), given out with the page, says who listens to what. `settings.STREAMS` names all streams.
"""

from potluck.lib.streaming.client import Reader, event
from potluck.lib.streaming.database import Database
from potluck.lib.streaming.queue import Work

__all__ = ["Database", "Reader", "Work", "event"]
