"""The stream: a small process that tells open pages something came, by server-sent events.

It knows no models and reads no sessions: a ticket names the person, one listening connection hears of new home
rows, and one question a notice finds which of the people here they are for. It sends no content; pages ask for
that themselves, through the gate.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import django
import psycopg
from django.conf import settings

django.setup()

from potluck.channels.home.outbound import CHANNEL  # noqa: E402
from potluck.channels.home.stream_ticket import person_id  # noqa: E402

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

# Silent connections are dropped by proxies; a comment line keeps them open.
HEARTBEAT = 25.0
_HERE = """
SELECT DISTINCT person_id FROM home_arrival
WHERE person_id = ANY(%s) AND at > now() - interval '2 minutes' AND event = ANY(%s)
"""


class Room:
    """Who is listening now, in this process."""

    def __init__(self) -> None:
        self.ears: dict[int, set[asyncio.Event]] = defaultdict(set)
        self.listening: asyncio.Task[None] | None = None

    def tell(self, people: Iterable[int]) -> None:
        for person in people:
            for ear in self.ears.get(person, ()):
                ear.set()

    async def listen(self) -> None:
        """Hear notices for as long as the process lives; a lost database is waited for."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen()
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        async with _connection() as hearing, _connection() as asking:
            await hearing.execute(f"LISTEN {CHANNEL}")
            # Whatever came while nobody listened: every page asks once.
            self.tell(list(self.ears))
            async for notice in hearing.notifies():
                events = [int(event) for event in notice.payload.split(",")]
                rows = await (await asking.execute(_HERE, [list(self.ears), events])).fetchall()
                self.tell(row[0] for row in rows)


room = Room()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI door: /stream?ticket=…"""
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    if scope["type"] != "http":
        return None
    query = parse_qs(scope["query_string"].decode("latin-1"))
    person = person_id(query.get("ticket", [""])[0])
    if scope["path"].rstrip("/").rsplit("/", 1)[-1] != "stream" or person is None:
        return await _refuse(send)
    if room.listening is None:
        room.listening = asyncio.create_task(room.listen())
    return await _stream(person, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), *_cors()]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": b"Load the page again."})


async def _stream(person: int, receive: Receive, send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *_cors()]
    headers.append((b"x-accel-buffering", b"no"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    ear = asyncio.Event()
    room.ears[person].add(ear)
    gone = asyncio.create_task(_gone(receive))
    try:
        await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
        while not gone.done():
            await send({"type": "http.response.body", "body": await _next(ear, gone), "more_body": True})
    finally:
        gone.cancel()
        room.ears[person].discard(ear)
        if not room.ears[person]:
            del room.ears[person]


async def _next(ear: asyncio.Event, gone: asyncio.Task[None]) -> bytes:
    heard = asyncio.create_task(ear.wait())
    done, _ = await asyncio.wait({heard, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    heard.cancel()
    if heard not in done:
        return b": still here\n\n"
    ear.clear()
    return b"event: home\ndata: %d\n\n" % time.time_ns()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cors() -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", settings.ORIGIN.encode()), (b"vary", b"origin")]


@contextlib.asynccontextmanager
async def _connection() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    entry = settings.DATABASES["default"]
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {key: entry[name] for key, name in keys.items() if entry.get(name)}
    async with await psycopg.AsyncConnection.connect(**address, autocommit=True) as connection:
        yield connection
