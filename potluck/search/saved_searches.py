"""Saved searches: a search somebody follows, held against everything new.

Each is filed under the rarest thing it asks for (`Filed`). A batch of new posts brings its terms, and only
the saved searches filed under one of them are looked at whole. So the cost is that of the batch, not that of
all the saved searches there are.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed
from potluck.lib.ids import first_id
from potluck.lib.sql import ask
from potluck.people.follow import Wish as FollowWish
from potluck.people.follow import follow
from potluck.people.models import Follow, Level, Person
from potluck.posts.models import Post
from potluck.search.bm25 import Group, counted, ids_within, known
from potluck.search.languages import STEMMERS
from potluck.search.models import Filed, Saved
from potluck.search.plan import Wish, all_words, wish
from potluck.search.query import Query, parse
from potluck.search.visibility import says

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
    ready = [_ready(row) for row in rows]
    changed = ["every", "no", "whole"]
    Saved.objects.bulk_create(
        [saved for saved, _keys in ready],
        update_conflicts=True,
        unique_fields=["follow"],
        update_fields=changed,
    )
    Filed.objects.filter(saved__in=[saved.follow_id for saved, _keys in ready]).delete()
    Filed.objects.bulk_create(Filed(saved=saved, term=term) for saved, keys in ready for term in sorted(keys))
    return len(ready)


def _ready(row: Follow) -> tuple[Saved, Group]:
    """A saved search in terms, and those it is filed under: what does not change with whom its owner follows."""
    query = parse(row.query)
    lasting = Query(tuple(part for part in query.parts if part.name not in ("in", "before", "after")))
    wanted = wish(lasting, row.by, STEMMERS)
    counts = counted(known(), [*wanted.words, *wanted.facets])
    asked = all_words(wanted, counts)
    saved = Saved(
        follow=row,
        every=[sorted(group) for group in asked.every],
        no=sorted(asked.no),
        whole=lasting == query and not (wanted.texts or wanted.not_texts or wanted.hopeless),
    )
    return saved, min(asked.every, key=counts.of, default=frozenset({ANYTHING}))


_NOT_FILED = """
SELECT EXISTS (SELECT FROM people_follow f WHERE f.id >= %s AND f.query <> ''
               AND NOT EXISTS (SELECT FROM search_saved s WHERE s.follow_id = f.id))
"""
_TERMS = "SELECT post_id, terms FROM search_indexed WHERE post_id = ANY(%s)"
_FILED = f"""
SELECT s.follow_id, s.every::text, s.no, s.whole, array_agg(f.term)
FROM search_filed f JOIN search_saved s ON s.follow_id = f.saved_id
JOIN people_follow w ON w.id = s.follow_id AND w.level > {Level.MUTED:d}
WHERE f.term = ANY(%s) GROUP BY s.follow_id
"""


def matching_follows(post_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Which saved searches these new posts fit: (follow, post). Who may see the posts is not asked here."""
    since = first_id(timezone.now() - _RECENT)
    if ask(_NOT_FILED, [since])[0][0]:
        _file(Follow.objects.filter(id__gte=since, saved=None).exclude(query="").select_related("by"))
    terms = {post: frozenset(found) for post, found in ask(_TERMS, [list(post_ids)])}
    fits: list[tuple[int, int]] = []
    unsure: dict[int, list[int]] = {}
    for follow_id, every, no, whole, posts in _met(terms):
        groups, unwanted = [frozenset(group) for group in every], frozenset(no)
        for post in posts:
            if all(group & terms[post] for group in groups) and not unwanted & terms[post]:
                if whole:
                    fits.append((follow_id, post))
                else:
                    unsure.setdefault(follow_id, []).append(post)
    return fits + (_looked_at(unsure, terms) if unsure else [])


def _met(
    terms: dict[int, frozenset[int]],
) -> Iterable[tuple[int, list[list[int]], list[int], bool, list[int]]]:
    """The saved searches filed under a term of these posts, each with the posts that have it."""
    having: dict[int, list[int]] = {ANYTHING: list(terms)}
    for post, found in terms.items():
        for term in found:
            having.setdefault(term, []).append(post)
    for follow_id, every, no, whole, under in ask(_FILED, [list(having)]):
        posts = dict.fromkeys(post for term in under for post in having[term])
        yield follow_id, json.loads(every), no, whole, list(posts)


def _looked_at(unsure: dict[int, list[int]], terms: dict[int, frozenset[int]]) -> list[tuple[int, int]]:
    """Those that fit when dates, phrases and places are looked at too."""
    fits: list[tuple[int, int]] = []
    for row in Follow.objects.filter(id__in=list(unsure)).select_related("by"):
        wanted = wish(parse(row.query), row.by, STEMMERS)
        posts = [post for post in unsure[row.id] if not wanted.hopeless and _fits(wanted, post, terms[post])]
        for select in wanted.within if posts else ():
            posts = [post for post in posts if post in ids_within(select, posts)]
        if posts and (wanted.texts or wanted.not_texts):
            rows = Post.objects.filter(id__in=posts).values_list("id", "title", "text", "tags")
            posts = [key for key, title, text, tags in rows if says(wanted, title, text, tags)]
        fits += [(row.id, post) for post in posts]
    return fits


def _fits(wanted: Wish, post: int, has: frozenset[int]) -> bool:
    in_time = (not wanted.since or post >= wanted.since) and (not wanted.until or post < wanted.until)
    return in_time and all(group & has for group in wanted.facets) and not wanted.no & has
