"""Something shared before, changed for a question: who has the credit, who hears of it, and what is refused."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit, admit_adapted, admit_quietly
from potluck.lib.errors import Missing, Refused
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post
from potluck.questions.adapt import made_from, made_of, words_of
from potluck.questions.feedback import judge
from potluck.questions.models import Adaptation
from potluck.questions.publish import agree

As = Callable[[Person | None], Client]
Work = Callable[[], None]


@pytest.fixture
def question(ada: Person, work: Work) -> Post:
    post = admit(Draft(author=ada, text="How do you keep slugs off seedlings in a greenhouse?"))
    work()
    return post


@pytest.fixture
def notes(ben: Person, work: Work) -> Post:
    post = admit(Draft(author=ben, title="Slugs outdoors", text="Dry bran in a ring, until it rains."))
    work()
    return post


def codes(person: Person, post: Post) -> list[str]:
    return sorted(reason["code"] for row in person.arrivals.filter(post=post) for reason in row.reasons)


def answer(by: Person, question: Post, of: Post, work: Work) -> Post:
    draft = Draft(author=by, text="Dry bran in a ring; under glass it never rains.", reply_to=question)
    post = admit_adapted(draft, of)
    work()
    return post


def test_its_author_is_named_and_hears_of_it_and_of_what_it_helped(
    question: Post, notes: Post, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    made = answer(cleo, question, notes, work)
    assert made_from([made.id], ada)[made.id].author_name == "Ben Okafor"
    assert [one.answer.author_name for one in made_of(notes, None)] == ["Cleo Marin"]
    assert codes(ben, made) == ["adapted"]
    judge(question, made, "answers", by=ada)
    work()
    assert codes(ben, made) == ["adapted", "answered_it"] and "answered_it" in codes(cleo, made)


def test_one_changes_what_one_shared_oneself_and_nobody_is_told(
    question: Post, notes: Post, ben: Person, work: Work
) -> None:
    made = answer(ben, question, notes, work)
    assert Adaptation.objects.get().answer == made and codes(ben, made) == []


def test_what_is_for_few_is_not_told_to_more(question: Post, ben: Person, cleo: Person, work: Work) -> None:
    few = admit(Draft(author=ben, text="Ask Jo.", audience=Audience.NAMED, readers=(cleo,)))
    members = admit(Draft(author=ben, text="Ask Jo again.", audience=Audience.MEMBERS))
    mine = admit(Draft(author=cleo, text="Mine.", audience=Audience.ME))
    for of in (few, members):
        with pytest.raises(Refused):
            answer(cleo, question, of, work)
    with pytest.raises(Missing):
        answer(ben, question, mine, work)
    made = answer(cleo, question, mine, work)
    assert made_from([made.id], ben) == {} and made.id in made_from([made.id], cleo)


def test_what_is_not_changed_is_pointed_to_and_a_question_answers_nothing(
    question: Post, notes: Post, cleo: Person, work: Work
) -> None:
    with pytest.raises(Refused, match="point to it"):
        admit_adapted(Draft(author=cleo, text=notes.text + "\n", reply_to=question), notes)
    with pytest.raises(Refused):
        answer(cleo, question, question, work)
    assert not Post.objects.filter(reply_to=question).exists()


def test_of_what_was_taken_back_nothing_is_shown(
    question: Post, notes: Post, ben: Person, cleo: Person, work: Work
) -> None:
    made = answer(cleo, question, notes, work)
    delete(notes, by=ben)
    assert made_from([made.id], cleo) == {}
    delete(made, by=cleo)
    assert made_of(notes, ben) == []


def test_made_in_private_its_author_hears_when_all_may_read_it(
    notes: Post, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    quiet = admit_quietly(Draft(author=ada, text="How do I keep slugs off, between us?"), [cleo])
    work()
    made = answer(cleo, quiet, notes, work)
    assert codes(ben, made) == [] and made_of(notes, ben) == []
    agree(made, by=cleo)
    agree(made, by=ada)
    work()
    assert codes(ben, made) == ["adapted"] and len(made_of(notes, ben)) == 1


def test_of_what_was_published_elsewhere_one_begins_with_its_beginning(eve: Person) -> None:
    post = Post(author=eve, text="All of it " * 90, excerpt="All of it", url="https://eve.example/1")
    assert words_of(post) == "> All of it\n\nhttps://eve.example/1"


def test_the_pages_lead_from_an_address_to_the_answer(
    question: Post, notes: Post, ada: Person, ben: Person, cleo: Person, as_: As
) -> None:
    client = as_(cleo)
    to = client.post(f"{question.page}/adapting", {"address": notes.page})
    assert to.headers["Location"] == f"{question.page}/adapting?of={notes.id}"
    page = client.get(to.headers["Location"]).content.decode()
    assert "Dry bran in a ring" in page and "Ben Okafor" in page
    wrong = client.post(to.headers["Location"], {"text": notes.text})
    assert wrong.status_code == 422 and "Nothing is changed" in wrong.content.decode()
    client.post(to.headers["Location"], {"text": "Bran, under glass."})
    assert "made from" in as_(None).get(question.page).content.decode()
    assert "made an answer from it" in as_(None).get(notes.page).content.decode()
