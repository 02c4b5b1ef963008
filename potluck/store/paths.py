"""Where things lie: the data folder, the secret key in it, and the address of the database.

Settings are made of these, so nothing here may need settings, Django or a running database.
"""

import hashlib
import ipaddress
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from potluck.lib.errors import Refused

# sun_path holds 108 bytes on Linux and 104 on macOS, with a closing zero byte.
SOCKET_PATH_BYTES = 103
SOCKET_FOLDER = "run"
SOCKET_NAME = ".s.PGSQL.5432"
OTHER_FOLDER = "Make it so, or name another folder in POTLUCK_DATA."
# A host that does not answer is given up after so many seconds, for each host that DATABASE_URL names.
CONNECT_SECONDS = 3
# The owner and the name of the embedded database.
DATABASE = "potluck"


def data_folder() -> Path:
    """The folder that holds everything, absolute and made if absent: POTLUCK_DATA, else `data`.

    In a checkout `data` lies beside the package wherever the command was typed, so that one checkout
    is one network; an installed package takes the folder it is started in.
    """
    folder = Path(os.environ.get("POTLUCK_DATA") or home() / "data").expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.scandir(folder):
            usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise Refused(f"{folder} cannot be the data folder ({error.strerror}). {OTHER_FOLDER}") from error
    if not usable:
        raise Refused(f"{folder} is not ours to write to. {OTHER_FOLDER}")
    return folder


def number(name: str, default: float, least: float = 0, most: float = float("inf")) -> float:
    """A number from the environment."""
    given = os.environ.get(name, "").strip()
    try:
        value = float(given) if given else default
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        limits = f"from {least:g}" + (f" to {most:g}" if most < float("inf") else " up")
        raise Refused(f"{name} is {given}, but must be a number {limits}.")
    return value


def port(name: str, default: int) -> int:
    """A port from the environment."""
    return int(number(name, default, 1, 65535))


def networks(name: str, default: str) -> list[str]:
    """Network addresses (`10.0.0.0/8`, `::1`) from the environment, by comma."""
    given = os.environ.get(name, "").strip() or default
    found = [each.strip() for each in given.split(",") if each.strip()]
    for each in found:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise Refused(f"{name} names {each}, which is no network like 10.0.0.0/8 or ::1.") from None
    return found


def one_of(name: str, *choices: str) -> str:
    """One of a few words from the environment; the first if nothing is said."""
    given = os.environ.get(name, "").strip() or choices[0]
    if given not in choices:
        raise Refused(f"{name} is {given}, but must be one of {', '.join(filter(None, choices))}.")
    return given


def home() -> Path:
    """Where data folders lie: beside the package in a checkout, else in the folder we are started in."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def secret_key(data: Path) -> str:
    """POTLUCK_SECRET_KEY, else the key in the data folder, made once however many processes ask first."""
    if given := os.environ.get("POTLUCK_SECRET_KEY"):
        return given
    path = data / "secret-key"
    if not path.exists():
        draft = data / f".secret-key.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # Fails if another process was first; then its key is the key.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def hosts(origin: str) -> list[str]:
    """The names this network answers to: its own, and the machine it runs on."""
    name = urlsplit(origin).hostname
    names = [name] if name else []
    return list(dict.fromkeys([*names, "localhost", "127.0.0.1", "[::1]"]))


def is_on_this_machine(origin: str) -> bool:
    """Whether an address is plain http on localhost, the one place where browsers trust http."""
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.hostname == "localhost"


def database(data: Path) -> dict[str, Any]:
    """Django's entry for the database: DATABASE_URL (any form libpq takes), else the embedded server."""
    try:
        given = conninfo_to_dict(os.environ.get("DATABASE_URL", ""))
    except ProgrammingError as error:
        raise Refused(f"DATABASE_URL is not the address of a database ({str(error).strip()}).") from error
    if not given:
        given = {"host": str(socket_folder(data)), "user": DATABASE, "dbname": DATABASE}
    elif "," in str(given.get("host", "")):  # Several, of which one is the primary.
        given.setdefault("target_session_attrs", "read-write")
    given.setdefault("connect_timeout", CONNECT_SECONDS)
    named = {key.upper(): str(given.pop(key, "")) for key in ("user", "password", "host", "port")}
    return {
        "ENGINE": "potluck.store.backend",
        "NAME": given.pop("dbname", DATABASE),
        **named,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Values travel apart from statements, so the server plans a statement once and not each time: for our pages
        # planning costs more than doing. Behind a pooler nothing is kept prepared: see kit/pooler.py.
        "OPTIONS": {
            "application_name": "potluck",
            "server_side_binding": True,
            "prepare_threshold": 5,
            **given,
        },
    }


def direct() -> str:
    """The address of the database past a pooler, for what needs a connection of its own; empty if there is none."""
    return os.environ.get("POTLUCK_DATABASE_DIRECT", "").strip()


def is_embedded() -> bool:
    """Whether the database is the one Potluck starts itself."""
    return not os.environ.get("DATABASE_URL")


def socket_folder(data: Path) -> Path:
    """Where the embedded server listens: in the data folder, or in /tmp if that path is too long.

    It depends on the data folder alone, never on who asks, so a cron job finds the server of a login.
    """
    folder = data / SOCKET_FOLDER
    if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES:
        return folder
    digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    return Path("/tmp") / f"potluck-{digest}"  # noqa: S108 -- made 0700 and its owner checked before use
