"""A list as a network of its own: each question is put before a few, as the caps allow, and we see who really answered.

People are members from their first message on. A question is put before the likeliest who may still be asked this week
and for whom it is worth a turn, as few as it takes, as when asking for real. For each cap: how often one of them
replied within thirty days (of the questions whom a member replied to at all), how many were asked, the Gini of how
often members who replied five times or more were asked, and how often one of these was asked a week: mean, and 95 in
100. What counts is learned from the year before, and as it goes on.
"""

import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.matching.community import Replay
from bench.matching.figures import Figure, figure, gini, mean
from bench.matching.formats import Thread, Threads
from bench.matching.routing import BEFORE, Learning, questions, repliers
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.quota import WEEK, enough, in_turn
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.finders.routing import LOOKED_AT
from potluck.questions.preferences import MOST_A_WEEK

CAPS: tuple[int | None, ...] = (1, 2, 3, 5, None)
STRETCH, YEAR = 26 * WEEK, 52 * WEEK


@dataclass(slots=True)
class Asking:
    """Who was asked when, under one cap."""

    cap: int | None
    asks: dict[int, deque[datetime]] = field(default_factory=dict)
    hits: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)
    often: Counter[int] = field(default_factory=Counter)

    def ask(self, ranked: Sequence[Answerer], now: datetime) -> list[int]:
        """Those who are asked."""
        take = dict.fromkeys((one.person for one in ranked), self.cap or MOST_A_WEEK)
        week = {one.person: self._since(one.person, now - WEEK) for one in ranked}
        room = [one for one in ranked if self.cap is None or week[one.person] < self.cap]
        turn = in_turn(room, week, take)
        chosen = [one.person for one in turn[: enough(turn)]]
        for person in chosen:
            self.asks.setdefault(person, deque(maxlen=200)).append(now)
            self.often[person] += 1
        self.many.append(len(chosen))
        return chosen

    def _since(self, person: int, moment: datetime) -> int:
        return sum(at > moment for at in self.asks.get(person, ()))


def replay(community: Threads, *, tune: bool = False) -> list[Figure]:
    """The figures for each cap, over all questions of half a year of the time that is tested."""
    start, end = stretch(community, tune=tune)
    network = Replay(community)
    learning = _learned_before(network, community, start)
    askings = [Asking(cap) for cap in CAPS]
    seen: list[float] = []
    for thread in community.threads:
        if start <= thread.at < end:
            network.until(thread.at)
            _one(network, thread, learning, askings, seen)
    active = _active(community, start, end, network)
    weeks = max(1.0, (end - start) / WEEK)
    lines = [line for asking in askings for line in _figures(asking, active, weeks)]
    return [figure("replay", "answered-by-somebody-known", seen), *lines]


def stretch(community: Threads, *, tune: bool = False) -> tuple[datetime, datetime]:
    """Half a year in one piece, as whom one asked lately counts; where it begins is drawn with the folder's seed."""
    start, end = community.period.tune if tune else community.period.test
    spare = max(timedelta(0), end - start - STRETCH)
    began = start + spare * random.Random(community.period.seed).random()
    return began, min(end, began + STRETCH)


def _learned_before(network: Replay, community: Threads, start: datetime) -> Learning:
    """What the questions of the year before taught."""
    learning = Learning()
    for one in questions(community, (start - YEAR, start))[-BEFORE:]:
        network.until(one.thread.at)
        _looked_at(network, one.thread, learning)
    return learning


def _looked_at(network: Replay, thread: Thread, learning: Learning) -> tuple[list[Answerer], set[int]]:
    """Who is likely to know, as far as is learned by then, and who replied within thirty days."""
    asker = network.people[thread.asker]
    text = Text(thread.title, thread.body, thread.tags)
    ranked = rank_answerers(text, asker=asker, limit=LOOKED_AT, at=thread.at, weights=learning.by(thread.at))
    right = repliers(network, thread)
    learning.add(thread.at, ranked, right)
    return ranked, right


def _one(
    network: Replay,
    thread: Thread,
    learning: Learning,
    askings: Sequence[Asking],
    seen: list[float],
) -> None:
    ranked, right = _looked_at(network, thread, learning)
    if right:
        seen.append(float(not right.isdisjoint(network.heard)))
    right &= network.heard
    for asking in askings:
        chosen = asking.ask(ranked, thread.at)
        if right:
            asking.hits.append(float(not right.isdisjoint(chosen)))


def _active(community: Threads, start: datetime, end: datetime, network: Replay) -> set[int]:
    """Who replied to somebody in the time that is tested, five times or more."""
    replies = Counter(
        network.people[reply.user].id
        for thread in community.threads
        for reply in thread.replies
        if start <= reply.at < end and reply.user != thread.asker
    )
    return {person for person, times in replies.items() if times >= 5}


def _figures(asking: Asking, active: set[int], weeks: float) -> list[Figure]:
    name = f"cap-{asking.cap}" if asking.cap else "no-cap"
    a_week = sorted(asking.often[person] / weeks for person in active) or [0.0]
    spread_ = gini([float(asking.often[person]) for person in active | set(asking.often)])
    most = a_week[int(len(a_week) * 0.95)]
    return [
        figure("replay", f"{name}-answered-by-asked", asking.hits),
        figure("replay", f"{name}-asked", asking.many),
        Figure("replay", f"{name}-gini", spread_, spread_, spread_),
        Figure("replay", f"{name}-asks-a-week-mean", mean(a_week), mean(a_week), mean(a_week)),
        Figure("replay", f"{name}-asks-a-week-p95", most, most, most),
    ]
