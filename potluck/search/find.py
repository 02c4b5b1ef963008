"""Find posts for somebody by what they typed. Everything returned they may see.

Ranking looks at the index alone, then the best are taken through the gate, twice as many as a page needs, and
more where somebody may not see much. Posts with every word come first, then, if there are few, those with some.
A sentence without operators is searched as a question is: the threads most like it, by words and meaning, come first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.search.bm25 import Asked, Counts, Group, Scored, best, counted, known
from potluck.search.plan import Wish, all_words, some_words, wish
from potluck.search.query import Query
from potluck.search.similar import alike
from potluck.search.snippet import marked, snippet
from potluck.search.visibility import visible

LIMIT = 20
# How many of the ranked are taken through the gate at once, as a multiple of the page, growing each time.
_FIRST, _GROWTH, _ROUNDS = 2, 4, 4
_SOME_POSTS = 2000
# Of a sentence, so many of the threads most like it come before what has its words.
_NEAREST = 8


@dataclass(frozen=True)
class Hit:
    """One post found. `snippet` and `title` are HTML with the words marked; `partial`: it lacks some words."""

    post: int
    score: float
    title: Markup
    snippet: Markup
    partial: bool = False


@dataclass(frozen=True)
class Found:
    """A page of hits. `key` asks for the next page and is empty on the last; `note` says why nothing can fit."""

    hits: list[Hit] = field(default_factory=list)
    key: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Candidate:
    scored: Scored
    partial: bool

    @property
    def post(self) -> int:
        return self.scored.post

    @property
    def key(self) -> str:
        return f"{'s' if self.partial else 'a'}{self.scored.score!r}_{self.post}"


def find(query: Query, viewer: Person | None, *, limit: int = LIMIT, key: str = "") -> Found:
    """A page of what fits a query, best first; newest first where it has no words. A bad `key` is the start."""
    if not query:
        return Found()
    counts = known()
    wanted = wish(query, viewer, counts.languages)
    if wanted.hopeless:
        return Found(note=wanted.hopeless)
    counts = counted(counts, wanted.words)
    kept: dict[int, _Candidate] = {}
    for batch in _batches(wanted, counts, limit, _read_key(key)):
        things = visible([candidate.post for candidate in batch], wanted, viewer)
        for candidate in batch:
            if candidate.post in things:
                kept.setdefault(things[candidate.post], candidate)
        if len(kept) > limit:
            break
    page = list(kept.values())[:limit]
    more = page[-1].key if len(kept) > limit else ""
    if query.sentence and not key:
        nearest = [
            _Candidate(Scored(one.score, one.post), False)
            for one in alike(query.sentence, viewer, limit=_NEAREST)
        ]
        first = {candidate.post for candidate in nearest}
        page = [*nearest, *(candidate for candidate in page if candidate.post not in first)]
    return Found(_hits(page, frozenset().union(*wanted.words)), more)


def _batches(
    wanted: Wish, counts: Counts, limit: int, after: _Candidate | None
) -> Iterator[list[_Candidate]]:
    """What the index ranks: posts with all words and, if those do not fill a page, then posts with some."""
    size = (limit + 1) * _FIRST
    every = all_words(wanted, counts)
    if after and not after.partial:
        yield from _growing(every, size, after)
        return
    full = [_Candidate(one, False) for one in best(every, size)]
    if after is None and len(full) == size:
        yield full
        yield from _growing(every, size * _GROWTH, full[-1])
        return
    some = some_words(wanted, counts, _SOME_POSTS, but=frozenset(one.post for one in full))
    rest = _growing(some, size, after, partial=True) if some else iter(())
    yield ([] if after else full) + next(rest, [])
    yield from rest


def _growing(
    asked: Asked, size: int, after: _Candidate | None, *, partial: bool = False
) -> Iterator[list[_Candidate]]:
    """Ranked posts after one, more at a time each time."""
    for _ in range(_ROUNDS):
        ranked = [_Candidate(one, partial) for one in best(asked, size, after.scored if after else None)]
        yield ranked
        if len(ranked) < size:
            return
        after = ranked[-1]
        size *= _GROWTH


def _hits(candidates: Sequence[_Candidate], words: Group) -> list[Hit]:
    ids = [candidate.post for candidate in candidates]
    texts = {
        row[0]: row[1:]
        for row in Post.objects.filter(id__in=ids).values_list("id", "title", "text", "language")
    }
    hits = []
    for candidate in candidates:
        title, text, language = texts[candidate.post]
        hits.append(
            Hit(
                post=candidate.post,
                score=candidate.scored.score,
                title=marked(title, language, words),
                snippet=snippet(text, language, words),
                partial=candidate.partial,
            )
        )
    return hits


def _read_key(key: str) -> _Candidate | None:
    found = re.fullmatch(r"([as])(-?\d+(?:\.\d+)?(?:e-?\d+)?)_(\d{1,18})", key)
    return _Candidate(Scored(float(found[2]), int(found[3])), found[1] == "s") if found else None
