"""The database as a file and back, by PostgreSQL's own programs from the wheel, for any server we use."""

import os
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from potluck.lib.errors import Refused
from potluck.lib.sql import is_pooled
from potluck.store import cluster

# From PostgreSQL 17 on; an older server refuses a script that says it.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def write(path: Path) -> None:
    """Dump the whole database, as it is at one moment, into a file of pg_dump's custom format."""
    newest = int(cluster.MAJOR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (version,) = cursor.fetchone()
    if version > newest:
        raise Refused(
            f"The database is PostgreSQL {version}, newer than the backup program here ({newest}). "
            f"Use the pg_dump that came with it."
        )
    command = ["pg_dump", "--format=custom", "--compress=3", "--no-owner", "--no-acl", f"--file={path}"]
    done = subprocess.run(  # noqa: S603 -- our own programs and arguments
        [_program(command[0]), *command[1:]], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"The database could not be written: {done.stderr.strip()}")


def read(path: Path) -> None:
    """Bring a dump into the empty database: all of it, or nothing."""
    script = subprocess.Popen(  # noqa: S603
        [_program("pg_restore"), "--no-owner", "--no-acl", "--no-comments", "--file=-", path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    target = subprocess.Popen(  # noqa: S603
        [_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with script, target:
        assert script.stdout and target.stdin and script.stderr and target.stderr  # noqa: S101 -- for mypy
        try:
            for line in script.stdout:
                if line != UNKNOWN_BEFORE_17:
                    target.stdin.write(line)
            target.stdin.close()
        except BrokenPipeError:
            script.kill()
        said = target.stderr.read().decode(errors="replace").strip()
        broken = script.stderr.read().decode(errors="replace").strip()
    if target.returncode or script.returncode:
        raise Refused(f"The database could not be read back: {said or broken}. Nothing of it was kept.")


def is_empty() -> bool:
    """Whether the database holds no tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema())")
        row = cursor.fetchone()
    return bool(row and row[0])


def _program(name: str) -> Path:
    return cluster.programs() / "bin" / name


def _environment() -> dict[str, str]:
    """How libpq's programs find the database Django uses. Not as arguments, which others can see."""
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    names |= {key: f"PG{key.upper()}" for key in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
    names |= {"target_session_attrs": "PGTARGETSESSIONATTRS", "options": "PGOPTIONS"}
    given = connection.get_connection_params()
    if is_pooled():  # pg_dump sets what would stay with the pooler's connection, and so meet others.
        if not settings.DATABASE_DIRECT:
            raise Refused(
                "DATABASE_URL leads to a pooler. Name the database itself in POTLUCK_DATABASE_DIRECT for this."
            )
        given = conninfo_to_dict(settings.DATABASE_DIRECT)
    known = {variable: str(given[key]) for key, variable in names.items() if given.get(key)}
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", **known}
