"""Files that only the account Potluck runs as may read: made so, found where they are not, and mended."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

FILE, FOLDER = 0o600, 0o700


def write_private(path: Path, data: bytes) -> None:
    """Write a file for nobody else, whatever the umask; its folder too, if it is not there yet."""
    make_private(path.parent)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb") as file:
        file.write(data)


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are not there, each for nobody else."""
    for step in reversed([folder, *folder.parents]):
        if not step.exists():
            step.mkdir(mode=FOLDER, exist_ok=True)


def open_to_others(top: Path, *, besides: frozenset[str] = frozenset()) -> Iterator[Path]:
    """What of ours below a folder others on this machine may read, write or enter. `besides` names folders left out.

    Links are not followed, and what belongs to another account (PostgreSQL's own files) is that one's to care for.
    """
    for folder, names, files in os.walk(top):
        if Path(folder) == top:
            names[:] = [name for name in names if name not in besides]
        for path in (Path(folder, name) for name in (*names, *files)):
            try:
                seen = path.lstat()
            except FileNotFoundError:
                continue
            plain = stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)
            if plain and seen.st_uid == os.geteuid() and seen.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                yield path


def close_to_others(top: Path, *, besides: frozenset[str] = frozenset()) -> int:
    """Mend it. Returns how many files and folders were open."""
    count = 0
    for path in open_to_others(top, besides=besides):
        mode = stat.S_IMODE(path.lstat().st_mode)
        path.chmod(mode & ~(stat.S_IRWXG | stat.S_IRWXO))
        count += 1
    if top.stat().st_uid == os.geteuid() and top.stat().st_mode & stat.S_IRWXO:
        top.chmod(stat.S_IMODE(top.stat().st_mode) & ~stat.S_IRWXO)
        count += 1
    return count
