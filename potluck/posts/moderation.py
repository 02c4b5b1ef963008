"""Let out what the screen held, or leave it with its author."""

from django.db import transaction
from django.utils import timezone

from potluck.events.audit import note
from potluck.events.models import Decision, Kind
from potluck.events.record import record
from potluck.people.models import Person
from potluck.people.moderate import may_moderate
from potluck.posts.anonymity import lift
from potluck.posts.models import Post


@transaction.atomic
def release(post: Post, *, by: Person) -> None:
    """A moderator says it is fine: it goes out as if it were shared now."""
    may_moderate(by)
    if Post.objects.filter(pk=post.pk, held_at__isnull=False, deleted_at=None).update(held_at=None):
        kind = Kind.REPLIED if post.reply_to_id else Kind.PASSED_ON if post.via_id else Kind.SHARED
        record(kind, by=post.author_id, about=post.key)
        note(Decision.RELEASED, by=by.id, whom=post.author_id, about=post.id)
        lift([post])


@transaction.atomic
def refuse(post: Post, *, by: Person) -> None:
    """A moderator says no: it is taken back; its author keeps the text as a draft."""
    may_moderate(by)
    held = Post.objects.filter(pk=post.pk, held_at__isnull=False, deleted_at=None)
    if not held.update(deleted_at=timezone.now()):
        return
    fields = {"text": post.text, "title": post.title, "tags": " ".join(post.tags), "kind": post.kind}
    post.author.saved_drafts.update_or_create(about=f"held-{post.id}", defaults={"fields": fields})
    record(Kind.DELETED, by=by.key, about=post.key)
    note(Decision.REFUSED, by=by.id, whom=post.author_id, about=post.id)
