"""Whether pages are there for an ordinary visitor while others send slowly, read slowly, hold on, or things break.

`python -m bench.availability [NAME ...]`, or `potluck bench availability`. Beside each trouble a visitor asks for pages
four times a second and a member shares something each second. For each is told: how often the visitor was answered and
how, how long the slowest took, the memory of all processes (PSS), and of what was acknowledged how much is lost.
"""

import asyncio
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg

from bench.house import House, memory_of, python

# A tenth in CI: fewer of each, for a shorter time.
SHARE = float(os.environ.get("POTLUCK_BENCH_SHARE", "1"))
SLOW, STREAMS, IDLE = int(400 * SHARE), int(3000 * SHARE), int(2000 * SHARE)
SECONDS, RESTARTS = 40 * SHARE + 10, max(int(12 * SHARE), 2)
EVERY = 10.0
# The room that the data folder has where the disk is filled, in MB.
DISK = 400
MOST_SECONDS, MOST_MEMORY = 1.0, 700.0

Trouble = Callable[["Network"], None]


def fill() -> None:
    """A member who shares, a page to look at, and a ticket for its stream."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from potluck.channels.live.changes import place_now
    from potluck.channels.live.stream import address
    from potluck.door import admit
    from potluck.people.join import join
    from potluck.people.models import Account
    from potluck.posts.draft import Draft

    account = Account.objects.create_user("ada@bench.example", "a long enough secret")
    ada = join(account, name="Ada", handle="ada")
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    post = admit(Draft(author=ada, text="What keeps slugs off?"))
    ticket = parse_qs(urlsplit(address(post.id, None, "en")).query)["ticket"][0]
    facts = {"session": session.session_key, "page": post.page, "ticket": ticket, "place": place_now()}
    print(json.dumps(facts))


class Network:
    """What is served, and what its visitor and its member meet."""

    def __init__(self, data: Path) -> None:
        self.data, self.house = data, House(data)
        facts = json.loads(python("bench.availability:fill", data))
        self.session, self.page = facts["session"], facts["page"]
        self.stream = f"/room?ticket={facts['ticket']}&since={quote(facts['place'])}"
        self.over = threading.Event()
        self.met: Counter[int] = Counter()
        self.took: list[float] = []
        self.shared: list[str] = []
        self.refused: Counter[int] = Counter()
        self.memory = 0.0

    def beside(self, trouble: Trouble) -> None:
        """Visit, share and look at memory as long as the trouble lasts."""
        self.over.clear()
        beside = [threading.Thread(target=each) for each in (self._visit, self._share, self._look)]
        for each in beside:
            each.start()
        try:
            trouble(self)
        finally:
            self.over.set()
            for each in beside:
                each.join()

    def _ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=15)
        try:
            line.request(method, path, body or None, {"Host": "localhost", **headers})
            answer = line.getresponse()
            answer.read()
            if answer.status == 503 and not answer.getheader("Retry-After"):
                return 500, ""
            return answer.status, answer.getheader("Location", "")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            line.close()

    def _visit(self) -> None:
        for path in _round("/", self.page, "/health", "/search?q=slugs"):
            if self.over.wait(0.25):
                return
            began = time.monotonic()
            status, _to = self._ask("GET", path)
            self.took.append(time.monotonic() - began)
            self.met[status] += 1

    def _share(self) -> None:
        token, number = "b" * 32, 0
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://localhost:{self.house.port}",
        }
        while not self.over.wait(1):
            number += 1
            words = f"share{random.randrange(10**9)}x{number}"
            form = f"csrfmiddlewaretoken={token}&audience=public&text={words}"
            status, to = self._ask("POST", "/share", form, **headers)
            if status == 302 and to.startswith("/posts/"):
                self.shared.append(words)
            else:
                self.refused[status] += 1  # 422: more than a member may share in an hour.

    def _look(self) -> None:
        while not self.over.wait(2):
            with contextlib.suppress(OSError):
                self.memory = max(self.memory, memory_of(self.house))

    def lost(self) -> int:
        """How many of what was acknowledged are not there exactly once."""
        for _ in range(200):
            with contextlib.suppress(psycopg.Error), _database(self.data) as database:
                rows = database.execute("SELECT text FROM posts_post").fetchall()
                there = Counter(str(text) for (text,) in rows)
                return sum(there[words] != 1 for words in self.shared)
            time.sleep(0.3)
        return len(self.shared)


def _database(data: Path) -> "psycopg.Connection[tuple[object, ...]]":
    from potluck.store.paths import socket_folder

    return psycopg.connect(host=str(socket_folder(data)), user="potluck", dbname="potluck", connect_timeout=5)


def _round(*things: str) -> Iterator[str]:
    while True:
        yield from things


# ---- troubles made by others


def _crowd(number: int, one: Callable[[int, int], Awaitable[None]], port: Callable[[House], int]) -> Trouble:
    """So many at once, each coming again when it is let go, for a while."""

    async def again(where: int, which: int, end: float) -> None:
        while time.monotonic() < end:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(max(end - time.monotonic(), 0.1)):
                    await one(where, which)
            await asyncio.sleep(0.5)

    async def all_of_them(where: int) -> None:
        end = time.monotonic() + SECONDS
        await asyncio.gather(*(again(where, which, end) for which in range(number)))

    return lambda network: asyncio.run(all_of_them(port(network.house)))


async def _drip(where: int, begin: bytes, each: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", where)
    try:
        writer.write(begin)
        while not reader.at_eof():
            writer.write(each)
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await reader.read(1000)
    finally:
        writer.close()


async def _slow_body(where: int, which: int) -> None:
    await _drip(where, b"POST /share HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", b"a")


async def _slow_head(where: int, which: int) -> None:
    await _drip(where, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n")


async def _idle(where: int, which: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", where)
    try:
        await reader.read(1)
    finally:
        writer.close()


async def _slow_reader(where: int, which: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", where, limit=64)
    try:
        writer.write(b"GET /static/css/potluck.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        while not reader.at_eof():
            await reader.read(16)
            await asyncio.sleep(1)
    finally:
        writer.close()


def _streams(network: Network) -> None:
    path, opened = network.stream, Counter[bool]()

    async def stream(where: int, which: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", where)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            opened[b" 200 " in await reader.readline()] += 1
            while await reader.read(10_000):
                pass
        finally:
            writer.close()

    _crowd(STREAMS, stream, lambda house: house.port + 1)(network)
    print(f"streams_opened {opened[True]} times, of {STREAMS}", flush=True)


# ---- troubles of the machine


def _restarts(network: Network) -> None:
    """PostgreSQL ends every ten seconds, as by `pg_ctl stop`; the house starts it again."""
    for turn in range(RESTARTS):
        time.sleep(EVERY)
        pid = int((network.data / "postgres/postmaster.pid").read_text().splitlines()[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL if turn % 4 == 3 else signal.SIGINT)
    time.sleep(EVERY)


def _full_disk(network: Network) -> None:
    """The disk of the data folder is full for a while, and free again."""
    time.sleep(5)
    filler = network.data / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    time.sleep(SECONDS / 2)
    status = network._ask("GET", "/health")[0]
    print(f"health_while_full {status}", flush=True)
    filler.unlink()
    time.sleep(20)


def _to_pages(house: House) -> int:
    return house.port


TROUBLES: dict[str, Trouble] = {
    "calm": lambda network: time.sleep(10),
    "slow_bodies": _crowd(SLOW, _slow_body, _to_pages),
    "slow_heads": _crowd(SLOW, _slow_head, _to_pages),
    "idle": _crowd(IDLE, _idle, _to_pages),
    "slow_readers": _crowd(SLOW, _slow_reader, _to_pages),
    "streams": _streams,
    "restarts": _restarts,
    "full_disk": _full_disk,
}


@contextmanager
def _folder(small: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="potluck-availability-"))
    folder.chmod(0o711)
    if small:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder], check=True)
    try:
        data = folder / "data"
        data.mkdir(mode=0o700)
        yield data
    finally:
        if small:
            subprocess.run(["umount", "--lazy", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def measure(name: str) -> bool:
    """Meet one trouble on a network of its own; whether all held."""
    with _folder(name == "full_disk") as data:
        network = Network(data)
        try:
            time.sleep(2)
            network.beside(TROUBLES[name])
            lost = network.lost()
        finally:
            network.house.end()
    slowest, met = max(network.took), dict(sorted(network.met.items()))
    print(f"{name}_slowest {slowest:.3f} s\n{name}_memory {network.memory:.0f} MB", flush=True)
    print(
        f"{name}_answers {met}\n{name}_shared {len(network.shared)}, not taken {dict(network.refused)}, lost {lost}"
    )
    good = not lost and slowest < MOST_SECONDS and network.memory < MOST_MEMORY
    return good and not [each for each in {**met, **network.refused} if each >= 500 and each != 503]


def main() -> None:
    names = sys.argv[1:] or [*TROUBLES]
    broken = [name for name in names if not measure(name)]
    if broken:
        raise SystemExit(f"Did not hold: {', '.join(broken)}")


if __name__ == "__main__":
    main()
