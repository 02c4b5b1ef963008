"""Quiet ties fade: whom one follows, and found nothing to do with for a year, is brought home no more.

What they share is still found, and what speaks to one still comes. It is told by name on the page of what one follows,
where one click takes it back.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from potluck.lib.ids import first_id
from potluck.lib.sql import run
from potluck.people.models import Level

# So long nothing, though so much of theirs came. So many ties of one person fade in a night.
LONG, CAME, A_NIGHT = timedelta(days=365), 20, 3

# Only at the level that one is given: who chose another has said what they want. Nobody's whose own silence is as
# long: they may read everything, and would be left with an empty home.
_FADE = f"""
WITH quiet AS (
    SELECT f.id, row_number() OVER (PARTITION BY f.by_id ORDER BY f.id) AS place FROM people_follow f
    WHERE f.who_id IS NOT NULL AND f.tag = '' AND f.level = {Level.NORMAL.value}
      AND COALESCE(f.settled_at, f.since) < %(since)s
      AND (SELECT count(*) FROM (
          SELECT FROM posts_post p WHERE p.author_id = f.who_id AND p.id > %(first)s AND p.reply_to_id IS NULL
            AND p.audience IN (0, 1) AND p.deleted_at IS NULL AND p.held_at IS NULL LIMIT {CAME}) came) >= {CAME}
      AND (EXISTS (SELECT FROM posts_post own WHERE own.author_id = f.by_id AND own.id > %(first)s)
        OR EXISTS (SELECT FROM posts_thanks t WHERE t.by_id = f.by_id AND t.at > %(since)s)
        OR EXISTS (SELECT FROM posts_kept k WHERE k.person_id = f.by_id AND k.at > %(since)s))
      AND NOT EXISTS (SELECT FROM posts_thanks t JOIN posts_post p ON p.id = t.post_id
          WHERE t.by_id = f.by_id AND t.at > %(since)s AND f.who_id IN (t.helper_id, p.author_id))
      AND NOT EXISTS (SELECT FROM posts_kept k JOIN posts_post p ON p.id = k.post_id
          WHERE k.person_id = f.by_id AND k.at > %(since)s AND p.author_id = f.who_id)
      AND NOT EXISTS (SELECT FROM posts_use u JOIN posts_post p ON p.id = u.post_id
          WHERE u.by_id = f.by_id AND u.at > %(since)s AND p.author_id = f.who_id)
      AND NOT EXISTS (SELECT FROM posts_post own
          LEFT JOIN posts_post of ON of.id IN (own.via_id, own.reply_to_id, own.thread)
          WHERE own.author_id = f.by_id AND own.id > %(first)s
            AND (of.author_id = f.who_id OR f.who_id = ANY(own.mentions)))
)
UPDATE people_follow f SET level = {Level.QUIET.value}, faded_at = %(now)s
FROM quiet WHERE quiet.id = f.id AND quiet.place <= {A_NIGHT}
"""


def quieten(now: datetime | None = None) -> int:
    """Let them fade. Returns how many did."""
    now = now or timezone.now()
    return run(_FADE, {"now": now, "since": now - LONG, "first": first_id(now - LONG)})
