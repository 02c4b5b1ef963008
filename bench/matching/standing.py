"""Standing questions: an answer that came a day or more later, its text alone, held against all that was asked before.

`standing` ranks; `alerts` asks whether somebody should be told. Events are first answers by somebody else, of twelve
words or more. For alerts each event brings four unrelated later replies; the gate is learned on four fifths of the
events and tried on the last, in turn. A right alert brings the event's answer to its question; a wrong one brings an
unrelated reply to it. `alerts-any` is harder: an alert to whichever question fits best is counted, and what the
unrelated replies really answer is taken away, so that any alert from them is wrong.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bench.matching.alike import say
from bench.matching.community import Replay
from bench.matching.figures import Figure, figures, first, hit, over
from bench.matching.formats import Thread, Threads
from potluck.lib.ids import new_id
from potluck.match.answers import open_questions
from potluck.match.answers.classifier import Gate, learn
from potluck.match.answers.open_questions import forget
from potluck.match.answers.scoring import FEATURES, Fit, fits
from potluck.posts.models import Kind, Post

DAY, AGES = timedelta(days=1), timedelta(days=36_500)
WORDS = 12
UNRELATED = 4
FOLDS = 5
ALL = 1_000_000
LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Event:
    """A reply as if it came from anywhere: held against everything asked before. `own` is what it really answers."""

    at: datetime
    user: str
    text: str
    own: str
    event: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the product made of it: (question, fit), best first."""

    event: Event
    site: str
    asked_at: datetime
    found: tuple[tuple[str, Fit], ...]

    @property
    def is_event(self) -> bool:
        return self.event.own == self.event.event


def first_answer(thread: Thread) -> Event | None:
    """The first answer by somebody else, if it came late and says something."""
    others = [reply for reply in thread.replies if reply.user != thread.asker]
    if not others or others[0].at - thread.at < DAY or len(others[0].body.split()) < WORDS:
        return None
    return Event(others[0].at, others[0].user, others[0].body, thread.key, thread.key)


def unrelated(community: Threads, events: Sequence[Event]) -> Iterator[Event]:
    """Four later replies to others for each event, drawn with seed 1."""
    chance = random.Random(1)
    replies = [
        (thread.key, reply)
        for thread in community.threads
        for reply in thread.replies
        if reply.user != thread.asker and len(reply.body.split()) >= WORDS
    ]
    asked = {thread.key: thread.at for thread in community.threads}
    for event in events:
        later = [(key, one) for key, one in replies if key != event.own and one.at > asked[event.own]]
        for key, one in chance.sample(later, min(UNRELATED, len(later))):
            yield Event(one.at, one.user, one.body, key, event.own)


def held(community: Threads) -> list[Held]:
    """Every event and unrelated reply of a site, held against its questions in the order of time."""
    forget()
    open_questions.NEW = AGES  # What comes here comes in the order of time, but with dates of long ago.
    replay = Replay(community)
    events = [event for thread in community.threads if (event := first_answer(thread))]
    keys: dict[int, str] = {}
    rows, taken = [], []
    for event in sorted(
        [*events, *unrelated(community, events)], key=lambda one: (one.at, one.own, one.event)
    ):
        replay.until(event.at)
        keys |= {post.id: key for key, post in replay.roots.items() if post.id not in keys}
        post = Post(
            id=new_id(event.at), author_id=replay.people[event.user].id, text=event.text, kind=Kind.ARTICLE
        )
        began = time.perf_counter()
        found = fits([post], limit=LOOKED_AT)
        taken.append(time.perf_counter() - began)
        if event.own == event.event:
            found = fits([post], limit=ALL)
        asked_at = replay.threads[event.event].at
        rows.append(Held(event, community.name, asked_at, tuple((keys[one.question], one) for one in found)))
    say(community.name, taken)
    return rows


def standing(rows: Sequence[Held]) -> list[Figure]:
    """How well the question is ranked, of all events, and of those after a week and a month; and by text alone."""
    told: list[Figure] = []
    for name, days in (("standing", 1), ("standing-7d", 7), ("standing-30d", 30)):
        late = [row for row in rows if row.is_event and row.event.at - row.asked_at >= timedelta(days=days)]
        ranked = [([key for key, _fit in row.found], {row.event.own}) for row in late]
        told += figures(
            name,
            [
                {"mrr": first(keys, own), "p@1": hit(keys, own, 1), "hit@3": hit(keys, own, 3)}
                for keys, own in ranked
            ],
        )
        alone = [sorted(row.found, key=lambda one: -one[1].text) for row in late]
        by_text = [
            {"mrr": first([key for key, _fit in one], {row.event.own})}
            for one, row in zip(alone, late, strict=True)
        ]
        told += figures(f"{name}-text-alone", by_text)
    return told


def alerts(rows: Sequence[Held]) -> list[Figure]:
    """How many of the events are told where four in five alerts are right."""
    events = sorted({(row.site, row.event.event) for row in rows})
    random.Random(1).shuffle(events)
    folds = {event: number % FOLDS for number, event in enumerate(events)}
    pairs, anywhere = [], []
    for fold in range(FOLDS):
        gate = taught([row for row in rows if folds[row.site, row.event.event] != fold])
        for row in rows:
            if folds[row.site, row.event.event] == fold:
                pairs.append(_pair(row, gate))
                anywhere.append(_best(row, gate))
    print(f"  what all of them together teach: {taught(rows)}", file=sys.stderr, flush=True)
    return [_recall("alerts", pairs), _recall("alerts-any", anywhere)]


def taught(rows: Sequence[Held]) -> Gate:
    """The gate that these teach, as verdicts would: each of the best few is right or not."""
    cases, right = [], []
    for row in rows:
        for key, fit in _few(row):
            cases.append(fit.case)
            right.append(float(row.is_event and key == row.event.own))
    return learn(FEATURES, np.array(cases), np.array(right))


def _few(row: Held) -> list[tuple[str, Fit]]:
    """The best few, without what an unrelated reply really answers."""
    return [(key, fit) for key, fit in row.found if row.is_event or key != row.event.own][:LOOKED_AT]


def _pair(row: Held, gate: Gate) -> tuple[float, bool, bool]:
    chance = next((_chance(fit, gate) for key, fit in row.found[:LOOKED_AT] if key == row.event.event), 0.0)
    return chance, row.is_event, row.is_event


def _best(row: Held, gate: Gate) -> tuple[float, bool, bool]:
    best = max(((_chance(fit, gate), key) for key, fit in _few(row)), default=(0.0, ""))
    return best[0], row.is_event and best[1] == row.event.own, row.is_event


def _chance(fit: Fit, gate: Gate) -> float:
    return float(gate.chances(np.array([fit.case]))[0])


def _recall(task: str, rows: list[tuple[float, bool, bool]]) -> Figure:
    return over(task, "recall@p80", rows, recall_at)


def recall_at(rows: Sequence[tuple[float, bool, bool]], precision: float = 0.8) -> float:
    """(chance, is right, is an event): the share of events told, at the longest cut that is precise enough."""
    events, right, best = sum(row[2] for row in rows), 0, 0
    ranked = sorted(rows, key=lambda row: (-row[0], row[1]))
    for told, row in enumerate(ranked, 1):
        right += row[1]
        if row[0] > 0 and right >= precision * told:
            best = right
    return best / max(1, events)
