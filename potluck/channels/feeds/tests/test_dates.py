"""A date in a feed is the moment it names: whatever order, language, clock or zone, and whichever parser read it."""

from datetime import UTC, datetime

import pytest

from potluck.channels.feeds.reading import dates
from potluck.channels.feeds.reading.parse import parse

NINE = datetime(2025, 3, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Wed, 05 Mar 2025 10:00:00 +01:00",
        "Wed, 5 Mar 2025 10:00 +0100",
        "Wed, 05 Mar 2025 10:00:00 GMT+1",
        "Wed Mar 05 2025 10:00:00 GMT+0100 (Central European Standard Time)",
        "Wed Mar 05 10:00:00 CET 2025",
        "Wed, 05 Mar 2025 10:00:00 MEZ",
        "Wed, 05 Mar 2025 11:00:00 MEST",
        "Wed, 05 Mar 2025 04:00:00 EST",
        "Wed, 05 Mar 2025 18:00:00 JST",
        "Wed, 05 Mar 2025 14:30:00 IST",
        "Wed, 05 Mar 2025 10:00:00 Europe/Berlin",
        "Mar 5, 2025 9:00 AM",
        "March 5th, 2025, 9:00 a.m.",
        "9 am, Mar 5 2025",
        "05 Mar 2025 09:00 AM UTC",
        "05-Mar-2025 09:00:00",
        "5 mars 2025 09:00",
        "mar., 05 mars 2025 10:00:00 +0100",
        "mer, 05 mar 2025 10:00:00 +0100",
        "miércoles, 5 de marzo de 2025, 9:00",
        "Mi, 05 Mär 2025 10:00:00 MEZ",
        "ср, 05 мар 2025 12:00:00 +0300",
        "5 марта 2025 г. 09:00",
        "śr., 5 marca 2025 09:00",
        "5. března 2025 9:00",
        "05.03.2025 09:00",
        "2025/03/05 09:00:00",
        "3/5/2025 9:00:00 AM",
        "20250305T090000Z",
        "2025-03-05T10:00:00+01:00",
        "2025-03-05 04:00:00 EST",
        "2025年3月5日 上午9:00",
        "2025年3月5日 09時00分",
        "2025년 3월 5일 오전 9:00",
        "٥ مارس ٢٠٢٥ 09:00",
        "Τετ, 5 Μαρ 2025 9:00 πμ",
    ],
)
def test_a_date_is_the_moment_it_names(written: str) -> None:
    assert dates.read(written) == NINE


@pytest.mark.parametrize(
    ("written", "hour"),
    [("12:30 AM", 0), ("12:30 PM", 12), ("1:30 pm", 13), ("11:30 p.m.", 23), ("23:30 PM", 23)],
)
def test_a_clock_of_twelve_hours_tells_morning_from_night(written: str, hour: int) -> None:
    assert dates.read(f"5 Mar 2025 {written}") == datetime(2025, 3, 5, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "soon", "Monday", "10:30", "May 2004", "12", "0001-01-01T00:00:00Z",
                                     "45 Mar 2025", "2025-13-40", "tag:ada.example,2005:4", "1" * 500])  # fmt: skip
def test_what_names_no_whole_day_is_no_date(written: str) -> None:
    assert dates.read(written) is None


def test_a_name_that_is_two_months_means_the_one_of_the_feeds_language() -> None:
    assert dates.read("5. listopada 2025", "hr") == datetime(2025, 10, 5, tzinfo=UTC)
    assert dates.read("5 listopada 2025", "pl") == datetime(2025, 11, 5, tzinfo=UTC)


def test_seconds_keep_their_fractions() -> None:
    assert dates.read("2025-03-05T09:00:00.25Z") == datetime(2025, 3, 5, 9, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("written", ["Wed, 05 Mar 2025 10:00:00 CET", "Wed, 05 Mar 2025 10:00:00 +01:00",
                                     "5 mars 2025 09:00", "Mar 5, 2025 9:00 AM"])  # fmt: skip
@pytest.mark.parametrize("rest", ["</item></channel></rss>", "</item><item><title>cut o", "<x>&nope;</item>"])
def test_a_date_does_not_depend_on_how_broken_its_feed_is(written: str, rest: str) -> None:
    body = f"<rss version='2.0'><channel><title>T</title><item><title>A</title><pubDate>{written}</pubDate>"
    feed = parse((body + rest).encode(), url="https://ada.example/feed")
    assert feed.items[0].published == NINE
