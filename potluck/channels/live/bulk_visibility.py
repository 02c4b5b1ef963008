"""Who of the people here may see which posts: the gate of posts/audience.py, for many people at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from potluck.lib.streaming import Database
from potluck.posts.audience import VISIBLE_SQL, gate

# A visitor sees what everybody may; so do those who are suspended or wait to be let in.
_PUBLIC = gate(None).format(p="p")
_SEES = f"""
SELECT p.id, array_agg(viewer.id) FROM {{posts}} p
JOIN people_person author ON author.id = p.author_id
JOIN people_person viewer ON viewer.id = ANY(%(people)s::bigint[])
WHERE p.id = ANY(%(posts)s::bigint[])
  AND (({VISIBLE_SQL}) OR (viewer.suspended_at IS NOT NULL OR viewer.approved_at IS NULL) AND ({_PUBLIC}))
GROUP BY p.id
UNION ALL
SELECT p.id, ARRAY[0::bigint] FROM {{posts}} p WHERE 0 = ANY(%(people)s::bigint[]) AND p.id = ANY(%(posts)s::bigint[])
  AND ({_PUBLIC})
"""
# As if they had not been taken away or held: by their own audience, so that nobody learns of what was never theirs.
_BEFORE = """(
    SELECT o.id, o.author_id, o.audience, o.circle_id,
           NULL::timestamptz AS deleted_at, NULL::timestamptz AS held_at
    FROM posts_post o WHERE o.id = ANY(%(posts)s::bigint[])
)"""
_NOW_SQL = _SEES.format(posts="posts_post")
_BEFORE_SQL = _SEES.format(posts=_BEFORE)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which posts each person sees; whoever is not in it sees none."""

    posts: Mapping[int, frozenset[int]]

    def of(self, person: int) -> frozenset[int]:
        return self.posts.get(person, frozenset())

    def all_see(self, post: int, people: Collection[int]) -> bool:
        return all(post in self.of(person) for person in people)

    def but(self, other: "Sight") -> "Sight":
        """What is seen here and not there."""
        return Sight({person: posts - other.of(person) for person, posts in self.posts.items()})


async def look(
    database: Database, posts: Sequence[int], people: Sequence[int], *, before: bool = False
) -> Sight:
    """Ask for each of these people; 0 is a visitor. With `before`: as if nobody had taken them away, or held them."""
    asked = {"posts": list(posts), "people": list(people)}
    rows = await database.ask(_BEFORE_SQL if before else _NOW_SQL, asked)
    by_kind: dict[int, set[int]] = {}
    for post, viewers in rows:
        for viewer in viewers:
            by_kind.setdefault(viewer, set()).add(post)
    known: dict[frozenset[int], frozenset[int]] = {}
    return Sight(
        {person: known.setdefault(seen := frozenset(found), seen) for person, found in by_kind.items()}
    )
