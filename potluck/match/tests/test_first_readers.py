"""What comes unasked: a newcomer's first shares before two people, and once a day something from further away."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.match.discovery import serendipity
from potluck.match.discovery.user_items import holdings
from potluck.match.finders import first_readers
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.posts.saved import keep
from potluck.questions.models import AskingWishes, Chance, FirstReader
from potluck.search.statistics import refresh_statistics
from tests.cast import member

Work = Callable[[], None]
BRAN = "A ring of dry bran keeps slugs off young seedlings until it rains."


@pytest.fixture
def work(work: Work) -> Work:
    def work_and_count() -> None:
        holdings.forget()
        work()
        refresh_statistics()
        holdings.forget()

    return work_and_count


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Who holds what is looked up once an hour; each test begins with nothing."""
    holdings.forget()
    yield
    holdings.forget()


def old(*people: Person) -> None:
    """They have been here for long."""
    Person.objects.filter(pk__in=[who.pk for who in people]).update(
        joined_at=timezone.now() - timedelta(days=400)
    )
    for who in people:
        who.refresh_from_db()


def readers(post: Post) -> list[str]:
    return list(FirstReader.objects.filter(post=post).order_by("id").values_list("person__handle", flat=True))


def codes(person: Person, post: Post) -> list[str]:
    return sorted(reason["code"] for row in person.arrivals.filter(post=post) for reason in row.reasons)


@pytest.fixture
def settled(ben: Person, cleo: Person, dov: Person, work: Work) -> None:
    old(ben, cleo, dov)
    for who in (ben, cleo):
        admit(Draft(author=who, text=f"{BRAN} So {who.name} found."))
    work()


