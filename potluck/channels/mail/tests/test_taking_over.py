"""A job that carries all that waits takes the others of its name out of the queue."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.channels.mail.outbound.carrier import CARRY
from potluck.channels.mail.outbound.send_job import carry
from potluck.deliver.queue import QUEUE, take_over


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """Tests with transactions of their own may have left jobs behind."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")


def waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def test_job_takes_over_what_others_of_its_name_were_to_carry(db: None) -> None:
    for _ in range(40):
        app.configure_task(CARRY, queue=QUEUE).defer()
    app.configure_task(CARRY, queue=QUEUE, schedule_at=timezone.now() + timedelta(hours=1)).defer()
    app.configure_task("potluck.live.knock", queue=QUEUE).defer()
    assert take_over(CARRY) == 40
    assert waiting() == [CARRY, "potluck.live.knock"]


def test_many_carry_jobs_end_with_the_first(db: None) -> None:
    for _ in range(40):
        app.configure_task(CARRY, queue=QUEUE).defer()
    carry.func(type("Context", (), {"job": None}))
    assert waiting() == []
