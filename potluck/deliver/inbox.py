"""What reached a person, as lines of a list: the post, the reasons that still hold, and what waits for them.

Home, its feed and the digest of mail read through here; each asks for the rows it wants.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup

from potluck.deliver.models import Place
from potluck.deliver.reasons.checks import still_so
from potluck.deliver.reasons.pending import what_waits
from potluck.deliver.reasons.registry import names_of, on_thread, worded
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.list_rows import COLUMNS, JOINS, WIDTH, Line, line
from potluck.posts.models import Post

# So many of each person's newest rows are kept; older things are found in the archive of what they follow.
NEWEST = 300
_PLACES = {Place.WAITING: "waiting", Place.PEOPLE: "people", Place.GIFT: "gift"}
# The moment it reached them, among what a row has after the columns of its line.
REACHED_AT = WIDTH + 3

# `some` chooses among what reached %(me)s, by the columns of home_arrival.
SOME_SQL = "(SELECT * FROM home_arrival WHERE person_id = %(me)s {some} ORDER BY at DESC LIMIT {newest})"
# What is told of `rows` of home_arrival.
TOLD_SQL = f"""
SELECT {COLUMNS}, h.reasons, h.place, h.seen_at, h.at, CASE WHEN p.reply_to_id IS NOT NULL THEN p.thread END
FROM {{rows}} h
JOIN posts_post p ON p.id = h.post_id
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = h.person_id
{JOINS}
WHERE {VISIBLE_SQL}
  AND NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = %(me)s AND mu.who_id = p.author_id)
"""
REACHED_SQL = TOLD_SQL.format(rows=SOME_SQL)


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


def lines_of(rows: Sequence[Any], person: Person) -> list[Line]:
    """These rows as lines for their person; what nobody holds out any more is left out."""
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
        item.named = any(reason.get("who", 0) == item.author_id for reason in reasons)
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
