"""What waits for a job of its own: rows that carriers other than home write in one statement, and take up in batches.

Whoever shares something waits neither for a mail server nor for a push service.
"""

from dataclasses import dataclass

from django.db import connection
from procrastinate.contrib.django import app

from potluck.lib.sql import Select, run

QUEUE = "carrying"
# Whoever claimed something and said nothing for so long is dead. Of each carrier only one job carries at a time.
LEASE = "2 minutes"
AT_ONCE = 200

DONE_SQL = """
UPDATE deliver_delivery SET done_at = statement_timestamp(), claimed_by = NULL, trouble = %s WHERE id = ANY(%s)
"""
# What came back, and what somebody points to, is news about something that may have been carried before.
_KEY = "CASE WHEN m.place = 2 OR m.reason->>'code' = 'pointed' THEN -m.event ELSE p.thing END"
_WRITE = f"""
INSERT INTO deliver_delivery AS d
    (carrier, person_id, key, post_id, event, place, score, reasons, at, due, tries, trouble)
SELECT '{{carrier}}', viewer.id, {_KEY}, (array_agg(p.id ORDER BY m.place, p.id))[1], max(m.event), min(m.place),
       max(m.score), jsonb_agg(DISTINCT m.reason), max(e.at), statement_timestamp(), 0, ''
FROM ({{matches}}) m(event, person, post, place, score, reason)
JOIN people_person viewer ON viewer.id = m.person
{{wishes}}
JOIN posts_post p ON p.id = m.post
JOIN people_person author ON author.id = p.author_id
JOIN events_event e ON e.id = m.event AND e.at > statement_timestamp() - interval '{{fresh}}'
WHERE {{wanted}} AND (m.place = 2 OR p.author_id <> viewer.id)
GROUP BY viewer.id, {_KEY}
ON CONFLICT (person_id, carrier, key) DO UPDATE SET
    reasons = d.reasons || (SELECT COALESCE(jsonb_agg(r), '[]') FROM jsonb_array_elements(EXCLUDED.reasons) r
                            WHERE NOT d.reasons @> jsonb_build_array(r)),
    place = LEAST(d.place, EXCLUDED.place)
    WHERE d.done_at IS NULL
RETURNING 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCarrier:
    """A carrier whose rows wait for its `job`.

    `wanted` chooses among matches `m` of a `viewer` and a post `p` by its `author`; `wishes` joins what it needs to
    know of the viewer for that. What happened longer ago than `fresh` (an interval) is no news: an archive that is
    brought in, a worker that was away.
    """

    name: str
    job: str
    wishes: str
    wanted: str
    fresh: str

    def take(self, matches: Select) -> None:
        """Write what goes at once, and have it carried when the transaction holds."""
        written = _WRITE.format(
            carrier=self.name, matches=matches.sql, wishes=self.wishes, wanted=self.wanted, fresh=self.fresh
        )
        with connection.cursor() as cursor:
            cursor.execute(written, matches.params)
            anything = cursor.rowcount > 0
        if anything:
            app.configure_task(self.job, queue=QUEUE).defer()


_SPARE = """
DELETE FROM procrastinate_jobs WHERE id IN (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND task_name = %s AND queue_name = %s
      AND (scheduled_at IS NULL OR scheduled_at <= statement_timestamp())
    FOR UPDATE SKIP LOCKED)
"""


def take_over(job: str) -> int:
    """Take the jobs of this name that wait out of the queue: the one that runs carries all that waits for them too.

    To be called before it claims. What such a job was deferred for was written in the same transaction, so it is seen
    from here on; should this job die, the one of each minute carries it. Returns how many there were.
    """
    return run(_SPARE, [job, QUEUE])


def claim_sql(carrier: str) -> str:
    """A statement by which the job %(job)s takes up what is due: rows of (delivery, person)."""
    return f"""
UPDATE deliver_delivery d SET claimed_at = statement_timestamp(), claimed_by = %(job)s, tries = d.tries + 1
FROM (SELECT id FROM deliver_delivery
      WHERE carrier = '{carrier}' AND done_at IS NULL AND due <= statement_timestamp()
        AND (claimed_at IS NULL OR claimed_by = %(job)s OR claimed_at < statement_timestamp() - interval '{LEASE}')
      ORDER BY due, id LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED) mine
WHERE d.id = mine.id RETURNING d.id, d.person_id
"""
