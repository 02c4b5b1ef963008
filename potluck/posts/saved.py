"""Keep something for later, and be reminded of it on a day. Nobody else sees what one keeps."""

from datetime import datetime

from django.utils.translation import gettext as _

from potluck.lib.errors import Missing
from potluck.people.models import Person
from potluck.posts.models import Kept, Post


def keep(post: Post, *, by: Person, remind_at: datetime | None = None) -> Kept:
    """Put it aside; a moment given later replaces the one before."""
    if not Post.objects.visible_to(by).filter(pk=post.pk).exists():
        raise Missing(_("This is not there any more, or not for you."))
    row, __ = Kept.objects.get_or_create(person=by, post=post)
    if remind_at:
        row.remind_at, row.reminded_at = remind_at, None
        row.save(update_fields=["remind_at", "reminded_at"])
    return row


def let_go(post: Post, *, by: Person) -> None:
    """Keep it no longer."""
    Kept.objects.filter(person=by, post=post).delete()
