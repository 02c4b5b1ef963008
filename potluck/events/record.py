"""Write down what happened, and wake the worker."""

from collections.abc import Sequence
from datetime import datetime

from procrastinate.contrib.django import app

from potluck.events.models import Event
from potluck.lib.sql import insert

HANDLE = "potluck.flow.handle"


def record(
    kind: str,
    *,
    by: int | None = None,
    about: int | None = None,
    to: int | None = None,
    whence: str = "web",
    at: datetime | None = None,
) -> Event:
    """Write one event and the job that handles it, in the caller's transaction."""
    event = Event(kind=kind, by=by, about=about, to=to, whence=whence)
    if at:
        event.at = at
    return record_all([event])[0]


def record_all(events: Sequence[Event]) -> list[Event]:
    """Write a batch of events and one job for the whole batch, in the caller's transaction."""
    insert(events)
    if events:
        app.configure_task(HANDLE, queue="events").defer(events=[event.id for event in events])
    return list(events)
