"""How much each thing counts is learned from who answered here, and moves little where little was answered."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.lib.ids import new_id
from potluck.match.answerers import train_ranking
from potluck.match.answerers.ranking import Answerer
from potluck.match.answerers.train_ranking import learn_from, weights_here, what_counts
from potluck.match.answerers.weights import FEATURES, NEW, UNKNOWN, Answered, Weights, learn, prior
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.models import Ask, Learned, Routing

NEAR, NAMED, LANGUAGE = FEATURES.index("near"), FEATURES.index("named"), FEATURES.index("language")
As = Callable[[Person | None], Client]
NOW = timezone.now()


def answered_by_power(power: float, questions: int, place: int = NEAR) -> list[Answered]:
    """Questions with six people each, where one thing alone decides, by that power, and asking does the rest."""
    chance = np.random.default_rng(5)
    found = []
    for _question in range(questions):
        values = chance.normal(size=(6, len(FEATURES)))
        odds = np.exp(power * values[:, place])
        right = np.zeros(6)
        right[chance.choice(6, p=odds / odds.sum())] = 1.0
        found.append(Answered(values, right, np.zeros(6)))
    return found


def test_many_answers_teach_what_decides() -> None:
    nothing = Weights((0.0,) * len(FEATURES))
    taught = learn(answered_by_power(1.5, 3000), nothing).weights
    assert taught[NEAR] == pytest.approx(1.5, abs=0.15)
    assert max(abs(power) for place, power in enumerate(taught) if place != NEAR) < 0.1
    few = learn(answered_by_power(1.5, 15), nothing).weights
    assert 0.1 < few[NEAR] < 0.9


def test_what_is_unknown_of_all_stays_as_it_was() -> None:
    cases = [Answered(one.values * np.arange(len(FEATURES)).astype(bool), one.right, one.asked)
             for one in answered_by_power(1.0, 200)]  # fmt: skip
    assert learn(cases, NEW).weights[NAMED] == pytest.approx(NEW.weights[NAMED])


def test_that_who_is_asked_answers_more_is_not_taken_for_knowing() -> None:
    chance = np.random.default_rng(7)
    cases = []
    for one in answered_by_power(0.0, 1500):
        asked = (one.values[:, NEAR] >= np.sort(one.values[:, NEAR])[-2]).astype(float)
        odds = np.exp(2.0 * asked)
        right = np.zeros(6)
        right[chance.choice(6, p=odds / odds.sum())] = 1.0
        cases.append(Answered(one.values, right, asked))
    nothing = Weights((0.0,) * len(FEATURES))
    unaware = learn([Answered(one.values, one.right, one.asked * 0) for one in cases], nothing).weights[NEAR]
    assert unaware > 0.6
    assert abs(learn(cases, nothing).weights[NEAR]) < 0.3


def test_what_is_known_in_few_questions_is_held_back_as_much() -> None:
    cases = answered_by_power(0.0, 200)
    for one in cases[3:]:
        one.values[:, LANGUAGE] = 0.0
    assert learn(cases, NEW).weights[LANGUAGE] == pytest.approx(NEW.weights[LANGUAGE], abs=0.4)


def routed(by: Person, cases: dict[Person, tuple[float, ...]], answered: Person | None, days: float) -> Post:
    at = NOW - timedelta(days=days)
    draft = Draft(author=by, text=f"What of {days:.2f}?", kind=Kind.QUESTION, published_at=at)
    question = admit(draft)
    Routing.objects.create(
        question=question,
        round=1,
        people=[one.id for one in cases],
        cases=[value for case in cases.values() for value in case],
        encoder=settings.ENCODER,
    )
    if answered:
        later = at + timedelta(hours=2)
        admit(Draft(author=answered, text="This.", kind=Kind.ANSWER, reply_to=question, published_at=later))
    return question


def with_cases() -> set[int]:
    return set(Routing.objects.exclude(cases=[]).values_list("question_id", flat=True))


def values(own: float) -> tuple[float, ...]:
    return tuple(own if place == NEAR else 0.0 for place in range(len(FEATURES)))


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(train_ranking, "LEAST", 20)
    weights_here.forget()
    yield
    weights_here.forget()


@pytest.mark.django_db
def test_a_network_learns_from_its_own_answers(ada: Person, ben: Person, cleo: Person) -> None:
    for number in range(24):
        routed(ada, {ben: values(1.0), cleo: values(-1.0)}, ben, 10 + number / 10)
    found = learn_from(NOW)
    assert found is not None and found.questions == 24
    assert found.powers[NEAR] > prior(24).weights[NEAR] + 0.1
    assert found.powers[NAMED] == pytest.approx(prior(24).weights[NAMED])
    weights_here.forget()
    assert weights_here().weights == tuple(found.powers)
    most = {row.code: row for row in what_counts(found)}
    assert most["near"].times > most["near"].usual
    assert most["named"].times == pytest.approx(most["named"].usual)


@pytest.mark.django_db
def test_what_is_too_new_unanswered_private_or_unknown_teaches_nothing(
    ada: Person, ben: Person, cleo: Person
) -> None:
    good = {ben: values(1.0), cleo: values(-1.0)}
    for number in range(19):
        routed(ada, good, ben, 10 + number / 10)
    for number in range(5):
        routed(ada, good, ben, 1 + number / 10)
        routed(ada, good, None, 20 + number / 10)
        routed(ada, good, ada, 30 + number / 10)
        routed(ada, {ben: UNKNOWN, cleo: values(-1.0)}, ben, 40 + number / 10)
        between = routed(ada, good, None, 50 + number / 10)
        admit(Draft(author=ben, text="For you.", kind=Kind.ANSWER, reply_to=between, alone=True))
        gone = routed(ada, good, ben, 60 + number / 10)
        Post.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    assert learn_from(NOW) is None and not Learned.objects.exists()
    assert weights_here().weights < NEW.weights and weights_here().weights > prior(50).weights
    routed(ada, good, ben, 70)
    assert learn_from(NOW) is not None


@pytest.mark.django_db
def test_what_another_encoder_taught_is_not_taken(ada: Person) -> None:
    more = [power * 2 for power in NEW.weights]
    Learned.objects.create(encoder="another", powers=more, questions=99)
    assert weights_here() == NEW
    Learned.objects.create(encoder=settings.ENCODER, powers=[1.0], questions=99)  # as of an older version
    weights_here.forget()
    assert weights_here() == NEW


@pytest.mark.django_db
def test_only_the_newest_are_kept(
    ada: Person, ben: Person, cleo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_ranking, "MOST", 22)
    posts = [
        routed(ada, {ben: values(1.0), cleo: values(-1.0)}, ben, 10 + number / 10) for number in range(25)
    ]
    assert learn_from(NOW) is not None
    assert with_cases() == {post.id for post in posts[:22]}


@pytest.mark.django_db
def test_what_spoke_for_people_is_forgotten_after_two_years(ada: Person, ben: Person, cleo: Person) -> None:
    cases = {ben: values(1.0), cleo: values(-1.0)}
    young = routed(ada, cases, None, 700)
    routed(ada, cases, None, 740)
    assert learn_from(NOW) is None
    assert with_cases() == {young.id}


@pytest.mark.django_db
def test_what_was_looked_at_with_another_encoder_teaches_this_one_nothing(
    ada: Person, ben: Person, cleo: Person
) -> None:
    for number in range(24):
        routed(ada, {ben: values(1.0), cleo: values(-1.0)}, ben, 10 + number / 10)
    Routing.objects.update(encoder="another")
    assert learn_from(NOW) is None


@pytest.mark.django_db
def test_the_page_says_what_counts_and_whether_it_was_learned(as_: As, ada: Person) -> None:
    page = as_(ada).get("/you/asking").content.decode()
    assert "Once 20 questions were answered here" in page and "4.06 times" in page  # e to the power 1.4
    more = [power * 2 for power in NEW.weights]
    Learned.objects.create(encoder=settings.ENCODER, powers=more, questions=99)
    page = as_(ada).get("/you/asking").content.decode()
    assert (
        "from 99 questions" in page and "16.44 times" in page and "2.35 at first" in page
    )  # 99 answers later


@pytest.mark.django_db
def test_what_spoke_for_each_is_written_when_a_question_is_put_before_them(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.events.models import Event
    from potluck.match.finders import routing

    question = admit(Draft(author=ada, text="Who has grafted a quince?", kind=Kind.QUESTION))
    some = Answerer(ben.id, 2.0, {"code": "declared", "tag": "quince"}, 0.8, values(1.0))
    nothing = Answerer(new_id(datetime.now(NOW.tzinfo)), 0.0, {"code": "none"})
    monkeypatch.setattr(routing, "candidates", lambda question, now: [some, nothing])
    routing.ask_round(question, Routing(question=question), Event(id=1, about=question.id, at=timezone.now()))
    far = Routing.objects.get(pk=question.pk)
    assert far.fits == [ben.id] and len(far.people) == 2
    assert far.cases[: len(FEATURES)] == list(values(1.0)) and np.isnan(far.cases[len(FEATURES) :]).all()
    assert Ask.objects.filter(question=question, person=ben).exists()
