"""The letter of the day, or of the week: the best of what reached somebody and they have not seen at home.

Every ten minutes the job looks whose hour has come, where they are, and writes down for each what theirs will tell:
a delivery like any other, so it survives whatever dies and is carried by `send_job.py`. What one digest told, the next
does not tell again; who has nothing new gets none.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.channels.mail.outbound.carrier import CARRY, LIVE, MAIL
from potluck.deliver.categories import Kind, default_rhythm, kind_of, rhythm
from potluck.deliver.inbox import REACHED_SQL, zone_of
from potluck.deliver.models import Delivery, Place, Rhythm, Wishes
from potluck.deliver.preferences import HUSHED_SQL
from potluck.deliver.reasons.registry import Reason
from potluck.lib.ids import new_id
from potluck.lib.sql import ask
from potluck.match.discovery.serendipity import from_afar
from potluck.people.models import Person
from potluck.posts.list_rows import WIDTH
from potluck.posts.models import Post

AT_ONCE = 200
GIFTS = 6
# A question of one's own that is still open is called to mind again after so many days, and not beyond so many.
OPEN_AGAIN, OPEN_FOR, OPEN = timedelta(days=14), timedelta(days=120), 2
# How far back is looked for what was told already: what is older has left home.
TOLD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """Whose letter is due, and since when each rhythm has told nothing; None where that one is not due."""

    person: int
    daily: datetime | None
    weekly: datetime | None


def _any(rhythm: Rhythm) -> str:
    return (
        "(" + " OR ".join(f"COALESCE(w.{kind}, {default_rhythm(kind):d}) = {rhythm:d}" for kind in Kind) + ")"
    )


# When the letters of each zone, hour and weekday that somebody chose are due, and when those before were.
_DUE = f"""
SELECT id, CASE WHEN daily_due THEN COALESCE(daily_at, yesterday) END,
       CASE WHEN weekly_due THEN COALESCE(weekly_at, last_week) END
FROM (
    SELECT viewer.id, w.daily_at, w.weekly_at, h.yesterday, h.last_week,
           {_any(Rhythm.DAILY)} AND h.today <= %(now)s::timestamptz
               AND COALESCE(w.daily_at, viewer.joined_at) < h.today AS daily_due,
           {_any(Rhythm.WEEKLY)} AND h.week <= %(now)s::timestamptz
               AND COALESCE(w.weekly_at, viewer.joined_at) < h.week AS weekly_due
    FROM people_person viewer
    LEFT JOIN deliver_wishes w ON w.person_id = viewer.id
    JOIN unnest(%(zones)s::text[], %(hours)s::int[], %(weekdays)s::int[], %(todays)s::timestamptz[],
                %(yesterdays)s::timestamptz[], %(weeks)s::timestamptz[], %(last_weeks)s::timestamptz[])
        h(zone, hour, weekday, today, yesterday, week, last_week)
        ON h.zone = viewer.time_zone AND h.hour = COALESCE(w.hour, 7) AND h.weekday = COALESCE(w.weekday, 0)
    WHERE viewer.account_id IS NOT NULL AND viewer.approved_at IS NOT NULL AND viewer.suspended_at IS NULL
      AND viewer.removed_at IS NULL AND w.off_at IS NULL AND w.paused_at IS NULL
) everybody WHERE daily_due OR weekly_due ORDER BY id LIMIT {AT_ONCE}
"""
_HOURS = """
SELECT DISTINCT p.time_zone, COALESCE(w.hour, 7), COALESCE(w.weekday, 0)
FROM people_person p LEFT JOIN deliver_wishes w ON w.person_id = p.id WHERE p.account_id IS NOT NULL
"""
_HAVE_NEWS = """
SELECT DISTINCT person_id FROM home_arrival
WHERE person_id = ANY(%(people)s) AND seen_at IS NULL AND at > %(since)s::timestamptz
"""
_NEWS = (
    REACHED_SQL.format(some="AND seen_at IS NULL AND at > %(since)s AND at <= %(now)s", newest=300)
    + f" AND NOT {HUSHED_SQL.replace('m.place', 'h.place')} ORDER BY h.place, h.score DESC, h.at DESC"
)
_STILL_OPEN = """
SELECT p.id FROM posts_post p WHERE p.author_id = %(me)s AND p.kind = 'question' AND p.reply_to_id IS NULL
    AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.published_at > %(since)s AND p.published_at < %(before)s
    AND NOT EXISTS (SELECT FROM questions_closure c WHERE c.question_id = p.id)
