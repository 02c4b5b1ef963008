"""Who may join: everybody, whoever is invited, whoever a moderator lets in, or nobody for now."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.lib.errors import Refused
from potluck.people.invite import invite, withdraw
from potluck.people.join_requests import approve
from potluck.people.models import Account, Invitation, Network, Person
from potluck.people.network import look_again, the_network
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post

As = Callable[[Person | None], Client]


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    cache.clear()
    look_again()
    yield
    cache.clear()
    look_again()


@pytest.fixture
def host(dov: Person) -> Person:
    Account.objects.filter(person=dov).update(is_superuser=True)
    return dov


def joining(how: str) -> None:
    the_network()
    Network.objects.update(joining=how)
    look_again()


def sign_up(visitor: Client, address: str) -> None:
    visitor.post("/accounts/signup/", {"email": address})
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.M)
    assert found
    visitor.post("/accounts/confirm-email/", {"code": found[1]})


def test_a_closed_network_says_so_and_makes_no_account(host: Person) -> None:
    joining("closed")
    assert "takes nobody new for now" in Client().get("/accounts/signup/").content.decode()
    Client().post("/accounts/signup/", {"email": "fay@example.org"})
    assert not Account.objects.filter(email="fay@example.org").exists()


def test_without_an_invitation_nobody_joins_a_network_by_invitation(host: Person) -> None:
    joining("invited")
    assert "by invitation" in Client().get("/accounts/signup/").content.decode()
    Client().post("/accounts/signup/", {"email": "fay@example.org"})
    assert not Account.objects.filter(email="fay@example.org").exists()


def test_the_first_may_always_join() -> None:
    joining("closed")
    sign_up(Client(), "first@example.org")
    assert Account.objects.get(email="first@example.org").is_superuser


def test_an_invitation_lets_somebody_in_and_says_who_invited(host: Person, ada: Person, as_: As) -> None:
    joining("invited")
    as_(ada).post("/you/invitations", {"note": "Come in", "days": "3"})
    row = Invitation.objects.get()
    visitor = Client()
    page = visitor.get(f"/join/{row.token}").content.decode()
    assert "Ada Marsh invites you" in page
    assert "Come in" in page
    sign_up(visitor, "fay@example.org")
    assert Person.objects.get(account__email="fay@example.org").invited_by == ada


def test_an_invitation_that_ran_out_or_was_withdrawn_lets_nobody_in(host: Person, ada: Person) -> None:
    gone, back = invite(by=ada), invite(by=ada)
    Invitation.objects.filter(pk=gone.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    withdraw(back, by=ada)
    for row in (gone, back):
        answer = Client().get(f"/join/{row.token}")
        assert answer.status_code == 404
        assert "does not hold any more" in answer.content.decode()


def test_an_invitation_withdrawn_on_the_way_lets_nobody_in(host: Person, ada: Person) -> None:
    joining("invited")
    row = invite(by=ada)
    visitor = Client()
    visitor.get(f"/join/{row.token}")
    withdraw(row, by=ada)
    visitor.post("/accounts/signup/", {"email": "fay@example.org"})
    assert not Account.objects.filter(email="fay@example.org").exists()


def test_a_withdrawal_can_be_taken_back(ada: Person, as_: As) -> None:
    row = invite(by=ada)
    as_(ada).post(f"/you/invitations/{row.pk}/withdrawal")
    assert Client().get(f"/join/{row.token}").status_code == 404
    as_(ada).post(f"/you/invitations/{row.pk}/withdrawal", {"undo": "1"})
    assert Client().get(f"/join/{row.token}").status_code == 200


def test_nobody_withdraws_what_another_made(ada: Person, ben: Person, as_: As) -> None:
    row = invite(by=ada)
    assert as_(ben).post(f"/you/invitations/{row.pk}/withdrawal").status_code == 404
    assert Client().get(f"/join/{row.token}").status_code == 200


def test_the_invitations_of_a_suspended_member_do_not_hold(ada: Person) -> None:
    row = invite(by=ada)
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    assert Client().get(f"/join/{row.token}").status_code == 404
    ada.refresh_from_db()
    with pytest.raises(Refused):
        invite(by=ada)


def test_who_waits_for_a_yes_looks_around_and_shares_after_it(host: Person, ada: Person, as_: As) -> None:
    joining("approval")
    admit(Draft(author=ada, text="For members", audience=Audience.MEMBERS))
    visitor = Client()
    sign_up(visitor, "fay@example.org")
    fay = Person.objects.get(account__email="fay@example.org")
    assert not Post.objects.visible_to(fay).exists()
    with pytest.raises(Refused):
        admit(Draft(author=fay, text="Hello"))
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        ["dov@example.org"],
        "[Potluck] Somebody wants to join",
    )
    moderator = as_(host)
    assert "fay@example.org" in moderator.get("/moderation/joining").content.decode()
    moderator.post("/moderation/joining", {"who": str(fay.pk), "answer": "yes"})
    fay.refresh_from_db()
    assert fay.approved_at
    assert mail.outbox[-1].subject == "[Potluck] You are in"
    assert Post.objects.visible_to(fay).exists()
    admit(Draft(author=fay, text="Hello"))


def test_a_no_can_be_taken_back(host: Person, as_: As) -> None:
    joining("approval")
    sign_up(Client(), "fay@example.org")
    fay = Person.objects.get(account__email="fay@example.org")
    moderator = as_(host)
    moderator.post("/moderation/joining", {"who": str(fay.pk), "answer": "no"})
    assert "fay@example.org" not in moderator.get("/moderation/joining").content.decode()
    moderator.post(f"/moderation/joining/{fay.pk}", {"undo": "1"})
    assert "fay@example.org" in moderator.get("/moderation/joining").content.decode()


def test_only_a_moderator_says_who_may_join(ada: Person, as_: As) -> None:
    assert as_(ada).get("/moderation/joining").status_code == 403
    with pytest.raises(Refused):
        approve(ada, by=ada)
