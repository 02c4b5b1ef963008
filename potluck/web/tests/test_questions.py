"""The pages of a question: how it stands, what its asker and those who know can do, with and without scripts."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.home import day
from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.ask_replies import take_on
from potluck.questions.models import Ask, Closure, Found, MeToo, Routing, Verdict

As = Callable[[Person | None], Client]
Work = Callable[[], None]


@pytest.fixture
def question(ada: Person, ben: Person, work: Work) -> Post:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    return question


@pytest.fixture
def share(question: Post, ben: Person) -> Post:
    """Something of Ben's that was found for the question."""
    share = admit(Draft(author=ben, text="Bran, in a ring, until it rains."))
    Found.objects.create(
        question=question, post=share, passage="Bran, in a ring", chance=0.9, told="told", event=share.id
    )
    return share


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_question_shows_who_asks_it_too_and_who_is_on_it(
    question: Post, ada: Person, ben: Person, cleo: Person, as_: As
) -> None:
    assert as_(cleo).post(f"{question.page}/me-too").status_code == 302
    take_on(question, by=ben)
    page = text(as_(ada), question.page)
    assert "Asked too by" in page and "Cleo Marin" in page and "On it:" in page and "Ben Okafor" in page
    as_(cleo).post(f"{question.page}/me-too", {"undo": "1"})
    assert not MeToo.objects.exists()


def test_an_answer_is_accepted_and_named(question: Post, ada: Person, ben: Person, as_: As) -> None:
    answer = admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))
    assert "Answers it" in text(as_(ada), question.page)
    assert "Answers it" not in text(as_(ben), question.page)
    as_(ada).post(f"{question.page}/verdicts?on={answer.id}&in=reply", {"says": "answers"})
    page = text(as_(None), question.page)
    assert "Answered" in page and 'class="accepted"' in page and '"acceptedAnswer": [{' in page
    as_(ada).post(f"{question.page}/verdicts?on={answer.id}&in=reply", {"undo": "1"})
    assert not Closure.objects.exists()


def test_what_may_answer_is_for_those_who_ask(
    question: Post, share: Post, ada: Person, cleo: Person, as_: As
) -> None:
    assert "Bran, in a ring" in text(as_(ada), question.page)
    assert "Bran, in a ring" not in text(as_(cleo), question.page)
    as_(ada).post(f"{question.page}/verdicts?on={share.id}", {"says": "helps"})
    assert "Bran, in a ring" in text(as_(cleo), question.page)
    helped = text(as_(None), share.page)
    assert "whom it helped" in helped and "Ada Marsh" in helped
    assert "It helped" in text(as_(share.author), f"{share.page}/ripple")


def test_a_button_answers_htmx_with_itself(question: Post, ada: Person, ben: Person, as_: As) -> None:
    said = as_(ben).post(f"{question.page}/asking", {"said": "on_it"}, headers={"HX-Request": "true"})
    assert "You are on it" in said.content.decode() and "<html" not in said.content.decode()
    again = as_(ben).post(f"{question.page}/asking", {"undo": "1"}, headers={"HX-Request": "true"})
    assert "I’m on it" in again.content.decode()


def test_what_one_declined_takes_no_place_of_the_day(
    question: Post, ada: Person, ben: Person, work: Work, as_: As
) -> None:
    note = admit(Draft(author=ada, text="For Ben.", audience=Audience.NAMED, readers=(ben,)))
    work()
    Person.objects.filter(pk=ben.pk).update(daily=1)
    ben.refresh_from_db()
    shown = {item.id for item in day.today(ben).waiting}
    assert len(shown) == 1
    as_(ben).post(f"{question.page}/asking", {"said": "not_me"})
    assert [item.id for item in day.today(ben).waiting] == [note.id]
    Ask.objects.filter(person=ben).update(said="")
    Closure.objects.create(question=question, by=ada)
    assert [item.id for item in day.today(ben).waiting] == [note.id]


