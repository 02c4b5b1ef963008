"""Past posts that are about the same as a text: what every ranking in this room begins with.

The word index and the index of meaning each name their nearest; each is then scored by both. Only what one viewer may
see is looked at, so that nothing said from it, nor who is named, tells them more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from django.db import connection, transaction

from potluck.kit.sql import ask
from potluck.people.models import Person
from potluck.posts.audience import gate
from potluck.posts.models import Post
from potluck.search.encoder import encoder
from potluck.search.index import K1, words_of
from potluck.search.meaning import as_text, whole_of
from potluck.search.rank import Asked, Counts, best, counted, known, vector

# How many past posts may speak for a text, and how many of them the index of meaning names.
NEAR, BY_MEANING = 400, 150
# How much meaning counts beside words; tuned on rlist-geo, 2010 and 2011.
MEANING = 0.5
# So many of the terms weigh; the rarest find, while together they are in so few posts.
_TERMS, _FINDING = 60, 3000


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


@dataclass(frozen=True, slots=True)
class Near:
    """One past post: how near it is (within one answer), by words (BM25), its thread and its author."""

    post: int
    score: float
    words: float
    thread: int
    author: int


def near(text: Text, viewer: Person | None, *, limit: int = NEAR) -> list[Near]:
    """The posts nearest to a text that the viewer may see, by words and meaning, nearest first."""
    asked = asked_of(text)
    ids = {one.post for one in best(asked, limit)} if asked else set()
    model = encoder()
    whole = as_text(model.encode([whole_of(text.title, text.text)])[0]) if model else None
    if whole is not None:
        ids.update(_named(whole))
    idf = vector(asked.idf if asked else {})
    rows = _scored(ids, idf, whole, viewer)
    scores = _joined([row[3] for row in rows], [row[4] for row in rows])
    found = [Near(row[0], score, row[3], row[1], row[2]) for row, score in zip(rows, scores, strict=True)]
    return sorted(found, key=lambda one: (-one.score, -one.post))[:limit]


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
    counts = counted(known(), [frozenset(words)])
    telling = {
        term: often / (often + K1) * counts.idf(frozenset({term}))
        for term, often in words.items()
        if counts.having.get(term)
    }
    order = sorted(telling, key=lambda term: (-telling[term], term))[:_TERMS]
    some = _finding(order, counts, finding)
    return Asked(every=(some,), idf={term: telling[term] for term in order}) if some else None


def _finding(order: Sequence[int], counts: Counts, most: int) -> frozenset[int]:
    """What tells most, while it is in few posts together."""
    some: set[int] = set()
    matched = 0
    for term in order:
        if not some or matched + counts.having[term] <= most:
            some.add(term)
            matched += counts.having[term]
    return frozenset(some)


def _named(whole: str) -> list[int]:
    model = encoder()
    size = model.dimension if model else 0
    sql = (
        f"SELECT post_id FROM search_meaning WHERE dimension = {size} AND encoder = %(encoder)s"
        f" ORDER BY whole::halfvec({size}) <#> %(whole)s::text::halfvec({size}) LIMIT {BY_MEANING}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {BY_MEANING}")
        cursor.execute(sql, {"encoder": model.name if model else "", "whole": whole})
        return [row[0] for row in cursor.fetchall()]


_PUBLIC = f"SELECT p.id FROM posts_post p WHERE p.id = ANY(%(ids)s) AND {gate(None).format(p='p')}"
_SCORES = """
SELECT p.id, p.thread, p.author_id, coalesce(-(i.weights <#> %(idf)s::text::sparsevec), 0),
       -((m.whole <#> %(whole)s::text::halfvec) + (coalesce(m.gist, m.whole) <#> %(whole)s::text::halfvec))
FROM posts_post p LEFT JOIN search_indexed i ON i.post_id = p.id
     LEFT JOIN search_meaning m ON m.post_id = p.id AND m.encoder = %(encoder)s
WHERE p.id = ANY(%(ids)s) AND {gate}"""


def _scored(
    ids: set[int], idf: str, whole: str | None, viewer: Person | None
) -> list[tuple[int, int, int, float, float | None]]:
    model = encoder()
    values: Mapping[str, object] = {
        "ids": list(ids),
        "idf": idf,
        "whole": whole,
        "encoder": model.name if model and whole else "",
        "viewer": viewer.id if viewer else None,
    }
    allowed = f"({gate(viewer).format(p='p').replace('%s', '%(viewer)s')})"
    rows: list[tuple[int, int, int, float, float | None]] = ask(_SCORES.format(gate=allowed), dict(values))
    return rows


def _joined(words: Sequence[float], meanings: Sequence[float | None]) -> list[float]:
    """Both in standard deviations above the mean, added; what is not known counts as the mean."""
    joined = []
    for word, meaning in zip(_even(words), _even(meanings), strict=True):
        joined.append(word + MEANING * meaning)
    return joined


def _even(values: Sequence[float | None]) -> list[float]:
    there = [value for value in values if value is not None]
    mean = sum(there) / len(there) if there else 0.0
    spread = sqrt(sum((value - mean) ** 2 for value in there) / len(there)) if there else 0.0
    return [(value - mean) / spread if value is not None and spread > 1e-9 else 0.0 for value in values]
