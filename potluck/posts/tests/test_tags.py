"""Tags in any script, and two words becoming one."""

import pytest

from potluck.door import admit
from potluck.lib.errors import Refused
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Person
from potluck.people.profile import say_topic
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.posts.tags import merge, normal, normal_all, word_for

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


def test_merging_two_words_keeps_what_one_follows_of_a_person(ada: Person, ben: Person, dov: Person) -> None:
    for wish in (Wish(tag="dirt"), Wish(tag="soil"), Wish(who=ben, tag="dirt")):
        follow(wish, by=ada)
    say_topic(ada, "dirt", "helping")
    say_topic(ada, "soil", "starting")
    merge("dirt", "soil", by=dov)
    assert sorted(Follow.objects.values_list("who__handle", "tag"), key=str) == [
        ("ben", "soil"),
        (None, "soil"),
    ]
    assert [topic.tag for topic in ada.topics.all()] == ["soil"]
    assert word_for("#Dirt") == "soil" and word_for("!?") == ""
    merge("soil", "earth", by=dov)
    assert word_for("dirt") == "earth"


def test_the_normal_form_of_a_normal_form_is_itself() -> None:
    assert not [
        char for char in map(chr, range(0x110000)) if normal(normal(f"a{char}b")) != normal(f"a{char}b")
    ]
    assert normal(normal("x" * 99 + " y")) == normal("x" * 99 + " y")
