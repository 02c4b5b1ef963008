"""Look at everything a network needs, and say in plain words what is wrong and how to mend it. Changes nothing.

Each examination is a function that returns one Finding. Later ones are left out when what they need is missing.
"""

import http.client
import os
import shutil
import socket
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from potluck.lib.errors import PotluckError
from potluck.lib.private import open_to_others
from potluck.store import server as store_server
from potluck.store.health import health

GIGABYTE = 1e9
SPACE_NEEDED = 1 * GIGABYTE
# A queue longer than this, all due, means that the worker does not keep up.
LONG_QUEUE = 1000
CLOCK_SECONDS = 120.0
MOST_NAMED = 1000


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what to do if it is not well."""

    what: str
    is_well: bool
    said: str
    mend: str = ""


def well(what: str, said: str) -> Finding:
    return Finding(what, True, said)


def wrong(what: str, said: str, mend: str) -> Finding:
    return Finding(what, False, said, mend)


def examine(
    unapplied_migrations: Callable[[], Sequence[str]], more: Sequence[Callable[[], Finding]] = ()
) -> list[Finding]:
    """Everything, in the order in which one thing needs another. `more` are what other rooms know to look at."""
    findings = [data_folder(), space(), secret_key(), plug_ins(), address(), mail()]
    try:
        with store_server.running(settings.DATA):
            findings.append(well("Database", "it answers, with pgvector"))
            findings += [tables(unapplied_migrations)]
            if findings[-1].is_well:
                findings += [clock(), worker(), sources(), ports(serving=_serves()), *(one() for one in more)]
    except (PotluckError, DatabaseError, OSError) as error:
        findings.append(
            wrong("Database", str(error).strip(), f"The whole story is in {settings.DATA}/postgres.log.")
        )
    return findings


def data_folder() -> Finding:
    folder = settings.DATA
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return wrong(
            "Data folder", f"{folder} cannot be written", "Give it to the account Potluck runs as: chown -R"
        )
    if folder.stat().st_mode & stat.S_IRWXO:
        return wrong(
            "Data folder", f"others on this machine can look into {folder}", f"Run: chmod o= {folder}"
        )
    found = list(islice(open_to_others(folder, besides=store_server.FOLDERS), MOST_NAMED + 1))
    if found:
        many = (
            f"{len(found)} files and folders" if len(found) <= MOST_NAMED else f"more than {MOST_NAMED} files"
        )
        return wrong(
            "Data folder",
            f"others on this machine can read {many} in it, such as {found[0]}",
            f"Start potluck serve once, which mends it, or run: chmod -R go= {found[0]}",
        )
    return well("Data folder", f"{folder}, for nobody else to read")


def space() -> Finding:
    free = shutil.disk_usage(settings.DATA).free
    said = f"{free / GIGABYTE:.1f} GB free"
    if free < SPACE_NEEDED:
        return wrong("Disk", said, "Make room: PostgreSQL stops when the disk is full.")
    return well("Disk", said)


def secret_key() -> Finding:
    path = settings.DATA / "secret-key"
    if os.environ.get("POTLUCK_SECRET_KEY"):
        return well("Secret key", "given by POTLUCK_SECRET_KEY")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return wrong("Secret key", f"others can read {path}", f"Run: chmod 600 {path}")
    return well("Secret key", "there, and only for us to read")


def plug_ins() -> Finding:
    for dotted in [*settings.FINDERS, *settings.CARRIERS]:
        try:
            import_string(dotted)
        except ImportError as error:
            return wrong(
                "Settings", f"{dotted} is not there ({error})", "Mend FINDERS or CARRIERS in settings.py."
            )
    return well("Settings", f"{len(settings.FINDERS)} finders and {len(settings.CARRIERS)} carriers")


def address() -> Finding:
    origin = settings.ORIGIN
    if origin.startswith("https://") or origin.startswith("http://localhost"):
        return well("Address", origin)
    return wrong(
        "Address", f"{origin} is not https", "Passkeys need https, or localhost. See docs/running.md."
    )


def mail() -> Finding:
    if not settings.SMTP:
        return well(
            "Mail", f"shown on the console and laid in {settings.OUTBOX}; POTLUCK_SMTP names a server"
        )
    server = urlsplit(settings.SMTP).hostname or "the mail server"
    try:
        sender = get_connection()
        sender.open()
        sender.close()
    except OSError as error:  # smtplib's errors are among them.
        return wrong("Mail", f"{server} does not take our mail: {error}", "Look at POTLUCK_SMTP.")
    return well("Mail", f"{server} takes our mail")


def tables(unapplied_migrations: Callable[[], Sequence[str]]) -> Finding:
    waiting = unapplied_migrations()
    if waiting:
        return wrong(
            "Tables", f"{len(waiting)} changes are waiting", "Run: potluck migrate (serve does so too)"
        )
    return well("Tables", "up to date")


def clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now())::float")
        (theirs,) = cursor.fetchone()
    apart = abs(theirs - time.time())
    if apart > CLOCK_SECONDS:
        return wrong("Clock", f"this machine and the database differ by {apart:.0f} s", "Set both by NTP.")
    if time.time() < settings.DATA.stat().st_mtime - CLOCK_SECONDS:
        return wrong("Clock", "it is earlier than when the data was last written", "Set the clock, by NTP.")
    return well("Clock", "right")


def worker() -> Finding:
    found = health()
    failed = f", {found.queue_failed} jobs failed" if found.queue_failed else ""
    if found.worker != "ok":
        if not _serves():
            return well("Worker", f"not running, nor is the rest; {found.queue_waiting} jobs wait{failed}")
        return wrong(
            "Worker", f"not running; {found.queue_waiting} jobs wait", "Start: potluck serve (or worker)"
        )
    if found.queue_waiting > LONG_QUEUE:
        return wrong("Worker", f"{found.queue_waiting} jobs wait", "Start more of them: potluck worker")
    return well("Worker", f"alive {found.worker_seen} s ago, {found.queue_waiting} jobs wait{failed}")


def sources() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE note <> ''), min(url) FILTER (WHERE note <> '') "
            "FROM people_source WHERE retired_at IS NULL AND paused_at IS NULL"
        )
        count, troubled, first = cursor.fetchone()
    if troubled:  # Not ours to mend, so not wrong: the source list says what each is told.
        return well("Sources", f"{troubled} of {count} in trouble, such as {first}; see: potluck source list")
    return well("Sources", f"{count}, none in trouble")


def ports(*, serving: bool) -> Finding:
    if serving:
        return well("Port", f"Potluck answers on {settings.PORT}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND, settings.PORT))
        except OSError:
            return wrong(
                "Port",
                f"another program is on {settings.PORT}",
                "Stop that one, or choose another with POTLUCK_PORT.",
            )
    return well("Port", f"{settings.PORT} is free")


def _serves() -> bool:
    """Whether a Potluck answers on our port."""
    try:
        asked = http.client.HTTPConnection(settings.BIND, settings.PORT, timeout=5)
        asked.request("GET", "/health", headers={"Host": f"localhost:{settings.PORT}"})
        return asked.getresponse().read().startswith(b'{"status"')
    except (OSError, http.client.HTTPException):
        return False
