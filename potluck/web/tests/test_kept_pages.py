"""What a member sees is kept by no proxy and no browser for somebody else; what everybody may see may be."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.people.models import Person

As = Callable[[Person | None], Client]


@pytest.mark.parametrize(
    "page", ["/", "/home", "/people", "/search?q=slugs", "/you", "/you/mail", "/share", "/nothing"]
)
def test_page_of_a_member_is_not_stored(page: str, ada: Person, as_: As) -> None:
    said = as_(ada).get(page)["Cache-Control"]
    assert "no-store" in said and "private" in said


@pytest.mark.parametrize("page", ["/", "/people"])
def test_page_of_a_visitor_says_nothing_of_the_kind(page: str, ada: Person) -> None:
    assert "no-store" not in Client().get(page).get("Cache-Control", "")
