"""What is to be looked at: each thing once however often it was asked for, in the order of asking."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import psycopg

T = TypeVar("T")
log = logging.getLogger(__name__)
# The database may be away for as long as a restart takes; what a mistake of ours breaks is given up.
TRIES = 120
REST = 1.0


class Work(Generic[T]):
    """`do` is given all that waits at once, and never two times at the same time."""

    def __init__(self, do: Callable[[list[T]], Awaitable[None]]) -> None:
        self._do = do
        self._waiting: dict[T, None] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, *things: T) -> None:
        self._waiting.update(dict.fromkeys(things))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        tries = 0
        while self._waiting:
            things = list(self._waiting)
            self._waiting.clear()
            try:
                await self._do(things)
                tries = 0
            except (psycopg.Error, OSError):
                tries += 1
                if tries >= TRIES:
                    log.exception("What open pages were to be told is given up")
                    return
                self._waiting = {**dict.fromkeys(things), **self._waiting}
                await asyncio.sleep(REST)
