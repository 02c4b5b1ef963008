"""Whom a member might like to follow, each with the reason. By words alone: tags in common, and posts near to theirs.

Only the newest public posts are looked at, so it costs the same in a network of any size.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from potluck.lib import html
from potluck.lib.format import names
from potluck.people.directory import shown_to
from potluck.people.models import Block, Follow, Mute, Person, Topic
from potluck.posts.models import Audience, Post
from potluck.search.related import related

# How many of the newest public posts, and how many of one's own, are looked at.
RECENT, OWN = 2000, 5
# A tag in common says more than a post that is near; either says more than being recent.
TAG, NEAR = 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to follow, as parts/person.html shows them; `why` is a sentence without its subject."""

    id: int
    name: str
    url: str
    is_member: bool
    about: str
    why: str
    follows: bool = False
    can_help: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """What speaks for somebody: tags in common, with the newest post that has some and which; posts by their ids."""

    tags: Counter[str]
    newest: int
    near: int = 0
    tagged: tuple[int, Sequence[str]] = (0, ())


def people_to_follow(viewer: Person, limit: int = 6) -> list[Suggestion]:
    """Members and people outside with fresh public posts, most akin first; none followed, muted or blocked yet."""
    return told(akin(viewer)[: limit * 2])[:limit]


def akin(viewer: Person, but: Collection[int] = ()) -> list[tuple[int, Found]]:
    """All of them but these, by their ids, with what speaks for each."""
    mine = set(tags_of(viewer))
    found: dict[int, Found] = {}
    for key, author, tags in _recent().values_list("id", "author_id", "tags"):
        row = found.setdefault(author, Found(Counter(), key))
        common = [tag for tag in tags if tag in mine]
        row.tags.update(common)
        if common and not row.tagged[0]:
            row.tagged = key, common
    for key, author in _near(viewer):
        row = found.setdefault(author, Found(Counter(), key))
        row.near = row.near or key
    for author in not_these(viewer).union(but):
        found.pop(author, None)
    return sorted(found.items(), key=lambda row: (-_score(row[1]), -row[1].newest))


def tags_to_follow(viewer: Person, limit: int = 8) -> list[str]:
    """Tags of one's own first, then those used most lately; none that is followed."""
    used: Counter[str] = Counter()
    rows = list(_recent().values_list("author_id", "tags"))
    shown = set(shown_to(viewer).filter(id__in={row[0] for row in rows}).values_list("id", flat=True))
    for author, tags in rows:
        if author in shown:
            used.update(tags)
    followed = set(Follow.objects.filter(by=viewer, who=None).exclude(tag="").values_list("tag", flat=True))
    own = [tag for tag in tags_of(viewer) if used[tag] > 1]
    wanted = dict.fromkeys([*own, *(tag for tag, _times in used.most_common(limit * 2))])
    return [tag for tag in wanted if tag not in followed][:limit]


def tags_of(viewer: Person) -> list[str]:
    """The topics a member has shown care for: in what they shared, declared or followed."""
    shared: Counter[str] = Counter()
    for tags in (
        Post.objects.filter(author=viewer, deleted_at=None)
        .order_by("-id")
        .values_list("tags", flat=True)[:50]
    ):
        shared.update(tags)
    declared = Topic.objects.filter(person=viewer).values_list("tag", flat=True)
    followed = Follow.objects.filter(by=viewer).exclude(tag="").values_list("tag", flat=True)
    return list(dict.fromkeys([*(tag for tag, _times in shared.most_common()), *declared, *followed]))


def _recent() -> models.QuerySet[Post]:
    # The author's standing is looked at later, for the few that are chosen: so this reads one index.
    fresh = Post.objects.filter(audience=Audience.PUBLIC, reply_to=None, deleted_at=None, held_at=None)
    return fresh.order_by("-id")[:RECENT]


def _near(viewer: Person) -> list[tuple[int, int]]:
    own = Post.objects.filter(author=viewer, deleted_at=None).order_by("-id")[:OWN]
    ids = [near.id for post in own for near in related(post, viewer, limit=8)]
    authors = dict(Post.objects.public().filter(id__in=ids).values_list("id", "author_id"))
    return [(key, authors[key]) for key in ids if key in authors]


def not_these(viewer: Person) -> set[int]:
    """Oneself, whom one follows already, and who is muted or blocked."""
    blocks = Block.objects.filter(Q(by=viewer) | Q(who=viewer)).values_list("by_id", "who_id")
    return {
        viewer.id,
        *Follow.objects.filter(by=viewer, tag="", who__isnull=False).values_list("who_id", flat=True),
        *Mute.objects.filter(by=viewer).values_list("who_id", flat=True),
        *(person for pair in blocks for person in pair),
    }


def _score(found: Found) -> float:
    return TAG * len(found.tags) + NEAR * bool(found.near)


def told(found: Sequence[tuple[int, Found]]) -> list[Suggestion]:
    """In words; none whose post may not be seen by all."""
    people = Person.objects.filter(suspended_at=None, removed_at=None).in_bulk(
        [author for author, _row in found]
    )
    shown = Post.objects.public().filter(id__in=[row.near or row.newest for _author, row in found])
    titles = {key: title or excerpt for key, title, excerpt in shown.values_list("id", "title", "excerpt")}
    said = []
    for author, row in found:
        person, title = people.get(author), titles.get(row.near or row.newest)
        if person and title is not None:
            about = html.excerpt(html.text_of(person.about_html), 200)
            why = _why(row, _short(title))
            said.append(Suggestion(author, person.shown_name, person.page, person.is_member, about, why))
    return said


def _why(row: Found, title: str) -> str:
    if row.tags:
        tags = [f"#{tag}" for tag, _times in row.tags.most_common(3)]
        return _("shares on %(tags)s, as you do") % {"tags": names(tags)}
    if row.near:
        return _("shared “%(title)s”, which is close to what you wrote") % {"title": title}
    return _("shared “%(title)s” lately") % {"title": title}


def _short(title: str) -> str:
    return title if len(title) <= 70 else title[:70].rsplit(" ", 1)[0] + "…"
