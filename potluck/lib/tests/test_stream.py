"""The parts of the stream process that know nothing of channels."""

import asyncio

import psycopg
import pytest

from potluck.lib.streaming import Reader, Work, event, queue
from potluck.lib.streaming.client import MOST


def test_an_event_is_written_line_by_line() -> None:
    assert event("said", "one\ntwo", "7") == b"id: 7\nevent: said\ndata: one\ndata: two\n\n"
    assert event("beat") == b"event: beat\ndata: \n\n"


def test_what_waits_for_a_reader_is_taken_at_once_and_then_the_end() -> None:
    async def story() -> list[bytes]:
        reader = Reader()
        for piece in (b"a", b"b"):
            reader.send(piece)
        reader.end()
        return [await reader.take(), await reader.take()]

    assert asyncio.run(story()) == [b"ab", b""]


def test_a_reader_who_takes_nothing_is_let_go() -> None:
    async def story() -> bytes:
        reader = Reader()
        for _ in range(3):
            reader.send(b"x" * MOST)
        assert reader.has_ended
        return await reader.take()

    assert asyncio.run(story()) == b""


def test_work_is_done_once_for_all_that_asked_meanwhile() -> None:
    done: list[list[int]] = []

    async def story() -> None:
        async def do(things: list[int]) -> None:
            done.append(things)
            await asyncio.sleep(0.01)

        todo = Work(do)
        todo.add(1, 2, 1)
        await asyncio.sleep(0.005)
        todo.add(3)
        todo.add(3, 4)
        await asyncio.sleep(0.05)

    asyncio.run(story())
    assert done == [[1, 2], [3, 4]]


def test_work_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "REST", 0.001)
    tried: list[list[int]] = []

    async def story() -> None:
        async def do(things: list[int]) -> None:
            tried.append(things)
            if len(tried) < 3:
                raise psycopg.OperationalError("away")

        todo = Work(do)
        todo.add(1)
        await asyncio.sleep(0.1)

    asyncio.run(story())
    assert tried == [[1], [1], [1]]
