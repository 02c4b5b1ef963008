"""A list as a network of its own: each question is put before five, as the caps allow, and we see who really answered.

People are members from their first message on. A question is put before the five most likely who may still be asked
this week, and for whom it is worth a turn; the load of a month weighs against being asked again, as when asking for
real. For each cap: how often one
of the five replied within thirty days (of the questions whom a member replied to at all), the Gini of how often
members who replied five times or more were asked, and how often one of these was asked a week: mean, and 95 in 100.
`without-load` is by likelihood and cap alone. What counts is learned from the year before, and as it goes on.
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
from potluck.match.answerers.quota import BACK, ENOUGH, chances, is_turn
from potluck.match.answerers.ranking import Likely, likely
from potluck.match.finders.routing import AT_MOST, LOOKED_AT, MONTH, spread
from potluck.questions.preferences import MOST_A_WEEK

CAPS: tuple[int | None, ...] = (1, 2, 3, 5, None)
WEEK = timedelta(days=7)
STRETCH, YEAR = 26 * WEEK, 52 * WEEK


@dataclass(slots=True)
class Asking:
    """Who was asked when, under one cap."""

    cap: int | None
    load: bool = True
    asks: dict[int, deque[datetime]] = field(default_factory=dict)
    hits: list[float] = field(default_factory=list)
    often: Counter[int] = field(default_factory=Counter)

    def ask(self, ranked: Sequence[Likely], now: datetime, came: "Came") -> list[int]:
        """The five who are asked."""
        if self.cap and came.enough(now):
            said = chances(ranked)
            over = min(BACK, now - came.since)
            ranked = [
                one for one in ranked if is_turn(said[one.person], came.to(one.person, now), self.cap, over)
            ]
        take = dict.fromkeys((one.person for one in ranked), self.cap or MOST_A_WEEK)
        month = {one.person: self._since(one.person, now - MONTH) for one in ranked} if self.load else {}
        chosen = [
            person
            for person in spread(ranked, month, take)
            if self.cap is None or self._since(person, now - WEEK) < self.cap
        ][:AT_MOST]
        for person in chosen:
            self.asks.setdefault(person, deque(maxlen=200)).append(now)
            self.often[person] += 1
        return chosen

    def _since(self, person: int, moment: datetime) -> int:
        return sum(at > moment for at in self.asks.get(person, ()))


@dataclass(slots=True)
class Came:
    """The chances that came to each person lately, since a moment."""

    since: datetime
    chances: dict[int, deque[tuple[datetime, float]]] = field(default_factory=dict)
    questions: deque[datetime] = field(default_factory=lambda: deque(maxlen=1000))

    def to(self, person: int, now: datetime) -> list[float]:
        """Those of the last weeks."""
        return [chance for at, chance in self.chances.get(person, ()) if at > now - BACK]

    def enough(self, now: datetime) -> bool:
        """Whether so much came lately that there is not a turn for each."""
        return sum(at > now - BACK for at in self.questions) >= ENOUGH

    def add(self, ranked: Sequence[Likely], now: datetime) -> None:
        """One more question."""
        self.questions.append(now)
        for person, chance in chances(ranked).items():
            self.chances.setdefault(person, deque(maxlen=1000)).append((now, chance))


def replay(community: Threads, *, tune: bool = False) -> list[Figure]:
    """The figures for each cap, over all questions of half a year of the time that is tested."""
    start, end = stretch(community, tune=tune)
    network = Replay(community)
    learning = _learned_before(network, community, start)
    askings = [Asking(cap, load) for load in (True, False) for cap in CAPS]
    came = Came(start)
    seen: list[float] = []
    for thread in community.threads:
        if start <= thread.at < end:
            network.until(thread.at)
            _one(network, thread, learning, askings, came, seen)
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


def _looked_at(network: Replay, thread: Thread, learning: Learning) -> tuple[list[Likely], set[int]]:
    """Who is likely to know, as far as is learned by then, and who replied within thirty days."""
    asker = network.people[thread.asker]
    text = Text(thread.title, thread.body, thread.tags)
    ranked = likely(text, asker=asker, limit=LOOKED_AT, at=thread.at, by=learning.by(thread.at))
    right = repliers(network, thread)
    learning.add(thread.at, ranked, right)
    return ranked, right


def _one(
    network: Replay,
    thread: Thread,
    learning: Learning,
    askings: Sequence[Asking],
    came: Came,
    seen: list[float],
) -> None:
    ranked, right = _looked_at(network, thread, learning)
    if right:
        seen.append(float(not right.isdisjoint(network.heard)))
    right &= network.heard
    for asking in askings:
        chosen = asking.ask(ranked, thread.at, came)
        if right:
            asking.hits.append(float(not right.isdisjoint(chosen)))
    came.add(ranked, thread.at)


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
    name = (f"cap-{asking.cap}" if asking.cap else "no-cap") + ("" if asking.load else "-without-load")
    a_week = sorted(asking.often[person] / weeks for person in active) or [0.0]
    spread_ = gini([float(asking.often[person]) for person in active | set(asking.often)])
    most = a_week[int(len(a_week) * 0.95)]
    return [
        figure("replay", f"{name}-answered-by-asked", asking.hits),
        Figure("replay", f"{name}-gini", spread_, spread_, spread_),
        Figure("replay", f"{name}-asks-a-week-mean", mean(a_week), mean(a_week), mean(a_week)),
        Figure("replay", f"{name}-asks-a-week-p95", most, most, most),
    ]
