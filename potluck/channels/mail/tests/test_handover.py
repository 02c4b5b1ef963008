"""Letters wait as rows until a mail server has taken them: whatever dies, each is handed over once in the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail.models import Mailbox
from potluck.channels.mail.outbound import send_job
from potluck.channels.mail.outbound.queue_report import letters
from potluck.channels.mail.outbound.send_job import carry_all
from potluck.deliver.categories import Kind
from potluck.deliver.models import Delivery, Rhythm
from potluck.deliver.preferences import set_rhythm
from potluck.door import admit
from potluck.events.models import Event
from potluck.flow import handle
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.draft import Draft
from tests.cast import member

TOP = Path(__file__).parents[4]


class Sink:
    """A mail server of a process of its own, and what it took: (recipient, Message-ID)."""

    def __init__(self, notes: Path) -> None:
        self.notes, self.port = notes, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "bench.sink", str(self.notes), str(self.port)]
        self.process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None

    @property
    def took(self) -> list[tuple[str, str]]:
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [(to, name) for to, name in (line.split(" ", 1) for line in lines)]


@pytest.fixture
def sink(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    found = Sink(tmp_path / "notes")
    found.start()
    settings.SMTP, settings.MAIL_TAKEN_IN = f"smtp://127.0.0.1:{found.port}", True
    monkeypatch.setattr(send_job, "server", send_job._Server())
    monkeypatch.setattr(send_job, "DOWN", (0,))
    yield found
    found.stop()


def shared_with(*handles: str) -> Person:
    """Somebody whom these follow, at once, shared something; it waits."""
    writer = member("writer", "Wanda Writer")
    for handle_ in handles:
        reader = member(handle_, handle_)
        follow(Wish(who=writer), by=reader)
        set_rhythm(reader, Rhythm.NOW, [Kind.FOLLOWED])
    admit(Draft(author=writer, text="Worms are out."))
    handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))
    return writer


def rest_no_more() -> None:
    Delivery.objects.update(due=timezone.now() - timedelta(seconds=1))


def test_each_is_handed_over_once_on_one_connection(sink: Sink, db: None) -> None:
    shared_with(*(f"r{n}" for n in range(30)))
    assert carry_all(1) == 30
    assert carry_all(2) == 0
    assert len(sink.took) == len({to for to, _name in sink.took}) == 30
    assert len({name for _to, name in sink.took}) == 1


def test_a_server_that_is_away_loses_nothing_and_is_left_in_peace(sink: Sink, db: None) -> None:
    shared_with("r1", "r2")
    sink.stop()
    assert carry_all(1) == 0
    assert not Delivery.objects.filter(done_at__isnull=False).exists()
    assert not Delivery.objects.exclude(tries=0, claimed_at=None).exists()
    sink.start()
    assert carry_all(2) == 2
    assert sorted(to for to, _name in sink.took) == ["r1@example.org", "r2@example.org"]


def test_it_is_asked_less_often_the_longer_it_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    server, now = send_job._Server(), 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rests = []
    for _turn in range(6):
        server.did_not_answer()
        rests.append(server.until - now)
    assert rests == [5, 15, 60, 180, 600, 600]
    assert server.rests()
    server.went_well()
    assert not server.rests()


def test_a_server_away_for_an_hour_gets_each_letter_once_soon_after(
    sink: Sink, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that is moved: it is knocked at a few times, and ten minutes after it is back nothing waits."""
    shared_with(*(f"r{n}" for n in range(40)))
    monkeypatch.setattr(send_job, "DOWN", (5, 15, 60, 180, 600))
    now, knocks = 1000.0, 0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    sink.stop()
    for minute in range(72):
        now += 60
        knocks += minute < 60 and not send_job.server.rests()
        if minute == 60:
            sink.start()
        carry_all(minute + 1)
    assert knocks < 15
    assert len(sink.took) == len(set(sink.took)) == 40
    assert not Delivery.objects.filter(done_at=None).exists()
    assert not Delivery.objects.exclude(tries=1).exists()


def test_who_is_refused_for_now_gets_it_later_and_the_others_now(sink: Sink, db: None) -> None:
    shared_with("r1", "451slow", "r3")
    assert carry_all(1) == 3
    slow = Delivery.objects.get(person__handle="451slow")
    assert slow.done_at is None and slow.due > timezone.now() and "451" in slow.trouble
    assert len(sink.took) == 2
    rest_no_more()
    carry_all(2)
    assert len(sink.took) == 3
    assert not Delivery.objects.filter(done_at=None).exists()


