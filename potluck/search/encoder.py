"""The seam of meaning: texts in, vectors out. Which encoder does it is one setting; without one, words do it all.

An encoder has a name, which is stored with its vectors: another name, and they are made anew in the background.
Beside the encoder of English there may be one that compares across languages (`across_languages`).
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
from potluck.search.languages import is_foreign
from potluck.search.tokens import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

NONE = "none"
# Dotted paths, so that what an encoder stands on is loaded with the encoder and not before.
ENCODERS: dict[str, str] = {
    "wordllama": "potluck.search.wordllama.WordLlama",
    "minilm": "potluck.search.minilm.MiniLM",
    "multilingual": "potluck.search.multilingual.Multilingual",
}
# What compares across languages beside an encoder, and what of its package is asked for.
ACROSS: dict[str, str] = {"minilm": "multilingual"}

# Those too large for each process to hold, with their dimension: one process holds them for all (`encoder_server.py`).
HEAVY: dict[str, int] = {"minilm": 384, "multilingual": 512}
_SERVED = "potluck.search.encoder_server.Served"


class Away(TryLater):
    """The process that holds the encoder is not there just now. Words do until it is."""


class Encoder(Protocol):
    """Texts in, vectors out. `dimension` is the length of each; those of another `name` cannot be compared."""

    name: str
    dimension: int

    def encode(
        self, texts: Sequence[str], *, surely: bool = False, english: bool = False
    ) -> "NDArray[np.float32]":
        """One row a text, of unit length; zeros where the text has no word the encoder knows.

        While the encoder is away all is zeros, so that words do; `surely` raises Away instead. `english`: the texts are
        known to be in English, as the titles of posts that are.
        """
        ...


def encoder() -> Encoder | None:
    """The encoder of this network; None where there is none, or what it stands on is not installed."""
    return _loaded(settings.ENCODER)


def across_languages() -> Encoder | None:
    """What compares texts of different languages, of another dimension; None where this network has none."""
    name = ACROSS.get(settings.ENCODER)
    return _loaded(name) if name and encoder() is not None else None


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


def is_known(text: str, pieces: int, *, english: bool = False) -> bool:
    """Whether an encoder of English understands a text that falls into so many pieces."""
    return pieces > 0 and (english or not is_foreign(text, tokens(text), pieces))
