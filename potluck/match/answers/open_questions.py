"""All open questions, held in memory so that a share can be held against ten thousand of them in milliseconds.

Each process that asks keeps its own, brings it up to date at each call with what is new since, and makes it anew every
hour, when how common words are has moved and closed questions can go. About 4 KB a question.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import numpy as np
from numpy.typing import NDArray

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.questions.open_filter import STANDS
from potluck.search.bm25 import Counts, counted, known
from potluck.search.encoder import Encoder
from potluck.search.languages import language_of
from potluck.search.tokens import count

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]

# New questions are in a last part, which is made anew with each of them until it holds so many.
_LAST_PART = 100
_ANEW_SECONDS = 3600
# Where there are fewer, everything is made anew at each call.
_FEW = 50
# What is written at the same time is committed in any order; so far is looked back.
_BACK = timedelta(minutes=2)

# What is older when it comes, or is said in other words after so long, is there with the next hour.
NEW = timedelta(days=7)

_OPEN = f"""
SELECT i.post_id, p.author_id, p.title, p.language, i.weights::text, m.whole::text, m.gist::text, i.at
FROM posts_post p JOIN search_indexed i ON i.post_id = p.id
LEFT JOIN search_meaning m ON m.post_id = i.post_id AND m.encoder = %(encoder)s
WHERE p.kind = 'question' AND p.reply_to_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND {STANDS.format(q="p")} {{since}}
ORDER BY i.post_id
"""
_ALL = _OPEN.format(since="")
_SINCE = _OPEN.format(since="AND p.id > %(after)s AND i.at > %(since)s")


@dataclass(frozen=True, slots=True)
class Part:
    """Some questions: `vectors` has a row each, of unit length or zeros (not `known`), `total` is their sum.

    A term's postings lie between two of `starts` at its place in `terms`. Of each posting, `rows` is the question,
    `share` what the word is of the question (the squares add up to one), `weight` its BM25 weight without the idf,
    `title` what it is of the title (all words of one add up to one).
    """

    ids: Keys
    authors: Keys
    vectors: Floats
    known: NDArray[np.bool_]
    total: Floats
    terms: Keys
    starts: Keys
    rows: Keys
    share: Floats
    weight: Floats
    title: Floats


Row = tuple[int, int, str, str, str, str | None, str | None, datetime]


@dataclass(slots=True)
class _Held:
    encoder: str = ""
    parts: tuple[Part, ...] = ()
    last: list[Row] = field(default_factory=list)
    asked: datetime | None = None
    seen: set[tuple[int, datetime]] = field(default_factory=set)
    made: float = 0.0


_held = _Held()


def forget() -> None:
    """Make everything anew at the next call, as when another network is asked for in the same process."""
    global _held
    _held = _Held()


def open_questions(encoder: Encoder | None) -> tuple[Part, ...]:
    """Every open question, a tuple of parts; of a question that was changed the later part holds."""
    global _held
    name = encoder.name if encoder else ""
    few = sum(len(part.ids) for part in _held.parts) < _FEW
    if few or _held.encoder != name or time.monotonic() - _held.made > _ANEW_SECONDS:
        _held = _Held(encoder=name, made=time.monotonic())
    values: dict[str, object] = {"encoder": name}
    if _held.asked:
        values |= {"after": first_id(_held.asked - NEW), "since": _held.asked - _BACK}
    found = _SINCE if _held.asked else _ALL
    ((_held.asked,),) = ask("SELECT now()", ())
    rows = [cast(Row, row) for row in ask(found, values) if (row[0], row[7]) not in _held.seen]
    if rows:
        _add(_held, rows, encoder.dimension if encoder else 1)
    return _held.parts


def _add(held: _Held, rows: list[Row], dimension: int) -> None:
    held.seen |= {(row[0], row[7]) for row in rows}
    before = held.parts[:-1] if held.last else held.parts
    held.last += rows
    held.parts = (*before, _part(held.last, dimension))
    if len(held.last) >= _LAST_PART:
        held.last = []


def _part(rows: list[Row], dimension: int) -> Part:
    """Sorted by term, so that those of one lie together."""
    pairs = [sparse(row[4]) for row in rows]
    titles = [np.array(list(count(row[2], language_of(row[3], frozenset()))), dtype=np.int64) for row in rows]
    sizes = [len(one) for one in pairs]
    table = np.concatenate(pairs)
    terms, weights = table[:, 0].astype(np.int64), table[:, 1]
    numbers = np.repeat(np.arange(len(rows)), sizes)
    found, places = np.unique(terms, return_inverse=True)
    by_term, _counts = idf_of(found.tolist())
    idf = np.array([by_term[term] for term in found.tolist()])[places]
    named = np.concatenate(
        [np.isin(one[:, 0].astype(np.int64), title) for one, title in zip(pairs, titles, strict=True)]
    )
    order = np.argsort(places, kind="stable")
    vectors = _vectors([(row[5], row[6]) for row in rows], dimension)
    return Part(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        authors=np.array([row[1] for row in rows], dtype=np.int64),
        vectors=vectors,
        known=np.asarray(vectors.any(axis=1)),
        total=vectors.sum(axis=0),
        terms=found,
        starts=np.concatenate([[0], np.cumsum(np.bincount(places, minlength=len(found)))]).astype(np.int64),
        rows=numbers[order],
        share=(idf * weights / _totals((idf * weights) ** 2, numbers, len(rows)) ** 0.5)[order].astype(
            np.float32
        ),
        weight=weights[order].astype(np.float32),
        title=(idf * named / _totals(idf * named, numbers, len(rows)))[order].astype(np.float32),
    )


def _totals(values: NDArray[np.float64], numbers: Keys, many: int) -> NDArray[np.float64]:
    """What the values of each question come to, at each of them; one where that is nothing."""
    totals: NDArray[np.float64] = np.bincount(numbers, values, many).astype(np.float64)
    totals[totals == 0] = 1.0
    found: NDArray[np.float64] = totals[numbers]
    return found


def sparse(text: str) -> NDArray[np.float64]:
    """A sparsevec as PostgreSQL writes it, `{term:weight,…}/dimensions`, as rows of (term, weight)."""
    inner = text[1 : text.rindex("}")].replace(":", ",")
    return np.array(inner.split(",") if inner else [], dtype=np.float64).reshape(-1, 2)


def _vectors(texts: list[tuple[str | None, str | None]], dimension: int) -> Floats:
    """What each means, its title counting as much as the whole; zeros where nothing is known."""
    rows = np.zeros((len(texts), dimension), dtype=np.float32)
    for row, pair in zip(rows, texts, strict=True):
        for text in pair:
            if text is not None:
                row += as_vector(text)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    rows /= lengths
    return rows


def as_vector(text: str) -> Floats:
    """A vector as PostgreSQL writes it, `[value,…]`."""
    return np.array(text[1:-1].split(","), dtype=np.float32)


def idf_of(terms: Iterable[int]) -> tuple[dict[int, float], Counts]:
    """How much each of these terms says."""
    counts = counted(known(), [frozenset(terms)])
    return {term: counts.idf(frozenset({term})) for term in terms}, counts
