"""From words and meaning to one order. Pure: numbers in, numbers out; the product and the bench use the same.

Words and meaning are numbers of different kinds, so each is first held against the others among the candidates
(z: how many standard deviations from their mean), then added. Of the ways we tried, that one was best everywhere:
better than summing ranks, and than any fixed scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

# How much each kind of likeness counts; tuned on the dev parts of two collections, see docs/performance.md.
MEANING = 1.75
GIST = 0.5
TITLES = 0.5
ANSWER_WORDS = 0.75
ANSWER_MEANING = 0.25


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a text and a thread are alike: by the words (BM25) of what began it and of its best reply, and as cosines.

    `whole`: the whole text against the whole post; `gist`: against the post's title; `titles`: title against
    title; `reply`: against the best reply. None where one of the two has no vector.
    """

    words: float = 0.0
    reply_words: float = 0.0
    whole: float | None = None
    gist: float | None = None
    titles: float | None = None
    reply: float | None = None

    @property
    def by_words(self) -> float:
        """The words of the post, and of the reply that has most of them."""
        return self.words + ANSWER_WORDS * self.reply_words

    @property
    def by_meaning(self) -> float | None:
        """One number between about -1 and 1; None where nothing is known."""
        if self.whole is None:
            return None
        gist = self.whole if self.gist is None else self.gist
        titles = gist if self.titles is None else self.titles
        total = self.whole + GIST * gist + TITLES * titles + ANSWER_MEANING * max(self.reply or 0.0, 0.0)
        return total / (1 + GIST + TITLES + ANSWER_MEANING)


def joined(found: Sequence[Likeness]) -> list[float]:
    """One score for each candidate, comparable among them alone."""
    words = z([likeness.by_words for likeness in found])
    meanings = z([likeness.by_meaning for likeness in found])
    return [word + MEANING * meaning for word, meaning in zip(words, meanings, strict=True)]


def z(values: Sequence[float | None]) -> list[float]:
    """Each value in standard deviations from the mean; what is not known is taken as the mean."""
    known = [value for value in values if value is not None]
    if not known:
        return [0.0] * len(values)
    mean = sum(known) / len(known)
    spread = sqrt(sum((value - mean) ** 2 for value in known) / len(known))
    if spread < 1e-9:
        return [0.0] * len(values)
    return [0.0 if value is None else (value - mean) / spread for value in values]