@pytest.mark.parametrize("said", ["not_now", "not_me"])
def test_what_one_declined_is_gone_from_home_and_comes_back_with_undo(
    question: Post, ben: Person, as_: As, said: str
) -> None:
    assert "Not me" in text(as_(ben), "/home")
    assert as_(ben).post(f"{question.page}/asking", {"said": said}).status_code == 302
    assert "Not me" not in text(as_(ben), "/home")
    as_(ben).post(f"{question.page}/asking", {"undo": "1"})
    assert "Not me" in text(as_(ben), "/home")


def test_somebody_else_is_named_by_handle(
    question: Post, ada: Person, ben: Person, cleo: Person, work: Work, as_: As
) -> None:
    Ask.objects.filter(person=cleo).delete()
    as_(ben).post(f"{question.page}/asking", {"said": "else", "who": "@cleo"})
    work()
    assert "Ben Okafor</a> thought of you for this" in text(as_(cleo), "/home")
    for words, wrong in (("nobody-here", "Nobody here is called"), ("", "Write the handle")):
        client = as_(ben)
        assert client.post(f"{question.page}/asking", {"said": "else", "who": words}).status_code == 302
        assert wrong in text(client, question.page)
    assert as_(ben).post(f"{question.page}/asking", {"said": "perhaps"}).status_code in (400, 422)


def test_home_shows_the_passage_until_it_is_judged(
    question: Post, ada: Person, ben: Person, work: Work, as_: As
) -> None:
    ada.arrivals.all().delete()
    share = admit(Draft(author=ben, text="Bran, in a ring, until it rains."))
    work()
    Found.objects.all().delete()
    found = Found.objects.create(
        question=question, post=share, passage="in a ring", chance=0.9, told="told", event=0
    )
    reason = {"code": "found", "question": question.id, "asker": ada.id}
    ada.arrivals.all().delete()
    ada.arrivals.create(thing=share.thing, post=share, place=0, reasons=[reason], event=0)
    home = text(as_(ada), "/home")
    assert "It may answer what you ask" in home and found.passage in home and "Answers it" in home
    as_(ada).post(f"{question.page}/verdicts?on={share.id}", {"says": "no"})
    assert Verdict.objects.get().says == "no"
    assert day.today(ada).size == 0


def test_a_closed_question_no_longer_waits_for_those_asked(
    question: Post, ada: Person, ben: Person, as_: As
) -> None:
    assert "Not me" in text(as_(ben), "/home")
    as_(ada).post(f"{question.page}/closure")
    assert "Not me" not in text(as_(ben), "/home")
    as_(ada).post(f"{question.page}/closure", {"undo": "1"})
    assert "Not me" in text(as_(ben), "/home")


def test_one_person_alone_is_told_so(ada: Person, work: Work, as_: As) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    work()
    assert "You are the only one here so far." in text(as_(ada), question.page)


def test_whom_to_ask_instead_is_one_press_away(
    question: Post, ada: Person, ben: Person, cleo: Person, work: Work, as_: As
) -> None:
    Routing.objects.filter(question=question).update(reserve=[cleo.id])
    Ask.objects.filter(person=cleo).delete()
    home = text(as_(ben), "/home")
    assert "Rather Cleo Marin" in home and f"/posts/{question.id}/asking?who=cleo" in home
    as_(ben).post(f"{question.page}/asking?who=cleo", {"said": "else"})
    assert Ask.objects.get(person=cleo).by == ben


