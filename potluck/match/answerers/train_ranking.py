"""The powers as the answers of this network taught them: who was looked at for each question, and who then answered.

Learned anew each night from the newest questions, in milliseconds; few answers move little of what comes with Potluck.
Only questions and answers that everybody may see teach; what spoke for each is what their asker might see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log

import numpy as np
from django.conf import settings
from django.db import transaction

from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.lib.ttl_cache import Kept
from potluck.match.answerers.language_model import WITHIN
from potluck.match.answerers.weights import AVERAGED, FEATURES, READ, Answered, Powers, learn
from potluck.questions.models import Learned, Routing
from potluck.search.fusion import reads

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


def usual() -> Powers:
    """The powers that come with Potluck, for the encoder there is."""
    return READ if reads(settings.ENCODER) else AVERAGED


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
    powers = learn(answered, usual()).powers
    kept, _new = Learned.objects.update_or_create(
        encoder=settings.ENCODER, defaults={"powers": list(powers), "questions": len(answered), "at": now}
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


def _powers(found: Learned | None) -> Powers:
    return Powers(usual().threads, tuple(found.powers)) if found else usual()


# The powers to score by, as of the last hour.
powers_here = Kept(lambda: _powers(kept()), seconds=3600)


@dataclass(frozen=True, slots=True)
class Counts:
    """One of FEATURES: twice as much of it makes a score so many `times` what it was; `usual`, with what comes along.

    Of `lift`, a cosine nearer by a tenth.
    """

    code: str
    times: float
    usual: float


def what_counts(found: Learned | None) -> list[Counts]:
    """How much each thing counts by what was learned, most first; what there never was is left out."""
    rows = [
        Counts(code, _times(code, power), _times(code, before))
        for code, power, before in zip(FEATURES, _powers(found).powers, usual().powers, strict=True)
        if before or abs(power) > 1e-9
    ]
    return sorted(rows, key=lambda row: -abs(log(row.times)))


def _times(code: str, power: float) -> float:
    return float(exp(power * 0.1) if code == "lift" else 2**power)
