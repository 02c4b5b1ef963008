"""Potluck on another PostgreSQL: behind PgBouncer in transaction mode, and with a primary and a standby.

The servers are PostgreSQL's programs from the wheel, on loopback. PgBouncer is Debian's.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from potluck.store import cluster
from tests.house_run import House, running, until

pytestmark = pytest.mark.xdist_group("house")
SIGN_UP = """
from potluck.people.join import join
from potluck.people.models import Account
from potluck.people.follow import Wish, follow
from tests.stories.a_network import session_of
ada, ben = (join(Account.objects.create_user(f"{n}@example.org"), name=n.title(), handle=n) for n in ("ada", "ben"))
follow(Wish(who=ada), by=ben)
print("session", session_of(ada))
"""
TOKEN = "b" * 32


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def user() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    return {"user": "postgres"} if os.geteuid() == 0 else {}


class Server:
    """One PostgreSQL on loopback that trusts everybody there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, program: str, *words: str) -> list[str]:
        return [str(cluster.programs() / "bin" / program), *words]

    def do(self, program: str, *words: str) -> None:
        subprocess.run(
            self.command(program, *words), check=True, capture_output=True, cwd=self.folder.parent, **user()
        )

    def make(self) -> None:
        self.do("initdb", "-D", str(self.folder), "-U", "potluck", "--auth=trust", "--no-sync")
        with (self.folder / "pg_hba.conf").open("a") as file:
            file.write("host replication all 127.0.0.1/32 trust\n")

    def copy_of(self, primary: "Server") -> None:
        address = f"host=127.0.0.1 port={primary.port} user=potluck"
        self.do("pg_basebackup", "-D", str(self.folder), "-R", "-X", "stream", "-d", address)

    def start(self) -> None:
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
            "hot_standby": "on", "shared_buffers": "32MB", "max_connections": "60", "io_method": "sync",
        }  # fmt: skip
        words = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            self.command("postgres", "-D", str(self.folder), *words),
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user(),
        )  # fmt: skip
        until(self.answers, "PostgreSQL answering")

    def answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self.connect("postgres"):
            return True
        return False

    def connect(self, database: str = "potluck") -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="potluck",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def end(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "servers"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        for each in (tmp_path, *tmp_path.parents):
            if each != Path("/") and each.owner() == "root" and each != Path("/tmp"):
                each.chmod(each.stat().st_mode | 0o011)
    yield folder


@pytest.fixture
def primary(place: Path) -> Iterator[Server]:
    server = Server(place / "one")
    server.make()
    server.start()
    with server.connect("postgres") as database:
        database.execute("CREATE DATABASE potluck")
    yield server
    server.end()


def sign_up(house: House) -> str:
    process = house.python("-c", "import django; django.setup()" + SIGN_UP)
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return printed.split()[1]


def share(house: House, session: str, words: str) -> int:
    body = f"csrfmiddlewaretoken={TOKEN}&audience=public&text={words}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "Origin": house.origin,
    }
    return house.send("/share", body, headers)


def at_home(server: Server, words: str) -> int:
    """In how many homes a post is."""
    asked = "SELECT count(*) FROM home_arrival h JOIN posts_post p ON p.id = h.post_id WHERE p.text LIKE %s"
    try:
        with server.connect() as database:
            row = database.execute(asked, [f"%{words}%"]).fetchone()
    except psycopg.Error:
        return 0
    return row[0] if row else 0


@pytest.fixture
def pooler(primary: Server, place: Path) -> Iterator[int]:
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, "pgbouncer is missing; `make setup` installs it"
    port = free_port()
    (place / "users").write_text('"potluck" ""\n')
    (place / "pgbouncer.ini").write_text(
        f"[databases]\npotluck = host=127.0.0.1 port={primary.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = any\nauth_file = {place}/users\npool_mode = transaction\n"
        f"default_pool_size = 3\nunix_socket_dir =\nlogfile = {place}/pgbouncer.log\n"
        "[databases]\n"
        f"potluck = host=127.0.0.1 port={primary.port} user=potluck\n"
    )
    if os.geteuid() == 0:
        for each in place.glob("*"):
            shutil.chown(each, "postgres")
    process = subprocess.Popen(
        [program, "-q", str(place / "pgbouncer.ini")],
        cwd=place,
        stderr=subprocess.DEVNULL,
        **user(),
    )
    yield port
    process.terminate()
    process.wait(10)


def test_network_lives_behind_a_pooler_in_transaction_mode_with_its_worker(
    primary: Server, pooler: int, tmp_path: Path
) -> None:
    url = f"postgresql://potluck@127.0.0.1:{pooler}/potluck"
    data = tmp_path / "data"
    data.mkdir()
    with running(data, DATABASE_URL=url) as house:
        session = sign_up(house)
        for number in range(30):  # More than it takes for statements to be prepared, over three connections.
            assert share(house, session, f"slugs{number}x") == 302
            assert house.get("/")[0] == 200
        for number in range(30):
            until(lambda number=number: at_home(primary, f"slugs{number}x") == 1, "its coming home", 60)
        with primary.connect() as database:
            failed = database.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"
            ).fetchone()
        assert failed == (0,)
        refused = house.run("backup", str(tmp_path / "b.tar.gz"))
        said = refused.communicate(timeout=60)[1]
        assert refused.returncode == 1 and "POTLUCK_DATABASE_DIRECT" in said
    direct = f"postgresql://potluck@127.0.0.1:{primary.port}/potluck"
    with running(data, DATABASE_URL=url, POTLUCK_DATABASE_DIRECT=direct) as house:
        assert share(house, session, "bran") == 302
        until(lambda: at_home(primary, "bran") == 1, "its coming home")
        house.say("backup", str(tmp_path / "b.tar.gz"))
        assert (tmp_path / "b.tar.gz").stat().st_size > 1000


def test_primary_that_becomes_a_standby_is_left_within_five_seconds(
    primary: Server, place: Path, tmp_path: Path
) -> None:
    standby = Server(place / "two")
    standby.copy_of(primary)
    standby.start()
    url = f"postgresql://potluck@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/potluck"
    data = tmp_path / "data"
    data.mkdir()
    try:
        with running(data, DATABASE_URL=url) as house:
            session = sign_up(house)
            assert share(house, session, "before") == 302
            until(lambda: at_home(standby, "before") == 1, "its coming to the standby")
            with primary.connect() as database:  # It goes on answering, but takes no more writing.
                database.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                database.execute("SELECT pg_reload_conf()")
            with standby.connect() as database:
                database.execute("SELECT pg_promote()")
            began, met = time.monotonic(), []
            while not met or met[-1] != 302:
                met.append(share(house, session, "after"))
                assert time.monotonic() - began < 5, met
                time.sleep(0.1)
            assert set(met) <= {302, 503}
            until(lambda: at_home(standby, "after") == 1, "the worker having left too", 15)
            assert json.loads(house.get("/health")[1])["database"] == "ok"
    finally:
        standby.end()
