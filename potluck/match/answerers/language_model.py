"""Who answers what is put in such words: how much oftener each word of a title is in what somebody answered than in
what others did.

A model of language for each person, of the threads they answered, smoothed towards everybody's (candidate models of
Balog, Azzopardi and de Rijke 2006, with the prior of Zhai and Lafferty 2001). Only the words of titles are asked for:
those of the whole text say little more. What was answered this week tells most, so each call takes in what is new.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.match.answers.open_questions import sparse

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

# So many threads of everybody's are added to each person's; tuned on rlist-geo, 2010 and 2011.
_USUAL = 80.0
_FADING_DAYS = 365.0
# What is answered later than this was perhaps not meant.
WITHIN = timedelta(days=30)
# Letters come in with the hour they were written, and what was held back with the hour it was sent: a day is looked at
# again each time, and of so much that is new no more than the newest.
_AGAIN, _MOST_NEW = timedelta(days=1), 5000

_NEW = f"""
SELECT p.thread, p.author_id FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.id > %(after)s::bigint AND p.id < %(before)s::bigint AND p.reply_to_id IS NOT NULL
  AND p.author_id <> root.author_id AND p.audience = 0 AND root.audience = 0 AND p.deleted_at IS NULL
  AND p.held_at IS NULL AND root.deleted_at IS NULL AND root.held_at IS NULL
  AND p.id < p.thread + {(int(WITHIN.total_seconds()) * 1000) << 16}
ORDER BY p.id DESC LIMIT {_MOST_NEW}
"""
_WORDS = "SELECT post_id, weights::text FROM search_indexed WHERE post_id = ANY(%(threads)s)"

# It is begun with the newest threads that somebody answered, except those that still get their answers, and anew after
# a day, or four weeks where there are many. Fewer than the least say too little.
MOST, LEAST = 3000, 200
_OPEN, _OFTEN, _SELDOM = timedelta(days=7), timedelta(days=1), timedelta(days=28)
_THREADS = f"""
SELECT p.id, i.weights::text FROM posts_post p JOIN search_indexed i ON i.post_id = p.id
WHERE p.reply_to_id IS NULL AND p.audience = 0 AND p.deleted_at IS NULL AND p.held_at IS NULL
  AND p.id < %(before)s::bigint AND EXISTS (
    SELECT FROM posts_post r WHERE r.thread = p.id AND r.author_id <> p.author_id AND r.deleted_at IS NULL
    AND r.audience = 0)
ORDER BY p.id DESC LIMIT {MOST}
"""
_WHO = f"""
SELECT DISTINCT p.thread, p.author_id FROM posts_post p JOIN posts_post root ON root.id = p.thread
WHERE p.thread = ANY(%(threads)s) AND p.author_id <> root.author_id AND p.audience = 0 AND p.deleted_at IS NULL
  AND p.held_at IS NULL AND p.id < p.thread + {(int(WITHIN.total_seconds()) * 1000) << 16}
