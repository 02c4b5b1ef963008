"""A community in a database of its own, written by the product's own verbs in the order of time.

Whatever is asked of the product at a moment, nothing later is there: `until` brings in what came before, no more.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from django.db import connection

from bench.matching.formats import Thread, Threads
from potluck.door import admit_all
from potluck.lib.ids import new_id
from potluck.lib.sql import insert
from potluck.match.answerers import language_model
from potluck.people.models import Account, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.models import Earlier
from potluck.search.embeddings import encode_posts
from potluck.search.statistics import refresh_statistics

BATCH = 500
# How common words are is counted anew after so many posts, which at home is done by the clock.
COUNTED = 200
_KEPT = ("django_migrations", "procrastinate")
# Somebody has been here since before anything was said.
_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def empty() -> None:
    """Take everything out of the database."""
    names = [name for name in connection.introspection.table_names() if not name.startswith(_KEPT)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")


def members(names: Iterable[str]) -> dict[str, Person]:
    """A member for each name."""
    accounts, people = [], {}
    for number, name in enumerate(sorted(names), 1):
        accounts.append(Account(id=number, password="!", email=f"{number}@bench.example"))
        people[name] = Person(
            id=new_id(_LONG_AGO), account_id=number, handle=f"p{number}", uri=f"bench:{number}",
            joined_at=_LONG_AGO, approved_at=_LONG_AGO,
        )  # fmt: skip
    insert(accounts)
    insert(list(people.values()))
    return people


def write(drafts: Sequence[Draft]) -> list[Post]:
    """Through the door, as what comes from elsewhere does, and encoded as the worker does."""
    posts = []
    for start in range(0, len(drafts), BATCH):
        posts += admit_all(drafts[start : start + BATCH])
    encode_posts([post.id for post in posts])
    Earlier.objects.all().delete()  # as if each had come here when it was said
    return posts


def draft(author: Person, text: str, **more: object) -> Draft:
    """Something said: plain text, brought to nobody."""
    # Those who answer would follow the thread; here nobody reads.
    quiet = Person(id=author.id, handle=author.handle, uri=author.uri)
    return Draft(author=quiet, text=text, html=f"<p>{escape(text)}</p>", before=True, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, order=True)
class _Said:
    """One thing in the order of time: a thread's beginning is its reply number -1."""

    at: datetime
    key: str
    number: int


class Replay:
    """The threads of one community, brought in up to a moment and no further."""

    def __init__(self, community: Threads) -> None:
        empty()
        language_model.forget()
        self.threads = {thread.key: thread for thread in community.threads}
        names = {thread.asker for thread in community.threads}
        names |= {reply.user for thread in community.threads for reply in thread.replies}
        self.people = members(names)
        self.roots: dict[str, Post] = {}
        self.heard: set[int] = set()
        self.uncounted = 0
        self._waiting = sorted(_things(community.threads))
        heapq.heapify(self._waiting)

    def until(self, moment: datetime) -> None:
        """Bring in everything from before this moment."""
        batch: list[_Said] = []
        while self._waiting and self._waiting[0].at < moment:
            batch.append(heapq.heappop(self._waiting))
        if batch:
            self._write(batch)
            self._count(len(batch))

    def _write(self, batch: list[_Said]) -> None:
        begun = [one.key for one in batch if one.number < 0]
        for one in batch:
            thread = self.threads[one.key]
            self.heard.add(
                self.people[thread.asker if one.number < 0 else thread.replies[one.number].user].id
            )
        posts = write([self.question(self.threads[key]) for key in begun])
        self.roots |= dict(zip(begun, posts, strict=True))
        write([self.reply(one.key, one.number) for one in batch if one.number >= 0])

    def _count(self, new: int) -> None:
        self.uncounted += new
        if self.uncounted >= COUNTED:
            refresh_statistics()
            if self.uncounted > 10 * COUNTED:
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
            self.uncounted = 0

    def question(self, thread: Thread) -> Draft:
        """What began a thread."""
        return draft(
            self.people[thread.asker], thread.body, title=thread.title, kind=Kind.QUESTION, tags=thread.tags,
            published_at=thread.at, language="",
        )  # fmt: skip

    def reply(self, key: str, number: int) -> Draft:
        """A reply of a thread."""
        said = self.threads[key].replies[number]
        root = self.roots[key]
        kind = Kind.ANSWER if self.people[said.user].id != root.author_id else Kind.NOTE
        return draft(self.people[said.user], said.body, kind=kind, reply_to=root, published_at=said.at)


def _things(threads: Iterable[Thread]) -> Iterator[_Said]:
    for thread in threads:
        yield _Said(thread.at, thread.key, -1)
        for number, reply in enumerate(thread.replies):
            # A clock that runs slow does not answer before the question.
            yield _Said(max(reply.at, thread.at), thread.key, number)
