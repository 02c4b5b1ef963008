"""Whom to ask: of those who have answered others before, who replied to this question within thirty days.

As in a network that is there for some time, how much each thing counts is learned from what was answered before: the
newest questions of the time that is tuned on, and those that are tested, a month after they were asked.
"""

import random
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from bench.matching.alike import say
from bench.matching.community import Replay
from bench.matching.figures import Figure, figures, first, gini, hit, over
from bench.matching.formats import Thread, Threads
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.answerers.train_ranking import LEAST, MOST
from potluck.match.answerers.weights import Answered, Weights, learn, prior
from potluck.match.finders.routing import LOOKED_AT

WITHIN = timedelta(days=30)
MANY = 10_000
# Learned again after so many more, which at home is done each night.
AGAIN = 50
# So many questions of before teach at most.
BEFORE = 500


@dataclass(slots=True)
class Histories:
    """Who has replied to others, how often, up to a moment: walked once, in order of time."""

    threads: Sequence[Thread]
    counts: Counter[str] = field(default_factory=Counter)
    _waiting: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        said = (
            (reply.at, reply.user)
            for thread in self.threads
            for reply in thread.replies
            if reply.user != thread.asker
        )
        self._waiting = sorted(said, reverse=True)

    def candidates(self, moment: datetime, asker: str) -> set[str]:
        """Those with two or more replies to others before a moment."""
        while self._waiting and self._waiting[-1][0] < moment:
            self.counts[self._waiting.pop()[1]] += 1
        return {user for user, times in self.counts.items() if times >= 2 and user != asker}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that is tried: who may be asked, who replied, and the three most active at the time."""

    thread: Thread
    candidates: frozenset[str]
    right: frozenset[str]
    busiest: tuple[str, ...]


def questions(community: Threads, span: tuple[datetime, datetime]) -> list[Asked]:
    """The questions of a span whom a candidate answered in time; a sample where the folder wants one."""
    histories = Histories(community.threads)
    found = []
    for thread in community.threads:
        if span[0] <= thread.at < span[1]:
            candidates = histories.candidates(thread.at, thread.asker)
            right = {r.user for r in thread.replies if r.at <= thread.at + WITHIN} & candidates
            if right:
                busiest = sorted(candidates, key=lambda who: (-histories.counts[who], who))[:3]
                found.append(Asked(thread, frozenset(candidates), frozenset(right), tuple(busiest)))
    period = community.period
    if period.sample and len(found) > period.sample:
        found = random.Random(period.seed).sample(found, period.sample)
    return sorted(found, key=lambda one: (one.thread.at, one.thread.key))


@dataclass(slots=True)
class Learning:
    """Who was looked at for each question, and who answered: the weights that they teach, now and then."""

    seen: list[tuple[datetime, Answered]] = field(default_factory=list)
    weights: Weights = field(default_factory=lambda: prior(MOST))
    learned_from: int = 0

    def add(self, at: datetime, ranked: Sequence[Answerer], right: Collection[int]) -> None:
        """One question, as it stood when it was asked, with who answers it in the month after."""
        looked_at = ranked[:LOOKED_AT]
        answered = np.array([float(one.person in right) for one in looked_at])
        if answered.any():
            values = np.array([one.values for one in looked_at])
            self.seen.append((at + WITHIN, Answered(values, answered, np.zeros(len(answered)))))

    def by(self, now: datetime) -> Weights:
        """What is known at a moment."""
        known = [answered for until, answered in self.seen if until <= now]
        if len(known) >= max(LEAST, self.learned_from + AGAIN):
            self.weights, self.learned_from = learn(known[-MOST:], prior(MOST)), len(known)
        return self.weights


def routing(community: Threads, *, tune: bool = False) -> tuple[list[Figure], list[dict[str, float]]]:
    """The figures of one community, and those of each question."""
    replay = Replay(community)
    rows, asked, taken = [], [], []
    names = {person.id: name for name, person in replay.people.items()}
    tried = questions(community, community.period.tune if tune else community.period.test)
    tested = {one.thread.key for one in tried}
    before = [] if tune else questions(community, community.period.tune)[-BEFORE:]
    learning = Learning()
    for one in [*before, *tried]:
        replay.until(one.thread.at)
        weights = learning.by(one.thread.at)
        began = time.perf_counter()
        found = _ranked(replay, one.thread, weights)
        learning.add(one.thread.at, found, repliers(replay, one.thread))
        if one.thread.key in tested:
            taken.append(time.perf_counter() - began)
            ranked = [names[who.person] for who in found if names[who.person] in one.candidates]
            ranked += sorted(one.candidates.difference(ranked))
            rows.append(_row(ranked, one))
            asked.append(tuple(ranked[:5]))
    say("routing", taken)
    return [*figures("routing", rows), _spread(asked)], rows


def repliers(replay: Replay, thread: Thread) -> set[int]:
    """Who replied to it within thirty days, besides who asked."""
    within = {r.user for r in thread.replies if r.at <= thread.at + WITHIN}
    return {replay.people[user].id for user in within - {thread.asker}}


def _ranked(replay: Replay, thread: Thread, weights: Weights) -> list[Answerer]:
    text = Text(thread.title, thread.body, thread.tags)
    return rank_answerers(text, asker=replay.people[thread.asker], limit=MANY, at=thread.at, weights=weights)


def _row(ranked: list[str], one: Asked) -> dict[str, float]:
    right = set(one.right)
    row = {"mrr": first(ranked, right), "p@1": hit(ranked, right, 1)}
    row |= {"hit@5": hit(ranked, right, 5), "hit@10": hit(ranked, right, 10)}
    less = right.difference(one.busiest)
    if less:
        row["hit@5-without-top3"] = hit([who for who in ranked if who not in one.busiest], less, 5)
    return row


def _spread(asked: list[tuple[str, ...]]) -> Figure:
    """How unevenly the five asked are spread over those who were ever asked."""
    return over(
        "routing",
        "gini",
        asked,
        lambda rows: gini(list(Counter(who for five in rows for who in five).values())),
    )
