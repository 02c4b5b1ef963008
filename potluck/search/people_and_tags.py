"""People and tags that a search names."""

from collections.abc import Iterable

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from potluck.people.directory import shown_to
from potluck.people.models import Person, Topic
from potluck.posts.models import Post
from potluck.posts.tags import normal, resolve
from potluck.search.query import PHRASE, WORD, Query
from potluck.search.tokens import fold

_MOST_WORDS = 4
# Posts looked at to see whether a tag is in use by somebody the viewer may read.
_LATEST = 50


def people_matching(query: Query, viewer: Person | None, *, limit: int = 5) -> list[Person]:
    """The people whose name, handle or topics begin with the words, those named first. Topics are fetched too."""
    words = [word.lstrip("@") for word in query.values(WORD, PHRASE)[:_MOST_WORDS]]
    if not any(words):
        return []
    named, said = Q(), Q()
    for word in filter(None, words):
        name = Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(handle__istartswith=word)
        topics = Topic.objects.filter(person=OuterRef("pk"), tag__startswith=normal(word) or word)
        named = named & name
        said = said & (name | Q(Exists(topics)))
    people = shown_to(viewer).filter(said)
    by_name = ExpressionWrapper(named, output_field=BooleanField())
    return list(
        people.annotate(by_name=by_name).order_by("-by_name", "-id").prefetch_related("topics")[:limit]
    )


def tags_matching(
    query: Query, viewer: Person | None, used: Iterable[str] = (), *, limit: int = 6
) -> list[str]:
    """The tags that are the words, and those in use among what was found (`used`) that begin with one."""
    words = list(filter(None, map(normal, query.texts)))
    if not words:
        return []
    near = [tag for tag in used if any(fold(tag).startswith(word) for word in words if len(word) > 2)]
    [candidates] = resolve([list(dict.fromkeys([normal(" ".join(query.texts)), *words]))[: limit + 1]])
    in_use = {*near, *_in_use([tag for tag in candidates if tag not in near], viewer)}
    return list(dict.fromkeys([*(tag for tag in candidates if tag in in_use), *near]))[:limit]


def _in_use(tags: list[str], viewer: Person | None) -> set[str]:
    """Those of these tags that the latest posts with any of them have, as far as the viewer may see them."""
    if not tags:
        return set()
    latest = Post.objects.visible_to(viewer).filter(tags__overlap=tags).order_by("-id")
    return {tag for found in latest.values_list("tags", flat=True)[:_LATEST] for tag in found}
