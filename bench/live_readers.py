"""A thousand readers of a room in one process, as browsers are: they come back by themselves, with their last place.

Reads JSON (port, tickets, place) from standard input, says "all here", breaks connections from the word "storm" on,
and at "enough" prints for each reader when each message came.
"""

import asyncio
import json
import random
import re
import sys
import time
from urllib.parse import quote

_ID = re.compile(rb"^id: (\S+)", re.M)
_SAID = re.compile(rb'<li class="said" id="post-(\d+)"')


class Reader(asyncio.Protocol):
    """One open page."""

    def __init__(self, port: int, ticket: str, place: str) -> None:
        self.port, self.ticket, self.place = port, ticket, place
        self.told: dict[str, list[float]] = {}
        self.transport: asyncio.Transport | None = None
        self.left = b""
        self.over = False

    async def come(self) -> None:
        while not self.over:
            try:
                await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)
                return
            except OSError:
                await asyncio.sleep(0.5 + random.random())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.left = transport, b""
        path = f"/room?ticket={self.ticket}&since={quote(self.place)}"
        transport.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        whole, mark, rest = (self.left + data).rpartition(b"\n\n")
        self.left = rest
        for found in _ID.finditer(whole if mark else b""):
            self.place = found[1].decode()
        for found in _SAID.finditer(whole if mark else b""):
            self.told.setdefault(found[1].decode(), []).append(now)

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if not self.over:
            self._back = asyncio.ensure_future(self._again())

    async def _again(self) -> None:
        await asyncio.sleep(random.random())
        await self.come()


async def _storm(readers: list[Reader]) -> None:
    while True:
        for one in random.sample(readers, len(readers) // 3):
            if one.transport:
                one.transport.abort()
        await asyncio.sleep(1)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.readline)
    facts = json.loads(line)
    readers = [Reader(facts["port"], ticket, facts["place"]) for ticket in facts["tickets"]]
    for start in range(0, len(readers), 100):
        await asyncio.gather(*(one.come() for one in readers[start : start + 100]))
    await asyncio.sleep(2)
    print("all here", flush=True)
    storm: asyncio.Task[None] | None = None
    while True:
        word = (await loop.run_in_executor(None, sys.stdin.readline)).strip()
        if word != "storm":
            break
        storm = asyncio.create_task(_calm_down(readers))
    if storm:
        storm.cancel()
    for one in readers:
        one.over = True
    print(json.dumps([one.told for one in readers]), flush=True)


async def _calm_down(readers: list[Reader]) -> None:
    """Breaking connections for as long as there is talk, and not while the last of it arrives."""
    try:
        await asyncio.wait_for(_storm(readers), 10)
    except TimeoutError:
        return


if __name__ == "__main__":
    asyncio.run(_main())
