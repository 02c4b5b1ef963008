"""The stream process: an ASGI application that holds the open streams of all channels.

    a notice of the database ──► Stream.hear ──► what is it, whose is it? ──► Reader.send ──► the open page

One connection listens for all. Whatever is told is asked for first, so that nobody hears what is not for them.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qs

import django
import psycopg
from django.conf import settings
from django.utils.module_loading import import_string

django.setup()

from potluck.lib.streaming.client import Reader  # noqa: E402
from potluck.lib.streaming.connections import Opening, Openings, address_of  # noqa: E402
from potluck.lib.streaming.database import Database  # noqa: E402
from potluck.lib.streaming.ticket import holder_of  # noqa: E402

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

TICK = 5.0
# Silent connections are dropped by proxies: so many ticks are never without a word.
BEAT = 5


class Stream(Protocol):
    """What a channel offers to open pages, at the address of its name."""

    name: str
    channel: str  # of the database's notices

    def join(self, ticket: str, since: str, database: Database) -> Reader | None:
        """A new reader, who had all up to `since` (the last event's key, or nothing); None if they may not."""

    def leave(self, reader: Any) -> None:
        """What `join` gave has gone."""

    def hear(self, notice: str) -> None:
        """Something happened; with an empty notice anything may have."""

    def beat(self) -> None:
        """Send everybody a word, or their connections count as dead."""

    async def tick(self) -> None:
        """Every few seconds."""


@cache
def streams() -> dict[str, Stream]:
    """The streams named in settings, by their own name."""
    found: list[Stream] = [import_string(path)() for path in settings.STREAMS]
    return {stream.name: stream for stream in found}


class Process:
    """What runs beside the open streams, from the first of them on."""

    def __init__(self) -> None:
        self.database = Database()
        self.openings = Openings()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._keep_time())]

    async def _listen(self) -> None:
        by_channel = {stream.channel: stream for stream in streams().values()}
        async for notice in self.database.notices(list(by_channel)):
            if notice is None:
                for stream in streams().values():
                    stream.hear("")
            else:
                by_channel[notice.channel].hear(notice.payload)

    async def _keep_time(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            ticks += 1
            for stream in streams().values():
                if ticks % BEAT == 0:
                    stream.beat()
                with contextlib.suppress(psycopg.Error, OSError):  # It is asked again.
                    await stream.tick()
            with contextlib.suppress(psycopg.Error, OSError):
                await self.openings.end_left(self.database)


@cache
def process() -> Process:
    return Process()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI door: /NAME?ticket=…&since=…"""
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    if scope["type"] != "http":
        return None
    stream = streams().get(scope["path"].rstrip("/").rsplit("/", 1)[-1])
    query = parse_qs(scope["query_string"].decode("latin-1"))
    since = dict(scope.get("headers", ())).get(b"last-event-id", b"").decode("latin-1")
    ticket = query.get("ticket", [""])[0]
    since = since or query.get("since", [""])[0]
    here = process()
    opening = Opening(holder_of(stream.name, ticket), address_of(scope)) if stream else None
    if opening is None or not here.openings.may(opening):
        return await _refuse(send, 429 if opening else 403)
    goes_on = await here.openings.goes_on(opening.holder, here.database)
    reader = stream.join(ticket, since, here.database) if stream and goes_on else None
    if stream is None or reader is None:
        return await _refuse(send, 403)
    here.begin()
    here.openings.open[reader] = opening
    try:
        return await _stream(reader, receive, send)
    finally:
        del here.openings.open[reader]
        stream.leave(reader)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), *_cors()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"Load the page again."})


async def _stream(reader: Reader, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *_cors()]
    headers.append((b"x-accel-buffering", b"no"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_gone(reader, receive))
    try:
        # Not all at once again after a restart.
        hello = b"retry: %d\n\n" % random.randint(1000, 4000)  # noqa: S311
        await send({"type": "http.response.body", "body": hello, "more_body": True})
        while piece := await reader.take():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _gone(reader: Reader, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.end()


def _cors() -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", settings.ORIGIN.encode()), (b"vary", b"origin")]
