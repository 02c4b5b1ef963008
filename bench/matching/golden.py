"""Golden questions: does asking work for a newcomer in a small network?

Each question is asked as the pages do it, by a new member who follows nobody. Nothing stays of one when the next is
asked, except in a row: there all are asked one after another, six hours apart, and weekly limits fill up.

    typed@4, typed2@4    of questions with a relevant post: one that helps (that answers) among the first four shown
                         while typing
    sure-found           of questions with a relevant post: one is shown as what may answer it
    sure-precision       of all that is shown as what may answer: how many are relevant
    sure-silent          of questions on which there is nothing: nothing is shown as what may answer
    shown-expert         of questions with an expert: one is among the four people shown while typing
    asked-expert, 2      the same (clearly an expert) of the people of the first round; `row-expert` the same in a row
    asked-right          of all asked questions that have an expert: how many are
    asked-mean           how many are asked, of questions with an expert
    asked-silent         of questions without an expert: nobody is asked
    row-top              the part of all questions put before whoever is asked most, in a row
    search@5, -mrr       of questions with a relevant post: the question as typed, in the search box

A post is right if it, what began its thread, or what it passes on is.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from bench.matching.community import empty
from bench.matching.figures import Figure, figure, first, hit, mean, over
from bench.matching.formats import Golden, GoldenQuestion
from potluck.commands.demo import script
from potluck.commands.demo.fill import fill
from potluck.door import admit_all
from potluck.events.models import Event
from potluck.events.models import Kind as EventKind
from potluck.match.answerers import language_model
from potluck.match.answerers.candidates import Text
from potluck.match.finders.routing import ask_round
from potluck.match.suggestions.as_you_type import Known, known_for
from potluck.people.join import join
from potluck.people.models import Account, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.posts.share import titled
from potluck.questions.models import Ask, Routing
from potluck.search.find import find
from potluck.search.query import parse

SHOWN, ASKED, FOUND = 4, 5, 10
APART = timedelta(hours=6)


@dataclass(slots=True)
class Outcome:
    """What came of one question: beginnings of posts and handles, in the order shown."""

    question: GoldenQuestion
    typed: list[str] = field(default_factory=list)
    sure: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


def golden(community: Golden) -> list[Figure]:
    """Fill the network, ask everything, leave nothing behind."""
    empty()
    language_model.forget()
    fill(community.scripts or script.HERE)
    with transaction.atomic():
        newcomer = Newcomer()
        outcomes = [newcomer.ask(question) for question in community.questions]
        began = timezone.now()
        for number, outcome in enumerate(outcomes):
            outcome.row = newcomer.first_round(outcome.question, began + number * APART)
        transaction.set_rollback(True)
    for outcome in outcomes:
        print(f"  {describe(outcome)}", file=sys.stderr)
    return measured(outcomes)


class Newcomer:
    """A new member, and what they see. To be used inside a transaction that is rolled back."""

    def __init__(self) -> None:
        account = Account.objects.create_user("newcomer@golden.example")
        EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=True)
        self.me = join(account, name="Newcomer", handle="golden-newcomer")
        self._handles = dict(Person.objects.values_list("id", "handle"))
        self._beginnings = beginnings()

    def ask(self, question: GoldenQuestion) -> Outcome:
        """Everything that happens around one question, by itself."""
        title, text = titled("", question.text)
        known = known_for(Text(title, text), self.me)
        outcome = Outcome(question)
        outcome.typed, outcome.sure = self._says(shown(known)), self._says(sure(known))
        outcome.people = [self._handles[one.who.id] for one in known.people]
        outcome.found = self._says(
            [hit.post for hit in find(parse(question.text), self.me, limit=FOUND).hits]
        )
        with transaction.atomic():
            outcome.asked = self.first_round(question, timezone.now())
            transaction.set_rollback(True)
        return outcome

    def first_round(self, question: GoldenQuestion, at: datetime) -> list[str]:
        """Share it, and put it before the first people: their handles, likeliest first."""
        [post] = admit_all([Draft(author=self.me, text=question.text, kind=Kind.QUESTION)])
        event = Event(kind=EventKind.SHARED, by=self.me.id, about=post.id, at=at)
        ask_round(post, Routing(question=post), event)
        rows = Ask.objects.filter(question=post).order_by("-score", "id")
        return [self._handles[person] for person in rows.values_list("person_id", flat=True)]

    def _says(self, posts: Sequence[int]) -> list[str]:
        return [self._beginnings.get(post, "") for post in posts]


def beginnings() -> dict[int, str]:
    """Of each post, how its thread begins, or what that passes on."""
    rows = {
        key: (thread, via, title or text)
        for key, thread, via, title, text in Post.objects.values_list(
            "id", "thread", "via_id", "title", "text"
        )
    }
    found = {}
    for key, (thread, _via, _words) in rows.items():
        root = thread if thread in rows else key
        found[key] = rows[rows[root][1] or root][2]
    return found


def shown(known: Known) -> list[int]:
    """All posts in the order of the page."""
    return [one.line.id for one in (*known.same, *known.answers, *known.close)]


def sure(known: Known) -> list[int]:
    """Those of which it is said that they may answer."""
    return [one.line.id for one in known.answers]


def describe(outcome: Outcome) -> str:
    """One line a question, for whoever looks into a figure."""
    one = outcome.question
    asked = " ".join(f"{who}({one.experts.get(who, 0)})" for who in outcome.asked)
    row = " ".join(f"{who}({one.experts.get(who, 0)})" for who in outcome.row)
    people = " ".join(f"{who}({one.experts.get(who, 0)})" for who in outcome.people)
    typed = " ".join(str(one.grade(post)) for post in outcome.typed[:SHOWN])
    return f"{one.key} {one.text[:60]!r} typed [{typed}] people [{people}] asked [{asked}] row [{row}]"


def measured(outcomes: Sequence[Outcome]) -> list[Figure]:
    """All figures of these."""
    relevant = [one for one in outcomes if one.question.relevant]
    answered = [one for one in relevant if 2 in one.question.relevant.values()]
    nothing = [one for one in outcomes if one.question.has_nothing]
    figures = [
        _mean("typed@4", relevant, lambda one: _best(one, one.typed) >= 1),
        _mean("typed2@4", answered, lambda one: _best(one, one.typed) == 2),
        _mean("sure-found", relevant, lambda one: _best(one, one.sure) >= 1),
        _part("sure-precision", outcomes, lambda one: [one.question.grade(post) > 0 for post in one.sure]),
        _mean("sure-silent", nothing, lambda one: not one.sure),
        *_people_figures(outcomes),
        _mean("search@5", relevant, lambda one: hit(*_found(one), 5)),
        _mean("search-mrr", relevant, lambda one: first(*_found(one))),
    ]
    return figures


def _people_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    have = [one for one in outcomes if one.question.experts]
    clear = [one for one in have if 2 in one.question.experts.values()]
    without = [one for one in outcomes if not one.question.experts]
    return [
        _mean("shown-expert", have, lambda one: _expert(one, one.people[:SHOWN]) >= 1),
        _mean("asked-expert", have, lambda one: _expert(one, one.asked[:ASKED]) >= 1),
        _mean("asked-expert2", clear, lambda one: _expert(one, one.asked[:ASKED]) == 2),
        _part("asked-right", have, lambda one: [who in one.question.experts for who in one.asked]),
        _mean("asked-mean", have, lambda one: len(one.asked)),
        _mean("asked-silent", without, lambda one: not one.asked),
        _mean("row-expert", have, lambda one: _expert(one, one.row[:ASKED]) >= 1),
        over("golden", "row-top", outcomes, _top),
    ]


def _mean(metric: str, rows: Sequence[Outcome], of: Callable[[Outcome], float]) -> Figure:
    return figure("golden", metric, [float(of(one)) for one in rows])


def _part(metric: str, rows: Sequence[Outcome], right: Callable[[Outcome], list[bool]]) -> Figure:
    """Of all things shown for all these questions, the part that is right."""
    each = [tuple(right(one)) for one in rows]
    return over(
        "golden", metric, each, lambda drawn: mean([float(is_right) for one in drawn for is_right in one])
    )


def _best(outcome: Outcome, posts: Sequence[str]) -> int:
    return max((outcome.question.grade(post) for post in posts[:SHOWN]), default=0)


def _expert(outcome: Outcome, people: Sequence[str]) -> int:
    return max((outcome.question.experts.get(who, 0) for who in people), default=0)


def _found(outcome: Outcome) -> tuple[list[int], set[int]]:
    """(places of what was found, which of them are right)"""
    return list(range(len(outcome.found))), {
        place for place, post in enumerate(outcome.found) if outcome.question.grade(post)
    }


def _top(outcomes: Sequence[Outcome]) -> float:
    often = Counter(who for one in outcomes for who in one.row)
    return max(often.values(), default=0) / max(1, len(outcomes))
