"""An asker who names somebody hears at once where they had enough this week, and the board says whom one may help."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.people.block import mute
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.ask_replies import decline
from potluck.questions.board import needs
from potluck.questions.models import Ask, AskingWishes, Routing, Said

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]


def question(asker: Person, text: str = "How do you keep slugs off seedlings?") -> Post:
    return admit(Draft(author=asker, text=text, kind=Kind.QUESTION))


def fill_the_week(person: Person, asker: Person) -> None:
    for number in range(3):
        Ask.objects.create(question=question(asker, f"How is bread {number} baked?"), person=person, round=1)


def test_an_asker_hears_at_once_that_who_they_named_had_enough(
    as_: As, ada: Person, ben: Person, cleo: Person
) -> None:
    fill_the_week(ben, cleo)
    mine = question(ada)
    page = as_(ada).post(f"/posts/{mine.id}/before", {"before": "@ben @cleo"}, follow=True).content.decode()
    assert "Ben Okafor had as many questions this week as they take" in page
    assert set(Ask.objects.filter(question=mine).values_list("person__handle", flat=True)) == {"cleo"}


def test_an_asker_hears_it_when_they_share_too(as_: As, ada: Person, ben: Person, cleo: Person) -> None:
    fill_the_week(ben, cleo)
    form = {"text": "What eats my lettuce?", "kind": "question", "before": "@ben"}
    assert "Ben Okafor had as many questions" in as_(ada).post("/share", form, follow=True).content.decode()


@pytest.mark.parametrize("how", ["takes none", "muted"])
def test_it_is_not_told_who_takes_no_questions_of_the_asker(
    as_: As, ada: Person, ben: Person, cleo: Person, how: str
) -> None:
    fill_the_week(ben, cleo)
    if how == "muted":
        mute(ada, by=ben)
    else:
        AskingWishes.objects.create(person=ben, a_week=0)
    mine = question(ada)
    page = as_(ada).post(f"/posts/{mine.id}/before", {"before": "@ben"}, follow=True).content.decode()
    assert "had as many questions" not in page and "put before those of them who take such questions" in page


def test_the_board_names_what_one_may_be_able_to_help_with(ada: Person, ben: Person, cleo: Person) -> None:
    mine = question(ada)
    Routing.objects.create(question=mine, round=1, people=[ben.id, cleo.id], fits=[ben.id])
    assert [one.line.id for one in needs(ben).fits] == [mine.id]
    assert mine.id not in [one.line.id for one in needs(ben).newest]
    assert not needs(cleo).fits and not needs(ada).fits and not needs(None).fits
    decline(mine, Said.NOT_ME, by=ben)
    assert not needs(ben).fits


def test_the_asker_sees_why_each_was_asked(as_: As, ada: Person, ben: Person, cleo: Person) -> None:
    bran = admit(Draft(author=ben, title="Bran in a ring", text="Dry bran keeps slugs off."))
    mine = question(ada)
    shared = {"code": "asked_shared", "who": ada.id, "evidence": bran.id}
    Ask.objects.create(question=mine, person=ben, round=1, event=1, reason=shared)
    topic = {"code": "asked_declared", "who": ada.id, "tag": "slugs"}
    Ask.objects.create(question=mine, person=cleo, round=1, event=1, reason=topic)
    page = as_(ada).get(mine.page).content.decode()
    assert "wrote" in page and "“Bran in a ring”" in page
    assert "says they can help with" in page and "#slugs" in page
    assert "“Bran in a ring”" not in as_(cleo).get(mine.page).content.decode()
