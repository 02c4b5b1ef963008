"""The whole story: an event is matched with the people it helps, and each match is delivered as they wish.

    something shared -> door.admit -> Post + Event   (in the request)
    Event -> match: who? why? -> deliver: how?       (here, in the worker)

Handling a batch is one transaction that ends by marking its events, so an event is handled once, however often it
is tried and whatever dies in between.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from potluck.deliver.carrier import carry
from potluck.events.models import Event
from potluck.events.record import HANDLE
from potluck.lib.sql import ask, columns, made, planned_once, run, union
from potluck.match.finder import finders
from potluck.search.embeddings import encode_new

log = logging.getLogger(__name__)

# An event that waits longer than this has lost its job and is taken up by the sweep.
LOST = timedelta(seconds=60)
SWEEP = 500

_WAITING = f"""
SELECT {columns(Event, "e")} FROM events_event e WHERE e.id = ANY(%s) AND e.handled_at IS NULL ORDER BY e.id FOR UPDATE
"""
_HANDLED = "UPDATE events_event SET handled_at = statement_timestamp() WHERE id = ANY(%s)"


@app.task(name=HANDLE, queue="events", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def handle(events: list[int]) -> None:
    """Match a batch of events and deliver what was found."""
    with planned_once(by_index=True):
        batch = [made(Event, row)[0] for row in ask(_WAITING, [list(events)])]
        if batch:
            encode_new(batch)
            bring(batch)
            run(_HANDLED, [[event.id for event in batch]])


def bring(batch: Sequence[Event]) -> None:
    """Find whom these events help, and hand the matches to every carrier."""
    found = [select for finder in finders() if (select := finder(batch)) is not None]
    if found:
        carry(union(found))


@app.periodic(cron="* * * * *")
@app.task(name="potluck.flow.sweep", queue="events", pass_context=False)
def sweep(timestamp: int) -> None:
    """Take up events whose job was lost, oldest first. One that fails does not hold up the others."""
    lost = Event.objects.filter(handled_at=None, at__lt=timezone.now() - LOST).order_by("id")
    waiting = list(lost.values_list("id", flat=True)[:SWEEP])
    try:
        handle(waiting)
    except Exception:
        log.exception("Events are taken up one by one, as one of %s failed", len(waiting))
        for event in waiting:
            _alone(event)


def _alone(event: int) -> None:
    try:
        handle([event])
    except Exception:
        log.exception("The event %s could not be handled; it is tried again in a minute", event)
