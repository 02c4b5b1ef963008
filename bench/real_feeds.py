"""116 feeds as they were found in the world, through the whole product: added, polled, and polled again.

`python -m bench.real_feeds` serves them on loopback with validators, starts a network of its own on a scratch
folder, and prints a line for each feed. It fails unless 115 give posts with text, and a second poll brings no new
post and is answered 304. POTLUCK_SHARED names the folder with the real data, POTLUCK_PORT the port.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOP = Path(__file__).parent.parent
FEEDS = Path(os.environ.get("POTLUCK_SHARED") or TOP.parent / "shared") / "data/realinput/feeds"
POTLUCK = [sys.executable, "-m", "potluck.cli"]
LEAST = 115
READY_SECONDS, SETTLED_SECONDS = 120, 300

Row = dict[str, str | int | None]

# What is in the database of each source: posts, those with text, letters of text.
_COUNT = """
import json
from django.db.models import Count, Q, Sum
from django.db.models.functions import Length
from potluck.people.models import Source
rows = Source.objects.annotate(n=Count('posts'), said=Count('posts', filter=~Q(posts__text='')),
                               letters=Sum(Length('posts__text')))
for s in rows: print(json.dumps([s.url, s.n, s.said, s.letters or 0]))
"""


class Handler(BaseHTTPRequestHandler):
    """Serves the folder as a good host would: types, both validators, 304."""

    protocol_version = "HTTP/1.1"
    answered: Counter[tuple[str, int]] = Counter()

    def do_GET(self) -> None:
        path = FEEDS / self.path.rsplit("/", 1)[-1]
        if not path.is_file():
            self._answer(404, b"", {})
            return
        body = path.read_bytes()
        marks = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True),
        }
        known = self.headers.get("If-None-Match") == marks["ETag"]
        self._answer(304 if known else 200, b"" if known else body, marks | {"Content-Type": kind(body)})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.answered[self.path, status] += 1
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence: the table says it all."""


def kind(body: bytes) -> str:
    if body[:1] == b"{":
        return "application/feed+json"
    return "application/atom+xml" if b"<feed" in body[:2000] else "application/rss+xml"


class House:
    """A network on a scratch folder, and its command line."""

    def __init__(self, data: str, port: str) -> None:
        self.env = os.environ | {
            "POTLUCK_DATA": data,
            "POTLUCK_PORT": port,
            "POTLUCK_ALLOW_PRIVATE_NETWORK": "1",
            "DJANGO_SETTINGS_MODULE": "potluck.settings",
        }
        self.home = f"http://localhost:{port}"
        self.log = Path(data, "serve.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*POTLUCK, "serve"], cwd=TOP, env=self.env, stdout=log, stderr=log
            )

    def wait(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.home}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.5)
        raise SystemExit(f"The network did not start; see {self.log}.")

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*POTLUCK, *args], cwd=TOP, env=self.env, capture_output=True, text=True, timeout=900
        )

    def sources(self) -> list[Row]:
        return [json.loads(line) for line in self.run("source", "list", "--json").stdout.splitlines()]

    def counts(self) -> dict[str, tuple[int, int, int]]:
        said = self.run("manage", "shell", "-v", "0", "-c", _COUNT).stdout
        rows = [json.loads(line) for line in said.splitlines() if line.startswith("[")]
        return {url: (posts, with_text, letters) for url, posts, with_text, letters in rows}

    def settled(self) -> list[Row]:
        """The sources, once each has been looked at."""
        end = time.monotonic() + SETTLED_SECONDS
        while True:
            rows = self.sources()
            if all(row["state"] != "waiting" for row in rows) or time.monotonic() > end:
                return rows
            time.sleep(2)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def main() -> int:
    if not FEEDS.is_dir():
        print(f"There are no real feeds in {FEEDS}; POTLUCK_SHARED names another folder.")
        return 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory(prefix="potluck-real-", dir="/tmp") as data:
        Path(data).chmod(0o711)
        house = House(data, os.environ.get("POTLUCK_PORT", "8390"))
        try:
            house.wait()
            return try_out(house, [f"{base}/{path.name}" for path in sorted(FEEDS.iterdir())])
        finally:
            house.end()


def try_out(house: House, urls: list[str]) -> int:
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        added = dict(zip(urls, pool.map(lambda url: house.run("source", "add", url), urls), strict=True))
    print(f"added {sum(one.returncode == 0 for one in added.values())} in {time.monotonic() - started:.0f} s")
    print(house.run("source", "poll").stdout.strip())
    rows, counts = house.settled(), house.counts()
    table(rows, counts, {url: one.stderr.strip() for url, one in added.items() if one.returncode})
    before = sum(posts for posts, _said, _letters in counts.values())
    Handler.answered.clear()
    print(house.run("source", "poll", "--all").stdout.strip())
    house.settled()
    after = sum(posts for posts, _said, _letters in house.counts().values())
    unchanged = sum(1 for (_path, status), times in Handler.answered.items() if status == 304 and times)
    anew = sum(times for (_path, status), times in Handler.answered.items() if status == 200)
    good = sum(1 for _posts, said, _letters in counts.values() if said)
    print(f"feeds {len(urls)} with_text {good} posts {before} new_at_second_poll {after - before}")
    print(f"second poll: {unchanged} answered 304, {anew} answered whole")
    return 0 if good >= LEAST and after == before and unchanged == len(rows) and not anew else 1


def table(rows: list[Row], counts: dict[str, tuple[int, int, int]], refused: dict[str, str]) -> None:
    print(f"{'state':9} {'posts':>6} {'text':>6} {'letters':>8}  feed")
    for row in rows:
        posts, said, letters = counts.get(str(row["url"]), (0, 0, 0))
        name = str(row["url"]).rsplit("/", 1)[-1]
        print(f"{row['state']:9} {posts:6} {said:6} {letters:8}  {name}  {row['note']}".rstrip())
    for url, sentence in refused.items():
        print(f"refused   {url.rsplit('/', 1)[-1]}  {sentence}")


if __name__ == "__main__":
    sys.exit(main())
