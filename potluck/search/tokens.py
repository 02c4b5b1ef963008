"""Text to terms: a term is a number that stands for a word, whatever its form.

Words are folded (NFKC, case), stemmed in their text's language and stripped of accents; the order matters, as
stemmers read accents. Compounds ("e-mail", "node.js", "visible_to", "getServer") keep their whole and their parts,
scripts without spaces become pairs of letters, an address gives its host. Function words are kept: their
frequency makes them weigh next to nothing.

Word terms lie in 1 .. DIMENSIONS, so that they are also places in a `sparsevec`. Facets (a tag, an author, a kind)
are negative, so they can never be mistaken for words.
"""

import re
import threading
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise

from Stemmer import Stemmer

from potluck.search.languages import STEMMERS

DIMENSIONS = 1_000_000_000
LONGEST = 64
_CACHED = 200_000

_TOKEN = re.compile(r"[cCfF](?:\+\+|#)(?!\w)|[^\W_]+(?:[.'’_\-][^\W_]+)*")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+", re.I)
_HOST = re.compile(r"(?:https?://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)", re.I)
_JOINT = re.compile(r"[.'’_\-]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f]+"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_ENDINGS = frozenset({"s", "t", "ll", "re", "ve", "d", "m"})
_SHORT = 2


def term_of(stem: str) -> int:
    """The number of a stem: stable for ever, as it is stored."""
    return 1 + zlib.crc32(stem.encode()) % DIMENSIONS


def facet(name: str, value: object) -> int:
    """The number of a fact about a post, such as ("tag", "soil")."""
    return -1 - zlib.crc32(f"{name}:{value}".encode()) % 0x7FFF_FFFF


def fold(text: str) -> str:
    """Text as it is compared: compatibility forms, case and accents gone."""
    if text.isascii():
        return text.lower()
    return _plain(unicodedata.normalize("NFKC", text).casefold())


def _plain(word: str) -> str:
    """Without the accents of Latin, Greek and Cyrillic; marks that are vowels elsewhere stay."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def tokens(text: str) -> list[str]:
    """The words and compounds of a text in order, as written; of an address only its host."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(lambda found: f" {host(found.group())} ", text)
    return _TOKEN.findall(text)


def host(address: str) -> str:
    """The name of an address's machine without "www.", or nothing."""
    found = _HOST.match(address)
    return found.group(1).lower() if found else ""


class _Lexicon(dict[str, tuple[int, ...]]):
    """The terms of each token already met in one language; forgotten when it has grown too large."""

    def __init__(self, language: str) -> None:
        super().__init__()
        # Stemmers keep a buffer of their own; one at a time.
        self._lock = threading.Lock()
        self._stemmer = Stemmer(STEMMERS[language], 0)  # we keep what it gave

    def __missing__(self, token: str) -> tuple[int, ...]:
        with self._lock:
            terms = tuple(dict.fromkeys(self._terms(token)))
            if len(self) >= _CACHED:
                self.clear()
            if len(token) <= LONGEST:
                self[token] = terms
        return terms

    def term(self, form: str) -> int:
        """The term of one folded form."""
        with self._lock:
            return term_of(self._stem(form))

    def _terms(self, token: str) -> list[int]:
        if token.isascii() or not _SPACELESS.search(token):
            return [term_of(self._stem(form)) for form in forms(token)]
        # Pairs of letters are stems already; a page of Chinese has thousands.
        pairs, rest = _spaceless(token.casefold())
        return [*map(term_of, pairs), *(term_of(self._stem(form)) for form in rest)]

    def _stem(self, form: str) -> str:
        word = form[:LONGEST]
        if word.isascii():
            return self._stemmer.stemWord(word) if word.isalpha() else word
        if not word.isalpha() or _SPACELESS.search(word):
            return _plain(word)
        return _plain(self._stemmer.stemWord(word))


_lexicons: dict[str, _Lexicon] = {}


def _lexicon(language: str) -> _Lexicon:
    known = _lexicons.get(language)
    return known if known is not None else _lexicons.setdefault(language, _Lexicon(language))


def forms(token: str) -> list[str]:
    """Every folded form under which a token of a script with spaces is found: itself and its parts."""
    if token.isalnum() and token[1:].islower():
        return [token.casefold()]
    parts = [part for piece in _JOINT.split(token) for part in _CAMEL.split(piece)]
    if len(parts) == 1:
        return [token.casefold()]
    if _JOINT.sub("", token).isalnum() and ("'" in token or "’" in token):
        parts = [part for part in parts if part.lower() not in _ENDINGS]
    names = token.split(".") if "." in token else []
    return [*(part.casefold() for part in parts if part), *map(whole, names), whole(token)]


def whole(token: str) -> str:
    """A compound as one form: "E-Mail" is "email", "don't" is "dont"; dots and underscores stay."""
    return re.sub(r"['’\-]", "", token).casefold()


def _spaceless(text: str) -> tuple[list[str], list[str]]:
    """Pairs of neighbouring letters, and single Han letters, which can be words; and the rest as it is."""
    found: list[str] = []
    for run in _SPACELESS.findall(text):
        found += [a + b for a, b in pairwise(run)] or [run]
        if len(run) > 1:
            found += [letter for letter in run if letter >= "\u3400" and not "\uac00" <= letter <= "\ud7af"]
    return found, [rest for rest in _JOINT.split(_SPACELESS.sub("-", text)) if rest]


def count(text: str, language: str) -> Counter[int]:
    """How often each term is in a text written in `language` (a key of STEMMERS)."""
    return count_tokens(tokens(text), language)


def count_tokens(found: Iterable[str], language: str) -> Counter[int]:
    """The same for a text already parted into tokens."""
    lexicon = _lexicon(language)
    # A plain dict meanwhile: a Counter asks a function of Python for each new key.
    terms: dict[int, int] = {}
    for token, times in Counter(found).items():
        for term in lexicon[token]:
            terms[term] = terms.get(term, 0) + times
    return Counter(terms)


def spots(text: str, language: str, wanted: frozenset[int]) -> list[tuple[int, int, int]]:
    """Where the wanted terms are in a text: first letter, letter after the last, term; in order."""
    lexicon = _lexicon(language)
    met: dict[str, int] = {}
    for token in set(_TOKEN.findall(text)):
        for term in wanted.intersection(lexicon[token]):
            met |= (
                _pairs(token, wanted) if not token.isascii() and _SPACELESS.search(token) else {token: term}
            )
    return sorted(place for form, term in met.items() for place in _places(text, form, term))


def _pairs(token: str, wanted: AbstractSet[int]) -> dict[str, int]:
    return {pair: term for pair in map("".join, pairwise(token)) if (term := term_of(pair)) in wanted}


def _places(text: str, form: str, term: int) -> Iterator[tuple[int, int, int]]:
    """Where a form stands as a word of its own; a pair of letters has no edges."""
    edges = form.isascii() or not _SPACELESS.search(form)
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if not edges or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            yield at, end, term
        at = text.find(form, end)


def asked(word: str, languages: Iterable[str]) -> list[frozenset[int]]:
    """What a typed word asks for: each set is one thing wanted, met by any of its terms.

    A word's terms are its stems in each of the languages in use, because nobody says in which they search.
    """
    lexicons = [_lexicon(language) for language in languages]
    wanted = (
        frozenset(each.term(form) for each in lexicons) for token in tokens(word) for form in _wanted(token)
    )
    return list(dict.fromkeys(wanted))


def _wanted(token: str) -> list[str]:
    """The forms that must all be met: the parts of a compound, or its whole where a part says too little."""
    if not token.isascii() and _SPACELESS.search(token):
        pairs, rest = _spaceless(token.casefold())
        return [form for form in (*pairs, *rest) if len(form) > 1] or [token.casefold()]
    parts = _JOINT.split(token)
    if len(parts) == 1:
        return [token.casefold()]
    if "'" in token or "’" in token:
        return _apostrophe(token, parts)
    if "-" in token and "." not in token and "_" not in token and all(len(part) > _SHORT for part in parts):
        return [part.casefold() for part in parts]
    return [whole(token)]


def _apostrophe(token: str, parts: list[str]) -> list[str]:
    """What "soil's", "l'école", "don't" and "O'Brien" ask for: soil, école, dont, obrien."""
    if parts[-1].lower() == "s" or (len(parts[0]) <= _SHORT and parts[0].islower()):
        parts = [part for part in parts if len(part) > _SHORT] or parts
        return [part.casefold() for part in parts]
    return [whole(token)]
