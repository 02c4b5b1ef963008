"""Follow, be left in peace, and keep circles."""

import pytest

from potluck.events.models import Event, Kind
from potluck.lib.errors import Malformed, Refused
from potluck.people.block import block, mute, unblock, unmute
from potluck.people.circles import make_circle, put_in, take_out
from potluck.people.follow import Wish, follow, follow_all, unfollow
from potluck.people.models import CircleMember, Follow, Level, Mute, Person


def test_following_twice_is_one_follow_and_one_event(ada: Person, ben: Person) -> None:
    first = follow(Wish(who=ben), by=ada)
    assert follow(Wish(who=ben), by=ada, level=Level.ALL) == first
    assert Follow.objects.get().level == Level.ALL
    assert Event.objects.filter(kind=Kind.FOLLOWED).count() == 1


def test_nobody_follows_nothing_themselves_or_whom_they_block(ada: Person, ben: Person) -> None:
    with pytest.raises(Malformed):
        follow(Wish(), by=ada)
    with pytest.raises(Refused):
        follow(Wish(who=ada), by=ada)
    block(ada, by=ben)
    with pytest.raises(Refused):
        follow(Wish(who=ben), by=ada)


def test_following_many_leaves_out_whom_one_may_not(
    ada: Person, ben: Person, cleo: Person, dov: Person
) -> None:
    block(ada, by=cleo)
    follow(Wish(who=dov), by=ada)
    assert [row.who for row in follow_all([ada, ben, ben, cleo, dov], by=ada)] == [ben]
    assert set(Follow.objects.values_list("who__handle", flat=True)) == {"ben", "dov"}


def test_only_its_own_person_ends_a_follow_and_gets_the_wish_back(
    ada: Person, ben: Person, cleo: Person
) -> None:
    row = follow(Wish(who=ben, tag="soil"), by=ada)
    with pytest.raises(Refused):
        unfollow(row, by=cleo)
    wish = unfollow(row, by=ada)
    assert not Follow.objects.exists()
    again = follow(wish, by=ada)
    assert (again.who, again.tag) == (ben, "soil")


def test_a_block_ends_follows_and_circles_both_ways(ada: Person, ben: Person) -> None:
    follow(Wish(who=ben), by=ada)
    follow(Wish(who=ada), by=ben)
    put_in(make_circle("garden", by=ben), ada, by=ben)
    block(ben, by=ada)
    block(ben, by=ada)
    assert not Follow.objects.exists() and not CircleMember.objects.exists()
    with pytest.raises(Refused):
        put_in(make_circle("garden", by=ben), ada, by=ben)
    unblock(ben, by=ada)
    assert follow(Wish(who=ben), by=ada)


def test_nobody_mutes_or_blocks_themselves(ada: Person) -> None:
    for verb in (mute, block):
        with pytest.raises(Refused):
            verb(ada, by=ada)


def test_muting_is_taken_back(ada: Person, ben: Person) -> None:
    mute(ben, by=ada)
    mute(ben, by=ada)
    assert Mute.objects.count() == 1
    unmute(ben, by=ada)
    assert not Mute.objects.exists()


def test_a_circle_is_its_owners_alone(ada: Person, ben: Person, cleo: Person) -> None:
    circle = make_circle(" garden ", by=ada)
    assert make_circle("garden", by=ada) == circle
    for verb in (put_in, take_out):
        with pytest.raises(Refused):
            verb(circle, cleo, by=ben)


def test_a_circle_holds_members_but_not_its_owner_nor_outsiders(
    ada: Person, ben: Person, eve: Person
) -> None:
    circle = make_circle("garden", by=ada)
    put_in(circle, ben, by=ada)
    for who in (ada, eve):
        with pytest.raises(Refused):
            put_in(circle, who, by=ada)
    take_out(circle, ben, by=ada)
    assert not circle.members.exists()
    with pytest.raises(Malformed):
        make_circle("  ", by=ada)


def test_a_circle_has_an_end(ada: Person, ben: Person, cleo: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("potluck.people.circles.MOST_PEOPLE", 1)
    circle = make_circle("garden", by=ada)
    put_in(circle, ben, by=ada)
    with pytest.raises(Refused):
        put_in(circle, cleo, by=ada)
