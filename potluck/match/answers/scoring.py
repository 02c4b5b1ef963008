"""Does a new share answer a question that still stands? Every open question is asked, and few are told.

Words and meaning are each made even over all open questions (how far above the usual, in standard deviations) and
added; a question that nobody answered yet, and a younger one, come a little before. That ranks. The chance that it
fits decides, by `verdict`: tell at once, offer in the digest, or silence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p

import numpy as np
from numpy.typing import NDArray

from potluck.lib.ids import moment_of
from potluck.lib.sql import ask
from potluck.match.answers.classifier import Gate
from potluck.match.answers.open_questions import Part, as_vector, idf_of, open_questions
from potluck.match.answers.passage import passage
from potluck.posts.models import Post
from potluck.questions.open_filter import STANDS
from potluck.search.embeddings import whole_of
from potluck.search.encoder import Encoder, encoder
from potluck.search.index import K1, words_of

Floats = NDArray[np.float64]

TELL, OFFER = 0.7, 0.35
# What counts how much. The first four are in standard deviations. Learned, by conditional logit, from all later
# answers (a day or more after the question) on three small question-and-answer sites of se-small; the last two are
# held below what was learned there, as a share from elsewhere comes whenever it comes.
BM25, TITLE, COSINE, MEANING = 0.2, 0.15, 0.5, 1.0
UNANSWERED, PER_LOG_DAY = 2.0, -0.3
# The usual mean and deviation of each, which counts as much as so many questions: so a few do not mislead.
_USUAL = {"bm25": (5.0, 4.0), "title": (0.15, 0.15), "cosine": (0.05, 0.04), "meaning": (0.05, 0.12)}
_AS_MANY = 20
# How many of the best are looked at again, with what only the database knows.
_AGAIN = 40

_STANDING = f"""
SELECT q.id, q.title, q.text, EXISTS (
    SELECT FROM posts_post r WHERE r.thread = q.id AND r.author_id <> q.author_id AND r.id < %(until)s
    AND r.deleted_at IS NULL)
FROM posts_post q WHERE q.id = ANY(%(ids)s) AND q.deleted_at IS NULL AND q.held_at IS NULL AND q.kind = 'question'
  AND {STANDS.format(q="q")}