def test_who_is_refused_for_good_is_not_tried_again_and_counts_as_a_bounce(sink: Sink, db: None) -> None:
    shared_with("r1", "550gone")
    carry_all(1)
    gone = Delivery.objects.get(person__handle="550gone")
    assert gone.done_at is not None and "550" in gone.trouble
    assert Mailbox.objects.get(person__handle="550gone").score == 1
    assert [to for to, _name in sink.took] == ["r1@example.org"]


def test_a_server_that_hangs_up_in_the_middle_gets_the_rest_later(sink: Sink, db: None) -> None:
    shared_with("r1", "r2", "421tired", "r4", "r5")
    went = carry_all(1)
    assert went == 0 and 0 < len(sink.took) < 5
    assert Delivery.objects.filter(done_at__isnull=False).count() == len(sink.took)
    carry_all(2)
    assert sorted(to for to, _name in sink.took) == sorted(
        f"{who}@example.org" for who in ("r1", "r2", "421tired", "r4", "r5")
    )


def test_a_letter_that_is_never_taken_is_given_up_in_the_end(sink: Sink, db: None) -> None:
    shared_with("r1")
    Delivery.objects.update(tries=len(send_job.RESTS) + 1)
    letter = send_job._letters(list(Delivery.objects.values_list("id", flat=True)))[0]
    send_job._rest(letter, "451 not this week")
    given_up = Delivery.objects.get()
    assert given_up.done_at is not None and given_up.trouble == "Given up: 451 not this week"


def test_a_mark_is_not_forgotten_because_the_database_restarts(
    sink: Sink, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_with("r1")
    real, failures = send_job.run, iter([True, True])

    def run(sql: str, values: object) -> int:
        if next(failures, False):
            raise OperationalError("the database system is starting up")
        return real(sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr(send_job, "run", run)
    monkeypatch.setattr(send_job.connection, "close", lambda: None)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    assert carry_all(1) == 1
    assert Delivery.objects.get().done_at is not None


def test_the_doctor_tells_of_letters_that_do_not_leave(sink: Sink, db: None) -> None:
    assert letters().is_well
    shared_with("r1", "r2")
    assert "2 are on their way" in letters().said
    sink.stop()
    carry_all(1)
    Delivery.objects.update(at=timezone.now() - timedelta(hours=2))
    found = letters()
    assert not found.is_well and "2 wait for 127.0.0.1" in found.said


def test_letters_for_looking_at_do_not_lie_about_for_ever(
    tmp_path: Path, settings: Settings, db: None
) -> None:
    settings.OUTBOX = tmp_path
    shared_with("r1", "r2")
    assert carry_all(1) == 2
    old, new = sorted((tmp_path / "carried").iterdir())
    os.utime(old, (0, 0))
    send_job.forget_carried(0)
    assert list((tmp_path / "carried").iterdir()) == [new]


KILLED = """
import django; django.setup()
from potluck.channels.mail.outbound import send_job
send_job.DOWN = (0,)
print("begun", flush=True)
send_job.carry_all(1)
"""


@contextmanager
def worker(port: int) -> Iterator[subprocess.Popen[str]]:
    """A process that carries, on the database of this test."""
    name = os.environ["POTLUCK_TEST_DATABASE"]
    code = f"import os; from django.conf import settings; settings.DATABASES['default']['NAME'] = {name!r}{KILLED}"
    environ = {**os.environ, "POTLUCK_SMTP": f"smtp://127.0.0.1:{port}"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=TOP, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_again_and_again_at_most_the_one_in_flight_is_given_twice(
    sink: Sink, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    number, kills = 300, 3
    shared_with(*(f"r{n}" for n in range(number)))
    monkeypatch.setenv("POTLUCK_TEST_DATABASE", str(settings.DATABASES["default"]["NAME"]))
    for kill in range(kills):
        with worker(sink.port):
            goal = number * (kill + 1) // (kills + 1)
            until(lambda goal=goal: len(sink.took) >= goal)
        Delivery.objects.filter(done_at=None).update(claimed_at=None)  # as after its lease
    carry_all(9)
    assert {to for to, _name in sink.took} == {f"r{n}@example.org" for n in range(number)}
    assert number <= len(sink.took) <= number + kills
    assert len(set(sink.took)) == number  # one given twice has the same Message-ID


def until(ask: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < deadline
        time.sleep(0.01)
