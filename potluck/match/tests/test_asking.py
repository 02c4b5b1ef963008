"""Who is asked a question: the likely ones, with a reason, within what they wish, and exactly once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.events.models import Event
from potluck.match.answerers.quota import in_turn
from potluck.match.answerers.ranking import Answerer
from potluck.match.finders import routing
from potluck.people.block import mute
from potluck.people.models import Person, Topic
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.ask_replies import take_on
from potluck.questions.close import close
from potluck.questions.models import Ask, AskingWishes, Routing
from potluck.search.statistics import refresh_statistics
from tests.cast import member

Work = Callable[[], None]


@pytest.fixture
def work(work: Work) -> Work:
    """Words are counted now and then, and found once they are."""

    def work_and_count() -> None:
        work()
        refresh_statistics()

    return work_and_count


def asked(question: Post) -> set[str]:
    return set(Ask.objects.filter(question=question).values_list("person__handle", flat=True))


def seen_at_home(person: Person, question: Post) -> list[str]:
    row = person.arrivals.filter(post=question).first()
    return [reason["code"] for reason in row.reasons] if row else []


@pytest.fixture
def crowd(db: None) -> list[Person]:
    return [member(f"p{number}", f"Person {number}") for number in range(12)]


def knows(person: Person, number: int = 0) -> None:
    admit(Draft(author=person, text=f"Dry bran keeps slugs off seedlings, year {number}."))


def test_the_likely_are_asked_once_and_hear_why(
    ada: Person, ben: Person, cleo: Person, crowd: list[Person], work: Work
) -> None:
    knows(ben)
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    routing.find(list(Event.objects.filter(about=question.id)))
    assert asked(question) == {"ben"}
    assert seen_at_home(ben, question) == ["asked_shared"]
    assert ben.arrivals.get(post=question).place == 0
    assert ada.arrivals.count() == 0


def test_at_most_five_are_asked_and_the_next_are_remembered(
    ada: Person, crowd: list[Person], work: Work
) -> None:
    for number, person in enumerate(crowd):
        knows(person, number)
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    assert len(asked(question)) == 5
    assert len(Routing.objects.get(question=question).reserve) == 3


def test_nobody_is_asked_more_than_they_wish(
    ada: Person, ben: Person, crowd: list[Person], work: Work
) -> None:
    knows(ben)
    AskingWishes.objects.create(person=ben, a_week=1)
    work()
    first, second = (
        admit(Draft(author=ada, text=f"How do you keep slugs off seedlings {when}?"))
        for when in ("in spring", "in autumn")
    )
    work()
    assert asked(first) == {"ben"} and asked(second) == set()
    Ask.objects.update(at=timezone.now() - timedelta(days=8))
    third = admit(Draft(author=ada, text="How do you keep slugs off seedlings under glass?"))
    work()
    assert asked(third) == {"ben"}


@pytest.mark.parametrize("how", ["off", "topic", "topic in the words", "muted"])
def test_who_does_not_wish_to_is_not_asked(
    ada: Person, ben: Person, crowd: list[Person], work: Work, how: str
) -> None:
    knows(ben)
    if how == "off":
        AskingWishes.objects.create(person=ben, a_week=0)
    elif how == "muted":
        mute(ada, by=ben)
    else:
        word = "slugs" if how == "topic in the words" else "pests"
        AskingWishes.objects.create(person=ben, topics_never=[word])
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings? #pests"))
    work()
    assert asked(question) == set()


def test_only_those_who_may_see_it_are_asked(
    ada: Person, ben: Person, crowd: list[Person], work: Work
) -> None:
    knows(ben)
    knows(crowd[0])
    work()
    note = admit(Draft(author=ada, text="How do you keep slugs off seedlings?", audience=Audience.ME))
    work()
    assert asked(note) == set()


def test_what_somebody_keeps_to_themselves_is_no_evidence(
    ada: Person, ben: Person, crowd: list[Person], work: Work
) -> None:
    admit(Draft(author=ben, text="Dry bran keeps slugs off seedlings.", audience=Audience.ME))
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    assert asked(question) == set()


def likely(person: int, score: float) -> Answerer:
    return Answerer(person, score, {"code": "declared", "tag": "slugs"}, 0.5)


def test_the_oftener_somebody_was_asked_this_week_the_better_a_question_must_fit_them() -> None:
    ranked = [likely(1, 1.0), likely(2, 0.0), likely(3, -1.5)]
    take = {1: 3, 2: 3, 3: 3}
    assert [one.person for one in in_turn(ranked, {}, take)] == [1, 2, 3]
    assert [one.person for one in in_turn(ranked, {1: 2, 2: 1, 3: 1}, take)] == [1, 2]
    takes_many = {**take, 3: 50}  # who takes many is not spared
    assert [one.person for one in in_turn(ranked, {3: 5}, takes_many)] == [1, 2, 3]
    assert in_turn([Answerer(4, 9.0, {"code": "none"})], {}, {4: 3}) == []


def test_it_goes_wider_after_two_days_and_after_a_week(ada: Person, crowd: list[Person], work: Work) -> None:
    for number, person in enumerate(crowd):
        knows(person, number)
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    begun = question.arrived_at
    assert routing.widen_due(begun + timedelta(hours=47)) == 0
    assert routing.widen_due(begun + timedelta(hours=49)) == 1
    assert routing.widen_due(begun + timedelta(hours=49)) == 0
    work()
    assert len(asked(question)) == 10
    assert routing.widen_due(begun + timedelta(days=8)) == 1
    work()
    assert len(asked(question)) == 12
    assert routing.widen_due(begun + timedelta(days=80)) == 0


@pytest.mark.parametrize("how", ["answered", "closed", "taken on"])
def test_what_is_in_hand_goes_no_wider(
    ada: Person, ben: Person, crowd: list[Person], work: Work, how: str
) -> None:
    for number, person in enumerate(crowd):
        knows(person, number)
    work()
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    if how == "answered":
        admit(Draft(author=ben, text="Bran.", reply_to=question))
    elif how == "closed":
        close(question, by=ada)
    else:
        take_on(question, by=ben)
    assert routing.widen_due(question.arrived_at + timedelta(hours=49)) == 0
    later = routing.widen_due(question.arrived_at + timedelta(days=8))
    assert later == (1 if how == "taken on" else 0)


def test_three_people_and_an_empty_archive_ask_each_other(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    assert asked(question) == {"ben", "cleo"}
    assert seen_at_home(ben, question) == ["asked_few"]


def test_one_person_alone_asks_and_nothing_breaks(ada: Person, work: Work) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    assert asked(question) == set()
    assert Routing.objects.get(question=question).round == 1


def test_what_they_said_they_can_help_with_counts(
    ada: Person, ben: Person, crowd: list[Person], work: Work
) -> None:
    Topic.objects.create(person=ben, tag="slugs", stage="helping")
    question = admit(Draft(author=ada, text="What keeps them off? #slugs"))
    work()
    assert seen_at_home(ben, question) == ["asked_declared"]


def test_when_the_best_has_had_enough_the_next_on_the_topic_follows(
    ada: Person, ben: Person, cleo: Person, crowd: list[Person], work: Work
) -> None:
    Topic.objects.create(person=ben, tag="slugs", stage="helping", note="off seedlings and off lettuce")
    Topic.objects.create(person=cleo, tag="slugs", stage="helping")
    AskingWishes.objects.create(person=ben, a_week=1)
    Ask.objects.create(question=admit(Draft(author=ada, text="Who bakes bread?")), person=ben, round=1)
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings and lettuce?"))
    work()
    assert asked(question) == {"cleo"}
