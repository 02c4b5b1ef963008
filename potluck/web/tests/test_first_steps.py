"""The first steps, each of which can be skipped, and whom a newcomer might follow."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.match.suggestions.people import people_to_follow, tags_to_follow
from potluck.people.block import block, mute
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience

As = Callable[[Person | None], Client]


@pytest.fixture
def shared(ada: Person, ben: Person, cleo: Person, eve: Person) -> None:
    admit(Draft(author=cleo, text="A loaf that rises slowly #bread"))
    admit(Draft(author=ben, text="Compost in a flat, three years on #compost #balcony"))
    admit(Draft(author=eve, text="What worms eat #compost", url="https://eve.example/worms"))
    admit(Draft(author=cleo, text="For members alone #compost", audience=Audience.MEMBERS))
    admit(Draft(author=ada, text="My first heap #compost"))


def test_each_step_can_be_skipped(ada: Person, as_: As) -> None:
    browser = as_(ada)
    assert 'href="/welcome/sources"' in browser.get("/welcome/name").content.decode()
    assert 'href="/welcome/people"' in browser.get("/welcome/sources").content.decode()
    assert 'href="/welcome/done"' in browser.get("/welcome/people").content.decode()
    assert browser.get("/welcome/done")["Location"] == "/home"


def test_no_field_is_required(ada: Person, as_: As) -> None:
    assert as_(ada).post("/welcome/name", {})["Location"] == "/welcome/sources"
    ada.refresh_from_db()
    assert ada.name == "Ada Marsh"


def test_a_name_and_a_handle_are_taken(ada: Person, as_: As) -> None:
    as_(ada).post("/welcome/name", {"name": "Ada M.", "handle": "@AdaM"})
    ada.refresh_from_db()
    assert (ada.name, ada.handle) == ("Ada M.", "adam")


def test_a_taken_handle_is_said_beside_it(ada: Person, ben: Person, as_: As) -> None:
    answer = as_(ada).post("/welcome/name", {"name": "Ada M.", "handle": "ben"})
    assert answer.status_code == 422
    assert "Somebody has this handle already" in answer.content.decode()


def test_a_visitor_is_sent_to_sign_in(db: None) -> None:
    assert Client().get("/welcome/name")["Location"].startswith("/accounts/login/")


def test_the_most_akin_come_first_each_with_the_reason(shared: None, ada: Person, ben: Person) -> None:
    suggested = people_to_follow(ada, 5)
    assert {s.name for s in suggested[:2]} == {"Ben Okafor", "Eve Larsen"}
    assert suggested[0].why == "shares on #compost, as you do"
    assert suggested[2].name == "Cleo Marin"
    assert "A loaf that rises slowly" in suggested[2].why


def test_what_is_not_public_says_nothing(shared: None, ada: Person) -> None:
    assert all("members alone" not in s.why for s in people_to_follow(ada, 5))


def test_nobody_followed_muted_or_blocked_is_suggested(
    shared: None, ada: Person, ben: Person, cleo: Person, eve: Person
) -> None:
    follow(Wish(who=ben), by=ada)
    mute(eve, by=ada)
    block(ada, by=cleo)
    assert people_to_follow(ada, 5) == []


def test_words_alone_bring_people_near(shared: None, ada: Person, ben: Person, dov: Person) -> None:
    admit(Draft(author=dov, text="Does compost smell in a flat with a balcony?"))
    assert people_to_follow(dov, 1)[0].name in ("Ben Okafor", "Eve Larsen", "Ada Marsh")


def test_people_and_topics_are_followed_and_let_go(shared: None, ada: Person, ben: Person, as_: As) -> None:
    browser = as_(ada)
    browser.post("/welcome/people", {"who": str(ben.id)})
    browser.post("/welcome/people", {"tag": "#Bread"})
    page = browser.get("/welcome/people").content.decode()
    assert "Stop following Ben Okafor" in page
    assert "Stop following #bread" in page
    row = Follow.objects.get(by=ada, who=ben)
    browser.post("/welcome/people", {"drop": str(row.id)})
    assert not Follow.objects.filter(by=ada, who=ben).exists()


def test_nobody_lets_go_of_what_another_follows(shared: None, ada: Person, ben: Person, as_: As) -> None:
    row = follow(Wish(who=ben), by=ada)
    as_(ben).post("/welcome/people", {"drop": str(row.id)})
    assert Follow.objects.filter(pk=row.pk).exists()


def test_topics_are_offered_ones_own_first(shared: None, ada: Person) -> None:
    assert tags_to_follow(ada)[0] == "compost"
    follow(Wish(tag="compost"), by=ada)
    assert "compost" not in tags_to_follow(ada)
