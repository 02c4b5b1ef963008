"""Asking quietly and answering for one alone, on the pages: the box, what is said of it, and both yeses."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.models import Ask, Quiet

As = Callable[[Person | None], Client]
Work = Callable[[], None]


@pytest.fixture
def asked(ada: Person, ben: Person, cleo: Person, as_: As, work: Work) -> Post:
    form = {"text": "How do I tell my head of it?", "audience": "quiet", "before": "@ben"}
    as_(ada).post("/share", form)
    work()
    return Quiet.objects.get().question


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_box_asks_quietly_and_each_reads_how_it_stands(
    asked: Post, ada: Person, ben: Person, cleo: Person, as_: As
) -> None:
    assert "each answer is for you alone" in text(as_(ada), asked.page)
    page = text(as_(ben), asked.page)
    assert "Somebody asks this quietly" in page and "For who asks this alone" in page and "Ada" not in page
    assert "/me-too" not in page and "somebody-else" not in page
    assert as_(cleo).get(asked.page).status_code == 404
    home = text(as_(ben), "/home")
    assert "Asked quietly: only those who are asked see it" in home and "Somebody else" not in home


def test_only_a_question_is_asked_quietly_and_of_people_who_are_here(ada: Person, as_: As) -> None:
    for more in ({"kind": "note"}, {"before": "@nobody"}):
        form = {"text": "How do I tell?", "audience": "quiet", **more}
        answer = as_(ada).post("/share", form)
        assert answer.status_code == 422 and "How do I tell?" in answer.content.decode()
    assert not Post.objects.exists()


def test_both_say_yes_on_the_page(
    asked: Post, ada: Person, ben: Person, cleo: Person, as_: As, work: Work
) -> None:
    as_(ben).post(f"{asked.page}/replies", {"text": "Early, and alone."})
    work()
    said = Post.objects.get(reply_to=asked)
    assert "Between you and Ben Okafor alone." in text(as_(ada), asked.page)
    as_(ben).post(f"{said.page}/publishing")
    work()
    assert "would let everybody read this" in text(as_(ada), "/home")
    page = text(as_(ada), asked.page)
    assert "Say yes, too, and your question is public with it." in page
    as_(ben).post(f"{said.page}/publishing", {"undo": "1"})
    assert "would let everybody read this" not in text(as_(ada), "/home")
    as_(ada).post(f"{said.page}/publishing")
    as_(ben).post(f"{said.page}/publishing")
    assert "Early, and alone." in text(as_(None), asked.page)


def test_an_answer_to_an_open_question_may_be_for_its_asker_alone(
    ada: Person, ben: Person, cleo: Person, as_: As
) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off?"))
    assert 'name="alone"' in text(as_(ben), question.page) and 'name="alone"' not in text(
        as_(ada), question.page
    )
    as_(ben).post(f"{question.page}/replies", {"text": "Between us, bran.", "alone": "1"})
    assert "Between us" in text(as_(ada), question.page) and "Between us" not in text(
        as_(cleo), question.page
    )
    wrong = as_(ben).post(f"{question.page}/replies", {"text": "", "alone": "1"})
    assert wrong.status_code == 422 and "checked" in wrong.content.decode()


def test_one_puts_ones_question_before_somebody_by_name_or_everybody(
    asked: Post, ada: Person, ben: Person, cleo: Person, as_: As, work: Work
) -> None:
    assert as_(ada).post(f"{asked.page}/before", {"before": "@cleo"}).status_code == 302
    assert set(Ask.objects.values_list("person__handle", flat=True)) == {"ben", "cleo"}
    assert as_(cleo).get(asked.page).status_code == 200
    assert as_(ben).post(f"{asked.page}/opening").status_code == 403
    as_(ada).post(f"{asked.page}/opening")
    assert as_(None).get(asked.page).status_code == 200
    assert Post.objects.get(pk=asked.pk).audience == Audience.PUBLIC


def test_one_asks_somebody_from_their_page(ada: Person, ben: Person, as_: As) -> None:
    to = "/share?kind=question&before=@ben"
    assert to.replace("&", "&amp;") in text(as_(ada), "/@ben") and to not in text(as_(None), "/@ben")
    assert 'value="@ben"' in text(as_(ada), to)
    as_(ada).post("/share", {"text": "Which sieve?", "before": "@ben"})
    assert Ask.objects.get().person == ben
