"""The letter of the day brings the best of what one has not seen, once, at one's own hour; and nothing if there is
nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail import addresses
from potluck.channels.mail.digest.schedule import write_due
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.deliver.categories import Kind
from potluck.deliver.models import Arrival, Delivery, Rhythm, Wishes
from potluck.deliver.preferences import How, hush, set_rhythm, turn_off, wish
from potluck.door import admit
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.questions.models import AskingWishes, Chance

Digest = Callable[..., list[EmailMessage]]
# A Wednesday.
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def evening(days: float = 0) -> datetime:
    """Tomorrow late, or so many days later: everybody's hour has come."""
    return (timezone.now() + timedelta(days=1 + days)).replace(hour=23, minute=30)


@pytest.fixture
def digest(work: Callable[[], None], tmp_path: Path, settings: Settings, db: None) -> Digest:
    """Tell the day: what happened so far, at a moment `days` later, and the letters that come of it."""
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True

    def at(days: float = 0) -> list[EmailMessage]:
        work()
        taken(tmp_path)  # what went at once is told elsewhere
        write_due(evening(days))
        return taken(tmp_path)

    return at


@pytest.fixture(autouse=True)
def in_the_same_place(ada: Person, ben: Person, cleo: Person) -> None:
    """They have been here for a month, live in one zone, and are asked nothing."""
    Person.objects.update(joined_at=timezone.now() - timedelta(days=30))
    rows = [AskingWishes(person=who, a_week=0, firsts_a_week=0) for who in (ada, ben, cleo)]
    AskingWishes.objects.bulk_create(rows)
    Wishes.objects.bulk_create(Wishes(person=who, daily_at=timezone.now()) for who in (ada, ben, cleo))


def to(letters: list[EmailMessage], who: str) -> EmailMessage | None:
    return next((letter for letter in letters if f"{who}@" in letter["To"]), None)


def test_what_one_follows_comes_in_one_letter_best_first(
    ada: Person, ben: Person, cleo: Person, digest: Digest
) -> None:
    follow(Wish(who=ben), by=ada)
    follow(Wish(tag="soil"), by=ada)
    first = admit(Draft(author=ben, title="Compost in a flat", text="What three years taught me."))
    admit(Draft(author=cleo, text="Only by its tag. #soil"))
    admit(Draft(author=cleo, text="Three years, really?", reply_to=first))
    letter = to(digest(), "ada")
    assert letter is not None
    assert letter["Subject"] == "Compost in a flat, and 1 more"
    said = plain(letter)
    assert said.index("Compost in a flat") < said.index("Only by its tag")
    assert "You follow Ben Okafor" in said and "You follow #soil" in said
    assert "Cleo Marin: Three years, really?" in said
    assert "2 things for you" in said and "2 things for you" in html(letter)
    reply = next(line for line in said.splitlines() if line.startswith("Reply: mailto:"))
    assert addresses.read_reply(reply.removeprefix("Reply: mailto:").partition("?")[0]) == (first.id, ada.id)
    assert letter["Auto-Submitted"] == "auto-generated" and letter["List-Unsubscribe-Post"]


def test_the_same_is_never_told_twice_and_nothing_is_no_letter(
    ada: Person, ben: Person, digest: Digest, work: Callable[[], None]
) -> None:
    follow(Wish(who=ben), by=ada)
    assert digest() == []
    admit(Draft(author=ben, text="Worms are out."))
    work()
    Arrival.objects.update(at=evening(0.5))
    assert to(digest(1), "ada") is not None
    assert digest(1) == digest(2) == []
    admit(Draft(author=ben, text="Worms are in."))
    work()
    Arrival.objects.update(at=evening(2.5))  # as if all had come anew
    letter = to(digest(3), "ada")
    assert letter is not None
    assert "Worms are in." in plain(letter) and "Worms are out." not in plain(letter)


def test_what_was_seen_at_home_is_left_out_to_the_last_moment(
    ada: Person, ben: Person, digest: Digest, tmp_path: Path, work: Callable[[], None]
) -> None:
    follow(Wish(who=ben), by=ada)
    for text in ("Seen at noon.", "Seen in the last minute.", "Not seen."):
        admit(Draft(author=ben, text=text))
    work()
    see = Arrival.objects.filter(person=ada)
    see.filter(post__text="Seen at noon.").update(seen_at=timezone.now())
    write_due(evening())
    see.filter(post__text="Seen in the last minute.").update(seen_at=timezone.now())
    letter = to(taken(tmp_path), "ada")
    assert letter is not None and "Not seen." in plain(letter) and "Seen " not in plain(letter)


