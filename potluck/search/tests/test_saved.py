"""Saved searches meet what is new."""

import pytest

from potluck.lib.errors import Malformed
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Level, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.posts.share import share
from potluck.search.index import index_posts
from potluck.search.models import Saved
from potluck.search.saved_searches import ANYTHING, file_searches, matching_follows, save_search
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db


def shared(author: Person, text: str, **more: object) -> Post:
    post = share(Draft(author=author, text=text, **more))  # type: ignore[arg-type]
    index_posts([post])
    return post


def test_a_saved_search_meets_what_fits_and_nothing_else(ada: Person, ben: Person, eve: Person) -> None:
    fits = {
        save_search(typed, by=ada).id: typed
        for typed in (
            "worms",
            "worms compost",
            '"red worms"',
            "from:ben",
            "tag:soil",
            "kind:note worms -peat",
            "worms in:members",
            "after:2020 red",
            "-peat",
        )
    }
    for typed in (
        "worms peat",
        '"worms red"',
        "from:eve",
        "tag:worms",
        "worms -compost",
        "in:outside",
        "before:2020",
    ):
        save_search(typed, by=ada)
    post = shared(ben, "Red worms make compost #soil")
    met = matching_follows([post.id])
    assert {fits.get(row, row) for row, _ in met} == set(fits.values())
    assert {key for _, key in met} == {post.id}


def test_each_post_of_a_batch_meets_its_own(ada: Person, ben: Person) -> None:
    worms, slugs = save_search("worms", by=ada), save_search("slugs", by=ben)
    posts = [shared(ben, text) for text in ("worms", "slugs", "slugs and worms", "neither")]
    met = matching_follows([post.id for post in posts])
    one, two, both, _ = (post.id for post in posts)
    assert sorted(met) == sorted([(worms.id, one), (worms.id, both), (slugs.id, two), (slugs.id, both)])
    assert matching_follows([]) == []


def test_places_are_those_of_its_owner(ada: Person, ben: Person, cleo: Person) -> None:
    adas = save_search("worms in:following", by=ada)
    bens = save_search("worms in:following", by=ben)
    follow(Wish(who=cleo), by=ben)
    post = shared(cleo, "worms")
    assert matching_follows([post.id]) == [(bens.id, post.id)]
    follow(Wish(who=cleo), by=ada)
    assert sorted(matching_follows([post.id])) == sorted([(adas.id, post.id), (bens.id, post.id)])


def test_a_search_within_a_thread_meets_its_replies(ada: Person, ben: Person) -> None:
    root = shared(ben, "worms")
    row = save_search(f"slugs in:{root.id}", by=ada)
    reply = shared(ada, "slugs", reply_to=root)
    other = shared(ben, "slugs")
    assert matching_follows([reply.id, other.id]) == [(row.id, reply.id)]


def test_a_muted_search_meets_nothing(ada: Person, ben: Person) -> None:
    save_search("worms", by=ada, level=Level.MUTED)
    assert matching_follows([shared(ben, "worms").id]) == []


def test_a_search_followed_in_another_way_is_filed_with_the_next_post(ada: Person, ben: Person) -> None:
    row = follow(Wish(query="worms"), by=ada)
    assert matching_follows([shared(ben, "worms").id])[0][0] == row.id
    Saved.objects.all().delete()
    assert file_searches() == 1
    assert file_searches() == 0
    assert file_searches(anew=True) == 1


def test_it_is_filed_under_the_rarest_thing_it_asks(ada: Person, ben: Person) -> None:
    for number in range(6):
        shared(ben, f"worms number{number}")
    refresh_statistics()
    row = save_search("worms number3 from:ben", by=ada)
    alone = save_search("number3", by=ada)
    anything = save_search("in:following", by=ada)
    keys = {
        key: set(saved.filed.values_list("term", flat=True)) for key, saved in Saved.objects.in_bulk().items()
    }
    assert keys[row.id] == keys[alone.id]
    assert keys[anything.id] == {ANYTHING}


def test_saving_twice_is_saving_once_and_nothing_cannot_be_saved(ada: Person) -> None:
    assert save_search("  worms   #Soil", by=ada) == save_search("worms tag:soil", by=ada)
    assert Follow.objects.get().query == "worms tag:soil"
    with pytest.raises(Malformed):
        save_search("  - ", by=ada)
