"""What came of a gift: to whom it was brought, who answered, thanked, used it and passed it on. Names, no counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.posts.models import Post, Thanks, Use

MOST_NAMES = 100
Gift = TypeVar("Gift", Thanks, Use)


@dataclass(frozen=True, slots=True)
class Ripple:
    """The people a share touched, each list newest first."""

    answered: Sequence[tuple[Person, Post]]
    thanked: Sequence[Thanks]
    used: Sequence[Use]
    passed: Sequence[tuple[Person, Post]]


def given(kind: type[Gift], post: Post, viewer: Person | None) -> QuerySet[Gift]:
    """What was given back for a post, by those who may appear to this viewer."""
    return kind._default_manager.filter(post=post, by__in=shown_to(viewer)).select_related("by")


def ripple(post: Post, *, viewer: Person) -> Ripple:
    """What came of one share, as far as its giver may see it."""
    seen = Post.objects.visible_to(viewer).select_related("author")
    answered = seen.filter(thread=post.id, reply_to__isnull=False).exclude(author=viewer)
    passed = seen.filter(via=post).exclude(author=viewer)
    return Ripple(
        [(row.author, row) for row in answered.order_by("-id")[:MOST_NAMES]],
        list(given(Thanks, post, viewer).order_by("-id")[:MOST_NAMES]),
        list(given(Use, post, viewer).order_by("-id")[:MOST_NAMES]),
        [(row.author, row) for row in passed.order_by("-id")[:MOST_NAMES]],
    )
