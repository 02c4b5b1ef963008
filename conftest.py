"""What every test stands on: a throw-away data folder and an embedded PostgreSQL of its own for each run.

It begins when the first test asks for the database and ends with the run. Several runs at once do not meet;
the workers of one `pytest -n` share one server, each with its own database. Set DATABASE_URL to use another.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Settings read the environment when first imported, so this comes before anything of Django's.
_BED = os.environ.get("POTLUCK_TESTBED")
_IS_FIRST = _BED is None
if _BED is None:
    _BED = os.environ["POTLUCK_TESTBED"] = tempfile.mkdtemp(prefix="potluck-test-", dir="/tmp")
    Path(_BED).chmod(0o711)  # PostgreSQL passes through here as another user when the tests run as root.
os.environ["POTLUCK_DATA"] = str(Path(_BED, "data"))
# No test asks the world for names; those that need some bring them.
os.environ["POTLUCK_DNS"] = "off"
# The small encoder takes a thirtieth of the time; tests of the other ask for it by name.
os.environ.setdefault("POTLUCK_ENCODER", "wordllama")
os.environ["DJANGO_SETTINGS_MODULE"] = "potluck.settings"

pytest_plugins = ["tests.cast"]

import django  # noqa: E402
import pytest  # noqa: E402

# Here rather than in pytest-django, which would read the settings before this file is.
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from pytest_django import DjangoDbBlocker  # noqa: E402

from potluck.store import paths, server, tuning  # noqa: E402

# A good password hash takes a third of a second, and the cast of four has it in nearly every test.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Whitenoise warns of a folder that is not there, and nothing is collected for tests.
(paths.data_folder() / "static").mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[None]:
    """A PostgreSQL that need not survive a crash."""
    if not paths.is_embedded():
        yield
        return
    # One of several workers may end before the others, and must not take the server with it.
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    with server.start(paths.data_folder(), tied=alone, extra=tuning.CARELESS):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    embedded_postgres: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Where pytest-django lets us in before it makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A session that some test left open would keep the test database from being dropped."""
    yield
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Commands set a narrow one, which must not reach the programs that later tests start."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _IS_FIRST and _BED:
        shutil.rmtree(_BED, ignore_errors=True)
