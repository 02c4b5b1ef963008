"""Whose turn it is: who takes three questions a week is put before those that fit them best, not the first three.

What came to everybody in the last weeks is known from `Routing`, whether they were asked or not: a question is worth
one of somebody's turns if the chance that they answer it is among the best of that time, as many as they take. Later
rounds, when a question has waited, go past this.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from potluck.lib.ids import first_id, moment_of
from potluck.lib.sql import ask
from potluck.match.answerers.ranking import Likely
from potluck.match.answerers.weights import Powers
from potluck.posts.models import Post
from potluck.questions.capacity import takes
from potluck.questions.models import Routing

# How far back is looked, and no less far than a week.
BACK, LEAST = timedelta(days=28), timedelta(days=7)
# Where fewer questions came in that time, there is a turn for each.
ENOUGH = 30

_BEFORE = """
SELECT r.question_id, came.person, came.chance FROM questions_routing r
CROSS JOIN LATERAL unnest(r.people, r.chances) came(person, chance)
WHERE r.question_id > %(since)s::bigint AND r.question_id < %(question)s::bigint AND came.person = ANY(%(people)s)
"""


def chances(ranked: Sequence[Likely]) -> dict[int, float]:
    """What part of all that speaks for anybody speaks for each: so that questions can be held against one another."""
    total = sum(one.score for one in ranked) or 1.0
    return {one.person: one.score / total for one in ranked}


def weigh_again(powers: Powers, now: datetime) -> int:
    """What came lately, as these powers would have said it: else what was said by others is held against it. Returns
    how many questions were weighed."""
    lately = Routing.objects.filter(question_id__gt=first_id(now - BACK), encoder=settings.ENCODER)
    weighed = []
    for far in lately.exclude(cases=[]):
        scores = np.exp(np.array(far.cases).reshape(len(far.people), -1) @ np.array(powers.powers))
        if np.isfinite(scores).all():
            far.chances = (scores / scores.sum()).tolist()
            weighed.append(far)
    Routing.objects.bulk_update(weighed, ["chances"], batch_size=500)
    return len(weighed)


def is_turn(chance: float, before: Sequence[float], a_week: int, over: timedelta) -> bool:
    """Whether a chance is among the best of those that came `before`, as many as one takes in that time."""
    many = int(a_week * max(over, LEAST) / timedelta(days=7))
    return len(before) < many or (many > 0 and chance >= sorted(before, reverse=True)[many - 1])


def in_turn(question: Post, ranked: Sequence[Likely], now: datetime) -> list[Likely]:
    """Those of these people for whom this question is worth a turn, in the same order."""
    said = chances(ranked)
    values = {"since": first_id(now - BACK), "question": question.id, "people": list(said)}
    before: dict[int, list[float]] = {}
    keys = {question.id}
    for key, person, chance in ask(_BEFORE, values):
        before.setdefault(person, []).append(chance)
        keys.add(key)
    if len(keys) < ENOUGH:
        return list(ranked)
    over = now - moment_of(min(keys))
    take = takes(said)
    return [
        one for one in ranked if is_turn(said[one.person], before.get(one.person, ()), take[one.person], over)
    ]