ORDER BY p.id DESC LIMIT 20
"""


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="potluck.mail.digests",
    queue="carrying",
    lock="mail-digests",
    queueing_lock="mail-digests",
    pass_context=False,
)
def digests(timestamp: int) -> None:
    """Every ten minutes."""
    write_due(timezone.now())


def write_due(now: datetime) -> int:
    """Write the letters whose hour has come. Safe to repeat; returns how many were written."""
    written = 0
    while due := _due(now):
        with transaction.atomic():
            written += _write(due, now)
            if written:
                app.configure_task(CARRY, queue="carrying").defer()
    return written


def _due(now: datetime) -> list[Due]:
    names = ("zones", "hours", "weekdays", "todays", "yesterdays", "weeks", "last_weeks")
    hours = [
        (zone, hour, weekday, *_letters(zone_of(Person(time_zone=zone)), hour, weekday, now))
        for zone, hour, weekday in ask(_HOURS, ())
    ]
    columns = zip(*hours, strict=True) if hours else ([],) * len(names)
    rows = ask(_DUE, {"now": now, **{name: list(each) for name, each in zip(names, columns, strict=True)}})
    return [Due(*row) for row in rows]


def _letters(
    zone: ZoneInfo, hour: int, weekday: int, now: datetime
) -> tuple[datetime, datetime, datetime, datetime]:
    """When the letter of today, of yesterday, of this week and of the last are due, by the clock on the wall.

    Days on which the clocks change have other than 24 hours: an hour that does not exist is the one after it, one
    that comes twice is the first.
    """

    def at(day: date) -> datetime:
        return datetime.combine(day, time(hour), zone).astimezone(UTC)

    today = now.astimezone(zone).date()
    yesterday = today - timedelta(days=1)
    if at(today) > now and at(yesterday).astimezone(zone).date() == today:
        today = yesterday  # Its hour did not exist, and comes today.
    chosen_day = today - timedelta(days=(today.weekday() - weekday) % 7)
    if at(chosen_day) > now:
        chosen_day -= timedelta(days=7)
    return at(today), at(today - timedelta(days=1)), at(chosen_day), at(chosen_day - timedelta(days=7))


def _write(due: Sequence[Due], now: datetime) -> int:
    """What these people's letters tell, and that they were due; one transaction."""
    ids = [one.person for one in due]
    since = min(moment for one in due for moment in (one.daily, one.weekly) if moment)
    having = {row[0] for row in ask(_HAVE_NEWS, {"people": ids, "since": since})}
    people, wishes = Person.objects.in_bulk(having), Wishes.objects.in_bulk(ids)
    rows = []
    for one in due:
        if one.person in having and (items := chosen(people[one.person], wishes.get(one.person), one, now)):
            rows.append(Delivery(carrier=MAIL, person_id=one.person, key=-new_id(), items=items, at=now))
    Delivery.objects.bulk_create(rows)
    Wishes.objects.bulk_create([Wishes(person_id=key) for key in ids], ignore_conflicts=True)
    Wishes.objects.filter(pk__in=[one.person for one in due if one.daily]).update(daily_at=now)
    Wishes.objects.filter(pk__in=[one.person for one in due if one.weekly]).update(weekly_at=now)
    return len(rows)


