"""Encode what is not encoded yet, newest first: what was archived, and everything after a change of encoder.

A job works for some seconds in small batches, rests after each for twice as long as it took, and hands on to
the next. It can be ended anywhere: what is done is done, and each minute a job looks whether anything was left.
What was looked at has a row, also where the encoder knew nothing, so nothing is looked at twice.
"""

import time
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from potluck.lib.sql import ask
from potluck.search.embeddings import encode_posts
from potluck.search.encoder import NONE, Away, encoder
from potluck.store.doctor import Finding, well, wrong
from potluck.store.memory import LEAST_FOR_MINILM, MB, default_encoder, is_memory_short, total_memory

# One job, in seconds: short, as ending the worker waits for it.
_JOB = 3.0
# So few that whoever types meanwhile waits a fraction of a second for the encoder.
_BATCH = 10
# After each batch, so many times as long as it took: a third of one core at most.
_REST = 2.0
_AHEAD = 500
_NEXT = "potluck.search.encode"

_MISSING = """
SELECT p.id FROM posts_post p LEFT JOIN search_meaning m ON m.post_id = p.id AND m.encoder = %(name)s
WHERE m.post_id IS NULL AND p.deleted_at IS NULL AND p.id < %(before)s::bigint ORDER BY p.id DESC"""
_LATEST = 1 << 62


@app.periodic(cron="* * * * *")
@app.task(name="potluck.search.look", queue="chores", pass_context=False)
def look(timestamp: int) -> None:
    """Each minute: take up what is left, if no job is at it."""
    if _missing(_LATEST, 1):
        _hand_on(_LATEST)


@app.task(name=_NEXT, queue="chores", lock=_NEXT, queueing_lock=_NEXT, pass_context=False)
def encode_backlog(before: int) -> None:
    """Encode some of what is missing among posts older than this id."""
    # While the encoder is away this job ends, and in a minute another looks whether it is back.
    with suppress(Away):
        reached = work_off(before, seconds=_JOB)
        if reached:
            _hand_on(reached)


def work_off(before: int = _LATEST, *, seconds: float, rest: float = _REST) -> int:
    """Encode what is missing for so long at most, resting in between. Returns the id reached, 0 at the end."""
    end = time.monotonic() + seconds
    while ids := _missing(before, _AHEAD):
        for start in range(0, len(ids), _BATCH):
            began = time.monotonic()
            batch = ids[start : start + _BATCH]
            encode_posts(batch)
            before, now = batch[-1], time.monotonic()
            if now >= end:
                return before
            time.sleep((now - began) * rest)
    return 0


def still_to_encode() -> int:
    """How many posts wait to be encoded."""
    model = encoder()
    if model is None:
        return 0
    sql = f"SELECT count(*) FROM ({_MISSING}) AS missing"
    [(count,)] = ask(sql, {"name": model.name, "before": _LATEST})
    return int(count)


def meaning() -> Finding:
    """How far encoding is, for the doctor."""
    name = settings.ENCODER
    if name == NONE:
        return well("Meaning", "words alone are compared, as POTLUCK_ENCODER says")
    if encoder() is None:
        return wrong("Meaning", f"the encoder {name} is not installed", "Run: make run")
    waiting = still_to_encode()
    said = f"{waiting} posts wait to be encoded; the worker is at it" if waiting else "every post is encoded"
    return well("Meaning", f"{said}, by {name}{_why_the_small_one(name)}")


def _why_the_small_one(name: str) -> str:
    if name == default_encoder() == "wordllama" and is_memory_short():
        return f", as this machine has {total_memory() // MB} MB of memory (minilm wants {LEAST_FOR_MINILM // MB})"
    return ""


def _missing(before: int, most: int) -> list[int]:
    model = encoder()
    if model is None:
        return []
    rows = ask(f"{_MISSING} LIMIT %(most)s", {"name": model.name, "before": before, "most": most})
    return [post for (post,) in rows]


def _hand_on(before: int) -> None:
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(_NEXT).defer(before=before)
