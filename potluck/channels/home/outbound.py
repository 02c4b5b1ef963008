"""Carry matches home: one statement writes a row a person, and open pages are told that something came."""

from potluck.deliver.preferences import WANTED_SQL
from potluck.lib.sql import Select, ask
from potluck.posts.audience import VISIBLE_SQL

CHANNEL = "potluck_home"
# PostgreSQL takes 8,000 bytes in one notice; an event id has up to 19 digits.
_IDS_A_NOTICE = 350

# What came back is about one's own post, not about the thing: another may have shared the same link before.
_THING = "CASE WHEN m.place = 2 THEN -p.id ELSE p.thing END"
_WRITE = f"""
WITH written AS (
INSERT INTO home_arrival AS h (person_id, thing, post_id, place, score, reasons, event, at)
SELECT viewer.id, {_THING}, (array_agg(p.id ORDER BY m.place, p.id))[1], min(m.place), max(m.score),
       jsonb_agg(DISTINCT m.reason), max(m.event), statement_timestamp()
FROM ({{matches}}) m(event, person, post, place, score, reason)
JOIN posts_post p ON p.id = m.post
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = m.person
WHERE {VISIBLE_SQL} AND {WANTED_SQL}
GROUP BY viewer.id, {_THING}
ON CONFLICT (person_id, thing) DO UPDATE SET
    reasons = h.reasons || (SELECT COALESCE(jsonb_agg(r), '[]') FROM jsonb_array_elements(EXCLUDED.reasons) r
                            WHERE NOT h.reasons @> jsonb_build_array(r)),
    place = LEAST(h.place, EXCLUDED.place),
    score = GREATEST(h.score, EXCLUDED.score),
    event = EXCLUDED.event,
    -- What one has seen does not come again because more people pass it on; what speaks to one does.
    at = CASE WHEN EXCLUDED.place = 1 THEN h.at ELSE EXCLUDED.at END,
    seen_at = CASE WHEN EXCLUDED.place = 1 THEN h.seen_at END
RETURNING event
)
SELECT pg_notify('{CHANNEL}', string_agg(event::text, ','))
FROM (
    SELECT event, (row_number() OVER () - 1) / {_IDS_A_NOTICE} AS notice FROM (SELECT DISTINCT event FROM written) e
) n
GROUP BY notice
"""


class HomeCarrier:
    """Home rows are the home deliveries: nothing else has to be carried."""

    def take(self, matches: Select) -> None:
        """Write the rows, and tell the stream process when the transaction holds."""
        ask(_WRITE.format(matches=matches.sql), matches.params)


carrier = HomeCarrier()
