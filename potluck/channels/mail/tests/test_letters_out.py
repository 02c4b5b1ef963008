"""A match that speaks to somebody goes out as one letter, now, with its reason, and threads in every program."""

import email
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from pytest_django import Settings

from potluck.channels.mail import addresses
from potluck.channels.mail.handover import carry_all
from potluck.deliver.kinds import Kind
from potluck.deliver.models import Delivery, Rhythm
from potluck.deliver.wishes import hush, set_rhythm, turn_off
from potluck.door import admit
from potluck.people.block import block, mute
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience

Work = Callable[[], None]
Post = Callable[[], list[EmailMessage]]


@pytest.fixture
def post(work: Work, tmp_path: Path, settings: Settings) -> Post:
    """Do what the worker would, and take out of the box what went."""
    settings.OUTBOX = tmp_path / "outbox"
    settings.MAIL_TAKEN_IN = True

    def take() -> list[EmailMessage]:
        work()
        carry_all(1)
        found = (
            sorted((tmp_path / "outbox" / "carried").glob("*.eml")) if (tmp_path / "outbox").exists() else []
        )
        letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]
        for path in found:
            path.unlink()
        return letters

    return take


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_an_answer_goes_at_once_to_who_asked(ada: Person, ben: Person, post: Post) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    answer = admit(Draft(author=ben, text="A ring of *dry* bran.", reply_to=question))
    (letter,) = [each for each in post() if "ada@" in each["To"]]
    assert letter["To"] == "Ada Marsh <ada@example.org>"
    assert letter["From"] == "Ben Okafor via Potluck <potluck@localhost>"
    assert letter["Subject"] == "Re: How do you keep slugs off seedlings?"
    assert letter["Message-ID"] == f"<post.{answer.id}@localhost>"
    assert letter["In-Reply-To"] == letter["References"] == f"<post.{question.id}@localhost>"
    assert addresses.read_reply(letter["Reply-To"]) == (answer.id, ada.id)
    assert "Ben Okafor answered you · on How do you keep slugs off seedlings?" in plain(letter)
    assert "A ring of *dry* bran." in plain(letter)
    assert "A ring of <em>dry</em> bran." in html(letter)
