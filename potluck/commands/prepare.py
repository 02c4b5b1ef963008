"""What must be so before anything is served: tables as the code expects them, static files in their place.

Both are looked at in a few milliseconds, and done only when something changed.
"""

import hashlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import ProgrammingError, connection, connections, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from potluck import __version__
from potluck.commands.supervisor import ENDINGS
from potluck.lib.errors import Refused


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


class _WholeSteps(MigrationExecutor):
    """Each migration is made and noted in one transaction.

    Django notes most of them in a second one: a start that was killed in between could never start again. (All in
    a single transaction would not do: PostgreSQL takes new values of an enum into use only once committed.)
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        with transaction.atomic():
            return super().apply_migration(state, migration, fake, fake_initial)


def migrate(say: Callable[[str], None] = lambda step: None) -> None:
    """Bring the tables up to date."""

    def told(action: str, migration: Migration | None = None, fake: bool | None = False) -> None:
        if action == "apply_success":
            say(f"{migration}")

    executor = _WholeSteps(connection, told)
    executor.migrate(executor.loader.graph.leaf_nodes())
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


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
    # Held back meanwhile: what ends the parent in its own way simply ends the child.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    pid = os.fork()
    if pid == 0:
        _live(work)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        status = os.waitpid(pid, 0)[1]
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    if os.waitstatus_to_exitcode(status):
        raise Refused(f"{sorry} The reason is above.")


def _live(work: Callable[[], None]) -> NoReturn:
    status = 1
    try:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        work()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
