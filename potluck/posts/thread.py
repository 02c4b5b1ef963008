"""A thread as one reads it: every reply after what it answers, with how deep it lies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from potluck.kit.sql import ask
from potluck.people.directory import shown_sql
from potluck.people.models import Person
from potluck.posts.audience import gate
from potluck.posts.manner import Manner
from potluck.posts.models import Post
from potluck.posts.veil import VEILED, somebody

# A thread shows so many of its first replies. Longer ones are feeds, more than talk.
MOST = 1000


@dataclass(slots=True)
class Reply:
    """One reply, with the fields that parts/thread.html names."""

    id: int
    depth: int
    author_name: str
    author_url: str
    author_is_member: bool
    at: datetime
    html: str
    to_name: str = ""
    to_url: str = ""
    source_name: str = ""
    deleted: bool = False
    mine: bool = False
    thanked: bool = False
    thanked_by: list[str] = field(default_factory=list)
    accepted: bool = False
    kept: bool = False
    passed: bool = False
    place: str = ""
    seen: bool = True
    home_url: str = ""
    veiled: bool = False


_REPLIES = f"""
SELECT p.id, p.reply_to_id, p.author_id, a.name, a.handle, a.account_id, p.published_at, p.html, p.url, p.deleted_at,
    {VEILED.format(p="p", me="%s")}, m.wrong_at, m.wrong_html
FROM posts_post p JOIN people_person a ON a.id = p.author_id LEFT JOIN posts_manner m ON m.post_id = p.id
WHERE p.thread = %s AND p.reply_to_id IS NOT NULL AND ({{seen}})
ORDER BY p.id LIMIT {MOST}
"""
_CREDIT = """
SELECT t.post_id, t.by_id, by.name, by.handle FROM posts_thanks t JOIN people_person by ON by.id = t.by_id
WHERE t.post_id = ANY(%s) AND {shown} ORDER BY t.id
"""


def replies(root: Post, viewer: Person | None) -> list[Reply]:
    """The replies under a post that this person may see, in reading order; gaps where one was taken back."""
    me, seen = (viewer and viewer.id), gate(viewer)
    rows = ask(_REPLIES.format(seen=seen.format(p="p")), [me or 0, root.thread, *[me] * seen.count("%s")])
    gone = _gaps(root, {row[1] for row in rows} - {row[0] for row in rows} - {root.id})
    by_parent: dict[int, list[Reply]] = defaultdict(list)
    names: dict[int, tuple[str, str]] = {}
    for row in sorted([*rows, *gone], key=lambda row: row[0]):
        reply = _reply(row, viewer)
        if not reply.deleted:
            names[reply.id] = (reply.author_name, reply.author_url)
        by_parent[row[1]].append(reply)
    _credit(by_parent, viewer)
    return _in_order(root.id, by_parent, names)


def _gaps(root: Post, missing: set[int]) -> list[tuple[object, ...]]:
    """Replies that were taken back and are answered: only that they stood there is told."""
    if not missing:
        return []
    gone = Post.objects.filter(Q(deleted_at__isnull=False) | Q(held_at__isnull=False), id__in=missing)
    rows = gone.filter(thread=root.thread).values_list("id", "reply_to_id", "published_at")
    return [
        (key, parent or root.id, 0, "", "", None, at, "", "", at, False, None, "") for key, parent, at in rows
    ]


def _reply(row: Sequence[object], viewer: Person | None) -> Reply:
    key, _, author, name, handle, account, at, html, url, deleted, veiled, wrong_at, right = row
    said = f"{Manner(wrong_html=str(right)).righted}{html}" if wrong_at else str(html)
    return Reply(
        id=key,  # type: ignore[arg-type]
        depth=0,
        author_name=somebody() if veiled else str(name or handle),
        author_url=f"/posts/{key}" if veiled else f"/@{handle}",
        author_is_member=account is not None,
        at=at,  # type: ignore[arg-type]
        html="" if deleted else said,
        deleted=deleted is not None,
        mine=viewer is not None and author == viewer.id,
        home_url=str(url),
        veiled=bool(veiled),
    )


def _credit(by_parent: dict[int, list[Reply]], viewer: Person | None) -> None:
    """Put the names of those who gave thanks beside what they thanked for."""
    by_id = {reply.id: reply for found in by_parent.values() for reply in found}
    me, shown = (viewer and viewer.id), shown_sql(viewer)
    given = _CREDIT.format(shown=shown.format(p="by"))
    for post, by, name, handle in ask(given, [list(by_id), *[me] * shown.count("%s")]):
        by_id[post].thanked_by.append(name or handle)
        by_id[post].thanked |= viewer is not None and by == viewer.id


def _in_order(root: int, by_parent: dict[int, list[Reply]], names: dict[int, tuple[str, str]]) -> list[Reply]:
    """Depth first without recursion; what answers something one cannot see stands at the top level."""
    known = {reply.id for found in by_parent.values() for reply in found}
    top = [
        reply
        for parent, found in by_parent.items()
        if parent == root or parent not in known
        for reply in found
    ]
    waiting = [(reply, 0, 0) for reply in sorted(top, key=lambda reply: reply.id, reverse=True)]
    said: list[Reply] = []
    while waiting:
        reply, depth, parent = waiting.pop()
        reply.depth = depth
        if depth and parent in names:
            reply.to_name, reply.to_url = names[parent]
        said.append(reply)
        waiting += [(child, depth + 1, reply.id) for child in reversed(by_parent.get(reply.id, []))]
    return said
