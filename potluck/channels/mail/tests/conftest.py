"""Mail for tests: letters written by hand, handled at once, and what went back."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from potluck.channels.mail.actions import autoresponse
from potluck.channels.mail.inbound import handle
from potluck.channels.mail.inbound.receive import receive
from potluck.channels.mail.models import Letter
from potluck.people.models import Person

TASKS = {"potluck.mail.handle": handle.handle, "potluck.mail.answer": autoresponse.send}
ADDRESS = re.compile(r"[\w.+-]+@localhost")


def letter(sender: str, to: str, subject: str = "", text: str = "", **headers: str) -> EmailMessage:
    """A plain letter. A header's name is written with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def do_jobs() -> None:
    """Do what waits in the queue for mail, as long as it defers more."""
    while jobs := list(ProcrastinateJob.objects.filter(queue_name="mail", status="todo").order_by("id")):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [[job.id for job in jobs]])
        for job in jobs:
            TASKS[job.task_name](**job.args)


@pytest.fixture
def post_in(db: None) -> Callable[..., Letter]:
    """Take a letter in as the listener does, do all the work, and give it back as it is then."""

    def send(message: EmailMessage | bytes, *recipients: str, sender: str = "") -> Letter:
        raw = message if isinstance(message, bytes) else message.as_bytes()
        row = receive(raw, sender=sender, recipients=recipients)
        do_jobs()
        row.refresh_from_db()
        return row

    return send


@pytest.fixture(autouse=True)
def verified(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever of the cast is in a test has shown that their address is theirs."""
    for name in ("ada", "ben", "cleo", "dov"):
        if name in request.fixturenames:
            person: Person = request.getfixturevalue(name)
            assert person.account is not None
            EmailAddress.objects.create(
                user=person.account, email=person.account.email, verified=True, primary=True
            )
    yield
