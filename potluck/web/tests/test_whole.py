"""How much of a post its page shows, and to whom."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.people.models import Person
from potluck.people.sources import add_source
from potluck.posts.draft import Draft

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]
LONG = "Straw keeps slugs busy. " * 40 + "The last words."


def test_a_visitor_reads_the_beginning_of_what_is_published_elsewhere(
    as_: As, ada: Person, eve: Person
) -> None:
    source, _ = add_source("https://eve.example/feed", person=eve, by=None)
    post = admit(Draft(author=eve, text=LONG, source=source, url="https://eve.example/straw"))
    assert "The last words." not in as_(None).get(post.page).text
    assert "The last words." in as_(ada).get(post.page).text


def test_a_visitor_reads_all_of_what_a_guest_wrote_here(as_: As, eve: Person) -> None:
    post = admit(Draft(author=eve, text=LONG, whence="mail"))
    assert "The last words." in as_(None).get(post.page).text
