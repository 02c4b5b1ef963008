"""Carry matches out by mail: one statement writes what goes at once; the rest waits at home for the digest."""

from django.db import connection
from procrastinate.contrib.django import app

from potluck.deliver.kinds import RHYTHM_SQL
from potluck.deliver.models import Rhythm
from potluck.deliver.wishes import HUSHED_SQL, WANTED_SQL
from potluck.kit.sql import Select
from potluck.posts.audience import VISIBLE_SQL

MAIL = "mail"
CARRY = "potluck.mail.carry"
# What is said in a live room comes in many short pieces: they stand in the letter of the day.
LIVE = "live"
# What happened longer ago than this is no news: an archive that is brought in, a worker that was away for a week.
FRESH = "3 days"

# A guest, known by a mail address they confirmed, is brought what speaks to them and everybody may see.
GUEST_SQL = """(viewer.account_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.audience = 0
    AND author.suspended_at IS NULL AND author.removed_at IS NULL AND viewer.suspended_at IS NULL
    AND viewer.removed_at IS NULL
    AND EXISTS (SELECT FROM mail_guest g WHERE g.person_id = viewer.id AND g.confirmed_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM people_block b WHERE (b.by_id = author.id AND b.who_id = viewer.id)
                    OR (b.by_id = viewer.id AND b.who_id = author.id)))"""
# For a match `m`, its `posts_post p` by `people_person author`, and its `people_person viewer`.
MAY_SQL = f"(({VISIBLE_SQL}) OR {GUEST_SQL}) AND {WANTED_SQL} AND NOT {HUSHED_SQL}"
# What came back, and what somebody points to, is news about something that may have been carried before.
_KEY = "CASE WHEN m.place = 2 OR m.reason->>'code' = 'pointed' THEN -m.event ELSE p.thing END"
_WRITE = f"""
INSERT INTO deliver_delivery AS d
    (carrier, person_id, key, post_id, event, place, score, reasons, at, due, tries, trouble)
SELECT '{MAIL}', viewer.id, {_KEY}, (array_agg(p.id ORDER BY m.place, p.id))[1], max(m.event), min(m.place),
       max(m.score), jsonb_agg(DISTINCT m.reason), max(e.at), statement_timestamp(), 0, ''
FROM ({{matches}}) m(event, person, post, place, score, reason)
JOIN people_person viewer ON viewer.id = m.person
LEFT JOIN deliver_wishes w ON w.person_id = viewer.id
JOIN posts_post p ON p.id = m.post
JOIN people_person author ON author.id = p.author_id
JOIN events_event e ON e.id = m.event AND e.at > statement_timestamp() - interval '{FRESH}'
WHERE {RHYTHM_SQL} = {Rhythm.NOW:d} AND p.whence <> '{LIVE}' AND {MAY_SQL} AND (m.place = 2 OR p.author_id <> viewer.id)
GROUP BY viewer.id, {_KEY}
ON CONFLICT (person_id, carrier, key) DO UPDATE SET
    reasons = d.reasons || (SELECT COALESCE(jsonb_agg(r), '[]') FROM jsonb_array_elements(EXCLUDED.reasons) r
                            WHERE NOT d.reasons @> jsonb_build_array(r)),
    place = LEAST(d.place, EXCLUDED.place)
    WHERE d.done_at IS NULL
RETURNING 1
"""


class MailCarrier:
    """Rows for a job of their own: whoever shares something does not wait for a mail server."""

    def take(self, matches: Select) -> None:
        """Write what goes at once, and have it carried when the transaction holds."""
        with connection.cursor() as cursor:
            cursor.execute(_WRITE.format(matches=matches.sql), matches.params)
            written = cursor.rowcount
        if written:
            app.configure_task(CARRY, queue="carrying").defer()


carrier = MailCarrier()
