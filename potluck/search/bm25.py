"""Ask the index: which posts have these terms, best first. Who may see them is asked in `find.py`.

A GIN index finds the posts that have the terms, then only those are scored. A word that is in every fifth post
says little and matches much: it counts towards the score but need not be there.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import log
from typing import Any

from django.db import connection

from potluck.lib.ids import first_id
from potluck.lib.sql import Select, ask
from potluck.search.languages import FALLBACK
from potluck.search.tokens import DIMENSIONS

Group = frozenset[int]

# Above this share of all posts a word is too common to be required.
_COMMON = 0.2
_FEW = 50
# An older post counts a little less, 3 % a year, by its time-ordered id: so the order never shifts between pages.
_PER_ID = 0.03 / (365 * 24 * 3600 * 1000 << 16)

_ZERO = first_id(datetime(2020, 1, 1, tzinfo=UTC))

_SCORE = "-(weights <#> %(idf)s::sparsevec) * exp(%(per_id)s::float8 * (post_id - %(zero)s))"


@dataclass(frozen=True)
class Counts:
    """What is known of all posts: their number, the languages they are in, and how many have each term."""

    posts: int = 0
    languages: tuple[str, ...] = (FALLBACK,)
    having: Mapping[int, int] = field(default_factory=dict)

    def of(self, group: Group) -> int:
        """In how many posts at most any of these terms is."""
        return min(self.posts, sum(self.having.get(term, 0) for term in group))

    def idf(self, group: Group) -> float:
        """How much a word says that has these terms for its forms."""
        posts = self.of(group)
        return log(1 + (self.posts - posts + 0.5) / (posts + 0.5))

    def is_common(self, group: Group) -> bool:
        """Whether a word is in so many posts that requiring it narrows nothing."""
        return self.posts >= _FEW and self.of(group) > _COMMON * self.posts


@dataclass(frozen=True)
class Asked:
    """What the index is asked: each group of `every` met by a term, `some` and `no` of them, a span of ids.

    `idf` weighs the words; without any the newest come first. `within` selects ids to stay among, `but` are ids
    to leave out.
    """

    every: tuple[Group, ...] = ()
    no: Group = frozenset()
    but: frozenset[int] = frozenset()
    idf: Mapping[int, float] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    within: tuple[Select, ...] = ()


@dataclass(frozen=True)
class Scored:
    """One post as the index ranks it. Compares as the order of the list."""

    score: float
    post: int


def known() -> Counts:
    """The number and languages of all posts, as last counted."""
    rows = ask("SELECT posts, languages FROM search_corpus WHERE id = 1", ())
    return Counts(rows[0][0], tuple(rows[0][1]) or (FALLBACK,)) if rows else Counts()


def counted(counts: Counts, groups: Iterable[Group]) -> Counts:
    """The same, with how many posts have each of these terms."""
    terms = [term for group in groups for term in group]
    found = ask("SELECT term, posts FROM search_term WHERE term = ANY(%s)", [terms])
    return Counts(counts.posts, counts.languages, dict(found))


def best(asked: Asked, limit: int, after: Scored | None = None) -> list[Scored]:
    """The best posts, or the newest where no words are asked; `after` is the last one of the page before."""
    score = _SCORE if asked.idf else "0::float8"
    where, values = _conditions(asked)
    values |= {"idf": vector(asked.idf), "per_id": _PER_ID, "zero": _ZERO, "limit": limit}
    later = ""
    if after and not asked.idf:
        until = after.post if asked.until is None else min(asked.until, after.post)
        return best(replace(asked, until=until), limit)
    if after:
        later = "WHERE (score, post_id) < (%(score)s::float8, %(post)s)"
        values |= {"score": after.score, "post": after.post}
    inner = f"SELECT post_id, {score} AS score FROM search_indexed WHERE {where}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT score, post_id FROM ({inner}) AS found {later}"
            " ORDER BY score DESC, post_id DESC LIMIT %(limit)s",
            values,
        )
        return [Scored(*row) for row in cursor.fetchall()]


def selected(asked: Asked, limit: int, name: str) -> Select:
    """A SELECT of the ids of the best posts, to be part of a larger statement; `name` keeps its values apart."""
    where, values = _conditions(asked)
    values |= {"idf": vector(asked.idf)}
    renamed = {f"{name}_{key}": value for key, value in values.items()}
    order = f"ORDER BY weights <#> %(idf)s::text::sparsevec LIMIT {limit:d}"
    sql = f"(SELECT post_id FROM search_indexed WHERE {where} {order})"
    return Select(re.sub(r"%\((\w+)\)s", rf"%({name}_\1)s", sql), renamed)


def ids_within(select: Select, ids: Iterable[int]) -> set[int]:
    """Those of these ids that a SELECT of ids gives."""
    with connection.cursor() as cursor:
        sql = f"SELECT id FROM unnest(%(ids)s::bigint[]) AS given(id) WHERE id IN ({select.sql})"
        cursor.execute(sql, {**select.params, "ids": list(ids)})
        return {row[0] for row in cursor.fetchall()}


def _conditions(asked: Asked) -> tuple[str, dict[str, Any]]:
    clauses: list[str] = []
    values: dict[str, Any] = {}
    for number, group in enumerate(asked.every):
        clauses.append(f"terms && %(every{number})s::int[]")
        values[f"every{number}"] = sorted(group)
    if asked.no:
        clauses.append("NOT terms && %(no)s::int[]")
        values["no"] = sorted(asked.no)
    if asked.but:
        clauses.append("post_id <> ALL(%(but)s)")
        values["but"] = sorted(asked.but)
    for name, sign in (("since", ">="), ("until", "<")):
        if getattr(asked, name) is not None:
            clauses.append(f"post_id {sign} %({name})s")
            values[name] = getattr(asked, name)
    for select in asked.within:
        clauses.append(f"post_id IN ({select.sql})")
        values |= select.params
    return " AND ".join(clauses) or "true", values


def vector(idf: Mapping[int, float]) -> str:
    """Weights of terms as PostgreSQL reads a sparsevec."""
    return f"{{{','.join(f'{term}:{weight:.4f}' for term, weight in idf.items())}}}/{DIMENSIONS}"
