"""From words and meaning to one order. Pure: numbers in, numbers out; the product and the bench use the same.

Words and meaning are numbers of different kinds, so each is first held against the others among the candidates
(z: how many standard deviations from their mean), then added. Of the ways we tried, that one was best everywhere:
better than summing ranks, and than any fixed scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of likeness counts beside the words of the post and the meaning of the whole.

    `meaning` is all of meaning against all of words. Tuned on the dev parts of two collections of questions, where
    anything near these does about as well; see docs/performance.md.
    """

    meaning: float = 1.75
    gist: float = 0.5
    titles: float = 0.5
    reply_words: float = 0.75
    reply: float = 0.25
    best: float = 0.0


# An average of pieces is blurred by a long text, so the title is asked as well; with a model that reads, whatever
# comes nearest counts as much as the whole: the text, its title or a reply.
AVERAGED = Weights()
READ = Weights(meaning=2.0, gist=0.0, titles=0.0, reply=0.0, best=1.0)


def reads(encoder: str) -> bool:
    """Whether the encoder of this name reads a text, rather than adding up its pieces."""
    return encoder == "minilm"


def weights_for(encoder: str) -> Weights:
    """The weights that suit what the encoder of this name gives."""
    return READ if reads(encoder) else AVERAGED


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a text and a thread are alike: by the words (BM25) of what began it and of its best reply, and as cosines.

    `whole`: the whole text against the whole post; `gist`: against the post's title; `titles`: title against
    title; `reply`: against the best reply. None where one of the two has no vector. `foreign`: the two are in different
    languages, or in one that only the encoder across languages knows.
    """

    words: float = 0.0
    reply_words: float = 0.0
    whole: float | None = None
    gist: float | None = None
    titles: float | None = None
    reply: float | None = None
    foreign: bool = False

    def by_words(self, weights: Weights = AVERAGED) -> float:
        """The words of the post, and of the reply that has most of them."""
        return self.words + weights.reply_words * self.reply_words

    def by_meaning(self, weights: Weights = AVERAGED) -> float | None:
        """One number between about -1 and 1; None where nothing is known."""
        if self.whole is None:
            return None
        gist = self.whole if self.gist is None else self.gist
        titles = gist if self.titles is None else self.titles
        reply = max(self.reply or 0.0, 0.0)
        best = max(self.whole, gist, reply)
        total = self.whole + weights.gist * gist + weights.titles * titles
        total += weights.reply * reply + weights.best * best
        return total / (1 + weights.gist + weights.titles + weights.reply + weights.best)


def joined(found: Sequence[Likeness], weights: Weights = AVERAGED) -> list[float]:
    """One score for each candidate, comparable among them alone.

    Where a meaning is not known, as of a post in another language, words speak for it: else what has nothing but a
    vague meaning would push aside what has all the words. And where the languages differ, meaning speaks for words.
    """
    words = z([likeness.by_words(weights) for likeness in found])
    known = [likeness.by_meaning(weights) for likeness in found]
    meanings = [
        word if is_known is None else meaning
        for word, is_known, meaning in zip(words, known, z(known), strict=True)
    ]
    words = [
        max(word, meaning) if likeness.foreign else word
        for word, meaning, likeness in zip(words, meanings, found, strict=True)
    ]
    return [word + weights.meaning * meaning for word, meaning in zip(words, meanings, strict=True)]


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
