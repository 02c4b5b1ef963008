"""Hosts that answer too much, too slowly, or not what they said: each ends in a sentence, within limits."""

import asyncio
import gzip
import time
import tracemalloc
import zlib

import brotli
import pytest
from aiohttp import web

from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.http import Request, fetch
from potluck.lib.tests.wire import host, raw_host

MEGABYTE = 1024 * 1024
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.fixture(autouse=True)
def _one_machine(settings):
    settings.ALLOW_PRIVATE_NETWORK = True
    settings.HOST_RATE = 0
    settings.FETCH_BYTES = MEGABYTE
    settings.FETCH_SECONDS = 0.7


def ask_raw(answer, then=None, **request):
    async def story():
        async with raw_host(answer, then) as origin:
            return await fetch(Request(origin, **request))

    return asyncio.run(story())


def packed(body, encoding):
    return PLAIN + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body)) + body


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        (b"gzip", gzip.compress),
        (b"x-gzip", lambda body: gzip.compress(body[:4]) + gzip.compress(body[4:])),
        (b"deflate", zlib.compress),
        (b"deflate", lambda body: zlib.compress(body)[2:-4]),
        (b"br", brotli.compress),
        (b"UTF-8", bytes),
    ],
)
def test_a_packed_page_is_unpacked(encoding, pack):
    text = "Grüße von nebenan. ".encode() * 5000
    assert ask_raw(packed(pack(text), encoding)).body == text


@pytest.mark.parametrize(
    ("encoding", "pack"), [(b"gzip", gzip.compress), (b"br", lambda body: brotli.compress(body, quality=3))]
)
def test_a_bomb_ends_at_the_limit_and_is_never_held(encoding, pack):
    bomb = pack(bytes(300 * MEGABYTE))
    assert len(bomb) < MEGABYTE
    tracemalloc.start()
    with pytest.raises(Undeliverable, match="more than 1 MB; we stop there"):
        ask_raw(packed(bomb, encoding))
    assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    tracemalloc.stop()


def test_a_page_just_within_the_limit_is_taken_whole():
    assert len(ask_raw(packed(gzip.compress(bytes(MEGABYTE)), b"gzip")).body) == MEGABYTE
    with pytest.raises(Undeliverable, match="more than 1 MB"):
        ask_raw(packed(gzip.compress(bytes(MEGABYTE + 1)), b"gzip"))


def test_the_limit_can_be_smaller_for_one_request():
    with pytest.raises(Undeliverable, match="more than 4 kB"):
        ask_raw(PLAIN + b"\r\n" + b"x" * 5000, max_bytes=4096)


def test_a_claim_of_a_gigabyte_is_not_waited_for():
    async def wait(reader, writer):
        await reader.read()

    started = time.monotonic()
    with pytest.raises(Undeliverable, match="more than 1 MB"):
        ask_raw(PLAIN + b"Content-Length: 1073741824\r\n\r\nxxx", wait)
    assert time.monotonic() - started < 0.5


def test_an_endless_page_ends():
    async def flood(reader, writer):
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    with pytest.raises(Undeliverable, match="more than 1 MB"):
        ask_raw(PLAIN + b"Transfer-Encoding: chunked\r\n\r\n", flood)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 ", PLAIN, PLAIN + b"\r\n"])
def test_a_slow_drip_ends(answer):
    async def drip(reader, writer):
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(TryLater, match=r"longer than 0\.7 seconds"):
        ask_raw(answer, drip)
    assert time.monotonic() - started < 2


def test_slow_redirects_share_one_clock(settings):
    async def slow(request):
        await asyncio.sleep(0.3)
        raise web.HTTPFound(request.path + "x")

    async def story():
        async with host({"/{any:.*}": slow}) as origin:
            return await fetch(Request(origin))

    started = time.monotonic()
    with pytest.raises(TryLater, match=r"longer than 0\.7 seconds"):
        asyncio.run(story())
    assert time.monotonic() - started < 1.2


def test_a_page_shorter_than_it_said_is_not_taken_for_whole():
    with pytest.raises(TryLater, match="broke off"):
        ask_raw(PLAIN + b"Content-Length: 100\r\n\r\nshort")


def test_a_page_longer_than_it_said_is_not_trusted():
    with pytest.raises(TryLater, match="not a web page"):
        ask_raw(PLAIN + b"Content-Length: 5\r\n\r\nshort and more")


def test_a_page_that_is_not_packed_as_it_says_ends_in_a_sentence():
    for encoding in (b"gzip", b"br", b"deflate", b"zstd", b"gzip, gzip"):
        with pytest.raises(TryLater, match="packed in a way"):
            ask_raw(packed(b"\xffnot packed at all, by anyone\xff" * 9, encoding))


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x00\xff\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_web_page_ends_in_a_sentence(answer):
    with pytest.raises(TryLater) as failure:
        ask_raw(answer)
    assert str(failure.value).endswith(".")


def test_endless_preludes_end():
    async def chatter(reader, writer):
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10)
            await writer.drain()
            await asyncio.sleep(0.01)

    with pytest.raises(TryLater, match="longer than"):
        ask_raw(b"HTTP/1.1 100 Continue\r\n\r\n", chatter)


@pytest.mark.parametrize(
    "to", ["http://[", "http://\udcff/", "javascript:alert(1)", "file:///etc/passwd", "//", "http://a b/"]
)
def test_a_redirect_that_is_no_address_ends_in_a_sentence(to):
    answer = (
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
        + to.encode("utf-8", "surrogateescape")
        + b"\r\n\r\n"
    )
    with pytest.raises((Undeliverable, TryLater)) as failure:
        ask_raw(answer)
    assert str(failure.value).endswith(".")
