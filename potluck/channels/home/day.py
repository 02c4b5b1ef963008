"""What a day holds: the best of what reached a person, at most as many as they said, in an order that stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from potluck.deliver.inbox import NEWEST, REACHED_AT, REACHED_SQL, SOME_SQL, TOLD_SQL, dawn, lines_of, zone_of
from potluck.deliver.models import Arrival, Place
from potluck.lib.sql import ask, planned_once
from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.posts.list_rows import WIDTH, Line
from potluck.posts.models import Post

__all__ = ["NEWEST", "archive", "brought_to", "dawn", "newer", "today", "zone_of"]

GIFTS = 6
ARCHIVE_PAGE = 40

_NEW = SOME_SQL.format(some="AND place < 2", newest=NEWEST)
_GIFTS = SOME_SQL.format(some="AND place = 2", newest=GIFTS)
# A question one was only asked, and declined or answered, or that is closed since, is not shown, and takes no place of
# the day.
_DECLINED = """
    h.place = 0 AND EXISTS (SELECT FROM questions_ask a WHERE a.person_id = %(me)s AND a.question_id = h.post_id
        AND (a.said IN ('not_now', 'not_me', 'else')
             OR EXISTS (SELECT FROM questions_closure c WHERE c.question_id = h.post_id)
             OR EXISTS (SELECT FROM posts_post r WHERE r.reply_to_id = h.post_id AND r.author_id = a.person_id
                        AND r.deleted_at IS NULL)))
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(h.reasons) r
                    WHERE left(r->>'code', 6) <> 'asked_' AND r->>'code' <> 'suggested')
"""
# One question for both: what came back first, then as many as a day holds.
_DAY = (
    TOLD_SQL.format(rows=f"({_NEW} UNION ALL {_GIFTS})")
    + f"""
  AND (h.place = 2 OR h.seen_at IS NULL OR h.seen_at >= %(dawn)s) AND NOT ({_DECLINED})
ORDER BY h.place = 2 DESC, h.place, date_trunc('day', h.at, %(zone)s) DESC, h.score DESC, h.at DESC, p.id DESC
LIMIT %(most)s + {GIFTS}
"""
)
_ARCHIVE = (
    REACHED_SQL.format(some="AND at < %(before)s", newest=NEWEST) + " ORDER BY h.at DESC LIMIT %(most)s"
)


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


def today(person: Person) -> Day:
    """What a person's home holds now."""
    rows, gifts = _held(person)
    gifts.sort(key=lambda row: row[REACHED_AT], reverse=True)
    found = lines_of([*rows, *gifts], person)
    newest = max((row[REACHED_AT] for row in rows), default=datetime.now(UTC) - timedelta(seconds=1))
    return Day(
        [item for item in found if item.place == "waiting"],
        [item for item in found if item.place == "people"],
        [item for item in found if item.place == "gift"],
        microseconds(newest),
    )


def _held(person: Person) -> tuple[list[Any], list[Any]]:
    """The rows of a day: as many as it holds, best first; and what came back."""
    values = {"me": person.id, "dawn": dawn(person), "zone": zone_of(person).key, "most": person.daily}
    with planned_once():
        both = ask(_DAY, values)
    gifts = [row for row in both if row[WIDTH + 1] == Place.GIFT]
    return both[len(gifts) :][: person.daily], gifts


def newer(person: Person, after: int) -> tuple[Sequence[Line], int]:
    """What arrived after that moment (microseconds since 1970) and belongs to the day, newest first, and the moment
    to ask from next. A full day takes in only what is better than something it holds."""
    rows = [row for row in _held(person)[0] if row[REACHED_AT] > moment(after)]
    rows.sort(key=lambda row: row[REACHED_AT], reverse=True)
    return lines_of(rows, person), max((microseconds(row[REACHED_AT]) for row in rows), default=after)


def archive(person: Person, before: datetime | None) -> tuple[Sequence[Line], int | None]:
    """A page of all that reached a person, newest first, and where the next page begins."""
    until = before or datetime.now(UTC) + timedelta(days=1)
    rows = ask(_ARCHIVE, {"me": person.id, "before": until, "most": ARCHIVE_PAGE + 1})
    more = microseconds(rows[ARCHIVE_PAGE - 1][REACHED_AT]) if len(rows) > ARCHIVE_PAGE else None
    return lines_of(rows[:ARCHIVE_PAGE], person), more


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
