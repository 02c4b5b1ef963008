"""What reaches a person at home: with a reason that still holds, from nobody they do not want to hear, in their day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from potluck.channels.home import day as home_day
from potluck.channels.home import jobs
from potluck.deliver.models import Arrival
from potluck.door import admit
from potluck.people.block import mute, unmute
from potluck.people.follow import Wish, follow
from potluck.people.models import Level, Person
from potluck.people.profile import time_zones
from potluck.posts.acknowledge import thank, unthank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Kept
from potluck.posts.saved import keep, let_go

Work = Callable[[], None]
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def texts(person: Person) -> list[str]:
    day = home_day.today(person)
    return [line.title or line.excerpt for line in (*day.waiting, *day.people)]


def test_what_one_asked_for_comes_back_on_its_day(ada: Person, ben: Person) -> None:
    note = admit(Draft(author=ben, text="Sow broad beans"))
    keep(note, by=ada, remind_at=timezone.now() + timedelta(days=1))
    jobs.remind(0)
    assert texts(ada) == []
    Kept.objects.update(remind_at=EARLIER)
    jobs.remind(0)
    assert home_day.today(ada).waiting[0].reasons == ["You asked to be reminded of this"]


def test_two_reminders_of_one_thing_come_back_as_one(ada: Person, ben: Person, cleo: Person) -> None:
    for who in (ben, cleo):
        keep(admit(Draft(author=who, text="https://beans.example/")), by=ada, remind_at=EARLIER)
    jobs.remind(0)
    assert len(texts(ada)) == 1
    assert not Kept.objects.filter(reminded_at=None).exists()


def test_what_one_keeps_no_longer_does_not_come_back(ada: Person, ben: Person) -> None:
    note = admit(Draft(author=ben, text="Sow broad beans"))
    keep(note, by=ada, remind_at=EARLIER)
    let_go(note, by=ada)
    jobs.remind(0)
    assert texts(ada) == []


def test_home_keeps_the_newest(ada: Person, ben: Person, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "NEWEST", 2)
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    follow(Wish(who=ben), by=ada)
    for number in range(5):
        admit(Draft(author=ben, text=f"Note {number}"))
        work()
    jobs.trim(0)
    assert sorted(texts(ada)) == ["Note 3", "Note 4"]


def test_what_a_muted_person_passes_on_or_gives_is_not_heard(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(who=ben), by=ada)
    mute(ben, by=ada)
    mine = admit(Draft(author=ada, text="Mine"))
    admit(Draft(author=ben, via=admit(Draft(author=cleo, text="By Cleo")), kind="note"))
    admit(Draft(author=ben, via=mine, kind="note"))
    thank(mine, by=ben)
    work()
    assert texts(ada) == []
    assert home_day.today(ada).gifts == []


def test_muting_somebody_quiets_what_they_brought_already(ada: Person, ben: Person, work: Work) -> None:
    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="Sow broad beans"))
    work()
    assert texts(ada) == ["Sow broad beans"]
    mute(ben, by=ada)
    assert texts(ada) == []
    unmute(ben, by=ada)
    assert texts(ada) == ["Sow broad beans"]


def test_thanks_for_ones_own_link_are_a_gift_though_another_shared_it_first(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(who=cleo), by=ben)
    admit(Draft(author=cleo, text="https://beans.example/"))
    work()
    mine = admit(Draft(author=ben, text="https://beans.example/"))
    thank(mine, by=ada)
    work()
    back = home_day.today(ben).gifts
    assert [line.id for line in back] == [mine.id]
    assert "Ada Marsh" in back[0].reasons[0]
    assert len(home_day.today(ben).people) == 1


def test_what_was_taken_back_is_not_shown_without_its_reason(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(who=ben), by=ada)
    mine = admit(Draft(author=ada, text="Mine"))
    thank(mine, by=cleo)
    passed = admit(Draft(author=ben, via=admit(Draft(author=cleo, text="By Cleo")), kind="note"))
    work()
    assert texts(ada) == ["By Cleo"] and len(home_day.today(ada).gifts) == 1
    unthank(mine, by=cleo)
    delete(passed, by=ben)
    assert texts(ada) == [] and home_day.today(ada).gifts == []


def test_what_came_since_is_asked_for_once(ada: Person, ben: Person, work: Work) -> None:
    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="One"))
    work()
    latest = home_day.today(ada).latest
    assert home_day.newer(ada, latest) == ([], latest)
    admit(Draft(author=ben, text="Two"))
    work()
    lines, after = home_day.newer(ada, latest)
    assert [line.excerpt for line in lines] == ["Two"]
    assert home_day.newer(ada, after) == ([], after)


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("UTC", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 1, 15, tzinfo=UTC)),
        # The night the clocks go on at two, and back at three: the day still began at midnight.
        ("Europe/Paris", datetime(2026, 3, 29, 10, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 10, 25, 10, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        # Where midnight itself is left out, the day begins at one.
        ("Africa/Cairo", datetime(2026, 4, 24, 9, tzinfo=UTC), datetime(2026, 4, 23, 22, tzinfo=UTC)),
        # Where midnight comes twice, it began with the first.
        ("America/Havana", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("Nowhere/Here", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_person_is(zone: str, now: datetime, began: datetime) -> None:
    assert home_day.dawn(Person(time_zone=zone), now).astimezone(UTC) == began


def test_the_database_knows_every_zone_one_may_choose(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {row[0] for row in cursor.fetchall()}
    assert time_zones() <= known


def test_levels_of_a_person_say_whether_replies_and_what_is_passed_on_are_heard(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    heard = {}
    hers = admit(Draft(author=cleo, text="By Cleo"))
    for level in Level:
        follow(Wish(who=ben), by=ada, level=level)
        own = admit(Draft(author=ben, text=f"His own {level}"))
        admit(Draft(author=ben, text=f"His reply {level}", reply_to=hers))
        passed = admit(Draft(author=ben, via=hers, kind="note"))
        work()
        heard[level] = sorted(Arrival.objects.filter(person=ada).values_list("post__text", flat=True))
        Arrival.objects.all().delete()
        for post in (own, passed):
            delete(post, by=ben)
    assert heard == {
        Level.MUTED: [],
        Level.NORMAL: ["By Cleo", "His own 1"],
        Level.FIRST: ["His own 2"],
        Level.ALL: ["By Cleo", "His own 3", "His reply 3"],
        Level.QUIET: [],
    }


def test_all_of_a_tag_is_with_the_replies_under_it(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(tag="soil"), by=ada)
    follow(Wish(tag="soil"), by=cleo, level=Level.ALL)
    root = admit(Draft(author=ben, text="Worms #soil"))
    reply = admit(Draft(author=ben, text="And beetles", reply_to=root))
    admit(Draft(author=ben, text="And mites", reply_to=reply))
    work()
    assert texts(ada) == ["Worms #soil"]
    assert sorted(texts(cleo)) == ["And beetles", "And mites", "Worms #soil"]


def test_a_thread_turned_off_is_quiet_even_for_who_began_it(ada: Person, ben: Person, work: Work) -> None:
    root = admit(Draft(author=ada, text="How deep?"))
    follow(Wish(thread=root.id), by=ada, level=Level.MUTED)
    admit(Draft(author=ben, text="Deep.", reply_to=root))
    work()
    assert texts(ada) == []


def test_a_full_day_takes_in_live_only_what_is_better(ada: Person, ben: Person, work: Work) -> None:
    Person.objects.filter(pk=ada.pk).update(daily=2)
    ada.refresh_from_db()
    follow(Wish(who=ben), by=ada)
    for words in ("One", "Two"):
        admit(Draft(author=ben, text=words))
    work()
    day = home_day.today(ada)
    Arrival.objects.filter(person=ada).update(score=5)
    admit(Draft(author=ben, text="Three"))
    work()
    assert home_day.newer(ada, day.latest) == ([], day.latest)
    admit(Draft(author=ben, text="For you, @ada"))
    work()
    lines, _after = home_day.newer(ada, day.latest)
    assert [line.excerpt for line in lines] == ["For you, @ada"]
    assert home_day.today(ada).size == 2
