"""The stream process and the database: a connection that hears of changes, and one that asks what they were."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

Rows = list[tuple[Any, ...]]


class Database:
    """Each connection is made when it is needed, and made again when it broke."""

    def __init__(self) -> None:
        self._asking: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> Rows:
        """The rows of an answer. What is asked often is planned once, as the connection stays."""
        async with self._turn:
            if self._asking is None or self._asking.closed:
                self._asking = await _connect()
            cursor = await self._asking.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    async def close(self) -> None:
        """Give the asking connection back."""
        if self._asking is not None:
            await self._asking.close()

    async def notices(self, channels: Sequence[str]) -> AsyncIterator[psycopg.Notify | None]:
        """What is told on these channels; None first, and whenever some of it may have been missed."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await _connect() as hearing:
                    for channel in channels:
                        await hearing.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    yield None
                    async for notice in hearing.notifies():
                        yield notice
            await asyncio.sleep(1)


async def _connect() -> psycopg.AsyncConnection[Any]:
    entry = settings.DATABASES["default"]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {key: entry[name] for key, name in keys.items() if entry.get(name)}
    return await psycopg.AsyncConnection.connect(**address, autocommit=True)
