"""What fits a search, newest first: for feeds, where the best of ten years ago is no news."""

from dataclasses import replace

from potluck.people.models import Person
from potluck.search.bm25 import Asked, best, known
from potluck.search.plan import wish
from potluck.search.query import Query
from potluck.search.visibility import visible

_ROUNDS = 5


def newest(query: Query, viewer: Person | None, *, limit: int, before: int | None = None) -> list[int]:
    """The ids of the newest posts with every word, older than `before`, that this person may see."""
    wanted = wish(query, viewer, known().languages)
    if not query or wanted.hopeless:
        return []
    until = min((end for end in (wanted.until, before) if end is not None), default=None)
    asked = Asked(
        every=(*wanted.words, *wanted.facets),
        no=wanted.no,
        since=wanted.since,
        until=until,
        within=wanted.within,
    )
    found: list[int] = []
    for turn in range(_ROUNDS):
        ranked = [scored.post for scored in best(asked, limit * 2 << turn)]
        seen = visible(ranked, wanted, viewer)
        found += [post for post in ranked if post in seen]
        if len(ranked) < limit * 2 << turn or len(found) >= limit:
            break
        asked = replace(asked, until=ranked[-1])
    return found[:limit]
