"""Running PostgreSQL when Potluck itself runs as root, which PostgreSQL refuses.

It then runs as the user `postgres` if the machine has one, else as `nobody`, and is let through (not
into) the folders on the way to its data and its programs.
"""

import os
import pwd
import stat
import sys
from pathlib import Path

NAMES = ("postgres", "nobody")


def user_for(folder: Path) -> pwd.struct_passwd | None:
    """Who is to own the database in this folder, or owns it already; None unless we are root."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (uid := folder.stat().st_uid) != 0:
        return pwd.getpwuid(uid)
    for name in NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def private_folder(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make a folder that only this user (or we, if None) may enter; refuse one that is somebody else's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user and folder.lstat().st_uid == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != (user.pw_uid if user else os.geteuid()):
        raise PermissionError(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def let_into(data: Path, user: pwd.struct_passwd) -> None:
    """Let the user pass through the data folder by its group; others still see nothing of it."""
    if not _passable(data.stat(), user):
        os.chown(data, -1, user.pw_gid)
        data.chmod(stat.S_IMODE(data.stat().st_mode) | stat.S_IXGRP)
    let_through(data.parent, user)


def let_through(folder: Path, user: pwd.struct_passwd) -> None:
    """Add passing, not listing, to each folder on the way that lacks it, and say so."""
    for step in (folder, *folder.parents):
        mode = step.stat()
        if not _passable(mode, user):
            step.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IXOTH)
            print(
                f"Potluck runs as root, so PostgreSQL runs as {user.pw_name}; "
                f"{step} may now be passed through by others (not listed).",
                file=sys.stderr,
            )


def let_run(programs: Path, user: pwd.struct_passwd) -> None:
    """Let the user read and run an installed tree, whatever umask it was installed under."""
    let_through(programs, user)
    if _passable((programs / "bin").stat(), user) and _readable((programs / "bin/postgres").stat()):
        return
    for folder, _, names in os.walk(programs):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _passable(mode: os.stat_result, user: pwd.struct_passwd) -> bool:
    if mode.st_uid == user.pw_uid:
        return bool(mode.st_mode & stat.S_IXUSR)
    if mode.st_gid == user.pw_gid:
        return bool(mode.st_mode & stat.S_IXGRP)
    return bool(mode.st_mode & stat.S_IXOTH)


def _readable(mode: os.stat_result) -> bool:
    return bool(mode.st_mode & stat.S_IROTH and mode.st_mode & stat.S_IXOTH)
