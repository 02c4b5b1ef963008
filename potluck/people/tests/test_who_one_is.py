"""Handles, profiles, settings, topics, and the places where one shares."""

import pytest
from django.utils import timezone

from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.join import as_handle, check_handle, find, join, outside_person
from potluck.people.models import Account, Person, Source
from potluck.people.profile import Profile, Settings, describe, say_topic, settle
from potluck.people.sources import add_source, pause, resume, retire


def test_the_first_to_join_is_the_host_and_the_second_is_not(db: None) -> None:
    first, second = (join(Account.objects.create_user(f"{n}@example.org"), name="Ada Marsh") for n in "ab")
    assert first.account is not None and first.account.is_superuser and first.is_moderator
    assert second.account is not None and not second.account.is_superuser and not second.is_moderator
    assert first.handle == "ada-marsh" and second.handle.startswith("ada-marsh-")
    assert join(second.account) == second


@pytest.mark.parametrize("handle", ["a", "Ben!", "-ben", "admin", "b" * 40, "ben/x", ""])
def test_some_words_are_no_handles(db: None, handle: str) -> None:
    with pytest.raises(Malformed):
        check_handle(handle)


def test_a_handle_is_one_persons(ada: Person, ben: Person) -> None:
    assert check_handle("@Ada", of=ada) == "ada"
    with pytest.raises(Malformed):
        check_handle("ada", of=ben)
    assert as_handle("Ада") != as_handle("Ада")


def test_two_who_take_one_handle_at_once_are_told_so(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("potluck.people.profile.check_handle", lambda handle, of: handle)
    with pytest.raises(Malformed):
        describe(ben, Profile(handle="ada"))


def test_saving_a_profile_takes_back_no_suspension(ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    describe(ada, Profile(name="Ada M.", about="Soil *and* worms"))
    there = Person.objects.get(pk=ada.pk)
    assert there.suspended_at is not None and there.name == "Ada M." and "<em>and</em>" in there.about_html


def test_the_person_outside_is_the_same_however_often_asked(db: None) -> None:
    eve = outside_person("https://www.eve.example/", name="Eve")
    assert outside_person("https://www.eve.example/") == eve
    assert (eve.handle, eve.is_member) == ("eve-example", False)
    assert outside_person("https://many.example/~fay/feed").handle == "many-example-fay"


def test_two_people_whose_long_addresses_begin_alike_stay_two(db: None) -> None:
    page = "https://many.example/" + "garden/" * 100
    eve, fay = outside_person(page + "eve"), outside_person(page + "fay")
    assert eve != fay and outside_person(page + "eve") == eve
    assert eve.url == page + "eve"


def test_two_from_one_host_at_once_get_two_handles(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = outside_person("https://eve.example/one")
    free = iter([taken.handle, "eve-example-two"])
    monkeypatch.setattr("potluck.people.join.as_handle", lambda hint: next(free))
    assert outside_person("https://eve.example/two").handle == "eve-example-two"


def test_nobody_is_found_by_a_handle_that_was_removed(ada: Person) -> None:
    assert find("@ADA") == ada
    Person.objects.filter(pk=ada.pk).update(removed_at=timezone.now())
    with pytest.raises(Missing):
        find("ada")


@pytest.mark.parametrize("wrong", [{"daily": 0}, {"daily": 101}, {"time_zone": "Mars/Base"}])
def test_a_day_has_a_size_and_a_place(ada: Person, wrong: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        settle(ada, Settings(**({"daily": 5, "time_zone": "UTC"} | wrong)))  # type: ignore[arg-type]


def test_a_topic_is_said_once_and_changed(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    say_topic(ada, "soil", "starting")
    say_topic(ada, "soil", "helping", "clay, mostly")
    assert [(t.stage, t.note) for t in ada.topics.all()] == [("helping", "clay, mostly")]
    for tag, stage in (("", "helping"), ("soil", "mastering")):
        with pytest.raises(Malformed):
            say_topic(ada, tag, stage)
    monkeypatch.setattr("potluck.people.profile.MOST_TOPICS", 1)
    with pytest.raises(Malformed):
        say_topic(ada, "beans", "helping")


def test_a_member_names_their_own_sources_and_anybody_those_of_people_outside(
    ada: Person, ben: Person, eve: Person
) -> None:
    mine, new = add_source("https://ada.example/feed", person=ada, by=ada)
    assert new and add_source("https://ada.example/feed", person=ada, by=ada) == (mine, False)
    assert add_source("https://eve.example/feed", person=eve, by=ben)[1]
    with pytest.raises(Refused):
        add_source("https://ada.example/other", person=ada, by=ben)


def test_a_source_rests_goes_on_and_is_let_go(ada: Person, ben: Person) -> None:
    source, _ = add_source("https://ada.example/feed", person=ada, by=ada, only_tags=("garden",))
    states = []
    for verb in (pause, resume, retire):
        with pytest.raises(Refused):
            verb(source, by=ben)
        verb(source, by=ada)
        states.append(Source.objects.get().state)
    assert states == ["paused", "waiting", "retired"]
    again, new = add_source("https://ada.example/feed", person=ada, by=ada)
    assert not new and again.state == "waiting" and again.only_tags == []


def test_who_asked_not_to_appear_is_not_named_again(eve: Person, ben: Person) -> None:
    Person.objects.filter(pk=eve.pk).update(removed_at=timezone.now())
    eve.refresh_from_db()
    with pytest.raises(Refused):
        add_source("https://eve.example/feed", person=eve, by=ben)
