"""Letters become questions, replies and shares; each is in its thread, and once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from potluck import door
from potluck.channels.mail.addresses import ask_address, reply_address, share_address
from potluck.channels.mail.inbound.handle import handle, sweep
from potluck.channels.mail.inbound.receive import receive
from potluck.channels.mail.models import Letter, State
from potluck.channels.mail.threading import message_id_of, post_of
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Attachment, Audience, Kind, Post

from .conftest import do_jobs, letter

PostIn = Callable[..., Letter]


def test_what_a_member_asks_by_mail_is_a_question_and_they_hear_so(post_in: PostIn, ada: Person) -> None:
    """The subject is its title, and tags in it are its tags."""
    row = post_in(
        letter(
            "Ada <ada@example.org>",
            ask_address(),
            "How do I keep slugs off lettuce? #garden",
            "They eat all.",
        )
    )
    post = Post.objects.get()
    assert (row.state, row.raw, row.post_id) == (State.DONE, None, post.id)
    assert (post.kind, post.author, post.whence, post.tags) == (Kind.QUESTION, ada, "mail", ["garden"])
    assert (post.title, post.text) == ("How do I keep slugs off lettuce?", "They eat all.")
    assert [m.to for m in mail.outbox] == [["ada@example.org"]]
    assert (
        f"/posts/{post.id}" in mail.outbox[0].body
        and mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-replied"
    )


def test_what_is_shared_already_goes_back_with_the_answer(
    post_in: PostIn, work: Callable[[], None], ada: Person, ben: Person
) -> None:
    """Who asks by mail sees at once what may answer it."""
    known = door.admit(
        Draft(
            author=ben,
            title="Beer traps against slugs on lettuce",
            text="Slugs on lettuce drown in a saucer of beer.",
        )
    )
    work()
    post_in(
        letter(
            "ada@example.org",
            ask_address(),
            "What keeps slugs off lettuce?",
            "Slugs eat my lettuce every night.",
        )
    )
    assert f"/posts/{known.id}" in mail.outbox[0].body


@pytest.mark.parametrize("language", ["", "en-us", "ja"])
def test_a_mailed_question_is_answered_from_a_share_in_any_language_or_none(
    post_in: PostIn, work: Callable[[], None], ada: Person, ben: Person, language: str
) -> None:
    text = "Fill two bowls. Add a spoon of salt to one. Wash the spinach in it. Sand sinks to the ground. Rinse it."
    known = door.admit(Draft(author=ben, title="Washing sand out of spinach", text=text, language=language))
    work()
    row = post_in(letter("ada@example.org", ask_address(), "How do I wash sand out of spinach?"))
    assert (row.state, Post.objects.filter(kind=Kind.QUESTION).count()) == (State.DONE, 1)
    assert f"/posts/{known.id}" in mail.outbox[0].body


def test_a_reply_by_its_address_lands_below_what_it_answers(
    post_in: PostIn, ada: Person, ben: Person
) -> None:
    """Without what it quotes, which is still there; nobody is told what they did themselves."""
    asked = door.admit(Draft(author=ada, text="How do I keep slugs off?", kind=Kind.QUESTION))
    text = "Beer traps.\n\n-- \nBen\n\n"
    text += "On Tue, 3 Mar 2026 at 10:00, Ada <ada@example.org> wrote:\n> How do I keep slugs off?\n"
    post_in(letter("ben@example.org", reply_address(asked.id, ben.id).upper(), "Re: slugs", text))
    reply = Post.objects.get(reply_to=asked)
    assert (reply.author, reply.kind, reply.text) == (ben, Kind.ANSWER, "Beer traps.")
    assert (
        "<details>" in reply.html and "keep slugs off?" in reply.html and "ada@example.org" not in reply.html
    )
    assert mail.outbox == []


def test_a_reply_without_a_token_finds_its_thread_by_what_it_refers_to(
    post_in: PostIn, ada: Person, ben: Person
) -> None:
    """In-Reply-To first, then a subject of late."""
    asked = door.admit(
        Draft(author=ada, title="How do I keep slugs off?", text="They eat all.", kind=Kind.QUESTION)
    )
    post_in(
        letter(
            "ben@example.org",
            ask_address(),
            "whatever",
            "Beer.",
            In_Reply_To=message_id_of([asked.id])[asked.id],
        )
    )
    post_in(letter("ben@example.org", ask_address(), "AW: How do I keep slugs off?", "Copper tape."))
    assert [post.text for post in Post.objects.filter(reply_to=asked).order_by("id")] == [
        "Beer.",
        "Copper tape.",
    ]


def test_a_letter_that_came_is_known_by_its_own_name(post_in: PostIn, ada: Person) -> None:
    """What answers it elsewhere finds it, and its copies are no second post."""
    message = letter(
        "ada@example.org", ask_address(), "What now?", "Tell me.", Message_ID="<abc@mail.example.org>"
    )
    post_in(message)
    post_in(message)
    post = Post.objects.get()
    assert (
        post_of("<abc@mail.example.org>") == post.id
        and message_id_of([post.id])[post.id] == "<abc@mail.example.org>"
    )
    assert post_of(f"<post.{post.id}@localhost>") == post.id


def test_a_letter_handled_again_changes_nothing(post_in: PostIn, ada: Person) -> None:
    """A job may be done twice."""
    row = post_in(letter("ada@example.org", ask_address(), "What now?", "Tell me."))
    handle(row.id)
    assert Post.objects.count() == 1 and len(mail.outbox) == 1
    assert not ProcrastinateJob.objects.filter(task_name="potluck.mail.answer").exists()


def test_a_secret_address_shares_from_any_address_its_owner_said_yes_to(post_in: PostIn, ada: Person) -> None:
    """Once for each, since a secret may be stolen; with what came along; and it can be taken back by a mail."""
    message = letter("ada@elsewhere.example", share_address(ada), "Slug notes", "Look at ==this== part.")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="slugs.csv")
    row = post_in(message)
    assert row.state == State.UNCONFIRMED and [m.to for m in mail.outbox] == [["ada@example.org"]]
    page = re.search(r"/mail/confirm/\S+", mail.outbox[0].body)
    assert page is not None and Client().post(page[0]).status_code == 200
    do_jobs()
    post = Post.objects.get()
    assert (post.author, post.title, "<mark>" in post.html) == (ada, "Slug notes", True)
    assert Attachment.objects.get(post=post).name == "slugs.csv"
    next_one = letter("ada@elsewhere.example", share_address(ada), "More notes", "Mine, too.")
    assert post_in(next_one).state == State.DONE
    back = re.search(r"take-back\+\S+@localhost", mail.outbox[1].body)
    assert back is not None
    post_in(letter("ada@example.org", back[0], "", ""))
    post.refresh_from_db()
    assert post.deleted_at is not None


def test_a_new_secret_address_ends_the_old_one(
    post_in: PostIn, as_: Callable[..., Client], ada: Person
) -> None:
    """It is on a page of one's own, with what else can be said by mail."""
    assert "share+" not in as_(ada).get("/you/mail/addresses").content.decode()
    as_(ada).post("/you/mail/addresses/renewal")
    old = share_address(ada)
    page = as_(ada).get("/you/mail/addresses").content.decode()
    assert old in page and ask_address() in page and "find:" in page
    as_(ada).post("/you/mail/addresses/renewal")
    assert share_address(ada) not in (old, "")
    assert post_in(letter("ada@example.org", old, "Notes", "Mine.")).state == State.REFUSED
    assert post_in(letter("ada@example.org", share_address(ada), "Notes", "Mine.")).post_id


