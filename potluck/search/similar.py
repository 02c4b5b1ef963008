"""What is alike in words or in meaning: a question being written, and what was already shared.

The word index and the index of meaning each name their nearest. A reply stands for its thread: what is found is
the post that began it, with the reply that comes nearest as its `reply`. Each is scored by both (`fusion.py`),
within the candidates, and everything has passed the gate for the one who asks.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from potluck.lib.sql import Select, union
from potluck.people.models import Person
from potluck.posts.audience import Audience, gate
from potluck.posts.models import Kind
from potluck.search.bm25 import Asked, known, selected, vector
from potluck.search.embeddings import as_text, look_at, nearest, nearest_across, whole_of
from potluck.search.encoder import across_languages, encoder
from potluck.search.fusion import Likeness, joined, weights_for, z
from potluck.search.index import K1
from potluck.search.languages import language_of
from potluck.search.text_query import like
from potluck.search.tokens import count_tokens, facet, tokens

# How many the word index and the index of meaning each name.
NAMED = 60
# How a cosine across languages reads as one of MiniLM: see docs/performance.md.
ACROSS_AT, ACROSS_BY = 0.0, 1.25
# The weights of a text without words.
_NO_WORDS = "{}/1000000000"


@dataclass(frozen=True, slots=True)
class Alike:
    """A post that is alike. `score` compares within one answer alone; `words` (BM25) and `meaning` (a cosine, None
    where unknown) compare between answers. `reply` is the reply of its thread that made it so, if one did."""

    post: int
    score: float
    words: float
    meaning: float | None
    reply: int | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    post: int
    thread: int
    thing: int
    kind: str
    words: float
    whole: float | None
    gist: float | None
    titles: float | None
    across: float | None


@dataclass(frozen=True, slots=True)
class _Text:
    """A text made ready: the terms that find and weigh, and its vectors as PostgreSQL reads them."""

    asked: Asked | None
    whole: str | None
    title: str | None
    across: str | None


def alike(
    text: str,
    viewer: Person | None,
    *,
    kinds: Collection[str] | None = None,
    among: Collection[int] | None = None,
    title: str = "",
    language: str = "",
    limit: int = 10,
    named: int = NAMED,
) -> list[Alike]:
    """The threads most like a text that this person may see, best first, each thing once.

    `kinds` are those of the post that began the thread; `among` compares with these posts alone, each for itself
    and not for its thread. `title` weighs on its own where the text has one. `named` is how many candidates the
    words and the meaning name each.
    """
    asked = _ready(text, title, language)
    if among is not None:
        candidates = Select("SELECT unnest(%(among)s::bigint[])", {"among": list(among)})
    else:
        candidates = _candidates(asked, kinds, named)
    asking = Select(gate(viewer).replace("%s", "%(viewer)s"), {"viewer": viewer.id if viewer else None})
    rows = _scored(asked, candidates, asking, named, lift=among is None)
    return _best(rows, kinds, lift=among is None)[:limit]


def alike_for_all(text: str, *, title: str = "", language: str = "", limit: int) -> list[int]:
    """The same, whoever may see them: to be kept, and taken through the gate each time they are read."""
    asked = _ready(text, title, language)
    # A reply between few must not bring its thread nearer for everybody.
    open_ones = f"({{p}}.reply_to_id IS NULL OR {{p}}.audience < {Audience.NAMED:d})"
    anybody = Select(f"{{p}}.deleted_at IS NULL AND {{p}}.held_at IS NULL AND {open_ones}")
    rows = _scored(asked, _candidates(asked, None, NAMED), anybody, NAMED, lift=True)
    return [found.post for found in _best(rows, None, lift=True)[:limit]]


def _ready(text: str, title: str, language: str) -> _Text:
    both = whole_of(title, text)
    found = tokens(both)
    counts = count_tokens(found, language_of(language, frozenset(map(str.lower, found))))
    weights = {term: often / (often + K1) for term, often in counts.items()}
    model, across = encoder(), across_languages()
    texts = [both, title] if title and text else [both]
    vectors = [as_text(row) for row in model.encode(texts)] if model else [None]
    other = as_text(across.encode([both])[0]) if across else None
    return _Text(like(weights, known(), least=1), vectors[0], vectors[-1], other)


def _candidates(asked: _Text, kinds: Collection[str] | None, named: int) -> Select:
    parts = []
    if asked.asked is not None:
        parts.append(selected(asked.asked, named, "any"))
        if kinds is not None:
            narrowed = frozenset(facet("kind", kind) for kind in kinds)
            parts.append(selected(Asked((*asked.asked.every, narrowed), idf=asked.asked.idf), named, "kinds"))
    if asked.whole is not None:
        parts.append(nearest(asked.whole, named))
        if kinds is not None and set(kinds) == {Kind.QUESTION}:
            parts.append(nearest(asked.whole, named, asks=True))
    if asked.across is not None:
        parts.append(nearest_across(asked.across, named, foreign=asked.whole is not None))
    return union(parts) if parts else Select("SELECT 0 WHERE false")


_SCORES = """
WITH found(id) AS MATERIALIZED ({candidates}),
near AS MATERIALIZED (SELECT p.id, p.thread FROM posts_post p WHERE p.id IN (SELECT id FROM found) AND {gate}),
these AS MATERIALIZED (SELECT id FROM near {lifted})
SELECT p.id, p.thread, p.thing, p.kind, coalesce(-(i.weights <#> %(idf)s::text::sparsevec), 0),
       -(m.whole <#> %(whole)s::text::halfvec), -(m.gist <#> %(whole)s::text::halfvec),
       -(coalesce(m.gist, m.whole) <#> %(title)s::text::halfvec), -(m.across <#> %(across)s::text::halfvec)
FROM these JOIN posts_post p USING (id) LEFT JOIN search_indexed i ON i.post_id = p.id
     LEFT JOIN search_meaning m ON m.post_id = p.id AND m.encoder = %(encoder)s"""
_LIFTED = "UNION SELECT p.id FROM posts_post p WHERE p.id IN (SELECT thread FROM near) AND {gate}"


def _scored(asked: _Text, candidates: Select, allowed: Select, named: int, *, lift: bool) -> list[_Row]:
    """The candidates that pass `allowed`, a condition on `{p}`, with the posts that began their threads."""
    model = encoder()
    passing = f"({allowed.sql.format(p='p')})"
    values: dict[str, Any] = {
        "encoder": model.name if model else "",
        "whole": asked.whole,
        "title": asked.title,
        "across": asked.across,
        "idf": vector(asked.asked.idf) if asked.asked else _NO_WORDS,
    }
    lifted = _LIFTED.format(gate=passing) if lift else ""
    sql = _SCORES.format(candidates=candidates.sql, gate=passing, lifted=lifted)
    with transaction.atomic(), connection.cursor() as cursor:
        look_at(max(named, NAMED))
        cursor.execute(sql, {**candidates.params, **allowed.params, **values})
        return [_Row(*row) for row in cursor.fetchall()]


def _best(rows: Sequence[_Row], kinds: Collection[str] | None, *, lift: bool) -> list[Alike]:
    """Replies are put with what they reply to, where that may be seen; then everything is scored together."""
    by_id = {row.post: row for row in rows}
    replies: dict[int, list[_Row]] = {}
    stand_alone = []
    for row in rows:
        if lift and row.post != row.thread and row.thread in by_id:
            replies.setdefault(row.thread, []).append(row)
        elif kinds is None or row.kind in kinds:
            stand_alone.append(row)
    found = [_likeness(row, replies.get(row.post, [])) for row in stand_alone]
    weights = weights_for(settings.ENCODER)
    ranked = sorted(
        zip(joined(found, weights), stand_alone, found, strict=True), key=lambda one: (-one[0], -one[1].post)
    )
    once: dict[int, Alike] = {}
    for score, row, likeness in ranked:
        alike = Alike(
            row.post,
            score,
            likeness.by_words(weights),
            likeness.by_meaning(weights),
            _reply(row, replies.get(row.post, [])),
        )
        once.setdefault(row.thing, alike)
    return list(once.values())


def _likeness(row: _Row, replies: Sequence[_Row]) -> Likeness:
    return Likeness(
        words=row.words,
        reply_words=max((reply.words for reply in replies), default=0.0),
        whole=_meaning(row),
        gist=row.gist,
        titles=row.titles,
        reply=max((meaning for reply in replies if (meaning := _meaning(reply)) is not None), default=None),
        foreign=row.whole is None and row.across is not None,
    )


def _is_nearer(reply: _Row, root: _Row) -> bool:
    known = [_meaning(reply), _meaning(root)]
    if known[0] is None or known[1] is None:
        return reply.words > root.words
    return known[0] > max(known[1], root.gist or 0.0)


def _meaning(row: _Row) -> float | None:
    """A cosine; where one of the two is not in English, by what compares across languages, on the same scale."""
    if row.whole is not None or row.across is None:
        return row.whole
    return ACROSS_AT + ACROSS_BY * row.across


def _reply(root: _Row, replies: Sequence[_Row]) -> int | None:
    """The reply that comes nearest, by words and meaning; none where a share began the thread and is nearer."""
    if root.kind != Kind.QUESTION:
        replies = [reply for reply in replies if _is_nearer(reply, root)]
    if not replies:
        return None
    meanings = z([_meaning(reply) for reply in replies])
    both = zip(z([reply.words for reply in replies]), meanings, replies, strict=True)
    return max(both, key=lambda one: (one[0] + 2 * one[1], one[2].words, one[2].post))[2].post
