"""Who can help with a text: members, best first, each with what shows it best.

One ranking for all who ask: the page while a question is typed, those who are asked, a mailed question, the board of
open questions, first readers. How many are asked, and who has room, is for `quota.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from potluck.match.answerers.candidates import Text
from potluck.match.answerers.features import Candidate, gather_features
from potluck.match.answerers.train_ranking import weights_here
from potluck.match.answerers.weights import NEW, Weights, chance, without_activity
from potluck.people.models import Person

# From here on what somebody says of themselves comes near enough to be said: so many standard deviations beyond the
# first.
NEAR_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Answerer:
    """One person. `chance` that they can help, by evidence alone; `score` is log odds by all that counts.

    `reason` is data: `code` is declared, finding, answered, replied, shared, used, profile, or none where nothing
    speaks for them; `tag` is a topic they declare, `about` the post that shows it, which the asker may see. `values`
    are in the order of `weights.FEATURES`.
    """

    person: int
    score: float
    reason: dict[str, Any] = field(default_factory=dict)
    chance: float = 0.0
    values: tuple[float, ...] = ()

    @property
    def evidence_post(self) -> int | None:
        """The post that shows what they know."""
        return self.reason.get("about")

    @property
    def speaks(self) -> bool:
        """Whether anything speaks for them."""
        return self.reason.get("code") != "none"


def rank_answerers(
    text: Text,
    *,
    asker: Person | None,
    limit: int = 20,
    but: Collection[int] = (),
    at: datetime | None = None,
    weights: Weights | None = None,
) -> list[Answerer]:
    """Members, best first, without the asker and those in `but`; those for whom nothing speaks come last.

    Only what the asker may see counts. `at` is the moment fading counts from (now); `weights` are what this network
    learned.
    """
    by = weights or weights_here()
    found = [
        _ranked(one, by)
        for one in gather_features(text, asker, at or timezone.now())
        if one.person not in but
    ]
    return sorted(found, key=lambda one: (not one.speaks, -one.score, one.person))[:limit]


def _ranked(one: Candidate, by: Weights) -> Answerer:
    reason = {**reason_for(one), "who": one.person}
    return Answerer(
        one.person,
        by.score(one.values),
        reason,
        chance(NEW.score(without_activity(one.values))),
        one.values,
    )


def reason_for(one: Candidate) -> dict[str, Any]:
    """What shows best that they can help: a topic of theirs that the text names, what they did in a thread that is
    near, a topic or a profile that is near in meaning; whichever counts most."""
    named, meaning, about, near, _language, _active = (
        weight * value for weight, value in zip(NEW.weights, one.values, strict=True)
    )
    proof = max((one for one in one.proofs if one.alike), key=lambda one: (one.worth, one.post), default=None)
    found: list[tuple[float, dict[str, Any]]] = []
    if one.declared.named > 0 or one.declared.meaning >= NEAR_ENOUGH:
        code = "declared" if one.declared.can_help else "finding"
        found.append((named + meaning, {"code": code, "tag": one.declared.tag}))
    if proof is not None:
        found.append((near, {"code": proof.code, "about": proof.post}))
    if one.declared.about >= NEAR_ENOUGH:
        found.append((about, {"code": "profile"}))
    return max(found, key=lambda one: one[0])[1] if found else {"code": "none"}
