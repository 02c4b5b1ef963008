"""Leaving: with everything, or leaving the posts here; and the way back while there is one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.lib.errors import Malformed, Refused
from potluck.people.follow import Wish, follow
from potluck.people.leave import GRACE, leave
from potluck.people.models import Account, Follow, Leaving, Person
from potluck.posts.draft import Draft
from potluck.posts.jobs import let_go
from potluck.posts.models import Post
from potluck.search.models import Indexed
from potluck.search.purge import forget_emptied

As = Callable[[Person | None], Client]


@pytest.fixture(autouse=True)
def fresh(db: None) -> None:
    cache.clear()


def sign_in_anew(person: Person, as_: As) -> Client:
    """Signed in through the page, so that who they are counts as shown."""
    browser = as_(person)
    browser.post("/accounts/reauthenticate/", {"password": "a long enough secret"})
    return browser


def time_passes() -> None:
    Leaving.objects.update(asked_at=timezone.now() - GRACE - timedelta(minutes=1))
    let_go(timestamp=0)


def test_leaving_takes_the_handle_typed(ada: Person, as_: As) -> None:
    browser = sign_in_anew(ada, as_)
    answer = browser.post("/you/account/leaving", {"typed": "somebody"})
    assert answer.status_code == 422
    assert "Type your handle" in answer.content.decode()
    assert not Leaving.objects.exists()


def test_leaving_asks_who_one_is(ada: Person, as_: As) -> None:
    answer = as_(ada).get("/you/account/leaving")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_with_everything_it_is_out_of_sight_at_once_and_signed_out(ada: Person, as_: As) -> None:
    post = admit(Draft(author=ada, text="Mine"))
    browser, elsewhere = sign_in_anew(ada, as_), as_(ada)
    assert browser.post("/you/account/leaving", {"typed": "@ada", "posts": "go"})["Location"] == "/"
    assert not Post.objects.public().filter(pk=post.pk).exists()
    assert browser.get("/you/account").status_code == 302
    assert elsewhere is not browser


def test_within_the_time_one_can_stay_after_all(ada: Person, as_: As) -> None:
    post = admit(Draft(author=ada, text="Mine"))
    leave(ada, typed="ada", keeps_posts=False)
    browser = sign_in_anew(ada, as_)
    assert "Stay" in browser.get("/you/account/leaving").content.decode()
    browser.post("/you/account/leaving", {"stay": "1"})
    time_passes()
    assert Post.objects.public().filter(pk=post.pk).exists()
    assert Account.objects.filter(email="ada@example.org").exists()


def test_who_signs_in_while_leaving_is_asked_whether_to_stay(ada: Person, client: Client) -> None:
    assert ada.account is not None
    ada.account.set_password("a long enough secret")
    ada.account.save()
    EmailAddress.objects.create(user=ada.account, email="ada@example.org", primary=True, verified=True)
    leave(ada, typed="ada", keeps_posts=False)
    answer = client.post("/accounts/login/", {"login": "ada@example.org", "password": "a long enough secret"})
    assert answer["Location"] == "/you/account/leaving"


def test_everything_goes_when_the_time_is_over(ada: Person, ben: Person) -> None:
    alone = admit(Draft(author=ada, text="Nobody answered this"))
    answered = admit(Draft(author=ada, text="A secret somebody answered"))
    answer = admit(Draft(author=ben, text="An answer", reply_to=answered))
    follow(Wish(who=ada), by=ben)
    leave(ada, typed="ada", keeps_posts=False)
    time_passes()
    assert not Account.objects.filter(email="ada@example.org").exists()
    for post in (alone, answered):
        post.refresh_from_db()
        assert post.deleted_at
        assert post.text == post.html == post.excerpt == ""
    forget_emptied(timestamp=0)
    assert set(Indexed.objects.values_list("post_id", flat=True)) == {answer.id}
    answer.refresh_from_db()
    assert answer.text == "An answer"
    ada.refresh_from_db()
    assert "ada" not in (ada.handle, ada.name.lower())
    assert not Follow.objects.filter(who=ada).exists()


def test_posts_stay_by_somebody_who_left(ada: Person) -> None:
    post = admit(Draft(author=ada, text="Worth keeping"))
    leave(ada, typed="ada", keeps_posts=True)
    assert Post.objects.public().filter(pk=post.pk).exists()
    time_passes()
    post.refresh_from_db()
    assert post.text == "Worth keeping"
    assert post.author.name == "Somebody who left"
    assert post.author.account is None
    assert Post.objects.public().filter(pk=post.pk).exists()


def test_nobody_is_let_go_before_the_time_is_over(ada: Person) -> None:
    leave(ada, typed="ada", keeps_posts=False)
    let_go(timestamp=0)
    assert Account.objects.filter(email="ada@example.org").exists()


def test_the_only_host_cannot_leave(dov: Person) -> None:
    Account.objects.filter(person=dov).update(is_superuser=True)
    dov.refresh_from_db()
    with pytest.raises(Refused):
        leave(dov, typed="dov", keeps_posts=True)


def test_a_wrong_handle_is_malformed(ada: Person) -> None:
    with pytest.raises(Malformed):
        leave(ada, typed="", keeps_posts=True)
