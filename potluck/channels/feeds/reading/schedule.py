"""When to look again: as often as something comes, as seldom as the host asks, longer after each failure."""

from datetime import datetime, timedelta

from potluck.channels.feeds.reading.types import Feed
from potluck.lib.http import Answer

QUARTER, HOUR, DAY = 15 * 60, 3600, 86400
# Something that is read by people who wait for it is looked at this often at least.
LONGEST = DAY
SHORTEST = QUARTER
LONGEST_AFTER_ERRORS = 7 * DAY
# How many of the newest items tell how often something comes.
SAMPLE = 10


def after_reading(feed: Feed, answer: Answer, now: datetime) -> int:
    """Seconds to rest after something was read: half the usual gap between items, within what the host asks."""
    dates = sorted(
        (item.published for item in feed.items if item.published and item.published <= now), reverse=True
    )
    newest = dates[:SAMPLE]
    if len(newest) < 2:
        wanted = 6 * HOUR
    else:
        # Silence since the last item counts as a gap too, so that a blog gone quiet is asked less.
        gap = (now - newest[-1]) / len(newest)
        wanted = int(gap.total_seconds() / 2)
    return asked(min(max(wanted, SHORTEST), LONGEST), answer, feed.ttl)


def after_nothing_new(interval: int, answer: Answer) -> int:
    """Seconds to rest after an unchanged answer: a tenth longer than last time."""
    return asked(min(interval + interval // 10, LONGEST), answer, None)


def asked(wanted: int, answer: Answer, ttl: int | None) -> int:
    """Not before the host's Cache-Control or the feed's own ttl say so, up to a day."""
    least = max(answer.max_age or 0, ttl or 0)
    return int(max(wanted, min(least, DAY)))


def after_failure(errors: int, retry_after: float | None) -> int:
    """Seconds to rest after so many failures in a row: an hour, doubling, up to a week."""
    rest = min(HOUR * 2 ** min(max(errors, 1) - 1, 12), LONGEST_AFTER_ERRORS)
    return int(max(rest, min(retry_after or 0, 30 * DAY)))


def later(now: datetime, seconds: int) -> datetime:
    """The moment that many seconds from now."""
    return now + timedelta(seconds=seconds)
