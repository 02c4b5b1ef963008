"""What is printed: each metric over its queries, with a 95 % bootstrap interval."""

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

RESAMPLES = 1000
K = TypeVar("K", bound=Hashable)
Mean = Callable[[Sequence[float]], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line."""

    task: str
    metric: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.task} {self.metric} {self.value:.3f} {self.low:.3f} {self.high:.3f}"


def mean(values: Sequence[float]) -> float:
    """Nothing where there is nothing."""
    return sum(values) / len(values) if values else 0.0


def figures(task: str, rows: Sequence[Mapping[str, float]]) -> list[Figure]:
    """The mean of each metric over queries that have it; a row holds the metrics of one query."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [figure(task, name, [row[name] for row in rows if name in row]) for name in names]


def figure(task: str, metric: str, values: Sequence[float]) -> Figure:
    """The mean of one metric."""
    return over(task, metric, list(values), mean)


def over(task: str, metric: str, rows: Sequence[K], of: Callable[[Sequence[K]], float]) -> Figure:
    """Any figure of a list of queries, which are what is drawn anew."""
    chance = random.Random(1)
    drawn = sorted(of(chance.choices(rows, k=len(rows))) for _ in range(RESAMPLES)) if rows else [0.0]
    low, high = drawn[int(len(drawn) * 0.025)], drawn[min(int(len(drawn) * 0.975), len(drawn) - 1)]
    return Figure(task, metric, of(rows) if rows else 0.0, low, high)


def first(ranked: Sequence[K], right: set[K]) -> float:
    """One over the place of the first right one."""
    return next((1 / place for place, one in enumerate(ranked, 1) if one in right), 0.0)


def hit(ranked: Sequence[K], right: set[K], among: int) -> float:
    """Whether one of the first few is right."""
    return float(any(one in right for one in ranked[:among]))


def recall(ranked: Sequence[K], right: set[K], among: int) -> float:
    """How many of the right ones are among the first."""
    return len(right.intersection(ranked[:among])) / len(right)


def gini(counts: Sequence[float]) -> float:
    """How unevenly something is spread: 0 is evenly, 1 is all to one."""
    ordered, total = sorted(counts), sum(counts)
    if not total:
        return 0.0
    weighted = sum(place * count for place, count in enumerate(ordered, 1))
    return 2 * weighted / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)
