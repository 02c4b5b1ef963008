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
from potluck.search.encoder import Away, Encoder, encoder
from potluck.search.models import Meaning, Related

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What brings a text that may help somebody at once; what is merely archived waits for the backlog.
_NEW = frozenset({Happening.SHARED, Happening.REPLIED, Happening.PASSED_ON, Happening.EDITED})
BATCH = 200

# (post, title, text, kind)
_Text = tuple[int, str, str, str]

_TEXTS = "SELECT id, title, text, kind FROM posts_post WHERE id = ANY(%s) AND deleted_at IS NULL"
_WRITE = """
INSERT INTO search_meaning AS known (post_id, encoder, dimension, asks, whole, gist)
SELECT post, %(name)s, %(dimension)s, asks, whole::halfvec, gist::halfvec
FROM unnest(%(posts)s::bigint[], %(asks)s::boolean[], %(wholes)s::text[], %(gists)s::text[]) AS
     given(post, asks, whole, gist)
ON CONFLICT (post_id) DO UPDATE
SET encoder = EXCLUDED.encoder, dimension = EXCLUDED.dimension, asks = EXCLUDED.asks,
    whole = EXCLUDED.whole, gist = EXCLUDED.gist"""


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
    wholes = model.encode([whole_of(title, text) for _post, title, text, _kind in texts], surely=True)
    both = [number for number, (_post, title, text, _kind) in enumerate(texts) if title and text]
    gists: list[str | None] = [None] * len(texts)
    for number, row in zip(
        both, model.encode([texts[number][1] for number in both], surely=True), strict=True
    ):
        gists[number] = as_text(row)
    values: dict[str, Any] = {
        "name": model.name,
        "dimension": model.dimension,
        "posts": [text[0] for text in texts],
        "asks": [text[3] == Kind.QUESTION for text in texts],
        "wholes": [as_text(row) for row in wholes],
        "gists": gists,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


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