def test_what_goes_at_once_is_not_told_again(ada: Person, ben: Person, digest: Digest) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note))
    assert digest() == []
    set_rhythm(ada, Rhythm.DAILY)
    assert digest(1) == []


def test_what_went_at_once_for_one_reason_is_not_told_again_for_another(
    ada: Person, ben: Person, digest: Digest
) -> None:
    follow(Wish(who=ben), by=ada)
    follow(Wish(tag="soil"), by=ada)
    admit(Draft(author=ben, text="Look, @ada. #soil"))
    assert digest() == []


def test_what_is_said_live_comes_with_the_day(ada: Person, ben: Person, digest: Digest) -> None:
    note = admit(Draft(author=ada, text="Leaf mould."))
    admit(Draft(author=ben, text="How long?", reply_to=note, whence="live"))
    letter = to(digest(), "ada")
    assert letter is not None and "Ben Okafor replied to you" in plain(letter)


def test_a_day_holds_no_more_than_one_can_take(ada: Person, ben: Person, digest: Digest) -> None:
    follow(Wish(who=ben), by=ada)
    wish(ada, How(rhythms={**dict.fromkeys(Kind.values, 1), "followed": 2}, hour=7, weekday=0, most=3))
    for number in range(6):
        admit(Draft(author=ben, text=f"Worm number {number}."))
    letter = to(digest(), "ada")
    assert letter is not None
    assert plain(letter).count("\nWorm number") == 3
    assert "That is enough for today." in plain(letter)


def test_what_came_of_ones_shares_is_told_by_name(ada: Person, ben: Person, digest: Digest) -> None:
    note = admit(Draft(author=ada, text="Leaf mould holds water."))
    thank(note, by=ben)
    letter = to(digest(), "ada")
    assert letter is not None
    assert "what came of what you shared" in plain(letter)
    assert "Ben Okafor thanked you for this" in plain(letter)
    assert digest(1) == []


def test_something_from_further_away_and_what_is_open_stand_at_the_end(
    ada: Person, ben: Person, cleo: Person, digest: Digest
) -> None:
    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="Worms are out."))
    far = admit(Draft(author=cleo, text="Basalt flour on the beds."))
    now = evening()
    Chance.objects.create(person=ada, post=far, day=now.date(), reason={})
    question = admit(Draft(author=ada, text="What eats leaves?"))
    type(question).objects.filter(pk=question.pk).update(published_at=now - timedelta(days=4))
    letter = to(digest(), "ada")
    assert letter is not None
    said = plain(letter)
    assert said.index("from further away") < said.index("Basalt flour") < said.index("still open from you")
    assert said.index("still open from you") < said.index("What eats leaves?")
    admit(Draft(author=ben, text="Worms again."))
    Arrival.objects.filter(post__text="Worms again.").update(at=now + timedelta(hours=3))
    second = to(digest(1), "ada")
    assert second is None or "What eats leaves?" not in plain(second)


def test_what_is_taken_back_before_it_goes_is_not_told(
    ada: Person, ben: Person, digest: Digest, tmp_path: Path, work: Callable[[], None]
) -> None:
    follow(Wish(who=ben), by=ada)
    post = admit(Draft(author=ben, text="Worms are out."))
    work()
    write_due(evening())
    delete(post, by=ben)
    assert taken(tmp_path) == []
    assert Delivery.objects.get().done_at is not None


def test_turned_off_and_hushed_are_quiet(ada: Person, ben: Person, cleo: Person, digest: Digest) -> None:
    for who in (ada, cleo):
        follow(Wish(who=ben), by=who)
    hush(ada, who=ben.id)
    turn_off(cleo)
    admit(Draft(author=ben, text="Worms are out."))
    assert digest() == []


