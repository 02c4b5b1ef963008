"""Posts as lines of a list: one query fills a page of them, and a template asks for nothing more.

Whoever calls this has chosen the ids through the gate already (`Post.objects.visible_to`, or `VISIBLE_SQL` in
the same statement).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED, somebody
from potluck.posts.audience import gate
from potluck.posts.models import Kind


@dataclass(slots=True)
class Line:
    """One post as it stands in a list; the fields are those that parts/entry.html names."""

    id: int
    kind: str
    home_url: str
    link_host: str
    title: str
    excerpt: str
    highlights: Sequence[str]
    tags: Sequence[str]
    at: datetime
    author_id: int
    author_name: str
    author_url: str
    author_is_member: bool
    source_name: str
    via: Sequence[tuple[str, str]]
    thanked: bool
    kept: bool
    passed: bool
    mine: bool
    url: str
    html: str = ""
    reasons: list[str] = field(default_factory=list)
    place: str = ""
    seen: bool = False
    named: bool = False
    key: int = 0
    state: str = ""
    at_home: bool = False
    veiled: bool = False
    lang: str = ""
    below: object = None  # what waits for the reader, as parts/asked.html shows it


# For a statement that has `posts_post p` and `people_person author`; %(me)s is the viewer's id, or 0. What was passed
# on is shown while everybody may see it, and no block stands between its author and the viewer. Who wrote it is 0 where
# that is not said to the viewer.
COLUMNS = f"""
    p.id, p.kind, COALESCE(NULLIF(p.link, ''), p.url), p.title, p.excerpt, p.highlights, p.tags, p.published_at,
    CASE WHEN {VEILED.format(p="p", me="%(me)s")} THEN 0 ELSE author.id END,
    COALESCE(NULLIF(author.name, ''), author.handle), author.handle, author.account_id IS NOT NULL,
    src.home_url, via.title, viaauthor.name, viaauthor.handle, via.excerpt, p.via_id,
    EXISTS (SELECT FROM posts_thanks t WHERE t.by_id = %(me)s AND t.post_id = p.id),
    EXISTS (SELECT FROM posts_kept k WHERE k.person_id = %(me)s AND k.post_id = p.id),
    EXISTS (SELECT FROM posts_post mine WHERE mine.via_id = p.id AND mine.via_id IS NOT NULL
            AND mine.author_id = %(me)s AND mine.deleted_at IS NULL)
"""
JOINS = """
    LEFT JOIN people_source src ON src.id = p.source_id
    LEFT JOIN posts_post via ON via.id = p.via_id AND via.audience = 0
        AND via.deleted_at IS NULL AND via.held_at IS NULL
        AND EXISTS (SELECT FROM people_person w WHERE w.id = via.author_id
                    AND w.suspended_at IS NULL AND w.removed_at IS NULL)
        AND NOT EXISTS (SELECT FROM people_block b WHERE (b.by_id = via.author_id AND b.who_id = %(me)s)
                        OR (b.by_id = %(me)s AND b.who_id = via.author_id))
    LEFT JOIN people_person viaauthor ON viaauthor.id = via.author_id
"""
WIDTH = 21

_BY_ID = f"""
SELECT {COLUMNS} FROM posts_post p JOIN people_person author ON author.id = p.author_id {JOINS}
WHERE p.id = ANY(%(ids)s)
"""


_BY_AUTHOR = f"""
SELECT {COLUMNS} FROM posts_post p JOIN people_person author ON author.id = p.author_id {JOINS}
WHERE p.author_id = %(author)s AND p.reply_to_id IS NULL AND {{seen}}
  AND NOT {VEILED.format(p="p", me="%(me)s")} {{within}}
ORDER BY p.id {{order}} LIMIT %(limit)s
"""


def host(url: str) -> str:
    """The name of the machine in an address, without `www.`: fast, for addresses that were checked before."""
    return url.split("/", 3)[2].removeprefix("www.") if url.startswith("http") and url.count("/") > 1 else ""


def line(row: Sequence[Any], me: int) -> Line:
    """A row of COLUMNS as a line."""
    (key, kind, home_url, title, excerpt, highlights, tags, at, author, name, handle, member) = row[:12]
    (src_home, via_title, via_name, via_handle, via_excerpt, via_id, thanked, kept, passed) = row[12:WIDTH]
    via = [(via_name or via_handle, f"/@{via_handle}")] if via_handle else []
    page = f"/@{handle}"
    if not author:  # it leads to the post, as to nobody
        name, page = somebody(), f"/posts/{key}"
    if via_id and not title:  # what was passed on, with the words it was passed on with
        title, excerpt = via_title or "", excerpt or via_excerpt or ""
    return Line(
        id=key,
        kind=kind,
        home_url=home_url,
        link_host=host(home_url) if kind == Kind.LINK or not member else "",
        title=title or (host(home_url) if kind == Kind.LINK and not excerpt else ""),
        excerpt=excerpt,
        highlights=highlights,
        tags=tags,
        at=at,
        author_id=author,
        author_name=name,
        author_url=page,
        author_is_member=member,
        source_name=_("from %(place)s") % {"place": host(src_home)} if src_home else "",
        via=via,
        thanked=thanked,
        kept=kept,
        passed=passed,
        mine=author == me,
        url=f"/posts/{key}",
        at_home=not member,
        veiled=not author,
    )


def lines(ids: Iterable[int], viewer: Person | None) -> list[Line]:
    """The lines of these posts, in this order; those that are gone are left out."""
    wanted = list(ids)
    if not wanted:
        return []
    me = viewer.id if viewer else 0
    found = {row[0]: line(row, me) for row in ask(_BY_ID, {"ids": wanted, "me": me})}
    return [found[key] for key in wanted if key in found]


def lines_by(
    author: Person,
    viewer: Person | None,
    *,
    limit: int,
    tag: str = "",
    before: int | None = None,
    after: int | None = None,
) -> list[Line]:
    """What this person shared and the viewer may see, newest first, or oldest first of what came `after` an id."""
    me = viewer.id if viewer else 0
    within = "AND p.tags @> ARRAY[%(tag)s]::varchar[]" if tag else ""
    within += " AND p.id < %(before)s" if before is not None else ""
    within += " AND p.id > %(after)s" if after is not None else ""
    seen = gate(viewer).format(p="p").replace("%s", "%(me)s")
    sql = _BY_AUTHOR.format(seen=seen, within=within, order="" if after is not None else "DESC")
    values = {"author": author.id, "me": me, "tag": tag, "before": before, "after": after, "limit": limit}
    return [line(row, me) for row in ask(sql, values)]
