"""Something is sent to one person who is not here: one letter, a reply is all it takes, and "never again" is kept."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail import addresses
from potluck.channels.mail.invites.send import MOST
from potluck.channels.mail.models import Guest, Never, Sending
from potluck.channels.mail.outbound.send_job import forget_carried
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.channels.mail.tests.conftest import letter as written
from potluck.deliver.models import Delivery
from potluck.deliver.preferences import turn_off
from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post

As = Callable[[Person | None], Client]
GRETA = {"address": "Greta@Elsewhere.example", "note": "You know slugs, I hear."}


@pytest.fixture(autouse=True)
def box(tmp_path: Path, settings: Settings) -> Path:
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True
    return tmp_path


@pytest.fixture
def question(ada: Person) -> Post:
    return admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))


def test_they_get_one_letter_with_the_line_and_the_way_to_answer(
    ada: Person, question: Post, as_: As, box: Path
) -> None:
    assert "slugs" in as_(ada).get(f"/posts/{question.id}/sending").content.decode()
    assert as_(ada).post(f"/posts/{question.id}/sending", GRETA).status_code == 302
    (sent,) = taken(box)
    assert sent["To"] == "greta@elsewhere.example"
    assert sent["From"] == "Ada Marsh via Potluck <potluck@localhost>"
    assert sent["Subject"] == "How do you keep slugs off seedlings?"
    assert "> You know slugs, I hear." in plain(sent) and "You know slugs, I hear." in html(sent)
    assert "You are on no list" in plain(sent) and sent["List-Id"] is None
    post, person = addresses.read_reply(sent["Reply-To"]) or (0, 0)
    assert post == question.id and Guest.objects.get().person_id == person
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    assert taken(box) == []


def test_their_reply_stands_in_the_thread_and_they_hear_what_is_said_to_them(
    ada: Person, question: Post, as_: As, box: Path, work: Callable[[], None], post_in: Callable[..., object]
) -> None:
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    (sent,) = taken(box)
    post_in(
        written("Greta Holm <greta@elsewhere.example>", sent["Reply-To"], f"Re: {sent['Subject']}", "Bran.")
    )
    answer = Post.objects.get(reply_to=question)
    assert answer.text == "Bran." and Guest.objects.get().confirmed_at is not None
    admit(Draft(author=ada, text="Dry bran?", reply_to=answer))
    work()
    (back,) = [one for one in taken(box) if "greta" in one["To"]]
    assert "Ada Marsh replied to you" in plain(back)


def test_never_again_is_one_press_and_holds_for_everybody(
    ada: Person, ben: Person, question: Post, as_: As, box: Path
) -> None:
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    (sent,) = taken(box)
    link = re.findall(r"<http://localhost:8000([^>]*)>", sent["List-Unsubscribe"])[0]
    assert link in plain(sent)
    assert Client().get(link).status_code == 200 and not Never.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    assert "Done." in strict.post(link, {"List-Unsubscribe": "One-Click"}).content.decode()
    other = admit(Draft(author=ben, text="Worms are out."))
    assert as_(ben).post(f"/posts/{other.id}/sending", GRETA).status_code == 302
    assert taken(box) == [] and "greta" not in str(Never.objects.get().digest)
    Client().post(link, {"undo": "1"})
    as_(ben).post(f"/posts/{other.id}/sending", GRETA)
    assert len(taken(box)) == 1
    assert Client().post(link + "x").status_code == 404


def test_whether_somebody_is_here_is_told_to_nobody(
    ada: Person, ben: Person, question: Post, as_: As, box: Path
) -> None:
    said = []
    for address in ("ben@example.org", "nobody@elsewhere.example"):
        client = as_(ada)
        client.post(f"/posts/{question.id}/sending", {"address": address})
        said.append(re.search(r"It is on its way[^<]*", client.get("/you").content.decode()))
    assert all(said) and said[0] and said[1] and said[0][0] == said[1][0]
    letters = {one["To"]: one for one in taken(box)}
    assert addresses.read_reply(letters["ben@example.org"]["Reply-To"]) == (question.id, ben.id)
    turn_off(ben)
    other = admit(Draft(author=ada, text="Worms are out."))
    as_(ada).post(f"/posts/{other.id}/sending", {"address": "ben@example.org"})
    assert taken(box) == []


@pytest.mark.parametrize("address", ["", "greta", "greta@", "ask@localhost", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_of_theirs_is_said(address: str, ada: Person, question: Post, as_: As) -> None:
    answer = as_(ada).post(f"/posts/{question.id}/sending", {"address": address, "note": "mine"})
    assert answer.status_code == 422 and "mine" in answer.content.decode()
    assert not Sending.objects.exists() and not Guest.objects.exists()


def test_what_is_not_for_everybody_is_not_sent(ada: Person, ben: Person, as_: As) -> None:
    kept = admit(Draft(author=ada, text="For members.", audience=Audience.MEMBERS))
    mine = admit(Draft(author=ada, text="For me.", audience=Audience.ME))
    assert as_(ada).post(f"/posts/{kept.id}/sending", GRETA).status_code == 422
    assert as_(ben).get(f"/posts/{mine.id}/sending").status_code == 404
    assert not Delivery.objects.exists()


def test_what_is_taken_back_meanwhile_does_not_go(ada: Person, question: Post, as_: As, box: Path) -> None:
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    delete(question, by=ada)
    assert taken(box) == []


def test_somebody_who_never_wrote_gets_no_more_than_a_few(ada: Person, as_: As, box: Path) -> None:
    for number in range(MOST + 2):
        post = admit(Draft(author=ada, text=f"Worm number {number}."))
        assert as_(ada).post(f"/posts/{post.id}/sending", GRETA).status_code == 302
    assert len(taken(box)) == MOST


def test_after_a_month_only_that_it_was_sent_is_known(
    ada: Person, question: Post, as_: As, box: Path
) -> None:
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    Sending.objects.update(at=timezone.now() - timedelta(days=40))
    taken(box)
    Delivery.objects.all().delete()
    forget_carried(0)
    assert "@" not in Sending.objects.get().address
    as_(ada).post(f"/posts/{question.id}/sending", GRETA)
    assert taken(box) == []
