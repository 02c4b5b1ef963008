"""The acts on a question: who may do them, what each changes, and who hears of it."""

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.events.models import Event
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.ask_replies import decline, name_another, take_on, unsay
from potluck.questions.close import close, reopen
from potluck.questions.export import questions_of
from potluck.questions.feedback import judge, unjudge
from potluck.questions.jobs import forget_who_left
from potluck.questions.me_too import ask_no_more, ask_too
from potluck.questions.models import Ask, Closure, MeToo, Said, Says, Verdict
from potluck.questions.view import helped_by, state_of


@pytest.fixture
def question(ada: Person) -> Post:
    return admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))


@pytest.fixture
def answer(question: Post, ben: Person) -> Post:
    return admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))


def kinds() -> list[str]:
    return list(Event.objects.exclude(kind__in=["shared", "replied"]).values_list("kind", flat=True))


def test_who_asks_too_is_named_to_who_asked_once(question: Post, ada: Person, cleo: Person) -> None:
    ask_too(question, by=cleo)
    ask_too(question, by=cleo)
    assert kinds() == ["me_too"]
    assert [one.name for one in state_of(question, ada).also] == ["Cleo Marin"]
    ask_no_more(question, by=cleo)
    assert state_of(question, ada).also == []


def test_one_does_not_ask_ones_own_question_too(question: Post, ada: Person) -> None:
    with pytest.raises(Refused):
        ask_too(question, by=ada)


def test_what_one_may_not_see_one_may_not_act_on(ada: Person, cleo: Person, ben: Person) -> None:
    quiet = admit(Draft(author=ada, text="Who left?", audience=Audience.NAMED, readers=(ben,)))
    for act in (
        lambda: ask_too(quiet, by=cleo),
        lambda: take_on(quiet, by=cleo),
        lambda: decline(quiet, "not_me", by=cleo),
        lambda: name_another(quiet, ben, by=cleo),
        lambda: judge(quiet, quiet, "helps", by=cleo),
        lambda: close(quiet, by=cleo),
    ):
        with pytest.raises(Missing):
            act()
    assert not (MeToo.objects.exists() or Ask.objects.exists() or Verdict.objects.exists())


def test_the_suspended_do_nothing(question: Post, answer: Post, cleo: Person) -> None:
    Person.objects.filter(pk=cleo.pk).update(suspended_at=timezone.now())
    cleo.refresh_from_db()
    for act in (
        lambda: ask_too(question, by=cleo),
        lambda: take_on(question, by=cleo),
        lambda: judge(question, answer, "helps", by=cleo),
    ):
        with pytest.raises(Refused):
            act()


def test_only_its_asker_closes_it_and_whoever_answered_hears(
    question: Post, answer: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    with pytest.raises(Refused):
        close(question, by=cleo)
    close(question, by=ada, answer=answer)
    close(question, by=ada, answer=answer)
    assert sorted(kinds()) == ["answered_it", "closed"]
    told = Event.objects.get(kind="answered_it")
    assert (told.by, told.about, told.to) == (ada.id, answer.id, ben.id)
    state = state_of(question, None)
    assert state.answer and state.answer.id == answer.id
    assert state.accepted == {answer.id}


def test_a_question_opens_again_and_keeps_what_helped(question: Post, answer: Post, ada: Person) -> None:
    close(question, by=ada, answer=answer)
    reopen(question, by=ada)
    assert state_of(question, ada).closed_at is None
    assert Verdict.objects.get().says == Says.HELPS
    assert kinds()[-1] == "reopened"


def test_what_one_took_back_answers_no_more(question: Post, answer: Post, ada: Person) -> None:
    judge(question, answer, "answers", by=ada)
    assert Closure.objects.get().answer == answer
    unjudge(question, answer, by=ada)
    assert not Closure.objects.exists() and not Verdict.objects.exists()


def test_who_does_not_ask_does_not_judge(question: Post, answer: Post, cleo: Person) -> None:
    with pytest.raises(Refused):
        judge(question, answer, "answers", by=cleo)
    ask_too(question, by=cleo)
    judge(question, answer, "answers", by=cleo)
    assert not Closure.objects.exists(), "only who asked first closes it"
    with pytest.raises(Malformed):
        judge(question, answer, "perhaps", by=cleo)


def test_a_share_tells_whom_it_helped_to_those_who_may_see_the_question(
    ada: Person, ben: Person, cleo: Person
) -> None:
    quiet = admit(Draft(author=ada, text="Who knows slugs?", audience=Audience.NAMED, readers=(ben,)))
    share = admit(Draft(author=ben, text="Bran keeps slugs away."))
    judge(quiet, share, "helps", by=ada)
    assert [one.who.name for one in helped_by(share, ben)] == ["Ada Marsh"]
    assert helped_by(share, cleo) == [] and helped_by(share, None) == []


def test_i_am_on_it_is_told_once_and_taken_back(question: Post, ada: Person, ben: Person) -> None:
    take_on(question, by=ben)
    take_on(question, by=ben)
    assert kinds() == ["on_it"]
    assert [one.name for one in state_of(question, ada).on_it] == ["Ben Okafor"]
    unsay(question, by=ben)
    assert state_of(question, ada).on_it == []


def test_who_declines_is_not_named_to_the_asker(question: Post, ada: Person, ben: Person) -> None:
    Ask.objects.create(question=question, person=ben, round=1, event=1)
    assert [one.who.name for one in state_of(question, ada).before] == ["Ben Okafor"]
    decline(question, Said.NOT_ME, by=ben)
    assert state_of(question, ada).before == []
    assert kinds() == []
    unsay(question, by=ben)
    assert Ask.objects.get().said == Said.NOTHING


def test_somebody_else_is_asked_in_ones_place(question: Post, ada: Person, ben: Person, cleo: Person) -> None:
    name_another(question, cleo, by=ben)
    assert kinds() == ["suggested"]
    row = Ask.objects.get(person=cleo)
    assert row.by == ben and row.reason == {"code": "suggested", "who": ben.id}
    assert state_of(question, cleo).asked


def test_nobody_learns_whether_somebody_takes_asks(
    question: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    block(ada, by=cleo)
    name_another(question, cleo, by=ben)
    assert not Ask.objects.filter(person=cleo).exists()
    assert Ask.objects.get(person=ben).said == Said.ELSE


def test_who_leaves_asks_and_is_asked_nothing(question: Post, ben: Person, cleo: Person) -> None:
    ask_too(question, by=cleo)
    take_on(question, by=ben)
    assert [row["said"] for row in questions_of(ben)["asked"]] == ["on_it"]
    assert len(questions_of(cleo)["asks_too"]) == 1
    Person.objects.filter(pk=cleo.pk).update(account=None)
    assert forget_who_left() == 1
    assert not MeToo.objects.exists() and Ask.objects.exists()


def test_names_of_those_a_block_stands_between_are_not_shown(
    question: Post, ada: Person, ben: Person, cleo: Person
) -> None:
    ask_too(question, by=cleo)
    take_on(question, by=ben)
    block(cleo, by=ben)
    assert state_of(question, cleo).on_it == []
    assert state_of(question, ben).also == []