def chosen(person: Person, wishes: Wishes | None, due: Due, now: datetime) -> dict[str, object]:
    """What the letter of one person tells: things with their reasons, best first, and a few posts beside them."""
    wishes = wishes or Wishes(person=person)
    told = _told(person, now)
    since = min(moment for moment in (due.daily, due.weekly) if moment)
    things: list[dict[str, object]] = []
    left = {Place.GIFT: GIFTS}
    rows = ask(_NEWS, {"me": person.id, "since": since, "now": now})
    live = set(Post.objects.filter(id__in=[row[0] for row in rows], whence=LIVE).values_list("id", flat=True))
    for row in rows:
        reasons, place, at = json.loads(row[WIDTH]), row[WIDTH + 1], row[WIDTH + 3]
        new = _new(reasons, place, told.get(row[0], set()))
        moment = _since(reasons, place, wishes, due, live=row[0] in live)
        if not new or moment is None or at <= moment:
            continue
        pot = Place.GIFT if place == Place.GIFT else Place.PEOPLE
        if left.setdefault(pot, wishes.most or person.daily) > 0:
            left[pot] -= 1
            things.append({"post": row[0], "place": place, "reasons": new})
    if not things:
        return {}
    return {"things": things, "afar": _afar(person, told, now), "open": _still_open(person, told, now)}


def _since(reasons: Iterable[Reason], place: int, wishes: Wishes, due: Due, *, live: bool) -> datetime | None:
    """From when on this belongs into this letter; None where it goes at once, another time, or not at all."""
    rhythms = [
        Rhythm.DAILY if reason["code"] == "reminder" else rhythm(wishes, kind_of(str(reason["code"]), place))
        for reason in reasons
    ]
    if live:
        rhythms = [Rhythm.DAILY if each == Rhythm.NOW else each for each in rhythms]
    soonest = min((each for each in rhythms if each != Rhythm.NONE), default=Rhythm.NONE)
    return {Rhythm.DAILY: due.daily, Rhythm.WEEKLY: due.weekly}.get(soonest)


def _new(reasons: Sequence[Reason], place: int, told: set[str]) -> list[Reason]:
    """The reasons that no letter has told. What was told once comes again only where it speaks to somebody anew: that
    more people they follow say it is no news."""
    new = [reason for reason in reasons if _mark(reason) not in told]
    if told:
        new = [reason for reason in new if kind_of(str(reason["code"]), place) != Kind.FOLLOWED]
    return new


def _mark(reason: Reason) -> str:
    return json.dumps(reason, sort_keys=True)


def _told(person: Person, now: datetime) -> dict[int, set[str]]:
    """What letters told this person already: for each post the reasons, or when it was called to mind."""
    told: dict[int, set[str]] = {}
    rows = Delivery.objects.filter(person=person, carrier=MAIL, at__gt=now - TOLD)
    for at, items, carried, reasons in rows.values_list("at", "items", "post_id", "reasons"):
        if items is None:  # a letter of its own
            told.setdefault(carried or 0, set()).update(map(_mark, reasons))
            continue
        for thing in items.get("things", ()):
            told.setdefault(thing["post"], set()).update(map(_mark, thing["reasons"]))
        for post in (*items.get("afar", ()), *(items.get("open", ()) if at > now - OPEN_AGAIN else ())):
            told.setdefault(post, set()).add("")
    return told


def _afar(person: Person, told: dict[int, set[str]], now: datetime) -> list[int]:
    """Something from further away, if something was chosen for them and not told yet."""
    return [one.line.id for one in from_afar(person, now) if one.line.id not in told][:1]


def _still_open(person: Person, told: dict[int, set[str]], now: datetime) -> list[int]:
    """Questions of theirs that wait for an answer, called to mind now and then."""
    rows = ask(_STILL_OPEN, {"me": person.id, "since": now - OPEN_FOR, "before": now - timedelta(days=2)})
    return [key for (key,) in rows if "" not in told.get(key, ())][:OPEN]
