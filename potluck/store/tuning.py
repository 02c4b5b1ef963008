"""How the embedded PostgreSQL is set: small and quiet on a laptop, and nothing acknowledged is ever lost.

The file is written anew at each start. A host's own lines go into `local.conf` beside it, or through
ALTER SYSTEM; both win over ours.
"""

import os
from collections.abc import Mapping
from pathlib import Path

MEGABYTE = 1024 * 1024

SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "huge_pages": "off",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    # Compiling and parallel plans pay on long queries; ours are short, on two shared cores.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "max_worker_processes": "4",
    # Three processes fewer than the default of PostgreSQL 18.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    # One machine, no replica: the log need only survive a crash. What is acknowledged is on the disk.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "synchronous_commit": "on",
    "min_wal_size": "48MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "log_line_prefix": "'%m [%p] '",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
}

# For throw-away databases only: a crash may lose or break them.
CARELESS: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def shared_buffers() -> str:
    """A sixty-fourth of the memory, at least 32 MB and at most 128 MB; untouched pages cost nothing."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(max(memory // 64 // MEGABYTE, 32), 128)}MB"


def write(folder: Path, *, sockets: Path, extra: Mapping[str, str]) -> None:
    """Write `postgresql.conf` into the folder of the database."""
    settings = {"shared_buffers": shared_buffers(), **SETTINGS, **extra}
    lines = [
        "# Written by Potluck at each start. Put lines of your own into local.conf, in this folder.",
        f"unix_socket_directories = '{str(sockets).replace(chr(39), chr(39) * 2)}'",
        *(f"{name} = {value}" for name, value in settings.items()),
        "include_if_exists = 'local.conf'",
    ]
    path, owner = folder / "postgresql.conf", folder.stat()
    path.write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        os.chown(
            path, owner.st_uid, owner.st_gid
        )  # The server runs as another account, which has to read it.
