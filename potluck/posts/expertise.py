"""What shows that somebody knows something: what they shared on it, whom it helped, how it fades unused."""

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.lib.sql import ask
from potluck.people.directory import shown_sql
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
FROM (SELECT by_id, post_id FROM posts_thanks WHERE helper_id = %(person)s
      UNION SELECT u.by_id, u.post_id FROM posts_post used JOIN posts_use u ON u.post_id = used.id
      WHERE used.author_id = %(person)s) g
JOIN posts_post p ON p.id = g.post_id CROSS JOIN LATERAL unnest(p.tags) t(tag)
JOIN people_person by ON by.id = g.by_id
WHERE p.author_id = %(person)s AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
    AND t.tag = ANY(%(tags)s) AND {shown}
ORDER BY t.tag, by.id
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
    rows = ask(_TOPICS, {"person": person.id, "half": HALF_LIFE_DAYS, "limit": limit})
    tags = [row[0] for row in rows]
    shown = shown_sql(viewer).format(p="by").replace("%s", "%(me)s")
    values = {"person": person.id, "tags": tags, "me": viewer.id if viewer else 0}
    helped: dict[str, list[str]] = {}
    for tag, _by, name in ask(_HELPED.format(shown=shown), values) if tags else ():
        helped.setdefault(tag, []).append(name)
    return [Evidence(tag, shared, float(weight), helped.get(tag, [])) for tag, shared, weight in rows]
