"""The stream process and the database: a connection that hears of changes, and one that asks what they were."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from potluck.lib import pooler

# A server that takes no more writing is left within so many seconds; behind a pooler changes are looked for so often.
CHECK_SECONDS, LOOK_SECONDS = 2.0, 1.0

Rows = list[tuple[Any, ...]]


class Database:
    """Each connection is made when it is needed, and made again when it broke."""

    def __init__(self) -> None:
        self._asking: psycopg.AsyncConnection[Any] | None = None
        self._check_at = 0.0
        self._turn = asyncio.Lock()

    async def ask(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> Rows:
        """The rows of an answer. What is asked often is planned once, as the connection stays."""
        async with self._turn:
            asking = await self._checked_connection()
            cursor = await asking.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    async def _checked_connection(self) -> psycopg.AsyncConnection[Any]:
        if self._asking is not None and not self._asking.closed and monotonic() > self._check_at:
            try:
                await pooler.check(self._asking)
            except psycopg.Error:
                await self._asking.close()
            self._check_at = monotonic() + CHECK_SECONDS
        if self._asking is None or self._asking.closed:
            self._asking = await _connect()
            self._check_at = monotonic() + CHECK_SECONDS
        return self._asking

    async def close(self) -> None:
        """Give the asking connection back."""
        if self._asking is not None:
            await self._asking.close()

    async def notices(self, channels: Sequence[str]) -> AsyncIterator[psycopg.Notify | None]:
        """What is told on these channels; None first, and whenever some of it may have been missed.

        Behind a pooler nobody is told anything: then None comes every second, for who listens to look.
        """
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await _connect(settings.DATABASE_DIRECT) as hearing:
                    if hearing.prepare_threshold is None:
                        async for nothing in _looks(hearing):
                            yield nothing
                    for channel in channels:
                        await hearing.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    yield None
                    while True:
                        async for notice in hearing.notifies(timeout=CHECK_SECONDS):
                            yield notice
                        await pooler.check(hearing)
            await asyncio.sleep(1)


async def _looks(hearing: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
    while True:
        await pooler.check(hearing)
        yield None
        await asyncio.sleep(LOOK_SECONDS)


async def _connect(address: str = "") -> psycopg.AsyncConnection[Any]:
    """A connection to this address, or as Django would make one."""
    given = connection.get_connection_params()
    for django_own in ("cursor_factory", "context"):
        given.pop(django_own, None)
    made = await psycopg.AsyncConnection.connect(address, **({} if address else given), autocommit=True)
    await pooler.configure(made)
    return made
