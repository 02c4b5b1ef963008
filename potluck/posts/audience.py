"""Who may see a post: the one gate. Pages, feeds, search, home and every channel read through it.

It has two forms that a test holds to be one: `visible_to` for reading, and `VISIBLE_SQL` for statements that
bring many posts to many people at once.
"""

from typing import Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from potluck.people.models import Block, CircleMember, Person

P = TypeVar("P", bound=models.Model)


class Audience(models.IntegerChoices):
    """For whom a post is. Everybody, unless its author narrowed it."""

    PUBLIC = 0, _("everybody, whoever it helps")
    MEMBERS = 1, _("members of this network")
    CIRCLE = 2, _("one of my circles")
    NAMED = 3, _("people I name")
    ME = 4, _("only me")


class PostQuerySet(models.QuerySet[P]):
    """Questions one can ask of posts."""

    def visible_to(self, viewer: Person | None) -> Self:
        """The posts this person may see; a visitor is None. Tombstones are not among them."""
        here = self.filter(deleted_at=None)
        if viewer is None:
            return here.filter(_public())
        if viewer.suspended_at is not None or viewer.approved_at is None:
            return here.filter(Q(author=viewer) | _public())
        if not viewer.is_moderator:
            here = here.filter(Q(author=viewer) | _standing())
        return (
            here.filter(_meant_for(viewer))
            .exclude(Exists(Block.objects.filter(by=OuterRef("author"), who=viewer)))
            .exclude(Exists(Block.objects.filter(by=viewer, who=OuterRef("author"))))
        )

    def public(self) -> Self:
        """The posts anybody may see."""
        return self.visible_to(None)

    def roots(self) -> Self:
        """Without replies."""
        return self.filter(reply_to=None)


def _standing() -> Q:
    return Q(held_at=None, author__suspended_at=None, author__removed_at=None)


def _public() -> Q:
    return Q(audience=Audience.PUBLIC) & _standing()


def _meant_for(viewer: Person) -> Q:
    reader = apps.get_model("posts", "Reader")
    in_circle = CircleMember.objects.filter(circle=OuterRef("circle"), person=viewer)
    named = reader.objects.filter(post=OuterRef("pk"), person=viewer)
    return (
        Q(audience__in=(Audience.PUBLIC, Audience.MEMBERS))
        | Q(author=viewer)
        | Q(audience=Audience.CIRCLE) & (Q(circle__owner=viewer) | Exists(in_circle))
        | Q(audience=Audience.NAMED) & Exists(named)
    )


# The same gate for `post p` (with its author as `author`) and `people_person viewer`, for members only.
VISIBLE_SQL = """
    p.deleted_at IS NULL
    AND (p.author_id = viewer.id
         OR (p.held_at IS NULL AND author.suspended_at IS NULL AND author.removed_at IS NULL)
         OR viewer.moderator_since IS NOT NULL)
    AND viewer.account_id IS NOT NULL AND viewer.suspended_at IS NULL AND viewer.approved_at IS NOT NULL
    AND (p.audience IN (0, 1)
         OR p.author_id = viewer.id
         OR (p.audience = 2 AND (
                EXISTS (SELECT FROM people_circlemember cm
                        WHERE cm.circle_id = p.circle_id AND cm.person_id = viewer.id)
                OR EXISTS (SELECT FROM people_circle c WHERE c.id = p.circle_id AND c.owner_id = viewer.id)))
         OR (p.audience = 3 AND
                EXISTS (SELECT FROM posts_reader r WHERE r.post_id = p.id AND r.person_id = viewer.id)))
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = p.author_id AND b.who_id = viewer.id)
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = viewer.id AND b.who_id = p.author_id)
"""
