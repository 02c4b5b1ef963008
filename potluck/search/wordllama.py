"""The small encoder: one vector for each of 32,000 pieces of words, averaged. Small, fast, and mostly English.

The vectors and the pieces are two files of the package `wordllama` (MIT, github.com/dleemiller/WordLlama), made
from the token embeddings of a large language model. We read the files alone: its own loader would try a
download. The length of a piece's vector says how much it tells, so the plain mean is already a weighted one.

Of other languages it knows little. Texts in them get no vector, and words alone do the work.

The vectors are mapped, not read: all processes share the pages of the one file.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from potluck.search.encoder import file_of, is_known

# Forked processes and threads of the tokenizer do not go together; texts are short, one core will do.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer

_WEIGHTS = "wordllama/weights/l2_supercat_256.safetensors"
_PIECES = "wordllama/tokenizers/l2_supercat_tokenizer_config.json"
# Letters read of a text: what comes later changes the mean little.
MOST_TEXT = 4000
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_NOT_LATIN = "\u0250"


class WordLlama:
    """An `Encoder`. Raises PackageNotFoundError or OSError where its files are not installed."""

    name = "wordllama"
    dimension = 256

    def __init__(self) -> None:
        self._pieces = Tokenizer.from_file(str(file_of("wordllama", _PIECES)))
        self._vectors = mapped(file_of("wordllama", _WEIGHTS))

        pieces = [self._pieces.id_to_token(number) or "" for number in range(len(self._vectors))]
        self._tells = np.array([_tells(piece) for piece in pieces])
        self._foreign = np.array([_is_foreign(piece) for piece in pieces])

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        plain = [as_read(text[:MOST_TEXT]) for text in texts]
        parted = self._pieces.encode_batch_fast(plain, add_special_tokens=False)
        for row, text, found in zip(rows, plain, parted, strict=True):
            ids = np.array(found.ids, dtype=np.int32)
            telling = ids[self._tells[ids]]
            if len(telling) > self._foreign[ids].sum() and is_known(text, len(telling), english=english):
                pieces, often = np.unique(telling, return_counts=True)
                # What is said four times tells twice as much as what is said once.
                row[:] = np.sqrt(often, dtype=np.float32) @ self._vectors[pieces].astype(np.float32)
        return unit(rows)


def as_read(text: str) -> str:
    """A text without addresses, and with its SHOUTED words said: in capitals they fall into meaningless pieces."""
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return _SHOUTED.sub(lambda word: word.group().lower(), text)


def _tells(piece: str) -> bool:
    """Whether a piece has a Latin letter: marks, digits and other letters tell these vectors nothing."""
    return not _is_byte(piece) and any(letter.isalpha() and letter < _NOT_LATIN for letter in piece)


def _is_foreign(piece: str) -> bool:
    """Whether a piece is of another script: a letter of it, or one of the bytes of a letter."""
    return _is_byte(piece) or any(letter.isalpha() and letter >= _NOT_LATIN for letter in piece)


def _is_byte(piece: str) -> bool:
    return piece.startswith("<0x")


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit length; zeros stay zeros."""
    lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return rows / lengths


def mapped(path: Path) -> NDArray[np.float16]:
    """The one tensor of a safetensors file: eight bytes of length, a header in JSON, then the numbers."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    [tensor] = [value for name, value in header.items() if name != "__metadata__"]
    if tensor["dtype"] != "F16":
        raise OSError(f"{path.name} holds {tensor['dtype']}, not F16")
    start = 8 + size + tensor["data_offsets"][0]
    return np.memmap(path, dtype=np.float16, mode="r", offset=start, shape=tuple(tensor["shape"]))
