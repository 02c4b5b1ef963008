"""The weights as the answers of this network taught them: who was looked at for each question, and who then answered.

Learned anew each night from the newest questions, in milliseconds; few answers move little of what comes with Potluck.
Only questions and answers that everybody may see teach; what spoke for each is what their asker might see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

import numpy as np
from django.conf import settings
from django.db import transaction

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.lib.ttl_cache import Kept
from potluck.match.answerers.language_model import WITHIN
from potluck.match.answerers.weights import FEATURES, Answered, Weights, learn, prior
from potluck.questions.models import Learned, Routing

# Fewer answered questions teach nothing, and only the newest so many do.
LEAST, MOST = 50, 1000
# A question is left some days to be answered. What spoke for people is forgotten when it is so old.
_LEFT, _KEPT = timedelta(days=7), timedelta(days=730)

_ROUTED = f"""
SELECT * FROM (
    SELECT r.question_id, r.people, r.cases,
           ARRAY(SELECT DISTINCT p.author_id FROM posts_post p
                 WHERE p.thread = r.question_id AND p.reply_to_id IS NOT NULL AND p.audience = 0
                   AND p.deleted_at IS NULL AND p.held_at IS NULL
                   AND p.id < r.question_id + {(int(WITHIN.total_seconds()) * 1000) << 16}) AS by,
           ARRAY(SELECT a.person_id FROM questions_ask a WHERE a.question_id = r.question_id AND a.round > 0) AS asked
    FROM questions_routing r JOIN posts_post q ON q.id = r.question_id
    WHERE r.question_id < %(before)s::bigint AND r.encoder = %(encoder)s
      AND q.audience = 0 AND q.deleted_at IS NULL AND q.held_at IS NULL
      AND cardinality(r.people) > 1 AND cardinality(r.cases) = cardinality(r.people) * {len(FEATURES)}) routed
WHERE by && people ORDER BY question_id DESC LIMIT %(most)s
"""


_ANSWERED_HERE = f"""
SELECT count(*) FROM (
    SELECT FROM posts_post q WHERE q.kind = 'question' AND q.reply_to_id IS NULL AND q.audience = 0
    AND q.deleted_at IS NULL AND EXISTS (
        SELECT FROM posts_post r WHERE r.thread = q.id AND r.author_id <> q.author_id AND r.deleted_at IS NULL
        AND r.audience = 0)
    LIMIT {MOST}) answered
"""


@transaction.atomic
def learn_from(now: datetime) -> Learned | None:
    """What the answers so far teach, kept; None, and nothing kept, where they are too few."""
    rows = ask(_ROUTED, {"before": first_id(now - _LEFT), "encoder": settings.ENCODER, "most": MOST})
    old = max([first_id(now - _KEPT), *(row[0] for row in rows[MOST - 1 :])])
    Routing.objects.filter(question_id__lt=old).exclude(cases=[]).update(cases=[])
    answered = [one for one in (_answered(*row[1:]) for row in rows) if 0 < one.right.sum() < len(one.right)]
    if len(answered) < LEAST:
        Learned.objects.filter(encoder=settings.ENCODER).delete()
        return None
    weights = learn(answered, prior(len(answered))).weights
    kept, _new = Learned.objects.update_or_create(
        encoder=settings.ENCODER, defaults={"powers": list(weights), "questions": len(answered), "at": now}
    )
    return kept


def _answered(people: list[int], cases: list[float], by: list[int], asked: list[int]) -> Answered:
    values = np.array(cases).reshape(len(people), len(FEATURES))
    known = ~np.isnan(values).any(axis=1)
    right, were_asked = np.isin(people, by).astype(float), np.isin(people, asked).astype(float)
    return Answered(values[known], right[known], were_asked[known])


def kept() -> Learned | None:
    """What was learned last with this encoder, if anything was."""
    found = Learned.objects.filter(encoder=settings.ENCODER).first()
    return found if found and len(found.powers) == len(FEATURES) else None


def _weights(found: Learned | None) -> Weights:
    return Weights(tuple(found.powers)) if found else prior(ask(_ANSWERED_HERE, ())[0][0])


# The weights to score by, as of the last hour.
weights_here = Kept(lambda: _weights(kept()), seconds=3600)


@dataclass(frozen=True, slots=True)
class Counts:
    """One of FEATURES: what one says of it makes somebody so many `times` as likely; `usual`, before learning."""

    code: str
    times: float
    usual: float


# What one says of each: all words of a topic, one standard deviation, a tenth of what is near, and ten answers.
_SO_MUCH = {"named": 1.0, "meaning": 1.0, "about": 1.0, "near": 2.0, "language": 1.0, "active": 2.4}


def what_counts(found: Learned | None) -> list[Counts]:
    """How much each thing counts by what was learned, most first."""
    usual = prior(found.questions) if found else _weights(None)
    rows = [
        Counts(code, exp(weight * _SO_MUCH[code]), exp(before * _SO_MUCH[code]))
        for code, weight, before in zip(FEATURES, _weights(found).weights, usual.weights, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.times)
