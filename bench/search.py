"""Search at 100,000 posts: milliseconds (p50, p95) of what people wait for, in the database the settings name.

`python -m bench.build` makes it; `measure` asks as members do, signed in.
"""

import random
import time
from collections.abc import Callable, Iterator

from bench.words import SUBJECTS
from potluck.people.models import Person
from potluck.posts.list_rows import lines
from potluck.posts.models import Post
from potluck.search.find import find
from potluck.search.query import parse
from potluck.search.related import related


def queries(number: int, seed: int = 2) -> Iterator[str]:
    """Two words that come together in some post, as people remember them, none of the 60 most frequent."""
    chance = random.Random(seed)
    keys = list(Post.objects.values_list("id", flat=True))
    while number:
        text = Post.objects.values_list("text", flat=True).get(id=chance.choice(keys))
        telling = sorted({word for word in text.split() if len(word) > 3})
        if len(telling) > 1:
            yield " ".join(chance.sample(telling, 2))
            number -= 1


def measure(number: int = 300) -> dict[str, float]:
    """Milliseconds a search takes with its twenty lines, and related posts, signed in."""
    viewer = Person.objects.order_by("id")[0]

    def search(text: str) -> None:
        lines([hit.post for hit in find(parse(text), viewer).hits], viewer)

    posts = list(Post.objects.order_by("uri")[: number * 20 : 20])
    found = {}
    found |= _times("search_two_words", [lambda q=q: search(q) for q in queries(number)])
    found |= _times("search_one_word", [lambda q=q: search(q.split()[0]) for q in queries(number, 3)])
    found |= _times("search_phrase", [lambda q=q: search(f'"{q}"') for q in queries(number // 3, 4)])
    found |= _times(
        "search_author_word", [lambda q=q: search(f"from:p7 {q.split()[0]}") for q in queries(number, 5)]
    )
    found |= _times("search_tag", [lambda n=n: search(f"tag:subject{n}") for n in range(SUBJECTS)])
    found |= _times("related", [lambda post=post: related(post, viewer) for post in posts])
    return found


def _times(name: str, calls: list[Callable[[], object]]) -> dict[str, float]:
    taken = []
    for call in calls:
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return {f"{name}_p50": taken[len(taken) // 2], f"{name}_p95": taken[int(len(taken) * 0.95)]}
