"""What is said in a thread, in the order of saying, as a room shows it; drawn once for all who see the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template import engines
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.format import day
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.audience import gate

# So many are shown at first, and each time somebody looks further back.
AT_ONCE = 50
# A longer one, as a letter may be, is shown by its beginning. In characters of HTML.
LONG = 6000

COLUMNS = """
p.id, p.thread, p.reply_to_id, p.author_id, COALESCE(NULLIF(a.name, ''), a.handle), a.handle, a.account_id IS NOT NULL,
p.published_at, p.html, p.excerpt, p.edited_at, p.whence,
(SELECT json_agg(json_build_array(f.id, f.name) ORDER BY f.id) FROM posts_attachment f WHERE f.post_id = p.id),
q.id, COALESCE(NULLIF(qa.name, ''), qa.handle), q.excerpt
"""
JOINS = "JOIN people_person a ON a.id = p.author_id"
# Whom it answers, where that is not what began the thread.
PARENT = "LEFT JOIN posts_post q ON q.id = p.reply_to_id AND q.reply_to_id IS NOT NULL"
PARENTS = "LEFT JOIN people_person qa ON qa.id = q.author_id"
BY_ID = f"""
SELECT {COLUMNS} FROM posts_post p {JOINS} {PARENT} {PARENTS} WHERE p.id = ANY(%s::bigint[]) ORDER BY p.id
"""
_PAGE = f"""
SELECT {COLUMNS} FROM posts_post p {JOINS} {PARENT} AND ({{seen_parent}}) {PARENTS}
WHERE p.thread = %s AND p.reply_to_id IS NOT NULL AND p.id < %s AND ({{seen}}) ORDER BY p.id DESC LIMIT {AT_ONCE + 1}
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One reply in a thread. `to_id` is the reply it answers, 0 if it answers what began the thread."""

    id: int
    thread: int
    answers: int
    author_id: int
    author_name: str
    author_handle: str
    author_is_member: bool
    at: datetime
    html: str
    excerpt: str
    edited_at: datetime | None
    whence: str
    files: Sequence[tuple[int, str]]
    to_id: int
    to_name: str
    to_excerpt: str

    @property
    def is_long(self) -> bool:
        return len(self.html) > LONG

    @property
    def version(self) -> int:
        return int(self.edited_at.timestamp() * 1000) if self.edited_at else 0

    @property
    def clock(self) -> str:
        """When it was said, as those who are there read it: "14:03", or with its day."""
        here = timezone.localtime(self.at)
        said = f"{here:%H:%M}"
        return said if here.date() == timezone.localdate() else f"{day(here)}, {said}"

    @property
    def came_by(self) -> str:
        """By which way it came, where it was not said here."""
        return {"mail": _("by mail"), "feeds": _("from their own place")}.get(self.whence, "")


def message(row: Sequence[Any]) -> Message:
    """What a row of COLUMNS says."""
    *said, files, to_id, to_name, to_excerpt = row
    known = [(key, name) for key, name in files or ()]
    return Message(*[*said, known, to_id or 0, to_name or "", to_excerpt or ""])


def latest(thread: int, viewer: Person | None, before: int) -> tuple[list[Message], bool]:
    """The last of a thread that this person may see, oldest first, and whether there is more before them."""
    me, seen = (viewer and viewer.id), gate(viewer)
    marks = [me] * seen.count("%s")
    statement = _PAGE.format(seen=seen.format(p="p"), seen_parent=seen.format(p="q"))
    rows = ask(statement, [*marks, thread, before, *marks])
    return [message(row) for row in reversed(rows[:AT_ONCE])], len(rows) > AT_ONCE


def drawn(one: Message, *, with_parent: bool = True) -> str:
    """The message as HTML, in the language and time zone that are set."""
    module: Any = engines["jinja2"].env.get_template("live/message.html").module  # type: ignore[attr-defined]
    return str(module.message(one, with_parent))
