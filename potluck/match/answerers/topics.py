"""What members say of themselves, held against a text: the topics they can help with, and their profile.

A topic is in a text if its words are there (its own, a synonym's, or those of the note to it, whatever their form), or
near it if it means about the same. Meanings are measured against those of all topics here: how many standard
deviations above the mean. All that members say is read into the memory of each process, and again when it changes.
"""

import time
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from potluck.lib.sql import ask
from potluck.match.answerers.candidates import Text
from potluck.people.models import Stage
from potluck.search.bm25 import counted, known
from potluck.search.embeddings import whole_of
from potluck.search.encoder import HEAVY, Away, encoder
from potluck.search.languages import FALLBACK, language_of
from potluck.search.tokens import count_tokens, tokens

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]

# Who finds their way with a topic says half as much as who can help with it.
_SAYS = {Stage.HELPING.value: 1.0, Stage.FINDING.value: 0.5}
# What a word of a note says, beside all words of the topic itself; a note says no more than the topic.
_NOTE, _NOTES = 0.5, 1.0
# A word in more posts than this part says nothing; with fewer posts than so many, all do.
_COMMON, _FEW = 0.1, 50
# A process reads anew what did not change after so long, and makes so many vectors at a call where each is slow.
_SECONDS, _AT_ONCE, _CACHED = 600.0, 200, 100_000
# Which topic is said: one that is named rather than one that is near.
_BY_WORDS = 4.0

# Words that are in notes and in questions alike, and say nothing.
_SMALL = (
    "the and for with you your any from not this that what which who can how does are was has have its our their them"
    " they there when where why will would should could into out about other others one all some more most than then"
    " also just very get got use used using make made need needs want help helps"
)
_SMALL_WORDS = frozenset(_SMALL.split())

_VERSION = """
SELECT count(*), coalesce(sum(hashtext(tag || ':' || note || ':' || stage)::bigint), 0), coalesce(max(id), 0)
FROM people_topic WHERE stage = ANY(%(stages)s)
"""
_TOPICS = """
SELECT t.person_id, t.tag, t.stage, t.note, coalesce(about.about, '')
FROM people_topic t JOIN people_person m ON m.id = t.person_id LEFT JOIN posts_tag about ON about.name = t.tag
WHERE t.stage = ANY(%(stages)s) AND m.account_id IS NOT NULL ORDER BY t.id
"""
_SYNONYMS = "SELECT merged_into_id, name FROM posts_tag WHERE merged_into_id IS NOT NULL"
_PROFILES = """
SELECT id, about FROM people_person WHERE account_id IS NOT NULL AND approved_at IS NOT NULL AND about <> '' ORDER BY id
"""


