"""The latest few of what somebody has just begun to follow, so that following shows something at once."""

from collections.abc import Sequence

from potluck.events.models import Event, Kind
from potluck.lib.sql import Select
from potluck.people.models import Level

LATEST = 5

_LATEST = f"""
SELECT e.id AS event, f.by_id AS person, p.id AS post, 1 AS place, 0.1::float8 AS score,
       jsonb_strip_nulls(jsonb_build_object(
           'code', CASE WHEN f.who_id IS NOT NULL AND f.tag <> '' THEN 'topic' WHEN f.who_id IS NOT NULL THEN 'person'
                        WHEN f.tag <> '' THEN 'tag' ELSE 'source' END,
           'who', p.author_id, 'tag', NULLIF(f.tag, ''), 'source', f.source_id, 'before', true)) AS reason
FROM events_event e JOIN people_follow f ON f.id = e.about
CROSS JOIN LATERAL (
    SELECT q.id, q.author_id FROM posts_post q
    WHERE q.audience = 0 AND q.reply_to_id IS NULL AND q.deleted_at IS NULL AND q.held_at IS NULL
      AND (f.who_id IS NULL OR q.author_id = f.who_id)
      AND (f.tag = '' OR q.tags @> ARRAY[f.tag]::varchar[])
      AND (f.source_id IS NULL OR q.source_id = f.source_id)
      AND q.author_id <> f.by_id AND q.arrived_at <= f.since
    ORDER BY q.id DESC LIMIT {LATEST}) p
WHERE e.id = ANY(%(followed)s) AND f.query = '' AND f.thread IS NULL
  AND f.level NOT IN ({Level.MUTED.value}, {Level.QUIET.value})
"""


def find(events: Sequence[Event]) -> Select | None:
    """The latest five of each thing newly followed."""
    followed = [event.id for event in events if event.kind == Kind.FOLLOWED]
    return Select(_LATEST, {"followed": followed}) if followed else None
