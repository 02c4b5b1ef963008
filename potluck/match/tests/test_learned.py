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
from potluck.match.answerers.ranking import Likely
from potluck.match.answerers.train_ranking import learn_from, powers_here, usual, what_counts
from potluck.match.answerers.weights import FEATURES, UNKNOWN, Answered, Powers, learn, values_of
from potluck.match.jobs import learn_and_weigh
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.models import Ask, Learned, Routing

OWN, VOTES, VERSED = FEATURES.index("own"), FEATURES.index("votes"), FEATURES.index("versed")
As = Callable[[Person | None], Client]
NOW = timezone.now()


def answered_by_power(power: float, questions: int, place: int = OWN) -> list[Answered]:
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
    nothing = Powers(100, (0.0,) * len(FEATURES))
    taught = learn(answered_by_power(1.5, 3000), nothing).powers
    assert taught[OWN] == pytest.approx(1.5, abs=0.15)
    assert max(abs(power) for place, power in enumerate(taught) if place != OWN) < 0.1
    few = learn(answered_by_power(1.5, 15), nothing).powers
    assert 0.1 < few[OWN] < 0.9


def test_what_is_unknown_of_all_stays_as_it_was() -> None:
    cases = [Answered(one.values * np.arange(len(FEATURES)).astype(bool), one.right, one.asked)
             for one in answered_by_power(1.0, 200)]  # fmt: skip
    assert learn(cases, usual()).powers[VOTES] == pytest.approx(usual().powers[VOTES])


def test_that_who_is_asked_answers_more_is_not_taken_for_knowing() -> None:
    chance = np.random.default_rng(7)
    cases = []
    for one in answered_by_power(0.0, 1500):
        asked = (one.values[:, OWN] >= np.sort(one.values[:, OWN])[-2]).astype(float)
        odds = np.exp(2.0 * asked)
        right = np.zeros(6)
        right[chance.choice(6, p=odds / odds.sum())] = 1.0
        cases.append(Answered(one.values, right, asked))
    nothing = Powers(100, (0.0,) * len(FEATURES))
    unaware = learn([Answered(one.values, one.right, one.asked * 0) for one in cases], nothing).powers[OWN]
    assert unaware > 0.6
    assert abs(learn(cases, nothing).powers[OWN]) < 0.3


def test_what_is_known_in_few_questions_is_held_back_as_much() -> None:
    cases = answered_by_power(0.0, 200)
    for one in cases[3:]:
        one.values[:, VERSED] = 0.0
    assert learn(cases, usual()).powers[VERSED] == pytest.approx(usual().powers[VERSED], abs=0.4)


def test_nothing_known_has_a_logarithm() -> None:
    assert np.isfinite(values_of(**dict.fromkeys(FEATURES, 0.0))).all()
    assert len(UNKNOWN) == len(FEATURES)


def routed(by: Person, cases: dict[Person, tuple[float, ...]], answered: Person | None, days: float) -> Post:
    at = NOW - timedelta(days=days)
    draft = Draft(author=by, text=f"What of {days:.2f}?", kind=Kind.QUESTION, published_at=at)
    question = admit(draft)
    Routing.objects.create(
        question=question,
        round=1,
        people=[one.id for one in cases],
        chances=[0.5] * len(cases),
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
    return tuple(own if place == OWN else 0.0 for place in range(len(FEATURES)))


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(train_ranking, "LEAST", 20)
    powers_here.forget()
    yield
    powers_here.forget()


@pytest.mark.django_db
def test_a_network_learns_from_its_own_answers(ada: Person, ben: Person, cleo: Person) -> None:
    for number in range(24):
        routed(ada, {ben: values(1.0), cleo: values(-1.0)}, ben, 10 + number / 10)
    found = learn_from(NOW)
    assert found is not None and found.questions == 24
    assert found.powers[OWN] > usual().powers[OWN] + 0.1
    assert found.powers[VOTES] == pytest.approx(usual().powers[VOTES])
    powers_here.forget()
    assert powers_here().powers == tuple(found.powers) and powers_here().threads == usual().threads
    most = {row.code: row for row in what_counts(found)}
    assert most["own"].times > most["own"].usual and most["votes"].times == pytest.approx(most["votes"].usual)
    assert "near" not in most and "lift" not in most  # nothing here reads


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
    assert powers_here() == usual()
    routed(ada, good, ben, 70)
    assert learn_from(NOW) is not None


@pytest.mark.django_db
def test_what_another_encoder_taught_is_not_taken(ada: Person) -> None:
    more = [power * 2 for power in usual().powers]
    Learned.objects.create(encoder="another", powers=more, questions=99)
    assert powers_here() == usual()
    Learned.objects.create(encoder=settings.ENCODER, powers=[1.0], questions=99)  # as of an older version
    powers_here.forget()
    assert powers_here() == usual()


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
    assert "Once 20 questions were answered here" in page and "1.38 times" in page  # two to the power .46
    more = [power * 2 for power in usual().powers]
    Learned.objects.create(encoder=settings.ENCODER, powers=more, questions=99)
    page = as_(ada).get("/you/asking").content.decode()
    assert "from 99 questions" in page and "1.89 times" in page and "1.38 at first" in page


@pytest.mark.django_db
def test_what_spoke_for_each_is_written_when_a_question_is_put_before_them(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.events.models import Event
    from potluck.match.finders import routing

    question = admit(Draft(author=ada, text="Who has grafted a quince?", kind=Kind.QUESTION))
    some = Likely(ben.id, 2.0, {"code": "answered", "who": ben.id}, None, values(1.0))
    nothing = Likely(new_id(datetime.now(NOW.tzinfo)), 0.0, {"code": "few"})
    monkeypatch.setattr(routing, "candidates", lambda question, now: [some, nothing])
    routing.ask_round(question, Routing(question=question), Event(id=1, about=question.id, at=timezone.now()))
    far = Routing.objects.get(pk=question.pk)
    assert far.cases[: len(FEATURES)] == list(values(1.0)) and np.isnan(far.cases[len(FEATURES) :]).all()
    assert Ask.objects.filter(question=question, person=ben).exists()


@pytest.mark.django_db
def test_what_came_lately_is_weighed_again_by_what_was_learned(
    ada: Person, ben: Person, cleo: Person
) -> None:
    cases = {ben: values(1.0), cleo: values(-1.0)}
    for number in range(24):
        routed(ada, cases, ben, 10 + number / 10)
    long_ago = routed(ada, cases, ben, 40)
    unknown = routed(ada, {ben: UNKNOWN, cleo: values(-1.0)}, ben, 3)
    learn_and_weigh(NOW)
    power = Learned.objects.get().powers[OWN]
    lately = Routing.objects.exclude(pk__in=[long_ago.pk, unknown.pk])
    assert {round(far.chances[0], 6) for far in lately} == {round(1 / (1 + np.exp(-2 * power)), 6)}
    for far in Routing.objects.filter(pk__in=[long_ago.pk, unknown.pk]):
        assert far.chances == [0.5, 0.5]
