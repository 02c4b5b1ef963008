"""What shows that somebody knows something: what they shared on it, whom it helped, how it fades unused."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from potluck.people.directory import shown_to
from potluck.people.models import Person

# What was shared this long ago weighs half.
HALF_LIFE_DAYS = 365

# Public things only: what is shown to others must not hint at what they may not see.
_TOPICS = """
SELECT t.tag, count(*) AS shared,
       sum(power(0.5, extract(epoch FROM now() - p.published_at) / 86400 / %(half)s)) AS weight
FROM posts_post p CROSS JOIN LATERAL unnest(p.tags) t(tag)
WHERE p.author_id = %(person)s AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
GROUP BY t.tag ORDER BY weight DESC, t.tag LIMIT %(limit)s
"""
_HELPED = """
SELECT DISTINCT t.tag, by.id, COALESCE(NULLIF(by.name, ''), by.handle)
FROM posts_post p CROSS JOIN LATERAL unnest(p.tags) t(tag)
CROSS JOIN LATERAL (SELECT by_id FROM posts_thanks WHERE post_id = p.id
                    UNION ALL SELECT by_id FROM posts_use WHERE post_id = p.id) g
JOIN people_person by ON by.id = g.by_id
WHERE p.author_id = %(person)s AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
    AND t.tag = ANY(%(tags)s)
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One topic: how many things a person shared on it, and who said they helped."""

    tag: str
    shared: int
    weight: float
    helped: Sequence[str]


def evidence(person: Person, viewer: Person | None, limit: int = 12) -> list[Evidence]:
    """The topics a person shares on, by weight, what is fresh first; whom it helped, if the viewer may meet them."""
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, {"person": person.id, "half": HALF_LIFE_DAYS, "limit": limit})
        rows = cursor.fetchall()
        cursor.execute(_HELPED, {"person": person.id, "tags": [row[0] for row in rows]})
        said = cursor.fetchall()
    known = set(shown_to(viewer).filter(id__in={row[1] for row in said}).values_list("id", flat=True))
    helped: dict[str, list[str]] = {}
    for tag, by, name in said:
        if by in known:
            helped.setdefault(tag, []).append(name)
    return [Evidence(tag, shared, float(weight), helped.get(tag, [])) for tag, shared, weight in rows]
