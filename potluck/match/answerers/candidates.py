"""Past posts that are about the same as a text: what every ranking in this room begins with.

The word index and the index of meaning each name their nearest; each is then scored by both. Only what one viewer may
see is looked at, and nothing said to people by name, so that nothing said from it, nor who is named, tells them more.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import exp

from django.conf import settings
from django.db import connection, transaction

from potluck.lib.ids import moment_of
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.audience import gate
from potluck.posts.models import Post
from potluck.search.bm25 import Asked, best, known, vector
from potluck.search.embeddings import as_text, look_at, nearest, whole_of
from potluck.search.encoder import encoder
from potluck.search.fusion import reads, z
from potluck.search.index import K1, words_of
from potluck.search.text_query import like

# How many past posts may speak for a text, and how many of them the index of meaning names.
NEAR, BY_MEANING = 400, 150
# How much meaning counts beside words, and in it how near the titles are beside the whole and its title; tuned on
# rlist-geo, 2010 and 2011, for each encoder. Vectors that are averages tell less.
READ, AVERAGED = (1.0, 1.0), (0.5, 0.0)
# From where on something is about the same: a cosine of so much at least, with BM25, of which so many count as much as
# a cosine of one; where no meaning is known, by so much of words alone. With an encoder that reads, more.
LEAST_MEANING, OF_WORDS, WORDS_ALONE = 0.2, 60.0, 8.0
ALIKE = (0.4, 0.5)
# So many of the terms weigh; the rarest find, while together they are in so few posts.
_TERMS, _FINDING = 60, 3000
# So many words say what something without a title is about, and so many letters in which language it is.
_FIRST, _TELLS = 10, 2000
# What somebody did counts less as it is longer ago.
_FADING_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Text:
    """What others are held against: a question, or anything shared, whether it is a post yet or not."""

    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""

    @classmethod
    def of(cls, post: Post) -> "Text":
        """The same of a post."""
        return cls(post.title, post.text, tuple(post.tags), post.language)

    @property
    def words(self) -> list[str]:
        """Its words as they stand there, in small letters."""
        return re.findall(r"[^\W_]+", f"{self.title} {self.text}".lower())

    @property
    def topics(self) -> list[str]:
        """What a topic may be called that it is about: its tags, its first words, and two of them in a row."""
        words = self.words[:200]
        return list({*self.tags, *words, *(f"{one}-{two}" for one, two in pairwise(words))})


@dataclass(frozen=True, slots=True)
class Near:
    """One past post: how near it is (within one answer), by words (BM25), its thread and its author; and whether it is
    `alike`, so that it can be said to be about the same, or only the nearest there is."""

    post: int
    score: float
    words: float
    thread: int
    author: int
    alike: bool = True


def near(text: Text, viewer: Person | None, *, limit: int = NEAR, asked: Asked | None = None) -> list[Near]:
    """The posts nearest to a text that the viewer may see, by words and meaning, nearest first. `asked` is what
    `asked_of` makes of the text, where that is known already."""
    asked = asked or asked_of(text)
    ids = {one.post for one in best(asked, limit)} if asked else set()
    whole, title = meant(text)
    if whole is not None:
        ids.update(_named(whole))
    idf = vector(asked.idf if asked else {})
    rows = _scored(ids, idf, (whole, title or whole), viewer)
    scores = _joined([row[3] for row in rows], [row[4] for row in rows])
    half = (K1 + 1) / 2 * sum(asked.idf.values()) if asked else 0.0
    found = [
        Near(row[0], score, row[3], row[1], row[2], _is_alike(row[3], row[4], half))
        for row, score in zip(rows, scores, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.score, -one.post))[:limit]


def _is_alike(words: float, meaning: float | None, half: float) -> bool:
    """`half` is what half of the words that are known here would give at most: little, where little was shared."""
    if meaning is None:
        return words >= min(WORDS_ALONE, half)
    cosine = meaning / (2 + _meaning()[1])
    return cosine >= LEAST_MEANING and cosine + words / OF_WORDS >= ALIKE[reads(settings.ENCODER)]


def meant(text: Text) -> tuple[str | None, str | None]:
    """What a text means, and what its title does, as PostgreSQL reads vectors; None where nothing is known."""
    model = encoder()
    if model is None:
        return None, None
    texts = [whole_of(text.title, text.text)]
    texts += [text.title] if text.title and _meaning()[1] else []
    rows = [as_text(row) for row in model.encode(texts)]
    return rows[0], rows[-1]


def _meaning() -> tuple[float, float]:
    return READ if reads(settings.ENCODER) else AVERAGED


def near_by_words(text: Text, *, limit: int, finding: int = _FINDING) -> list[tuple[int, float]]:
    """(post, BM25) of the nearest public posts by words alone; any of the rarest terms finds, in so many posts."""
    asked = asked_of(text, finding)
    ranked = {one.post: one.score for one in best(asked, limit)} if asked else {}
    public = ask(_PUBLIC, {"ids": list(ranked)})
    return sorted(((post, ranked[post]) for (post,) in public), key=lambda row: (-row[1], -row[0]))


def asked_of(text: Text, finding: int = _FINDING) -> Asked | None:
    """The question for the index: terms weigh by what they say; None where no word is known."""
    unsaved = Post(title=text.title, text=text.text, tags=list(text.tags), language=text.language)
    words, _length, _language = words_of(unsaved)
    weights = {term: often / (often + K1) for term, often in words.items()}
    return like(weights, known(), least=1, finding=(_TERMS, finding))


def title_of(text: Text) -> set[int]:
    """The terms of its title; where it has none, of its first words."""
    _words, _length, language = words_of(
        Post(title=text.title, text=text.text[:_TELLS], language=text.language)
    )
    said = text.title or " ".join(text.text.split(None, _FIRST)[:_FIRST])
    return set(words_of(Post(title=said, language=language))[0])


def fading(post: int, now: datetime) -> float:
    """What something said in a post still counts, of one."""
    return exp(-max(0.0, (now - moment_of(post)).total_seconds() / 86400) / _FADING_DAYS)


def _named(whole: str) -> list[int]:
    found = nearest(whole, BY_MEANING)
    with transaction.atomic(), connection.cursor() as cursor:
        look_at(BY_MEANING)
        cursor.execute(found.sql, found.params)
        return [row[0] for row in cursor.fetchall()]


_PUBLIC = f"SELECT p.id FROM posts_post p WHERE p.id = ANY(%(ids)s) AND {gate(None).format(p='p')}"
_SCORES = """
SELECT p.id, p.thread, p.author_id, coalesce(-(i.weights <#> %(idf)s::text::sparsevec), 0),
       -((m.whole <#> %(whole)s::text::halfvec) + (coalesce(m.gist, m.whole) <#> %(whole)s::text::halfvec)
         + %(titles)s::float8 * (coalesce(m.gist, m.whole) <#> %(title)s::text::halfvec))
FROM posts_post p LEFT JOIN search_indexed i ON i.post_id = p.id
     LEFT JOIN search_meaning m ON m.post_id = p.id AND m.encoder = %(encoder)s
WHERE p.id = ANY(%(ids)s) AND p.audience < 3 AND {gate}"""


def _scored(
    ids: set[int], idf: str, meant: tuple[str | None, str | None], viewer: Person | None
) -> list[tuple[int, int, int, float, float | None]]:
    model = encoder()
    values: Mapping[str, object] = {
        "ids": list(ids),
        "idf": idf,
        "whole": meant[0],
        "title": meant[1],
        "titles": _meaning()[1],
        "encoder": model.name if model and meant[0] else "",
        "viewer": viewer.id if viewer else None,
    }
    allowed = f"({gate(viewer).format(p='p').replace('%s', '%(viewer)s')})"
    rows: list[tuple[int, int, int, float, float | None]] = ask(_SCORES.format(gate=allowed), dict(values))
    return rows


def _joined(words: Sequence[float], meanings: Sequence[float | None]) -> list[float]:
    """Both in standard deviations above the mean, added; what is not known counts as the mean."""
    weight, _titles = _meaning()
    return [word + weight * meaning for word, meaning in zip(z(words), z(meanings), strict=True)]
