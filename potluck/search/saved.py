"""Saved searches: a search somebody follows, held against everything new.

Each is filed under the rarest thing it asks for (`Saved.keys`). A batch of new posts brings its terms, and only
the saved searches filed under one of them are looked at whole. So the cost is that of the batch, not that of
all the saved searches there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.kit.errors import Malformed
from potluck.kit.ids import first_id
from potluck.people.follow import Wish as FollowWish
from potluck.people.follow import follow
from potluck.people.models import Follow, Level, Person
from potluck.posts.models import Post
from potluck.search.gate import says
from potluck.search.languages import STEMMERS
from potluck.search.models import Indexed, Saved
from potluck.search.query import Query, parse
from potluck.search.rank import Counts, Group, counted, ids_within, known
from potluck.search.wish import Wish, all_words, wish

# What is filed under this is looked at for every new post: searches without a word, person, tag or kind.
ANYTHING = 0
# Searches followed by other ways than `save_search` are filed when the next post comes, or by the hourly job.
_RECENT = timedelta(hours=2)


@transaction.atomic
def save_search(text: str, *, by: Person, name: str = "", level: int = Level.NORMAL) -> Follow:
    """Follow a search: whatever comes in from now on and fits it reaches them."""
    query = parse(text)
    if not query:
        raise Malformed(_("Write what to look for first, then save the search."))
    row = follow(FollowWish(query=str(query)), by=by, name=name, level=level)
    _file([row])
    return row


def file_searches(*, anew: bool = False) -> int:
    """File every saved search that is not yet, or all of them anew, as tags are merged and words become common."""
    rows = Follow.objects.exclude(query="").select_related("by")
    return _file(rows if anew else rows.filter(saved=None))


def _file(rows: Iterable[Follow]) -> int:
    saved = []
    for row in rows:
        keys = sorted(_key(row.query, row.by))
        saved.append(Saved(follow=row, query=row.query, keys=keys))
    Saved.objects.bulk_create(
        saved, update_conflicts=True, unique_fields=["follow"], update_fields=["query", "keys"]
    )
    return len(saved)


def _key(text: str, by: Person) -> Group:
    """The rarest thing a search asks for that does not change with what its owner follows and keeps."""
    query = parse(text)
    lasting = wish(Query(tuple(part for part in query.parts if part.name != "in")), by, STEMMERS)
    counts = counted(known(), [*lasting.words, *lasting.facets])
    groups = all_words(lasting, counts).every
    return min(groups, key=counts.of, default=frozenset({ANYTHING}))


@dataclass(frozen=True)
class _Met:
    """A saved search that shares a key with some of the new posts."""

    follow: int
    wanted: Wish
    posts: list[int]


def matching_follows(post_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Which saved searches these new posts fit: (follow, post). Who may see the posts is not asked here."""
    _file(_lately().select_related("by"))
    terms = {post: frozenset(found) for post, found in _terms(post_ids)}
    met = list(_met(terms))
    if not met:
        return []
    counts = counted(known(), [group for one in met for group in one.wanted.words])
    texts = _texts(post for one in met if one.wanted.texts or one.wanted.not_texts for post in one.posts)
    return [
        (one.follow, post)
        for one in met
        for post in one.posts
        if _fits(one.wanted, counts, post, terms, texts)
    ]


def _lately() -> QuerySet[Follow]:
    since = first_id(timezone.now() - _RECENT)
    return Follow.objects.filter(id__gte=since, saved=None).exclude(query="")


def _terms(post_ids: Sequence[int]) -> QuerySet[Indexed, tuple[int, list[int]]]:
    return Indexed.objects.filter(post_id__in=list(post_ids)).values_list("post_id", "terms")


def _met(terms: dict[int, frozenset[int]]) -> Iterable[_Met]:
    everything = frozenset({ANYTHING}).union(*terms.values())
    rows = Saved.objects.filter(keys__overlap=sorted(everything), follow__level__gt=Level.MUTED)
    # Most searches read the same for everybody; those with "in:" depend on who asks.
    wishes: dict[tuple[str, int], Wish] = {}
    for row in rows.select_related("follow__by"):
        keys = frozenset(row.keys)
        posts = [post for post, has in terms.items() if keys & has or ANYTHING in keys]
        owner = row.follow.by_id if "in:" in row.query else 0
        known_wish = wishes.get((row.query, owner))
        if known_wish is None:
            known_wish = wishes[row.query, owner] = wish(parse(row.query), row.follow.by, STEMMERS)
        if posts and not known_wish.hopeless:
            yield _Met(row.follow_id, known_wish, posts)


def _texts(post_ids: Iterable[int]) -> dict[int, tuple[str, str, list[str]]]:
    ids = set(post_ids)
    rows = Post.objects.filter(id__in=ids).values_list("id", "title", "text", "tags") if ids else ()
    return {key: (title, text, tags) for key, title, text, tags in rows}


def _fits(
    wanted: Wish,
    counts: Counts,
    post: int,
    terms: dict[int, frozenset[int]],
    texts: dict[int, tuple[str, str, list[str]]],
) -> bool:
    asked = all_words(wanted, counts)
    has = terms[post]
    if not all(group & has for group in asked.every) or asked.no & has:
        return False
    if (asked.since and post < asked.since) or (asked.until and post >= asked.until):
        return False
    if wanted.texts or wanted.not_texts:
        return post in texts and says(wanted, *texts[post])
    return all(post in ids_within(select, [post]) for select in asked.within)
