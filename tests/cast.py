"""The cast of every test: Ada asks, Ben knows, Cleo is a stranger, Dov moderates, Eve lives elsewhere."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from potluck.events.models import Event
from potluck.flow import handle
from potluck.lib.ids import new_id
from potluck.people.join import outside_person
from potluck.people.models import Account, Person


def member(handle: str, name: str, **more: object) -> Person:
    """A member who can sign in at once."""
    account = Account.objects.create_user(f"{handle}@example.org", "a long enough secret")
    return Person.objects.create(
        account=account,
        handle=handle,
        name=name,
        uri=f"http://localhost:8000/people/{new_id()}",
        approved_at=timezone.now(),
        **more,
    )


@pytest.fixture
def ada(db: None) -> Person:
    return member("ada", "Ada Marsh")


@pytest.fixture
def ben(db: None) -> Person:
    return member("ben", "Ben Okafor")


@pytest.fixture
def cleo(db: None) -> Person:
    return member("cleo", "Cleo Marin")


@pytest.fixture
def dov(db: None) -> Person:
    return member("dov", "Dov Levin", moderator_since=timezone.now())


@pytest.fixture
def eve(db: None) -> Person:
    return outside_person("https://eve.example/", name="Eve Larsen")


@pytest.fixture
def as_(db: None) -> Callable[[Person | None], Client]:
    """A client signed in as somebody; as_(None) is a visitor."""

    def sign_in(person: Person | None) -> Client:
        client = Client()
        if person is not None:
            assert person.account is not None
            client.force_login(person.account)
        return client

    return sign_in


@pytest.fixture
def work() -> Callable[[], None]:
    """Do what the worker would: handle every event that waits."""

    def work_now() -> None:
        handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))

    return work_now
