"""Minding the embedded PostgreSQL: make it, start it, know when it answers, stop it.

Everybody who uses the server holds a shared lock on `postgres.users`; the last to leave turns it off.
The locks are the kernel's, so `kill -9` lets go of them. A server whose starter died is simply used by
the next one to come. `serve` ties the server to its own life and stops it whoever else is using it.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg

from potluck.lib.errors import Refused
from potluck.store import cluster, paths

# Folders in the data folder that are the server's own to keep; it refuses to start where others can enter.
FOLDERS = frozenset(("postgres", paths.SOCKET_FOLDER))
START_SECONDS = 600.0  # Recovery after a crash replays at most max_wal_size, which a slow disk may draw out.
OLDEST = 16  # The oldest PostgreSQL that can be used instead.
OLDEST_VECTOR = (0, 8)
LEFTOVER_SECONDS = 30.0  # How long what a crash left behind may hold the folder.


@dataclass(frozen=True)
class How:
    """How a server is started, the first time and again: see `start`."""

    tied: bool
    extra: Mapping[str, str]
    say: Callable[[str], None]


class Server:
    """A running embedded server and our share in it. Leave it with `stop`, or use it as a context.

    The process may have been replaced since by somebody else who found it dead; the share stays good.
    """

    def __init__(self, layout: cluster.Layout, share: IO[bytes], how: How) -> None:
        self.layout = layout
        self._share = share
        self._how = how
        self.start_again()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start_again(self) -> None:
        """Start the server, or find it running, and wait until it answers."""
        give_up = time.monotonic() + LEFTOVER_SECONDS
        with _door(self.layout.data):
            while True:
                self.pid, self._child = _ensure_running(self.layout, self._how)
                try:
                    _ensure_database(self.layout)
                    return
                except psycopg.OperationalError:  # It went down again while it was asked.
                    if time.monotonic() > give_up:
                        raise
                    time.sleep(0.3)

    def is_alive(self) -> bool:
        """Whether the process that leads the server still runs."""
        return self._child.poll() is None if self._child else cluster.is_ours(self.pid, self.layout)

    def stop(self, *, even_if_used: bool = False) -> None:
        """Leave the server; shut it down if nobody else uses it, or whoever uses it."""
        if self._share.closed:
            return
        with _door(self.layout.data):
            try:
                fcntl.flock(self._share, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            if alone or even_if_used:
                cluster.shut_down(self.layout)
                if self._child:
                    self._child.wait()
            elif self._child:
                self._child.returncode = 0  # Not ours to wait for any more; Python would complain.
            self._share.close()

    def tidy_log(self) -> None:
        """Keep the log small: beyond 10 MB it becomes `postgres.log.1`. The server goes on appending."""
        cluster.rotate(self.layout.log)


def start(
    data: Path,
    *,
    tied: bool = False,
    extra: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda sentence: print(sentence, file=sys.stderr),
) -> Server:
    """The embedded server of this data folder, answering: started now, or found running.

    `tied` ends the server when the calling thread dies (Linux). `extra` adds PostgreSQL settings, if it is
    we who start it. `say` hears a sentence when starting takes long. Raises Refused with a sentence.
    """
    share = (data / "postgres.users").open("ab")
    try:
        with _door(data):  # So that nobody is just now finding itself alone.
            fcntl.flock(share, fcntl.LOCK_SH)
        return Server(cluster.Layout(data), share, How(tied, extra or {}, say))
    except BaseException:
        share.close()
        raise


@contextmanager
def running(data: Path) -> Iterator[None]:
    """A database for as long as a command lasts: the embedded one, or the one DATABASE_URL names."""
    if not paths.is_embedded():
        check_external(os.environ["DATABASE_URL"])
        yield
        return
    with start(data):
        yield


def check_external(url: str) -> None:
    """Refuse, with a sentence, a server that Potluck cannot live on: not there, too old, without pgvector."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            vector = connection.execute(
                "SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'vector'"
            ).fetchone()
            if version >= OLDEST and vector and vector[0] is None:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused(
            "The pgvector extension is not switched on. Let somebody who may run: CREATE EXTENSION vector"
        ) from error
    except psycopg.Error as error:
        raise Refused(f"The database of DATABASE_URL does not answer: {str(error).strip()}") from error
    if version < OLDEST:
        raise Refused(f"The database is PostgreSQL {version}. Potluck needs {OLDEST} or newer.")
    if vector is None:
        raise Refused("The database has no pgvector. Install the pgvector package of that PostgreSQL.")
    found = vector[0] or vector[1]
    if tuple(map(int, found.split(".")[:2])) < OLDEST_VECTOR:
        raise Refused(
            f"The database has pgvector {found}. Potluck needs {'.'.join(map(str, OLDEST_VECTOR))} or newer:"
            " install it, then run ALTER EXTENSION vector UPDATE."
        )


@contextmanager
def _door(data: Path) -> Iterator[None]:
    """One at a time may start or stop the server."""
    with (data / "postgres.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_running(layout: cluster.Layout, how: How) -> tuple[int, cluster.Child | None]:
    deadline = time.monotonic() + START_SECONDS
    give_up = time.monotonic() + LEFTOVER_SECONDS
    while True:
        pid = cluster.running_pid(layout)
        child = None
        if pid is None:
            child = cluster.launch(layout, tied=how.tied, extra=how.extra)
            pid = child.pid
        if _answers(layout, pid, child, deadline, how.say):
            return pid, child
        # It ended before it answered: it was on its way out, or a leftover of a crash still holds the folder.
        if time.monotonic() > give_up or (child and not _is_held(layout)):
            raise Refused(
                f"PostgreSQL did not start. Its last words, in {layout.log}: {cluster.last_words(layout)}"
            )
        time.sleep(0.3)


def _answers(
    layout: cluster.Layout,
    pid: int,
    child: cluster.Child | None,
    deadline: float,
    say: Callable[[str], None],
) -> bool:
    """Wait until a query succeeds; False once the process has ended."""
    speak_at = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            with _connect(layout, "postgres") as connection:
                connection.execute("SELECT 1")
            return True
        except psycopg.OperationalError:
            pass
        if (child.poll() is not None) if child else not cluster.is_ours(pid, layout):
            return False
        if time.monotonic() > speak_at:
            say("PostgreSQL is putting itself in order after a sudden stop. This may take a few minutes.")
            speak_at = time.monotonic() + 60
        time.sleep(0.03)
    return False


def _ensure_database(layout: cluster.Layout) -> None:
    try:
        connection = _connect(layout, paths.DATABASE)
    except psycopg.OperationalError:
        with _connect(layout, "postgres") as first:
            first.execute(f"CREATE DATABASE {paths.DATABASE}")
        connection = _connect(layout, paths.DATABASE)
    with connection:
        row = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone()
        if row is None:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _connect(layout: cluster.Layout, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=str(layout.sockets), user=paths.DATABASE, dbname=database, autocommit=True, connect_timeout=5
    )


def _is_held(layout: cluster.Layout) -> bool:
    words = cluster.last_words(layout)
    return "still in use" in words or "postmaster.pid" in words
