"""Does a new share answer a question that still stands? Every open question is asked, and few are told.

A score ranks; the chance that it fits decides, by `verdict`: tell at once, offer in the digest, or silence.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp

from potluck.kit.sql import ask
from potluck.match.near import Text
from potluck.posts.models import Kind, Post
from potluck.search.find import like
from potluck.search.index import K1, words_of
from potluck.search.rank import Asked, best, known
from potluck.search.tokens import facet

TELL, OFFER = 0.8, 0.4
PASSAGE = 400


@dataclass(frozen=True, slots=True)
class Fit:
    """One open question a share may answer: the chance that it does (0 to 1), and the passage that fits."""

    question: int
    post: int
    score: float
    chance: float
    passage: str


def verdict(chance: float) -> str:
    """What to do with a fit: "tell" the asker at once, "offer" it in their digest, or "silence"."""
    return "tell" if chance >= TELL else "offer" if chance >= OFFER else "silence"


def fits(posts: Sequence[Post], *, closed: Collection[int] = (), limit: int = 5) -> list[Fit]:
    """The open questions of others that new posts may answer, at most `limit` for each, best first.

    `closed` are questions that stand no longer. Who may see what is for the caller.
    """
    found: list[Fit] = []
    for post in posts:
        found += _fits(post, frozenset(closed), limit)
    return found


def _fits(post: Post, closed: frozenset[int], limit: int) -> list[Fit]:
    text = Text.of(post)
    counts, _length, _language = words_of(Post(title=text.title, text=text.text, tags=list(text.tags)))
    asked = like({term: often / (often + K1) for term, often in counts.items()}, known(), least=1)
    if asked is None:
        return []
    questions = Asked(
        every=(*asked.every, frozenset({facet("kind", Kind.QUESTION)})),
        but=closed | {post.id},
        idf=asked.idf,
        until=post.id,
    )
    ranked = best(questions, limit + 1)
    others = _not_by(post.author_id, [one.post for one in ranked])
    total = sum(asked.idf.values()) or 1.0
    return [
        Fit(one.post, post.id, one.score, _chance(one.score / total), post.text[:PASSAGE])
        for one in ranked
        if one.post in others
    ][:limit]


def _not_by(author: int, questions: list[int]) -> set[int]:
    sql = (
        "SELECT id FROM posts_post WHERE id = ANY(%(ids)s) AND author_id <> %(author)s AND deleted_at IS NULL"
    )
    return {row[0] for row in ask(sql, {"ids": questions, "author": author})}


def _chance(share: float) -> float:
    return 1 / (1 + exp(-(8 * share - 4)))
