"""Times, names and addresses, as people say them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from potluck.lib import format

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=20), "20 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=23), "yesterday"),
        (timedelta(days=30), "22 October"),
    ],
)
def test_how_long_ago_is_said_shortly(since: timedelta, said: str) -> None:
    assert format.ago(NOW - since, NOW) == said


def test_another_year_is_named() -> None:
    assert format.ago(datetime(2024, 3, 14, tzinfo=UTC), NOW) == "14 March 2024"


def test_a_day_is_the_day_where_the_reader_is() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert format.day(late) == "Friday 20 November"
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert format.day(late) == "Saturday 21 November"
        assert format.moment(late) == "21 November 2026, 08:30"


def test_a_day_without_a_time_is_the_same_everywhere() -> None:
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert format.day(date(2026, 11, 21)) == "Saturday 21 November"


def test_what_is_to_come_is_named_by_its_day() -> None:
    assert format.ago(NOW + timedelta(days=3), NOW) == "24 November"


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([], ""),
        (["Ada"], "Ada"),
        (["Ada", "Ben"], "Ada and Ben"),
        (["Ada", "Ben", "Cleo"], "Ada, Ben and Cleo"),
        (["Ada", "Ben", "Cleo", "Dov", "Eve"], "Ada, Ben and others"),
    ],
)
def test_names_make_a_sentence(people: list[str], said: str) -> None:
    assert format.names(people) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [("https://www.seeds.example/a?b", "seeds.example"), ("http://[broken", ""), ("no address", "")],
)
def test_an_address_is_known_by_its_domain(url: str, said: str) -> None:
    assert format.host(url) == said


def test_a_short_text_does_not_fade_and_a_long_one_does() -> None:
    assert "fades" not in format.words_fade("one two three", 5)
    faded = format.words_fade("<b> " + "word " * 50, 20)
    assert faded.startswith("&lt;b&gt; word") and faded.endswith("word…</span>")
    assert faded.count("word") == 19
