"""Cold start: whom a young community asks, after its first 30, 100 and 300 questions.

Everything up to each question is there, and nothing later. The next hundred questions after so many that somebody here
already answered are tried: is one who answers within thirty days among the five likeliest, and at which place is the
first (MRR). People declare what they can help with from their tags: of each, the five most frequent on the questions
they answered among the first ones; communities without tags declare nothing. Beside it the plain ways: `declared`
topics that the question has, the `active`, who answered most so far, and `bm25`, a vote of the thirty nearest threads
by words for those who answered them.

The weights are those that come with Potluck, and, as `left-out`, with what answers teach learned from the other
communities alone.
"""

import os
import pickle
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.matching.community import Replay
from bench.matching.figures import Figure, figures, first, hit
from bench.matching.formats import Thread, Threads
from bench.matching.routing import repliers
from potluck.match.answerers.candidates import Text, near_by_words
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.answerers.weights import ESTABLISHED, Answered, Weights, learn, prior
from potluck.people.models import Person, Stage, Topic
from potluck.posts.models import Post

HISTORIES, TRIED, TOPICS, VOTING, ASKED = (30, 100, 300), 100, 5, 30, 5


@dataclass(frozen=True, slots=True)
class Case:
    """One question: the people who were here, best first by each way, and who answered."""

    site: str
    history: int
    right: frozenset[int]
    ranked: tuple[Answerer, ...]
    here: tuple[int, ...]
    ways: dict[str, list[int]] = field(default_factory=dict)


def cold_start(communities: Sequence[Threads]) -> list[Figure]:
    """Of each community alone; all must be there, as each is tried with what the others teach."""
    cases = [case for one in communities for case in cases_of(one)]
    if folder := os.environ.get("POTLUCK_CASES"):
        Path(folder, "cold_start.pickle").write_bytes(pickle.dumps(cases))
    found: list[Figure] = []
    for community in communities:
        others = [case for case in cases if case.site != community.name]
        taught = learn(_teaching(others), ESTABLISHED) if others else ESTABLISHED
        print(f"  without {community.name}: {np.round(taught.weights, 2)}", file=sys.stderr, flush=True)
        for history in HISTORIES:
            these = [case for case in cases if (case.site, case.history) == (community.name, history)]
            found += _figures(f"cold-start-{community.name}-{history}", these, prior(history, taught))
    return found


def cases_of(community: Threads) -> list[Case]:
    """What each way makes of the questions after so many first ones."""
    replay, found = Replay(community), []
    for history in HISTORIES:
        before = community.threads[:history]
        if len(before) < history:
            break
        replay.until(community.threads[history].at if history < len(community.threads) else before[-1].at)
        _declare(replay, before)
        tried = 0
        for thread in community.threads[history:]:
            replay.until(thread.at)
            right = repliers(replay, thread) & replay.heard
            if right:
                found.append(_case(replay, community.name, history, thread, right))
                tried += 1
            if tried == TRIED:
                break
    return found


def _declare(replay: Replay, threads: Sequence[Thread]) -> None:
    """What people say they can help with: their most frequent tags on what they answered."""
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for thread in threads:
        for user in {reply.user for reply in thread.replies} - {thread.asker}:
            tags[user].update(thread.tags)
    Topic.objects.all().delete()
    Topic.objects.bulk_create(
        Topic(person=replay.people[user], tag=tag, stage=Stage.HELPING)
        for user, often in tags.items()
        for tag, _times in sorted(often.items(), key=lambda row: (-row[1], row[0]))[:TOPICS]
    )


def _case(replay: Replay, site: str, history: int, thread: Thread, right: set[int]) -> Case:
    asker = replay.people[thread.asker]
    text = Text(thread.title, thread.body, thread.tags)
    ranked = rank_answerers(text, asker=asker, limit=1_000_000, at=thread.at, weights=prior(history))
    here = sorted(replay.heard - {asker.id})
    ways = {"declared": _declared(thread), "active": _active(replay), "bm25": _bm25(text, replay, asker)}
    return Case(site, history, frozenset(right), tuple(ranked), tuple(here), ways)


def _declared(thread: Thread) -> list[int]:
    counts = Counter(Topic.objects.filter(tag__in=thread.tags).values_list("person_id", flat=True))
    return _best(counts)


def _active(replay: Replay) -> list[int]:
    roots = {post.id: post.author_id for post in replay.roots.values()}
    answers = Post.objects.exclude(reply_to=None).values_list("author_id", "thread")
    return _best(Counter(person for person, thread in answers if roots.get(thread) != person))


def _bm25(text: Text, replay: Replay, asker: Person) -> list[int]:
    near = near_by_words(text, limit=VOTING * 3)
    threads = dict(Post.objects.filter(id__in=[post for post, _score in near]).values_list("id", "thread"))
    worth: dict[int, float] = {}
    for post, score in near:
        worth.setdefault(threads[post], score)
    worth = dict(list(worth.items())[:VOTING])
    votes: Counter[int] = Counter()
    roots = {post.id: post.author_id for post in replay.roots.values()}
    rows = Post.objects.filter(thread__in=worth).exclude(reply_to=None).values_list("thread", "author_id")
    for thread, person in set(rows):
        if person != roots.get(thread) and person != asker.id:
            votes[person] += worth[thread]  # type: ignore[assignment]
    return _best(votes)


def _best(counts: Counter[int]) -> list[int]:
    return sorted(counts, key=lambda person: (-counts[person], person))


def _teaching(cases: Iterable[Case]) -> list[Answered]:
    found = []
    for case in cases:
        looked_at = case.ranked[:40]
        right = np.array([float(one.person in case.right) for one in looked_at])
        if 0 < right.sum() < len(right):
            values = np.array([one.values for one in looked_at])
            found.append(Answered(values, right, np.zeros(len(right))))
    return found


def _figures(task: str, cases: Sequence[Case], left_out: Weights) -> list[Figure]:
    rows = []
    for case in cases:
        again = sorted(case.ranked, key=lambda one: -left_out.score(one.values))
        ways = {
            "": [one.person for one in case.ranked],
            "left-out-": [one.person for one in again],
            **{f"{name}-": people for name, people in case.ways.items()},
        }
        row = {}
        for name, people in ways.items():
            here = [person for person in people if person in set(case.here)]
            here += [person for person in case.here if person not in set(here)]
            row |= {
                f"{name}hit@{ASKED}": hit(here, set(case.right), ASKED),
                f"{name}mrr": first(here, set(case.right)),
            }
        rows.append(row)
    return figures(task, rows)
