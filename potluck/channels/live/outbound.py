"""Carry matches to people's devices: one statement writes a row each for those who wish to be told of their kind."""

from django.db import connection
from procrastinate.contrib.django import app

from potluck.deliver.kinds import KIND_SQL
from potluck.deliver.wishes import HUSHED_SQL, WANTED_SQL
from potluck.kit.sql import Select
from potluck.posts.audience import VISIBLE_SQL

PUSH = "push"
KNOCK = "potluck.live.knock"
# What happened longer ago than this is no news.
FRESH = "1 day"
USUAL = "ARRAY['spoken', 'asked', 'found']::varchar[]"

# For a match `m`, its `posts_post p` by `people_person author`, and its `people_person viewer`.
MAY_SQL = f"({VISIBLE_SQL}) AND {WANTED_SQL} AND NOT {HUSHED_SQL}"
_KEY = "CASE WHEN m.place = 2 OR m.reason->>'code' = 'pointed' THEN -m.event ELSE p.thing END"
_WRITE = f"""
INSERT INTO deliver_delivery AS d
    (carrier, person_id, key, post_id, event, place, score, reasons, at, due, tries, trouble)
SELECT '{PUSH}', viewer.id, {_KEY}, (array_agg(p.id ORDER BY m.place, p.id))[1], max(m.event), min(m.place),
       max(m.score), jsonb_agg(DISTINCT m.reason), max(e.at), statement_timestamp(), 0, ''
FROM ({{matches}}) m(event, person, post, place, score, reason)
JOIN people_person viewer ON viewer.id = m.person AND EXISTS (SELECT FROM live_device v WHERE v.person_id = viewer.id)
LEFT JOIN live_knocking k ON k.person_id = viewer.id
JOIN posts_post p ON p.id = m.post
JOIN people_person author ON author.id = p.author_id
JOIN events_event e ON e.id = m.event AND e.at > statement_timestamp() - interval '{FRESH}'
WHERE {KIND_SQL} = ANY(COALESCE(k.kinds, {USUAL})) AND {MAY_SQL} AND (m.place = 2 OR p.author_id <> viewer.id)
GROUP BY viewer.id, {_KEY}
ON CONFLICT (person_id, carrier, key) DO UPDATE SET
    reasons = d.reasons || (SELECT COALESCE(jsonb_agg(r), '[]') FROM jsonb_array_elements(EXCLUDED.reasons) r
                            WHERE NOT d.reasons @> jsonb_build_array(r)),
    place = LEAST(d.place, EXCLUDED.place)
    WHERE d.done_at IS NULL
RETURNING 1
"""


class PushCarrier:
    """Rows for a job of their own: whoever shares something does not wait for a push service."""

    def take(self, matches: Select) -> None:
        """Write what is worth a sound, and have it told when the transaction holds."""
        with connection.cursor() as cursor:
            cursor.execute(_WRITE.format(matches=matches.sql), matches.params)
            written = cursor.rowcount
        if written:
            app.configure_task(KNOCK, queue="carrying").defer()


carrier = PushCarrier()
