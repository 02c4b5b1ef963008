"""What is needed: open questions, those that most ask first, and gently those that have waited long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED
from potluck.posts.audience import gate
from potluck.posts.list_rows import Line, lines
from potluck.questions.open_filter import STANDS
from potluck.questions.view import Named, named, who_ask

MOST, LONG, PAGE = 8, 3, 30
LONG_AGO = timedelta(days=30)

_OPEN = f"""
q.kind = 'question' AND q.reply_to_id IS NULL AND ({{seen}}) AND NOT {VEILED.format(p="q", me="%(me)s")}
AND {STANDS.format(q="q")}
"""
_ASKED_BY_MANY = """
SELECT q.id FROM posts_post q JOIN (
    SELECT question_id, count(*) AS many FROM questions_metoo GROUP BY question_id) m ON m.question_id = q.id
WHERE {open} ORDER BY m.many DESC, q.id DESC LIMIT {most}
"""
_NEWEST = """
SELECT q.id FROM posts_post q WHERE {open} AND q.id < %(before)s ORDER BY q.id DESC LIMIT {most}
"""
# A few of the oldest that nobody answered; others each day, so that none is held up for ever.
_LONG = """
SELECT id FROM (
    SELECT q.id FROM posts_post q WHERE {open} AND q.published_at < %(long)s::timestamptz
    AND q.author_id <> %(me)s AND NOT EXISTS (
        SELECT FROM posts_post r WHERE r.thread = q.id AND r.author_id <> q.author_id AND r.deleted_at IS NULL
        AND r.audience = q.audience)
    ORDER BY q.id LIMIT 60) old
ORDER BY md5(id::text || %(day)s) LIMIT {most}
"""
_MINE = "SELECT q.id FROM posts_post q WHERE {open} AND q.author_id = %(me)s ORDER BY q.id DESC LIMIT {most}"
_BY_HELPERS = """
SELECT q.id FROM posts_post q WHERE {open} AND q.author_id <> %(me)s AND q.author_id IN (
    SELECT t.helper_id FROM posts_thanks t WHERE t.by_id = %(me)s
    UNION SELECT p.author_id FROM posts_use u JOIN posts_post p ON p.id = u.post_id WHERE u.by_id = %(me)s
    UNION SELECT p.author_id FROM questions_verdict v JOIN posts_post p ON p.id = v.post_id
          WHERE v.by_id = %(me)s AND v.says <> 'no')
ORDER BY q.id DESC LIMIT {most}
"""
# What this reader may be able to help with, by what spoke for them when it was asked.
_FITS = """
SELECT q.id FROM questions_routing r JOIN posts_post q ON q.id = r.question_id
WHERE r.fits @> ARRAY[%(me)s::bigint] AND {open} AND q.author_id <> %(me)s
  AND NOT EXISTS (SELECT FROM questions_ask a WHERE a.question_id = q.id AND a.person_id = %(me)s
                  AND a.said IN ('not_me', 'not_now', 'else'))
  AND NOT EXISTS (SELECT FROM posts_post r WHERE r.thread = q.id AND r.author_id = %(me)s AND r.deleted_at IS NULL)
ORDER BY q.id DESC LIMIT {most}
"""


@dataclass(frozen=True, slots=True)
class Need:
    """An open question, and the names of those who ask it, as far as they may appear to the reader."""

    line: Line
    who: Sequence[Named]


@dataclass(frozen=True, slots=True)
class Needs:
    """The board. `older` is where the next page begins, if there is one."""

    mine: Sequence[Need]
    fits: Sequence[Need]
    helpers: Sequence[Need]
    many: Sequence[Need]
    newest: Sequence[Need]
    long: Sequence[Need]
    older: int | None


def needs(viewer: Person | None, before: int | None = None, now: datetime | None = None) -> Needs:
    """What is open, for one reader. Beyond the first page only what is older."""
    now = now or timezone.now()
    facts = {"me": viewer.id if viewer else 0, "before": before or 1 << 62, "day": str(now.date())}
    facts |= {"long": now - LONG_AGO}
    newest = _ids(_NEWEST, viewer, facts, PAGE + 1)
    first = before is None
    many = _ids(_ASKED_BY_MANY, viewer, facts, MOST) if first else []
    mine = _ids(_MINE, viewer, facts, MOST) if viewer and first else []
    fits = _ids(_FITS, viewer, facts, MOST) if viewer and first else []
    helpers = _ids(_BY_HELPERS, viewer, facts, MOST) if viewer and first else []
    long = _ids(_LONG, viewer, facts, LONG) if first else []
    shown = newest[:PAGE]
    told = _told([*many, *mine, *fits, *helpers, *long, *shown], viewer)

    def each(ids: Sequence[int]) -> list[Need]:
        return [told[key] for key in ids if key in told]

    above = {*mine, *fits, *helpers, *many}
    older = shown[-1] if len(newest) > PAGE else None
    return Needs(
        each(mine),
        each(fits),
        each([key for key in helpers if key not in fits]),
        each([key for key in many if key not in fits]),
        each([key for key in shown if key not in above]),
        each([key for key in long if key not in above]),
        older,
    )


def _ids(sql: str, viewer: Person | None, facts: dict[str, object], most: int) -> list[int]:
    seen = gate(viewer).format(p="q").replace("%s", "%(me)s")
    return [row[0] for row in ask(sql.format(open=_OPEN.format(seen=seen), most=most), facts)]


def _told(ids: Sequence[int], viewer: Person | None) -> dict[int, Need]:
    if not ids:
        return {}
    asks = who_ask(ids)
    names = named([person for people in asks.values() for person in people], viewer)
    return {
        line.id: Need(line, [names[key] for key in asks.get(line.id, ()) if key in names])
        for line in lines(dict.fromkeys(ids), viewer)
    }
