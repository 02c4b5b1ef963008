"""Texts with a natural distribution of words: Zipf–Mandelbrot over 80,000 made-up words.

Each text leans towards one of 200 subjects, so that words come together as they do in life.
"""

import itertools
import random

WORDS = 80_000
SUBJECTS = 200
SUBJECT_WORDS = 150


class Vocabulary:
    """Made-up words, the frequent ones short, and the subjects they belong to."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "on")]
        self.words = [self._word(rank, syllables) for rank in range(WORDS)]
        self.weights = list(itertools.accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(WORDS)))
        self.subjects = [chance.sample(range(200, WORDS // 4), SUBJECT_WORDS) for _ in range(SUBJECTS)]
        self.near = list(itertools.accumulate(1 / (rank + 1) for rank in range(SUBJECT_WORDS)))

    def _word(self, rank: int, syllables: list[str]) -> str:
        length = 1 if rank < 60 else 2 if rank < 3000 else 3 if rank < 30_000 else 4
        return "".join(self.chance.choices(syllables, k=length))

    def text(self, subject: int, length: int) -> str:
        """So many words, a sixth of them about the subject."""
        about = length // 6
        ranks = self.chance.choices(self.subjects[subject], cum_weights=self.near, k=about)
        picked = self.chance.choices(self.words, cum_weights=self.weights, k=length - about)
        picked += [self.words[rank] for rank in ranks]
        self.chance.shuffle(picked)
        return " ".join(picked)
