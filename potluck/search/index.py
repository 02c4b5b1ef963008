"""Write posts into the word index: set-wise, in the transaction that writes the posts.

BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework") parts into a factor of the post and
one of the query: the first is computed here and stored, the second is the idf, which the query brings. The mean
length is the one known when a post is written; it moves slowly and only tilts the score a little.
A word in the title counts three times, in a tag or highlight also more than in the text.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from django.db import connection, transaction

from potluck.lib.sql import ask
from potluck.posts.models import Kind, Post
from potluck.search import embeddings
from potluck.search.languages import base, language_of
from potluck.search.models import USUAL_LENGTH, Indexed
from potluck.search.tokens import DIMENSIONS, count_tokens, facet, host, tokens

K1 = 1.2
B = 0.75
TITLE, TAG, HIGHLIGHT = 3, 3, 1
# A sparsevec holds 16,000; a post with more different words than this keeps its most frequent ones.
MOST_TERMS = 4000
# Letters read of a text: a book pasted whole is found by its beginning.
MOST_TEXT = 200_000
BATCH = 200

# A mild prior: a question or a text of one's own before a bare pointer, all else equal.
_PRIOR: dict[str, float] = {Kind.QUESTION: 1.1, Kind.ARTICLE: 1.1, Kind.PAGE: 1.1, Kind.LINK: 0.9}
_SAMPLE = 300
_FEW = 20
_COPY = "COPY search_indexed (post_id, length, terms, weights) FROM STDIN"

_WRITE = """INSERT INTO search_indexed (post_id, length, terms, weights) VALUES {rows}
ON CONFLICT (post_id) DO UPDATE
SET length = EXCLUDED.length, terms = EXCLUDED.terms, weights = EXCLUDED.weights, at = statement_timestamp()"""


def index_posts(posts: Sequence[Post], *, new: bool = False) -> None:
    """Write or rewrite the words of these posts, in one statement a batch; many that are `new` by COPY.

    What is rewritten loses its meaning, which the worker makes anew.
    """
    length = mean_length()
    if new and len(posts) > _FEW:
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for post in posts:
                copy.write_row(_row(post, length))
        return
    for start in range(0, len(posts), BATCH):
        values = [value for post in posts[start : start + BATCH] for value in _row(post, length)]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE.format(rows=",".join(["(%s,%s,%s,%s)"] * (len(values) // 4))), values)
    if not new:
        embeddings.forget(post.id for post in posts)


def forget(ids: Iterable[int]) -> None:
    """Take posts out of the index."""
    gone = list(ids)
    Indexed.objects.filter(post_id__in=gone).delete()
    embeddings.forget(gone)


def index_everything(progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Index all posts anew, newest first, in batches of their own; `progress(done, total)` is told after each."""
    here = Post.objects.filter(deleted_at=None)
    total, done, last = here.count(), 0, None
    forget(Post.objects.exclude(deleted_at=None).values_list("id", flat=True))
    while True:
        older = here if last is None else here.filter(id__lt=last)
        batch = list(older.defer("html").order_by("-id")[:BATCH])
        if not batch:
            return done
        with transaction.atomic():
            index_posts(batch)
        done, last = done + len(batch), batch[-1].id
        progress(done, max(total, done))


def mean_length() -> float:
    """The mean number of words in a post, as last counted."""
    found = ask("SELECT length FROM search_corpus WHERE id = 1", ())
    return float(found[0][0]) if found else USUAL_LENGTH


def words_of(post: Post) -> tuple[Counter[int], int, str]:
    """How often each term counts in a post, its length in words, and the language it was stemmed in."""
    body = tokens(post.text[:MOST_TEXT])
    title = tokens(post.title)
    language = language_of(post.language, frozenset(map(str.lower, [*title, *body[:_SAMPLE]])))
    counts = count_tokens(body, language)
    if post.title:
        _add(counts, count_tokens(title, language), TITLE)
    for texts, times in ((post.tags, TAG), (post.highlights, HIGHLIGHT)):
        if texts:
            _add(counts, count_tokens(tokens(" ".join(texts)), language), times)
    if post.link or post.byline:
        _add(counts, count_tokens(tokens(f"{host(post.link)} {post.byline}"), language), 1)
    return counts, len(body) + len(title), language


def _add(counts: Counter[int], more: Counter[int], times: int) -> None:
    for term, count in more.items():
        counts[term] += count * times


def facets_of(post: Post, language: str) -> list[int]:
    """The facts about a post that operators ask for, as terms."""
    facts = [
        facet("from", post.author_id),
        facet("kind", post.kind),
        facet("lang", base(post.language) or language),
    ]
    facts.append(facet("in", "members" if post.author.is_member else "outside"))
    return facts + [facet("tag", tag) for tag in post.tags]


def _row(post: Post, mean: float) -> tuple[int, int, str, str]:
    counts, length, language = words_of(post)
    if len(counts) > MOST_TERMS:
        counts = Counter(dict(counts.most_common(MOST_TERMS)))
    norm = K1 * (1 - B + B * length / mean)
    gain = (K1 + 1) * _PRIOR.get(post.kind, 1.0)
    weights = {often: f":{gain * often / (often + norm):.3g}" for often in set(counts.values())}
    terms = list(map(str, counts))
    placed = ",".join([term + weights[often] for term, often in zip(terms, counts.values(), strict=True)])
    everything = ",".join(terms + list(map(str, facets_of(post, language))))
    return post.id, length, f"{{{everything}}}", f"{{{placed}}}/{DIMENSIONS}"