def test_somebody_points_to_what_answers_and_its_author_has_the_credit(
    question: Post, ada: Person, ben: Person, cleo: Person, work: Work, as_: As
) -> None:
    share = admit(Draft(author=ben, title="Bran", text="In a ring.", link="https://bran.example/ring"))
    hidden = admit(Draft(author=cleo, text="For me alone", audience=Audience.ME))
    work()
    client = as_(cleo)
    for address in ("https://bran.example/ring", f"http://localhost:8000{share.page}"):
        assert client.post(f"{question.page}/pointing", {"address": address}).status_code == 302
    work()
    assert Found.objects.get(post=share).by == cleo
    home = text(as_(ada), "/home")
    assert "Cleo Marin</a> thought that this answers" in home and "Answers it" in home
    for address in ("https://nothing.example/", hidden.page, question.page, ""):
        assert client.post(f"{question.page}/pointing", {"address": address}).status_code in (400, 403, 422)
    as_(ada).post(f"{question.page}/pointing", {"address": share.page})
    assert Closure.objects.get(question=question).answer == share


def test_who_has_answered_is_on_it_no_more(question: Post, ada: Person, ben: Person, as_: As) -> None:
    take_on(question, by=ben)
    assert "You are on it" in text(as_(ben), question.page)
    admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))
    assert "On it:" not in text(as_(ada), question.page)
    assert "You are on it" not in text(as_(ben), question.page)
    assert "I’m on it" not in text(as_(ben), question.page)


def test_a_question_closed_without_an_answer_is_not_called_answered(
    question: Post, ada: Person, ben: Person, as_: As
) -> None:
    as_(ada).post(f"{question.page}/closure")
    assert "You have what you need" in text(as_(ada), question.page)
    page = text(as_(ben), question.page)
    assert "who asked it has what they need" in page and "Answered" not in page and "Asked:" not in page


def test_its_asker_is_told_that_those_who_may_know_are_being_looked_for(
    ada: Person, ben: Person, work: Work, as_: As
) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    assert "are being looked for" in text(as_(ada), question.page)
    assert "are being looked for" not in text(as_(ben), question.page)
    work()
    page = text(as_(ada), question.page)
    assert "are being looked for" not in page and "Asked:" in page
    alone = admit(Draft(author=ada, text="What did I plant here?", audience=Audience.ME))
    assert "are being looked for" not in text(as_(ada), alone.page)


def test_accepting_an_answer_on_the_page_of_its_question_draws_the_page_anew(
    question: Post, ada: Person, ben: Person, as_: As
) -> None:
    answer = admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))
    to = f"{question.page}/verdicts?on={answer.id}&in=reply"
    there = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{question.page}"}
    assert "HX-Refresh" not in as_(ada).post(to, {"says": "helps"}, headers=there)
    assert as_(ada).post(to, {"says": "answers"}, headers=there)["HX-Refresh"] == "true"
    at_home = {**there, "HX-Current-URL": "http://testserver/home"}
    assert "HX-Refresh" not in as_(ada).post(to, {"undo": "1"}, headers=at_home)


def test_a_mistyped_handle_is_said_on_the_question_itself(question: Post, ada: Person, as_: As) -> None:
    for words, wrong in (("@nobody-here", "Nobody here is called @nobody-here"), ("", "Write the handle")):
        client = as_(ada)
        assert client.post(f"{question.page}/before", {"before": words})["Location"] == question.page
        page = text(client, question.page)
        assert 'class="notice wrong"' in page and wrong in page


def test_what_one_has_answered_waits_for_one_no_more(
    question: Post, ada: Person, ben: Person, as_: As
) -> None:
    assert question.excerpt in text(as_(ben), "/you/asking")
    assert "Not me" in text(as_(ben), "/home")
    admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))
    assert question.excerpt not in text(as_(ben), "/you/asking")
    assert "Not me" not in text(as_(ben), "/home")


def test_people_stand_before_threads_in_what_one_follows(
    question: Post, ada: Person, ben: Person, as_: As
) -> None:
    as_(ada).post(f"{ben.page}/follow")
    as_(ada).post(f"{question.page}/follow")
    main = text(as_(ada), "/you/following").split("<h1>")[1]
    assert 0 < main.index(ben.page) < main.index(question.page)
