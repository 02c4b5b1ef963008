"""Whatever is killed, each share that was acknowledged is there, once, and reached its reader, once."""

import contextlib
import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from potluck.store import paths
from tests.house_run import House, running, until

pytestmark = pytest.mark.xdist_group("house")

KILLS = 50 if os.environ.get("POTLUCK_SOAK") else 5
VICTIMS = ("potluck-web", "potluck-worker", "postgres", "potluck-stream")
TOKEN = "c" * 32
SETTLE = 90.0

_SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from potluck.people.models import Person
account = Person.objects.get(handle="ben").account
session = SessionStore()
session[SESSION_KEY] = str(account.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = account.get_session_auth_hash()
session.create()
from potluck.people.follow import Wish, follow
follow(Wish(who=account.person), by=Person.objects.get(handle="ada"))
print("session", session.session_key)
"""


class Blog(ThreadingHTTPServer):
    """A feed on loopback that grows while it is read."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.items = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/feed"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        blog: Blog = self.server  # type: ignore[assignment]
        blog.items += 1
        items = "".join(
            f"<item><guid isPermaLink='false'>item-{n}</guid><title>Item {n}</title>"
            f"<description>Text {n}</description></item>"
            for n in range(blog.items)
        )
        body = f"<rss version='2.0'><channel><title>Ben</title><link>http://b.example/</link>{items}</channel></rss>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


class Ben(threading.Thread):
    """Shares one note after the other, and remembers which were acknowledged."""

    def __init__(self, house: House, session: str) -> None:
        super().__init__(daemon=True)
        self.house, self.session = house, session
        self.acknowledged: dict[str, str] = {}
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            text = f"Crash note number {number}."
            try:
                where = self.post(text)
            except (OSError, http.client.HTTPException):
                where = None
            if where and where.startswith("/posts/"):
                self.acknowledged[text] = where.removeprefix("/posts/")
            time.sleep(0.05)

    def post(self, text: str) -> str | None:
        connection = http.client.HTTPConnection("localhost", self.house.port, timeout=5)
        try:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
                "Origin": self.house.origin,
            }
            body = urlencode({"text": text, "csrfmiddlewaretoken": TOKEN})
            connection.request("POST", "/share", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.headers.get("Location") if answer.status == 302 else None
        finally:
            connection.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    # PostgreSQL passes through here as another user when this runs as root.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    with running(tmp_path / "data", POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
        yield house


def ask(house: House, sql: str) -> list[tuple[Any, ...]]:
    where = str(paths.socket_folder(house.data))
    with psycopg.connect(host=where, user=paths.DATABASE, dbname=paths.DATABASE) as connection:
        return connection.execute(sql).fetchall()


def forget_limits(house: House) -> None:
    """Let Ben go on: more notes than a person writes in an hour are what is wanted here."""
    with contextlib.suppress(psycopg.Error):
        ask(house, "DELETE FROM safety_tally RETURNING 1")


def kill_one(house: House, chance: random.Random) -> str:
    """Kill -9 one process of the house at random; a postmaster now and then, else one of its children too."""
    name = chance.choice(VICTIMS)
    with contextlib.suppress(psutil.NoSuchProcess):
        if found := house.named(name):
            chance.choice(found).send_signal(signal.SIGKILL)
    return name


def unrest(house: House) -> str:
    """What still moves or is not well; nothing once the dust has settled."""
    try:
        waiting = ask(house, "SELECT count(*) FROM events_event WHERE handled_at IS NULL")[0][0]
        jobs = ask(house, "SELECT task_name, status::text, attempts, scheduled_at FROM procrastinate_jobs")
    except psycopg.Error as error:
        return str(error)
    well = house.is_well()
    return "" if well and not waiting else f"well: {well}, events waiting: {waiting}, jobs: {jobs}"


def settle(house: House) -> None:
    with contextlib.suppress(AssertionError):
        until(lambda: not unrest(house), "a quiet house", SETTLE)
    assert unrest(house) == ""


def poll(house: House) -> None:
    """Look at the feed, from a command of its own; it may well be cut off."""
    command = house.run("source", "poll", "--all")
    try:
        command.communicate(timeout=60)
    finally:
        if command.poll() is None:
            command.kill()


def test_each_acknowledged_share_is_there_once_and_delivered_once(house: House) -> None:
    for handle in ("ada", "ben"):
        house.say("person", "add", handle, f"{handle}@example.org")
    session = house.say("manage", "shell", "-c", _SIGN_IN).split("session ")[1].split()[0]
    blog = Blog()
    house.say("source", "add", blog.url, "--person", "ben")
    ben = Ben(house, session)
    ben.start()
    chance = random.Random(7)
    for number in range(KILLS):
        if number % 5 == 2:
            poll(house)
        time.sleep(chance.uniform(0.3, 1.5))
        forget_limits(house)
        kill_one(house, chance)
    ben.enough.set()
    ben.join(timeout=20)
    settle(house)
    poll(house)
    settle(house)
    blog.shutdown()
    blog.server_close()

    notes = ask(house, "SELECT id::text, text FROM posts_post WHERE source_id IS NULL AND deleted_at IS NULL")
    kept = dict(notes)
    print(
        f"{KILLS} kills, {len(ben.acknowledged)} acknowledged, {len(notes)} there, {blog.items} feed items served"
    )
    assert len(ben.acknowledged) >= KILLS
    assert {text: key for text, key in ben.acknowledged.items() if kept.get(key) != text} == {}
    arrived = ask(house, "SELECT post_id::text, jsonb_array_length(reasons) FROM home_arrival")
    assert set(ben.acknowledged.values()) <= {key for key, _ in arrived} or len(arrived) >= 300
    assert all(reasons == 1 for _, reasons in arrived)
    unfound = ask(
        house,
        "SELECT count(*) FROM posts_post p LEFT JOIN search_indexed i ON i.post_id = p.id WHERE i.post_id IS NULL",
    )
    assert unfound[0][0] == 0
    items = ask(house, "SELECT title FROM posts_post WHERE source_id IS NOT NULL ORDER BY id")
    assert len(items) == len({title for (title,) in items})
    assert {f"Item {n}" for n in range(blog.items - 1)} <= {title for (title,) in items}
