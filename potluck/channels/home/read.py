"""What a day holds: the best of what reached a person, at most as many as they said, in an order that stays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from markupsafe import Markup

from potluck.deliver.waits import what_waits
from potluck.channels.home.models import Arrival, Place
from potluck.deliver.reasons import names_of, on_thread, worded
from potluck.deliver.still import still_so
from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.lines import COLUMNS, JOINS, WIDTH, Line, line
from potluck.posts.models import Post

# Home keeps this many of each person's newest rows; older things are found in the archive of what they follow.
NEWEST = 300
GIFTS = 6
ARCHIVE_PAGE = 40
_PLACES = {Place.WAITING: "waiting", Place.PEOPLE: "people", Place.GIFT: "gift"}

_FROM = f"""
SELECT {COLUMNS}, h.reasons, h.place, h.seen_at, h.at, CASE WHEN p.reply_to_id IS NOT NULL THEN p.thread END
FROM (SELECT * FROM home_arrival WHERE person_id = %(me)s {{some}} ORDER BY at DESC LIMIT {{newest}}) h
JOIN posts_post p ON p.id = h.post_id
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = h.person_id
{JOINS}
WHERE {VISIBLE_SQL}
  AND NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = %(me)s AND mu.who_id = p.author_id)
"""
_DAY = (
    _FROM.format(some="AND place < 2", newest=NEWEST)
    + """
  AND (h.seen_at IS NULL OR h.seen_at >= %(dawn)s)
ORDER BY h.place, date_trunc('day', h.at, %(zone)s) DESC, h.score DESC, h.at DESC, p.id DESC LIMIT %(most)s
"""
)
_NEWER = (
    _FROM.format(some="AND at > %(after)s AND place < 2", newest=NEWEST)
    + " ORDER BY h.at DESC LIMIT %(most)s"
)
_GIFTS = _FROM.format(some="AND place = 2", newest=GIFTS) + " ORDER BY h.at DESC"
_ARCHIVE = _FROM.format(some="AND at < %(before)s", newest=NEWEST) + " ORDER BY h.at DESC LIMIT %(most)s"


@dataclass(frozen=True, slots=True)
class Day:
    """Today's home: what waits for an answer, what came from one's people, what came back; `latest` is the newest
    arrival on the page, in microseconds since 1970, for asking what came after."""

    waiting: Sequence[Line]
    people: Sequence[Line]
    gifts: Sequence[Line]
    latest: int

    @property
    def size(self) -> int:
        return len(self.waiting) + len(self.people)


def zone_of(person: Person) -> ZoneInfo:
    """The person's time zone; UTC when it is not one any more."""
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def dawn(person: Person, now: datetime | None = None) -> datetime:
    """When today began where the person is."""
    here = (now or datetime.now(UTC)).astimezone(zone_of(person))
    return here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def today(person: Person) -> Day:
    """What a person's home holds now."""
    values = {"me": person.id, "dawn": dawn(person), "zone": zone_of(person).key, "most": person.daily}
    rows = _rows(_DAY, values)
    gifts = _rows(_GIFTS, {"me": person.id})
    found = _lines([*rows, *gifts], person)
    newest = max((row[WIDTH + 3] for row in rows), default=datetime.now(UTC) - timedelta(seconds=1))
    return Day(
        [item for item in found if item.place == "waiting"],
        [item for item in found if item.place == "people"],
        [item for item in found if item.place == "gift"],
        microseconds(newest),
    )


def newer(person: Person, after: int) -> tuple[Sequence[Line], int]:
    """What arrived after that moment (microseconds since 1970), newest first, and the moment to ask from next."""
    rows = _rows(_NEWER, {"me": person.id, "after": moment(after), "most": person.daily})
    return _lines(rows, person), max((microseconds(row[WIDTH + 3]) for row in rows), default=after)


def archive(person: Person, before: datetime | None) -> tuple[Sequence[Line], int | None]:
    """A page of all that reached a person, newest first, and where the next page begins."""
    until = before or datetime.now(UTC) + timedelta(days=1)
    rows = _rows(_ARCHIVE, {"me": person.id, "before": until, "most": ARCHIVE_PAGE + 1})
    more = microseconds(rows[ARCHIVE_PAGE - 1][WIDTH + 3]) if len(rows) > ARCHIVE_PAGE else None
    return _lines(rows[:ARCHIVE_PAGE], person), more


def brought_to(post: Post, most: int = 200) -> list[str]:
    """The names of those whose home it was brought to, whether they looked or not, by name."""
    there = Arrival.objects.filter(thing=post.thing, post_id=post.id).exclude(person=post.author_id)
    there = there.filter(person__in=shown_to(post.author))
    rows = there.order_by("person__name").values_list("person__name", "person__handle")[:most]
    return [name or handle for name, handle in rows]


def microseconds(at: datetime) -> int:
    """A moment as a whole number, so that it survives an address unchanged."""
    return round(at.timestamp() * 1_000_000)


def moment(micro: int) -> datetime:
    """The moment of a whole number made by `microseconds`."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(max(micro, 0), 1 << 52))


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _lines(rows: Sequence[Any], person: Person) -> list[Line]:
    found = [line(row, person.id) for row in rows]
    known = {item.author_id: (item.author_name, item.author_url) for item in found}
    # Django leaves jsonb as text on a plain cursor.
    told = zip(found, rows, strict=True)
    why = still_so([(item.id, item.author_id, json.loads(row[WIDTH])) for item, row in told])
    waits = what_waits([(item.id, reasons) for item, reasons in zip(found, why, strict=True)], person)
    why = [reasons for reasons, _below in waits]
    names = names_of((reason for reasons in why for reason in reasons), known, person)
    threads = _threads({row[WIDTH + 4] for row in rows} - {None}, person)
    for item, row, (reasons, below) in zip(found, rows, waits, strict=True):
        _, place, seen_at, _at, thread = row[WIDTH : WIDTH + 5]
        item.reasons = [*worded(reasons, names), *threads.get(thread, ())]
        item.named = any(reason.get("who") == item.author_id for reason in reasons)
        item.place, item.seen, item.below = _PLACES[place], seen_at is not None, below
        if below and below.passage and item.title:
            item.excerpt, item.highlights = "", ()  # where it fits says more than how it begins
    # What nobody holds out any more, as they took it back, came for no reason.
    return [item for item in found if item.reasons]


def _threads(ids: set[int], person: Person) -> dict[int, list[Markup]]:
    """For what answers something: on what, as a link, if the reader may see that."""
    if not ids:
        return {}
    rows = Post.objects.visible_to(person).filter(id__in=ids).values_list("id", "title", "excerpt")
    return {key: [on_thread(f"/posts/{key}", title or excerpt)] for key, title, excerpt in rows}
