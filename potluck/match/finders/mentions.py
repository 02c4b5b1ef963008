"""Whom it speaks to: the one answered, named, mentioned, thanked, or whose gift was used or passed on."""

from collections.abc import Sequence

from potluck.events.models import Event, Kind
from potluck.lib.sql import Select

_REPLY = """
SELECT e.id AS event, parent.author_id AS person, p.id AS post, 0 AS place, 2.0::float8 AS score,
       jsonb_build_object('code', CASE WHEN p.kind = 'answer' THEN 'answer' ELSE 'reply' END,
                          'who', p.author_id, 'about', parent.id) AS reason
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN posts_post parent ON parent.id = p.reply_to_id
WHERE e.id = ANY(%(said)s) AND parent.author_id <> p.author_id
"""
_BEGAN = """
SELECT e.id, root.author_id, p.id, 0, 1.5::float8,
       jsonb_build_object('code', 'yours', 'who', p.author_id, 'about', root.id)
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN posts_post root ON root.id = p.thread
WHERE e.id = ANY(%(said)s) AND p.reply_to_id IS NOT NULL AND root.id <> p.reply_to_id
  AND root.author_id <> p.author_id
"""
_MENTION = """
SELECT e.id, m.person, p.id, 0, 2.0::float8, jsonb_build_object('code', 'mention', 'who', p.author_id)
FROM events_event e JOIN posts_post p ON p.id = e.about CROSS JOIN LATERAL unnest(p.mentions) m(person)
WHERE e.id = ANY(%(said)s) AND m.person <> p.author_id
"""
_NAMED = """
SELECT e.id, r.person_id, p.id, 0, 2.0::float8, jsonb_build_object('code', 'named', 'who', p.author_id)
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN posts_reader r ON r.post_id = p.id
WHERE e.id = ANY(%(said)s) AND p.audience = 3 AND p.reply_to_id IS NULL AND r.person_id <> p.author_id
  AND NOT EXISTS (SELECT FROM questions_quiet quiet WHERE quiet.question_id = p.id)
"""
_CIRCLE = """
SELECT e.id, cm.person_id, p.id, 1, 1.5::float8, jsonb_build_object('code', 'circle', 'who', p.author_id)
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN people_circlemember cm ON cm.circle_id = p.circle_id
WHERE e.id = ANY(%(said)s) AND p.audience = 2 AND p.reply_to_id IS NULL AND cm.person_id <> p.author_id
"""
_PASSED = """
SELECT e.id, o.author_id, o.id, 2, 1.0::float8, jsonb_build_object('code', 'passed', 'who', p.author_id, 'with', p.id)
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN posts_post o ON o.id = p.via_id
WHERE e.id = ANY(%(passed)s) AND o.author_id <> p.author_id AND p.audience = 0 AND p.held_at IS NULL
"""
_GIFT = """
SELECT e.id, e."to", e.about, 2, 1.0::float8, jsonb_build_object('code', e.kind, 'who', e.by)
FROM events_event e
WHERE e.id = ANY(%(gifts)s) AND e."to" <> e.by
"""
# Who thanked for it, used it or passed it on would go on with what is wrong.
_CORRECTED = """
SELECT e.id, relied.person, e.about, 0, 1.0::float8, jsonb_build_object('code', 'corrected', 'who', e.by)
FROM events_event e CROSS JOIN LATERAL (
    SELECT t.by_id AS person FROM posts_thanks t WHERE t.post_id = e.about
    UNION SELECT u.by_id FROM posts_use u WHERE u.post_id = e.about
    UNION SELECT p.author_id FROM posts_post p WHERE p.via_id = e.about AND p.deleted_at IS NULL) relied
WHERE e.id = ANY(%(corrected)s) AND relied.person <> e.by
"""
_FADING = """
SELECT e.id, e."to", e.about, 0, 1.0::float8, jsonb_build_object('code', 'fading')
FROM events_event e WHERE e.id = ANY(%(fading)s)
"""

_SAID = (Kind.SHARED, Kind.REPLIED, Kind.PASSED_ON)


def find(events: Sequence[Event]) -> Select | None:
    """Everybody a batch of events speaks to, in one statement."""
    said = [event.id for event in events if event.kind in _SAID]
    passed = [event.id for event in events if event.kind == Kind.PASSED_ON]
    gifts = [event.id for event in events if event.kind in (Kind.THANKED, Kind.USED)]
    corrected = [event.id for event in events if event.kind == Kind.CORRECTED]
    fading = [event.id for event in events if event.kind == Kind.FADING]
    parts: list[str] = []
    if said:
        parts += [_REPLY, _BEGAN, _MENTION, _NAMED, _CIRCLE]
    if passed:
        parts.append(_PASSED)
    if gifts:
        parts.append(_GIFT)
    if corrected:
        parts.append(_CORRECTED)
    if fading:
        parts.append(_FADING)
    params = {"said": said, "passed": passed, "gifts": gifts, "corrected": corrected, "fading": fading}
    return Select("\nUNION ALL\n".join(parts), params) if parts else None
