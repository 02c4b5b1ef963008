"""Tags in any script, and two words becoming one."""

import pytest

from potluck.door import admit
from potluck.kit.errors import Refused
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.posts.tags import merge, normal, normal_all

CASES = [
    ("#Soil", "soil"),
    ("School  gardens", "school-gardens"),
    ("हिन्दी", "हिन्दी"),
    ("C++", "c++"),
    ("Straße", "strasse"),
    ("日本語", "日本語"),
    ("!?", ""),
    ("a/b?c=<d>", "a-b-c-d"),
]


@pytest.mark.parametrize(("said", "name"), CASES)
def test_a_tag_has_one_normal_form(said: str, name: str) -> None:
    assert normal(said) == name
    assert normal(normal(said)) == name


def test_each_tag_stands_once_in_the_order_given() -> None:
    assert normal_all(["Soil", "beans", "#soil", ""]) == ["soil", "beans"]


def test_two_words_become_one_for_what_is_there_and_what_comes(ada: Person, ben: Person, dov: Person) -> None:
    post = admit(Draft(author=ada, text="x #compostheap #compost"))
    follow(Wish(tag="compostheap"), by=ben)
    merge("CompostHeap", "compost", by=dov)
    assert Post.objects.get(pk=post.pk).tags == ["compost"]
    assert Follow.objects.get(by=ben).tag == "compost"
    assert admit(Draft(author=ada, text="y #compostheap")).tags == ["compost"]


def test_only_a_moderator_merges_tags(ada: Person) -> None:
    with pytest.raises(Refused):
        merge("a", "b", by=ada)
