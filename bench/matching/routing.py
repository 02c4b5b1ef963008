"""Whom to ask: of those who have answered others before, who replied to this question within thirty days."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.matching.alike import say
from bench.matching.community import Replay
from bench.matching.figures import Figure, figures, first, gini, hit, over
from bench.matching.formats import Thread, Threads
from potluck.match.likely import likely
from potluck.match.near import Text

WITHIN = timedelta(days=30)
MANY = 10_000


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


def routing(community: Threads, *, tune: bool = False) -> tuple[list[Figure], list[dict[str, float]]]:
    """The figures of one community, and those of each question."""
    replay = Replay(community)
    rows, asked, taken = [], [], []
    names = {person.id: name for name, person in replay.people.items()}
    tried = questions(community, community.period.tune if tune else community.period.test)
    for one in tried:
        replay.until(one.thread.at)
        began = time.perf_counter()
        found = _ranked(replay, one.thread)
        taken.append(time.perf_counter() - began)
        ranked = [names[person] for person in found if names[person] in one.candidates]
        ranked += sorted(one.candidates.difference(ranked))
        rows.append(_row(ranked, one))
        asked.append(tuple(ranked[:5]))
    say("routing", taken)
    return [*figures("routing", rows), _spread(asked)], rows


def _ranked(replay: Replay, thread: Thread) -> list[int]:
    text = Text(thread.title, thread.body, thread.tags)
    asker = replay.people[thread.asker]
    return [one.person for one in likely(text, asker=asker, limit=MANY, at=thread.at)]


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
