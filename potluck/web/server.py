"""The pages as an RSGI application: a request arrives whole, and within bounds, before a thread is taken for it.

    head ──► body, by the event loop, bounded in size and time ──► a thread runs the WSGI application ──► answer

However slowly somebody sends or reads, no thread waits for them. Large bodies have a lane of threads of their own, so
that uploads do not hold up pages. https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import asyncio
import contextlib
import errno
import io
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Protocol

from django.conf import settings

from potluck.web.unavailable import refusal
from potluck.web.wsgi import application as wsgi

log = logging.getLogger(__name__)

Header = tuple[str, str]
# Threads for pages, and for what comes with a large body, in each process.
PAGE_THREADS, UPLOAD_THREADS = 4, 2
# More that wait for a thread would wait too long: they are asked to come again.
MOST_WAITING = 200
# Bodies up to this size stay in memory; larger ones go to a file and to the lane of uploads. In bytes.
SMALL = 64 * 1024
# What bodies may hold all together in one process, in bytes.
MOST_HELD = 512 * 1024 * 1024
# A body has so many seconds, and one more for each so many bytes that came; and so many between two pieces.
BODY_SECONDS, BODY_RATE, PAUSE_SECONDS = 20.0, 4 * 1024, 15.0
# Somebody who takes none of an answer for so many seconds is let go.
READ_SECONDS = 60.0
PIECE = 256 * 1024


class Body(Protocol):
    """The body of a request as RSGI gives it."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


class Readable(Protocol):
    """A large answer, read in pieces."""

    def read(self, size: int, /) -> bytes: ...


class Refusal(Exception):
    """A request that gets no thread. `status` is that of HTTP."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Answer:
    """What the WSGI application said: the whole body, or a file of it where it is large."""

    status: int
    headers: list[Header]
    body: bytes = b""
    file: Readable | None = None
    close: Callable[[], None] | None = None


class Lane:
    """So many threads, and those who wait for one.

    Not a ThreadPoolExecutor: its futures and a second way back through the event loop cost a page two in a hundred.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._given: SimpleQueue[
            tuple[dict[str, Any], Any, asyncio.AbstractEventLoop, asyncio.Future[Answer]]
        ]
        self._given = SimpleQueue()
        self._waiting = 0
        for number in range(threads):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    async def run(self, environ: dict[str, Any], proto: Any) -> Answer:
        """What is said to this request. It has been sent already unless it comes as a file."""
        if self._waiting >= MOST_WAITING:
            raise Refusal(503)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()
        self._waiting += 1
        try:
            self._given.put((environ, proto, loop, done))
            return await done
        finally:
            self._waiting -= 1

    def _work(self) -> None:
        while True:
            environ, proto, loop, done = self._given.get()
            try:
                answer = _answer(environ)
                if answer.file is None:
                    proto.response_bytes(answer.status, answer.headers, answer.body)
            except Exception as error:  # Django answers its own; this is what even that could not.
                log.exception("A request was not answered")
                end = partial(done.set_exception, error)
            else:
                end = partial(done.set_result, answer)
            with contextlib.suppress(RuntimeError):  # The loop has ended.
                loop.call_soon_threadsafe(_settle, done, end)


def _settle(done: "asyncio.Future[Answer]", end: Callable[[], None]) -> None:
    if not done.done():  # They may have gone meanwhile.
        end()


class Bodies:
    """The bodies that are arriving."""

    def __init__(self) -> None:
        self._held = 0

    async def whole(self, body: Body, length: int | None) -> tuple[IO[bytes], int]:
        """All of it, in a file that is read from its beginning, and its size. Raises Refusal."""
        if length is not None and length > settings.REQUEST_BYTES:
            raise Refusal(413)
        file: Any = tempfile.SpooledTemporaryFile(SMALL)  # noqa: SIM115 - closed by who answers
        try:
            size = await self._read(body, file)
            if length is not None and size < length:
                raise Refusal(400)
        except TimeoutError:
            file.close()
            raise Refusal(408) from None
        except OSError as error:
            file.close()
            raise Refusal(507 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 400) from error
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file, size

    async def _read(self, body: Body, file: IO[bytes]) -> int:
        clock = asyncio.get_running_loop().time
        size, began, pieces = 0, clock(), aiter(body)
        try:
            while True:
                slowest = began + BODY_SECONDS + size / BODY_RATE
                async with asyncio.timeout_at(min(slowest, clock() + PAUSE_SECONDS)):
                    piece = await anext(pieces)
                size += len(piece)
                self._held += len(piece)
                if size > settings.REQUEST_BYTES:
                    raise Refusal(413)
                if self._held > MOST_HELD:
                    raise Refusal(503)
                file.write(piece)
        except StopAsyncIteration:
            return size
        finally:
            self._held -= size


