"""A stream ends with the session of the page that opened it, and nobody opens more than there is room for."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from potluck.channels.home import stream_ticket
from potluck.lib.streaming import server
from potluck.people.models import Person

SignIn = Callable[[Person | None], Client]
# The stream process sees only what is really written.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    server.process.cache_clear()
    server.streams.cache_clear()
    monkeypatch.setattr(server, "TICK", 0.1)


class Listener:
    """One open page, until the stream ends or the page is left."""

    def __init__(self, address: str, near: str = "127.0.0.1") -> None:
        self.gone, self.status, self.over = asyncio.Event(), 0, False
        query = urlsplit(address).query.encode()
        self.scope = {"type": "http", "path": "/stream", "query_string": query, "client": (near, 4)}

    async def listen(self) -> None:
        await server.application(self.scope, self._receive, self._send)
        self.over = True

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)


async def opened(*pages: Listener) -> list["asyncio.Task[None]"]:
    tasks = []
    for page in pages:
        tasks.append(asyncio.create_task(page.listen()))
        while not page.status:
            await asyncio.sleep(0.01)
    return tasks


async def closed(pages: tuple[Listener, ...], tasks: list["asyncio.Task[None]"]) -> None:
    for page in pages:
        page.gone.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await server.process().database.close()


def sign_out(client: Client) -> None:
    client.post("/accounts/logout/")
    connection.close()


def test_signing_out_ends_the_streams_of_that_session_alone(ada: Person, as_: SignIn) -> None:
    phone, desk = as_(ada), as_(ada)
    tickets = [stream_ticket.address(ada, client.session.session_key) for client in (phone, desk)]

    async def story() -> tuple[bool, bool, int]:
        pages = tuple(Listener(ticket) for ticket in tickets)
        tasks = await opened(*pages)
        await asyncio.to_thread(sign_out, phone)
        await asyncio.wait_for(tasks[0], 5)
        ended = (pages[0].over, pages[1].over)
        late = Listener(tickets[0])
        await late.listen()
        await closed(pages, tasks)
        return *ended, late.status

    assert asyncio.run(story()) == (True, False, 403)


def test_one_person_and_one_address_have_so_many_streams(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "STREAMS_A_PERSON", 2)
    monkeypatch.setattr(settings, "STREAMS_AN_ADDRESS", 3)
    adas, bens = stream_ticket.address(ada), stream_ticket.address(ben)

    async def story() -> list[int]:
        near = "192.0.2.7"
        pages = (Listener(adas, near), Listener(adas), Listener(bens, near), Listener(bens, near))
        tasks = await opened(*pages)
        more = [Listener(adas, "192.0.2.8"), Listener(bens, near)]
        for one in more:
            await one.listen()
        await closed(pages, tasks)
        return [page.status for page in (*pages, *more)]

    assert asyncio.run(story()) == [200, 200, 200, 200, 429, 429]


def test_a_session_is_found_by_its_mark_through_an_index(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM django_session WHERE sha256(session_key::text::bytea)"
            " = ANY(ARRAY[decode('00', 'hex')])"
        )
        assert "web_session_mark" in str(cursor.fetchall())
