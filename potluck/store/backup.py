"""Everything into one file, and back.

The file is an ordinary .tar.gz with, in this order:

    potluck.json     what made it, when, and which migrations its database has seen
    secret-key       so that sessions, codes and private feeds stay good; keep the file where only you can read it
    database.dump    the whole database at one moment, in pg_dump's custom format
    files/...        what members attached, as it was just after that moment
"""

import gzip
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from django.db import connection

from potluck import __version__
from potluck.lib.errors import Malformed, Refused
from potluck.lib.private import make_private
from potluck.store import dump

FORMAT = 1
Say = Callable[[str], None]


def backup(target: Path, data: Path, say: Say) -> None:
    """Write the network into one file, while it runs. The file appears whole or not at all."""
    if target.is_dir():
        raise Refused(f"{target} is a folder. Name a file.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _gone_after(draft), tempfile.TemporaryDirectory(dir=target.absolute().parent) as scratch:
        dumped = Path(scratch, "database.dump")
        say("Writing the database ...")
        dump.write(dumped)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with (
                gzip.open(raw, "wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                _add_text(tar, "potluck.json", json.dumps(_about(), indent=1))
                if (data / "secret-key").exists():
                    tar.add(data / "secret-key", "secret-key")
                tar.add(dumped, "database.dump")
                count = _add_files(tar, data / "files", say)
            raw.flush()
            os.fsync(raw.fileno())
        draft.rename(target)
    say(f"Wrote {target}: the database and {count} files, {_size(target)}.")


def restore(source: Path, data: Path, known_migrations: set[str], say: Say) -> None:
    """Bring a backup into an empty network. Refuses if there is anything already; keeps nothing if it fails."""
    if not dump.is_empty() or any((data / "files").glob("*")):
        raise Refused(f"There is a network in {data} already. Restore into a new folder: set POTLUCK_DATA.")
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as folder:
        scratch = Path(folder)
        say(f"Reading {source} ...")
        count = _unpack(source, scratch)
        _check(scratch / "potluck.json", known_migrations)
        say("Bringing back the database ...")
        dump.read(scratch / "database.dump")
        if (scratch / "files").exists():
            shutil.rmtree(data / "files", ignore_errors=True)
            (scratch / "files").rename(data / "files")
        if (scratch / "secret-key").exists():
            (scratch / "secret-key").replace(data / "secret-key")
            (data / "secret-key").chmod(0o600)
    say(f"Done: the database and {count} files are back.")


def _about() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [name for (name,) in cursor.fetchall()]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "potluck": __version__, "made": made, "migrations": migrations}


def _check(about: Path, known_migrations: set[str]) -> None:
    """Refuse what a newer Potluck made: its tables would mean nothing to this one."""
    try:
        told = json.loads(about.read_text())
        form, seen, version = int(told["format"]), {str(name) for name in told["migrations"]}, told["potluck"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Malformed("This is not a backup of Potluck, or it is damaged.") from error
    ours = {
        name for name in seen if name.split(".")[0] in {known.split(".")[0] for known in known_migrations}
    }
    if form > FORMAT or ours - known_migrations:
        raise Refused(
            f"This backup was made by Potluck {version}, and this is {__version__}. Use that one, or newer."
        )


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    with tempfile.TemporaryFile() as file:
        member.size = file.write(text.encode())
        file.seek(0)
        tar.addfile(member, file)


def _add_files(tar: tarfile.TarFile, folder: Path, say: Say) -> int:
    """Add what members attached. A file deleted meanwhile is left out, as its post was deleted too."""
    count = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            tar.add(path, f"files/{path.relative_to(folder).as_posix()}", recursive=False)
        except FileNotFoundError:
            continue
        count += 1
        if count % 500 == 0:
            say(f"{count} files ...")
    return count


def _unpack(source: Path, folder: Path) -> int:
    """Lay the parts into a folder, plain files only and nowhere else; the number of attached files."""
    count = 0
    try:
        with tarfile.open(source, mode="r|gz") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    raise Malformed(f"The backup holds something that is not a plain file: {member.name}")
                path = _inside(member.name)
                _lay(content, folder / path, member.mtime)
                count += path.parts[0] == "files"
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Malformed(f"{source} is not a backup of Potluck, or it is damaged ({error}).") from error
    return count


def _inside(name: str) -> PurePosixPath:
    """The member's path, if it is one that a backup may hold; no name leads out of the folder."""
    path = PurePosixPath(name)
    known = name in ("potluck.json", "secret-key", "database.dump")
    if not known and (path.is_absolute() or path.parts[:1] != ("files",) or ".." in path.parts):
        raise Malformed(f"The backup holds a file that does not belong there: {name}")
    return path


def _lay(content: IO[bytes], target: Path, changed: float) -> None:
    make_private(target.parent)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, 1024 * 1024)
    os.utime(target, (changed, changed))


def _size(path: Path) -> str:
    megabytes = path.stat().st_size / 1e6
    if megabytes < 0.1:
        return f"{megabytes * 1000:.0f} kB"
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"


@contextmanager
def _gone_after(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