"""
_MEANING = (
    "SELECT post_id, whole::text FROM search_meaning WHERE post_id = ANY(%(ids)s) AND encoder = %(encoder)s"
)

# What the gate looks at, see `_cases`.
FEATURES = ("score", "margin", "length")
# A fit is better than another question by so much at most as it is better than this: where there is one question,
# it is not a good fit for want of others.
_OTHERS = 3.0
# Learned from three small question-and-answer sites (se-small): 316 late first answers, and 1,262 unrelated replies
# whose own question was taken away, the best five questions of each. Verdicts teach it on (`gate.learn`).
GATE = Gate(
    FEATURES,
    mean=(4.231, -3.743, 4.787),
    spread=(1.823, 3.772, 0.8957),
    weights=(0.461, 3.167, 0.274),
    bias=-6.192,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """One open question a share may answer: the chance that it does (0 to 1), and the passage that fits.

    `case` are the values the gate looked at, in the order of FEATURES: a verdict on this fit teaches with them. `text`
    is the part of the score that words and meaning alone give.
    """

    question: int
    post: int
    score: float
    chance: float
    passage: str
    case: tuple[float, ...] = ()
    text: float = 0.0


@dataclass(frozen=True, slots=True)
class _Share:
    """A new share as it is held against questions."""

    post: Post
    words: Mapping[int, int]
    idf: Mapping[int, float]
    length: int
    language: str
    vector: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class _Scores:
    """How every question that may be meant does, a value each; `text` is all that words and meaning say."""

    ids: NDArray[np.int64]
    bm25: Floats
    title: Floats
    cosine: Floats
    meaning: Floats
    text: Floats


def verdict(chance: float) -> str:
    """What to do with a fit: "tell" the asker at once, "offer" it in their digest, or "silence"."""
    return "tell" if chance >= TELL else "offer" if chance >= OFFER else "silence"


def fits(posts: Sequence[Post], *, limit: int = 5, gate: Gate | None = None) -> list[Fit]:
    """The open questions of others, asked before them, that new posts may answer: at most `limit` each, best first.

    Who may see what is for the caller.
    """
    by = encoder()
    parts = open_questions(by)
    if not parts or not posts:
        return []
    found: list[Fit] = []
    for share in _shares(posts, by):
        scores = _scores(share, parts)
        if scores is not None:
            found += _fits(share, scores, limit, gate or GATE, by)
    return found


def _shares(posts: Sequence[Post], by: Encoder | None) -> Iterable[_Share]:
    ids = [post.id for post in posts]
    known = dict(ask(_MEANING, {"ids": ids, "encoder": by.name})) if by else {}
    for post in posts:
        words, length, language = words_of(post)
        idf, _counts = idf_of(words)
        vector = None
        if by is not None:
            text = known.get(post.id)
            vector = as_vector(text) if text else by.encode([whole_of(post.title, post.text)])[0]
        yield _Share(post, words, idf, length, language, vector)


def _scores(share: _Share, parts: tuple[Part, ...]) -> _Scores | None:
    """All questions at once; None where there is none to be meant."""
    ids = np.concatenate([part.ids for part in parts])
    authors = np.concatenate([part.authors for part in parts])
    words = np.hstack([_words(share, part) for part in parts])
    # Of one that was changed, the later part holds.
    _unique, last = np.unique(ids[::-1], return_index=True)
    may = np.zeros(len(ids), dtype=bool)
    may[len(ids) - 1 - last] = True
    may &= (ids < share.post.id) & (authors != share.post.author_id)
    if not may.any():
        return None
    bm25, title, cosine = words[:, may]
    meaning = _meaning(share, parts, may)
    text = (
        BM25 * _even(bm25, "bm25") + TITLE * _even(title, "title")
        + COSINE * _even(cosine, "cosine") + MEANING * _even(meaning, "meaning")
    )  # fmt: skip
    return _Scores(ids[may], bm25, title, cosine, meaning, text)


def _words(share: _Share, part: Part) -> Floats:
    """BM25, the part of the title that is met, and the cosine of what is said: three rows of a value a question."""
    terms = np.array(sorted(share.words), dtype=np.int64)
    places = np.searchsorted(part.terms, terms)
    there = places < len(part.terms)
    there[there] = part.terms[places[there]] == terms[there]
    idf = np.array([share.idf[int(term)] for term in terms])
    often = np.array([share.words[int(term)] for term in terms], dtype=np.float64)
    said = idf * often / (often + K1)
    length = float(np.linalg.norm(said)) or 1.0
    starts, ends = part.starts[places[there]], part.starts[places[there] + 1]
    sizes = ends - starts
    chosen = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(sizes.sum())
    by_word = np.repeat(said[there], sizes)
    rows, number = part.rows[chosen], len(part.ids)
    return np.array(
        [
            np.bincount(rows, by_word * part.weight[chosen], number),
            np.bincount(rows, part.title[chosen], number),
            np.bincount(rows, by_word * part.share[chosen] / length, number),
        ]
    )


def _meaning(share: _Share, parts: tuple[Part, ...], may: NDArray[np.bool_]) -> Floats:
    """How near in meaning, with what all questions have in common taken away, of those that may be meant."""
    if share.vector is None or not share.vector.any():
        return np.zeros(int(may.sum()))
    number = sum(len(part.ids) for part in parts)
    usual = np.sum([part.total for part in parts], axis=0) / (number + _AS_MANY)
    own = share.vector - usual
    # (unit - usual) · own and |unit - usual|, without making that table, and reading the vectors once.
    pair = np.stack([own, usual], axis=1)
    with_own, with_usual = np.concatenate([part.vectors @ pair for part in parts])[may].T
    with_own = with_own - usual @ own
    known = np.concatenate([part.known for part in parts])[may]
    lengths = np.sqrt(np.maximum(known - 2 * with_usual + usual @ usual, 1e-6))
    near: Floats = (with_own / (lengths * max(float(np.linalg.norm(own)), 1e-6))).astype(np.float64)
    if known.any():
        near[~known] = near[known].mean()
    return near


def _even(values: Floats, name: str) -> Floats:
    """In standard deviations above the mean; the usual ones count as some questions more."""
    usual, spread = _USUAL[name]
    number = len(values) + _AS_MANY
    mean = (values.sum() + _AS_MANY * usual) / number
    square = (((values - mean) ** 2).sum() + _AS_MANY * (spread**2 + (usual - mean) ** 2)) / number
    even: Floats = (values - mean) / np.sqrt(square)
    return even


def _fits(share: _Share, scores: _Scores, limit: int, gate: Gate, by: Encoder | None) -> list[Fit]:
    order = np.argsort(-scores.text, kind="stable")[:_AGAIN]
    rows = {
        row[0]: row[1:] for row in ask(_STANDING, {"ids": scores.ids[order].tolist(), "until": share.post.id})
    }
    places = [int(place) for place in order if int(scores.ids[place]) in rows]
    if not places:
        return []
    ids = [int(scores.ids[place]) for place in places]
    cases = _cases(share, scores, places, [rows[key] for key in ids])
    chances = gate.chances(cases)
    best = sorted(range(len(ids)), key=lambda n: (-cases[n, 0], ids[n]))[:limit]
    found = []
    for n in best:
        title, text, _answered = rows[ids[n]]
        told = ""
        if verdict(float(chances[n])) != "silence":
            told = passage(share.post.text, f"{title}\n{text}", share.idf, share.language, by)
        case = tuple(float(value) for value in cases[n])
        found.append(
            Fit(ids[n], share.post.id, case[0], float(chances[n]), told, case, float(scores.text[places[n]]))
        )
    return found


def _cases(
    share: _Share, scores: _Scores, places: list[int], rows: Sequence[tuple[str, str, bool]]
) -> Floats:
    """What the gate looks at, a row a question, in the order of FEATURES."""
    now = moment_of(share.post.id)
    ages = [log1p(max(0.0, (now - moment_of(int(scores.ids[p]))).total_seconds() / 86400)) for p in places]
    open_ = [0.0 if row[2] else 1.0 for row in rows]
    score = scores.text[places] + UNANSWERED * np.array(open_) + PER_LOG_DAY * np.array(ages)
    best = [*np.sort(score)[::-1], _OTHERS]
    margin = score - np.maximum(np.where(score == best[0], best[1], best[0]), _OTHERS)
    return np.stack([score, margin, np.full(len(places), log(1 + share.length))], axis=1)
