"""From how well something fits to whether to say so: a chance between 0 and 1, from few numbers that add up.

Logistic regression, so that each weight can be read: so much more likely for one standard deviation more. It is learned
from cases that were judged, by `learn`, as often as one likes: it takes milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# As many judged cases as this pull the weights half way from those they began with.
PULL = 50.0
_STEPS = 30


@dataclass(frozen=True, slots=True)
class Gate:
    """`chance = 1 / (1 + exp(-(bias + Σ weight · (value - mean) / spread)))`, in the order of `names`."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def chances(self, rows: Floats) -> Floats:
        """The chance of each row of values; shape (n, len(names)) to (n,)."""
        steps = (rows - np.array(self.mean)) / np.array(self.spread)
        chances: Floats = 1 / (1 + np.exp(-np.clip(steps @ np.array(self.weights) + self.bias, -30, 30)))
        return chances


def learn(names: Sequence[str], rows: Floats, right: Floats, *, start: Gate | None = None) -> Gate:
    """The gate that these cases teach; with `start`, few cases move it little. `right` is 0 or 1 a row."""
    mean = np.array(start.mean) if start else rows.mean(axis=0)
    spread = np.array(start.spread) if start else np.maximum(rows.std(axis=0), 1e-6)
    steps = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    first = np.array([*start.weights, start.bias]) if start else np.zeros(len(names) + 1)
    held = np.full(len(first), PULL / 4 if start else 1.0)
    if not start:
        held[-1] = 1e-3
    weights = first.copy()
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(steps @ weights, -30, 30)))
        slope = steps.T @ (right - chances) - held * (weights - first)
        curve = (steps * (chances * (1 - chances))[:, None]).T @ steps + np.diag(held)
        weights = weights + np.linalg.solve(curve, slope)
    return Gate(tuple(names), _plain(mean), _plain(spread), _plain(weights[:-1]), float(weights[-1]))


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
