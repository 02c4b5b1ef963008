"""The passage of a text that fits a question best: a few sentences in a row, by words first, then by meaning."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from potluck.search.encoder import Encoder
from potluck.search.languages import language_of
from potluck.search.tokens import count, tokens

# Sentences in a passage, letters at most, and how many passages are looked at for what they mean.
SENTENCES, LETTERS, LOOKED_AT = 3, 400, 6
_END = re.compile(r"(?<=[.!?。！？…])[\s\"”’)]+|\n+")
_MOST = 60
# So many words of a text tell its language.
_SAMPLE = 300
# So many vectors of passages are kept, 2 KB each.
_MOST_KEPT = 2000
_vectors: dict[tuple[str, str], NDArray[np.float32]] = {}


def windows(text: str) -> list[str]:
    """Every few sentences in a row, in order."""
    parts = [part.strip() for part in _END.split(text[:20_000]) if part.strip()][:_MOST]
    last = max(1, len(parts) - SENTENCES + 1)
    return [_cut(" ".join(parts[start : start + SENTENCES])) for start in range(last)] if parts else []


def passage(
    text: str, question: str, idf: Mapping[int, float], language: str, encoder: Encoder | None
) -> str:
    """The window that says most of what the question asks; the first where none says anything of it.

    `language` is the one that the text states: any tag, or none. It is read as search reads it.
    """
    found = windows(text)
    if len(found) < 2:
        return found[0] if found else ""
    stemmed = language_of(language, frozenset(map(str.lower, tokens(text[:20_000])[:_SAMPLE])))
    asked = set(count(question, stemmed))
    shared = [sum(idf.get(term, 0.0) for term in asked & set(count(one, stemmed))) for one in found]
    order = sorted(range(len(found)), key=lambda place: (-shared[place], place))[:LOOKED_AT]
    if encoder is None:
        return found[order[0]]
    vectors = _encoded(encoder, [question, *(found[place] for place in order)])
    near = vectors[1:] @ vectors[0]
    words = np.array([shared[place] for place in order]) / (max(shared) or 1.0)
    return found[order[int(np.argmax(words + 2 * near))]]


def _encoded(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of short texts, kept for those who type on: what is near stays near."""
    new = [text for text in dict.fromkeys(texts) if (encoder.name, text) not in _vectors]
    if len(_vectors) + len(new) > _MOST_KEPT:
        _vectors.clear()
    known = dict(zip(new, encoder.encode(new), strict=True)) if new else {}
    # An encoder that is away for a moment gives zeros, which are not kept.
    _vectors.update({(encoder.name, text): row for text, row in known.items() if row.any()})
    return np.stack([known[text] if text in known else _vectors[encoder.name, text] for text in texts])


def _cut(text: str) -> str:
    return text if len(text) <= LETTERS else text[: LETTERS - 1].rsplit(" ", 1)[0] + "…"
