"""A request takes a thread when it is whole, and only within bounds."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from potluck.web import server


class Sent:
    """What RSGI gives of a request, and what is answered to it."""

    def __init__(self, *pieces: bytes, pause: float = 0.0) -> None:
        self.pieces, self.pause = pieces, pause
        self.status, self.headers, self.body = 0, list[tuple[str, str]](), b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause)
            yield piece

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> "Sent":
        self.status, self.headers = status, headers
        return self

    async def send_bytes(self, piece: bytes) -> None:
        self.body += piece


def asked(method: str = "POST", path: str = "/share", **headers: str) -> Any:
    pairs = [(name.replace("__", "-"), value) for name, value in headers.items()]
    return SimpleNamespace(
        method=method, path=path, query_string="a=1", scheme="http", http_version="1.1",
        client="192.0.2.7:4711", server="127.0.0.1:8000", headers=SimpleNamespace(items=lambda: pairs),
    )  # fmt: skip


def echo(environ: dict[str, Any], start: Any) -> Any:
    start("200 OK", [("x-address", environ["REMOTE_ADDR"])])
    return Said([environ["wsgi.input"].read(), environ.get("HTTP_COOKIE", "").encode()])


class Said(list[bytes]):
    streaming = False

    def close(self) -> None:
        return None


@pytest.fixture(autouse=True)
def app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "wsgi", echo)
    server._lanes.cache_clear()


def answer(scope: Any, sent: Sent) -> Sent:
    asyncio.run(server.application(scope, sent))
    return sent


def test_body_arrives_whole_however_it_is_cut() -> None:
    said = answer(asked(**{"content-length": "6"}), Sent(b"ab", b"", b"cdef"))
    assert (said.status, said.body) == (200, b"abcdef")
    assert said.headers == [("x-address", "192.0.2.7")]
    assert answer(asked(**{"transfer-encoding": "chunked"}), Sent(b"a" * 70_000)).body == b"a" * 70_000


def test_slow_body_is_refused_and_meets_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "wsgi", lambda environ, start: pytest.fail("it took a thread"))
    monkeypatch.setattr(server, "PAUSE_SECONDS", 0.05)
    assert answer(asked(**{"content-length": "2"}), Sent(b"a", b"b", pause=0.5)).status == 408
    monkeypatch.setattr(server, "BODY_SECONDS", 0.1)
    assert answer(asked(**{"content-length": "99"}), Sent(*[b"a"] * 99, pause=0.02)).status == 408


@pytest.mark.parametrize(
    ("headers", "pieces", "status"),
    [
        ({"content-length": "1001"}, [], 413),
        ({"transfer-encoding": "chunked"}, [b"a" * 600, b"a" * 600], 413),
        ({"content-length": "900"}, [b"a" * 600], 400),
    ],
)
def test_body_out_of_bounds_is_refused(
    headers: dict[str, str], pieces: list[bytes], status: int, settings: Any
) -> None:
    settings.REQUEST_BYTES = 1000
    assert answer(asked(**headers), Sent(*pieces)).status == status


def test_bodies_are_bounded_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_HELD", 1000)

    async def both() -> tuple[int, int]:
        first, second = Sent(b"a" * 900, b"a", pause=0.1), Sent(b"a" * 200, pause=0.15)
        scope = asked(**{"transfer-encoding": "chunked"})
        await asyncio.gather(server.application(scope, first), server.application(scope, second))
        return first.status, second.status

    assert asyncio.run(both()) == (200, 503)
    assert answer(asked(**{"content-length": "3"}), Sent(b"abc")).status == 200


def test_full_disk_is_told_and_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, piece: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(server.tempfile, "SpooledTemporaryFile", lambda size: Full())
    assert answer(asked(**{"content-length": "3"}), Sent(b"abc")).status == 507


def test_more_that_wait_than_can_be_served_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_WAITING", 0)
    said = answer(asked("GET", "/"), Sent())
    assert said.status == 503
    assert ("retry-after", "3") in said.headers


def test_names_with_underscores_do_not_read_like_others() -> None:
    scope = asked("GET", "/")
    pairs = [("x_forwarded_for", "1"), ("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y")]
    scope.headers = SimpleNamespace(items=lambda: pairs)
    environ, length, has_body = server._environ(scope)
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert (environ["HTTP_COOKIE"], environ["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")
    assert (length, has_body) == (None, False)


@pytest.mark.parametrize("size", [10, 300_000, 700_000])
def test_file_is_sent_whole_and_closed(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO(b"0123456789" * (size // 10))

    def app(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [])
        return environ["wsgi.file_wrapper"](file, 4096)

    monkeypatch.setattr(server, "wsgi", app)
    assert answer(asked("GET", "/"), Sent()).body == b"0123456789" * (size // 10)
    assert file.closed


def test_answer_made_while_it_is_sent_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    class Streaming(Said):
        streaming = True

    def app(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [])
        return Streaming([b"a" * 400_000, b"b" * 400_000])

    monkeypatch.setattr(server, "wsgi", app)
    assert answer(asked("GET", "/sitemap.xml"), Sent()).body == b"a" * 400_000 + b"b" * 400_000
