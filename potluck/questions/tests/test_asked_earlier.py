"""What was asked elsewhere before it came here is found, and needed by nobody until somebody takes it up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from potluck.door import admit_all
from potluck.lib.errors import Refused
from potluck.match.answerers.candidates import Text
from potluck.match.answers.open_questions import forget
from potluck.match.answers.scoring import fits
from potluck.match.suggestions.as_you_type import known_for, lookers_for
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.questions.ask_replies import take_on
from potluck.questions.board import needs
from potluck.questions.me_too import ask_too
from potluck.questions.open_filter import rests
from potluck.search.embeddings import encode_posts
from potluck.search.find import find
from potluck.search.query import parse
from potluck.search.statistics import refresh_statistics

As = Callable[[Person | None], Client]
TITLE = "Which sieve keeps compost worms alive?"
ANSWER = "A sieve of eight millimetres keeps compost worms alive, if you shake it slowly."


def brought(by: Person, days: float, *replies: Person) -> Post:
    """A thread as an archive brings it: begun so many days ago, each reply an hour later."""
    at = timezone.now() - timedelta(days=days)
    [root] = admit_all([Draft(author=by, title=TITLE, text="Mine die.", published_at=at, before=True)])
    for number, who in enumerate(replies, 1):
        later = at + timedelta(hours=number)
        admit_all([Draft(author=who, text="A coarse one.", reply_to=root, published_at=later, before=True)])
    return root


def stands(question: Post, viewer: Person) -> bool:
    """Whether it is on the board, is looked for, is the same as what one asks, and a share is held against it."""
    forget()
    [share] = admit_all([Draft(author=viewer, text=ANSWER)])
    encode_posts([*Post.objects.values_list("id", flat=True)])
    refresh_statistics(anew=True)
    board = needs(viewer)
    said = [
        question.id in [one.line.id for one in (*board.many, *board.newest, *board.long)],
        question.id in [one.line.id for one in lookers_for(Text(text=ANSWER), viewer).same],
        question.id in [one.line.id for one in known_for(Text(title=TITLE), viewer).same],
        question.id in [one.question for one in fits([share])],
    ]
    share.delete()
    assert len(set(said)) == 1, said
    return said[0]


def test_a_thread_brought_with_replies_is_not_a_need(
    ada: Person, ben: Person, eve: Person, cleo: Person
) -> None:
    for question in (brought(ada, 3, ben), brought(eve, 400, ben), brought(eve, 3, ben)):
        assert rests(question) and not stands(question, cleo)
    assert find(parse("sieve"), cleo).hits


def test_an_old_question_of_somebody_outside_is_not_a_need_a_new_one_is(eve: Person, cleo: Person) -> None:
    assert not stands(brought(eve, 400), cleo)
    assert stands(brought(eve, 3), cleo)


def test_what_a_member_asked_long_ago_and_nobody_answered_stands(ada: Person, cleo: Person) -> None:
    assert stands(brought(ada, 4000), cleo)
    assert stands(brought(ada, 4000, ada), cleo)  # to add something to it is no answer


@pytest.mark.parametrize("take_up", [ask_too, take_on])
def test_somebody_takes_it_up(
    eve: Person, ben: Person, cleo: Person, dov: Person, take_up: Callable[..., object]
) -> None:
    question = brought(eve, 400, ben)
    take_up(question, by=dov)
    assert stands(question, cleo)


def test_who_asked_it_elsewhere_asks_it_again(ada: Person, ben: Person, cleo: Person, as_: As) -> None:
    question = brought(ada, 400, ben)
    page = as_(ada).get(question.page).content.decode()
    assert "Ask it again" in page and "Open since" not in page
    as_(ada).post(f"{question.page}/me-too")
    page = as_(ada).get(question.page).content.decode()
    assert "Open since" in page and "Asked too by" not in page
    assert stands(question, cleo)
    with pytest.raises(Refused):
        ask_too(question, by=ada)


def test_its_page_and_the_visitors_front_say_how_it_is(eve: Person, cleo: Person, as_: As) -> None:
    question = brought(eve, 400)
    assert TITLE not in as_(None).get("/questions").content.decode()
    front = as_(None).get("/").content.decode()
    assert f"/posts/{question.id}" not in front.partition("looked-for")[2].partition("</section>")[0]
    page = as_(cleo).get(question.page).content.decode()
    assert "If you ask it too, it is open again." in page and "Me too" in page and "Open since" not in page
