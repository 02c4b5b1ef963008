"""How common each term is: counted set-wise now and then, so there is no row that every share must update.

A term not counted yet is taken as rare, which is what a new word is.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from potluck.search.languages import FALLBACK, STEMMERS
from potluck.search.models import USUAL_LENGTH, Corpus, Indexed, Term
from potluck.search.tokens import facet

_NEW = "(%(since)s::timestamptz IS NULL OR at > %(since)s)"
_COUNT_TERMS = f"""
INSERT INTO search_term AS known (term, posts)
SELECT term, count(*) FROM search_indexed CROSS JOIN LATERAL unnest(terms) AS term WHERE {_NEW} GROUP BY term
ON CONFLICT (term) DO UPDATE SET posts = known.posts + EXCLUDED.posts"""
_COUNT_POSTS = f"SELECT count(*), coalesce(sum(length), 0) FROM search_indexed WHERE {_NEW}"

# What is edited or deleted in between stays counted until everything is counted anew. Small is cheap to count.
_ANEW = timedelta(days=7)
_SMALL = 5000


@transaction.atomic
def refresh_statistics(*, anew: bool = False) -> Corpus:
    """Count what was indexed since the last time; now and then, or if `anew`, everything. Safe to repeat."""
    Corpus.objects.get_or_create(id=1)
    corpus = Corpus.objects.select_for_update().get(id=1)
    now = timezone.now()
    since = None if anew or _is_stale(corpus, now) else corpus.counted_at
    if since is None:
        corpus.posts, corpus.anew_at = 0, now
        Term.objects.all().delete()
    new, words = _count(since)
    if new:
        corpus.length = max(1.0, (corpus.posts * corpus.length + words) / (corpus.posts + new))
    corpus.posts += new
    corpus.length = corpus.length if corpus.posts else USUAL_LENGTH
    corpus.languages = _languages()
    corpus.counted_at = now
    corpus.save()
    return corpus


def is_anything_new() -> bool:
    """Whether there is something to count."""
    counted_at = Corpus.objects.filter(id=1).values_list("counted_at", flat=True).first()
    new = Indexed.objects.filter(at__gt=counted_at) if counted_at else Indexed.objects.all()
    return new.exists()


def _is_stale(corpus: Corpus, now: datetime) -> bool:
    return corpus.anew_at is None or corpus.posts < _SMALL or now - corpus.anew_at > _ANEW


def _count(since: datetime | None) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_TERMS, {"since": since})
        cursor.execute(_COUNT_POSTS, {"since": since})
        posts, words = cursor.fetchone()
    return int(posts), int(words)


def _languages() -> list[str]:
    """The languages posts are in, as far as there is a stemmer, and the one that serves those unknown."""
    codes = {facet("lang", code): code for code in STEMMERS}
    found = Term.objects.filter(term__in=codes).values_list("term", flat=True)
    return sorted({codes[term] for term in found} | {FALLBACK})
