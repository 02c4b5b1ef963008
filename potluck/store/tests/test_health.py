"""How the network is, told to those who watch over it."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from potluck.store import health as health_module
from potluck.store.health import health


def a_worker_spoke(ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [timezone.now() - ago]
        )


def test_with_a_worker_that_spoke_just_now_all_is_well(db: None) -> None:
    a_worker_spoke(timedelta(hours=2))
    a_worker_spoke(timedelta(seconds=4))
    found = health()
    assert (found.status, found.database, found.worker) == ("ok", "ok", "ok")
    assert found.worker_seen is not None and 3 < found.worker_seen < 20


def test_a_worker_that_fell_silent_is_missing(db: None) -> None:
    a_worker_spoke(timedelta(minutes=2))
    assert health().status == "no worker"


def test_before_the_first_worker_nobody_was_seen(db: None) -> None:
    assert health().worker_seen is None


def test_anybody_may_ask_and_leaves_no_session(db: None) -> None:
    client = Client(SERVER_NAME="10.0.0.7")
    answer = client.get("/health")
    assert answer.status_code == 200
    assert json.loads(answer.content).keys() >= {
        "status",
        "database",
        "worker_seen",
        "queue_waiting",
        "version",
    }
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_without_a_database_it_still_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        answer = Client().get("/health")
    assert answer.status_code == 503
    assert json.loads(answer.content)["status"] == "no database"


@pytest.mark.parametrize(
    ("free", "disk", "status", "answers"),
    [(2 * 1024**3, "ok", "ok", 200), (1024**2 * 500, "low", "ok", 200), (1024**2, "full", "disk full", 503)],
)
def test_full_disk_is_told(
    db: None, monkeypatch: pytest.MonkeyPatch, free: int, disk: str, status: str, answers: int
) -> None:
    a_worker_spoke(timedelta(seconds=1))
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(health_module.shutil, "disk_usage", lambda folder: usage)
    answer = Client().get("/health")
    assert answer.status_code == answers
    told = answer.json()
    assert (told["disk"], told["disk_free"], told["status"]) == (disk, free, status)
