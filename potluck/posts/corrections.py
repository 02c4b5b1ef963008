"""Say that one was wrong: it stays as it was said, with what is right at its head."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.events.models import Kind
from potluck.events.record import record
from potluck.lib import markdown
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Person
from potluck.posts.metadata import Manner
from potluck.posts.models import Post, Revision
from potluck.posts.set_metadata import said_of

MOST = 5000


@transaction.atomic
def was_wrong(post: Post, right: str, *, by: Person) -> None:
    """Mark a post or reply, with what is right as far as its author knows. Who relied on it hears, once."""
    right = right.strip()
    if len(right) > MOST:
        raise Malformed(_("Say it in fewer words, and share the rest as a post of its own."))
    row = _mark(post, timezone.now(), right, by)
    if row.wrong_at is None:
        record(Kind.CORRECTED, by=by.key, about=post.key)


@transaction.atomic
def was_right(post: Post, *, by: Person) -> None:
    """Take the mark off again."""
    _mark(post, None, "", by)


def _mark(post: Post, at: datetime | None, right: str, by: Person) -> Manner:
    """Set the mark and keep in the history what was said before. Returns the row as it was."""
    post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.author_id != by.id or post.deleted_at:
        raise Refused(_("Only who wrote this can say so."))
    before = Manner.objects.filter(post=post).first() or Manner(post=post)
    Revision.objects.create(
        post=post, title=post.title, text=post.text, html=post.html, tags=post.tags, manner=said_of(post)
    )
    said = {"wrong_at": at, "wrong": right, "wrong_html": markdown.render(right)}
    Manner.objects.update_or_create(post=post, defaults=said)
    Post.objects.filter(pk=post.pk).update(edited_at=timezone.now())
    return before