@dataclass(slots=True)
class Declared:
    """What one person says that speaks for them. `named`: 1 if all words of a topic are in the text, up to 2 with its
    note; `meaning` of a topic and `about`, of the profile: how many standard deviations nearer than usual, beyond the
    first. `tag` is the topic that says most, and whether they `can_help` with it, or find their way."""

    named: float = 0.0
    meaning: float = 0.0
    about: float = 0.0
    tag: str = ""
    can_help: bool = True


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics, a place each. `terms`: (place, part of the topic's words, whether it is of the note) for each term.

    `texts` and `profiles` are what has a meaning: (place of the topic, text), (person, text)."""

    people: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    says: Floats = field(default_factory=lambda: np.zeros(0))
    terms: dict[int, list[tuple[int, float, bool]]] = field(default_factory=dict)
    texts: tuple[tuple[int, str], ...] = ()
    profiles: tuple[tuple[int, str], ...] = ()


def declared_by(text: Text) -> dict[int, Declared]:
    """What members say of themselves that speaks for them on this text."""
    topics = _topics()
    named = _named(topics, telling_terms(text))
    meaning, about = _meanings(topics, _meaning(text))
    found: dict[int, Declared] = {}
    says = _BY_WORDS * named + meaning
    for place in sorted(np.flatnonzero(says > 0).tolist(), key=says.__getitem__):  # what says most comes last
        one = found.setdefault(topics.people[place], Declared())
        one.tag, one.can_help = topics.tags[place], bool(topics.says[place] >= _SAYS[Stage.HELPING])
        one.named = max(one.named, float(named[place]))
        one.meaning = max(one.meaning, float(meaning[place]))
    for place in np.flatnonzero(about > 0).tolist():
        found.setdefault(topics.profiles[place][0], Declared()).about = float(about[place])
    return found


def telling_terms(text: Text) -> set[int]:
    """The terms of a text in its language and as English, without those that are in every tenth post."""
    words = tokens(" ".join([text.title, text.text, *text.tags]))
    language = language_of(text.language, frozenset(map(str.lower, words)))
    words = [word for word in words if not is_function_word(word)]
    terms = set(count_tokens(words, language)) | set(count_tokens(words, FALLBACK))
    corpus = counted(known(), [frozenset(terms)])
    if corpus.posts < _FEW:
        return terms
    return {term for term in terms if corpus.having.get(term, 0) <= _COMMON * corpus.posts}


def is_function_word(word: str) -> bool:
    """Whether it is one of the small words that every text has, or shorter than anything that tells."""
    return len(word) < 3 or word.lower() in _SMALL_WORDS


_kept: tuple[tuple[object, ...], float, Topics] | None = None
_vectors: dict[tuple[str, str], Vectors] = {}


def _topics() -> Topics:
    global _kept
    stages = {"stages": list(_SAYS)}
    version = (*ask(_VERSION, stages)[0],)
    if _kept is None or _kept[0] != version or time.monotonic() - _kept[1] > _SECONDS:
        _kept = (version, time.monotonic(), _read(stages))
    return _kept[2]


def _read(stages: dict[str, list[str]]) -> Topics:
    rows = ask(_TOPICS, stages)
    synonyms: dict[str, list[str]] = {}
    for name, synonym in ask(_SYNONYMS, ()):
        synonyms.setdefault(name, []).append(synonym)
    languages = known().languages[:4]
    terms: dict[int, list[tuple[int, float, bool]]] = {}
    texts: list[tuple[int, str]] = []
    for place, (_person, tag, _stage, note, about) in enumerate(rows):
        names = [name.replace("-", " ") for name in (tag, *synonyms.get(tag, ()))]
        own: dict[int, float] = {}
        for name in names:
            for found in _terms([name], languages):
                own |= {term: max(own.get(term, 0.0), 1 / len(found)) for term in found}
        for term, part in own.items():
            terms.setdefault(term, []).append((place, part, False))
        for term in set().union(*_terms([note], languages)) - own.keys():
            terms.setdefault(term, []).append((place, _NOTE, True))
        texts += [(place, text) for text in (names[0], f"{names[0]}: {note}" if note else "", about) if text]
    return Topics(
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        np.array([_SAYS[row[2]] for row in rows]),
        terms,
        tuple(texts),
        tuple((person, about) for person, about in ask(_PROFILES, ())),
    )


def _terms(texts: Iterable[str], languages: Iterable[str]) -> list[AbstractSet[int]]:
    """The terms of these texts, in each of these languages and in English."""
    words = [word for text in texts for word in tokens(text) if not is_function_word(word)]
    return [found for language in {FALLBACK, *languages} if (found := set(count_tokens(words, language)))]


def _named(topics: Topics, terms: AbstractSet[int]) -> Floats:
    """How much of each topic is in the text, by its words."""
    own, notes = np.zeros(len(topics.people)), np.zeros(len(topics.people))
    for term in terms:
        for place, part, is_note in topics.terms.get(term, ()):
            (notes if is_note else own)[place] += part
    return (np.minimum(1.0, own) + np.minimum(_NOTES, notes)) * topics.says


def _meaning(text: Text) -> Vectors | None:
    model = encoder()
    if model is None:
        return None
    vector = model.encode([whole_of(text.title, text.text)])[0]
    return vector if vector.any() else None


def _meanings(topics: Topics, vector: Vectors | None) -> tuple[Floats, Floats]:
    """How much nearer than usual each topic and each profile is."""
    near, about = np.full(len(topics.people), -1.0), np.zeros(len(topics.profiles))
    if vector is None:
        return np.zeros(len(topics.people)), about
    if topics.texts:
        rows = _encoded([text for _place, text in topics.texts])
        np.maximum.at(near, [place for place, _text in topics.texts], (rows @ vector).astype(np.float64))
    if topics.profiles:
        about = (_encoded([text for _person, text in topics.profiles]) @ vector).astype(np.float64)
    return _beyond(near) * topics.says, _beyond(about)


def _beyond(values: Floats) -> Floats:
    """In standard deviations above the mean, what is beyond the first; 0 for the others."""
    spread = float(values.std()) if len(values) > 1 else 0.0
    return np.maximum(0.0, (values - values.mean()) / spread - 1) if spread > 1e-9 else np.zeros(len(values))


def _encoded(texts: Sequence[str]) -> Vectors:
    """A row for each. Where making one is slow, only some are made at a call; the others are zeros until then."""
    model = encoder()
    assert model is not None  # noqa: S101 -- the text it is for has a vector
    if len(_vectors) > _CACHED:
        _vectors.clear()
    new = [text for text in dict.fromkeys(texts) if (model.name, text) not in _vectors]
    new = new[:_AT_ONCE] if model.name in HEAVY else new
    with suppress(Away):
        rows = model.encode(new, surely=True) if new else ()
        _vectors.update({(model.name, text): row for text, row in zip(new, rows, strict=True)})
    nothing = np.zeros(model.dimension, dtype=np.float32)
    return np.array([_vectors.get((model.name, text), nothing) for text in texts])
