"""The seam of meaning: texts in, vectors out. Which encoder does it is one setting; without one, words do it all.

An encoder has a name, which is stored with its vectors: another name, and they are made anew in the background.
Loading one takes up to a second and 150 MB, so it is done when the first text is to be encoded.
"""

import ctypes
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from potluck.lib.errors import TryLater
from potluck.search.languages import FALLBACK, guess_of
from potluck.search.tokens import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

NONE = "none"
# A name or two that an encoder must spell out says nothing about the language.
_FEW = 6
# Dotted paths, so that what an encoder stands on is loaded with the encoder and not before.
ENCODERS: dict[str, str] = {
    "wordllama": "potluck.search.wordllama.WordLlama",
    "minilm": "potluck.search.minilm.MiniLM",
}


# Those too large for each process to hold, with their dimension: one process holds them for all (`encoder_server.py`).
HEAVY: dict[str, int] = {"minilm": 384}
_SERVED = "potluck.search.encoder_server.Served"


class Away(TryLater):
    """The process that holds the encoder is not there just now. Words do until it is."""


class Encoder(Protocol):
    """Texts in, vectors out. `dimension` is the length of each; those of another `name` cannot be compared."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str], *, surely: bool = False) -> "NDArray[np.float32]":
        """One row a text, of unit length; zeros where the text has no word the encoder knows.

        While the encoder is away all is zeros, so that words do; `surely` raises Away instead.
        """
        ...


def encoder() -> Encoder | None:
    """The encoder of this network; None where there is none, or what it stands on is not installed."""
    return _loaded(settings.ENCODER)


@cache
def _loaded(name: str) -> Encoder | None:
    if name == NONE:
        return None
    try:
        if name in HEAVY:
            found: Encoder = import_string(_SERVED)(name, HEAVY[name], ENCODERS[name])
        else:
            found = import_string(ENCODERS[name])()
    except (ImportError, PackageNotFoundError, OSError) as error:
        log.warning("The encoder %s cannot be loaded, so words alone are compared: %s", name, error)
        return None
    return found


def is_served() -> bool:
    """Whether this network's encoder is to be held by a process of its own."""
    return settings.ENCODER in HEAVY and encoder() is not None


def file_of(package: str, path: str) -> Path:
    """Where a file of an installed package lies, without importing the package. Raises PackageNotFoundError."""
    return Path(str(distribution(package).locate_file(path)))


def give_back_memory() -> None:
    """Return to the system what loading or computing needed for a moment: with glibc some 60 MB, elsewhere nothing."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def is_known(text: str, pieces: int, most: float) -> bool:
    """Whether an encoder of English understands a text: it reads as English, or at least not as another language
    and in few pieces a word."""
    words = tokens(text)
    language, telling = guess_of(frozenset(map(str.lower, words)))
    if language != FALLBACK:
        return False
    return pieces > 0 and (telling or pieces <= max(most * len(words), _FEW))