"""


def _none() -> Numbers:
    return np.zeros(0, dtype=np.int64)


@dataclass(slots=True)
class LanguageModel:
    """`terms`, each with the number of the thread in which it `stands_in`; `answered` and `by`, a pair for each answer.

    Threads and people are numbered as they come. What a thread counts grows from the moment `at`, where it is one, so
    that it is the same as if what is older faded. `looked` is the moment up to which answers were looked at.
    """

    at: datetime
    looked: datetime
    terms: Numbers = field(default_factory=_none)
    stands_in: Numbers = field(default_factory=_none)
    answered: Numbers = field(default_factory=_none)
    by: Numbers = field(default_factory=_none)
    threads: dict[int, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    _pairs: set[tuple[int, int]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def learn(self, words: Iterable[tuple[int, Floats]], answers: Iterable[tuple[int, int]]) -> None:
        """Take in threads, with rows of (term, weight), and (thread, person) pairs; what is known is passed over."""
        terms, stands_in = [self.terms], [self.stands_in]
        for thread, rows in words:
            if thread not in self.threads:
                number = self.threads[thread] = len(self.threads)
                terms.append(rows[:, 0].astype(np.int64))
                stands_in.append(np.full(len(rows), number, dtype=np.int64))
        new = [pair for pair in dict.fromkeys(answers) if pair[0] in self.threads and pair not in self._pairs]
        if not new and len(terms) == 1:
            return
        self.terms, self.stands_in = np.concatenate(terms), np.concatenate(stands_in)
        self._pairs.update(new)
        answered = [self.threads[thread] for thread, _person in new]
        by = [self.people.setdefault(person, len(self.people)) for _thread, person in new]
        self.answered = np.concatenate([self.answered, np.array(answered, dtype=np.int64)])
        self.by = np.concatenate([self.by, np.array(by, dtype=np.int64)])

    def of(self, terms: Collection[int], now: datetime) -> dict[int, float]:
        """For each person the sum over these terms of log(how much oftener), as of `now`; 0 is as all do."""
        with self._lock:
            self._renew(now)
            return self._of(terms, now)

    def _renew(self, now: datetime) -> None:
        """Take in what was answered in public since the last time."""
        rows = ask(_NEW, {"after": first_id(self.looked - _AGAIN), "before": first_id(now)})
        new = [thread for thread in dict.fromkeys(row[0] for row in rows) if thread not in self.threads]
        words = ask(_WORDS, {"threads": new}) if new else []
        self.learn(((thread, sparse(weights)) for thread, weights in words), rows)
        self.looked = now

    def _of(self, terms: Collection[int], now: datetime) -> dict[int, float]:
        counts = _grown(np.array(list(self.threads), dtype=np.int64), self.at)[self.answered]
        one = float(_grown(np.array([first_id(now)]), self.at)[0])
        many = np.bincount(self.by, counts, len(self.people))
        found = np.zeros(len(self.people))
        for term in terms:
            here = np.zeros(len(self.threads))
            here[self.stands_in[self.terms == term]] = 1.0
            often = np.bincount(self.by, counts * here[self.answered], len(self.people))
            if often.any():
                usual = (often.sum() + one / 2) / (many.sum() + one)
                found += np.log((often / usual + _USUAL * one) / (many + _USUAL * one))
        return dict(zip(self.people, found.tolist(), strict=True))


def _grown(ids: Numbers, at: datetime) -> Floats:
    """What each of these things counts, of one at the moment `at`."""
    days = ((ids - first_id(at)) >> 16) / 86_400_000
    return np.asarray(np.exp(days / _FADING_DAYS))


# What each process knows: when it was begun, and with how many threads.
_kept: tuple[datetime, int, LanguageModel | None] | None = None


def language_model(now: datetime) -> LanguageModel | None:
    """The model as of a moment, or not long before; None where too few threads were answered."""
    global _kept
    if _kept is None or _is_old(_kept, now):
        found = ask(_THREADS, {"before": first_id(now - _OPEN)})
        _kept = (now, len(found), _begun(found, now) if len(found) >= LEAST else None)
    return _kept[2]


def forget() -> None:
    """Begin anew at the next call, as when another network is asked for in the same process."""
    global _kept
    _kept = None


def _is_old(kept: tuple[datetime, int, LanguageModel | None], now: datetime) -> bool:
    at, threads, model = kept
    if model and len(model.threads) > 2 * MOST:
        return True
    return not timedelta(0) <= now - at < (_SELDOM if threads == MOST else _OFTEN)


def _begun(found: list[tuple[int, str]], now: datetime) -> LanguageModel:
    model = LanguageModel(now, now - _OPEN - WITHIN)
    words = [(key, sparse(weights)) for key, weights in found]
    model.learn(words, ask(_WHO, {"threads": [key for key, _words in words]}))
    return model
