"""The board of what is needed, and the page on which one says what one takes and knows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.people.models import Person, Topic
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.board import needs
from potluck.questions.close import close
from potluck.questions.me_too import ask_too
from potluck.questions.models import AskingWishes, Chance

As = Callable[[Person | None], Client]
WISHES = {
    "a_week": "1",
    "topics_never": "worms, Hot Beds",
    "finds": "sure",
    "firsts_a_week": "0",
    "chances_a_day": "0",
}


def titles(found: list[object]) -> list[str]:
    return [need.line.excerpt for need in found]  # type: ignore[attr-defined]


def ask(person: Person, text: str, **more: object) -> Post:
    return admit(Draft(author=person, text=text, **more))  # type: ignore[arg-type]


def test_what_several_ask_comes_first_and_what_is_answered_goes(
    ada: Person, ben: Person, cleo: Person
) -> None:
    first, second, third = (ask(ada, f"What of {word}?") for word in ("slugs", "snails", "mice"))
    ask_too(first, by=ben)
    ask_too(first, by=cleo)
    ask_too(second, by=ben)
    close(third, by=ada)
    found = needs(cleo)
    assert titles(found.many) == ["What of slugs?", "What of snails?"]
    assert titles(found.newest) == [], "what stands above does not stand below"
    assert titles(needs(ada, before=1 << 62).newest) == ["What of snails?", "What of slugs?"]
    assert [one.name for one in found.many[0].who] == ["Ada Marsh", "Ben Okafor", "Cleo Marin"]
    assert titles(needs(ada).mine) == ["What of snails?", "What of slugs?"]


def test_what_is_not_for_one_is_not_on_ones_board(ada: Person, ben: Person, cleo: Person, as_: As) -> None:
    quiet = ask(ada, "Who left the gate open?", audience=Audience.NAMED, readers=(ben,))
    ask_too(quiet, by=ben)
    assert "the gate open" in as_(ben).get("/questions").content.decode()
    for who in (cleo, None):
        page = as_(who).get("/questions").content.decode()
        assert "the gate open" not in page and "Ada Marsh" not in page and "Ben Okafor" not in page


def test_those_who_helped_one_come_before_strangers(ada: Person, ben: Person, cleo: Person) -> None:
    thank(ask(ben, "Bran keeps slugs off."), by=ada)
    theirs = ask(ben, "Which bran?")
    ask(cleo, "Which reeds?")
    assert [need.line.id for need in needs(ada).helpers] == [theirs.id]


def test_what_waited_long_comes_up_until_somebody_answers(ada: Person, ben: Person) -> None:
    question = ask(ada, "What of slugs?")
    assert needs(ben).long == []
    later = timezone.now() + timedelta(days=40)
    assert [need.line.id for need in needs(ben, now=later).long] == [question.id]
    assert needs(ada, now=later).long == [], "nobody is reminded of their own"
    ask(ben, "Bran.", reply_to=question)
    assert needs(ben, now=later).long == []


def test_the_board_has_pages(ada: Person, as_: As) -> None:
    for number in range(32):
        Post.objects.filter(pk=ask(ada, f"What of slugs, part {number}?").pk).update(held_at=None)
    client = as_(None)
    page = client.get("/questions").content.decode()
    assert "part 31?" in page and "part 0?" not in page
    older = page.partition('href="/questions?before=')[2].partition('"')[0]
    assert "part 0?" in client.get(f"/questions?before={older}").content.decode()
    assert client.get("/questions?before=no").status_code in (400, 422)


def test_one_says_how_much_one_takes(ada: Person, as_: As) -> None:
    client = as_(ada)
    assert client.post("/you/asking", WISHES).status_code == 302
    row = AskingWishes.objects.get(person=ada)
    assert (row.a_week, row.finds, row.firsts_a_week, row.chances_a_day) == (1, "sure", 0, 0)
    assert row.topics_never == ["worms", "hot", "beds"]
    assert 'value="worms hot beds"' in client.get("/you/asking").content.decode()
    wrong = client.post("/you/asking", WISHES | {"a_week": "many"})
    assert wrong.status_code == 422 and "Say a number from 0 to 50" in wrong.content.decode()
    assert AskingWishes.objects.get(person=ada).a_week == 1


def test_one_sees_and_corrects_what_one_is_thought_to_know(ada: Person, as_: As) -> None:
    Topic.objects.create(person=ada, tag="grafting", stage="helping")
    ask(ada, "A heap of leaves #compost")
    client = as_(ada)
    page = client.get("/you/asking").content.decode()
    assert "you say so yourself" in page and "#compost" in page and "one share" in page
    client.post("/you/asking/topics?tag=compost")
    page = client.get("/you/asking").content.decode()
    assert "never asked about it" in page and "one share" not in page
    client.post("/you/asking/topics?tag=compost", {"undo": "1"})
    assert "never asked about it" not in client.get("/you/asking").content.decode()


def test_what_came_from_afar_stands_beside_home_until_it_is_turned_down(
    ada: Person, ben: Person, as_: As
) -> None:
    far = ask(ben, "Copper rings keep slugs off.")
    own = ask(ada, "Bran, tried twice.")
    Chance.objects.create(person=ada, post=far, day=timezone.now().date(), reason={"own": own.id})
    client = as_(ada)
    home = client.get("/home").content.decode()
    assert "From further away" in home and "Copper rings" in home and "Bran, tried twice" in home
    assert client.post(f"{far.page}/chance").status_code == 302
    assert "From further away" not in client.get("/home").content.decode()
    client.post(f"{far.page}/chance", {"undo": "1"})
    assert "From further away" in client.get("/home").content.decode()
    assert as_(ben).post(f"{far.page}/chance").status_code == 404


@pytest.mark.parametrize("path", ["/questions", "/you/asking"])
def test_empty_pages_say_what_they_are_for(ada: Person, as_: As, path: str) -> None:
    page = as_(ada).get(path).content.decode()
    assert "You are the only one here so far." in page or "Nobody asks you anything now." in page