@pytest.mark.parametrize(
    ("zone", "hour", "now", "comes"),
    [
        ("UTC", 7, "2026-11-25T06:59", False),
        ("UTC", 7, "2026-11-25T07:00", True),
        ("Asia/Tokyo", 7, "2026-11-24T21:50", False),
        ("Asia/Tokyo", 7, "2026-11-24T22:00", True),
        ("America/New_York", 20, "2026-11-26T00:50", False),
        ("America/New_York", 20, "2026-11-26T01:00", True),
        ("Nowhere/Gone", 7, "2026-11-25T07:00", True),
    ],
)
def test_it_comes_at_ones_own_hour(
    zone: str, hour: int, now: str, comes: bool, ada: Person, ben: Person
) -> None:
    Person.objects.filter(pk=ada.pk).update(time_zone=zone, joined_at=NOON - timedelta(days=60))
    Person.objects.exclude(pk=ada.pk).update(removed_at=NOON)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    # The one before came at its hour of the day before.
    Wishes.objects.filter(person=ada).update(hour=hour, daily_at=moment - timedelta(hours=23))
    write_due(moment)
    assert Wishes.objects.get(person=ada).daily_at == (moment if comes else moment - timedelta(hours=23))


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [
        ("Europe/Lisbon", 7, "2026-03-29T06:00"),
        ("Europe/Lisbon", 7, "2026-10-25T07:00"),
        ("America/New_York", 6, "2026-03-08T10:00"),
        ("America/New_York", 6, "2026-11-01T11:00"),
        ("Australia/Lord_Howe", 7, "2026-04-04T20:30"),
        ("Australia/Lord_Howe", 7, "2026-10-03T20:00"),
        ("Asia/Kathmandu", 7, "2026-03-29T01:15"),
        # Midnight, two in the morning, and eleven at night do not exist; one in the morning comes twice.
        ("America/Santiago", 0, "2026-09-06T04:00"),
        ("Europe/Paris", 2, "2026-03-29T01:00"),
        ("America/Nuuk", 23, "2026-03-29T01:00"),
        ("America/New_York", 1, "2026-11-01T05:00"),
    ],
)
@pytest.mark.parametrize("column", ["daily_at", "weekly_at"])
def test_it_comes_at_the_hour_on_the_wall_where_the_clocks_change(
    zone: str, hour: int, due: str, column: str, ada: Person
) -> None:
    """Not a minute before, and once."""
    moment = datetime.fromisoformat(due).replace(tzinfo=UTC)
    Person.objects.filter(pk=ada.pk).update(time_zone=zone, joined_at=moment - timedelta(days=60))
    Person.objects.exclude(pk=ada.pk).update(removed_at=moment)
    weekday = (moment.astimezone(ZoneInfo(zone)) - timedelta(hours=hour)).weekday()
    if zone == "America/Nuuk":
        weekday = 5
    before = moment - timedelta(hours=20 if column == "daily_at" else 24 * 6)
    rhythm = dict.fromkeys(Kind.values, 2 if column == "daily_at" else 3)
    wish(ada, How(rhythms=rhythm, hour=hour, weekday=weekday))
    Wishes.objects.filter(person=ada).update(daily_at=before, weekly_at=before)
    for at, wanted in ((-1, before), (0, moment), (61, moment)):
        write_due(moment + timedelta(minutes=at))
        assert getattr(Wishes.objects.get(person=ada), column) == wanted


def test_a_weekly_letter_comes_on_its_day_with_the_week(
    ada: Person, ben: Person, work: Callable[[], None], tmp_path: Path, settings: Settings
) -> None:
    settings.OUTBOX = tmp_path
    follow(Wish(who=ben), by=ada)
    wish(ada, How(rhythms=dict.fromkeys(Kind.values, 3), hour=7, weekday=2))
    admit(Draft(author=ben, text="Worms are out."))
    work()
    Arrival.objects.update(at=NOON - timedelta(days=5))
    Wishes.objects.update(daily_at=NOON, weekly_at=NOON - timedelta(days=7))
    assert write_due(NOON - timedelta(days=1)) == 0
    assert write_due(NOON) == 1
    assert write_due(NOON + timedelta(days=1)) == 0


def test_a_newcomer_waits_for_the_next_morning(ada: Person, ben: Person) -> None:
    Wishes.objects.all().delete()
    Person.objects.update(joined_at=NOON)
    write_due(NOON + timedelta(hours=1))
    assert not Wishes.objects.exists()
    write_due(NOON + timedelta(hours=19))
    assert Wishes.objects.filter(daily_at__isnull=False).count() >= 2
