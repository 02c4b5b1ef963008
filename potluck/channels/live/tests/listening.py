"""Open pages of a room for tests: the stream process's application in a thread of its own, and readers of it."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode, urlsplit

from potluck.channels.live import changes
from potluck.channels.live.stream import address
from potluck.lib.streaming import server
from potluck.people.models import Person
from potluck.posts.models import Post

PATIENCE = 10.0
EVENT = re.compile(r"(?:id: (?P<id>.*)\n)?event: (?P<name>.*)\n(?P<data>(?:data: .*\n)*)\n")


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.01)


class Page:
    """One open page: what it was told, in order, as (event, text)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, query: str, last_id: str = "") -> None:
        self.loop, self.status, self.raw, self.over = loop, 0, "", False
        self.gone = asyncio.Event()
        headers = [(b"last-event-id", last_id.encode())] if last_id else []
        scope = {"type": "http", "path": "/room", "query_string": query.encode(), "headers": headers}
        self.run: Future[None] = asyncio.run_coroutine_threadsafe(self._run(scope), loop)
        until(lambda: self.status, "an answer")

    async def _run(self, scope: dict[str, Any]) -> None:
        await server.application(scope, self._receive, self._send)
        self.over = True

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.raw += message.get("body", b"").decode()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one["name"], one["data"].replace("data: ", "").strip()) for one in EVENT.finditer(self.raw)]

    @property
    def said(self) -> str:
        return "\n".join(text for name, text in self.told if name == "said")

    @property
    def last_id(self) -> str:
        return next((one["id"] for one in reversed(list(EVENT.finditer(self.raw))) if one["id"]), "")

    def hears(self, words: str) -> None:
        until(lambda: words in self.said, f"hearing “{words}”")

    def leave(self) -> None:
        self.loop.call_soon_threadsafe(self.gone.set)
        self.run.result(PATIENCE)


class Rooms:
    """The stream process, as long as a test takes."""

    def __init__(self) -> None:
        server.process.cache_clear()
        server.streams.cache_clear()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.pages: list[Page] = []

    def open(self, thread: Post, person: Person | None, since: str | None = None, last_id: str = "") -> Page:
        """A page of this room, loaded now, or that had all up to `since`."""
        place = changes.place_now() if since is None else since
        ticket = urlsplit(address(thread.id, person, "en")).query
        page = Page(self.loop, f"{ticket}&{urlencode({'since': place})}", last_id)
        self.pages.append(page)
        return page

    def settle(self) -> None:
        """Wait until whatever was told had its time to arrive."""
        time.sleep(0.4)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(PATIENCE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()
        server.process.cache_clear()
        server.streams.cache_clear()

    async def _end(self) -> None:
        for page in self.pages:
            page.gone.set()
        mine = asyncio.current_task()
        await asyncio.sleep(0.05)
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await server.process().database.close()
