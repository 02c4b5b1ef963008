"""What must be so before anything is served: tables as the code expects them, static files in their place.

Both are looked at in a few milliseconds, and done only when something changed.
"""

import hashlib
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections

from potluck import __version__
from potluck.kit.errors import Refused


def everything() -> None:
    """Migrate and collect static files if needed. The heavy part runs in a child, so its memory goes with it."""
    tables()
    mark = static_mark()
    if not statics_are_current(mark):
        _in_a_child(lambda: collect_static(mark), "The static files could not be put in place.")


def tables() -> None:
    """Migrate if needed."""
    if unapplied_migrations():
        print("Bringing the database up to date ...", file=sys.stderr)
        _in_a_child(migrate, "The database could not be brought up to date.")


def unapplied_migrations() -> list[str]:
    """Names of migrations that lie on disk and are not in the database, as `app.name`, by name alone.

    Loading Django's migration graph says the same but costs half a second.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations")
            applied = {str(name) for (name,) in cursor.fetchall()}
    except ProgrammingError:
        connection.close()
        applied = set()
    return sorted(known_migrations() - applied)


def known_migrations() -> set[str]:
    """Names of the migrations that lie on disk, as `app.name`."""
    return {
        f"{config.label}.{path.stem}"
        for config in apps.get_app_configs()
        for path in Path(config.path, "migrations").glob("*.py")
        if path.name[0] not in "_~"
    }


def migrate() -> None:
    """Bring the tables up to date."""
    call_command("migrate", interactive=False, verbosity=0)


def static_mark() -> str:
    """A digest of where the static files come from, their sizes and times."""
    digest = hashlib.sha256(f"{__version__} {django.get_version()}".encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            seen = os.stat(storage.path(name))
            digest.update(f"{name} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def statics_are_current(mark: str) -> bool:
    """Whether what was collected last has this mark."""
    path = _mark_path()
    return path.exists() and path.read_text() == mark


def collect_static(mark: str) -> None:
    """Copy, name by content and compress the static files; then leave the mark."""
    call_command("collectstatic", interactive=False, verbosity=0)
    _mark_path().write_text(mark)


def _mark_path() -> Path:
    return Path(settings.STATIC_ROOT, ".mark")


def _in_a_child(work: Callable[[], None], sorry: str) -> None:
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise Refused(f"{sorry} The reason is above.")
