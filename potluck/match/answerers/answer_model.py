"""What each person tends to answer, whatever the nearest threads are: learned from who answered which of the last
thousands of threads.

Threads are rows of words, brought down to a few directions (latent semantic analysis, Deerwester and others 1990; by
random projection, Halko and others 2011), on which one ridge regression for each person is taught, newer threads
counting more. Only what everybody may see teaches. Kept by each process and learned anew now and then.

The same threads say in which words of a title each is versed (`language_model.py`).

With an encoder that reads, the same threads are also looked at by their meaning: `near` is a vote of each for those who
answered it, the nearer the more, and `lift` how much nearer than others those are that a person answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from potluck.lib.ids import first_id, moment_of
from potluck.lib.sql import ask
from potluck.match.answerers.language_model import WITHIN, Versed
from potluck.match.answers.open_questions import as_vector, idf_of, sparse
from potluck.search.encoder import encoder
from potluck.search.fusion import reads

Floats = NDArray[np.float64]

# The newest threads that somebody answered; fewer than the least say too little. Those of the last days still get
# their answers.
MOST, LEAST = 3000, 200
_OPEN = timedelta(days=7)
# How steeply a vote falls as meanings part (a cosine), and where it counts as one; so many answers of the usual kind
# are added to each person's, so that one answer alone does not lift them.
_STEEP, _FULL, _USUAL = 12.0, 0.6, 2.0
# Words fall into so many places, these into so many directions; how hard each person's weights are held back.
_PLACES, _DIRECTIONS, _HELD_BACK = 4096, 64, 3.0
_FADING_DAYS = 365.0
_OFTEN, _SELDOM = timedelta(days=1), timedelta(days=28)

_THREADS = f"""
SELECT p.id, i.weights::text FROM posts_post p JOIN search_indexed i ON i.post_id = p.id
WHERE p.reply_to_id IS NULL AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND p.id < %(before)s::bigint AND EXISTS (
    SELECT FROM posts_post r WHERE r.thread = p.id AND r.author_id <> p.author_id AND r.deleted_at IS NULL
    AND r.audience = 0)
ORDER BY p.id DESC LIMIT {MOST}
"""
_MEANT = """
SELECT post_id, whole::text, coalesce(gist, whole)::text FROM search_meaning
WHERE post_id = ANY(%(threads)s) AND encoder = %(encoder)s
"""
_WHO = f"""
SELECT DISTINCT p.thread, p.author_id FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.thread = ANY(%(threads)s) AND p.author_id <> root.author_id AND p.audience = 0 AND p.deleted_at IS NULL
  AND p.held_at IS NULL AND p.id < p.thread + {(int(WITHIN.total_seconds()) * 1000) << 16}
