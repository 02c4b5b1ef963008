"""A command in the subject is obeyed, whatever stands below; what only begins like one is a question."""

from collections.abc import Callable

import pytest
from django.core import mail

from potluck.channels.mail.addresses import ask_address
from potluck.channels.mail.models import Letter, State
from potluck.deliver.models import Rhythm
from potluck.deliver.preferences import wishes_of
from potluck.people.models import Follow, Person
from potluck.posts.models import Kind, Post

from .conftest import letter

PostIn = Callable[..., Letter]

SIGNED = "-- \nBen Otter\nOtter & Sons, Mill Lane 3"
BODIES = [
    SIGNED,
    "Best wishes\nBen",
    "Sent from my iPhone",
    "Von meinem Samsung Galaxy gesendet",
    "Hello there,\n\nI have been a member for a year now and it is time that I go. All of you were kind.\n\nBen",
    "On Tue, 3 Mar 2026 at 10:00, Ada <ada@example.org> wrote:\n> How do I keep slugs off?\n",
    f"Thank you!\n\n{SIGNED}\n\nOn Tue, 3 Mar 2026 at 10:00, Ada <ada@example.org> wrote:\n> Slugs?\n",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "subject", ["Leave", "Re: leave", "LEAVE.", "AW: [potluck] Leave!", "“leave”", "Please leave"]
)
def test_a_command_in_the_subject_is_obeyed_whatever_the_body_says(
    post_in: PostIn, ben: Person, subject: str, body: str
) -> None:
    row = post_in(letter("ben@example.org", ask_address(), subject, body))
    assert row.state == State.DONE and not Post.objects.exists()
    assert "Do you want to leave?" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("help", "To ask everybody, write"),
        ("Join", "You are a member already"),
        ("now", ""),
        ("Daily.", ""),
        ("once a week", ""),
        ("No mail", ""),
        ("my address", "share+"),
        ("find: slugs", "Nothing shared here fits “slugs”"),
        ("Search for slugs", "Nothing shared here fits"),
        ("Follow #soil", "You follow #soil."),
        ("follow: Ada Marsh", "You follow @ada."),
        ("Unfollow Ada Marsh", "You do not follow @ada any more."),
    ],
)
def test_each_command_is_obeyed_above_a_signature(
    post_in: PostIn, ada: Person, ben: Person, subject: str, told: str
) -> None:
    row = post_in(letter("ben@example.org", ask_address(), subject, f"Many greetings\nBen\n\n{SIGNED}"))
    assert row.state == State.DONE and not Post.objects.exists()
    assert told in mail.outbox[0].body


def test_a_command_above_a_body_in_html_alone_is_obeyed(post_in: PostIn, ben: Person) -> None:
    message = letter("ben@example.org", ask_address(), "Weekly")
    message.set_content(
        "<div>Kind regards<br><b>Ben Otter</b></div><div>Otter &amp; Sons</div>", subtype="html"
    )
    post_in(message)
    assert wishes_of(ben).followed == Rhythm.WEEKLY and not Post.objects.exists()


@pytest.mark.parametrize(
    "subject",
    [
        "Leave the leek in over winter?",
        "Stay with raised beds?",
        "Help with black spots on quinces",
        "Join two hives in autumn?",
        "Daily watering",
        "Follow up on last year's compost",
        "Follow the moon when sowing?",
        "Find a good book about soil",
        "?",
    ],
)
def test_a_question_that_begins_like_a_command_is_a_question(
    post_in: PostIn, ben: Person, subject: str
) -> None:
    text = "I have tried it both ways on my plot and cannot tell which of them does better. What do you do?"
    post_in(letter("ben@example.org", ask_address(), subject, text))
    assert Post.objects.get().kind == Kind.QUESTION and not Follow.objects.filter(by=ben).exists()


def test_an_answer_to_a_letter_with_a_command_as_its_subject_says_its_own(
    post_in: PostIn, ben: Person
) -> None:
    post_in(letter("ben@example.org", ask_address(), "help", ""))
    post_in(letter("ben@example.org", ask_address(), "Re: help", f"weekly\n\n{SIGNED}"))
    assert wishes_of(ben).followed == Rhythm.WEEKLY
