"""An open seat: members see and find it, visitors do not, and it goes with whoever offered it."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.feeds.publishing.export import export
from potluck.people.block import block
from potluck.people.directory import Looking, look
from potluck.people.leave_models import Leaving
from potluck.people.models import Person, Seat
from potluck.people.profile import Profile, describe
from potluck.posts.erase_account import farewell

As = Callable[[Person | None], Client]
SAID = {"seat_ways": ["pair", "visit", "nonsense"], "seat_words": "Thursdays, in the <garden>"}


@pytest.fixture
def seat(ada: Person) -> Seat:
    describe(ada, Profile(name="Ada", seat_ways=("visit", "pair"), seat_words="Thursdays, in the garden"))
    return Seat.objects.get(person=ada)


def page(client: Client) -> str:
    return client.get("/@ada").content.decode()


def test_what_one_offers_stands_on_ones_page_for_members_alone(ada: Person, ben: Person, as_: As) -> None:
    as_(ada).post("/you/profile", {"name": "Ada"} | SAID)
    assert "visit, work beside each other" in page(as_(ben)) and "in the &lt;garden&gt;" in page(as_(ben))
    assert "An open seat" not in page(as_(None)) and "Thursdays" not in page(as_(None))
    form = as_(ada).get("/you/profile").content.decode()
    assert 'value="visit" checked' in form and 'value="call" checked' not in form and "Thursdays" in form


def test_a_mistake_elsewhere_in_the_form_keeps_what_was_ticked(seat: Seat, ada: Person, as_: As) -> None:
    answer = as_(ada).post("/you/profile", {"handle": "!", "seat_ways": "call"})
    assert answer.status_code == 422 and 'value="call" checked' in answer.content.decode()
    assert Seat.objects.get().ways == ["visit", "pair"]


def test_nothing_ticked_is_no_seat(seat: Seat, ada: Person, ben: Person, as_: As) -> None:
    as_(ada).post("/you/profile", {"name": "Ada", "seat_words": "Thursdays"})
    assert not Seat.objects.exists() and "An open seat" not in page(as_(ben))


def test_members_find_an_open_seat_and_visitors_do_not(
    seat: Seat, ada: Person, ben: Person, cleo: Person
) -> None:
    assert list(look(Looking(seat=True), ben)) == [ada]
    assert set(look(Looking(seat=True), None)) == {ada, ben, cleo}
    block(cleo, by=ada)
    assert not look(Looking(seat=True), cleo)


def test_the_box_to_find_one_is_there_for_members_alone(seat: Seat, ben: Person, as_: As) -> None:
    assert 'name="seat" value="1" checked' in as_(ben).get("/people?seat=1").content.decode()
    assert 'name="seat"' not in as_(None).get("/people?seat=1").content.decode()


def test_it_is_in_what_one_takes_away_and_goes_when_one_leaves(seat: Seat, ada: Person) -> None:
    file = io.BytesIO()
    export(ada, file)
    said = json.loads(zipfile.ZipFile(file).read("person.json"))
    assert said["open_seat"] == {"ways": ["visit", "pair"], "words": "Thursdays, in the garden"}
    farewell(Leaving.objects.create(person=ada, keeps_posts=True))
    assert not Seat.objects.exists()
