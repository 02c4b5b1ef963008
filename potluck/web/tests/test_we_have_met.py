"""Two members say that they have met: it holds once both say so, and nobody else learns of it."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.lib.errors import Refused
from potluck.people.acquaintance import meet, waiting_for
from potluck.people.block import block
from potluck.people.models import Meeting, Person
from potluck.people.moderate import suspend

As = Callable[[Person | None], Client]


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_one_says_it_the_other_is_asked_and_says_yes(ada: Person, ben: Person, as_: As) -> None:
    as_(ada).post(f"{ben.page}/meeting")
    assert "has not said so yet" in page(as_(ada), ben.page)
    for path in (ada.page, "/you"):
        assert "says that you have met" in page(as_(ben), path)
    as_(ben).post(f"{ada.page}/meeting")
    assert "You two have met." in page(as_(ben), ada.page) and "You two have met." in page(as_(ada), ben.page)
    assert waiting_for(ben) == [] and "says that you have met" not in page(as_(ben), "/you")


def test_nobody_else_learns_of_it(ada: Person, ben: Person, cleo: Person, dov: Person, as_: As) -> None:
    before = {who: page(as_(who), ben.page).count(" met") for who in (cleo, dov, None)}
    meet(ben, by=ada)
    meet(ada, by=ben)
    for who, said in before.items():
        assert page(as_(who), ben.page).count(" met") == said


def test_whoever_is_asked_may_say_no_and_either_may_take_it_back(ada: Person, ben: Person, as_: As) -> None:
    meet(ben, by=ada)
    as_(ben).post(f"{ada.page}/meeting", {"undo": "1"})
    assert not Meeting.objects.exists() and "has not said so yet" not in page(as_(ada), ben.page)
    meet(ben, by=ada)
    meet(ada, by=ben)
    as_(ada).post(f"{ben.page}/meeting", {"undo": "1"})
    assert not Meeting.objects.exists()


def test_a_block_ends_it_and_whom_one_may_not_see_one_has_not_met(
    ada: Person, ben: Person, cleo: Person, dov: Person, eve: Person
) -> None:
    meet(ben, by=ada)
    block(ada, by=ben)
    assert not Meeting.objects.exists() and waiting_for(ben) == []
    suspend(cleo, by=dov)
    for who in (ben, cleo, eve, ada):
        with pytest.raises(Refused):
            meet(who, by=ada)


def test_said_twice_it_is_said_once(ada: Person, ben: Person) -> None:
    assert not meet(ben, by=ada) and not meet(ben, by=ada)
    assert meet(ada, by=ben)
    assert Meeting.objects.count() == 2
