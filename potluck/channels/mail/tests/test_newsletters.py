"""A newsletter comes in by an address of its own; what is for its subscriber alone nobody else sees."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from potluck.channels.mail.addresses import news_address
from potluck.channels.mail.inbound.receive import receive
from potluck.channels.mail.models import Letter, Newsletter, State
from potluck.channels.mail.newsletters.subscribe import make
from potluck.people.models import Follow, Person
from potluck.posts.models import Post

from .conftest import do_jobs, letter

PostIn = Callable[..., Letter]
As = Callable[[Person | None], Client]
EDEN = "The Garden <no-reply@garden.example>"
LONG = "Worms turn leaves to soil in eight weeks. " * 20


@pytest.fixture
def garden(ada: Person) -> Newsletter:
    return make("Garden weekly", "https://garden.example/", "soil #worms", by=ada)


def comes(
    post_in: PostIn, to: Newsletter, subject: str, text: str, sender: str = EDEN, **more: str
) -> Letter:
    address = news_address(to.token)
    return post_in(letter(sender, address, subject, text, **more), address)


def test_an_issue_is_shared_as_its_writers_who_is_no_member(
    post_in: PostIn, garden: Newsletter, ada: Person, as_: As
) -> None:
    """Whole for members, its beginning for visitors; on the topics chosen; as an answer to nobody."""
    row = comes(post_in, garden, "Issue 7: worms", LONG, Precedence="bulk", List_Id="<garden.example>")
    post = Post.objects.get()
    assert row.state == State.DONE and (post.title, post.author) == ("Issue 7: worms", garden.person)
    assert set(post.tags) == {"soil", "worms"} and mail.outbox == []
    assert Follow.objects.filter(by=ada, who=garden.person).exists()
    assert as_(ada).get(post.page).content.count(b"eight weeks") > 10
    assert as_(None).get(post.page).content.count(b"eight weeks") < 15
    assert "garden.example" in as_(None).get(garden.person.page).content.decode()


def test_the_same_issue_again_is_one(post_in: PostIn, garden: Newsletter) -> None:
    for _turn in range(2):
        comes(post_in, garden, "Issue 7", LONG, Message_ID="<7@garden.example>")
    assert Post.objects.count() == 1


def test_a_mail_that_asks_to_confirm_is_for_its_member_alone(
    post_in: PostIn, garden: Newsletter, ada: Person, ben: Person, as_: As
) -> None:
    row = comes(
        post_in,
        garden,
        "Please confirm your subscription",
        "Press https://garden.example/yes/zq77 to confirm.",
    )
    assert row.state == State.UNCONFIRMED and not Post.objects.exists()
    assert [m.to for m in mail.outbox] == [["ada@example.org"]] and "zq77" not in mail.outbox[0].body
    assert b"https://garden.example/yes/zq77" in as_(ada).get("/you/newsletters").content
    assert b"zq77" not in as_(ben).get("/you/newsletters").content
    assert as_(ben).post(f"/you/newsletters/letters/{row.id}", {"said": "share"}).status_code == 404
    as_(ada).post(f"/you/newsletters/letters/{row.id}", {"said": "drop"})
    assert b"zq77" not in as_(ada).get("/you/newsletters").content


def test_what_was_taken_for_such_a_mail_is_shared_on_a_press(
    post_in: PostIn, garden: Newsletter, ada: Person, as_: As
) -> None:
    row = comes(post_in, garden, "A study confirms it", "Worms help.")
    as_(ada).post(f"/you/newsletters/letters/{row.id}", {"said": "share"})
    do_jobs()
    assert Post.objects.get().title == "A study confirms it"


def test_how_to_leave_and_the_address_are_seen_by_its_member_alone(
    post_in: PostIn, garden: Newsletter, ada: Person, as_: As
) -> None:
    address = news_address(garden.token)
    text = f"{LONG}\n\nSent to {address}.\nUnsubscribe: https://garden.example/off/zq99\n"
    comes(post_in, garden, "Issue 8", text, List_Unsubscribe="<https://garden.example/leave/zq98>")
    post = Post.objects.get()
    said = as_(ada).get(post.page).content.decode() + post.text + post.html
    assert "zq99" not in said and garden.token not in said and "zq98" not in said
    assert b"https://garden.example/leave/zq98" in as_(ada).get("/you/newsletters").content


def test_a_letter_of_somebody_else_to_that_address_waits(post_in: PostIn, garden: Newsletter) -> None:
    comes(post_in, garden, "Issue 1", LONG)
    row = comes(post_in, garden, "Buy now", LONG, "Evil <x@evil.example>")
    assert row.state == State.UNCONFIRMED and Post.objects.count() == 1


def test_whoever_turns_out_to_be_a_member_is_not_spoken_for(
    post_in: PostIn, garden: Newsletter, cleo: Person
) -> None:
    Person.objects.filter(pk=garden.person.pk).update(claimed_by=cleo)
    assert comes(post_in, garden, "Issue 2", LONG).state == State.IGNORED and not Post.objects.exists()


def test_one_press_ends_it_and_one_takes_it_back(
    post_in: PostIn, garden: Newsletter, ada: Person, ben: Person, as_: As
) -> None:
    """What came stays; nobody is told that nobody reads it any more."""
    comes(post_in, garden, "Issue 1", LONG)
    page = f"/you/newsletters/{garden.id}/retirement"
    assert as_(ben).post(page).status_code == 404
    as_(ada).post(page)
    assert comes(post_in, garden, "Issue 2", LONG).state == State.IGNORED
    as_(ada).post(page, {"undo": "1"})
    comes(post_in, garden, "Issue 3", LONG)
    assert set(Post.objects.values_list("title", flat=True)) == {"Issue 1", "Issue 3"}
    assert mail.outbox == []


def test_the_page_makes_an_address_nobody_guesses(ada: Person, as_: As) -> None:
    client = as_(ada)
    assert client.post("/you/newsletters", {"name": "", "page": "https://x.example/"}).status_code == 422
    client.post("/you/newsletters", {"name": "Garden", "page": "garden.example", "tags": "soil"})
    found = re.search(r"news-[a-z2-7]{24}@localhost", client.get("/you/newsletters").content.decode())
    assert found is not None and "+" not in found[0]


def test_an_address_that_is_nobodys_takes_nothing(db: None) -> None:
    address = news_address("a" * 24)
    row = receive(letter(EDEN, address, "Hi", "x").as_bytes(), recipients=[address])
    do_jobs()
    row.refresh_from_db()
    assert row.state == State.IGNORED and mail.outbox == []
