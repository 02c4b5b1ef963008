"""What a hostile source sends ends in a plain sentence, in little time and memory: the whole product, on loopback."""

import gzip
import io
import json
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from potluck.people.models import Person
from tests.house_run import House, running

pytestmark = pytest.mark.xdist_group("bombs")

MEGABYTE = 1024 * 1024
LIMITS = {"POTLUCK_FETCH_BYTES": str(2 * MEGABYTE), "POTLUCK_FETCH_SECONDS": "3"}
# All of them together are looked at within this; a process holds no more than this above its usual self.
MOST_SECONDS, MOST_MEMORY = 40, 200 * MEGABYTE
GOOD = b"<rss version='2.0'><channel><title>Good</title><item><guid>1</guid><title>Soil</title></item></channel></rss>"
LAUGHS = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
ENTITIES = f"<!DOCTYPE rss [<!ENTITY a0 'ha'>{LAUGHS}]><rss version='2.0'><channel><title>&a11;</title></channel></rss>"
OUTSIDE = (
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:1/y"> %y;]>'
    "<rss version='2.0'><channel><title>&x;</title><item><guid>2</guid><title>&x;</title></item></channel></rss>"
)
# These cannot be read; the others hold something that can.
FATAL = ("gzip", "gzips", "huge", "loop", "drip", "never", "noise")


def _packed(size: int) -> bytes:
    """A gzip file of so many zero bytes, made without holding them."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as file:
        for _ in range(size // MEGABYTE):
            file.write(bytes(MEGABYTE))
    return out.getvalue()


class Hostile(ThreadingHTTPServer):
    """Answers well until it is armed, so that its feeds can be named; then each as its name says."""

    daemon_threads = True
    armed = False
    asked = 0
    bomb = _packed(300 * MEGABYTE)


class Answer(BaseHTTPRequestHandler):
    server: Hostile

    def do_GET(self) -> None:
        self.server.asked += 1
        name = self.path.strip("/").split("/")[0]
        with suppress(OSError):
            getattr(self, f"send_{name}")() if self.server.armed else self._send(GOOD)

    def _send(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for key, value in {"Content_Type": "application/rss+xml", **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_gzip(self) -> None:
        self._send(self.server.bomb, Content_Encoding="gzip")

    def send_gzips(self) -> None:
        self._send(gzip.compress(self.server.bomb), Content_Encoding="gzip, gzip")

    def send_huge(self) -> None:
        self._send(b"<rss version='2.0'><channel>", Content_Length=str(1024**3))
        while True:
            self.wfile.write(b"<item><title>more</title></item>" * 1000)

    def send_loop(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path + "/a")
        self.end_headers()

    def send_drip(self) -> None:
        self._send(b"<rss")
        while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.2)

    def send_never(self) -> None:
        time.sleep(30)

    def send_noise(self) -> None:
        self._send(bytes(range(256)) * 4000)

    def send_entities(self) -> None:
        self._send(ENTITIES.encode())

    def send_outside(self) -> None:
        self._send(OUTSIDE.encode())

    def send_deep(self) -> None:
        deep = b"<b>" * 200_000
        self._send(GOOD.replace(b"Soil", b"<![CDATA[" + deep + b"]]>").replace(b"<guid>", b"<guid>d"))

    def send_nested(self) -> None:
        self._send(b"<rss version='2.0'><channel>" + b"<a>" * 300_000)

    def send_many(self) -> None:
        items = b"".join(b"<item><guid>%d</guid><title>x</title></item>" % n for n in range(30_000))
        self._send(b"<rss version='2.0'><channel>" + items + b"</channel></rss>")

    def log_message(self, *_: object) -> None:
        pass


NAMES = sorted(name.removeprefix("send_") for name in vars(Answer) if name.startswith("send_"))


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    server = Hostile(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("house"), POTLUCK_ALLOW_PRIVATE_NETWORK="1", **LIMITS) as house:
        yield house


def measured(house: House, *words: str) -> tuple[int, str, float, int]:
    """Run a command: its status, all it said, how long it took and the most memory it held."""
    begun, process = time.monotonic(), house.run(*words)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.communicate()))
    reader.start()
    most = 0
    while reader.is_alive():
        with suppress(psutil.Error):
            most = max(most, psutil.Process(process.pid).memory_info().rss)
        reader.join(0.05)
    return process.returncode, "\n".join(said), time.monotonic() - begun, most


def test_each_bomb_ends_in_a_sentence_on_its_source(house: House, hostile: Hostile) -> None:
    there = f"http://127.0.0.1:{hostile.server_port}"
    for name in NAMES:
        house.say("source", "add", f"{there}/{name}")
    _, _, _, usual = measured(house, "source", "poll", "--all")
    hostile.armed = True
    status, said, seconds, memory = measured(house, "source", "poll", "--all")
    assert status == 0 and "Traceback" not in said, said
    assert seconds < MOST_SECONDS and memory - usual < MOST_MEMORY, (seconds, memory // MEGABYTE)
    notes = {row["url"].rsplit("/", 1)[1]: row["note"] for row in map(json.loads, _listed(house))}
    for name in FATAL:
        assert notes[name].endswith(".") and len(notes[name]) < 300, (name, notes[name])
        assert "Error" not in notes[name] and "Exception" not in notes[name], notes[name]
    assert house.is_well()
    assert b"root:" not in house.get("/fresh.json")[1]


def test_naming_a_bomb_is_refused_in_a_sentence(house: House, hostile: Hostile) -> None:
    hostile.armed = True
    for name in ("gzip", "loop", "entities"):
        _, said, seconds, memory = measured(
            house, "source", "add", f"http://127.0.0.1:{hostile.server_port}/{name}/2"
        )
        assert "Traceback" not in said and said.strip().endswith("."), said
        assert seconds < MOST_SECONDS and memory < 2 * MOST_MEMORY, (name, seconds, memory // MEGABYTE)


def test_without_leave_nothing_private_is_asked(house: House, hostile: Hostile) -> None:
    house.settings.pop("POTLUCK_ALLOW_PRIVATE_NETWORK")
    hostile.armed, before = False, hostile.asked
    try:
        for there in (
            "127.0.0.1",
            "localhost",
            "[::1]",
            "0.0.0.0",
            "169.254.169.254",
            "10.0.0.1",
            "2130706433",
        ):
            status, said, seconds, _ = measured(
                house, "source", "add", f"http://{there}:{hostile.server_port}/x"
            )
            assert status != 0 and "Traceback" not in said and said.strip().endswith("."), (there, said)
            assert seconds < MOST_SECONDS
        measured(house, "source", "poll", "--all")
        assert hostile.asked == before
        assert all(row["note"] for row in map(json.loads, _listed(house)))
    finally:
        house.settings["POTLUCK_ALLOW_PRIVATE_NETWORK"] = "1"


def _listed(house: House) -> list[str]:
    return house.say("source", "list", "--json").splitlines()


def _png(width: int, height: int) -> bytes:
    """A picture that says it is this large, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (0, 0)])
def test_a_picture_larger_than_it_looks_is_refused(
    ada: Person, as_: Callable[[Person], Client], size: tuple[int, int], settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("soil.png", _png(*size))
    response = as_(ada).post("/share/files", {"file": file})
    assert response.status_code == 400
    assert not any(tmp_path.rglob("*-*"))
