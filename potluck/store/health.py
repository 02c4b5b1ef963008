"""How the network is, in a few numbers, for `GET /health` and the doctor. Cheap enough to ask every second."""

from dataclasses import asdict, dataclass

from django.db import DatabaseError, connection

from potluck import __version__

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
    """`worker_seen` is in seconds ago, None if no worker is known; `queue_waiting` are jobs that are due."""

    status: str
    database: str
    worker: str
    worker_seen: float | None
    queue_waiting: int
    queue_failed: int
    version: str = __version__


def health() -> Health:
    """Ask the database once. `status` is "ok", "no worker", or "no database"."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION)
            seen, waiting, failed = cursor.fetchone()
    except DatabaseError:
        return Health("no database", "unreachable", "unknown", None, 0, 0)
    alive = seen is not None and seen < WORKER_SECONDS
    return Health(
        status="ok" if alive else "no worker",
        database="ok",
        worker="ok" if alive else "missing",
        worker_seen=None if seen is None else round(seen, 1),
        queue_waiting=waiting,
        queue_failed=failed,
    )


def as_dict() -> dict[str, str | float | int | None]:
    """The same, as `GET /health` answers it."""
    return asdict(health())
