"""Let go what was to stand for a time only, after its author was reminded of it."""

from django.db import transaction
from django.utils import timezone

from potluck.events.models import Event, Kind
from potluck.events.record import record_all
from potluck.lib.sql import ask
from potluck.posts.edit import delete
from potluck.posts.metadata import Manner

# Its author hears three days before, or halfway of what stands for less.
_REMIND = """
UPDATE posts_manner m SET told_at = %(now)s FROM posts_post p
WHERE p.id = m.post_id AND m.told_at IS NULL AND p.deleted_at IS NULL AND m.until > %(now)s
  AND m.until - LEAST(interval '3 days', (m.until - p.published_at) / 2) <= %(now)s
RETURNING p.id, p.author_id
"""


@transaction.atomic
def remind() -> None:
    """Tell authors what of theirs goes soon."""
    soon = ask(_REMIND, {"now": timezone.now()})
    record_all([Event(kind=Kind.FADING, about=post, to=author) for post, author in soon])


def let_go() -> None:
    """Take away what has stood as long as it was to. The gap where it stood stays."""
    over = Manner.objects.filter(until__lte=timezone.now(), post__deleted_at=None)
    for row in over.select_related("post__author"):
        delete(row.post, by=row.post.author)
