"""Who may see a post: the one gate. Pages, feeds, search, home and every channel read through it.

It has two forms that a test holds to be one: `visible_to` for reading, and `VISIBLE_SQL` for statements that
bring many posts to many people at once.
"""

from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from potluck.lib.sql import Condition
from potluck.people.models import Person

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
        return self.filter(Condition(gate(viewer), viewer and viewer.id))

    def public(self) -> Self:
        """The posts anybody may see."""
        return self.visible_to(None)

    def roots(self) -> Self:
        """Without replies."""
        return self.filter(reply_to=None)


def gate(viewer: Person | None) -> str:
    """The gate for one viewer as a condition on `{p}`, each `%s` being their id. As Q objects it cost milliseconds."""
    if viewer is None:
        return _PUBLIC
    if viewer.suspended_at is not None or viewer.approved_at is None:
        return f"({{p}}.deleted_at IS NULL AND {{p}}.author_id = %s OR {_PUBLIC})"
    return _FOR_ME if viewer.is_moderator else f"{_FOR_ME} AND {_STANDING}"


# Numbers are written out, so that the planner can hold them against the partial indexes.
_PUBLIC = """{p}.deleted_at IS NULL AND {p}.audience = 0 AND {p}.held_at IS NULL
    AND NOT EXISTS (SELECT FROM people_person author WHERE author.id = {p}.author_id
                    AND (author.suspended_at IS NOT NULL OR author.removed_at IS NOT NULL))"""
_STANDING = """({p}.held_at IS NULL OR {p}.author_id = %s)
    AND NOT EXISTS (SELECT FROM people_person author WHERE author.id = {p}.author_id AND author.id <> %s
                    AND (author.suspended_at IS NOT NULL OR author.removed_at IS NOT NULL))"""
_FOR_ME = """{p}.deleted_at IS NULL
    AND ({p}.audience IN (0, 1)
         OR {p}.author_id = %s
         OR ({p}.audience = 2 AND (
                EXISTS (SELECT FROM people_circlemember cm WHERE cm.circle_id = {p}.circle_id AND cm.person_id = %s)
                OR EXISTS (SELECT FROM people_circle c WHERE c.id = {p}.circle_id AND c.owner_id = %s)))
         OR ({p}.audience = 3 AND
                EXISTS (SELECT FROM posts_reader r WHERE r.post_id = {p}.id AND r.person_id = %s)))
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = {p}.author_id AND b.who_id = %s)
    AND NOT EXISTS (SELECT FROM people_block b WHERE b.by_id = %s AND b.who_id = {p}.author_id)"""

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
