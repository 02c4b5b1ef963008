"""Home as a feed: what each of the last days held, as much as the person said a day may hold, with the reasons.

The address is the key: whoever has it reads, so it is long, private and can be renewed.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from potluck.channels.home import day
from potluck.deliver.reasons.checks import still_so
from potluck.deliver.reasons.pending import what_waits
from potluck.deliver.reasons.registry import names_of, worded
from potluck.lib.feedwriter import FeedOut, ItemOut, excerpt
from potluck.lib.feedwriter.response import answer
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.feed_items import items
from potluck.rendering import paging
from potluck.rendering.pages import static

SIZE = 40
_STAMP = f"""
SELECT id, at, edited_at, reasons, name, author FROM (
    SELECT p.id, h.at, p.edited_at, h.reasons, author.name, author.id AS author, row_number() OVER (
        PARTITION BY date_trunc('day', h.at, %(zone)s) ORDER BY h.place, h.score DESC, h.at DESC) AS rank
    FROM (SELECT * FROM home_arrival WHERE person_id = %(me)s AND place < 2
          ORDER BY at DESC LIMIT {day.NEWEST}) h
    JOIN posts_post p ON p.id = h.post_id
    JOIN people_person author ON author.id = p.author_id
    JOIN people_person viewer ON viewer.id = h.person_id
    WHERE {VISIBLE_SQL}
) days WHERE rank <= %(most)s AND at < %(before)s ORDER BY at DESC LIMIT {SIZE + 1}
"""


def home_feed(request: HttpRequest, form: str, person: Person) -> HttpResponse:
    """A page of somebody's home in this format, in their own language."""
    rows = _rows(person, paging.place(request).before)
    with translation.override(person.language or the_network().language):
        response = answer(
            request,
            form,
            stamp=(rows, person.feed_token, person.name, person.language, settings.ORIGIN),
            modified=max((max(row[1], row[2] or row[1]) for row in rows), default=person.joined_at),
            build=partial(_feed, form, person, rows, request.GET.get("before", "")),
            private=True,
        )
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _rows(person: Person, before: int | None) -> Sequence[Any]:
    until = datetime.now(UTC) + timedelta(days=1) if before is None else day.moment(before)
    values: dict[str, Any] = {
        "me": person.id,
        "zone": day.zone_of(person).key,
        "most": person.daily,
        "before": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, values)
        rows: Sequence[Any] = cursor.fetchall()
    return rows


def _feed(form: str, person: Person, rows: Sequence[Any], before: str) -> FeedOut:
    here = f"{settings.ORIGIN}/home/{person.feed_token}.{form}"
    more = day.microseconds(rows[SIZE - 1][1]) if len(rows) > SIZE else None
    network = the_network()
    title = _("%(who)s’s home at %(network)s") % {"who": person.shown_name, "network": network.name}
    return FeedOut(
        id=f"{person.uri}#home",
        title=title,
        subtitle=_("What reached you, with the reason. Only you know this address."),
        home_url=f"{settings.ORIGIN}/home",
        self_url=f"{here}?before={before}" if before else here,
        next_url=f"{here}?before={more}" if more else None,
        updated=max((row[1] for row in rows), default=person.joined_at),
        language=person.language or network.language,
        author_name=network.name,
        icon=settings.ORIGIN + static("icons/apple-touch.png"),
        items=_with_reasons(rows[:SIZE], person),
    )


def _with_reasons(rows: Sequence[Any], person: Person) -> list[ItemOut]:
    # Django leaves JSON as text in rows of plain SQL.
    why = still_so([(row[0], row[5], json.loads(row[3])) for row in rows])
    waits = what_waits([(row[0], each) for row, each in zip(rows, why, strict=True)], person)
    reasons = {row[0]: each for row, (each, _below) in zip(rows, waits, strict=True) if each}
    names = names_of((reason for each in reasons.values() for reason in each), {}, person)
    said = {
        f"{settings.ORIGIN}/posts/{key}": "; ".join(
            excerpt(sentence, 300) for sentence in worded(each, names)
        )
        for key, each in reasons.items()
    }
    return [replace(item, reason=said[item.url]) for item in items(list(reasons), reader=person)]