def test_a_first_share_is_put_before_two_who_are_near_and_its_author_hears_who(
    settled: None, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    share = admit(Draft(author=ada, text="Slugs leave seedlings alone behind dry bran."))
    work()
    assert set(readers(share)) == {"ben", "cleo"}
    assert codes(ben, share) == ["first", "first_near"]
    assert codes(ada, share) == ["received", "received"]


def test_after_the_first_few_one_is_no_newcomer(settled: None, ada: Person, ben: Person, work: Work) -> None:
    AskingWishes.objects.create(person=ben, firsts_a_week=20)
    shares = [admit(Draft(author=ada, text=f"Dry bran and slugs, note {number}")) for number in range(4)]
    work()
    assert [bool(readers(share)) for share in shares] == [True, True, True, False]


DAYS_LATER = timedelta(days=3, hours=1)


@pytest.fixture
def fay(settled: None) -> Person:
    who = member("fay", "Fay")
    old(who)
    return who


def test_what_nobody_said_a_word_to_is_put_before_one_more_and_once(
    settled: None, ada: Person, dov: Person, fay: Person, work: Work
) -> None:
    share = admit(Draft(author=ada, text="Slugs leave seedlings alone behind dry bran."))
    work()
    now = timezone.now()
    assert first_readers.further(now + timedelta(days=2)) == 0
    assert first_readers.further(now + DAYS_LATER) == 1
    work()
    assert readers(share) == ["ben", "cleo", "dov"] or readers(share) == ["cleo", "ben", "dov"]
    assert codes(dov, share) == ["first_word"]
    assert codes(ada, share) == ["received"] * 3
    assert first_readers.further(now + 3 * DAYS_LATER) == 0


@pytest.mark.parametrize("how", ["thanks", "a reply", "passing on", "taking back"])
def test_a_share_that_was_heard_is_left_where_it_is(
    settled: None, ada: Person, ben: Person, fay: Person, work: Work, how: str
) -> None:
    share = admit(Draft(author=ada, text="Slugs leave seedlings alone behind dry bran."))
    work()
    if how == "thanks":
        thank(share, by=ben)
    elif how == "a reply":
        admit(Draft(author=ben, text="So I found.", reply_to=share))
    elif how == "passing on":
        admit(Draft(author=ben, via=share, kind="note"))
    else:
        Post.objects.filter(pk=share.pk).update(deleted_at=timezone.now())
    assert first_readers.further(timezone.now() + DAYS_LATER) == 0


def test_one_more_reader_is_found_within_what_each_wishes_and_tried_again_where_none_has_room(
    settled: None, ada: Person, dov: Person, work: Work
) -> None:
    wishes = AskingWishes.objects.create(person=dov, firsts_a_week=0)
    share = admit(Draft(author=ada, text="Slugs leave seedlings alone behind dry bran."))
    work()
    now = timezone.now()
    first_readers.further(now + DAYS_LATER)
    work()
    assert set(readers(share)) == {"ben", "cleo"}
    wishes.firsts_a_week = 1
    wishes.save()
    assert first_readers.further(now + DAYS_LATER + timedelta(days=1)) == 1
    work()
    assert set(readers(share)) == {"ben", "cleo", "dov"}


def test_nobody_fits_then_whoever_invited_them(ada: Person, ben: Person, dov: Person, work: Work) -> None:
    old(ben, dov)
    Person.objects.filter(pk=ada.pk).update(invited_by=ben)
    ada.refresh_from_db()
    share = admit(Draft(author=ada, text="Bassoon reeds, split by hand."))
    work()
    assert readers(share) == ["ben", "dov"]
    assert "first_invited" in codes(ben, share)


def test_the_same_person_is_not_called_again_and_again(
    ada: Person, cleo: Person, dov: Person, work: Work
) -> None:
    old(dov)
    for number in range(3):
        admit(Draft(author=ada, text=f"Reeds, part {number}"))
        admit(Draft(author=cleo, text=f"Oboes, part {number}"))
    work()
    assert FirstReader.objects.filter(person=dov).count() == 2
    AskingWishes.objects.create(person=dov, firsts_a_week=0)
    FirstReader.objects.all().delete()
    admit(Draft(author=member("fay", "Fay"), text="Reeds again"))
    work()
    assert not FirstReader.objects.filter(person=dov).exists()


def test_what_is_for_few_has_no_first_readers(settled: None, ada: Person, ben: Person, work: Work) -> None:
    for audience in (Audience.ME, Audience.NAMED):
        admit(Draft(author=ada, text=BRAN, audience=audience, readers=(ben,)))
    work()
    assert not FirstReader.objects.exists()


def test_something_near_to_what_one_keeps_comes_from_afar_once_a_day(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    kept = admit(Draft(author=cleo, text=BRAN))
    keep(kept, by=ada)
    work()
    share = admit(Draft(author=ben, text="Bran keeps slugs off seedlings; so do copper rings."))
    admit(Draft(author=ben, text="Slugs, seedlings and bran: a second look."))
    work()
    assert serendipity.choose(timezone.now()) >= 1
    serendipity.choose(timezone.now())
    found = serendipity.from_afar(ada)
    assert Chance.objects.filter(person=ada).count() == 1 and len(found) == 1
    assert found[0].own == kept.id
    serendipity.turn_down(Post.objects.get(pk=found[0].line.id), by=ada)
    assert serendipity.from_afar(ada) == []
    assert share.author == ben


@pytest.mark.parametrize("how", ["followed", "off", "private"])
def test_nothing_comes_from_afar_that_is_near_unwished_or_hidden(
    ada: Person, ben: Person, cleo: Person, work: Work, how: str
) -> None:
    keep(admit(Draft(author=cleo, text=BRAN)), by=ada)
    work()
    if how == "followed":
        follow(Wish(who=ben), by=ada)
    if how == "off":
        AskingWishes.objects.create(person=ada, chances_a_day=0)
    audience = Audience.MEMBERS if how == "private" else Audience.PUBLIC
    admit(Draft(author=ben, text="Bran keeps slugs off seedlings; so do copper rings.", audience=audience))
    work()
    serendipity.choose(timezone.now())
    assert not Chance.objects.filter(person=ada, post__author=ben).exists()


def test_who_turns_down_several_is_left_in_peace(ada: Person, ben: Person, cleo: Person, work: Work) -> None:
    keep(admit(Draft(author=cleo, text=BRAN)), by=ada)
    now = timezone.now()
    for number in range(serendipity.ENOUGH):
        post = admit(Draft(author=cleo, text=f"Elsewhere {number}"))
        Chance.objects.create(person=ada, post=post, day=now.date(), turned_down_at=now)
    work()
    admit(Draft(author=ben, text="Bran keeps slugs off seedlings; so do copper rings."))
    work()
    serendipity.choose(now + timedelta(days=1))
    assert not Chance.objects.filter(person=ada, turned_down_at=None).exists()


def test_a_hundred_who_only_keep_bookmarks_still_ask_and_are_found(ada: Person, work: Work) -> None:
    """Nobody answered anything: what they keep in public speaks for them."""
    old(ada)
    for number in range(100):
        who = member(f"reader{number}", f"Reader {number}")
        topic = "slugs and seedlings" if number % 10 == 0 else f"topic {number}"
        admit(
            Draft(author=who, link=f"https://{number}.example/", title=f"On {topic}", text=f"Read on {topic}")
        )
    work()
    question = admit(Draft(author=ada, text="What keeps slugs off seedlings?"))
    work()
    asked = set(question.asks.values_list("person__handle", flat=True))
    assert 1 <= len(asked) <= 5 and asked <= {f"reader{number}" for number in range(0, 100, 10)}
