"""The gate: who may see what, in both of its forms."""

import itertools

import pytest
from django.db import connection
from django.utils import timezone

from potluck.door import admit
from potluck.people.block import block
from potluck.people.circles import make_circle, put_in
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from tests.cast import member

_ASK = f"""
SELECT p.id FROM posts_post p JOIN people_person author ON author.id = p.author_id
CROSS JOIN people_person viewer WHERE viewer.id = %s AND {VISIBLE_SQL}
"""


@pytest.fixture
def everything(ada: Person, ben: Person) -> dict[str, Post]:
    """One note by Ada for each audience, Ben being in her circle and among the named; and odd ones."""
    circle = make_circle("garden", by=ada)
    put_in(circle, ben, by=ada)
    notes = {
        "public": admit(Draft(author=ada, text="for everybody")),
        "members": admit(Draft(author=ada, text="for members", audience=Audience.MEMBERS)),
        "circle": admit(Draft(author=ada, text="for a few", audience=Audience.CIRCLE, circle=circle)),
        "named": admit(Draft(author=ada, text="for Ben", audience=Audience.NAMED, readers=(ben,))),
        "me": admit(Draft(author=ada, text="to myself", audience=Audience.ME)),
        "deleted": admit(Draft(author=ada, text="taken back")),
        "held": admit(Draft(author=ada, text="waits")),
    }
    notes["reply"] = admit(Draft(author=ben, text="me too", reply_to=notes["named"]))
    Post.objects.filter(pk=notes["deleted"].pk).update(deleted_at=timezone.now())
    Post.objects.filter(pk=notes["held"].pk).update(held_at=timezone.now())
    return notes


def seen(everything: dict[str, Post], viewer: Person | None) -> set[str]:
    ids = set(Post.objects.visible_to(viewer).values_list("id", flat=True))
    return {name for name, post in everything.items() if post.id in ids}


def test_a_visitor_sees_only_what_is_public(everything: dict[str, Post]) -> None:
    assert seen(everything, None) == {"public"}


def test_a_stranger_sees_what_is_for_members_and_no_more(everything: dict[str, Post], cleo: Person) -> None:
    assert seen(everything, cleo) == {"public", "members"}


def test_a_friend_sees_what_is_for_them(everything: dict[str, Post], ben: Person) -> None:
    assert seen(everything, ben) == {"public", "members", "circle", "named", "reply"}


def test_an_author_sees_all_of_their_own_but_what_they_took_back(
    everything: dict[str, Post], ada: Person
) -> None:
    assert seen(everything, ada) == set(everything) - {"deleted"}


def test_a_moderator_sees_what_is_held_but_nothing_narrowed(everything: dict[str, Post], dov: Person) -> None:
    assert seen(everything, dov) == {"public", "members", "held"}


def test_the_suspended_see_what_visitors_see_and_are_not_seen(
    everything: dict[str, Post], ada: Person
) -> None:
    cleo = member("late", "Late")
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    ada.refresh_from_db()
    assert seen(everything, cleo) == set()
    assert seen(everything, None) == set()
    assert "public" in seen(everything, ada)


def test_the_blocked_see_nothing_either_way(everything: dict[str, Post], ada: Person, cleo: Person) -> None:
    mine = admit(Draft(author=cleo, text="hello"))
    block(cleo, by=ada)
    assert seen(everything, cleo) == set()
    assert not Post.objects.visible_to(ada).filter(pk=mine.pk).exists()


def test_both_forms_of_the_gate_agree(
    everything: dict[str, Post], ada: Person, ben: Person, cleo: Person, dov: Person
) -> None:
    gus = member("gus", "Gus", suspended_at=timezone.now())
    admit(Draft(author=cleo, text="by a stranger", audience=Audience.MEMBERS))
    for suspended, blocked in itertools.product((False, True), repeat=2):
        Person.objects.filter(pk=cleo.pk).update(suspended_at=timezone.now() if suspended else None)
        if blocked:
            block(ben, by=ada)
        for viewer in (ada, ben, Person.objects.get(pk=cleo.pk), dov):
            with connection.cursor() as cursor:
                cursor.execute(_ASK, [viewer.id])
                by_sql = {row[0] for row in cursor.fetchall()}
            by_orm = set(Post.objects.visible_to(viewer).values_list("id", flat=True))
            # The suspended are brought nothing at all; what they may read as any visitor is the other form's.
            assert by_sql == (set() if viewer.suspended_at else by_orm)
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [gus.id])
        assert cursor.fetchall() == []
