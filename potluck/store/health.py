"""How the network is, in a few numbers, for `GET /health` and the doctor. Cheap enough to ask every second."""

import shutil
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import Error, connection

from potluck import __version__

# With less room than this PostgreSQL stops, and nothing can be shared; with less than the other somebody should act.
# In bytes.
FULL, LOW = 64 * 1024**2, 1024**3
# A worker that was silent longer than this is not counted as alive; it speaks every five seconds.
WORKER_SECONDS = 30.0

QUESTION = """
    SELECT (SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers),
           count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
           count(*) FILTER (WHERE status = 'failed')
    FROM procrastinate_jobs WHERE status IN ('todo', 'failed')
"""


@dataclass(frozen=True)
class Health:
    """`worker_seen` is in seconds ago, None if no worker is known; `queue_waiting` are jobs that are due.

    `disk` is "ok", "low" or "full"; `disk_free` what is left on it for the data folder, in bytes.
    """

    status: str
    database: str
    worker: str
    worker_seen: float | None
    queue_waiting: int
    queue_failed: int
    disk: str
    disk_free: int
    version: str = __version__


def health() -> Health:
    """Ask the database once. `status` is "ok", "disk full", "no worker", or "no database"."""
    free = shutil.disk_usage(settings.DATA).free
    disk = "full" if free < FULL else "low" if free < LOW else "ok"
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION)
            seen, waiting, failed = cursor.fetchone()
    except Error:
        return Health("no database", "unreachable", "unknown", None, 0, 0, disk, free)
    alive = seen is not None and seen < WORKER_SECONDS
    return Health(
        status="disk full" if disk == "full" else "ok" if alive else "no worker",
        database="ok",
        worker="ok" if alive else "missing",
        worker_seen=None if seen is None else round(seen, 1),
        queue_waiting=waiting,
        queue_failed=failed,
        disk=disk,
        disk_free=free,
    )


def as_dict() -> dict[str, str | float | int | None]:
    """The same, as `GET /health` answers it."""
    return asdict(health())
