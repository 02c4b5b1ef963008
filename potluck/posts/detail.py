"""One post as its page shows it: with its author, its line, its files and what was given back for it, in one query."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from potluck.lib.sql import ask, columns, made
from potluck.people.directory import shown_sql
from potluck.people.models import Person
from potluck.posts.audience import gate
from potluck.posts.list_rows import COLUMNS, JOINS, WIDTH, Line, line
from potluck.posts.models import Attachment, Manner, Post

_FILE = ("id", "name", "path", "type", "size", "alt", "width", "height")


@dataclass(frozen=True, slots=True)
class Gift:
    """What somebody gave back: their thanks, or the story of a use and where it can be seen."""

    by_name: str
    by_url: str
    story: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with what hangs on it, as far as one viewer may see it."""

    post: Post
    line: Line
    files: list[Attachment]
    thanks: list[Gift]
    uses: list[Gift]
    manner: Manner


_STATEMENT = f"""
SELECT {columns(Post, "p")}, {columns(Person, "author")}, {COLUMNS},
    (SELECT json_agg(json_build_array({", ".join(f"f.{name}" for name in _FILE)}) ORDER BY f.id)
     FROM posts_attachment f WHERE f.post_id = p.id),
    (SELECT json_agg(json_build_array(COALESCE(NULLIF(by.name, ''), by.handle), by.handle) ORDER BY t.id)
     FROM posts_thanks t JOIN people_person by ON by.id = t.by_id WHERE t.post_id = p.id AND {{shown}}),
    (SELECT json_agg(json_build_array(COALESCE(NULLIF(by.name, ''), by.handle), by.handle, u.story, u."where")
                     ORDER BY u.id)
     FROM posts_use u JOIN people_person by ON by.id = u.by_id WHERE u.post_id = p.id AND {{shown}}),
    (SELECT row_to_json(m) FROM posts_manner m WHERE m.post_id = p.id)
FROM posts_post p JOIN people_person author ON author.id = p.author_id {JOINS}
WHERE p.id = %(id)s AND {{seen}}
"""


@cache
def _statement(shown: str, seen: str) -> str:
    """In one line, as the driver keeps what it made of a statement only up to 4 KB."""
    return " ".join(_STATEMENT.format(shown=shown, seen=seen).split())


def whole(post_id: int, viewer: Person | None) -> Whole | None:
    """The post, if this person may see it."""
    me = viewer.id if viewer else 0
    shown = shown_sql(viewer).format(p="by").replace("%s", "%(me)s")
    seen = gate(viewer).format(p="p").replace("%s", "%(me)s")
    found = ask(_statement(shown, seen), {"id": post_id, "me": me})
    if not found:
        return None
    post, end = made(Post, found[0])
    post.author, end = made(Person, found[0], end)
    files, thanks, uses, manner = found[0][end + WIDTH :]
    return Whole(
        post=post,
        line=line(found[0][end:], me),
        files=[_file(one) for one in files or ()],
        thanks=[_gift(*one) for one in thanks or ()],
        uses=[_gift(*one) for one in uses or ()],
        manner=Manner.of(manner or {}),
    )


def _file(values: list[Any]) -> Attachment:
    return Attachment(**dict(zip(_FILE, values, strict=True)))


def _gift(name: str, handle: str, *rest: str) -> Gift:
    return Gift(name, f"/@{handle}", *rest)
