"""Who takes few questions is put before those that fit them best."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.lib.ids import new_id
from potluck.match.answerers import quota
from potluck.match.answerers.quota import chances, in_turn, is_turn
from potluck.match.answerers.ranking import Likely
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.models import AskingWishes, Routing

WEEK = timedelta(days=7)


def likely_to(person: Person, score: float) -> Likely:
    return Likely(person.id, score, {"code": "answered", "who": person.id})


def came_before(by: Person, chance: dict[Person, float], days: float) -> None:
    at = timezone.now() - timedelta(days=days)
    post = admit(Draft(author=by, text=f"Something else, {days}?", kind=Kind.QUESTION, published_at=at))
    people = [person.id for person in chance]
    Routing.objects.create(question=post, round=1, people=people, chances=list(chance.values()))


def test_the_best_of_a_time_are_worth_a_turn() -> None:
    before = [0.1, 0.5, 0.3, 0.2]
    assert is_turn(0.3, before, 2, WEEK) and not is_turn(0.2, before, 2, WEEK)
    assert is_turn(0.01, before, 5, WEEK)  # there is room for all
    assert is_turn(0.1, before, 1, 4 * WEEK)  # four in four weeks
    assert not is_turn(0.2, before, 1, timedelta(days=1))  # a day counts as a week
    assert not is_turn(0.6, before, 0, WEEK)


def test_each_counts_by_what_they_take_and_what_came_lately(
    ada: Person, ben: Person, cleo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "ENOUGH", 5)
    AskingWishes.objects.create(person=ben, a_week=1)
    for number in range(4):
        came_before(ada, {ben: 0.6, cleo: 0.4}, days=number)
    for number in range(9):
        came_before(ada, {ben: 0.9, cleo: 0.9}, days=40 + number)  # long ago
    question = Post(id=new_id(), author=ada)
    ranked = [likely_to(ben, 1.0), likely_to(cleo, 1.0)]
    assert [one.person for one in in_turn(question, ranked, timezone.now())] == [cleo.id]
    monkeypatch.setattr(quota, "ENOUGH", 6)
    assert in_turn(question, ranked, timezone.now()) == ranked  # few ask
    monkeypatch.setattr(quota, "ENOUGH", 5)
    AskingWishes.objects.filter(person=ben).update(a_week=5)
    assert in_turn(question, ranked, timezone.now()) == ranked


def test_what_came_is_written_down_once_for_each_question(
    ada: Person, ben: Person, work: Callable[[], None]
) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    row = Routing.objects.get(question=question)
    assert row.people == [ben.id] and len(row.chances) == 1
    assert sum(chances([likely_to(ben, 3.0), likely_to(ada, 1.0)]).values()) == 1.0
