"""A thread as one reads it: every reply after what it answers, with how deep it lies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from potluck.lib.sql import ask
from potluck.people.directory import shown_sql
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED, somebody
from potluck.posts.audience import gate
from potluck.posts.metadata import Manner
from potluck.posts.models import Post

# A page of a thread ends before the next talk begins once it has so many replies, and in any case with so many more.
SIZE, LARGEST = 200, 300
# Longer ones are feeds, more than talk.
MOST = 20_000


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
{{some}} ORDER BY p.id LIMIT %s
"""
_TIES = f"""
SELECT p.id, p.reply_to_id FROM posts_post p
WHERE p.thread = %s AND p.reply_to_id IS NOT NULL AND ({{seen}}) ORDER BY p.id LIMIT {MOST}
"""
_CREDIT = """
SELECT t.post_id, t.by_id, by.name, by.handle FROM posts_thanks t JOIN people_person by ON by.id = t.by_id
WHERE t.post_id = ANY(%s) AND {shown} ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a thread, in reading order; `before` and `after` are replies on the pages beside it, 0 at an end."""

    replies: list[Reply]
    before: int = 0
    after: int = 0


def part(root: Post, viewer: Person | None, to: int = 0) -> Part:
    """The replies under a post that this person may see, with gaps where one was taken back: all of them, or of a
    long thread the page that has the reply `to`, else the first."""
    rows = _rows(root, viewer, limit=SIZE + 1)
    if len(rows) > SIZE:
        return _page_with(to, root, viewer)
    gone = _gaps(root, _missing(root, rows))
    order = _in_order(root.id, sorted((row[0], row[1]) for row in [*rows, *gone]))
    return Part(_said(order, [*rows, *gone], viewer))


def _page_with(to: int, root: Post, viewer: Person | None) -> Part:
    """First who answers whom, of all of them, then the texts of one page."""
    me, seen = (viewer and viewer.id), gate(viewer)
    ties = ask(_TIES.format(seen=seen.format(p="p")), [root.thread, *[me] * seen.count("%s")])
    gone = _gaps(root, _missing(root, ties))
    pages = _pages(_in_order(root.id, sorted((tie[0], tie[1]) for tie in [*ties, *gone])))
    at = next((n for n, page in enumerate(pages) if any(place.id == to for place in page)), 0)
    # A page that begins amid a talk names whom its first ones answer.
    named = {key for place in pages[at] for key in (place.id, place.parent)}
    rows = _rows(root, viewer, limit=len(named), ids=sorted(named))
    return Part(
        _said(pages[at], [*rows, *(row for row in gone if row[0] in named)], viewer),
        before=pages[at - 1][0].id if at else 0,
        after=pages[at + 1][0].id if at + 1 < len(pages) else 0,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reply stands."""

    id: int
    depth: int
    parent: int


def _pages(order: Sequence[_Place]) -> list[list[_Place]]:
    pages: list[list[_Place]] = [[]]
    for place in order:
        if len(pages[-1]) >= (SIZE if place.depth == 0 else LARGEST):
            pages.append([])
        pages[-1].append(place)
    return pages


def _rows(root: Post, viewer: Person | None, *, limit: int, ids: Sequence[int] = ()) -> list[tuple[Any, ...]]:
    me, seen = (viewer and viewer.id), gate(viewer)
    some = "AND p.id = ANY(%s)" if ids else ""
    values = [me or 0, root.thread, *[me] * seen.count("%s"), *([list(ids)] if ids else []), limit]
    return ask(_REPLIES.format(seen=seen.format(p="p"), some=some), values)


def _missing(root: Post, ties: Sequence[tuple[Any, ...]]) -> set[int]:
    """What is answered and not there."""
    return {tie[1] for tie in ties} - {tie[0] for tie in ties} - {root.id}


def _said(order: Sequence[_Place], rows: Sequence[tuple[Any, ...]], viewer: Person | None) -> list[Reply]:
    """The replies of these places, each with whom it answers and whose thanks it has."""
    by_id = {row[0]: _reply(row, viewer) for row in rows}
    said = []
    for place in order:
        reply, answered = by_id[place.id], by_id.get(place.parent) if place.depth else None
        reply.depth = place.depth
        if answered is not None and not answered.deleted:
            reply.to_name, reply.to_url = answered.author_name, answered.author_url
        said.append(reply)
    _credit(by_id, viewer)
    return said


def _gaps(root: Post, missing: set[int]) -> list[tuple[Any, ...]]:
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


def _credit(by_id: dict[int, Reply], viewer: Person | None) -> None:
    """Put the names of those who gave thanks beside what they thanked for."""
    me, shown = (viewer and viewer.id), shown_sql(viewer)
    given = _CREDIT.format(shown=shown.format(p="by"))
    for post, by, name, handle in ask(given, [list(by_id), *[me] * shown.count("%s")]):
        by_id[post].thanked_by.append(name or handle)
        by_id[post].thanked |= viewer is not None and by == viewer.id


def _in_order(root: int, ties: Sequence[tuple[int, int]]) -> list[_Place]:
    """Depth first without recursion, of replies with what they answer, oldest first; what answers something one
    cannot see stands at the top level."""
    known = {key for key, _parent in ties} - {root}
    below: dict[int, list[int]] = defaultdict(list)
    for key, parent in ties:
        below[parent if parent in known else 0].append(key)
    waiting = [_Place(key, 0, root) for key in reversed(below[0])]
    order: list[_Place] = []
    while waiting:
        place = waiting.pop()
        order.append(place)
        waiting += [_Place(child, place.depth + 1, place.id) for child in reversed(below.get(place.id, []))]
    return order
