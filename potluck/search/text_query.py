"""From the words of a text to the question for the index: which of them find others about the same, and how they rank.

The terms that say most find, all its terms rank.
"""

from potluck.search.bm25 import Asked, Counts, counted

_KEY_TERMS = 20
_ALL_TERMS = 60
_KEY_POSTS = 1200


def like(
    weights: dict[int, float],
    counts: Counts,
    *,
    least: int,
    finding: tuple[int, int] = (_KEY_TERMS, _KEY_POSTS),
) -> Asked | None:
    """The question for posts about the same as a text whose terms weigh this much; None where no word is shared.

    A term counts if it is in at least `least` posts: 2 if the text is one of them. `finding` is how many terms find,
    while together they are in so few posts.
    """
    counts = counted(counts, [frozenset(weights)])
    shared = [term for term in weights if counts.having.get(term, 0) >= least]
    telling = {term: weights[term] * counts.idf(frozenset({term})) for term in shared}
    order = sorted(telling, key=lambda term: (-telling[term], term))[:_ALL_TERMS]
    terms, posts = finding
    some: set[int] = set()
    matched = 0
    for term in order[: terms * 2]:
        if len(some) < terms and (not some or matched + counts.having[term] <= posts):
            some.add(term)
            matched += counts.having[term]
    if not some:
        return None
    return Asked(every=(frozenset(some),), idf={term: telling[term] for term in order})
