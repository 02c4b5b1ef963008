"""What posts mean, as vectors: made in the worker, in sets, before anybody is found whom a post helps.

A post whose words are written anew loses its vector (`index.py`) and gets another when its event is handled, or
from the backlog (`embedding_backlog.py`), which also serves what was here before this encoder.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from potluck.events.models import Event
from potluck.events.models import Kind as Happening
from potluck.lib.sql import Select, ask
from potluck.posts.models import Kind
from potluck.search.encoder import Away, Encoder, across_languages, encoder
from potluck.search.languages import is_stated_foreign
from potluck.search.models import Meaning, Related
from potluck.search.tokens import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What brings a text that may help somebody at once; what is merely archived waits for the backlog.
_NEW = frozenset({Happening.SHARED, Happening.REPLIED, Happening.PASSED_ON, Happening.EDITED})
BATCH = 200

# (post, title, text, kind, language)
_Text = tuple[int, str, str, str, str]

_TEXTS = "SELECT id, title, text, kind, language FROM posts_post WHERE id = ANY(%s) AND deleted_at IS NULL"
_TELLS = 1000
_WRITE = """
INSERT INTO search_meaning AS known (post_id, encoder, dimension, asks, whole, gist, across)
SELECT post, %(name)s, %(dimension)s, asks, whole::halfvec, gist::halfvec, across::halfvec
FROM unnest(%(posts)s::bigint[], %(asks)s::boolean[], %(wholes)s::text[], %(gists)s::text[], %(across)s::text[]) AS
     given(post, asks, whole, gist, across)
ON CONFLICT (post_id) DO UPDATE
SET encoder = EXCLUDED.encoder, dimension = EXCLUDED.dimension, asks = EXCLUDED.asks,
    whole = EXCLUDED.whole, gist = EXCLUDED.gist, across = EXCLUDED.across"""


def encode_new(events: Iterable[Event]) -> int:
    """Encode the posts that these events bring or change. Returns how many; the backlog takes what cannot be now."""
    try:
        return encode_posts([event.about for event in events if event.about and event.kind in _NEW])
    except Away:
        return 0


def encode_posts(ids: Sequence[int]) -> int:
    """Write what these posts mean, anew where it is known, in one statement a batch. Returns how many.

    May raise Away.
    """
    model = encoder()
    if model is None or not ids:
        return 0
    done = 0
    for start in range(0, len(ids), BATCH):
        texts: list[_Text] = ask(_TEXTS, [list(ids[start : start + BATCH])])
        _write(model, texts)
        done += len(texts)
    return done


def _write(model: Encoder, texts: Sequence[_Text]) -> None:
    wholes = model.encode([_readable(*text) for text in texts], surely=True)
    # The language of a text decides for its title, which says too little of it.
    both = [number for number, text in enumerate(texts) if text[1] and text[2] and wholes[number].any()]
    titles = model.encode([texts[number][1] for number in both], surely=True, english=True)
    gists: list[str | None] = [None] * len(texts)
    for number, row in zip(both, titles, strict=True):
        gists[number] = as_text(row)
    values: dict[str, Any] = {
        "name": model.name,
        "dimension": model.dimension,
        "posts": [text[0] for text in texts],
        "asks": [text[3] == Kind.QUESTION for text in texts],
        "wholes": [as_text(row) for row in wholes],
        "gists": gists,
        "across": _across([whole_of(text[1], text[2]) for text in texts]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def _readable(_post: int, title: str, text: str, _kind: str, language: str) -> str:
    """A post as an encoder of English gets it: nothing where it is in another language."""
    whole = whole_of(title, text)
    if language and is_stated_foreign(language, frozenset(map(str.lower, tokens(whole[:_TELLS])))):
        return ""
    return whole


def _across(wholes: Sequence[str]) -> list[str | None]:
    model = across_languages()
    return [as_text(row) for row in model.encode(wholes, surely=True)] if model else [None] * len(wholes)


def look_at(many: int) -> None:
    """In this transaction, let the index of meaning look at so many at a time, and go on past those that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'strict_order', true)",
            [str(many)],
        )


def nearest(whole: str, named: int, *, asks: bool = False) -> Select:
    """The posts that come nearest to a vector, as text, by the index; only questions if `asks`.

    To be asked after `look_at`, in one transaction.
    """
    model = encoder()
    assert model is not None  # noqa: S101 -- there is a vector
    size = model.dimension
    only = " AND asks" if asks else ""
    return Select(
        f"(SELECT post_id FROM search_meaning WHERE dimension = {size} AND encoder = %(encoder)s{only}"
        f" ORDER BY whole::halfvec({size}) <#> %(whole)s::text::halfvec({size}) LIMIT {named:d})",
        {"encoder": model.name, "whole": whole},
    )


def nearest_across(across: str, named: int, *, foreign: bool) -> Select:
    """The same by what compares across languages: of all posts, or only of those not in English (`foreign`)."""
    model = across_languages()
    assert model is not None  # noqa: S101 -- there is a vector
    size = model.dimension
    only = " WHERE whole IS NULL" if foreign else ""
    return Select(
        f"(SELECT post_id FROM search_meaning{only}"
        f" ORDER BY across::halfvec({size}) <#> %(across)s::text::halfvec({size}) LIMIT {named:d})",
        {"across": across},
    )


def whole_of(title: str, text: str) -> str:
    """A title and a text as the one text that is encoded."""
    return f"{title}\n{text}" if title and text else title or text


def as_text(row: "NDArray[np.float32]") -> str | None:
    """A vector as PostgreSQL reads it; None for zeros, which mean nothing."""
    return f"[{','.join(map('{:.5g}'.format, row.tolist()))}]" if row.any() else None


def forget(ids: Iterable[int]) -> None:
    """Take out what posts mean and what is near them. What is still there is encoded again, as it is then."""
    gone = list(ids)
    Meaning.objects.filter(post_id__in=gone).delete()
    Related.objects.filter(post_id__in=gone).delete()
