"""Something from further away: once a day, a share by somebody one does not follow, near to what one keeps and shares.

Chosen at night, a few for each person at most, from what was shared to everybody in the last days. Whoever turns it
down is not brought that share again, and whoever turns down several in a row is left in peace for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.lib.errors import Missing
from potluck.lib.sql import ask
from potluck.match.discovery.collaborative import Kin, people_for
from potluck.people.models import Person
from potluck.posts.audience import VISIBLE_SQL
from potluck.posts.list_rows import Line, lines
from potluck.posts.models import Post
from potluck.questions.models import Chance

# From so many days back, at most so many shares, each for so many people.
DAYS, SHARES, PEOPLE = 2, 1000, 20
A_DAY = 1
# So many turned down one after the other are a hint.
ENOUGH, REST_DAYS = 5, 30

_FRESH = f"""
SELECT p.id FROM posts_post p JOIN people_person author ON author.id = p.author_id
WHERE p.audience = 0 AND p.reply_to_id IS NULL AND p.via_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND p.kind <> 'question' AND author.suspended_at IS NULL AND author.removed_at IS NULL
  AND p.arrived_at > %(since)s::timestamptz ORDER BY p.id DESC LIMIT {SHARES}
"""
# Of pairs of a person and a share, those for whom it would be new: they follow neither its author nor its topics.
_WOULD_BE_NEW = f"""
SELECT viewer.id, p.id, COALESCE(w.chances_a_day, {A_DAY})
FROM unnest(%(people)s::bigint[], %(posts)s::bigint[]) pair(person, post)
JOIN people_person viewer ON viewer.id = pair.person
JOIN posts_post p ON p.id = pair.post JOIN people_person author ON author.id = p.author_id
LEFT JOIN questions_askingwishes w ON w.person_id = viewer.id
WHERE {VISIBLE_SQL} AND p.author_id <> viewer.id AND COALESCE(w.chances_a_day, {A_DAY}) > 0
  AND NOT EXISTS (SELECT FROM people_mute mu WHERE mu.by_id = viewer.id AND mu.who_id = p.author_id)
  AND NOT EXISTS (SELECT FROM people_follow f WHERE f.by_id = viewer.id
                  AND (f.who_id = p.author_id OR f.source_id = p.source_id OR f.tag = ANY(p.tags)))
  AND NOT EXISTS (SELECT FROM posts_post own WHERE own.author_id = viewer.id AND own.thing = p.thing)
  AND NOT EXISTS (SELECT FROM posts_kept k WHERE k.person_id = viewer.id AND k.post_id = p.id)
  AND NOT EXISTS (SELECT FROM questions_chance c WHERE c.person_id = viewer.id AND c.post_id = p.id)
  AND {ENOUGH} > (SELECT count(*) FROM (
      SELECT c.turned_down_at FROM questions_chance c WHERE c.person_id = viewer.id
      AND c.day > %(today)s::date - {REST_DAYS} ORDER BY c.id DESC LIMIT {ENOUGH}) last
      WHERE turned_down_at IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class FromAfar:
    """What is brought to one person today: the share, and what of theirs it is near to, if that is still there."""

    line: Line
    own: int | None
    own_words: str


@transaction.atomic
def choose(now: datetime) -> int:
    """Choose for everybody for the day that begins. Safe to repeat; returns how many were brought something."""
    since = now - timedelta(days=DAYS)
    fresh = Post.objects.in_bulk([row[0] for row in ask(_FRESH, {"since": since})])
    found = [one for post in fresh.values() for one in people_for(post, limit=PEOPLE)]
    if not found:
        return 0
    pairs = {"people": [one.person for one in found], "posts": [one.post for one in found]}
    may = {(person, post): most for person, post, most in ask(_WOULD_BE_NEW, {**pairs, "today": now.date()})}
    rows = _best(found, may, now)
    Chance.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _best(found: Sequence[Kin], may: dict[tuple[int, int], int], now: datetime) -> list[Chance]:
    """The best few for each person, none by the same author twice; those who have today's already get no more."""
    had: dict[int, int] = {}
    for (person,) in ask("SELECT person_id FROM questions_chance WHERE day = %(day)s", {"day": now.date()}):
        had[person] = had.get(person, 0) + 1
    rows = []
    for one in sorted(found, key=lambda one: -one.score):
        most = may.get((one.person, one.post), 0)
        if had.get(one.person, 0) < most:
            had[one.person] = had.get(one.person, 0) + 1
            reason = {"own": one.own_post or None}
            rows.append(Chance(person_id=one.person, post_id=one.post, day=now.date(), reason=reason))
    return rows


_TODAY = f"""
SELECT c.post_id, (c.reason->>'own')::bigint FROM questions_chance c
JOIN posts_post p ON p.id = c.post_id JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = c.person_id
WHERE c.person_id = %(me)s AND c.day > %(day)s::date - 2 AND c.turned_down_at IS NULL AND {VISIBLE_SQL}
  AND NOT EXISTS (SELECT FROM people_follow f WHERE f.by_id = viewer.id AND f.who_id = p.author_id)
ORDER BY c.day DESC, c.id LIMIT 5
"""


def from_afar(viewer: Person, now: datetime | None = None) -> list[FromAfar]:
    """What was chosen for this person last."""
    rows = ask(_TODAY, {"me": viewer.id, "day": (now or timezone.now()).date()})
    if not rows:
        return []
    own: dict[int, int | None] = dict(rows)
    seen = Post.objects.visible_to(viewer).filter(id__in=[key for key in own.values() if key])
    words = {key: title or said for key, title, said in seen.values_list("id", "title", "excerpt")}
    return [
        FromAfar(line, own[line.id] if own[line.id] in words else None, words.get(own[line.id] or 0, ""))
        for line in lines(own, viewer)
    ]


def turn_down(post: Post, *, by: Person, again: bool = False) -> None:
    """Not for me; or, taken back, for me after all."""
    rows = Chance.objects.filter(person=by, post=post)
    if not rows.update(turned_down_at=None if again else timezone.now()):
        raise Missing(_("This was not brought to you from afar."))


@app.periodic(cron="23 4 * * *")
@app.task(name="potluck.match.from_afar", queue="chores", pass_context=False)
def choose_nightly(timestamp: int) -> None:
    """Every night."""
    choose(timezone.now())
