"""A few people a week to follow, each put forward once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.match.suggestions.weekly import people_of_the_week
from potluck.people.block import block, mute
from potluck.people.follow import Wish, follow
from potluck.people.models import Person, PutForward
from potluck.people.suggestion_dismissals import decline, take_back, wish_for_people
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Post
from tests.cast import member

As = Callable[[Person | None], Client]


@pytest.fixture
def five(ada: Person, ben: Person, cleo: Person, eve: Person) -> list[Person]:
    admit(Draft(author=ada, text="My first heap #compost"))
    people = [ben, cleo, eve, member("fay", "Fay Holt"), member("gil", "Gil Amsel")]
    for who in people:
        admit(Draft(author=who, text=f"{who.shown_name} turns the heap #compost"))
    return people


def put_forward(viewer: Person, days: int = 0) -> list[str]:
    return [one.name for one in people_of_the_week(viewer, timezone.now() + timedelta(days=days))]


def test_three_stay_for_a_week_and_then_others_come_until_nobody_is_left(
    five: list[Person], ada: Person
) -> None:
    first = put_forward(ada)
    admit(Draft(author=member("hal", "Hal Iden"), text="Late and new #compost"))
    assert len(first) == 3 and put_forward(ada, 6) == first
    second = put_forward(ada, 8)
    assert len(second) == 3 and not set(first) & set(second)
    assert put_forward(ada, 16) == []


def test_each_comes_with_the_reason(five: list[Person], ada: Person) -> None:
    assert {one.why for one in people_of_the_week(ada)} == {"shares on #compost, as you do"}


def test_who_is_followed_or_declined_goes_and_nobody_takes_their_place(
    five: list[Person], ada: Person
) -> None:
    one, two, three = (Person.objects.get(name=name) for name in put_forward(ada))
    follow(Wish(who=one), by=ada)
    decline(two, by=ada)
    assert put_forward(ada) == [three.name]
    take_back(two, by=ada)
    assert put_forward(ada) == [two.name, three.name]
    decline(two, by=ada)
    decline(three, by=ada)
    assert put_forward(ada, 6) == []
    assert not {one.name, two.name, three.name} & set(put_forward(ada, 8))


def test_who_hides_or_is_hidden_since_is_not_shown(five: list[Person], ada: Person) -> None:
    one, two, three = (Person.objects.get(name=name) for name in put_forward(ada))
    block(ada, by=one)
    mute(two, by=ada)
    assert put_forward(ada) == [three.name]
    Person.objects.filter(pk=three.pk).update(suspended_at=timezone.now())
    assert put_forward(ada) == []


def test_nothing_is_said_of_a_post_that_is_gone(five: list[Person], ada: Person) -> None:
    one = people_of_the_week(ada)[0]
    delete(Post.objects.get(author=one.id), by=Person.objects.get(pk=one.id))
    assert one.name not in put_forward(ada) and len(put_forward(ada)) == 2


def test_a_tag_taken_off_since_is_not_said(five: list[Person], ada: Person) -> None:
    one = people_of_the_week(ada)[0]
    Post.objects.filter(author=one.id).update(tags=[])
    assert "compost, as you do" not in people_of_the_week(ada)[0].why


def test_who_wishes_for_nobody_gets_nobody(five: list[Person], ada: Person) -> None:
    wish_for_people(ada, False)
    assert put_forward(ada) == [] and not PutForward.objects.exists()
    wish_for_people(ada, True)
    assert len(put_forward(ada)) == 3


def test_the_people_page_puts_them_forward_with_a_way_to_say_no(
    five: list[Person], ada: Person, as_: As
) -> None:
    browser = as_(ada)
    page = browser.get("/people").content.decode()
    assert page.count(">Not for me<") == 3 and "shares on #compost, as you do" in page
    who = PutForward.objects.filter(person=ada)[0].who
    page = browser.post(f"{who.page}/declining", follow=True).content.decode()
    assert page.count(">Not for me<") == 2 and f"{who.shown_name} is not put forward" in page
    page = browser.post(f"{who.page}/declining", {"undo": "1"}, follow=True).content.decode()
    assert page.count(">Not for me<") == 3
    browser.post("/you/peace", {"people": "0"})
    assert ">Not for me<" not in browser.get("/people").content.decode()
    assert "Put a few people forward" in browser.get("/you/peace").content.decode()


def test_a_visitor_and_who_looks_for_somebody_see_the_directory_alone(
    five: list[Person], ada: Person, as_: As
) -> None:
    assert ">Not for me<" not in as_(None).get("/people").content.decode()
    assert ">Not for me<" not in as_(ada).get("/people?q=ben").content.decode()
    assert not PutForward.objects.exists()