@cache
def _lanes() -> tuple[Lane, Lane, Bodies]:
    return Lane(PAGE_THREADS, "pages"), Lane(UPLOAD_THREADS, "uploads"), Bodies()


async def application(scope: Any, proto: Any) -> None:
    """One request."""
    pages, uploads, bodies = _lanes()
    environ, length, has_body = _environ(scope)
    lane = pages
    body: IO[bytes] | None = None
    try:
        if has_body:
            body, size = await bodies.whole(proto, length)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(size)
            lane = uploads if size > SMALL else pages
        answer = await lane.run(environ, proto)
    except Refusal as refused:
        headers, text = refusal(refused.status)
        proto.response_str(refused.status, headers, text)
        return
    finally:
        if body is not None:
            body.close()
    if answer.file is not None:
        await _send(proto, answer)


def _environ(scope: Any) -> tuple[dict[str, Any], int | None, bool]:
    """What WSGI (PEP 3333) wants to know; the length the body says it has, and whether there is one."""
    host, _colon, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _File,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # It would read like another name, as one that only a proxy may send.
            continue
        key = _KEYS.get(name) or "HTTP_" + name.upper().replace("-", "_")
        known = environ.get(key)
        environ[key] = value if known is None else f"{known}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    said = environ.get("CONTENT_LENGTH", "")
    length = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None
    return environ, length, bool(length) or "HTTP_TRANSFER_ENCODING" in environ


_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def _no_write(piece: bytes) -> None:
    """PEP 3333 wants such a thing; Django does not use it."""


class _File:
    """A file to be sent as it is; Django hands it over in place of its answer (`wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], size: int = 0) -> None:
        self.file = file

    def close(self) -> None:
        self.file.close()


def _answer(environ: dict[str, Any]) -> Answer:
    """In a thread: run the WSGI application, to the end of what it says."""
    answer = Answer(500, [])

    def start(status: str, headers: list[Header], error: object = None) -> Callable[[bytes], object]:
        answer.status, answer.headers = int(status[:3]), headers
        return _no_write

    said: Any = wsgi(environ, start)
    if isinstance(said, _File):
        first = said.file.read(PIECE)
        if len(first) < PIECE:
            answer.body = first
            said.close()
        else:
            answer.file, answer.close = _After(first, said.file), said.close
        return answer
    try:
        if getattr(said, "streaming", False):
            _spool(answer, said)
        else:
            answer.body = b"".join(said)
    finally:
        said.close()
    return answer


class _After:
    """What was read already, and then the rest: not every file can be wound back."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first, self._rest = first, rest

    def read(self, size: int) -> bytes:
        first, self._first = self._first, b""
        return first or self._rest.read(size)


def _spool(answer: Answer, said: Iterable[bytes]) -> None:
    """An answer that is made while it is sent is made whole first, so that a slow reader holds no thread."""
    file = tempfile.SpooledTemporaryFile(4 * PIECE)  # noqa: SIM115 - closed when it is sent
    for piece in said:
        file.write(piece)
    file.seek(0)
    answer.file, answer.close = file, file.close


async def _send(proto: Any, answer: Answer) -> None:
    """A large answer, piece by piece as it is taken."""
    assert answer.file and answer.close  # noqa: S101
    try:
        transport = proto.response_stream(answer.status, answer.headers)
        while piece := await asyncio.to_thread(answer.file.read, PIECE):
            async with asyncio.timeout(READ_SECONDS):
                await transport.send_bytes(piece)
    except (TimeoutError, OSError, RuntimeError):  # They went away, or never read: RSGIProtocolClosed.
        return
    finally:
        await asyncio.to_thread(answer.close)
