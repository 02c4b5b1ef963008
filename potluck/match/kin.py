"""Whom would it delight, though they follow none of it: people by what they keep and share.

Ranking people for a share and shares for a person are two questions: the first is made even across shares, so that a
share on a busy subject does not fit everybody, the second across people. What somebody keeps is seen by nobody else:
what comes from here is for that person's eyes only.
"""

from collections.abc import Collection
from dataclasses import dataclass

from potluck.kit.sql import ask
from potluck.match.near import Text, near
from potluck.posts.models import Post

# What people keep or shared, of these posts.
_HOLD = """
SELECT k.person_id, k.post_id FROM posts_kept k WHERE k.post_id = ANY(%(posts)s)
UNION SELECT p.author_id, p.id FROM posts_post p WHERE p.id = ANY(%(posts)s)
"""
_SIZES = """
SELECT person, count(*) FROM (
    SELECT person_id AS person FROM posts_kept WHERE person_id = ANY(%(people)s)
    UNION ALL SELECT author_id FROM posts_post WHERE author_id = ANY(%(people)s)) held
GROUP BY person
"""


@dataclass(frozen=True, slots=True)
class Kin:
    """A person and a share that are alike. `own_post` is what the person holds that is nearest to it."""

    person: int
    post: int
    score: float
    own_post: int


def people_for(post: Post, *, limit: int = 10, but: Collection[int] = ()) -> list[Kin]:
    """Whom a share would help by what they keep and share, best first; without its author and those in `but`."""
    worth = {one.post: one.score for one in near(Text.of(post), None) if one.post != post.id}
    scores: dict[int, float] = {}
    nearest: dict[int, tuple[float, int]] = {}
    for person, held in ask(_HOLD, {"posts": list(worth)}):
        scores[person] = scores.get(person, 0.0) + worth[held]
        nearest[person] = max(nearest.get(person, (0.0, 0)), (worth[held], held))
    sizes = dict(ask(_SIZES, {"people": list(scores)}))
    nobody = {post.author_id, *but}
    ranked = sorted(
        (-score / sizes[person] ** 0.5, person) for person, score in scores.items() if person not in nobody
    )
    return [Kin(person, post.id, -score, nearest[person][1]) for score, person in ranked[:limit]]


def shares_for(person: int, posts: Collection[int], *, limit: int = 20) -> list[Kin]:
    """Which of these shares would help one person, best first."""
    rows = []
    for post in Post.objects.public().filter(id__in=list(posts)).exclude(author=person):
        rows += [one for one in people_for(post, limit=10_000) if one.person == person]
    return sorted(rows, key=lambda one: (-one.score, one.post))[:limit]
