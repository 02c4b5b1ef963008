"""How much each thing that speaks for a person counts: log odds that they can help, a weighted sum.

Where little was answered yet, what people say of themselves and what they shared decide (NEW, fitted to the allotments
in `bench/matching/networks`, with both encoders). What answers teach is added as they come: in a network with many of
them the weights are those that hold in four communities (ESTABLISHED: a mailing list and three small
question-and-answer sites), and in between they are in between. A network with answers of its own learns its own from
them (`train_ranking.py`) by conditional logit: the chance that it is this person, of those who were looked at, is the
exponential of their score, of the sum of all (McFadden 1974).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is known of each person, in this order: topics of theirs that the text names; topics near in meaning; their
# profile near in meaning; what they shared and answered near it; whether they answer what is put in such words; how
# much they answered of late (the logarithm of 1 + answers).
FEATURES = ("named", "meaning", "about", "near", "language", "active")
# In the place of the values of somebody of whom nothing was looked at.
UNKNOWN = (nan,) * len(FEATURES)
# How hard the weights are held to those they began with: some twenty to fifty answered questions pull half way.
PULL = 50.0
_STEPS, _ENOUGH, _ALIKE = 30, 1e-6, 1e-12


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each of FEATURES, and the log odds of somebody for whom nothing speaks."""

    weights: tuple[float, ...]
    bias: float = -4.2

    def score(self, values: Sequence[float]) -> float:
        """Log odds that somebody with these values can help."""
        return self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered: `values` of those who were looked at, a row each, and who of them `right`ly was,
    and who of them was `asked` it: whoever is asked answers more, which says nothing of the rest."""

    values: Floats
    right: Floats
    asked: Floats


NEW = Weights((1.4, 1.0, 1.1, 0.85, 0.3, 0.3))
ESTABLISHED = Weights((0.3, 0.2, 0.5, 0.4, 0.45, 0.6))
# With so many answered questions the weights are half way between the two.
HALF_WAY = 100


def prior(answered: int, established: Weights = ESTABLISHED) -> Weights:
    """The weights that come with Potluck, for a network in which so many questions were answered."""
    part = answered / (answered + HALF_WAY)
    pairs = zip(NEW.weights, established.weights, strict=True)
    return Weights(tuple(new + part * (old - new) for new, old in pairs))


def chance(score: float) -> float:
    """Of log odds."""
    return 1 / (1 + exp(-score))


def without_activity(values: Sequence[float]) -> tuple[float, ...]:
    """What is evidence: the same without how much somebody answers anyhow."""
    return (*values[:-1], 0.0)


def learn(answered: Sequence[Answered], start: Weights) -> Weights:
    """The weights that these questions teach; few move them little. Each needs somebody who is right."""
    table, right = _padded(answered)
    first = np.array([*start.weights, 0.0])
    spread = _spread(table)
    steps, begun = np.where(np.isnan(table), 0.0, table) / spread, first * spread
    held = np.full(len(begun), PULL / 4)
    nobody = np.isnan(table[:, :, 0])
    weights = begun
    best, slope, curve = _fit(steps, right, nobody, weights)
    for _step in range(_STEPS):
        move = np.linalg.solve(curve + np.diag(held), slope - held * (weights - begun))
        before = best - float(held @ (weights - begun) ** 2) / 2
        for _half in range(10):
            best, slope, curve = _fit(steps, right, nobody, weights + move)
            after = best - float(held @ (weights + move - begun) ** 2) / 2
            if after >= before:
                break
            move = move / 2
        weights = weights + move
        if after - before < _ENOUGH:
            break
    return replace(start, weights=tuple((weights / spread)[:-1].tolist()))


def _padded(answered: Sequence[Answered]) -> tuple[Floats, Floats]:
    """All as one table of (question, person, value), the last value being asked; nobody is NaN. And who was right."""
    most = max(len(one.values) for one in answered)
    table = np.full((len(answered), most, len(FEATURES) + 1), np.nan)
    right = np.zeros((len(answered), most))
    for row, one in enumerate(answered):
        table[row, : len(one.values)] = np.column_stack([one.values, one.asked])
        right[row, : len(one.values)] = one.right / one.right.sum()
    return table, right


def _spread(table: Floats) -> Floats:
    """How far the people of one question are from one another in each value, where they differ; 1 where they never do.

    What was known in few questions must not look small for it, and be held back less.
    """
    apart = np.nanvar(table, axis=1)
    differ = apart > _ALIKE
    spread = np.sqrt((apart * differ).sum(axis=0) / np.maximum(1, differ.sum(axis=0)))
    return np.where(differ.any(axis=0), spread, 1.0)


def _fit(
    steps: Floats, right: Floats, nobody: NDArray[np.bool_], weights: Floats
) -> tuple[float, Floats, Floats]:
    """The logarithm of how likely it was, and its slope and (negative) curve."""
    sums = np.where(nobody, -np.inf, steps @ weights)
    sums -= sums.max(axis=1, keepdims=True)
    chances = np.exp(sums)
    chances /= chances.sum(axis=1, keepdims=True)
    mean = np.einsum("qp,qpf->qf", chances, steps)
    slope = (np.einsum("qp,qpf->qf", right, steps) - mean).sum(axis=0)
    curve = np.einsum("qp,qpf,qpg->fg", chances, steps, steps, optimize=True) - mean.T @ mean
    return float((right * np.log(np.maximum(chances, 1e-12))).sum()), slope, curve
