"""A search as a feed: what fits, newest first."""

from datetime import UTC, datetime, timedelta

import pytest

from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.posts.share import share
from potluck.search.by_date import newest
from potluck.search.index import index_posts
from potluck.search.query import parse

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def shared(author: Person, text: str, hour: int = 0, audience: int = Audience.PUBLIC) -> Post:
    at = NOON + timedelta(hours=hour)
    post = share(Draft(author=author, text=text, published_at=at, audience=audience))
    index_posts([post])
    return post


def found(words: str, viewer: Person | None = None, limit: int = 10, before: int | None = None) -> list[int]:
    return newest(parse(words), viewer, limit=limit, before=before)


def test_the_newest_comes_first_however_well_another_fits(ada: Person) -> None:
    best = shared(ada, "Compost, compost and more compost.")
    other = shared(ada, "Of many things, and also of compost, as I walked along the river today.", 1)
    shared(ada, "Nothing of the kind.", 2)
    assert found("compost") == [other.id, best.id]


def test_every_word_is_wanted_and_operators_hold(ada: Person, ben: Person) -> None:
    both = shared(ada, "Worms in #compost")
    shared(ada, "Only worms", 1)
    shared(ben, "Worms in #compost, too", 2)
    assert found("worms compost from:ada") == [both.id]
    assert found('"worms in" tag:compost -too') == [both.id]
    assert found("worms from:nobody") == found("") == []


def test_a_page_ends_where_the_next_begins(ada: Person) -> None:
    posts = [shared(ada, f"Compost no. {hour}", hour).id for hour in range(5)][::-1]
    assert found("compost", limit=2) == posts[:2]
    assert found("compost", limit=2, before=posts[1]) == posts[2:4]
    assert found("compost", limit=9, before=posts[3]) == posts[4:]


def test_what_one_may_not_see_is_passed_over(ada: Person, cleo: Person) -> None:
    seen = shared(ada, "Compost for all")
    mine = [shared(ada, "Compost for me", hour, Audience.ME).id for hour in range(1, 13)][::-1]
    assert found("compost", None, limit=2) == found("compost", cleo, limit=2) == [seen.id]
    assert found("compost", ada, limit=20) == [*mine, seen.id]
