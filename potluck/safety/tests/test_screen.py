"""What the one door lets in, holds and turns away; and how often."""

import time

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.lib.errors import Malformed, Refused
from potluck.people.circles import make_circle
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience
from potluck.safety import rate_limits
from potluck.safety.content_filter import Verdict, screen
from potluck.safety.models import Tally

LINKS = " ".join(f"https://x.example/{n}" for n in range(7))


@pytest.mark.parametrize("state", ["suspended_at", "removed_at"])
def test_whose_door_is_closed_says_nothing(ada: Person, state: str) -> None:
    setattr(ada, state, timezone.now())
    with pytest.raises(Refused):
        screen(Draft(author=ada, text="Hello"))


def test_who_waits_for_a_yes_waits(ada: Person) -> None:
    ada.approved_at = None
    with pytest.raises(Refused):
        screen(Draft(author=ada, text="Hello"))


def test_something_must_be_said_and_not_a_book(ada: Person) -> None:
    for text in ("", " \n", "x" * 200_001):
        with pytest.raises(Malformed):
            screen(Draft(author=ada, text=text))


def test_an_audience_is_ones_own_circle_or_somebody(ada: Person, ben: Person) -> None:
    for narrowed in (
        {"audience": Audience.CIRCLE},
        {"audience": Audience.CIRCLE, "circle": make_circle("his", by=ben)},
        {"audience": Audience.NAMED},
    ):
        with pytest.raises(Malformed):
            screen(Draft(author=ada, text="Hello", **narrowed))  # type: ignore[arg-type]


def test_what_one_cannot_see_is_not_answered_nor_passed_on(ada: Person, ben: Person) -> None:
    secret = admit(Draft(author=ben, text="To myself", audience=Audience.ME))
    members = admit(Draft(author=ben, text="For members", audience=Audience.MEMBERS))
    for draft in (
        Draft(author=ada, text="x", reply_to=secret),
        Draft(author=ada, via=secret),
        Draft(author=ada, via=members),
    ):
        with pytest.raises(Refused):
            screen(draft)


def test_a_first_share_with_many_links_waits_and_a_second_does_not(ada: Person, dov: Person) -> None:
    assert screen(Draft(author=ada, text=LINKS)) is Verdict.HOLD
    assert screen(Draft(author=dov, text=LINKS)) is Verdict.PASS
    admit(Draft(author=ada, text="Hello"))
    assert screen(Draft(author=ada, text=LINKS)) is Verdict.PASS


def test_a_limit_is_each_persons_own_and_ends(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limits.LIMITS, "share", rate_limits.Limit(2, 3600))
    rate_limits.take("share", 1, times=2)
    rate_limits.take("share", 2)
    with pytest.raises(Refused):
        rate_limits.take("share", 1)
    later = time.time() + 3600
    monkeypatch.setattr(rate_limits.time, "time", lambda: later)
    rate_limits.take("share", 1)


def test_old_counts_are_forgotten(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rate_limits.take("share", 1)
    assert rate_limits.forget_old() == 0
    later = time.time() + 3 * 86400
    monkeypatch.setattr(rate_limits.time, "time", lambda: later)
    assert rate_limits.forget_old() == 1 and not Tally.objects.exists()
