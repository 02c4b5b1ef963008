"""Everything by a word in a mail, each told in a sentence, each with a way back."""

import re
from collections.abc import Callable

import pytest
from django.core import mail

from potluck import door
from potluck.channels.mail.addresses import act_address, ask_address, reply_address
from potluck.channels.mail.models import Letter, State
from potluck.deliver.models import Rhythm
from potluck.deliver.preferences import wishes_of
from potluck.people.leave_models import Leaving
from potluck.people.models import Follow, Level, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post, Thanks
from potluck.questions.models import Ask, MeToo, Said

from .conftest import ADDRESS, letter

PostIn = Callable[..., Letter]


@pytest.fixture
def asked(ada: Person) -> Post:
    """What Ada asks."""
    return door.admit(
        Draft(author=ada, title="How do I keep slugs off?", text="They eat all.", kind=Kind.QUESTION)
    )


def undo_in(body: str) -> str:
    """The address that takes back what a mail tells of."""
    return ADDRESS.findall(body)[-1]


def test_thanks_is_thanks_and_no_post(post_in: PostIn, asked: Post, ben: Person) -> None:
    """However it is written; and it can be taken back by the address in the answer."""
    post_in(
        letter("ben@example.org", reply_address(asked.id, ben.id), "Re: x", "Thank you!\n\n> They eat all.\n")
    )
    assert Thanks.objects.get().by == ben and Post.objects.count() == 1
    assert "Ada Marsh" in mail.outbox[0].body
    post_in(letter("ben@example.org", undo_in(mail.outbox[0].body), "", ""))
    assert not Thanks.objects.exists()


@pytest.mark.parametrize(
    ("word", "holds"),
    [
        ("Me too.", lambda ben: MeToo.objects.filter(person=ben).exists()),
        ("I'm on it", lambda ben: Ask.objects.filter(person=ben, said=Said.ON_IT).exists()),
        ("I’m on it!", lambda ben: Ask.objects.filter(person=ben, said=Said.ON_IT).exists()),
        ("not now", lambda ben: Ask.objects.filter(person=ben, said=Said.NOT_NOW).exists()),
        ("Not me", lambda ben: Ask.objects.filter(person=ben, said=Said.NOT_ME).exists()),
        ("mute", lambda ben: Follow.objects.filter(by=ben, level=Level.MUTED).exists()),
        ("follow", lambda ben: Follow.objects.filter(by=ben, who__handle="ada").exists()),
    ],
)
def test_a_word_in_a_reply_does_what_it_says(
    post_in: PostIn, asked: Post, ben: Person, word: str, holds: Callable[[Person], bool]
) -> None:
    """And the answer says what was done, with the way back."""
    post_in(letter("ben@example.org", reply_address(asked.id, ben.id), "Re: x", word))
    assert holds(ben) and Post.objects.count() == 1
    post_in(letter("ben@example.org", undo_in(mail.outbox[0].body), "", ""))
    assert not holds(ben)


def test_an_address_does_what_its_name_says(post_in: PostIn, asked: Post, ben: Person, cleo: Person) -> None:
    """For the person it was made for alone."""
    post_in(letter("cleo@example.org", act_address("me-too", asked.id, ben.id), "", ""))
    assert not MeToo.objects.exists()
    post_in(letter("ben@example.org", act_address("me-too", asked.id, ben.id), "", ""))
    assert MeToo.objects.get().person == ben


def test_more_than_a_word_is_a_reply(post_in: PostIn, asked: Post, ben: Person) -> None:
    """Thanks with a reason is worth reading."""
    post_in(
        letter(
            "ben@example.org", reply_address(asked.id, ben.id), "Re: x", "Thanks, I wonder about this, too."
        )
    )
    assert Post.objects.get(reply_to=asked).text.startswith("Thanks, I wonder")


def test_finding_by_mail_gives_titles_and_pages(post_in: PostIn, asked: Post, ben: Person) -> None:
    """And says what to do where nothing fits."""
    post_in(letter("ben@example.org", ask_address(), "find: slugs", ""))
    assert "How do I keep slugs off?" in mail.outbox[0].body and asked.page in mail.outbox[0].body
    post_in(letter("ben@example.org", ask_address(), "find: quinces", ""))
    assert "Nothing shared here fits" in mail.outbox[1].body and ask_address() in mail.outbox[1].body


def test_following_by_name_handle_and_topic(post_in: PostIn, ada: Person, ben: Person) -> None:
    """And no more."""
    for words in ("follow Ada Marsh", "follow #soil", "follow compost heaps"):
        post_in(letter("ben@example.org", ask_address(), words, ""))
    assert set(Follow.objects.filter(by=ben).values_list("who__handle", "tag")) == {
        ("ada", ""),
        (None, "soil"),
        (None, "compost-heaps"),
    }
    post_in(letter("ben@example.org", ask_address(), "unfollow @ada", ""))
    assert not Follow.objects.filter(by=ben, who=ada).exists()
    row = post_in(letter("ben@example.org", ask_address(), "follow @nobody-here", ""))
    assert row.state == State.REFUSED and "@nobody-here" in mail.outbox[-1].body


def test_how_often_mail_comes(post_in: PostIn, ben: Person) -> None:
    """One word turns it, another takes it back."""
    post_in(letter("ben@example.org", ask_address(), "weekly", ""))
    assert wishes_of(ben).followed == Rhythm.WEEKLY
    post_in(letter("ben@example.org", ask_address(), "none", ""))
    assert wishes_of(ben).off_at is not None
    post_in(letter("ben@example.org", undo_in(mail.outbox[-1].body), "", ""))
    assert wishes_of(ben).off_at is None


def test_leaving_takes_an_answer_and_can_be_taken_back(post_in: PostIn, ada: Person, ben: Person) -> None:
    """Whoever only writes under a member's name does not read the answer."""
    post_in(letter("ben@example.org", ask_address(), "leave", ""))
    assert not Leaving.objects.exists()
    post_in(letter("ben@example.org", mail.outbox[0].extra_headers["Reply-To"], "Re: leave", "yes"))
    assert Leaving.objects.get().person == ben
    post_in(letter("ben@example.org", undo_in(mail.outbox[1].body), "", ""))
    assert not Leaving.objects.exists()


def test_help_fits_a_screen_and_names_the_ways(post_in: PostIn, ben: Person) -> None:
    """By any address that is for nothing else."""
    post_in(letter("ben@example.org", "help@localhost", "hello", "What can I do here?"))
    post_in(letter("ben@example.org", ask_address(), "Help!", ""))
    for body in (mail.outbox[0].body, mail.outbox[1].body):
        assert all(
            re.search(rf"\b{word}\b", body)
            for word in ("find", "follow", "daily", "leave", "thanks", "me too")
        )


def test_a_guest_is_told_what_only_members_do(post_in: PostIn, db: None) -> None:
    """And how to become one."""
    gus = "gus@guest.example"
    post_in(letter(gus, ask_address(), "follow @ada", ""))
    row = post_in(letter(gus, mail.outbox[0].extra_headers["Reply-To"], "", ""))
    assert row.state == State.DONE and "join" in mail.outbox[-1].body
