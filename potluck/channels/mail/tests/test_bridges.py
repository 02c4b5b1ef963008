"""A bridged list: what is said there is said here, what members answer goes there, each thing once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from potluck import door
from potluck.channels.mail.addresses import list_address, reply_address
from potluck.channels.mail.lists import post_to_list
from potluck.channels.mail.lists.bridge import make, stop
from potluck.channels.mail.models import Bridge, Crossing, Letter, State
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post
from tests.stories.post_office import free_port

from .conftest import do_jobs, letter

PostIn = Callable[..., Letter]
As = Callable[[Person | None], Client]
LIST = "garden@lists.example"
GUS = "Gus Vale <gus@guest.example>"


class List:
    """A mailing list on loopback: it keeps what it is sent, and sends it to its subscribers with a header or two."""

    def __init__(self) -> None:
        self.took: list[EmailMessage] = []
        self.refuses = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return self.refuses
        found = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(found, EmailMessage) and envelope.rcpt_tos == [LIST]
        self.took.append(found)
        return "250 OK"

    @staticmethod
    def sent(message: EmailMessage) -> EmailMessage:
        message["List-Id"], message["Precedence"] = "<garden.lists.example>", "list"
        message["List-Post"] = f"<mailto:{LIST}>"
        return message


@pytest.fixture
def there(settings: Settings) -> Iterator[List]:
    found = List()
    controller = Controller(found, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.SMTP = f"smtp://127.0.0.1:{controller.port}"
    yield found
    controller.stop()


@pytest.fixture
def bridge(dov: Person) -> Bridge:
    found = make(LIST, "", by=dov)
    do_jobs()
    return found


def says(post_in: PostIn, to: Bridge, subject: str, text: str, sender: str = GUS, **more: str) -> Letter:
    return post_in(List.sent(letter(sender, LIST, subject, text, **more)), list_address(to.token))


def minute() -> None:
    """A minute later."""
    Post.objects.update(arrived_at=timezone.now() - timedelta(minutes=2))
    Bridge.objects.update(made_at=timezone.now() - timedelta(hours=1))
    Crossing.objects.update(due=timezone.now() - timedelta(seconds=1))
    post_to_list.cross(0)


def test_the_list_is_asked_and_the_host_says_yes_to_what_its_program_asks(
    post_in: PostIn, bridge: Bridge, ben: Person, dov: Person, as_: As
) -> None:
    asked = mail.outbox[0]
    assert (asked.to, asked.from_email, asked.subject) == (
        ["garden-request@lists.example"],
        list_address(bridge.token),
        "subscribe",
    )
    row = post_in(
        letter(
            "garden-confirm+zq7@lists.example",
            list_address(bridge.token),
            "confirm zq7",
            "Answer to confirm.",
            Precedence="bulk",
        ),
        list_address(bridge.token),
    )
    assert row.state == State.UNCONFIRMED and mail.outbox[1].to == ["dov@example.org"]
    assert as_(ben).get("/moderation/bridges").status_code == 404
    assert b"confirm zq7" in as_(dov).get("/moderation/bridges").content
    page = f"/moderation/bridges/{bridge.id}/letters/{row.id}"
    assert as_(ben).post(page, {"said": "answer"}).status_code == 404
    as_(dov).post(page, {"said": "answer"})
    do_jobs()
    assert (mail.outbox[2].to, mail.outbox[2].subject) == (
        ["garden-confirm+zq7@lists.example"],
        "Re: confirm zq7",
    )
    assert mail.outbox[2].from_email == list_address(bridge.token) and not Post.objects.exists()


def test_what_is_said_on_the_list_is_a_thread_here_by_people_outside(post_in: PostIn, bridge: Bridge) -> None:
    first = says(post_in, bridge, "[Garden] Slugs", "They eat all.", Message_ID="<1@guest.example>")
    second = says(
        post_in, bridge, "Re: [Garden] Slugs", "Beer.", "Rosa <r@x.example>", References="<1@guest.example>"
    )
    one, two = Post.objects.get(pk=first.post_id), Post.objects.get(pk=second.post_id)
    assert (one.title, one.author.name, one.author.is_member) == ("Slugs", "Gus Vale", False)
    assert (two.reply_to, two.author.name) == (one, "Rosa") and "guest.example" not in one.html
    assert len(mail.outbox) == 1


def test_what_a_member_answers_goes_to_the_list_once_and_does_not_come_back(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.", Message_ID="<1@guest.example>")
    said = door.admit(Draft(author=ben, text="Beer traps, in the evening.", reply_to=row.post))
    for _turn in range(3):
        minute()
    assert len(there.took) == 1
    sent = there.took[0]
    assert sent["Message-ID"] == f"<post.{said.id}@localhost>" and sent["In-Reply-To"] == "<1@guest.example>"
    assert "Ben Okafor via" in sent["From"] and list_address(bridge.token) in sent["From"]
    assert sent["Subject"] == "Re: Slugs" and "Beer traps" in sent.get_content()
    before = Post.objects.count()
    for changed in (False, True):
        echo = List.sent(message_from_bytes(sent.as_bytes(), _class=EmailMessage))
        if changed:
            echo.replace_header("Message-ID", "<another@lists.example>")
        assert post_in(echo, list_address(bridge.token)).state == State.IGNORED
    minute()
    assert Post.objects.count() == before and len(there.took) == 1


def test_an_answer_to_it_on_the_list_is_below_it_here(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.", Message_ID="<1@guest.example>")
    said = door.admit(Draft(author=ben, text="Beer traps.", reply_to=row.post))
    minute()
    name = str(there.took[0]["Message-ID"])
    back = says(post_in, bridge, "Re: Slugs", "Thank you.", In_Reply_To=name)
    assert back.post is not None and back.post.reply_to == said


def test_what_a_member_wrote_to_the_list_as_well_does_not_go_there_twice(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person
) -> None:
    """One mail to both: it comes by its reply address and by the list, in whatever order."""
    row = says(post_in, bridge, "Slugs", "They eat all.", Message_ID="<1@guest.example>")
    assert row.post is not None
    both = letter("ben@example.org", LIST, "Re: Slugs", "Beer.", Message_ID="<2@x.example>")
    reply = reply_address(row.post.id, ben.id)
    post_in(both, reply)
    post_in(List.sent(both), list_address(bridge.token))
    minute()
    assert Post.objects.filter(author=ben).count() == 1 and there.took == []


@pytest.mark.parametrize("audience", [Audience.MEMBERS, Audience.ME])
def test_what_is_not_for_everybody_stays_here(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person, audience: Audience
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.")
    said = door.admit(Draft(author=ben, text="Beer.", reply_to=row.post))
    Post.objects.filter(pk=said.pk).update(audience=audience)
    minute()
    assert there.took == []


def test_what_is_taken_back_in_time_does_not_go(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.")
    said = door.admit(Draft(author=ben, text="Beer.", reply_to=row.post))
    post_to_list.cross(0)
    assert there.took == []
    delete(said, by=ben)
    minute()
    assert there.took == []


def test_a_server_that_takes_nothing_now_gets_it_later(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.")
    door.admit(Draft(author=ben, text="Beer.", reply_to=row.post))
    there.refuses = "451 not now"
    minute()
    assert Crossing.objects.get(is_out=True).done_at is None
    there.refuses = ""
    minute()
    assert len(there.took) == 1


def test_who_the_list_hides_behind_its_own_address_is_a_person_each(post_in: PostIn, bridge: Bridge) -> None:
    for name in ("Gus Vale via Garden", "Rosa Lind via Garden"):
        says(post_in, bridge, f"From {name}", "Hello.", f"{name} <{LIST}>")
    assert {post.author.name for post in Post.objects.all()} == {"Gus Vale", "Rosa Lind"}


def test_a_bridge_that_ended_carries_nothing(
    post_in: PostIn, bridge: Bridge, there: List, ben: Person, dov: Person, as_: As
) -> None:
    row = says(post_in, bridge, "Slugs", "They eat all.")
    door.admit(Draft(author=ben, text="Beer.", reply_to=row.post))
    stop(bridge, by=dov)
    minute()
    assert there.took == [] and says(post_in, bridge, "More", "x").state == State.IGNORED
    assert as_(dov).post("/moderation/bridges", {"address": LIST, "asked": ""}).status_code == 302
    assert as_(dov).post("/moderation/bridges", {"address": LIST, "asked": ""}).status_code == 422
    assert as_(dov).post("/moderation/bridges", {"address": "ask@localhost"}).status_code == 422
