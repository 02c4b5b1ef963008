"""What asking costs at 100,000 posts: what is known while one types, who may know, a share against what is open.

The first is asked of the server as a browser does; the others in a process of their own, as the worker does them.
"""

import json
import random
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.house import House, python
from bench.pages import Figures, ask, sessions, wall

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from potluck.posts.models import Post

TIMES, WARM = 200, 40
WORDS = 60


def asking(house: House, data: Path) -> Figures:
    """Milliseconds by the clock, with the worker held still."""
    house.rest("potluck-worker")
    found = _times("while_typing", [_typed(house, *each) for each in _questions(data)])
    return {**found, **json.loads(python("bench.asking:main", data))}


def _questions(data: Path) -> Iterable[tuple[str, str]]:
    """(text, session): the first words of one post and of another."""
    chance = random.Random(6)
    texts = [
        str(text).split()
        for text in ask(data, "SELECT text FROM posts_post TABLESAMPLE SYSTEM (5) REPEATABLE (6) LIMIT 3000")
    ]
    cookies = list(sessions(data).values())
    for turn in range(TIMES + WARM):
        one, other = chance.sample(texts, 2)
        yield " ".join(one[: WORDS // 2] + other[: WORDS // 2]) + "?", cookies[turn % len(cookies)]


def _typed(house: House, text: str, cookie: str) -> Callable[[], object]:
    def do() -> None:
        status, _where = house.post("/share/known", {"kind": "question", "text": text}, cookie, piece=True)
        assert status == 200, status

    return do


def main() -> None:
    """Print the other two as JSON, and against how many open questions a share was held."""
    from django.utils import timezone

    from potluck.lib.sql import planned_once
    from potluck.match.answers.open_questions import open_questions
    from potluck.match.answers.scoring import fits
    from potluck.match.finders.routing import candidates
    from potluck.posts.models import Kind, Post
    from potluck.search.encoder import encoder

    begun = Post.objects.filter(reply_to=None, audience=0).order_by("id")
    questions = _drawn(begun.filter(kind=Kind.QUESTION).select_related("author"))
    shares = _drawn(begun.exclude(kind=Kind.QUESTION))
    with planned_once(by_index=True):
        found = _times("who_may_know", [partial(candidates, one, timezone.now()) for one in questions])
        found |= _times("share_against_open", [partial(fits, [one]) for one in shares])
        held = sum(len(part.ids) for part in open_questions(encoder()))
    print(json.dumps({**found, "open_questions": (held, "")}))


def _drawn(those: "QuerySet[Post]") -> "list[Post]":
    """As many as are measured, the same for one network."""
    keys = random.Random(7).sample(list(those.values_list("id", flat=True)), TIMES + WARM)
    return list(those.filter(id__in=keys))


def _times(name: str, calls: list[Callable[[], Any]]) -> Figures:
    taken = []
    for call in calls:
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return wall(name, taken[WARM:])
