"""What comes back is counted by the day; the web tells before anybody is left without mail."""

from collections.abc import Callable
from datetime import timedelta

from django.core import mail
from django.test import Client

from potluck.channels.mail.addresses import ask_address
from potluck.channels.mail.models import Letter, Mailbox, State
from potluck.channels.mail.outbound.bounces import bounced, take
from potluck.deliver.preferences import wishes_of
from potluck.people.models import Person

from .conftest import letter

As = Callable[[Person | None], Client]
HUMAN = b"From: ada@example.org\nSubject: Away?\n\nI read your letter with pleasure.\n"
DSN = b"""From: MAILER-DAEMON@mx.example
To: bounce@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@example.org
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; STATUS no

--b--
"""


def dsn(action: str, status: str) -> bytes:
    return DSN.replace(b"ACTION", action.encode()).replace(b"STATUS", status.encode())


def days_pass(days: float) -> None:
    for box in Mailbox.objects.all():
        for name in ("last_at", "warned_at"):
            at = getattr(box, name)
            setattr(box, name, at and at - timedelta(days=days))
        box.save()


def test_a_bounce_counts_for_whom_its_address_says(ada: Person) -> None:
    assert take(ada.id, dsn("failed", "5.1.1"))
    assert Mailbox.objects.get().person == ada and Mailbox.objects.get().score == 1
    assert not take(ada.id, HUMAN)


def test_a_notice_that_names_nobody_counts_half(ada: Person) -> None:
    """Its address says whose mailbox it was."""
    notice = (
        b"From: ndr@mx.example\nSubject: Mail delivery failed: returning message to sender\n\nIt failed.\n"
    )
    assert take(ada.id, notice) and Mailbox.objects.get().score == 0.5


def test_what_comes_back_by_another_way_is_not_answered(post_in: Callable[..., Letter], ada: Person) -> None:
    """A person who asks about such a notice is heard."""
    returned = dsn("failed", "5.1.1").replace(b"MAILER-DAEMON@", b"mail.delivery@")
    assert post_in(returned, ask_address()).state == State.IGNORED and mail.outbox == []
    asked = letter(
        "ada@example.org", ask_address(), "Undeliverable mail, what now?", "It comes back each time."
    )
    assert post_in(asked).state == State.DONE


def test_what_may_pass_counts_half(ada: Person) -> None:
    take(ada.id, dsn("delayed", "4.2.2"))
    assert Mailbox.objects.get().score == 0.5
    assert not wishes_of(ada).trouble


def test_many_of_one_day_are_one(ada: Person) -> None:
    for _turn in range(20):
        bounced(ada.id, True, "gone")
    assert Mailbox.objects.get().score == 1


def test_the_web_tells_days_before_mail_is_paused(ada: Person, as_: As) -> None:
    bounced(ada.id, True, "gone")
    for page in ("/you/mail", "/you"):
        assert "A letter to you came back" in as_(ada).get(page).content.decode()
    assert wishes_of(ada).paused_at is None
    for _day in range(2):
        days_pass(1)
        bounced(ada.id, True, "gone")
        assert wishes_of(ada).paused_at is None
    days_pass(1)
    bounced(ada.id, True, "gone")
    assert wishes_of(ada).paused_at is not None
    assert "stopped for now" in as_(ada).get("/you/mail").content.decode()


def test_a_week_without_any_forgets_them(ada: Person) -> None:
    bounced(ada.id, True, "gone")
    days_pass(8)
    bounced(ada.id, True, "gone")
    assert Mailbox.objects.get().score == 1


def test_who_says_that_it_is_mended_begins_anew(ada: Person, as_: As) -> None:
    for _day in range(5):
        days_pass(1)
        bounced(ada.id, True, "gone")
    assert wishes_of(ada).paused_at is not None
    as_(ada).post("/you/mail/all", {"undo": "1"})
    assert wishes_of(ada).paused_at is None and not Mailbox.objects.exists()


def test_nobody_is_hurt_by_a_number_that_is_nobodys(db: None) -> None:
    bounced(7, True, "gone")
    assert not Mailbox.objects.exists()