def test_a_letter_whose_job_dies_is_whole_and_handled_later(
    db: None, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is done, nothing of it is lost, and it is done once."""
    row = receive(letter("ada@example.org", ask_address(), "What now?", "Tell me.").as_bytes())

    def dies(*_args: object, **_more: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="power"):
        patched.setattr("potluck.channels.mail.inbound.handle.answer", dies)
        handle(row.id)
    row.refresh_from_db()
    assert (row.state, bool(row.raw), Post.objects.count()) == (
        State.WAITING,
        True,
        0,
    ) and "power" in row.trouble
    do_jobs()
    row.refresh_from_db()
    assert (row.state, row.raw, Post.objects.count(), len(mail.outbox)) == (State.DONE, None, 1, 1)


def test_a_letter_whose_job_was_lost_is_taken_up(db: None, ada: Person) -> None:
    """By the sweep, in some minutes."""
    row = receive(letter("ada@example.org", ask_address(), "What now?", "Tell me.").as_bytes())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    Letter.objects.update(arrived_at=timezone.now() - timedelta(minutes=6))
    sweep(0)
    do_jobs()
    row.refresh_from_db()
    assert row.state == State.DONE and Post.objects.count() == 1


def test_a_forwarded_message_is_kept_whatever_the_subject_says(post_in: PostIn, ada: Person) -> None:
    """And though nothing stands above it."""
    text = "---------- Forwarded message ---------\nFrom: Eve <eve@example.org>\nDate: Tue, 3 Mar 2026\n"
    text += "Subject: Beans\nTo: Ada <ada@example.org>\n\nSoak them first.\n"
    post_in(letter("ada@example.org", share_address(ada), "Beans", text))
    post = Post.objects.get()
    assert (post.text, post.byline) == ("Soak them first.", "Eve")


def test_forwarded_mail_keeps_its_author(post_in: PostIn, ada: Person) -> None:
    """The name of who wrote it, and no address."""
    text = "See below.\n\n---------- Forwarded message ----------\n"
    text += "From: Rosa Lind <rosa@example.net>\nDate: Mon, 2 Mar 2026\n"
    text += "Subject: Compost\nTo: ada@example.org\n\nTurn it every week.\n"
    post_in(letter("ada@example.org", share_address(ada), "Fwd: Compost", text))
    post = Post.objects.get()
    assert (post.byline, post.title) == ("Rosa Lind", "Compost")
    assert "Turn it every week." in post.text and "rosa@example.net" not in post.html


def test_a_reply_is_for_whom_its_thread_is_for(post_in: PostIn, ada: Person, ben: Person) -> None:
    """Whatever way it came by."""
    narrow = door.admit(Draft(author=ada, text="For us alone.", audience=Audience.NAMED, readers=(ben,)))
    post_in(
        letter(
            "ben@example.org", reply_address(narrow.id, ben.id), "", "Thank you for telling us, I will think."
        )
    )
    assert Post.objects.get(reply_to=narrow).audience == Audience.NAMED


def test_a_reply_address_is_no_use_to_anybody_else(
    post_in: PostIn, ada: Person, ben: Person, cleo: Person
) -> None:
    """They are told so once, kindly."""
    asked = door.admit(Draft(author=ada, text="How do I keep slugs off?", kind=Kind.QUESTION))
    row = post_in(letter("cleo@example.org", reply_address(asked.id, ben.id), "Re: slugs", "Beer."))
    assert row.state == State.REFUSED and not Post.objects.filter(reply_to=asked).exists()
    assert [m.to for m in mail.outbox] == [["cleo@example.org"]]
    said = mail.outbox[0].body
    assert "not sent to" in said and "Ben" not in said and "How do I keep" not in said


def test_an_address_that_was_cut_off_is_answered_with_what_to_do(post_in: PostIn, ada: Person) -> None:
    """Nothing is shared by it."""
    row = post_in(letter("ada@example.org", share_address(ada)[:-14] + "@localhost", "Notes", "Mine."))
    assert (
        row.state == State.REFUSED and Post.objects.count() == 0 and "copy all of it" in mail.outbox[0].body
    )
