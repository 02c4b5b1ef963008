"""Answering an answer: on its own page, with a box that answers it and nothing else."""

from collections.abc import Callable

from django.test import Client

from potluck.channels.home import day
from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post

As = Callable[[Person | None], Client]


def test_an_answer_is_answered_on_its_own_page(ada: Person, ben: Person, as_: As) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off?"))
    answer = admit(Draft(author=ben, text="Bran", reply_to=question))
    browser = as_(ada)
    thread = browser.get(f"/posts/{question.id}").content.decode()
    assert f"/posts/{answer.id}?alone#reply-box-text" in thread
    alone = browser.get(f"/posts/{answer.id}?alone").content.decode()
    assert f'action="/posts/{answer.id}/replies"' in alone
    assert f"/posts/{question.id}?to={answer.id}#post-{answer.id}" in alone
    said = browser.post(f"/posts/{answer.id}/replies", {"text": "How deep?"})
    deeper = Post.objects.get(reply_to=answer)
    assert said["Location"] == f"/posts/{question.id}?to={deeper.id}#post-{deeper.id}"


def test_an_answer_is_read_in_its_thread(ada: Person, ben: Person, as_: As) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off?"))
    answer = admit(Draft(author=ben, text="Bran", reply_to=question))
    assert (
        as_(None).get(f"/posts/{answer.id}")["Location"]
        == f"/posts/{question.id}?to={answer.id}#post-{answer.id}"
    )


def test_asking_how_takes_one_press_and_is_asked_once(
    ada: Person, ben: Person, as_: As, work: Callable[[], None]
) -> None:
    note = admit(Draft(author=ben, text="Bran works."))
    assert f"/posts/{note.id}/how" in as_(ada).get(note.page).content.decode()
    assert f"/posts/{note.id}/how" not in as_(ben).get(note.page).content.decode()
    to = {as_(ada).post(f"/posts/{note.id}/how")["Location"] for _ in range(2)}
    asked = Post.objects.get(reply_to=note)
    assert (asked.text, asked.author_id, to) == ("How did you do it?", ada.id, {asked.place})
    work()
    assert [line.id for line in day.today(ben).waiting] == [asked.id]


def test_an_address_that_forms_are_sent_to_says_so(ada: Person, as_: As) -> None:
    answer = as_(ada).get("/posts/7/thanks")
    assert answer.status_code == 405
    assert "There is nothing to read at it" in answer.content.decode()


def test_a_button_pressed_after_signing_out_leads_the_page_to_sign_in_and_back(ada: Person, as_: As) -> None:
    note = admit(Draft(author=ada, text="Bran works."))
    pressed = {"HX-Request": "true", "HX-Current-URL": "http://testserver/home?from=a+mail"}
    answer = as_(None).post(f"/posts/{note.id}/thanks", headers=pressed)
    assert answer["HX-Redirect"] == "/accounts/login/?next=/home"
    plain = as_(None).post(f"/posts/{note.id}/thanks", headers={"Referer": "http://testserver/archive"})
    assert plain["Location"] == "/accounts/login/?next=/archive"
