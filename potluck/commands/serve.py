"""`potluck serve`: one parent that starts PostgreSQL, gets things ready, and keeps pages, stream and worker alive.

The parent loads the program once and forks the others, which share its memory. It ends on SIGINT or
SIGTERM: the others first, PostgreSQL last. Should it be killed, the kernel ends them all with it.
"""

import fcntl
import gc
import http.client
import os
import select
import signal
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app as queue

from potluck.commands import mail, prepare, web, worker
from potluck.commands.supervisor import ENDINGS, Child, Children
from potluck.lib.errors import Refused
from potluck.lib.private import close_to_others
from potluck.search.encoder import encoder, is_served
from potluck.store import paths
from potluck.store import server as store_server

# All children together get this long to end; granian has ended its own before.
END_SECONDS = 6.0
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 60.0
TIDY_SECONDS = 60.0


class _End(BaseException):
    """Raised in the parent by the signals that end it, wherever it is."""


def serve(args: Namespace) -> None:
    """Serve this network until told to end."""
    for number in ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:  # As under nohup.
            signal.signal(number, _end)
    try:
        with ExitStack() as stack:
            stack.enter_context(_only_one(settings.DATA))
            _ports_are_free()
            _close_to_others(settings.DATA)
            server = stack.enter_context(_database(settings.DATA))
            prepare.everything()
            _load_all()
            children = stack.enter_context(_children())
            children.look_after()
            _announce()
            _keep(children, server)
    except _End:
        print("Good-bye.", file=sys.stderr)


def _end(number: int, frame: FrameType | None) -> None:
    for again in ENDINGS:  # Ending is under way: asking twice changes nothing.
        signal.signal(again, signal.SIG_IGN)
    raise _End


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Refuse if a Potluck already serves this folder. The lock is held by its children too, until all are gone."""
    with (data / "serve.lock").open("a+") as lock:
        deadline = time.monotonic() + END_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                lock.seek(0)
                pid = int(lock.read().strip() or 0)
                if _lives(pid) or time.monotonic() > deadline:
                    raise Refused(
                        f"Potluck already runs on {data} (process {pid}). Stop that one first."
                    ) from None
                time.sleep(0.05)  # Its parent was killed, and they are on their way out.
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _close_to_others(data: Path) -> None:
    """What an older Potluck, or a copy, left open to others on this machine."""
    mended = close_to_others(data, besides=store_server.FOLDERS)
    if mended:
        print(f"{mended} files and folders in {data} could be read by others; not any more.", file=sys.stderr)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return pid > 0


def _ports_are_free() -> None:
    """Granian shares its port among processes, so it would not notice somebody else on it; mail would try for ever."""
    taken = [(settings.BIND, settings.PORT, "POTLUCK_PORT")]
    taken.append((settings.BIND, settings.STREAM_PORT, "POTLUCK_STREAM_PORT"))
    taken += [(door.host, door.port, "POTLUCK_MAIL_LISTEN") for door in mail.doors()]
    if len({port for _host, port, _name in taken}) < len(taken):
        raise Refused(
            "Pages, stream and mail need a port each; look at " + ", ".join(t[2] for t in taken) + "."
        )
    for host, port, name in taken:
        _is_free(host, port, name)


def _is_free(host: str, port: int, name: str) -> None:
    try:
        family, kind, _proto, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise Refused(
            f"The port {port} cannot be used ({error.strerror}). "
            f"Stop what is on it, or choose another with {name}."
        ) from error


@contextmanager
def _database(data: Path) -> Iterator[store_server.Server | None]:
    if not paths.is_embedded():
        store_server.check_external(os.environ["DATABASE_URL"])
        yield None
        return
    server = store_server.start(data, tied=True)
    try:
        yield server
    finally:
        server.stop(even_if_used=True)


def _load_all() -> None:
    """Load what the children will need, and show one page to nobody, so that all share what that leaves in memory."""
    queue.perform_import_paths()  # type: ignore[no-untyped-call]
    encoder()
    if web.has_stream():
        import_string(f"{web.STREAM_MODULE}.streams")()
    import_string(web.PAGES)
    application = import_string("potluck.web.wsgi.application")
    environ: dict[str, object] = {"HTTP_HOST": f"localhost:{settings.PORT}", "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    answer = application(environ, lambda status, headers: None)
    b"".join(answer)
    answer.close()
    connections.close_all()
    gc.collect()
    gc.freeze()


@contextmanager
def _children() -> Iterator[Children]:
    nothing = Namespace()
    children = Children(
        [Child("web", lambda: web.web(nothing)), Child("worker", lambda: worker.worker(nothing))]
    )
    if web.has_stream():
        children.all.append(Child("stream", lambda: web.stream(nothing)))
    if settings.MAIL_LISTEN:
        mail.doors()
        children.all.append(Child("mail", lambda: mail.listen(nothing)))
    if is_served():
        children.all.append(Child("encoder", import_string("potluck.search.encoder_server.serve_encoder")))
    try:
        yield children
    finally:
        children.end(END_SECONDS)


def _announce() -> None:
    """Print the address once it answers."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(settings.BIND, settings.PORT, timeout=10)
            connection.request("GET", "/health", headers={"Host": f"localhost:{settings.PORT}"})
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.03)
        else:
            print(settings.ORIGIN, flush=True)
            return
    print("The pages do not answer yet. What went wrong is said above; it is tried again.", file=sys.stderr)


def _keep(children: Children, server: store_server.Server | None) -> None:
    """Look after everything for ever. A dead child wakes us at once, the rest is looked at every second."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    tidied = time.monotonic()
    while True:
        if select.select([woken], [], [], LOOK_SECONDS)[0]:
            os.read(woken, 4096)
        if server and not server.is_alive():
            server = _revive(server)
        children.look_after()
        if server and time.monotonic() - tidied > TIDY_SECONDS:
            server.tidy_log()
            tidied = time.monotonic()


def _revive(server: store_server.Server) -> store_server.Server:
    print("PostgreSQL ended; starting it again.", file=sys.stderr)
    server.start_again()
    return server
