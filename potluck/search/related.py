"""What else is about the same: as a post, or as a text that is not shared yet.

What is near a post is found once and kept for some days, for everybody; each reader gets what of it they may see.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED
from potluck.posts.audience import gate
from potluck.posts.models import Post
from potluck.search.similar import alike, alike_for_all

# So many are kept for each post, as not everybody may see all of them.
_KEPT = 20
_DAYS = 3

_READ = f"""
SELECT p.id, p.title, p.excerpt, COALESCE(NULLIF(author.name, ''), author.handle), p.published_at
FROM search_related r CROSS JOIN unnest(r.posts) WITH ORDINALITY AS near(id, place)
     JOIN posts_post p ON p.id = near.id JOIN people_person author ON author.id = p.author_id
WHERE r.post_id = %(post)s AND r.at > statement_timestamp() - interval '{_DAYS} days' AND {{gate}}
  AND NOT {VEILED.format(p="p", me="%(viewer)s")}
ORDER BY near.place LIMIT %(limit)s"""
_KNOWN = (
    f"SELECT FROM search_related WHERE post_id = %s AND at > statement_timestamp() - interval '{_DAYS} days'"
)
_WRITE = """
INSERT INTO search_related (post_id, posts) VALUES (%(post)s, %(posts)s)
ON CONFLICT (post_id) DO UPDATE SET posts = EXCLUDED.posts, at = statement_timestamp()"""


@dataclass(frozen=True, slots=True)
class Near:
    """Another thing about the same, as the margin names it."""

    id: int
    title: str
    excerpt: str
    author_name: str
    at: datetime

    @property
    def url(self) -> str:
        return f"/posts/{self.id}"


def related(post: Post, viewer: Person | None, *, limit: int = 5) -> list[Near]:
    """Other things that are about the same, best first, none of the same conversation."""
    found = _read(post, viewer, limit)
    if not found and not ask(_KNOWN, [post.id]) and Post.objects.filter(pk=post.id, deleted_at=None).exists():
        _keep(post)
        found = _read(post, viewer, limit)
    return found


def about(text: str, viewer: Person | None, *, language: str = "", limit: int = 5) -> list[int]:
    """The ids of what is about the same as a text that is not shared yet: a question being written, a letter."""
    return [found.post for found in alike(text, viewer, language=language, limit=limit)]


def _read(post: Post, viewer: Person | None, limit: int) -> list[Near]:
    allowed = gate(viewer).format(p="p").replace("%s", "%(viewer)s")
    values = {"post": post.id, "viewer": viewer.id if viewer else 0, "limit": limit}
    return [Near(*row) for row in ask(_READ.format(gate=allowed), values)]


def _keep(post: Post) -> None:
    near = alike_for_all(post.text, title=post.title, language=post.language, limit=_KEPT + 1)
    threads = Post.objects.filter(id__in=near).exclude(thread=post.thread).exclude(thing=post.thing)
    others = set(threads.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"post": post.id, "posts": [key for key in near if key in others]})
