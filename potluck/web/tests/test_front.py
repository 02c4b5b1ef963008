"""Share first: a visitor writes, gives an address, types a code; it is out, once, and they have an account."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.people.models import Account, Network, Person
from potluck.people.network import look_again, the_network
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind, Post, SavedDraft

CONFIRM = "/accounts/login/code/confirm/"
TEXT = "Bran in a ring keeps slugs off, until it rains. #slugs"


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    cache.clear()
    look_again()
    yield
    cache.clear()
    look_again()


@pytest.fixture
def host(db: None) -> Person:
    account = Account.objects.create_user("host@example.org", is_superuser=True)
    return Person.objects.create(
        account=account, handle="host", uri="http://localhost/host", approved_at=timezone.now()
    )


def joining(how: str) -> None:
    the_network()
    Network.objects.update(joining=how)
    look_again()


def code() -> str:
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def write(visitor: Client, address: str, text: str = TEXT, **more: str) -> None:
    assert visitor.post("/share/first", {"text": text, **more})["Location"] == "/share/first"
    answer = visitor.post("/share/first", {"text": text, "email": address, **more})
    assert answer["Location"] == CONFIRM, answer.content.decode()


def test_the_front_says_what_this_is_and_shows_what_is_fresh(ada: Person, ben: Person) -> None:
    admit(Draft(author=ada, text="An older one"))
    admit(Draft(author=ada, text="Her newest one"))
    admit(Draft(author=ben, text="How do you keep slugs off?"))
    admit(Draft(author=ben, text="Not for visitors", audience=Audience.MEMBERS))
    page = Client().get("/").content.decode()
    assert "People who learn from each other" in page
    assert "What did you learn, find or wonder?" in page
    assert "Her newest one" in page
    assert "An older one" not in page
    assert "Not for visitors" not in page
    assert "Looked for" in page


def test_the_front_of_an_empty_network_offers_to_begin() -> None:
    assert "Whoever begins sets the table" in Client().get("/").content.decode()


def test_members_go_home(ada: Person, as_: Callable[[Person | None], Client]) -> None:
    assert as_(ada).get("/")["Location"] == "/home"


def test_a_visitor_shares_first_and_is_a_member_after() -> None:
    visitor = Client()
    write(visitor, "fay@example.org")
    assert not Post.objects.exists()
    answer = visitor.post(CONFIRM, {"code": code()})
    assert answer["Location"] == "/welcome/name"
    post = Post.objects.get()
    assert post.text == TEXT
    assert post.audience == Audience.PUBLIC
    assert post.author.account is not None
    assert post.author.account.email == "fay@example.org"
    page = visitor.get("/welcome/name").content.decode()
    assert "It is out." in page
    assert post.page in page


def test_a_question_is_one_without_being_asked_for() -> None:
    visitor = Client()
    write(visitor, "fay@example.org", "How do you keep slugs off seedlings? #slugs #garden")
    visitor.post(CONFIRM, {"code": code()})
    assert Post.objects.get().kind == Kind.QUESTION


def test_it_can_be_for_fewer(host: Person) -> None:
    visitor = Client()
    write(visitor, "fay@example.org", audience="members")
    visitor.post(CONFIRM, {"code": code()})
    assert Post.objects.get().audience == Audience.MEMBERS


def test_an_unknown_audience_is_never_a_wider_one(host: Person) -> None:
    visitor = Client()
    write(visitor, "fay@example.org", audience="named")
    visitor.post(CONFIRM, {"code": code()})
    assert Post.objects.get().audience == Audience.ME


def test_a_member_who_is_not_signed_in_shares_the_same_way(ada: Person) -> None:
    visitor = Client()
    write(visitor, "ada@example.org")
    answer = visitor.post(CONFIRM, {"code": code()})
    post = Post.objects.get(author=ada)
    assert answer["Location"] == post.page
    assert "It is out." in visitor.get("/you/account").content.decode()


def test_sent_twice_it_is_out_once_and_one_code_goes() -> None:
    visitor = Client()
    write(visitor, "fay@example.org")
    write(visitor, "fay@example.org")
    assert len(mail.outbox) == 1
    right = code()
    visitor.post(CONFIRM, {"code": right})
    visitor.post(CONFIRM, {"code": right})
    visitor.post("/share/first", {"text": TEXT})
    assert Post.objects.count() == 1


def test_two_browsers_that_send_the_same_make_one_post(ada: Person) -> None:
    for visitor in (Client(), Client()):
        write(visitor, "ada@example.org")
        visitor.post(CONFIRM, {"code": code()})
        cache.clear()
    assert Post.objects.count() == 1


def test_a_wrong_code_loses_nothing() -> None:
    visitor = Client()
    write(visitor, "fay@example.org")
    page = visitor.post(CONFIRM, {"code": "BBBB-BBBB"}).content.decode()
    assert "Bran in a ring" in page
    for _time in range(2):
        visitor.post(CONFIRM, {"code": "BBBB-BBBB"})
    assert "Bran in a ring" in visitor.get("/").content.decode()
    assert "Bran in a ring" in visitor.get("/share/first").content.decode()
    cache.clear()
    write(visitor, "fay@example.org")
    visitor.post(CONFIRM, {"code": code()})
    assert Post.objects.count() == 1


def test_a_bad_address_is_said_beside_it_and_the_text_is_kept() -> None:
    visitor = Client()
    answer = visitor.post("/share/first", {"text": TEXT, "email": "fay@nowhere"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This is not a whole mail address." in page
    assert "Bran in a ring" in page


def test_an_empty_box_says_so() -> None:
    answer = Client().post("/share/first", {"text": "  "})
    assert answer.status_code == 422
    assert "A line is enough" in answer.content.decode()


def test_signed_in_it_is_out_at_once(ada: Person, as_: Callable[[Person | None], Client]) -> None:
    answer = as_(ada).post("/share/first", {"text": TEXT})
    assert answer["Location"] == Post.objects.get(author=ada).page


def test_a_password_publishes_what_is_kept_as_well(ada: Person) -> None:
    visitor = Client()
    write(visitor, "ada@example.org")
    visitor.post(CONFIRM, {"code": code()})
    visitor.post("/accounts/logout/")
    visitor.post("/share/first", {"text": "A second one"})
    visitor.post("/accounts/login/", {"login": "ada@example.org", "password": "a long enough secret"})
    assert Post.objects.filter(author=ada, text="A second one").exists()


def test_a_suspended_member_keeps_the_text_as_a_draft(ada: Person) -> None:
    Person.objects.update(suspended_at=timezone.now())
    visitor = Client()
    write(visitor, "ada@example.org")
    answer = visitor.post(CONFIRM, {"code": code()})
    assert answer["Location"] == "/share"
    assert not Post.objects.exists()
    assert SavedDraft.objects.get(person=ada).fields["text"] == TEXT
    assert "suspended" in visitor.get("/share").content.decode()


@pytest.mark.parametrize("how", ["invited", "closed"])
def test_nobody_uninvited_joins_by_writing(host: Person, how: str) -> None:
    joining(how)
    visitor = Client()
    write(visitor, "fay@example.org")
    assert "no account here has it" in mail.outbox[0].body
    assert not Account.objects.filter(email="fay@example.org").exists()
    assert "Look into your mail" in visitor.get(CONFIRM).content.decode()


def test_an_invited_visitor_shares_first(host: Person) -> None:
    from potluck.people.invite import invite

    joining("invited")
    visitor = Client()
    assert visitor.get(f"/join/{invite(by=host).token}").status_code == 200
    write(visitor, "fay@example.org")
    visitor.post(CONFIRM, {"code": code()})
    assert Post.objects.get().author.invited_by == host


def test_where_a_moderator_says_yes_first_the_text_waits(host: Person) -> None:
    joining("approval")
    visitor = Client()
    write(visitor, "fay@example.org")
    assert visitor.post(CONFIRM, {"code": code()})["Location"] == "/welcome/name"
    assert not Post.objects.exists()
    assert SavedDraft.objects.get().fields["text"] == TEXT
    assert "A moderator says yes" in visitor.get("/welcome/name").content.decode()
