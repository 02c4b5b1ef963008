"""What is held against open questions: who hears of it, who does not, and who learns whom it helped."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.match.answers import train_classifier
from potluck.match.answers.scoring import FEATURES, GATE, Fit
from potluck.match.finders import answers
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.close import close
from potluck.questions.feedback import judge
from potluck.questions.me_too import ask_too
from potluck.questions.models import AskingWishes, Found, Verdict

Work = Callable[[], None]
ASKED = "What keeps slugs off seedlings without poison?"
SHARED = "Without poison: a ring of dry bran keeps slugs off seedlings until it rains."


@pytest.fixture(autouse=True)
def everything_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it fits is tried elsewhere: here whatever is new fits every question there is, and surely."""

    def fit(posts: list[Post], *, gate: object) -> list[Fit]:
        questions = Post.objects.filter(kind="question")
        return [Fit(q.id, post.id, 1.0, 0.9, post.text[:40]) for post in posts for q in questions]

    monkeypatch.setattr(answers, "fits", fit)


def brought(person: Person, post: Post) -> list[str]:
    row = person.arrivals.filter(post=post).first()
    return [reason["code"] for reason in row.reasons] if row else []


@pytest.fixture
def question(ada: Person, work: Work) -> Post:
    question = admit(Draft(author=ada, text=ASKED))
    work()
    return question


def test_the_asker_and_who_asks_too_hear_of_a_share_by_somebody_outside(
    question: Post, ada: Person, cleo: Person, ben: Person, eve: Person, work: Work
) -> None:
    ask_too(question, by=cleo)
    work()
    item = admit(
        Draft(author=eve, text=SHARED, html=f"<p>{SHARED}</p>", whence="feed", uri="https://eve.example/1")
    )
    work()
    assert brought(ada, item) == ["found"] and brought(cleo, item) == ["found_too"]
    assert brought(ben, item) == []
    assert ada.arrivals.get(post=item).place == 0


def test_it_is_found_once_however_often_the_job_is_tried(question: Post, ben: Person, work: Work) -> None:
    share = admit(Draft(author=ben, text=SHARED))
    work()
    answers._hold([_event(share)])
    assert Found.objects.count() == 1


def test_what_was_shared_before_or_is_ones_own_is_not_found(ada: Person, ben: Person, work: Work) -> None:
    admit(Draft(author=ben, text=SHARED))
    question = admit(Draft(author=ada, text=ASKED))
    admit(Draft(author=ada, text=SHARED + " I tried it."))
    admit(Draft(author=ben, text="Bran.", reply_to=question))
    work()
    assert not Found.objects.exists()


def test_what_the_asker_may_not_see_is_not_found(
    question: Post, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    admit(Draft(author=ben, text=SHARED, audience=Audience.ME))
    admit(Draft(author=ben, text=SHARED, audience=Audience.NAMED, readers=(cleo,)))
    block(cleo, by=ada)
    admit(Draft(author=cleo, text=SHARED))
    work()
    assert not Found.objects.exists()


def test_a_closed_question_is_held_against_nothing(
    question: Post, ada: Person, ben: Person, work: Work
) -> None:
    close(question, by=ada)
    admit(Draft(author=ben, text=SHARED))
    work()
    assert not Found.objects.exists()


def test_a_question_is_brought_so_much_in_a_week_and_the_likeliest_of_what_comes_at_once(
    question: Post, ada: Person, ben: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rising(posts: list[Post], *, gate: object) -> list[Fit]:
        return [Fit(question.id, post.id, 1.0, 0.8 + int(post.text) / 1000, post.text) for post in posts]

    monkeypatch.setattr(answers, "fits", rising)
    shares = [admit(Draft(author=ben, text=str(number))) for number in range(answers.A_WEEK + 3)]
    answers._hold([_event(share) for share in shares])
    assert sorted(Found.objects.values_list("post", flat=True)) == [share.id for share in shares[3:]]
    late = admit(Draft(author=ben, text="99"))
    work()
    assert brought(ada, late) == []
    Found.objects.update(at=timezone.now() - timedelta(days=8))
    later = admit(Draft(author=ben, text="98"))
    work()
    assert brought(ada, later) == ["found"]


@pytest.mark.parametrize(("finds", "chance", "hears"), [("all", 0.5, 1), ("sure", 0.5, 0), ("none", 0.9, 0)])
def test_each_hears_as_much_as_they_wish(
    question: Post,
    ada: Person,
    ben: Person,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    finds: str,
    chance: float,
    hears: int,
) -> None:
    monkeypatch.setattr(answers, "fits", lambda posts, gate: [Fit(question.id, posts[0].id, 1.0, chance, "")])
    AskingWishes.objects.create(person=ada, finds=finds)
    share = admit(Draft(author=ben, text=SHARED))
    work()
    assert len(brought(ada, share)) == hears


def test_what_may_fit_is_offered_and_what_does_not_is_silence(
    question: Post, ada: Person, ben: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chance, place in ((0.9, 0), (0.5, 1), (0.1, None)):
        monkeypatch.setattr(
            answers, "fits", lambda posts, gate, c=chance: [Fit(question.id, posts[0].id, 1.0, c, "")]
        )
        share = admit(Draft(author=ben, text=f"{SHARED} {chance}"))
        work()
        row = ada.arrivals.filter(post=share).first()
        assert (row.place if row else None) == place


def test_whoever_shared_it_hears_whom_it_helped(question: Post, ada: Person, ben: Person, work: Work) -> None:
    share = admit(Draft(author=ben, text=SHARED))
    work()
    judge(question, share, "helps", by=ada)
    work()
    assert brought(ben, share) == ["helped"]
    judge(question, share, "answers", by=ada)
    work()
    assert "answered_it" in brought(ben, share)


def test_whoever_may_not_see_the_question_does_not_hear_of_it(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    quiet = admit(Draft(author=ada, text=ASKED, audience=Audience.NAMED, readers=(cleo,)))
    work()
    share = admit(Draft(author=ben, text=SHARED))
    work()
    assert brought(ada, share) == ["found"]
    judge(quiet, share, "helps", by=ada)
    work()
    assert brought(ben, share) == []


def _event(post: Post) -> "answers.Event":
    return answers.Event.objects.get(about=post.id, kind="shared")


def test_what_people_say_of_what_was_found_moves_the_gate(question: Post, ada: Person, ben: Person) -> None:
    for number in range(train_classifier.LEAST):
        share = admit(Draft(author=ben, text=f"{SHARED} {number}"))
        case = [1.0 + number % 3, *[0.0] * (len(FEATURES) - 1)]
        Found.objects.create(question=question, post=share, chance=0.5, case=case, told="offered")
        judge(question, share, "no", by=ada)
    strict = train_classifier.teach()
    case = np.array([[2.0, *[0.0] * (len(FEATURES) - 1)]])
    assert strict.chances(case)[0] < GATE.chances(case)[0]
    Verdict.objects.all().delete()
    assert train_classifier.teach() == GATE
