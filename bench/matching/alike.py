"""What was asked before: people's own words against answered questions, and related questions put in order."""

import sys
import time
from datetime import UTC, datetime, timedelta

from bench.matching.community import draft, empty, members, write
from bench.matching.figures import Figure, figures, first, hit
from bench.matching.formats import Answered, Similar
from potluck.posts.models import Kind
from potluck.search.similar import alike
from potluck.search.statistics import refresh_statistics

AN_HOUR = timedelta(hours=1)
BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
LIMIT = 125


def stackfaq(community: Answered) -> list[Figure]:
    """Every query held against all the answered questions, with their answers as replies."""
    empty()
    people = members(["asker", "knower"])
    asked = [
        draft(people["asker"], "", title=question, kind=Kind.QUESTION, published_at=BEGAN + n * AN_HOUR)
        for n, (_key, question, _answers) in enumerate(community.known)
    ]
    roots = write(asked)
    keys = {post.id: key for post, (key, _question, _answers) in zip(roots, community.known, strict=True)}
    write(
        [
            draft(people["knower"], text, kind=Kind.ANSWER, reply_to=root, published_at=root.published_at)
            for root, (_key, _question, answers) in zip(roots, community.known, strict=True)
            for text in answers
        ]
    )
    refresh_statistics(anew=True)
    rows, taken = [], []
    for query, right in community.queries:
        began = time.perf_counter()
        found = alike("", None, title=query, kinds={Kind.QUESTION}, limit=LIMIT)
        taken.append(time.perf_counter() - began)
        ranked = [keys[one.post] for one in found]
        rows.append(
            {"mrr": first(ranked, {right}), "p@1": hit(ranked, {right}, 1), "hit@5": hit(ranked, {right}, 5)}
        )
    say("stackfaq", taken)
    return figures("stackfaq", rows)


def semeval(community: Similar) -> list[Figure]:
    """The ten related questions of each new one put in order; the mean over all, those without a right one too."""
    empty()
    person = members(["somebody"])["somebody"]
    related = {one[0]: one for query in community.queries for one in query[3]}
    drafts = [
        draft(person, body, title=subject, kind=Kind.QUESTION, published_at=BEGAN + n * AN_HOUR)
        for n, (_key, subject, body, _rank, _right) in enumerate(related.values())
    ]
    posts = dict(zip(related, write(drafts), strict=True))
    keys = {post.id: key for key, post in posts.items()}
    refresh_statistics(anew=True)
    rows = []
    for _key, subject, body, these in community.queries:
        found = alike(body, None, title=subject, among=[posts[one[0]].id for one in these], limit=LIMIT)
        ranked = [keys[one.post] for one in found]
        right = {one[0] for one in these if one[4]}
        rows.append({"map": _precision(ranked, right)})
    return figures("semeval", rows)


def _precision(ranked: list[str], right: set[str]) -> float:
    """The mean precision at each right one."""
    places = [place for place, key in enumerate(ranked, 1) if key in right]
    return sum(n / place for n, place in enumerate(places, 1)) / len(right) if right else 0.0


def say(name: str, taken: list[float]) -> None:
    """How long it took, on the error stream."""
    ordered = sorted(taken) or [0.0]
    p50, p95 = ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.95)] * 1000
    print(f"  {name}: {len(taken)} asked, p50 {p50:.1f} ms, p95 {p95:.1f} ms", file=sys.stderr, flush=True)
