"""Search at 100,000 posts: builds them in the database that the settings name, then measures.

`build` makes people and posts with a natural word distribution: Zipf–Mandelbrot over 80,000 made-up words, each
post leaning towards one of 200 subjects, so that words come together as they do in life. `measure` gives
milliseconds (p50, p95) of what people wait for.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from potluck.kit.ids import new_id
from potluck.people.models import Person
from potluck.posts.lines import lines
from potluck.posts.models import Post
from potluck.search.find import find, related
from potluck.search.index import index_posts
from potluck.search.query import parse
from potluck.search.statistics import refresh_statistics

WORDS = 80_000
SUBJECTS = 200
SUBJECT_WORDS = 150
BATCH = 500
START = datetime(2016, 1, 1, tzinfo=UTC)


class Vocabulary:
    """Made-up words, the frequent ones short, and the subjects they belong to."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "on")]
        self.words = [self._word(rank, syllables) for rank in range(WORDS)]
        self.weights = list(itertools.accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(WORDS)))
        self.subjects = [chance.sample(range(200, WORDS // 4), SUBJECT_WORDS) for _ in range(SUBJECTS)]
        self.near = list(itertools.accumulate(1 / (rank + 1) for rank in range(SUBJECT_WORDS)))

    def _word(self, rank: int, syllables: list[str]) -> str:
        length = 1 if rank < 60 else 2 if rank < 3000 else 3 if rank < 30_000 else 4
        return "".join(self.chance.choices(syllables, k=length))

    def text(self, subject: int, length: int) -> str:
        """So many words, a sixth of them about the subject."""
        about = length // 6
        ranks = self.chance.choices(self.subjects[subject], cum_weights=self.near, k=about)
        picked = self.chance.choices(self.words, cum_weights=self.weights, k=length - about)
        picked += [self.words[rank] for rank in ranks]
        self.chance.shuffle(picked)
        return " ".join(picked)


def build(posts: int = 100_000, people: int = 1000, seed: int = 1) -> None:
    """Make the people, the posts (150 words in the mean) and their index."""
    chance = random.Random(seed)
    words = Vocabulary(chance)
    authors = [Person(handle=f"p{n}", uri=f"http://bench/@p{n}", name=f"Person {n}") for n in range(people)]
    Person.objects.bulk_create(authors)
    for start in range(0, posts, BATCH):
        batch = [
            _post(words, chance, authors, number, posts) for number in range(start, min(start + BATCH, posts))
        ]
        Post.objects.bulk_create(batch)
        index_posts(batch)
    refresh_statistics(anew=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE search_indexed, posts_post, search_term")


def _post(words: Vocabulary, chance: random.Random, authors: list[Person], number: int, posts: int) -> Post:
    subject = chance.randrange(SUBJECTS)
    at = START + timedelta(seconds=number * 3600 * 24 * 3650 / posts)
    key = new_id(at)
    text = words.text(subject, max(8, int(chance.lognormvariate(4.6, 0.9))))
    return Post(
        id=key,
        uri=f"http://bench/{key}",
        thing=key,
        thread=key,
        kind="article",
        author=chance.choice(authors),
        title=words.text(subject, 6),
        text=text,
        html=text,
        excerpt=text[:400],
        tags=[f"subject{subject}"],
        language="en",
        published_at=at,
    )


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