"""


@dataclass(frozen=True, slots=True)
class Bent:
    """`weights` has a column for each of `people`, a row for each direction and one for what they answer anyhow."""

    at: datetime
    threads: int = 0
    people: tuple[int, ...] = ()
    directions: Floats | None = None
    mean: Floats | None = None
    weights: Floats | None = None
    versed: Versed | None = None
    encoder: str = ""
    vectors: NDArray[np.float32] | None = None
    answered: Floats | None = None

    def by_meaning(self, vector: NDArray[np.float32], encoder: str) -> dict[int, tuple[float, float]]:
        """(near, lift) of each by a vector of this encoder; `near` is 1 for whom it speaks most."""
        if self.vectors is None or self.answered is None or encoder != self.encoder or not vector.any():
            return {}
        cosines = (self.vectors @ vector).astype(np.float64)
        near = np.exp(_STEEP * (cosines - _FULL)) @ self.answered
        often = self.answered.sum(axis=0)
        usual = float(cosines @ self.answered.sum(axis=1)) / (float(often.sum()) or 1.0)
        lift = (cosines @ self.answered + _USUAL * usual) / (often + _USUAL) - usual
        pairs = zip((near / (float(near.max()) or 1.0)).tolist(), lift.tolist(), strict=True)
        return dict(zip(self.people, pairs, strict=True))

    def of(self, words: Mapping[int, float]) -> dict[int, float]:
        """How likely each answers a text of these words (term to weight), 0 to 1; empty if little is known."""
        if self.directions is None or self.mean is None or self.weights is None or not words:
            return {}
        terms, values = np.array(list(words), dtype=np.int64), np.array(list(words.values()))
        row = _rows(np.zeros(len(words), dtype=np.int64), terms, values, 1)
        place = _even(row @ self.directions - self.mean)
        likely = (np.append(place[0], 1.0) @ self.weights).tolist()
        return dict(zip(self.people, likely, strict=True))

    def is_old(self, now: datetime) -> bool:
        """Whether so much happened since that it should be learned anew."""
        if self.versed and len(self.versed.threads) > 2 * MOST:
            return True
        return not timedelta(0) <= now - self.at < (_SELDOM if self.threads == MOST else _OFTEN)


_kept: Bent | None = None


def forget() -> None:
    """Learn anew at the next call, as when another network is asked for in the same process."""
    global _kept
    _kept = None


def bent(now: datetime) -> Bent:
    """What is known at a moment, or was not long before."""
    global _kept
    if _kept is None or _kept.is_old(now):
        _kept = _learned(now)
    return _kept


def _learned(now: datetime) -> Bent:
    found = ask(_THREADS, {"before": first_id(now - _OPEN)})
    if len(found) < LEAST:
        return Bent(now, len(found))
    keys = [key for key, _weights in found]
    pairs = [sparse(weights) for _key, weights in found]
    numbers = np.repeat(np.arange(len(found)), [len(one) for one in pairs])
    table = np.concatenate(pairs)
    terms, values = table[:, 0].astype(np.int64), table[:, 1]
    known, places = np.unique(terms, return_inverse=True)
    by_term, _counts = idf_of(known.tolist())
    values = values * np.array([by_term[term] for term in known.tolist()])[places]
    rows = _rows(numbers, terms, values, len(found))
    directions = _main(rows)
    mean = (rows @ directions).mean(axis=0)
    people, answered = _who(keys)
    ages = np.array([(now - moment_of(key)).total_seconds() / 86400 for key in keys])
    fading = np.exp(-ages / _FADING_DAYS)
    weights = _ridge(_even(rows @ directions - mean), answered, fading)
    return Bent(
        now,
        len(found),
        people,
        directions.astype(np.float64),
        mean.astype(np.float64),
        weights,
        _versed(now, keys, pairs, people, answered),
        *_meanings(keys, answered * fading[:, None]),
    )


def _versed(
    now: datetime, keys: list[int], words: list[Floats], people: tuple[int, ...], answered: Floats
) -> Versed:
    """Begun with the same threads; what was answered since they were, it takes in itself."""
    begun = Versed(now, now - _OPEN - WITHIN)
    rows, columns = np.nonzero(answered)
    answers = [(keys[row], people[column]) for row, column in zip(rows, columns, strict=True)]
    begun.learn(zip(keys, words, strict=True), answers)
    return begun


def _meanings(keys: list[int], answered: Floats) -> tuple[str, NDArray[np.float32] | None, Floats | None]:
    """The encoder, what each thread means (the whole and its title alike; unit length), and who answered it, fading."""
    model = encoder()
    if model is None or not reads(model.name):
        return "", None, None
    rows = np.zeros((len(keys), model.dimension), dtype=np.float32)
    places = {key: place for place, key in enumerate(keys)}
    for key, *meant in ask(_MEANT, {"threads": keys, "encoder": model.name}):
        for text in meant:
            if text is not None:
                rows[places[key]] += as_vector(text)
    known = np.asarray(rows.any(axis=1))
    return model.name, _even(rows).astype(np.float32), answered * known[:, None]


def _rows(
    numbers: NDArray[np.int64], terms: NDArray[np.int64], values: Floats, many: int
) -> NDArray[np.float32]:
    """Texts as rows of unit length. Words that fall into one place fall in with either sign, so that they even out."""
    rows = np.zeros((many, _PLACES), dtype=np.float32)
    signs = 1.0 - 2.0 * (terms // _PLACES % 2)
    np.add.at(rows, (numbers, terms % _PLACES), (values * signs).astype(np.float32))
    lengths = np.sqrt(np.bincount(numbers, values**2, many)) + 1e-6
    rows /= lengths[:, None].astype(np.float32)
    return rows


def _main(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which texts differ most, as columns."""
    many = min(_DIRECTIONS + 20, len(rows))
    chance = np.random.default_rng(1).standard_normal((rows.shape[1], many), dtype=np.float32)
    base = np.linalg.qr(rows @ chance)[0]
    for _turn in range(2):
        base = np.linalg.qr(rows @ (rows.T @ base))[0]
    return np.linalg.svd(base.T @ rows, full_matrices=False)[2][:_DIRECTIONS].T.copy()


def _even(rows: NDArray[np.floating]) -> Floats:
    """Of unit length."""
    whole = rows.astype(np.float64)
    return np.asarray(whole / (np.linalg.norm(whole, axis=1, keepdims=True) + 1e-9))


def _who(threads: list[int]) -> tuple[tuple[int, ...], Floats]:
    """Who answered which: a row for each thread, a column for each person."""
    pairs = ask(_WHO, {"threads": threads})
    people = {person: place for place, person in enumerate(sorted({person for _thread, person in pairs}))}
    rows = {thread: place for place, thread in enumerate(threads)}
    answered = np.zeros((len(threads), len(people)))
    for thread, person in pairs:
        answered[rows[thread], people[person]] = 1.0
    return tuple(people), answered


def _ridge(rows: Floats, answered: Floats, counting: Floats) -> Floats:
    """Ridge regression for all people at once; what somebody answers anyhow is not held back."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    square = (rows.T * counting) @ rows
    back = np.diag([_HELD_BACK] * (len(square) - 1) + [1e-6])
    return np.asarray(np.linalg.solve(square + back, (rows.T * counting) @ answered))
