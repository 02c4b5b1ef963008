"""How much each thing that speaks for a person counts: a score is a product of them, each to its power.

The powers that come with Potluck suit a mailing list and three small question-and-answer sites alike (rlist-geo, 2010
and 2011; se-small), for each kind of encoder: what is best for one of them is bad for the others. A network that has
answers of its own learns its own from them (`train_ranking.py`), by the same regression: conditional logit, where the
chance that it is this person, of those who were looked at, is their score, of the sum of all (McFadden 1974).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What is known of each person, in this order: the votes of near threads, as a part of the most anybody has; replies to
# others lately; days since the last; near things of their own; all replies ever, which hold old hands back a little;
# what they tend to answer (`answer_model.py`); how much they answered what is near in meaning, and how much nearer than
# others do; how versed they are in the words of the title (`language_model.py`).
FEATURES = ("votes", "lately", "since", "own", "ever", "bent", "near", "lift", "versed")
# What is added where nothing is known, so that it has a logarithm; None for what has one already.
_NOTHING = (0.02, 0.1, 1.0, 0.3, 1.0, 0.005, 0.003, None, None)
# In the place of the values of somebody of whom nothing was looked at.
UNKNOWN = (nan,) * len(FEATURES)
# How hard the powers are held to those they began with: some twenty to fifty answered questions pull half way.
PULL = 50.0
_STEPS, _ENOUGH, _ALIKE = 30, 1e-6, 1e-12


@dataclass(frozen=True, slots=True)
class Powers:
    """A power for each of FEATURES; so many `threads` have a vote."""

    threads: int
    powers: tuple[float, ...]

    def score(self, values: Sequence[float]) -> float:
        """Of the logarithms that `values_of` gives."""
        return exp(sum(power * value for power, value in zip(self.powers, values, strict=True)))


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered: `values` of those who were looked at, a row each, and who of them `right`ly was,
    and who of them was `asked` it: whoever is asked answers more, which says nothing of the rest."""

    values: Floats
    right: Floats
    asked: Floats


# Each of the four communities counts the same.
AVERAGED = Powers(150, (0.59, 0.53, -0.54, 0.10, -0.27, 0.08, 0.0, 0.0, 0.46))
READ = Powers(100, (0.50, 0.58, -0.53, 0.07, -0.17, 0.09, 0.0, 4.1, 0.41))


def values_of(**known: float) -> tuple[float, ...]:
    """What is known of somebody, by the names of FEATURES, as logarithms in their order."""
    return tuple(
        known[code] if least is None else log(max(0.0, known[code]) + least)
        for code, least in zip(FEATURES, _NOTHING, strict=True)
    )


def learn(answered: Sequence[Answered], start: Powers) -> Powers:
    """The powers that these questions teach; few move them little. Each needs somebody who is right."""
    table, right = _padded(answered)
    first = np.array([*start.powers, 0.0])
    spread = _spread(table)
    steps, begun = np.where(np.isnan(table), 0.0, table) / spread, first * spread
    held = np.full(len(begun), PULL / 4)
    nobody = np.isnan(table[:, :, 0])
    powers = begun
    best, slope, curve = _fit(steps, right, nobody, powers)
    for _step in range(_STEPS):
        move = np.linalg.solve(curve + np.diag(held), slope - held * (powers - begun))
        before = best - float(held @ (powers - begun) ** 2) / 2
        for _half in range(10):
            best, slope, curve = _fit(steps, right, nobody, powers + move)
            after = best - float(held @ (powers + move - begun) ** 2) / 2
            if after >= before:
                break
            move = move / 2
        powers = powers + move
        if after - before < _ENOUGH:
            break
    return replace(start, powers=tuple((powers / spread)[:-1].tolist()))


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
    steps: Floats, right: Floats, nobody: NDArray[np.bool_], powers: Floats
) -> tuple[float, Floats, Floats]:
    """The logarithm of how likely it was, and its slope and (negative) curve."""
    sums = np.where(nobody, -np.inf, steps @ powers)
    sums -= sums.max(axis=1, keepdims=True)
    chances = np.exp(sums)
    chances /= chances.sum(axis=1, keepdims=True)
    mean = np.einsum("qp,qpf->qf", chances, steps)
    slope = (np.einsum("qp,qpf->qf", right, steps) - mean).sum(axis=0)
    curve = np.einsum("qp,qpf,qpg->fg", chances, steps, steps, optimize=True) - mean.T @ mean
    return float((right * np.log(np.maximum(chances, 1e-12))).sum()), slope, curve
