"""Who follows it: a person, a person on one topic, a tag, a source, a thread, or a search it fits."""

from collections.abc import Sequence

from potluck.events.models import Event, Kind
from potluck.lib.sql import Select
from potluck.people.models import Level
from potluck.search.saved_searches import matching_follows

_NEW = (Kind.SHARED, Kind.PASSED_ON, Kind.BEFORE)

# What was passed on to everybody, without a word of one's own, is shown as what it was. Narrowed, it stays itself:
# the gate is asked about the post that is shown.
_SHOWN = (
    "CASE WHEN p.via_id IS NOT NULL AND p.text = '' AND p.audience = 0 AND p.held_at IS NULL AND p.deleted_at IS NULL"
    " THEN p.via_id ELSE p.id END"
)
_ROW = f"""
SELECT e.id AS event, f.by_id AS person, {_SHOWN} AS post, 1 AS place,
       CASE WHEN e.kind = 'before' THEN 0.1 ELSE {{score}} END::float8 AS score,
       jsonb_strip_nulls(jsonb_build_object('code', {{code}}, 'who', p.author_id, {{more}}
           'before', CASE WHEN e.kind = 'before' THEN true END,
           'passed', CASE WHEN p.via_id IS NOT NULL THEN true END)) AS reason
FROM events_event e JOIN posts_post p ON p.id = e.about
"""
# Who asked for the first post of each thread alone is not brought what was passed on.
_BROUGHT = f"f.level NOT IN ({Level.MUTED.value}, {Level.QUIET.value})"
_WANTED = f"""
WHERE e.id = ANY(%(new)s) AND {_BROUGHT} AND f.by_id <> p.author_id
  AND (f.level <> {Level.FIRST.value} OR p.via_id IS NULL)
"""

_PERSON = (
    _ROW.format(code="'person'", score="1.0", more="")
    + "JOIN people_follow f ON f.who_id = p.author_id AND f.tag = ''"
    + _WANTED
)
_PERSON_TOPIC = (
    _ROW.format(code="'topic'", score="1.1", more="'tag', t.tag, ")
    + "CROSS JOIN LATERAL unnest(p.tags) t(tag) JOIN people_follow f ON f.who_id = p.author_id AND f.tag = t.tag"
    + _WANTED
)
_TAG = (
    _ROW.format(code="'tag'", score="0.8", more="'tag', t.tag, ")
    + "CROSS JOIN LATERAL unnest(p.tags) t(tag) JOIN people_follow f ON f.tag = t.tag AND f.who_id IS NULL"
    + _WANTED
)
_SOURCE = (
    _ROW.format(code="'source'", score="0.9", more="'source', p.source_id, ")
    + "JOIN people_follow f ON f.source_id = p.source_id"
    + _WANTED
)
_SEARCH = (
    _ROW.format(code="'search'", score="0.9", more="'search', COALESCE(NULLIF(f.name, ''), f.query), ")
    + "JOIN unnest(%(search_posts)s::bigint[], %(search_follows)s::bigint[]) s(post, follow) ON s.post = p.id"
    + " JOIN people_follow f ON f.id = s.follow"
    + _WANTED
)
_THREAD = f"""
SELECT e.id, f.by_id, p.id, 1, 1.0::float8,
       jsonb_build_object('code', 'thread', 'who', p.author_id, 'thread', p.thread)
FROM events_event e JOIN posts_post p ON p.id = e.about JOIN people_follow f ON f.thread = p.thread
WHERE e.id = ANY(%(replies)s) AND {_BROUGHT} AND f.by_id <> p.author_id
"""
# Replies reach who asked for everything: of a person, or of a topic under which the thread was begun.
_ALL = f"""
WHERE e.id = ANY(%(replies)s) AND f.level = {Level.ALL.value} AND f.by_id <> p.author_id
"""
_UNDER = """
JOIN posts_post root ON root.id = p.thread
CROSS JOIN LATERAL (SELECT unnest(p.tags) UNION SELECT unnest(root.tags)) t(tag)
"""
_PERSON_REPLIES = (
    _ROW.format(code="'person'", score="0.7", more="")
    + "JOIN people_follow f ON f.who_id = p.author_id AND f.tag = ''"
    + _ALL
)
_TOPIC_REPLIES = (
    _ROW.format(code="'topic'", score="0.7", more="'tag', t.tag, ")
    + f"{_UNDER} JOIN people_follow f ON f.who_id = p.author_id AND f.tag = t.tag"
    + _ALL
)
_TAG_REPLIES = (
    _ROW.format(code="'tag'", score="0.6", more="'tag', t.tag, ")
    + f"{_UNDER} JOIN people_follow f ON f.tag = t.tag AND f.who_id IS NULL"
    + _ALL
)


def find(events: Sequence[Event]) -> Select | None:
    """Everybody who follows what is new in this batch, in one statement."""
    new = [event for event in events if event.kind in _NEW]
    replies = [event.id for event in events if event.kind == Kind.REPLIED]
    parts: list[str] = []
    params: dict[str, object] = {}
    if new:
        parts += [_PERSON, _PERSON_TOPIC, _TAG, _SOURCE]
        params["new"] = [event.id for event in new]
        fits = matching_follows([event.about for event in new if event.about and event.kind != Kind.BEFORE])
        if fits:
            parts.append(_SEARCH)
            params |= {"search_follows": [f for f, _ in fits], "search_posts": [p for _, p in fits]}
    if replies:
        parts += [_THREAD, _PERSON_REPLIES, _TOPIC_REPLIES, _TAG_REPLIES]
        params["replies"] = replies
    return Select("\nUNION ALL\n".join(parts), params) if parts else None
