"""Quiet ties fade, by themselves and never for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from potluck.deliver.models import Arrival
from potluck.door import admit
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Level, Person
from potluck.posts.acknowledge import thank, use
from potluck.posts.draft import Draft
from potluck.posts.inactive_follows import A_NIGHT, CAME, quieten
from potluck.posts.models import Post
from potluck.posts.saved import keep
from potluck.search.by_date import newest
from potluck.search.query import parse
from tests.cast import member

As = Callable[[Person | None], Client]
LONG_AGO = timedelta(days=400)


def share(who: Person, times: int = CAME) -> list[Post]:
    return [admit(Draft(author=who, text=f"{who.name} turns heap {n}")) for n in range(times)]


def tie(by: Person, who: Person) -> Follow:
    row = follow(Wish(who=who), by=by)
    Follow.objects.filter(pk=row.pk).update(since=timezone.now() - LONG_AGO)
    return row


@pytest.fixture
def row(ada: Person, ben: Person) -> Follow:
    admit(Draft(author=ada, text="I am here"))
    return tie(ada, ben)


def level(row: Follow) -> int:
    row.refresh_from_db()
    return row.level


def test_whom_nothing_came_of_for_a_year_goes_quiet(row: Follow, ben: Person) -> None:
    share(ben)
    assert quieten() == 1
    assert level(row) == Level.QUIET and row.faded_at is not None
    assert quieten() == 0


def test_what_they_share_then_is_not_brought_home_but_found(
    row: Follow, ada: Person, ben: Person, cleo: Person, work: Callable[[], None]
) -> None:
    share(ben)
    work()
    before = Arrival.objects.filter(person=ada).count()
    quieten()
    post = share(ben, 1)[0]
    work()
    assert Arrival.objects.filter(person=ada).count() == before == CAME
    assert post.id in newest(parse("in:following"), ada, limit=50)


def test_who_shared_little_or_is_followed_for_less_than_a_year_stays(row: Follow, ben: Person) -> None:
    share(ben, CAME - 1)
    assert quieten() == 0
    share(ben, 1)
    Follow.objects.update(since=timezone.now() - timedelta(days=300))
    assert quieten() == 0


def _reply(ada: Person, post: Post) -> None:
    admit(Draft(author=ada, text="So do I", reply_to=post))


def _pass_on(ada: Person, post: Post) -> None:
    admit(Draft(author=ada, text="", via=post))


@pytest.mark.parametrize(
    "act",
    [
        lambda ada, post: thank(post, by=ada),
        lambda ada, post: use(post, by=ada, story="in the yard"),
        lambda ada, post: keep(post, by=ada),
        _reply,
        _pass_on,
    ],
    ids=["thanked", "used", "kept", "answered", "passed on"],
)
def test_one_thing_that_came_of_it_holds_the_tie(
    act: Callable[[Person, Post], object], row: Follow, ada: Person, ben: Person
) -> None:
    act(ada, share(ben)[0])
    assert quieten() == 0
    assert level(row) == Level.NORMAL


def test_who_only_reads_keeps_their_home(ada: Person, ben: Person) -> None:
    tie(ada, ben)
    share(ben)
    assert quieten() == 0


def test_who_chose_a_level_is_left_with_it(row: Follow, ada: Person, ben: Person) -> None:
    share(ben)
    Follow.objects.update(level=Level.ALL)
    assert quieten() == 0


def test_a_few_a_night(row: Follow, ada: Person, ben: Person) -> None:
    people = [ben, *(member(f"fay{n}", f"Fay {n}") for n in range(A_NIGHT))]
    for who in people:
        share(who)
        if who != ben:
            tie(ada, who)
    assert [quieten(), quieten(), quieten()] == [A_NIGHT, 1, 0]


def test_it_is_told_by_name_and_taken_back_by_one_click_for_a_year(
    row: Follow, ada: Person, ben: Person, as_: As
) -> None:
    share(ben)
    quieten()
    browser = as_(ada)
    assert "Take it back for Ben Okafor" in browser.get("/you/following").content.decode()
    browser.post(f"/you/following/{row.id}", {"level": "1"})
    assert level(row) == Level.NORMAL
    assert "Take it back" not in browser.get("/you/following").content.decode()
    assert quieten() == 0
    Follow.objects.update(settled_at=timezone.now() - LONG_AGO)
    assert quieten() == 1


def test_who_lets_it_be_is_told_no_more(row: Follow, ada: Person, ben: Person, as_: As) -> None:
    share(ben)
    quieten()
    as_(ada).post(f"/you/following/{row.id}", {"level": "4"})
    assert level(row) == Level.QUIET and row.faded_at is None
    assert "Take it back" not in as_(ada).get("/you/following").content.decode()
